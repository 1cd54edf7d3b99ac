// Elements, made and changed in place. Nothing here takes HTML: what is shown is text.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "selected", "indeterminate", "disabled", "open", "hidden", "htmlFor"]);

/** An element: `h("a", {class: "pid", href: "#/load", onclick: f, "aria-label": "…"}, "text", child, [more])`. */
export function h(tag, props, ...children) {
  return made(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return made(document.createElementNS(SVG, tag), props, children);
}

/** Put these children in the place of those that were there. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

/** Change an element's text within the text node that is there: a selection survives; what is equal is untouched. */
export function setText(element, text) {
  const wanted = String(text);
  const first = element.firstChild;
  if (first !== null && first === element.lastChild && first.nodeType === Node.TEXT_NODE) {
    if (first.data !== wanted) first.data = wanted;
  } else if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/** Change an attribute where it differs; null and false take it away. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const wanted = value === true ? "" : String(value);
  if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted);
}

const rowsOf = new WeakMap();

/**
 * Make the children of `parent` those of `items`: `make(item)` gives the element of a new key, `update(element, item)`
 * brings it up to date, always. Elements stay those of their key; focus and scroll position survive a new order.
 */
export function keyed(parent, items, keyOf, make, update) {
  const before = rowsOf.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (after.has(key)) continue;
    const element = before.get(key) ?? make(item);
    update(element, item);
    after.set(key, element);
  }
  for (const [key, element] of before) {
    if (!after.has(key)) element.remove();
  }
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let place = parent.firstChild;
  for (const element of after.values()) {
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  if (focused !== null && focused !== document.activeElement && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
  rowsOf.set(parent, after);
}

function made(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.setAttribute("class", value);
    else if (typeof value === "function") element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (PROPERTIES.has(name) && name in element) element[name] = value;
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
