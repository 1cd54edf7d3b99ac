// The objects of a table: a row for each, unfolded where it was clicked.
import { fill, h, keyed, setAttribute, setText } from "../parts/dom.js";
import { count, linked } from "../parts/format.js";
import { rowKeys } from "../parts/sorting.js";

// A cell is one line: more of a text it could not show.
const MOST_IN_CELL = 300;

/** `tableRows()` gives `{element, show(rows, keypos, columns, offset), fold()}`. */
export function tableRows() {
  const unfolded = new Set();
  const head = h("thead");
  const body = h("tbody", { onclick: clicked });
  let last = null;
  rowKeys(body, "button.unfold");

  // An object stays in its row while it has its key, and unfolded while it is there.
  function items({ rows, keypos, offset }) {
    const seen = new Map();
    return rows.flatMap((row, place) => {
      const text = row[keypos - 1] ?? row[0] ?? "";
      const times = seen.get(text) ?? 0;
      seen.set(text, times + 1);
      const item = { key: `${times} ${text}`, row, number: offset + place + 1 };
      return unfolded.has(item.key) ? [item, { ...item, key: `of ${item.key}`, detail: true }] : [item];
    });
  }

  function draw() {
    drawHead(head, last.columns, last.keypos);
    keyed(
      body,
      items(last),
      ({ key }) => key,
      (item) => (item.detail ? detailRow() : objectRow(item)),
      showItem,
    );
  }

  function showItem(element, item) {
    if (item.detail) showDetail(element, item.row, last.columns);
    else showRow(element, item, last.columns, unfolded.has(item.key));
  }

  function clicked(event) {
    const row = event.target.closest("tr[data-row]");
    if (row === null || event.target.closest("a") || String(getSelection()) !== "") return;
    if (!unfolded.delete(row.dataset.row)) unfolded.add(row.dataset.row);
    draw();
  }

  return {
    element: h("table", { class: "grid contents", id: "table-contents" }, head, body),
    fold: () => unfolded.clear(),
    show(rows, keypos, columns, offset) {
      last = { rows, keypos, columns: Math.max(columns, ...rows.map((row) => row.length)), offset };
      draw();
    },
  };
}

function drawHead(head, columns, keypos) {
  if (head.dataset.drawn === `${columns} ${keypos}`) return;
  head.dataset.drawn = `${columns} ${keypos}`;
  const numbers = Array.from({ length: columns }, (_, place) => place + 1);
  const titles = ["Row", ...numbers.map((number) => (number === keypos ? `${number} (key)` : String(number)))];
  fill(head, h("tr", {}, ...titles.map((text) => h("th", { scope: "col" }, text))));
}

function objectRow({ key }) {
  const button = h("button", { class: "unfold", "aria-expanded": "false" }, "");
  return h("tr", { "data-row": key }, h("td", { class: "num" }, button));
}

function showRow(element, { row, number }, columns, open) {
  const button = element.firstChild.firstChild;
  setText(button, count(number));
  setAttribute(button, "aria-expanded", String(open));
  while (element.childElementCount <= columns) element.append(h("td", { class: "cell" }, ""));
  while (element.childElementCount > columns + 1) element.lastChild.remove();
  for (let place = 0; place < columns; place += 1) {
    const text = (row[place] ?? "").slice(0, MOST_IN_CELL);
    const cell = element.children[place + 1];
    if (cell.textContent !== text) fill(cell, ...linked(text));
  }
}

function detailRow() {
  return h("tr", { "data-detail": true }, h("td", {}, ""), h("td", {}, h("dl", { class: "opened" })));
}

function showDetail(element, row, columns) {
  const [, cell] = element.children;
  setAttribute(cell, "colspan", columns);
  const before = [...cell.querySelectorAll("dd")].map((made) => made.textContent);
  if (before.length === row.length && before.every((text, place) => text === row[place])) return;
  const terms = row.map((text, place) => [h("dt", {}, String(place + 1)), h("dd", { class: "term" }, ...linked(text))]);
  fill(cell.firstChild, terms);
}
