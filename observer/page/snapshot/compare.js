// Two snapshots side by side: figures, and the processes and tables that came, went, were restarted, grew.
import { notice, state, useSnapshot } from "../live/live.js";
import { fill, h } from "../parts/dom.js";
import { bytes, count, duration, pidLink } from "../parts/format.js";
import { sortHead, sortedBy } from "../parts/sorting.js";
import * as differences from "./differences.js";
import { readSnapshot } from "./file.js";
import { compared, fileButton, hasProgram, take, titleOf } from "./snapshot.js";

export const title = "Compare";

const MOST_ROWS = 200;
const MOST_GROWN = 50;
const WRITE = { count, bytes, duration };

/** Show it. */
export function open(panel) {
  const slots = h("div", { class: "cards", id: "compare-slots" });
  const results = h("div", { id: "compare-results" });
  fill(panel, h("div", { class: "toolbar" }, h("h2", {}, "Compare two snapshots")), slots, results);
  if (compared.after === null && compared.before === null && state.snapshot !== null) compared.before = state.snapshot;
  show();

  function show() {
    fill(slots, slot("before", "Before"), slot("after", "After"));
    const { before, after } = compared;
    if (before === null || after === null) {
      fill(results, h("p", { class: "muted empty" }, "Open two snapshots: what is different is shown here."));
      return;
    }
    const sameRun = differences.isSameRun(before, after);
    fill(
      results,
      warning(before, after, sameRun),
      h(
        "div",
        { class: "cards" },
        figuresCard(before, after),
        ...processCards(before, after, sameRun),
        tablesCard(before, after),
      ),
    );
  }

  function slot(name, text) {
    const snapshot = compared[name];
    const takes = hasProgram && state.snapshot === null;
    const taking = { id: `compare-take-${name}`, onclick: (event) => taken(event.currentTarget, name) };
    const looking = { id: `compare-show-${name}`, onclick: () => look(snapshot) };
    const none = h("span", { class: "muted" }, "No snapshot yet: open one, or drop it here.");
    const place = h(
      "section",
      { class: "card compare-slot", id: `compare-${name}`, "aria-label": text },
      h("h3", {}, text),
      h("p", { "data-snapshot": name }, snapshot === null ? none : titleOf(snapshot)),
      h(
        "div",
        { class: "snapshot-choices" },
        fileButton(`compare-open-${name}`, "Open…", (file) => put(name, readSnapshot(file))),
        takes ? h("button", { class: "button", ...taking }, "Take one now") : null,
        snapshot === null ? null : h("button", { class: "button", ...looking }, "Look at it"),
      ),
    );
    place.addEventListener("drop", (event) => {
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      put(name, readSnapshot(file));
    });
    return place;
  }

  async function put(name, reading) {
    try {
      compared[name] = await reading;
      show();
    } catch (problem) {
      notice(problem.message, "error");
    }
  }

  async function taken(button, name) {
    button.disabled = true;
    const snapshot = await take();
    button.disabled = false;
    if (snapshot === null) return;
    compared[name] = snapshot;
    show();
  }

  return { close() {} };
}

function look(snapshot) {
  useSnapshot(snapshot);
  location.hash = "#/system";
}

function warning(before, after, sameRun) {
  const warnings = [];
  if (!sameRun) {
    warnings.push(
      "They are of different runs or programs: processes are told apart by their names and their places in the trees.",
    );
  }
  if (before.at > after.at) warnings.push("The first is the younger one.");
  const cut = [before, after].some((each) => each.left_out?.processes > 0);
  if (cut) {
    warnings.push("Not all processes are in them: some that seem to have come or gone may only have been left out.");
  }
  if (warnings.length === 0) return null;
  return h("p", { class: "badge warn compare-warning", id: "compare-warning" }, warnings.join(" "));
}

function figuresCard(before, after) {
  const rows = differences.figures(before, after).map(({ name, kind, before: one, after: other, difference }) =>
    h(
      "tr",
      { "data-figure": name },
      h("td", {}, name),
      number(WRITE[kind](one)),
      number(WRITE[kind](other)),
      number(signed(difference, WRITE[kind])),
    ),
  );
  return card("compare-figures", "Figures", grid(["", "before", "after", "difference"], rows, 1));
}

