// The list of trees at the left, of which one is chosen, or all.
import { h, keyed, setAttribute, setText } from "../parts/dom.js";
import { count } from "../parts/format.js";

export const ALL = "all";
// Processes that stand alone: each would be a tree of one box.
export const LOOSE = "loose";

/** The list. `chose(key)` is told. Returns `{element, show(roots, chosen)}`. */
export function treeRoots(chose) {
  let keys = [];
  let chosen = ALL;
  const element = h(
    "div",
    { id: "roots", class: "tree-roots", role: "listbox", "aria-label": "Trees", tabindex: "0", onkeydown: pressed },
  );

  function show(roots, key) {
    chosen = key;
    const items = itemsOf(roots);
    keys = items.map((item) => item.key);
    keyed(element, items, (item) => item.key, rowOf, showRow);
    setAttribute(element, "aria-activedescendant", `root-${keys.indexOf(chosen)}`);
  }

  function rowOf({ key }) {
    return h("div", { role: "option", "data-root": key, onclick: () => chose(key) }, h("span", {}), h("small", {}));
  }

  function showRow(row, { key, text, number, kind, level }) {
    setText(row.firstChild, text);
    setAttribute(row.firstChild, "title", text);
    setText(row.lastChild, number === undefined ? "" : count(number));
    setAttribute(row, "id", `root-${keys.indexOf(key)}`);
    setAttribute(row, "data-kind", kind ?? null);
    setAttribute(row, "data-level", level ? "1" : null);
    setAttribute(row, "aria-selected", String(key === chosen));
  }

  function pressed(event) {
    const place = keys.indexOf(chosen);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    chose(keys[Math.max(0, Math.min(keys.length - 1, next))]);
    element.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  return { element, show };
}

/** The places to draw where a key is chosen, and the key, which is "all" where that tree is gone; of very many
 * processes that stand alone the first `most`, and `{id, hidden}` for the others. */
export function chosenRoots(roots, key, most) {
  const trees = roots.filter((place) => !isLoose(place));
  const loose = limited(roots.filter(isLoose), most);
  if (key === LOOSE && loose.length) return { key, places: loose };
  const one = trees.flatMap((place) => [place, ...place.children]).find((place) => place.node?.key === key);
  return one ? { key, places: [one] } : { key: ALL, places: [...trees, ...loose] };
}

function itemsOf(roots) {
  const items = [{ key: ALL, text: "All" }];
  for (const root of roots) {
    if (isLoose(root) || root.node === null) continue;
    items.push(itemOf(root.node, 0));
    for (const { node } of root.children) if (node?.kind === "supervisor") items.push(itemOf(node, 1));
  }
  const loose = roots.filter(isLoose).length;
  return loose ? [...items, { key: LOOSE, text: "Single processes", number: loose }] : items;
}

function itemOf(node, level) {
  return { key: node.key, text: node.name ?? node.label, number: node.count, kind: node.kind, level };
}

function isLoose(place) {
  return place.children.length === 0 && (place.node ?? place.ghost.node).pid !== null;
}

function limited(loose, most) {
  const hidden = loose.length - most;
  return hidden > 0 ? [...loose.slice(0, most), { id: LOOSE, hidden }] : loose;
}
