// The views as a snapshot answers them.
import { sortedBy } from "../parts/sorting.js";

const SHOWN = 100;

/** What the snapshot has for a view such as "processes?sort=queue&limit=50". Fails as the server would. */
export function answer(snapshot, view) {
  const [path, text = ""] = view.split("?");
  const query = Object.fromEntries(new URLSearchParams(text));
  const [name, ...rest] = path.split("/");
  const id = decodeURIComponent(rest.join("/"));
  if (name === "process") return process(snapshot, id);
  if (name === "table") return table(snapshot, id, query);
  const data = snapshot.views[name];
  if (data === undefined || data === null) throw missing(`The snapshot holds no ${name}.`);
  if (name === "processes") return processes(data, query);
  if (name === "applications") return applications(data, query);
  if (name === "tables") return { ...data, rows: sorted(data.rows, query) };
  return data;
}

function applications(data, query) {
  const roots = query.everything === "1" ? data.roots : data.roots.filter((root) => root.kind !== "system");
  const most = Number(query.limit ?? 50);
  const cut = (node) => ({ ...node, children: node.children.slice(0, most).map(cut) });
  return { ...data, roots: roots.map(cut) };
}

function process(snapshot, pid) {
  const details = snapshot.views.process ?? {};
  if (Object.hasOwn(details, pid)) return details[pid];
  const isThere = snapshot.views.processes?.rows.some((row) => row.pid === pid);
  if (isThere) throw missing("Of this process the snapshot holds the row only: it has the details of a thousand.");
  return { at: snapshot.at, pid, alive: false };
}

function processes(data, query) {
  const own = query.own === "1";
  const sought = (query.search ?? "").toLowerCase();
  const fits = (row) => [row.pid, row.label, row.what, row.current].join(" ").toLowerCase().includes(sought);
  const found = data.rows.filter((row) => (own || !row.own) && (sought === "" || fits(row)));
  return { ...data, total: found.length, rows: part(sorted(found, query, "reductions"), query, 50) };
}

function table(snapshot, id, query) {
  const tables = snapshot.views.table ?? {};
  const data = Object.hasOwn(tables, id) ? tables[id] : undefined;
  if (data === undefined) throw missing("The snapshot holds nothing of this table.");
  const sought = (query.search ?? "").toLowerCase();
  const found = sought ? data.rows.filter((row) => row.join(" ").toLowerCase().includes(sought)) : data.rows;
  // It holds the first objects only: there is nowhere to go on.
  return { ...data, total: found.length, rows: part(found, query, SHOWN), next: null };
}

function sorted(rows, query, usual = null) {
  const by = query.sort || usual;
  if (!by) return rows;
  return sortedBy(rows, by, query.order ?? "desc");
}

function part(rows, query, usual) {
  const offset = Number(query.offset ?? 0);
  return rows.slice(offset, offset + Number(query.limit ?? usual));
}

function missing(text) {
  return Object.assign(new Error(text), { status: 404 });
}
