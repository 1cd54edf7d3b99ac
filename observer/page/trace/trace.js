// Trace: what chosen processes do, as a sequence chart that grows.
import { canAct } from "../action/process_actions.js";
import { rewrite } from "../frame/route.js";
import { act, follow, notice } from "../live/live.js";
import { fill, h, setAttribute, setText } from "../parts/dom.js";
import { count, linked, pidLink } from "../parts/format.js";
import { saveFile, stamp } from "../parts/save_file.js";
import { searchField } from "../parts/search_field.js";
import { processFinder, tracedChips } from "./choice.js";
import { lanesNote, precise, sequenceChart } from "./sequence_chart.js";
import { parties } from "./sequence_layout.js";
import { words } from "./sequence_row.js";
import { svgFile } from "./svg_file.js";

export const title = "Trace";

const MOST = 2000;
const KINDS = [
  ["messages", "Messages", ["send", "receive", "lost"]],
  ["spawns", "Spawns", ["spawn"]],
  ["exits", "Exits", ["exit"]],
  ["links", "Links", ["link", "unlink"]],
  ["names", "Names", ["register", "unregister"]],
];

/** Show it. */
export function open(panel, path, query) {
  let events = [];
  let labels = new Map();
  let tracing = [];
  let traced = 0;
  let ended = new Set();
  // Of these it is known that they have ended, and not when.
  let gone = new Set();
  let leftOut = 0;
  let sought = query.search ?? "";
  let focus = query.pid || null;
  const hidden = new Set((query.hide ?? "").split(","));
  const acts = canAct();

  const chart = sequenceChart({
    picked: showDetail,
    focused: (pid) => filter(() => (focus = focus === pid ? null : pid)),
    following: (following) => (followBox.checked = following),
  });
  const search = searchField("Search what happened", sought, (text) => filter(() => (sought = text)));
  search.id = "trace-search";
  search.placeholder = "Search what happened";
  const kinds = h(
    "span",
    { class: "joined", role: "group", "aria-label": "Kinds of events" },
    ...KINDS.map(kindButton),
  );
  const follows = () => (followBox.checked ? chart.toEnd() : chart.stay());
  const followBox = h("input", { type: "checkbox", id: "trace-follow", checked: true, onchange: follows });
  const unfocus = h(
    "button",
    { class: "button", id: "trace-unfocus", onclick: () => filter(() => (focus = null)) },
    "",
  );
  const chips = tracedChips(acts);
  const stopButton = button("trace-stop", "Stop", () => act("trace_stop", {}));
  const clearButton = button("trace-clear", "Clear", clear);
  const exportButton = button("trace-export", "Export SVG", save);
  const summary = h("span", { class: "muted", id: "trace-summary" }, "");
  const none = h("div", { class: "empty", id: "trace-none" }, h("p", {}, ""));
  const detail = h(
    "section",
    { class: "card trace-detail", id: "trace-detail", "aria-label": "The event", hidden: true },
  );
  panel.classList.add("filled");
  fill(
    panel,
    h(
      "div",
      { class: "toolbar" },
      h("h2", {}, "Trace"),
      acts ? processFinder() : null,
      chips.element,
      h("span", { class: "spring" }),
      acts ? stopButton : null,
    ),
    h(
      "div",
      { class: "toolbar" },
      search,
      kinds,
      unfocus,
      h("label", { class: "check" }, followBox, "Follow"),
      h("span", { class: "spring" }),
      summary,
      acts ? clearButton : null,
      exportButton,
    ),
    none,
    chart.element,
    detail,
  );
  show();

  function kindButton([name, text]) {
    const turn = (event) => {
      hidden.has(name) ? hidden.delete(name) : hidden.add(name);
      setAttribute(event.currentTarget, "aria-pressed", String(!hidden.has(name)));
      filter(() => {});
    };
    return h(
      "button",
      { class: "button", id: `trace-kind-${name}`, "aria-pressed": String(!hidden.has(name)), onclick: turn },
      text,
    );
  }

  function take(data) {
    if (data.restarted) forget();
    for (const [pid, label] of Object.entries(data.labels)) labels.set(pid, label);
    for (const { pid, label } of data.tracing) labels.set(pid, label);
    for (const event of data.events) if (event.kind === "exit") ended.add(event.pid);
    gone = new Set(data.gone ?? []);
    [tracing, traced, leftOut] = [data.tracing, data.traced ?? data.tracing.length, data.left_out];
    events = [...events, ...data.events].slice(-MOST);
    if (events.length === MOST) forgetDistant();
    show();
  }

  function forget() {
    [events, labels, ended, gone] = [[], new Map(), new Set(), new Set()];
    showDetail(null);
  }

  // Labels of those of whom nothing is kept.
  function forgetDistant() {
    const near = new Set([...events.flatMap(parties), ...tracing.map(({ pid }) => pid)]);
    labels = new Map([...labels].filter(([pid]) => near.has(pid)));
    ended = new Set([...ended].filter((pid) => near.has(pid)));
  }

  function show() {
    const out = KINDS.filter(([name]) => hidden.has(name)).flatMap(([, , names]) => names);
    const isFiltered = out.length > 0 || sought !== "" || focus !== null;
    const found = isFiltered ? events.filter((event) => fits(event, out)) : events;
    const lanes = focus === null ? tracing.map(({ pid }) => pid) : [focus];
    // First seen, then filled: what is not seen cannot be scrolled.
    none.hidden = events.length > 0 || tracing.length > 0;
    chart.element.hidden = !none.hidden;
    const without = chart.show({
      events: found,
      labels,
      traced: sought ? [] : lanes,
      ended: new Set([...ended, ...gone]),
      gone,
      focus,
      selection: isFiltered ? `${sought} ${focus} ${out}` : "",
    });
    chips.show(tracing, traced);
    const parts = [`${isFiltered ? `${count(found.length)} of ` : ""}${count(events.length)} events`];
    if (leftOut) parts.push(`${count(leftOut)} left out`);
    setText(summary, parts.join(", ") + lanesNote(without));
    stopButton.disabled = traced === 0;
    clearButton.disabled = exportButton.disabled = events.length === 0;
    unfocus.hidden = focus === null;
    setText(unfocus, `Only ${labels.get(focus) ?? focus} ×`);
    setText(
      none.firstChild,
      acts ? "Nothing is traced. Find a process above, or choose Trace in the menu of one." : "Nothing is traced.",
    );
  }

  function fits(event, out) {
    if (out.includes(event.kind)) return false;
    if (focus !== null && !parties(event).includes(focus)) return false;
    if (sought === "") return true;
    const who = parties(event).map((pid) => `${pid} ${labels.get(pid) ?? ""}`);
    return [words(event), event.what, event.other, ...who].join(" ").toLowerCase().includes(sought.toLowerCase());
  }

  function filter(change) {
    change();
    rewrite("trace", "", { search: sought, pid: focus, hide: [...hidden].filter(Boolean).join(",") });
    show();
  }

  function showDetail(event) {
    detail.hidden = event === null;
    if (event === null) return;
    const linkTo = (pid) => pidLink(pid, labels.get(pid));
    const to = event.other_is_pid ? linkTo(event.other) : event.other && h("code", {}, event.other);
    const isReceived = event.kind === "receive";
    const from = linkTo(event.pid);
    const [one, other] = isReceived ? [to ?? h("span", { class: "muted" }, "somebody"), from] : [from, to];
    const close = h(
      "button",
      { class: "button icon-button", "aria-label": "Close", onclick: () => showDetail(null) },
      "×",
    );
    fill(
      detail,
      h(
        "p",
        {},
        h("b", {}, event.kind),
        h("span", { class: "mono muted" }, precise(event.at)),
        one,
        other ? "→" : null,
        other,
        h("span", { class: "spring" }),
        close,
      ),
      h("pre", { class: "term" }, ...linked(event.what ?? "")),
    );
  }

  function clear() {
    act("trace_clear", {});
    forget();
    leftOut = 0;
    show();
  }

  function save() {
    const { heads, rows, width, headHeight, height } = chart.drawing();
    const text = svgFile(
      [{ element: heads, height: headHeight }, { element: rows, height }],
      width,
      "/page/trace/sequence_chart.css",
    );
    const name = `trace-${stamp(Date.now())}.svg`;
    saveFile(name, text, "image/svg+xml");
    notice(`${name} is saved`);
  }

  const stop = follow("trace", take, ({ error }) => setText(summary, error));
  const sizes = new MutationObserver(chart.resized);
  sizes.observe(document.documentElement, { attributeFilter: ["data-size"] });
  return {
    close() {
      stop();
      sizes.disconnect();
    },
    update(given) {
      sought = search.value = given.search ?? "";
      focus = given.pid || null;
      hidden.clear();
      for (const name of (given.hide ?? "").split(",")) hidden.add(name);
      for (const [name] of KINDS) {
        setAttribute(kinds.querySelector(`#trace-kind-${name}`), "aria-pressed", String(!hidden.has(name)));
      }
      show();
    },
  };
}

function button(id, text, onclick) {
  return h("button", { class: "button", id, onclick }, text);
}
