// What is different in two snapshots.
import { isNumber } from "../parts/format.js";

const FIGURES = [
  ["process_count", "processes", "count"],
  ["own_count", "of the runtime itself", "count"],
  ["run_queue", "ready to run", "count"],
  ["blocked", "blocked", "count"],
  ["timers", "timers", "count"],
  ["names", "names", "count"],
  ["abandoned", "abandoned", "count"],
  ["tables", "tables", "count"],
  ["table_objects", "objects in tables", "count"],
  ["memory", "memory", "bytes"],
  ["threads", "threads", "count"],
  ["context_switches", "switches", "count"],
  ["preemptions", "preemptions", "count"],
  ["uptime", "uptime", "duration"],
];
const TREMBLE_MS = 5000;

/** Whether both are of the same run of one program: else pids say nothing across them. */
export function isSameRun(before, after) {
  const [one, other] = [before.views.system, after.views.system];
  if (!one || !other || one.program?.pid !== other.program?.pid || before.node !== after.node) return false;
  return Math.abs(before.at - one.uptime - (after.at - other.uptime)) < TREMBLE_MS;
}

/** The figures of both: `[{name, kind, before, after, difference}…]`. */
export function figures(before, after) {
  const [one, other] = [before.views.system ?? {}, after.views.system ?? {}];
  return FIGURES.filter(([key]) => isNumber(one[key]) || isNumber(other[key])).map(
    ([key, name, kind]) => change(name, kind, one[key], other[key]),
  );
}

/**
 * The processes that came, went, were restarted (another pid in the same place), and how those that stayed have
 * changed: `{came: [row…], went: [row…], restarted: [{before, after}…], stayed: [{before, after, memory, queue,
 * reductions}…]}`.
 */
export function processes(before, after, sameRun) {
  const old = new Map(rowsOf(before).map((row) => [row.pid, row]));
  const now = new Map(rowsOf(after).map((row) => [row.pid, row]));
  const pairs = restarts(before, after, old, now, sameRun);
  const replaced = new Set(pairs.map((pair) => pair.before.pid));
  const replacing = new Set(pairs.map((pair) => pair.after.pid));
  const same = [...now.values()].filter((row) => old.has(row.pid)).map((row) => growth(old.get(row.pid), row));
  const stayed = sameRun ? same : pairs.map((pair) => growth(pair.before, pair.after));
  return {
    came: [...now.values()].filter((row) => !(sameRun && old.has(row.pid)) && !replacing.has(row.pid)),
    went: [...old.values()].filter((row) => !(sameRun && now.has(row.pid)) && !replaced.has(row.pid)),
    restarted: sameRun ? pairs : [],
    stayed,
  };
}

/** The tables that came and went, and what the others have more: `{came, went, stayed: [{before, after, …}]}`. */
export function tables(before, after) {
  const old = new Map((before.views.tables?.rows ?? []).map((row) => [row.id, row]));
  const now = new Map((after.views.tables?.rows ?? []).map((row) => [row.id, row]));
  return {
    came: [...now.values()].filter((row) => !old.has(row.id)),
    went: [...old.values()].filter((row) => !now.has(row.id)),
    stayed: [...now.values()]
      .filter((row) => old.has(row.id))
      .map(
        (row) => ({
          before: old.get(row.id),
          after: row,
          objects: row.objects - old.get(row.id).objects,
          memory: row.memory - old.get(row.id).memory,
        }),
      ),
  };
}

// Who stands in the place of another: in the trees, or by the name.
function restarts(before, after, old, now, sameRun) {
  const places = new Map([...placesOf(before, old), ...namesOf(old)]);
  const taken = new Set();
  const pairs = [];
  for (const [place, row] of [...placesOf(after, now), ...namesOf(now)]) {
    const former = places.get(place);
    if (former === undefined || taken.has(row.pid)) continue;
    const isAnother = former.pid !== row.pid && !now.has(former.pid) && !old.has(row.pid);
    if (sameRun && !isAnother) continue;
    taken.add(row.pid);
    pairs.push({ before: former, after: row });
  }
  return pairs;
}

function* placesOf(snapshot, rows) {
  const left = [...(snapshot.views.applications?.roots ?? [])];
  while (left.length) {
    const node = left.pop();
    if (node.pid !== null && rows.has(node.pid) && !node.key.endsWith(node.pid)) {
      yield [`place ${node.key}`, rows.get(node.pid)];
    }
    left.push(...(node.children ?? []));
  }
}

function* namesOf(rows) {
  for (const row of rows.values()) if (row.name !== null) yield [`name ${row.name}`, row];
}

// Those of the runtime and the Observer itself change all the time.
function rowsOf(snapshot) {
  return (snapshot.views.processes?.rows ?? []).filter((row) => !row.own);
}

function growth(before, after) {
  const grown = { before, after };
  for (const measure of ["memory", "queue", "reductions"]) grown[measure] = after[measure] - before[measure];
  return grown;
}

function change(name, kind, before, after) {
  return { name, kind, before, after, difference: isNumber(before) && isNumber(after) ? after - before : null };
}
