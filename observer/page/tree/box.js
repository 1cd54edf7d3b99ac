// A box of the tree: what it says, and how it looks.
import { setAttribute, svg } from "../parts/dom.js";
import { count } from "../parts/format.js";

export const HEIGHT = 46;
const LEAST_WIDTH = 104;
const MOST_WIDTH = 290;
const TEXT_LEFT = 30;
const TEXT_RIGHT = 14;
// From so many messages on a queue is worth a mark.
const LONG_QUEUE = 10;
const ROOTS = new Set(["application", "shell", "system"]);
const FONTS = { first: "600 14px", second: "12px" };

const NOTHING = { second: "", status: "", queue: 0, restarts: 0, restarted: 0, fresh: false, folded: 0 };

const canvas = document.createElement("canvas").getContext("2d");
const measured = new Map();

/** What the box of a node says; `place` tells whether it is new. */
export function boxOf(node, place, folded) {
  const supervisor = node.kind === "supervisor";
  const root = ROOTS.has(node.kind);
  const first = root ? node.label : (node.name ?? (node.id !== node.what ? node.id : null) ?? node.pid ?? node.label);
  const second = root ? kindText(node) : secondLine(node, first);
  const made = {
    first: cut(first, "first"),
    second: cut(second ?? "", "second"),
    shape: supervisor ? "supervisor" : root ? "root" : "worker",
    status: node.pid === null && root ? "" : node.status,
    queue: node.queue >= LONG_QUEUE ? node.queue : 0,
    restarts: supervisor || !node.restarts ? 0 : node.restarts,
    restarted: supervisor ? (node.restarts ?? 0) : 0,
    fresh: place.since !== null,
    folded: folded ? node.count : 0,
  };
  made.title = titleOf(node, place);
  made.width = widthOf(made);
  return made;
}

/** The box that stands for children that are not shown. */
export function moreBox(hidden) {
  const first = `… ${count(hidden)} more`;
  const made = { ...NOTHING, first, shape: "more", title: "Show more of them" };
  return { ...made, width: widthOf(made) };
}

/** What a status is called. */
export function statusText(status) {
  return status === "undefined" ? "not started" : status;
}

/** Draw what a box says into its group. */
export function drawBox(group, box) {
  const { width } = box;
  const round = box.shape === "root" ? HEIGHT / 2 : 9;
  const parts = [svg("rect", { class: "outer", width, height: HEIGHT, rx: round })];
  if (box.shape === "supervisor") {
    parts.push(svg("rect", { class: "inner", x: 3, y: 3, width: width - 6, height: HEIGHT - 6, rx: round - 3 }));
  }
  if (box.status) parts.push(sign(box.status));
  const left = box.status ? TEXT_LEFT : TEXT_LEFT - 12;
  parts.push(svg("text", { class: "first", x: left, y: box.second ? 20 : 28 }, box.first));
  if (box.second) parts.push(svg("text", { class: "second", x: left, y: 36 }, box.second));
  if (box.fresh) parts.push(badge("new", 8, "fresh-mark", "start"));
  if (box.restarts) parts.push(restartBadge(box.restarts, width - 6, "restarted"));
  if (box.restarted) parts.push(restartBadge(box.restarted, width - 6, "restarts"));
  if (box.queue) parts.push(badge(`queue ${count(box.queue)}`, width - 6, "queue-mark", "end", HEIGHT));
  if (box.folded) parts.push(badge(`+ ${count(box.folded)}`, width + 6, "fold-mark", "start", HEIGHT / 2));
  parts.push(svg("title", {}, box.title));
  group.replaceChildren(...parts);
  setAttribute(group, "aria-label", box.title);
  setAttribute(group, "data-status", box.status || null);
  setAttribute(group, "data-new", box.fresh);
  setAttribute(group, "data-restarts", box.restarts || box.restarted || null);
}

/** Two boxes with the same signature look the same. */
export function signature(box) {
  return JSON.stringify(box);
}

function secondLine(node, first) {
  const runs = node.what === first ? (node.kind === "supervisor" ? "supervisor" : null) : node.what;
  const who = node.pid === null ? statusText(node.status) : node.pid;
  return [runs, who === first ? null : who].filter(Boolean).join(" · ");
}

function kindText(node) {
  return node.kind === "application" ? "application" : node.what;
}

function titleOf(node, place) {
  const parts = [node.name ?? node.label, node.pid, node.what, statusText(node.status)];
  if (node.kind === "supervisor") parts.push(children(node.count), node.strategy);
  if (node.restarts) parts.push(`restarts: ${count(node.restarts)}`);
  if (node.queue) parts.push(`queue: ${count(node.queue)}`);
  if (place.since !== null) parts.push(place.before ? `new, in the place of ${place.before}` : "new");
  return [...new Set(parts.filter(Boolean))].join(", ");
}

function children(number) {
  return `${count(number)} ${number === 1 ? "child" : "children"}`;
}

function sign(status) {
  const group = svg("g", { class: "sign", transform: "translate(17 15.5)" });
  if (status === "running") group.append(svg("circle", { r: 4.5 }));
  else if (status === "suspended") group.append(svg("path", { d: "M-3 -5V5M3 -5V5" }));
  else if (status === "restarting") group.append(svg("path", { d: "M4 -3.4A5 5 0 1 0 5 1.5M4.6 -6V-3H1.6" }));
  else if (status === "ended") group.append(svg("path", { d: "M-4 -4L4 4M4 -4L-4 4" }));
  else if (status === "no answer") group.append(svg("text", { y: 5, "text-anchor": "middle" }, "?"));
  else group.append(svg("path", { d: "M-4 0H4" }));
  return group;
}

function restartBadge(times, x, kind) {
  const made = badge(`↻ ${count(times)}`, x, "restart-mark", "end");
  made.setAttribute("data-mark", kind);
  return made;
}

/** A small figure on the border: at `x`, which is its start or its end, and in the height of `y`. */
function badge(text, x, kind, anchor, y = 0) {
  const width = textWidth(text, "second") + 12;
  const left = anchor === "end" ? x - width : x;
  return svg(
    "g",
    { class: `mark ${kind}`, transform: `translate(${left} ${y - 9})` },
    svg("rect", { width, height: 18, rx: 9 }),
    svg("text", { x: width / 2, y: 13.2, "text-anchor": "middle" }, text),
  );
}

function widthOf(box) {
  const text = Math.max(textWidth(box.first, "first"), textWidth(box.second, "second"));
  return Math.round(Math.max(LEAST_WIDTH, text + TEXT_RIGHT + (box.status ? TEXT_LEFT : TEXT_LEFT - 12)));
}

/** As much of a text as a box has room for. */
function cut(text, kind) {
  const room = MOST_WIDTH - TEXT_LEFT - TEXT_RIGHT;
  if (textWidth(text, kind) <= room) return text;
  let [least, most] = [0, Math.min(text.length, 80)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (textWidth(`${text.slice(0, middle)}…`, kind) <= room) least = middle;
    else most = middle - 1;
  }
  return `${text.slice(0, least)}…`;
}

function textWidth(text, kind) {
  const key = `${kind}${text}`;
  let width = measured.get(key);
  if (width === undefined) {
    canvas.font = `${FONTS[kind]} system-ui, sans-serif`;
    width = canvas.measureText(text).width;
    // A page may stay open for weeks, and pids come and go.
    if (measured.size > 5000) measured.clear();
    measured.set(key, width);
  }
  return width;
}
