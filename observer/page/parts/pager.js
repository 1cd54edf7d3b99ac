// Turning the pages of what is too long to show at once.
import { h, setAttribute, setText } from "./dom.js";

const BUTTONS = [
  ["first", "First page", "«"],
  ["back", "Page before", "‹"],
  ["next", "Next page", "›"],
  ["last", "Last page", "»"],
];

/**
 * `pager(turnTo, toRow)` gives `{element, show(text, {first, back, next, last})}`: what is shown now, and the offset to
 * which each button leads, null where it leads nowhere. `turnTo(offset)` and `toRow(number from 1)` are told.
 */
export function pager(turnTo, toRow) {
  let offsets = {};
  const range = h("span", { class: "pager-range", id: "pager-range" }, "");
  const buttons = new Map(BUTTONS.map(([name, label, text]) => [name, button(name, label, text)]));
  const props = { type: "number", id: "pager-row", min: "1", placeholder: "row", "aria-label": "Go to row" };
  const row = h("input", { ...props, onchange: jump });
  const [first, back, next, last] = buttons.values();

  function button(name, label, text) {
    const click = () => offsets[name] !== null && turnTo(offsets[name]);
    // Not `disabled`: the one that was pressed last would lose the focus.
    const said = { "aria-label": label, title: label };
    return h("button", { class: "button icon-button", id: `pager-${name}`, ...said, onclick: click }, text);
  }

  function jump() {
    if (Number(row.value) >= 1) toRow(Math.floor(Number(row.value)));
    row.value = "";
  }

  return {
    element: h("div", { class: "pager" }, first, back, range, next, last, row),
    show(text, newOffsets) {
      offsets = { first: null, back: null, next: null, last: null, ...newOffsets };
      setText(range, text);
      for (const [name, made] of buttons) setAttribute(made, "aria-disabled", offsets[name] === null ? "true" : null);
      row.hidden = offsets.last === null && offsets.first === null && !("last" in newOffsets);
    },
  };
}
