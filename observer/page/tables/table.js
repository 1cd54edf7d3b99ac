// One table: its objects, page by page.
import { address, queryText, rewrite } from "../frame/route.js";
import { watch } from "../live/live.js";
import { fill, h, setText } from "../parts/dom.js";
import { bytes, count, pidLink, setPidLink } from "../parts/format.js";
import { pager } from "../parts/pager.js";
import { searchField } from "../parts/search_field.js";
import { tableRows } from "./table_rows.js";
import { searchTable } from "./table_search.js";

export const title = "Table";

const LIMIT = 100;
const FACTS = ["type", "protection", "key", "objects", "memory"];

/** Show it. `path` is its id. */
export function open(panel, path, query) {
  let offset = Number(query.offset) || 0;
  let sought = query.search ?? "";
  let shown = false;
  let stop = () => {};
  // Where the pages of what was found begin: how many there are is known at the end only.
  let starts = [offset];

  const about = facts(path);
  const search = searchField("Search the objects", sought, (text) => {
    sought = text;
    turnTo(0);
  });
  const turning = pager(turnTo, (row) => turnTo(Math.floor((row - 1) / LIMIT) * LIMIT));
  const rows = tableRows();
  const none = h("p", { class: "empty muted", hidden: true }, "");
  const scroll = h("div", { class: "scroll", "data-keep-scroll": true }, rows.element, none);
  panel.classList.add("filled");
  fill(
    panel,
    h("div", { class: "toolbar" }, h("a", { class: "button", href: address("tables") }, "‹ Tables"), ...about.elements),
    h("div", { class: "toolbar" }, search, h("span", { class: "spring" }), turning.element),
    scroll,
  );
  turning.show("", {});
  look();

  function look() {
    stop();
    if (sought === "") {
      const asked = queryText({ offset: offset || "", limit: LIMIT });
      stop = watch(`table/${encodeURIComponent(path)}?${asked}`, showPage, failed);
    } else {
      stop = searchTable(path, sought, offset, LIMIT, showFound, failed);
    }
  }

  function turnTo(newOffset) {
    if (newOffset === 0) starts = [0];
    else if (starts.at(-2) === newOffset) starts.pop();
    else starts.push(newOffset);
    if (sought === "") starts = [newOffset];
    offset = newOffset;
    rewrite("table", path, { offset: offset || "", search: sought });
    rows.fold();
    scroll.scrollTop = 0;
    look();
  }

  function showPage(data) {
    const last = Math.floor(Math.max(data.total - 1, 0) / LIMIT) * LIMIT;
    if (offset > last) return turnTo(last);
    const end = offset + data.rows.length;
    const range = `${count(offset + 1)}–${count(end)} of ${count(data.total)}`;
    const inAll = data.total < data.objects ? ` (in all ${count(data.objects)})` : "";
    turning.show(data.total === 0 ? "0" : range + inAll, {
      first: offset > 0 ? 0 : null,
      back: offset > 0 ? Math.max(offset - LIMIT, 0) : null,
      next: end < data.total ? offset + LIMIT : null,
      last: end < data.total ? last : null,
    });
    show(data, offset, "The table is empty.");
  }

  function showFound(data) {
    const before = (starts.length - 1) * LIMIT;
    const found = count(before + data.rows.length);
    const more = data.next !== null && !data.working;
    const progress = `${found} found, at object ${count(data.next)} of ${count(data.objects)}`;
    turning.show(data.working ? progress : `${found} found${more ? ", and more" : ""}`, {
      first: offset > 0 ? 0 : null,
      back: starts.at(-2) ?? null,
      next: more ? data.next : null,
    });
    show(data, before, data.working ? "Searching…" : "No object fits.");
  }

  function show(data, before, nothing) {
    shown = true;
    scroll.classList.remove("stale");
    about.show(data);
    rows.show(data.rows, data.keypos, data.columns ?? 0, before);
    none.hidden = data.rows.length > 0;
    setText(none, nothing);
  }

  function failed({ error, status }) {
    about.gone(status === 404 ? "gone" : error);
    none.hidden = shown;
    setText(none, error);
    scroll.classList.add("stale");
  }

  return {
    close: () => stop(),
    update(given) {
      offset = Number(given.offset) || 0;
      sought = given.search ?? "";
      starts = [offset];
      search.value = sought;
      look();
    },
  };
}

function facts(path) {
  const name = h("h2", { id: "table-name" }, path);
  const badge = h("span", { class: "badge bad", id: "table-gone", hidden: true }, "");
  const owner = pidLink("", "–");
  const values = new Map(FACTS.map((fact) => [fact, h("dd", { "data-fact": fact }, "–")]));
  const rows = [...values, ["owner", h("dd", { "data-fact": "owner" }, owner)]];
  const terms = rows.map(([fact, value]) => h("div", {}, h("dt", {}, fact), value));
  const list = h("dl", { class: "facts", hidden: true }, ...terms);
  return {
    elements: [name, badge, list],
    gone(text) {
      badge.hidden = false;
      setText(badge, text);
    },
    show(data) {
      badge.hidden = true;
      list.hidden = false;
      setText(name, data.name ?? path);
      setText(values.get("type"), data.type);
      setText(values.get("protection"), data.protection);
      setText(values.get("key"), `element ${data.keypos}`);
      setText(values.get("objects"), count(data.objects));
      setText(values.get("memory"), bytes(data.memory));
      if (data.owner) setPidLink(owner, data.owner.pid, data.owner.label);
    },
  };
}
