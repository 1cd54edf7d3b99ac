// All processes, as a table: the server sorts and searches, and only the rows that are seen are asked for.
import { canAct, exitDialog, trace } from "../action/process_actions.js";
import { processMenu } from "../action/process_menu.js";
import { address, queryText, rewrite } from "../frame/route.js";
import { notice, watch } from "../live/live.js";
import { hasDialog } from "../parts/dialog.js";
import { fill, h, setAttribute, setText } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { onLongTouch } from "../parts/long_touch.js";
import { searchField } from "../parts/search_field.js";
import { sortHead } from "../parts/sorting.js";
import { rowSelection } from "./row_selection.js";
import { COLUMNS, processRows } from "./rows.js";

export const title = "Processes";

// Rows are asked for in blocks: a small step asks for nothing new.
const BLOCK = 50;
const SCROLL_PAUSE = 80;
const MOST_LIMIT = 1000;

/** Show them. The query says `sort`, `order`, `search` and `own`. */
export function open(panel, path, query) {
  const asked = taken(query);
  let offset = -1;
  let limit = 0;
  let total = 0;
  let stop = () => {};
  let timer = null;

  const search = searchField("Search the processes", asked.search, (text) => change({ search: text }));
  const ownBox = h(
    "input",
    { type: "checkbox", id: "processes-own", checked: asked.own, onchange: () => change({ own: ownBox.checked }) },
  );
  const summary = h("span", { id: "processes-summary", class: "muted" }, "");
  const head = sortHead(COLUMNS, (sort, order) => change({ sort, order }));
  const none = h("p", { class: "empty muted", hidden: true }, "");
  const rows = processRows(head.element);
  const scroll = h(
    "div",
    { id: "processes-scroll", class: "scroll", tabindex: "0", "aria-label": "Processes" },
    rows.element,
    none,
  );
  const selection = rowSelection(rows, draw);
  const chosenText = h("span", { id: "processes-chosen", "aria-live": "polite" }, "");
  const chosenTools = h(
    "div",
    { class: "chosen-tools", hidden: true },
    chosenText,
    h("button", { id: "processes-kill", class: "button danger", onclick: kill }, "Kill…"),
    h("button", { id: "processes-trace", class: "button", onclick: () => trace(selection.pids(), true) }, "Trace"),
    h("button", { id: "processes-clear", class: "button", onclick: () => selection.clear() }, "Clear"),
  );
  panel.classList.add("filled");
  fill(
    panel,
    h(
      "div",
      { class: "toolbar" },
      h("h2", {}, "Processes"),
      search,
      h("label", { class: "check", for: "processes-own" }, ownBox, "the runtime's own too"),
      h("span", { class: "spring" }),
      chosenTools,
      summary,
    ),
    scroll,
  );
  scroll.addEventListener("scroll", scrolled, { passive: true });
  scroll.addEventListener("keydown", pressed);
  scroll.addEventListener("click", clicked);
  scroll.addEventListener("dblclick", (event) => openProcess(rows.rowAt(event.target)));
  scroll.addEventListener("contextmenu", menuAt);
  onLongTouch(scroll, menuAt);
  const resized = new ResizeObserver(() => look());
  resized.observe(scroll);
  head.show(asked.sort, asked.order);
  look();

  function change(changes) {
    Object.assign(asked, changes);
    head.show(asked.sort, asked.order);
    const { sort, order, search: sought, own } = asked;
    rewrite("processes", "", {
      sort: sort === "reductions" ? "" : sort,
      order: order === "desc" ? "" : order,
      search: sought,
      own: own ? "1" : "",
    });
    scroll.scrollTop = 0;
    offset = -1;
    selection.forgetPlace();
    look();
  }

  /** Watch the part of the table that is seen. */
  function look() {
    clearTimeout(timer);
    const { first, last } = rows.seen(scroll);
    const from = Math.floor(first / BLOCK) * BLOCK;
    const size = Math.min(MOST_LIMIT, (Math.ceil((last + 1) / BLOCK) + 1) * BLOCK - from);
    if (from === offset && size === limit) return;
    [offset, limit] = [from, size];
    stop();
    const { sort, order, search: sought, own } = asked;
    const wanted = queryText({ sort, order, search: sought, own: own ? "1" : "", offset: from, limit: size });
    stop = watch(`processes?${wanted}`, (data) => came(data, from), failed);
  }

  function came(data, from) {
    total = data.total;
    const part = data.partial ? ", not all could be searched in time" : "";
    setText(summary, `${count(total)} of ${count(data.count)}${part}`);
    none.hidden = total > 0;
    setText(none, asked.search ? "No process fits." : "No processes but the runtime's own.");
    scroll.classList.remove("stale");
    rows.take(data.rows, from, total);
    draw();
    look();
  }

  function failed({ error }) {
    setText(summary, error);
    scroll.classList.add("stale");
  }

  function draw() {
    selection.follow();
    rows.draw(scroll, selection);
    setAttribute(scroll, "aria-activedescendant", rows.rowId(selection.cursor()));
    const number = selection.pids().length;
    chosenTools.hidden = number === 0 || !canAct();
    setText(chosenText, `${count(number)} selected`);
  }

  function scrolled() {
    draw();
    clearTimeout(timer);
    timer = setTimeout(look, SCROLL_PAUSE);
  }

  function kill() {
    if (!canAct()) return notice("This screen only shows: nothing can be done here.");
    const chosen = selection.processes();
    if (chosen.length) exitDialog(chosen, "kill", selection.clear);
    else notice("Choose a process first.");
  }

  function openProcess(row) {
    if (row) location.hash = address("process", row.pid);
  }

  function clicked(event) {
    if (event.target.closest("a, button")) return;
    const row = rows.rowAt(event.target);
    if (!row) return;
    scroll.focus({ preventScroll: true });
    const toggle = event.ctrlKey || event.metaKey || event.target.closest("[data-cell=check]") !== null;
    selection.choose(row, { toggle, range: event.shiftKey });
  }

  function menuAt(event) {
    const row = rows.rowAt(event.target);
    if (!row) return;
    event.preventDefault();
    if (!selection.has(row.pid)) selection.choose(row);
    processMenu(row.pid, row.name ?? row.label, event.clientX, event.clientY);
  }

  function menuByKey() {
    const row = rows.row(selection.cursor());
    const element = row && rows.elementOf(row.pid);
    if (!element) return;
    const box = element.getBoundingClientRect();
    processMenu(row.pid, row.name ?? row.label, box.left + 24, box.bottom);
  }

  function pressed(event) {
    if (hasDialog()) return;
    if (event.ctrlKey && event.key === "a") {
      event.preventDefault();
      return selection.all();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== scroll) return;
    const page = Math.max(1, rows.seen(scroll).full - 1);
    const at = selection.cursor();
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: total - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const place = Math.max(0, Math.min(total - 1, to));
      rows.reveal(scroll, place);
      selection.move(place, event.shiftKey);
      return;
    }
    const act = {
      Enter: () => openProcess(rows.row(at)),
      " ": () => rows.row(at) && selection.choose(rows.row(at), { toggle: true }),
      k: kill,
      m: menuByKey,
      ContextMenu: menuByKey,
      ...(event.shiftKey ? { F10: menuByKey } : {}),
      Escape: () => selection.clear(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  return {
    close() {
      stop();
      clearTimeout(timer);
      resized.disconnect();
    },
    update(next) {
      const wanted = taken(next);
      [search.value, ownBox.checked] = [wanted.search, wanted.own];
      change(wanted);
    },
  };
}

function taken(query) {
  return {
    sort: COLUMNS.some(({ key }) => key && key === query.sort) ? query.sort : "reductions",
    order: query.order === "asc" ? "asc" : "desc",
    search: query.search ?? "",
    own: query.own === "1",
  };
}
