// The trees, drawn: boxes and lines that move when the tree changes, and only those that are seen.
import { setAttribute, svg } from "../parts/dom.js";
import { HEIGHT, boxOf, drawBox, moreBox, signature } from "./box.js";
import { layOut, linePath } from "./layout.js";
import { viewport } from "./viewport.js";

const GAPS = { height: HEIGHT, gap: 14, treeGap: 30, levelGap: 60 };
const BEND = GAPS.levelGap / 2;
const MOVE_MS = 380;
// With more than these on the move a jump is calmer.
const MOST_MOVING = 600;
// Smaller than this no text can be read: none is drawn.
const READABLE = 0.3;
const CLEAR = { left: 0, right: 0, top: 0, bottom: 0 };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A drawing. Returns `{element, view, show, mark, entry, entries, fit, close}`. */
export function treeDrawing() {
  const layers = ["lines", "links", "boxes", "ghosts"].map((name) => svg("g", { class: `tree-${name}` }));
  const [lineLayer, linkLayer, boxLayer, ghostLayer] = layers;
  const world = svg("g", {}, ...layers);
  const element = svg(
    "svg",
    { id: "tree", class: "tree", tabindex: "0", role: "tree", "aria-label": "Processes" },
    world,
  );
  const linkPath = svg("path", { class: "link" });
  const chosenLinkPath = svg("path", { class: "link of-selected" });
  linkLayer.append(linkPath, chosenLinkPath);

  let entries = new Map();
  let extent = { width: 0, height: 0 };
  let links = [];
  let selected = null;
  let seen = CLEAR;
  let frame = 0;
  let started = 0;
  let culling = 0;

  const view = viewport(element, world, () => {
    element.classList.toggle("unreadable", view.at.scale < READABLE);
    if (!culling && !within(view.visible(0), seen)) culling = requestAnimationFrame(() => ((culling = 0), cull()));
  });
  const resized = new ResizeObserver(() => cull());
  resized.observe(element);

  function show(places, { folded, shown, links: pairs, anchor }) {
    const { boxes, width, height } = layOut(arranged(places, folded, shown), GAPS);
    const before = entries;
    hold(boxes, anchor);
    entries = new Map();
    let moving = 0;
    boxes.forEach(({ node, parent, depth, x, y }) => {
      const { id } = node;
      const old = before.get(id);
      const entry = old ?? { id, x, y, element: null, ghost: null, line: null, drawn: "" };
      Object.assign(entry, { ...node, depth, toX: x, toY: y, fromX: entry.x, fromY: entry.y, up: null, down: [] });
      entry.up = parent < 0 ? null : entries.get(boxes[parent].node.id);
      entry.up?.down.push(entry);
      if (entry.x !== x || entry.y !== y) moving += 1;
      entries.set(id, entry);
    });
    for (const [id, entry] of before) if (!entries.has(id)) undraw(entry);
    extent = { width, height };
    links = pairs ? ends(pairs) : [];
    if (moving && before.size && moving <= MOST_MOVING && !still.matches) animate();
    else if (moving) arrive();
    cull();
  }

  /** Let a box stay where it is on the screen, and the others move around it. */
  function hold(boxes, anchor) {
    const held = boxes.find(({ node }) => node.id === anchor && entries.has(anchor)) ?? boxes[0];
    const old = held && entries.get(held.node.id);
    if (!old) return;
    const [right, down] = [held.x - old.toX, held.y - old.toY];
    if (right === 0 && down === 0) return;
    for (const entry of entries.values()) {
      entry.x += right;
      entry.y += down;
    }
    view.move(-right * view.at.scale, -down * view.at.scale);
  }

  function animate() {
    started = performance.now();
    if (!frame) frame = requestAnimationFrame(step);
  }

  function step(now) {
    const part = Math.min(1, Math.max(0, (now - started) / MOVE_MS));
    const eased = 1 - (1 - part) ** 3;
    for (const entry of entries.values()) {
      if (entry.x === entry.toX && entry.y === entry.toY) continue;
      entry.x = part === 1 ? entry.toX : entry.fromX + (entry.toX - entry.fromX) * eased;
      entry.y = part === 1 ? entry.toY : entry.fromY + (entry.toY - entry.fromY) * eased;
    }
    frame = part < 1 ? requestAnimationFrame(step) : 0;
    if (part === 1) cull();
    else for (const entry of entries.values()) place(entry);
    drawLinks();
  }

  function arrive() {
    cancelAnimationFrame(frame);
    frame = 0;
    for (const entry of entries.values()) [entry.x, entry.y] = [entry.toX, entry.toY];
  }

  /** Draw what is seen and a good way around it; take the rest out of the page. */
  function cull() {
    seen = view.visible(0.6);
    for (const entry of entries.values()) {
      const top = Math.min(entry.y, entry.toY);
      const bottom = Math.max(entry.y, entry.toY) + HEIGHT;
      const across = entry.x < seen.right && entry.x + entry.box.width > seen.left;
      if ((across && top < seen.bottom && bottom > seen.top) || entry.id === selected) draw(entry);
      else undrawBox(entry);
      const last = entry.down.at(-1);
      const isLineSeen =
        last && Math.min(top, entry.down[0].y) < seen.bottom && Math.max(bottom, last.y + HEIGHT) > seen.top;
      if (isLineSeen) drawLine(entry);
      else undrawLine(entry);
    }
    drawLinks();
  }

  function draw(entry) {
    if (entry.element === null) {
      entry.element = svg("g", { id: `box-${entry.id}`, role: "treeitem", "data-box": entry.id });
      entry.drawn = "";
      boxLayer.append(entry.element);
    }
    const signed = signature(entry.box);
    if (entry.drawn !== signed) drawBox(entry.element, entry.box);
    entry.drawn = signed;
    const node = entry.node;
    setAttribute(entry.element, "class", classes(entry));
    setAttribute(entry.element, "data-pid", node?.pid ?? null);
    setAttribute(entry.element, "data-ended", node === null ? (entry.place?.ghost?.node.pid ?? null) : null);
    setAttribute(entry.element, "data-key", node?.key ?? null);
    setAttribute(entry.element, "data-kind", node?.kind ?? entry.box.shape);
    setAttribute(entry.element, "aria-level", String(entry.depth + 1));
    setAttribute(entry.element, "aria-selected", String(entry.id === selected));
    setAttribute(entry.element, "aria-expanded", entry.foldable ? String(!entry.box.folded) : null);
    drawGhost(entry);
    place(entry);
  }

  function classes(entry) {
    const ended = entry.node === null && entry.box.shape !== "more";
    const replaced = entry.place?.ghost && entry.node !== null;
    return [
      "box",
      entry.box.shape,
      ended && "ended",
      entry.box.fresh && "fresh",
      replaced && "replaced",
      entry.id === selected && "selected",
    ]
      .filter(Boolean)
      .join(" ");
  }

  /** Who ended in a place that another has taken since: fading, over it. */
  function drawGhost(entry) {
    const ended = entry.node === null ? null : (entry.place?.ghost?.node ?? null);
    if (entry.ghost && entry.ghost.dataset.ended !== ended?.pid) {
      entry.ghost.remove();
      entry.ghost = null;
    }
    if (ended === null || entry.ghost) return;
    const box = boxOf({ ...ended, status: "ended" }, { since: null }, false);
    entry.ghost = svg("g", { class: `box ghost ${box.shape}`, "data-ended": ended.pid, "aria-hidden": "true" });
    drawBox(entry.ghost, { ...box, width: entry.box.width });
    ghostLayer.append(entry.ghost);
  }

  function place(entry) {
    const where = `translate(${entry.x.toFixed(1)} ${entry.y.toFixed(1)})`;
    if (entry.element) setAttribute(entry.element, "transform", where);
    if (entry.ghost) setAttribute(entry.ghost, "transform", where);
    if (entry.line) setAttribute(entry.line, "d", linesOf(entry));
  }

  function drawLine(entry) {
    if (!entry.line) lineLayer.append((entry.line = svg("path", { class: "line" })));
    setAttribute(entry.line, "d", linesOf(entry));
  }

  function drawLinks() {
    const paths = { all: "", chosen: "" };
    for (const [one, other] of links) {
      paths[one.id === selected || other.id === selected ? "chosen" : "all"] += linkLine(one, other);
    }
    setAttribute(linkPath, "d", paths.all || null);
    setAttribute(chosenLinkPath, "d", paths.chosen || null);
  }

  function ends(pairs) {
    const byPid = new Map(
      [...entries.values()].filter((entry) => entry.node?.pid).map((entry) => [entry.node.pid, entry]),
    );
    return pairs
      .map(([one, other]) => [byPid.get(one), byPid.get(other)])
      .filter(([one, other]) => one && other && one.up !== other && other.up !== one);
  }

  function undrawBox(entry) {
    entry.element?.remove();
    entry.ghost?.remove();
    [entry.element, entry.ghost, entry.drawn] = [null, null, ""];
  }

  function undrawLine(entry) {
    entry.line?.remove();
    entry.line = null;
  }

  function undraw(entry) {
    undrawBox(entry);
    undrawLine(entry);
  }

  return {
    element,
    view,
    show,
    /** Choose a box by its id, or none. */
    mark(id) {
      const before = entries.get(selected);
      selected = id;
      for (const entry of [before, entries.get(id)]) if (entry) draw(entry);
      setAttribute(element, "aria-activedescendant", entries.has(id) ? `box-${id}` : null);
      drawLinks();
    },
    entry: (id) => entries.get(id),
    entries: () => entries.values(),
    fit: (least) => view.fit(extent, least),
    /** Where a box will stand, for `view.reveal`. */
    frameOf: (entry) => ({ x: entry.toX, y: entry.toY, width: entry.box.width, height: HEIGHT }),
    close() {
      resized.disconnect();
      cancelAnimationFrame(frame);
      cancelAnimationFrame(culling);
    },
  };
}

