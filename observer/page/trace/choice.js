// Choosing whom to trace: a search field with what it finds, and those who are traced.
import { queryText } from "../frame/route.js";
import { act, get, notice } from "../live/live.js";
import { fill, h, keyed, setAttribute, setText } from "../parts/dom.js";
import { count, pidLink, setPidLink } from "../parts/format.js";

const FOUND = 10;
const PAUSE = 200;
const MOST_CHIPS = 12;

/** A field that finds processes; the one that is chosen is traced from then on. */
export function processFinder() {
  let timer = null;
  let rows = [];
  let place = -1;
  let asked = 0;
  // What was in the field when these rows were found.
  let sought = null;
  const list = h(
    "ul",
    { class: "trace-found", id: "trace-found", role: "listbox", "aria-label": "Processes found", hidden: true },
  );
  const field = h("input", {
    type: "search",
    id: "trace-find",
    placeholder: "Trace a process ( / )",
    "aria-label": "Find a process to trace",
    role: "combobox",
    "aria-controls": "trace-found",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    },
    onfocus: look,
    onblur: () => close(),
    onkeydown: pressed,
  });
  // The field keeps the focus while one is chosen by the mouse.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener(
    "click",
    (event) => take(rows[Number(event.target.closest("[data-place]")?.dataset.place ?? -1)]),
  );

  async function look() {
    const mine = ++asked;
    const text = field.value;
    clearTimeout(timer);
    try {
      const sort = field.value === "" ? { sort: "reductions" } : { sort: "label", order: "asc" };
      const data = await get(`processes?${queryText({ search: field.value.trim(), limit: FOUND, ...sort })}`);
      if (mine !== asked || document.activeElement !== field) return;
      [rows, sought] = [data.rows, text];
      place = rows.length && field.value !== "" ? 0 : -1;
      show(data.total);
    } catch (problem) {
      if (mine === asked) notice(problem.message, "error");
    }
  }

  function show(total) {
    const note = (text) => h("li", { class: "trace-nothing" }, text);
    const more = total > rows.length ? note(`and ${count(total - rows.length)} more`) : null;
    fill(list, rows.length ? [...rows.map(option), more] : note("No process fits."));
    list.hidden = false;
    setAttribute(field, "aria-expanded", "true");
    mark();
  }

  function option({ pid, label }, number) {
    return h(
      "li",
      { role: "option", id: `trace-found-${number}`, "data-place": number, "data-found": pid },
      h("span", {}, label),
      h("span", { class: "mono muted" }, pid),
    );
  }

  function mark() {
    for (const [number, element] of [...list.querySelectorAll("[data-place]")].entries()) {
      setAttribute(element, "aria-selected", String(number === place));
    }
    setAttribute(field, "aria-activedescendant", place < 0 ? null : `trace-found-${place}`);
  }

  function close() {
    asked += 1;
    clearTimeout(timer);
    list.hidden = true;
    setAttribute(field, "aria-expanded", "false");
    setAttribute(field, "aria-activedescendant", null);
  }

  function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !list.hidden && rows.length) {
      event.preventDefault();
      place = (place + step + rows.length) % rows.length;
      mark();
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      takeFound();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  }

  async function takeFound() {
    // Who types fast presses Enter before the list has followed.
    if (sought !== field.value) await look();
    if (sought === field.value) take(rows[Math.max(place, 0)]);
  }

  async function take(row) {
    if (row === undefined) return;
    field.value = "";
    close();
    await act("trace", { pids: [row.pid], on: true });
  }

  return h("div", { class: "trace-find" }, field, list);
}

/** Those who are traced, each with a button that ends it: `{element, show(tracing, total)}`. */
export function tracedChips(canEnd) {
  const chips = h("div", { class: "chips", id: "traced", role: "group", "aria-label": "Traced" });
  const more = h("span", { class: "muted" }, "");
  return {
    element: h("div", { class: "chips" }, chips, more),
    show(tracing, total) {
      const shown = tracing.slice(0, MOST_CHIPS);
      const update = (element, { pid, label }) => setPidLink(element.firstChild, pid, label);
      keyed(chips, shown, ({ pid }) => pid, (process) => chip(process, canEnd), update);
      const hidden = total - shown.length;
      setText(more, hidden > 0 ? `and ${count(hidden)} more` : "");
    },
  };
}

function chip({ pid, label }, canEnd) {
  const end = () => act("trace", { pids: [pid], on: false });
  const button = h(
    "button",
    { class: "button", "aria-label": `Trace ${label} no longer`, title: "Trace no longer", onclick: end },
    "×",
  );
  return h("span", { class: "chip", "data-traced": pid }, pidLink(pid, label), canEnd ? button : null);
}
