// The rows of the table of processes: those that are seen stand in the page, two spacers hold the room of the others.
import { h, keyed, setAttribute, setText } from "../parts/dom.js";
import { bytes, count, pidLink, rate } from "../parts/format.js";

export const COLUMNS = [
  { title: "" },
  { key: "pid", title: "Pid" },
  { key: "label", title: "Name", hint: "its name, or else what it runs" },
  { key: "rate", title: "Per second", num: true, hint: "reductions in the last second", first: "desc" },
  { key: "reductions", title: "Reductions", num: true, first: "desc" },
  { key: "memory", title: "Memory", num: true, first: "desc" },
  { key: "queue", title: "Queue", num: true, hint: "messages that wait", first: "desc" },
  { key: "current", title: "Now in" },
  { key: "status", title: "Status" },
];
const CELLS = ["check", "pid", "label", "rate", "reductions", "memory", "queue", "current", "status"];
const USUAL_HEIGHT = 28;
// So many rows beyond the edges, that none is missing while the page scrolls.
const BEYOND = 12;
const LONG_QUEUE = 10;

/** The table. Rows are known by their number in the whole table, from 0. */
export function processRows(head) {
  const above = h("tbody", { class: "spacer", "aria-hidden": "true" }, h("tr", {}, h("td")));
  const body = h("tbody", { id: "processes-rows" });
  const below = h("tbody", { class: "spacer", "aria-hidden": "true" }, h("tr", {}, h("td")));
  const widths = h("colgroup", {}, ...CELLS.map((name) => h("col", { class: `col-${name}` })));
  const element = h(
    "table",
    { id: "processes", class: "grid processes", role: "grid", "aria-multiselectable": "true" },
    widths,
    head,
    above,
    body,
    below,
  );
  let known = [];
  let offset = 0;
  let total = 0;
  let height = USUAL_HEIGHT;

  const row = (place) => known[place - offset];
  const headHeight = () => head.offsetHeight;

  return {
    element,
    row,
    total: () => total,
    known: () => known.map((each, number) => ({ ...each, place: offset + number })),
    placeOf(pid) {
      const number = known.findIndex((each) => each.pid === pid);
      return number < 0 ? null : offset + number;
    },
    rowId(place) {
      const id = `row-${row(place)?.pid}`;
      return body.querySelector(`#${CSS.escape(id)}`) ? id : null;
    },
    elementOf: (pid) => body.querySelector(`[data-pid="${CSS.escape(pid)}"]`),
    rowAt(target) {
      const pid = target.closest?.("tr[data-pid]")?.dataset.pid;
      return known.find((each) => each.pid === pid);
    },
    take(rows, from, all) {
      [known, offset, total] = [rows, from, all];
      setAttribute(element, "aria-rowcount", String(all + 1));
    },
    /** The numbers of the first and the last row that are seen, and how many are seen whole. */
    seen(scroll) {
      const first = Math.max(0, Math.floor(scroll.scrollTop / height));
      const room = Math.max(height, scroll.clientHeight - headHeight());
      return { first, last: first + Math.ceil(room / height), full: Math.floor(room / height) };
    },
    reveal(scroll, place) {
      const room = scroll.clientHeight - headHeight();
      if (place * height < scroll.scrollTop) scroll.scrollTop = place * height;
      else if ((place + 1) * height > scroll.scrollTop + room) scroll.scrollTop = (place + 1) * height - room;
    },
    draw(scroll, selection) {
      const { first, last } = this.seen(scroll);
      const from = Math.max(offset, first - BEYOND);
      const to = Math.min(offset + known.length, last + 1 + BEYOND, total);
      const shown = from < to ? known.slice(from - offset, to - offset) : [];
      keyed(
        body,
        shown.map((each, number) => ({ ...each, place: from + number })),
        ({ pid }) => pid,
        rowOf,
        (tr, each) => showRow(tr, each, selection),
      );
      const measured = body.firstElementChild?.getBoundingClientRect().height;
      if (measured) height = measured;
      const start = shown.length ? from : Math.min(first, total);
      room(above, start * height);
      room(below, Math.max(0, total - start - shown.length) * height);
    },
  };
}

function room(spacer, height) {
  spacer.firstChild.firstChild.style.setProperty("height", `${height}px`);
  spacer.hidden = height <= 0;
}

function rowOf({ pid }) {
  const cells = CELLS.map((name, place) => h("td", { class: COLUMNS[place].num ? "num" : null, "data-cell": name }));
  const link = pidLink(pid, pid);
  link.tabIndex = -1;
  cells[1].append(link);
  return h("tr", { id: `row-${pid}`, "data-pid": pid }, ...cells);
}

function showRow(tr, row, selection) {
  const chosen = selection.has(row.pid);
  const [check, , label, speed, reductions, memory, queue, current, status] = tr.children;
  setText(check, chosen ? "☑" : "☐");
  setText(label, row.name ?? row.label);
  setAttribute(label, "title", [row.name, row.what].filter(Boolean).join(": "));
  setText(speed, rate(row.rate));
  setText(reductions, count(row.reductions));
  setText(memory, bytes(row.memory));
  setText(queue, count(row.queue));
  setAttribute(queue, "class", row.queue >= LONG_QUEUE ? "num long" : "num");
  setText(current, row.current ?? "");
  setAttribute(current, "title", row.current ?? null);
  setText(status, row.status ?? "");
  setAttribute(tr, "data-label", row.name ?? row.label);
  setAttribute(tr, "data-own", row.own);
  setAttribute(tr, "aria-rowindex", String(row.place + 2));
  setAttribute(tr, "aria-selected", String(chosen));
  setAttribute(tr, "class", row.place === selection.cursor() ? "cursor" : null);
}
