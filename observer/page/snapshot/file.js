// Snapshots as files: read and checked, whoever wrote them, and saved.
import { get } from "../live/live.js";
import { saveFile, stamp } from "../parts/save_file.js";

const MOST_BYTES = 256 * 1024 * 1024;
const VERSION = 1;
const MOST_OF_NODE = 255;
// What a page goes through in a view must be a list: of objects, or of lists.
const LISTS = {
  load: ["samples", "fields"],
  applications: ["roots", "links"],
  processes: ["rows"],
  tables: ["rows"],
  log: ["events"],
  trace: ["events", "tracing"],
};
const OBJECTS = ["system", "load", "applications", "processes", "tables", "log", "trace", "process", "table"];

/** The snapshot in a file. Fails with an Error that says what is wrong with it. */
export async function readSnapshot(file) {
  if (file.size > MOST_BYTES) throw new Error(`${file.name}: larger than 256 MiB: that is no snapshot.`);
  let text;
  try {
    text = await file.text();
  } catch {
    throw new Error(`${file.name} could not be read.`);
  }
  return checked(parsed(text, file.name), file.name);
}

/** The snapshot that the server has been given as a file. */
export async function servedSnapshot(number) {
  const response = await fetch(`/api/snapshot-file/${number}`);
  if (!response.ok) throw new Error(`The snapshot cannot be read: the Observer answered ${response.status}.`);
  return checked(parsed(await response.text(), "The file"), "The file");
}

/** A snapshot of the program as it is now. */
export async function takeSnapshot() {
  return checked(await get("snapshot"), "The snapshot");
}

/** Save one as a file: `observer-NODE-DATE.json`. */
export function saveSnapshot(snapshot) {
  const name = `observer-${snapshot.node.replace(/[^\w@.-]/g, "_")}-${stamp(snapshot.at)}.json`;
  saveFile(name, JSON.stringify(snapshot), "application/json");
  return name;
}

/** The same; fails with an Error that says why it is no snapshot. */
export function checked(data, name) {
  if (!isObject(data) || data.pyex_snapshot === undefined) throw new Error(`${name} is no snapshot of the Observer.`);
  if (data.pyex_snapshot !== VERSION) {
    throw new Error(`${name} is a snapshot of another version of pyex, which this one cannot read.`);
  }
  const wrong = damage(data);
  if (wrong) throw new Error(`${name} is damaged: ${wrong}.`);
  return data;
}

function parsed(text, name) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is no snapshot of the Observer: it is no JSON, or not all of it.`);
  }
}

function damage(data) {
  if (typeof data.node !== "string" || typeof data.at !== "number" || !isObject(data.views)) {
    return "node, at or views are missing";
  }
  if (data.node.length > MOST_OF_NODE) return "the name of its node is too long";
  for (const name of OBJECTS) {
    const view = data.views[name];
    if (view === undefined || view === null) continue;
    if (!isObject(view)) return `views.${name} is no object`;
    for (const field of LISTS[name] ?? []) {
      if (!Array.isArray(view[field]) || view[field].some((each) => each === null)) {
        return `views.${name}.${field} is no list`;
      }
    }
  }
  const rows = data.views.processes?.rows ?? [];
  if (rows.some((row) => typeof row?.pid !== "string" || typeof row.label !== "string")) {
    return "a process has no pid or no label";
  }
  const samples = data.views.load?.samples ?? [];
  if (!samples.every((sample) => Array.isArray(sample) && sample.every(canBeDrawn))) {
    return "a sample of the load is no list of numbers";
  }
  return null;
}

/** Whether a figure has a place in a chart, or, as nobody has counted it, needs none. */
function canBeDrawn(figure) {
  return figure === null || (typeof figure === "number" && Math.abs(figure) < Number.MAX_SAFE_INTEGER);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
