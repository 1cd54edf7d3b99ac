// Heads of tables that sort, and going from row to row with the arrow keys.
import { h, setAttribute } from "./dom.js";

/**
 * A head of columns `{key, title, num?, hint?, first?}` (`first` is the order that a first click gives, "asc" where it
 * is not said; without a key a column does not sort): `{element, show(sort, order)}`. `chosen(sort, order)` is told.
 */
export function sortHead(columns, chosen) {
  let sort = null;
  let order = null;
  const heads = columns.map(({ key, title, num, hint, first = "asc" }) => {
    const props = { scope: "col", class: num ? "num" : null, title: hint, "data-column": key };
    if (!key) return h("th", props, title);
    const click = () => chosen(key, sort === key ? (order === "asc" ? "desc" : "asc") : first);
    return h("th", props, h("button", { class: "sort", onclick: click }, title));
  });
  return {
    element: h("thead", {}, h("tr", {}, ...heads)),
    show(newSort, newOrder) {
      [sort, order] = [newSort, newOrder];
      heads.forEach((head, place) => {
        const value = columns[place].key === sort ? (order === "asc" ? "ascending" : "descending") : null;
        setAttribute(head, "aria-sort", columns[place].key ? (value ?? "none") : null);
      });
    },
  };
}

/** Rows in an order; what is equal in the order of `tie`, or else as it was. */
export function sortedBy(rows, sort, order, tie = sort) {
  const sign = order === "desc" ? -1 : 1;
  return [...rows].sort((one, other) => sign * compared(one[sort], other[sort]) || compared(one[tie], other[tie]));
}

/** Up and Down go to the focusable element (`selector`) of the row above or below. */
export function rowKeys(body, selector) {
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...body.querySelectorAll(selector)];
    const next = all[all.indexOf(event.target.closest(selector)) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
}

function compared(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one ?? "").localeCompare(String(other ?? ""), "en", { numeric: true });
}
