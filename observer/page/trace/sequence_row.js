// One row of a sequence chart: a message is an arrow, a spawn a dotted one, a link a line with two dots, an end a
// cross.
import { svg } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { LANE, LINE, ROW, TIME, fitted, middle } from "./sequence_layout.js";

const TIP = 7;
const NORMAL = new Set([":normal", "'normal'", ":shutdown", "'shutdown'"]);

/** What happened, in words: "call ('next')". */
export function words(event) {
  const { kind, word, short } = event;
  if (kind === "exit") return `exit ${short}`;
  if (kind === "link" || kind === "unlink") return kind;
  if (kind === "register" || kind === "unregister") return `${kind} ${short}`;
  if (kind === "spawn") return short ? `spawn ${short}` : "spawn";
  return word ? `${word} ${short}` : short;
}

/** How it looks: a class for each kind. */
export function look(event) {
  if (event.kind === "exit") return NORMAL.has(event.short) ? "quiet" : "bad";
  if (event.kind === "lost") return "bad";
  if (event.kind === "spawn") return "new";
  if (event.kind === "send" || event.kind === "receive") return event.word === "reply" ? "reply" : "message";
  return "quiet";
}

/**
 * The shapes of a row, at its own origin. `own` and `other` are the lanes of the event's processes, undefined where
 * there is none; `label` is what a spawned process is called.
 */
export function drawn(event, { own, other }, time, label) {
  const at = svg("text", { x: 8, y: LINE, class: "seq-time" }, time);
  if (own === undefined && other === undefined) return [at, note(TIME, `${event.pid}: ${words(event)}`)];
  return [at, ...shapes(event, own, other, label)];
}

/** A row that tells of what is not there. */
export function gapRow(number, width) {
  return [
    svg("line", { x1: TIME - 8, x2: width - 8, y1: ROW / 2, y2: ROW / 2, class: "seq-gap" }),
    svg(
      "text",
      { x: TIME + 12, y: 17, class: "seq-label muted" },
      `… ${count(number)} ${number === 1 ? "event" : "events"} left out`,
    ),
  ];
}

function shapes(event, own, other, label) {
  const text = words(event);
  switch (event.kind) {
    case "exit":
      return [...cross(middle(own)), note(middle(own) + 12, text)];
    case "register":
    case "unregister":
      return [dot(middle(own)), note(middle(own) + 12, text)];
    case "link":
    case "unlink":
      if (own === undefined) return [dot(middle(other)), note(middle(other) + 12, `${text} ${event.pid}`)];
      if (other === undefined) return [dot(middle(own)), note(middle(own) + 12, `${text} ${event.other}`)];
      return [line(middle(own), middle(other)), dot(middle(own)), dot(middle(other)), between(own, other, text)];
    case "receive":
      return arrow(event, other, own, text);
    case "spawn":
      return [...arrow(event, own, other, text), ...(other === undefined ? [] : [born(other, event.other, label)])];
  }
  return arrow(event, own, other, text);
}

// From one place to another; undefined is somewhere that has no lifeline.
function arrow(event, from, to, text) {
  if (from !== undefined && to !== undefined && from !== to) {
    const [start, end] = [middle(from), middle(to)];
    const back = end > start ? -1 : 1;
    const target = event.kind === "lost" ? end + back * 12 : end;
    const tip = event.kind === "lost" ? cross(target) : [head(target, back)];
    return [line(start, target), ...tip, between(from, to, text)];
  }
  if (from !== undefined && to === from) return loop(middle(from), text);
  if (to === undefined) {
    const start = middle(from);
    const named = event.other === event.pid ? "itself" : event.other;
    const reach = start + 26;
    return [
      line(start, reach),
      ...(event.kind === "lost" ? cross(reach) : [head(reach, -1)]),
      note(reach + 9, `${named ? `to ${named}: ` : ""}${text}`),
    ];
  }
  const end = middle(to);
  return [
    line(end - 26, end),
    head(end, -1),
    svg("circle", { cx: end - 29, cy: LINE, r: 3, class: "seq-open" }),
    note(end + 8, text),
  ];
}

function loop(x, text) {
  return [
    svg("path", { d: `M${x} ${LINE - 9}h18v8h-${18 - TIP}`, class: "seq-line" }),
    head(x, 1, LINE - 1),
    note(x + 26, text),
  ];
}

function line(from, to) {
  return svg("line", { x1: from, x2: to, y1: LINE, y2: LINE, class: "seq-line" });
}

function head(x, back, y = LINE) {
  return svg("path", { d: `M${x} ${y}l${back * TIP} -4v8z`, class: "seq-head-of-arrow" });
}

function dot(x) {
  return svg("circle", { cx: x, cy: LINE, r: 3.5, class: "seq-dot" });
}

function cross(x) {
  return [svg("path", { d: `M${x - 5} ${LINE - 5}l10 10m0 -10l-10 10`, class: "seq-cross" })];
}

function between(one, other, text) {
  const width = Math.abs(one - other) * LANE - 24;
  return svg(
    "text",
    { x: (middle(one) + middle(other)) / 2, y: LINE - 6, class: "seq-label centred" },
    fitted(text, width),
  );
}

// Whose the lane is from here on: the head above may be another's.
function born(place, pid, label) {
  return svg(
    "text",
    { x: middle(place) + 9, y: LINE + 4, class: "seq-label muted" },
    fitted(label ? `${label} ${pid}` : pid, LANE * 1.2),
  );
}

function note(x, text) {
  return svg("text", { x, y: LINE + 4, class: "seq-label" }, fitted(text, LANE * 1.6));
}