/** The nodes for the layout: without what is folded away or beyond the number that is shown. */
function arranged(places, folded, shown) {
  return places.map((place) => {
    if (place.hidden) return more(place.id, place, place.hidden);
    const node = place.node ?? { ...place.ghost.node, status: "ended" };
    const foldable = place.children.length > 0;
    const isFolded = foldable && folded.has(place.id);
    const most = shown(place.id);
    const children = isFolded ? [] : arranged(place.children.slice(0, most), folded, shown);
    const hidden = node.count - place.children.slice(0, most).filter((child) => child.node !== null).length;
    if (!isFolded && place.node !== null && hidden > 0) children.push(more(`${place.id}-more`, place, hidden));
    const box = boxOf(node, place, isFolded);
    return { id: place.id, place, node: place.node, box, width: box.width, foldable, children };
  });
}

/** What stands for children of `of` that are not shown. */
function more(id, of, hidden) {
  const box = moreBox(hidden);
  return { id, place: null, node: null, of, box, width: box.width, foldable: false, children: [] };
}

function linesOf(entry) {
  const [x, y] = [entry.x + entry.box.width, entry.y + HEIGHT / 2];
  return entry.down.map((child) => linePath(x, y, child.x, child.y + HEIGHT / 2, BEND)).join("");
}

function linkLine(one, other) {
  const [left, right] = one.x <= other.x ? [one, other] : [other, one];
  const [leftY, rightY] = [left.y + HEIGHT / 2, right.y + HEIGHT / 2];
  const start = left.x + left.box.width;
  if (right.x < start) {
    const end = right.x + right.box.width;
    const out = Math.max(start, end) + 24 + Math.min(60, Math.abs(leftY - rightY) / 8);
    return `M${start} ${leftY}C${out} ${leftY} ${out} ${rightY} ${end} ${rightY}`;
  }
  const middle = (start + right.x) / 2;
  return `M${start} ${leftY}C${middle} ${leftY} ${middle} ${rightY} ${right.x} ${rightY}`;
}

function within(inner, outer) {
  const isAcross = inner.left >= outer.left && inner.right <= outer.right;
  return isAcross && inner.top >= outer.top && inner.bottom <= outer.bottom;
}
