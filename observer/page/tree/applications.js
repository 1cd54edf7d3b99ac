// Every supervision tree, drawn, with what happens in it.
import { canAct, exitDialog } from "../action/process_actions.js";
import { processMenu } from "../action/process_menu.js";
import { address, rewrite } from "../frame/route.js";
import { notice, watch } from "../live/live.js";
import { hasDialog } from "../parts/dialog.js";
import { fill, h, setAttribute, setText } from "../parts/dom.js";
import { onLongTouch } from "../parts/long_touch.js";
import { contextOf, treeAside } from "./aside.js";
import { treeDrawing } from "./drawing.js";
import { advance, nextChange, noPlaces, settle, wayTo } from "./places.js";
import { ALL, LOOSE, chosenRoots, treeRoots } from "./roots.js";

export const title = "Applications";

// So many children of one process are drawn, and so many more with each click.
const SHOWN = 16;
const MORE = 200;
const MOST_ASKED = 10_000;
const LEAST_ASKED = 100;
const LEAST_SCALE = 0.7;
const ZOOM = 1.25;
// What keys do there is theirs.
const OTHERS = "input, select, textarea, summary";

// How it was when it was last open: back from a process everything is where it was.
const kept = { root: ALL, links: false, everything: false, at: null, pid: null };

/** Show it. `query.root` is a tree's key, `query.pid` who is selected, `query.own` that the runtime's own are shown. */
export function open(panel, path, query) {
  if (query.root) kept.root = query.root;
  if (query.own) kept.everything = true;
  if (query.pid) Object.assign(kept, { pid: query.pid, root: query.root ?? ALL, at: null });
  const drawing = treeDrawing();
  const aside = treeAside();
  const { element: svg, view } = drawing;
  const forest = noPlaces();
  const folded = new Set();
  const shown = new Map();
  let links = [];
  let chosen = null;
  // The box that stays in its place on the screen when the tree changes.
  let anchor = null;
  let wantedPid = kept.pid;
  let drawn = false;
  let asked = LEAST_ASKED;
  let timer = null;
  let stop = () => {};

  const roots = treeRoots(chooseRoot);
  const linkButton = button("tree-links", "Links", "Links between processes (L)", toggleLinks);
  const everythingBox = h(
    "input",
    { type: "checkbox", id: "tree-everything", checked: kept.everything, onchange: toggleEverything },
  );
  const empty = h("p", { class: "tree-empty muted", hidden: true }, "No processes are running here.");
  const tools = h(
    "div",
    { class: "tree-tools" },
    button("tree-in", "+", "Larger (+)", () => view.zoomBy(ZOOM), "icon-button"),
    button("tree-out", "−", "Smaller (-)", () => view.zoomBy(1 / ZOOM), "icon-button"),
    button("tree-fit", "Fit", "All of it (0)", () => drawing.fit()),
    linkButton,
  );
  const side = h(
    "div",
    { class: "tree-side" },
    roots.element,
    h("label", { class: "check", for: "tree-everything" }, everythingBox, "the runtime's own"),
  );
  panel.classList.add("filled");
  fill(panel, side, h("div", { class: "tree-stage" }, svg, tools, empty), aside.element);
  showLinks();

  // Wherever the focus is: who comes by a link has it nowhere.
  document.addEventListener("keydown", pressed);
  svg.addEventListener("click", clicked);
  svg.addEventListener("dblclick", (event) => openProcess(entryAt(event)));
  svg.addEventListener("contextmenu", (event) => menuAt(event, event.clientX, event.clientY));
  onLongTouch(svg, (event) => menuAt(event, event.clientX, event.clientY));
  // What is said of who is selected takes room: who is selected stays in sight.
  const resized = new ResizeObserver(
    () => drawing.entry(chosen) && view.reveal(drawing.frameOf(drawing.entry(chosen))),
  );
  resized.observe(svg);
  ask();

  function ask() {
    stop();
    stop = watch(`applications?limit=${asked}${kept.everything ? "&everything=1" : ""}`, came, ({ error }) => {
      empty.hidden = drawn;
      setText(empty, error);
    });
  }

  function came(data) {
    links = data.links;
    advance(forest, data.roots, Date.now());
    refresh();
  }

  function refresh() {
    clearTimeout(timer);
    const { key, places } = chosenRoots(forest.roots, kept.root, shown.get(LOOSE) ?? SHOWN);
    // Before the first answer a tree that is asked for is not there yet.
    if (forest.roots.length) kept.root = key;
    roots.show(forest.roots, kept.root);
    drawing.show(places, { folded, shown: (id) => shown.get(id) ?? SHOWN, links: kept.links ? links : null, anchor });
    empty.hidden = places.length > 0;
    if (wantedPid) findWanted();
    if (chosen !== null && !drawing.entry(chosen)) choose(null);
    else showChosen();
    if (!drawn && places.length) show();
    const next = nextChange(forest, Date.now());
    if (next !== null) timer = setTimeout(() => (settle(forest, Date.now()), refresh()), next - Date.now() + 20);
  }

  function show() {
    drawn = true;
    if (kept.at) view.restore(kept.at);
    else drawing.fit(LEAST_SCALE);
    if (chosen !== null) view.reveal(drawing.frameOf(drawing.entry(chosen)));
  }

  function chooseRoot(key) {
    kept.root = key;
    rewrite("applications", "", { root: key === ALL ? "" : key });
    refresh();
    drawing.fit(LEAST_SCALE);
  }

  // Who is selected.

  function choose(id, { reveal = false } = {}) {
    chosen = id;
    anchor = id;
    kept.pid = drawing.entry(id)?.node?.pid ?? null;
    drawing.mark(id);
    if (reveal && id !== null) view.reveal(drawing.frameOf(drawing.entry(id)));
    showChosen();
  }

  function showChosen() {
    const entry = drawing.entry(chosen);
    const node = entry?.node ?? null;
    if (node) kept.pid = node.pid;
    const ended = entry && !node && entry.place ? { ...entry.place.ghost.node, pid: null, status: "ended" } : null;
    if (ended) aside.show({ node: ended, place: entry.place, supervisor: null });
    else aside.show(node ? { node, place: entry.place, supervisor: entry.up?.node ?? null } : null);
  }

  function findWanted() {
    const pid = wantedPid;
    wantedPid = null;
    const way = wayTo(forest.roots, pid);
    if (way.length === 0) return;
    way.slice(0, -1).forEach((place, depth) => {
      folded.delete(place.id);
      const number = place.children.indexOf(way[depth + 1]) + 1;
      if (number > (shown.get(place.id) ?? SHOWN)) shown.set(place.id, number);
    });
    const { id } = way.at(-1);
    if (!drawing.entry(id)) refresh();
    if (!drawing.entry(id)) return;
    choose(id);
    if (!drawn && !kept.at) show();
    view.centre(drawing.frameOf(drawing.entry(id)));
  }

  function entryAt(event) {
    const id = event.target.closest?.("[data-box]")?.dataset.box;
    return id === undefined ? undefined : drawing.entry(id);
  }

  function clicked(event) {
    if (view.wasDragged()) return;
    const entry = entryAt(event);
    svg.focus({ preventScroll: true });
    if (entry?.box.shape === "more") more(entry);
    else choose(entry?.id ?? null);
  }

  function more(entry) {
    const id = entry.of.id;
    const most = (shown.get(id) ?? SHOWN) + MORE;
    shown.set(id, most);
    anchor = entry.up?.down.at(-2)?.id ?? null;
    const wanted = Math.min(MOST_ASKED, most);
    if (id !== LOOSE && wanted > asked) {
      asked = wanted;
      comeToLight();
    }
    refresh();
  }

  function openProcess(entry) {
    if (entry?.box.shape === "more") more(entry);
    else if (entry?.node?.pid) location.hash = address("process", entry.node.pid);
  }

  function menuAt(event, x, y) {
    const entry = entryAt(event);
    if (!entry?.node) return;
    event.preventDefault();
    choose(entry.id);
    menuOf(entry, x, y);
  }

  function menuOf(entry, x, y) {
    const context = aside.context() ?? contextOf({ node: entry.node, supervisor: entry.up?.node ?? null });
    if (context.pid || context.supervisor) processMenu(context.pid, context.label, x, y, context);
  }

  function menuByKey(entry) {
    const box = drawing.entry(entry.id).element.getBoundingClientRect();
    menuOf(entry, box.left + 12, box.bottom + 2);
  }

  function kill(entry) {
    if (!canAct()) return notice("This screen only shows: nothing can be done here.");
    if (entry?.node?.pid) exitDialog([{ pid: entry.node.pid, label: entry.node.name ?? entry.node.label }]);
    else notice("Choose a process first.");
  }

  function fold(entry) {
    if (!entry.foldable) return;
    if (!folded.delete(entry.id)) folded.add(entry.id);
    refresh();
  }

  // Keys.

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(OTHERS) || hasDialog()) return;
    const onButton = event.target.closest("button, a");
    if (onButton && (event.key === "Enter" || event.key === " ")) return;
    const entry = drawing.entry(chosen);
    const act = forView(event.key) ?? forEntry(event, entry) ?? walking(event.key, entry);
    if (!act) return;
    event.preventDefault();
    act();
  }

  function forView(key) {
    return {
      "+": () => view.zoomBy(ZOOM),
      "=": () => view.zoomBy(ZOOM),
      "-": () => view.zoomBy(1 / ZOOM),
      0: () => drawing.fit(),
      l: toggleLinks,
      L: toggleLinks,
      k: () => kill(drawing.entry(chosen)),
    }[key];
  }

  function forEntry(event, entry) {
    if (!entry) return null;
    if (event.key === "F10" && event.shiftKey) return () => menuByKey(entry);
    return {
      Enter: () => openProcess(entry),
      " ": () => fold(entry),
      m: () => entry.node && menuByKey(entry),
      ContextMenu: () => entry.node && menuByKey(entry),
      Escape: () => choose(null),
    }[event.key];
  }

  function walking(key, entry) {
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home"].includes(key)) return null;
    return () => {
      const next = entry && key !== "Home" ? neighbour(entry, key) : drawing.entries().next().value;
      if (next) choose(next.id, { reveal: true });
    };
  }

  function neighbour(entry, key) {
    if (key === "ArrowLeft") return entry.up;
    if (key === "ArrowRight") return entry.down[Math.floor((entry.down.length - 1) / 2)];
    const down = key === "ArrowDown";
    let best = null;
    for (const other of drawing.entries()) {
      const ahead = other.depth === entry.depth && (down ? other.toY > entry.toY : other.toY < entry.toY);
      if (ahead && (best === null || (down ? other.toY < best.toY : other.toY > best.toY))) best = other;
    }
    return best;
  }

  // What else is shown.

  function toggleLinks() {
    kept.links = !kept.links;
    showLinks();
    refresh();
  }

  function showLinks() {
    setAttribute(linkButton, "aria-pressed", String(kept.links));
  }

  function toggleEverything() {
    kept.everything = everythingBox.checked;
    comeToLight();
  }

  /** Ask for more than before: what was merely out of sight is not new. */
  function comeToLight() {
    forest.highest = null;
    ask();
  }

  return {
    close() {
      stop();
      clearTimeout(timer);
      document.removeEventListener("keydown", pressed);
      panel.classList.remove("filled");
      if (drawn) kept.at = { ...view.at };
      resized.disconnect();
      aside.close();
      drawing.close();
    },
    update(next) {
      if (next.root) chooseRoot(next.root);
      if (next.pid) wantedPid = next.pid;
      refresh();
    },
  };
}

function button(id, text, hint, run, kind = "") {
  return h("button", { id, class: `button ${kind}`, title: hint, "aria-label": hint, onclick: run }, text);
}
