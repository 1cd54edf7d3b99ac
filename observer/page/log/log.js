// Log: what the program reports, the newest last.
import { rewrite } from "../frame/route.js";
import { follow } from "../live/live.js";
import { fill, h, setAttribute, setText } from "../parts/dom.js";
import { count, dateTime, linked, pidLink, time } from "../parts/format.js";
import { searchField } from "../parts/search_field.js";

export const title = "Log";

const MOST = 1000;
const FOLDED_LINES = 16;
const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
const CHOICES = LEVELS.slice(0, 5);
const KINDS = { notice: "new", warning: "warn", error: "bad", critical: "bad", alert: "bad", emergency: "bad" };
const NOTHING = "Nothing has been logged since the Observer was started.";
// So near to the end counts as at the end.
const NEAR = 24;

/** Show it. */
export function open(panel, path, query) {
  let level = CHOICES.includes(query.level) ? query.level : "debug";
  let sought = query.search ?? "";
  let following = true;
  let leftOut = 0;
  // How large it was when it was brought to the end.
  let settled = "";
  let nothing = NOTHING;

  const search = searchField("Search the log", sought, (text) => {
    sought = text;
    filter();
  });
  const choices = CHOICES.map(levelChoice);
  const levels = h("select", { id: "log-level", "aria-label": "Least level", onchange: choose }, ...choices);
  levels.value = level;
  const followBox = h("input", { type: "checkbox", id: "log-follow", checked: true, onchange: turnFollowing });
  const clear = h("button", { class: "button", id: "log-clear", onclick: empty }, "Clear");
  const summary = h("span", { class: "muted", id: "log-summary" }, "");
  const none = h("p", { class: "muted log-none" }, NOTHING);
  const list = h("div", { id: "log-events", onclick: clicked });
  // Not read aloud as it comes: a busy program would never let one listen to anything else.
  const said = { role: "log", "aria-live": "off", "aria-label": "Log", tabindex: "0" };
  const scroll = h("div", { class: "scroll log", id: "log", ...said, onscroll: scrolled }, none, list);
  const followLabel = h("label", { class: "check" }, followBox, "Follow");
  const spring = h("span", { class: "spring" });
  panel.classList.add("filled");
  fill(
    panel,
    h("div", { class: "toolbar" }, h("h2", {}, "Log"), search, levels, followLabel, clear, spring, summary),
    scroll,
  );

  function take(data) {
    if (data.restarted) {
      list.replaceChildren();
      leftOut = 0;
    }
    if (data.events.length === 0 && !data.left_out) return tell();
    leftOut += data.left_out ?? 0;
    const rows = data.events.slice(-MOST).map(event);
    for (const row of rows) row.hidden = !wanted(row);
    list.append(...rows);
    while (list.childElementCount > MOST) list.firstChild.remove();
    tell();
    if (following) toEnd();
  }

  function wanted(row) {
    if (LEVELS.indexOf(row.dataset.level) < LEVELS.indexOf(level) && row.dataset.level !== "") return false;
    return sought === "" || row.textContent.toLowerCase().includes(sought.toLowerCase());
  }

  function filter() {
    for (const row of list.children) row.hidden = !wanted(row);
    rewrite("log", "", { level: level === "debug" ? "" : level, search: sought });
    tell();
    if (following) toEnd();
  }

  function tell() {
    const all = list.childElementCount;
    const isAll = level === "debug" && sought === "";
    const shown = isAll ? all : [...list.children].filter((row) => !row.hidden).length;
    none.hidden = shown > 0;
    setText(none, all > 0 ? "Nothing of what is logged fits." : nothing);
    const missing = leftOut ? `, ${count(leftOut)} earlier not kept` : "";
    const kept = all < MOST ? count(all) : `the last ${count(all)}`;
    setText(summary, `${isAll ? kept : `${count(shown)} of ${kept}`} events${missing}`);
  }

  function empty() {
    list.replaceChildren();
    leftOut = 0;
    nothing = "Nothing has been logged since it was cleared.";
    tell();
  }

  function scrolled() {
    // Where the size has changed it was not the reader who scrolled.
    if (following && sizes() !== settled) return;
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    if (atEnd !== following) followBox.checked = following = atEnd;
  }

  function sizes() {
    return `${scroll.scrollHeight} ${scroll.clientHeight}`;
  }

  function toEnd() {
    followBox.checked = following = true;
    scroll.scrollTop = scroll.scrollHeight;
    settled = sizes();
  }

  function turnFollowing() {
    if (followBox.checked) toEnd();
    else following = false;
  }

  // Who unfolds an event wants to read it.
  function clicked(event) {
    if (event.target.closest(".log-more")) followBox.checked = following = false;
  }

  function choose() {
    level = levels.value;
    filter();
  }

  const resized = new ResizeObserver(() => following && toEnd());
  resized.observe(scroll);
  resized.observe(list);
  const stop = follow("log", take, ({ error }) => setText(summary, error));
  return {
    close() {
      stop();
      resized.disconnect();
    },
    update(changed) {
      [level, sought] = [CHOICES.includes(changed.level) ? changed.level : "debug", changed.search ?? ""];
      [levels.value, search.value] = [level, sought];
      filter();
    },
  };
}

function levelChoice(level) {
  const texts = { debug: "all levels", error: "errors only" };
  return h("option", { value: level }, texts[level] ?? `${level} and above`);
}

function event({ seq, at, level, text, pid, label }) {
  const body = h("div", { class: "term log-text" }, ...linked(text));
  const row = h(
    "article",
    { class: `log-event ${KINDS[level] ?? "quiet"}`, "data-level": level ?? "", "data-seq": seq },
    h("time", { class: "muted mono", title: dateTime(at), datetime: new Date(at).toISOString() }, time(at)),
    h("span", { class: `badge ${KINDS[level] ?? ""}` }, level),
    h("span", { class: "log-who" }, pid ? pidLink(pid, label) : ""),
    body,
  );
  const lines = text.split("\n").length;
  if (lines > FOLDED_LINES) row.append(unfolding(body, lines));
  return row;
}

function unfolding(body, lines) {
  const props = { class: "button log-more", "aria-expanded": "false", onclick: turn };
  const button = h("button", props, `All ${count(lines)} lines`);
  body.classList.add("folded");
  function turn() {
    const folded = body.classList.toggle("folded");
    setAttribute(button, "aria-expanded", String(!folded));
    setText(button, folded ? `All ${count(lines)} lines` : "Fewer lines");
  }
  return button;
}
