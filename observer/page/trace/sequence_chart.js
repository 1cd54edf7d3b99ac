// A message sequence chart: a lifeline for each process, a row for each event, the newest at the bottom.
import { fill, h, keyed, setAttribute, svg } from "../parts/dom.js";
import { time } from "../parts/format.js";
import { MOST_LANES, noLanes, placed } from "./sequence_lanes.js";
import { HEAD, LANE, LINE, ROW, TIME, fitted, middle, rowsOf } from "./sequence_layout.js";
import { drawn, gapRow, look, words } from "./sequence_row.js";

const MOST_ROWS = 500;
const TOP = 6;
// Room for words beside the last lifeline.
const RIGHT = 90;
const MOST_TITLE = 500;
const NEAR = 30;
const TYPE = 14;

/**
 * `sequenceChart({picked(event), focused(pid), following(bool)})` gives `{element, show(state), resized(), toEnd(),
 * stay(), drawing()}`; of `state` are `events` (those to show), `labels` (a Map), `traced` (pids), `ended` and `gone`
 * (Sets), `focus` (a pid or null), and `selection`, a text that says by what they were selected, "" where these are
 * all. `show` returns how many processes have no lifeline.
 */
export function sequenceChart({ picked, focused, following }) {
  const heads = svg("svg", { class: "seq seq-heads", role: "group", "aria-label": "Processes" });
  const lines = svg("g", { class: "seq-lines" });
  const body = svg("g", { role: "list", "aria-label": "Events" });
  const rows = svg("svg", { class: "seq seq-rows" }, lines, body);
  const element = h("div", { class: "scroll seq-scroll", id: "trace-chart", onscroll: scrolled }, heads, rows);
  body.addEventListener("click", (event) => choose(event.target.closest("[data-seq]")));
  body.addEventListener("keydown", rowKey);
  heads.addEventListener("click", (event) => headChosen(event.target.closest("[data-pid]")));
  heads.addEventListener("keydown", headKey);

  let memory = noLanes();
  let selection = "";
  let atEnd = true;
  let shown = new Map();
  let size = { width: 0, height: 0 };
  let by = 1;
  let keys = [];

  function show(state) {
    const events = windowOf(state);
    shown = new Map(events.map((event) => [String(event.seq), event]));
    if (state.selection !== selection) memory = noLanes();
    selection = state.selection;
    const list = rowsOf(events, state.selection !== "");
    const found = placed(list, state.traced, state.ended, memory);
    list.forEach((row, place) => (row.places = found.places[place]));
    size = { width: TIME + Math.max(1, found.lanes.length) * LANE + RIGHT, height: TOP + list.length * ROW + ROW };
    drawHeads(found.lanes, state);
    drawLines(found.lifelines, list.length, state);
    keyed(body, list, (row) => row.key, makeRow, (group, row) => updateRow(group, row, state));
    list.forEach((row, place) => setAttribute(body.children[place], "transform", `translate(0 ${TOP + place * ROW})`));
    keepOneFocusable();
    scale();
    if (atEnd) toEnd();
    else stayAt(list);
    keys = list.map((row) => row.key);
    return found.without;
  }

  // The newest; for who reads further up those from the same event on.
  function windowOf({ events, selection: wanted }) {
    const first = atEnd || wanted !== selection ? -1 : events.findIndex(({ seq }) => shown.has(String(seq)));
    return first < 0 ? events.slice(-MOST_ROWS) : events.slice(first, first + MOST_ROWS);
  }

  function drawHeads(lanes, { labels, ended, focus }) {
    keyed(heads, lanes.filter((pid) => pid !== null), (pid) => pid, makeHead, (group, pid) => {
      const label = labels.get(pid) ?? pid;
      const hasEnded = ended.has(pid);
      setAttribute(group, "transform", `translate(${middle(lanes.indexOf(pid)) - LANE / 2 + 6} 3)`);
      setAttribute(group, "class", `seq-head${hasEnded ? " ended" : ""}`);
      setAttribute(group, "aria-pressed", String(focus === pid));
      setAttribute(group, "aria-label", `${label} ${pid}${hasEnded ? ", ended" : ""}: only its events`);
      setAttribute(group, "data-label", label);
      const [, name, number, title] = group.children;
      const texts = [fitted(label, LANE - 28), hasEnded ? `${pid} ✕ ended` : pid, `${label} #PID<${pid}>`];
      [name, number, title].forEach(
        (part, place) => part.textContent !== texts[place] && (part.textContent = texts[place]),
      );
    });
  }

  function makeHead(pid) {
    const box = svg("rect", { width: LANE - 12, height: HEAD - 6, rx: 5, class: "seq-box" });
    const centred = { x: LANE / 2 - 6, class: "seq-name" };
    return svg(
      "g",
      { role: "button", tabindex: "0", "data-pid": pid },
      box,
      svg("text", { ...centred, y: 18 }),
      svg("text", { ...centred, y: 34, class: "seq-pid" }),
      svg("title", {}),
    );
  }

  function drawLines(lifelines, count, { ended, gone }) {
    const end = TOP + count * ROW + ROW;
    const at = (row) => TOP + row * ROW + LINE;
    const makeLine = () => svg("line", { class: "seq-lifeline" });
    keyed(lines, lifelines, ({ pid }) => pid, makeLine, (line, { pid, lane, from, to, last }) => {
      const y2 = to !== null ? at(to) : gone.has(pid) ? at(last) : ended.has(pid) ? 0 : end;
      const values = { x1: middle(lane), x2: middle(lane), y1: from === null ? 0 : at(from), y2 };
      for (const [name, value] of Object.entries(values)) setAttribute(line, name, value);
    });
  }

  function makeRow({ event, gap }) {
    if (gap) return svg("g", { role: "listitem", "data-gap": gap });
    const props = { role: "listitem", class: `seq-row ${look(event)}`, tabindex: "-1" };
    return svg("g", { ...props, "data-seq": event.seq, "data-kind": event.kind });
  }

  function updateRow(group, { event, gap, places }, { labels }) {
    const label = event?.kind === "spawn" ? labels.get(event.other) : "";
    const layout = `${places?.own} ${places?.other} ${size.width} ${label}`;
    if (group.layout === layout) return;
    group.layout = layout;
    if (gap) return void fill(group, ...gapRow(gap, size.width));
    const background = svg("rect", { width: size.width, height: ROW, class: "seq-background" });
    const title = svg("title", {}, `${words(event)}\n${(event.what ?? "").slice(0, MOST_TITLE)}`);
    fill(group, background, ...drawn(event, places, precise(event.at), label), title);
  }

  function scale() {
    by = parseFloat(getComputedStyle(document.documentElement).fontSize) / TYPE;
    for (const [drawing, height] of [[heads, HEAD], [rows, size.height]]) {
      setAttribute(drawing, "viewBox", `0 0 ${size.width} ${height}`);
      setAttribute(drawing, "width", Math.round(size.width * by));
      setAttribute(drawing, "height", Math.round(height * by));
    }
  }

  // Rows go at the top as others come: what somebody reads stays where it is.
  function stayAt(list) {
    const top = Math.floor(element.scrollTop / (ROW * by));
    const place = list.findIndex((row) => row.key === keys[top]);
    if (place >= 0) element.scrollTop += (place - top) * ROW * by;
  }

  function keepOneFocusable() {
    const all = [...body.querySelectorAll("[data-seq]")];
    if (all.some((row) => row.getAttribute("tabindex") === "0")) return;
    setAttribute(all.at(-1) ?? body, "tabindex", all.length ? "0" : null);
  }

  function choose(row) {
    if (!row) return;
    for (const other of body.querySelectorAll("[data-seq][tabindex='0'], [aria-current]")) {
      setAttribute(other, "tabindex", "-1");
      setAttribute(other, "aria-current", null);
    }
    setAttribute(row, "tabindex", "0");
    setAttribute(row, "aria-current", "true");
    picked(shown.get(row.dataset.seq));
  }

  function rowKey(event) {
    const all = [...body.querySelectorAll("[data-seq]")];
    const place = all.indexOf(event.target.closest("[data-seq]"));
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") event.preventDefault();
    if (event.key === "Enter" || event.key === " ") return choose(all[place]);
    if (next === undefined || all[next] === undefined) return;
    event.preventDefault();
    choose(all[next]);
    all[next].focus();
  }

  function headChosen(head) {
    if (head) focused(head.dataset.pid);
  }

  function headKey(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    headChosen(event.target.closest("[data-pid]"));
  }

  function scrolled() {
    const now = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    if (now !== atEnd) following((atEnd = now));
  }

  function toEnd() {
    atEnd = true;
    element.scrollTop = element.scrollHeight;
  }

  return {
    element,
    show,
    resized() {
      scale();
      if (atEnd) toEnd();
    },
    toEnd,
    stay: () => (atEnd = false),
    drawing: () => ({ heads, rows, width: size.width, headHeight: HEAD, height: size.height }),
  };
}

/** The note for those that have no lifeline. */
export function lanesNote(without) {
  return without ? `, ${without} more processes than the ${MOST_LANES} lifelines shown` : "";
}

/** The time of day with its milliseconds. */
export function precise(at) {
  return `${time(at)}.${String(Math.floor(at % 1000)).padStart(3, "0")}`;
}