function processCards(before, after, sameRun) {
  const { came, went, restarted, stayed } = differences.processes(before, after, sameRun);
  const pair = ({ before: one, after: other }) => h(
    "tr",
    { "data-restarted": other.pid },
    h("td", {}, other.label),
    h("td", {}, pidLink(one.pid)),
    h("td", {}, pidLink(other.pid)),
  );
  return [
    card(
      "compare-restarted",
      "Restarted",
      grid(["", "before", "after"], restarted.slice(0, MOST_ROWS).map(pair), 3),
      restarted.length,
    ),
    card("compare-came", "Came", processGrid(came), came.length),
    card("compare-went", "Went", processGrid(went), went.length),
    grownCard(stayed),
  ];
}

function processGrid(rows) {
  const one = (row) => h(
    "tr",
    { "data-row": row.pid },
    h("td", {}, pidLink(row.pid, row.label)),
    h("td", { class: "mono muted" }, row.pid),
    number(count(row.queue)),
    number(bytes(row.memory)),
  );
  return grid(["process", "pid", "queue", "memory"], rows.slice(0, MOST_ROWS).map(one), 2);
}

function grownCard(stayed) {
  const changed = stayed.filter((each) => each.memory || each.queue || each.reductions);
  const columns = [
    { title: "process" },
    ...["memory", "queue", "reductions"].map((key) => ({ key, title: key, num: true, first: "desc" })),
  ];
  const head = sortHead(columns, show);
  const body = h("tbody", {});
  const element = card("compare-grown", "Changed", h("table", { class: "grid" }, head.element, body), changed.length);
  show("memory", "desc");
  return element;

  function show(sort, order) {
    head.show(sort, order);
    const rows = sortedBy(
      changed.map((each) => ({ ...each, pid: each.after.pid })),
      sort,
      order,
      "pid",
    ).slice(0, MOST_GROWN);
    fill(body, rows.map((each) => grownRow(each)));
  }
}

function grownRow({ after, memory, queue, reductions }) {
  return h(
    "tr",
    { "data-grown": after.pid },
    h("td", {}, pidLink(after.pid, after.label)),
    number(signed(memory, bytes), bytes(after.memory)),
    number(signed(queue, count), count(after.queue)),
    number(signed(reductions, count), count(after.reductions)),
  );
}

function tablesCard(before, after) {
  const { came, went, stayed } = differences.tables(before, after);
  const row = (table, word, objects, memory) =>
    h(
      "tr",
      { "data-table": table.id },
      h("td", {}, table.name),
      h("td", {}, word),
      number(objects, count(table.objects)),
      number(memory, bytes(table.memory)),
    );
  const rows = [
    ...came.map((table) => row(table, h("span", { class: "badge new" }, "came"), "", "")),
    ...went.map((table) => row(table, h("span", { class: "badge bad" }, "went"), "", "")),
    ...stayed.filter(({ objects, memory }) => objects || memory).map(
      ({ after: table, objects, memory }) => row(table, "", signed(objects, count), signed(memory, bytes)),
    ),
  ];
  return card(
    "compare-tables",
    "Tables",
    grid(["table", "", "objects", "memory"], rows.slice(0, MOST_ROWS), 2),
    rows.length,
  );
}

function card(id, text, table, number = null) {
  const empty = number === 0;
  const heading = number === null ? text : `${text}: ${count(number)}`;
  const note = h("p", { class: "muted" }, `The first ${count(MOST_ROWS)} are shown.`);
  return h(
    "section",
    { class: "card", id },
    h("h3", {}, heading),
    empty ? h("p", { class: "muted" }, "None.") : h("div", { class: "compare-table" }, table),
    number > MOST_ROWS ? note : null,
  );
}

// From a column on there are numbers.
function grid(heads, rows, numbersFrom) {
  const first = heads.map((text, place) => h("th", { scope: "col", class: place < numbersFrom ? null : "num" }, text));
  return h("table", { class: "grid" }, h("thead", {}, h("tr", {}, first)), h("tbody", {}, rows));
}

function number(text, second = null) {
  return h("td", { class: "num" }, text, second === null ? null : h("span", { class: "muted compare-now" }, second));
}

function signed(difference, write) {
  if (difference === null) return "–";
  if (difference === 0) return "0";
  return difference > 0 ? `+${write(difference)}` : `−${write(-difference)}`;
}
