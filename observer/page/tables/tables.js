// Tables: all of them, to choose one.
import { address, rewrite } from "../frame/route.js";
import { watch } from "../live/live.js";
import { fill, h, keyed, setAttribute, setText } from "../parts/dom.js";
import { bytes, count, pidLink, setPidLink } from "../parts/format.js";
import { searchField } from "../parts/search_field.js";
import { rowKeys, sortedBy, sortHead } from "../parts/sorting.js";

export const title = "Tables";

const MOST = 1000;
const COLUMNS = [
  { key: "name", title: "Name" },
  { key: "objects", title: "Objects", num: true, first: "desc" },
  { key: "memory", title: "Memory", num: true, first: "desc" },
  { key: "owner", title: "Owner" },
  { key: "type", title: "Type" },
  { key: "protection", title: "Protection" },
];

/** Show them. */
export function open(panel, path, query) {
  let sort = "name";
  let order = "asc";
  let sought = "";
  let own = false;
  let rows = [];
  takeQuery(query);

  const search = searchField("Search the tables", sought, (text) => {
    sought = text;
    changed();
  });
  const ownBox = h("input", { type: "checkbox", id: "tables-own", checked: own, onchange: chooseOwn });
  const summary = h("span", { class: "muted", id: "tables-summary" }, "");
  const head = sortHead(COLUMNS, (newSort, newOrder) => {
    [sort, order] = [newSort, newOrder];
    changed();
  });
  const body = h("tbody");
  const none = h("p", { class: "empty muted", hidden: true }, "There is no table.");
  rowKeys(body, "a[data-table]");
  panel.classList.add("filled");
  const ownLabel = h("label", { class: "check" }, ownBox, "the runtime's own too");
  const table = h("table", { class: "grid", id: "tables" }, head.element, body);
  fill(
    panel,
    h("div", { class: "toolbar" }, h("h2", {}, "Tables"), search, ownLabel, h("span", { class: "spring" }), summary),
    h("div", { class: "scroll", "data-keep-scroll": true }, table, none),
  );
  head.show(sort, order);

  function draw() {
    const fits = (row) => `${row.name} ${row.owner}`.toLowerCase().includes(sought.toLowerCase());
    const found = rows.filter((row) => (own || !row.own) && fits(row));
    const shown = sortedBy(found, sort, order, "id").slice(0, MOST);
    keyed(body, shown, ({ id }) => id, tableRow, showRow);
    const more = found.length > shown.length ? `, the first ${count(MOST)} are shown` : "";
    setText(summary, `${count(found.length)} tables${more}`);
    none.hidden = shown.length > 0;
    setText(none, rows.length > 0 ? "No table fits." : "There is no table.");
  }

  function changed() {
    head.show(sort, order);
    const said = { sort: sort === "name" ? "" : sort, order: order === "asc" ? "" : order };
    rewrite("tables", "", { ...said, search: sought, own: own ? "1" : "" });
    draw();
  }

  function chooseOwn() {
    own = ownBox.checked;
    changed();
  }

  function takeQuery(given) {
    sort = COLUMNS.some(({ key }) => key === given.sort) ? given.sort : "name";
    order = given.order === "desc" ? "desc" : "asc";
    sought = given.search ?? "";
    own = given.own === "1";
  }

  const stop = watch(
    "tables",
    (data) => {
      rows = data.rows.map((row) => ({ ...row, owner: row.owner?.label ?? "", ownerPid: row.owner?.pid ?? null }));
      draw();
    },
    ({ error }) => setText(summary, error),
  );
  return {
    close: stop,
    update(given) {
      takeQuery(given);
      [search.value, ownBox.checked] = [sought, own];
      head.show(sort, order);
      draw();
    },
  };
}

function tableRow({ id, ownerPid }) {
  const cell = (name, num) => h("td", { class: num ? "num" : null, "data-cell": name }, "");
  const link = h("a", { href: address("table", id), "data-table": id }, "");
  const owner = h("td", { "data-cell": "owner" }, ownerPid ? pidLink(ownerPid, "") : "–");
  const name = h("td", { class: "cut" }, link);
  const figures = [cell("objects", true), cell("memory", true)];
  return h("tr", { "data-row": id }, name, ...figures, owner, cell("type"), cell("protection"));
}

function showRow(element, { name, objects, memory, owner, ownerPid, type, protection }) {
  const [nameCell, objectsCell, memoryCell, ownerCell, typeCell, protectionCell] = element.children;
  setText(nameCell.firstChild, name);
  setAttribute(nameCell, "title", name);
  setText(objectsCell, count(objects));
  setText(memoryCell, bytes(memory));
  if (ownerPid && ownerCell.firstElementChild) setPidLink(ownerCell.firstElementChild, ownerPid, owner);
  setText(typeCell, type);
  setText(protectionCell, protection);
}
