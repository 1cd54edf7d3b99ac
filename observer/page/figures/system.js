// System: figures of the whole program.
import { watch } from "../live/live.js";
import { fill, h, setText } from "../parts/dom.js";
import { bytes, count, dateTime, duration } from "../parts/format.js";
import { sparkline } from "./chart.js";
import { column, watchSamples } from "./samples.js";

export const title = "System";

const SECONDS = 60;
const LEADING = [
  { field: "process_count", name: "Processes", format: count, load: "processes" },
  { field: "run_queue", name: "Run queue", format: count, load: "run_queue" },
  { field: "memory", name: "Memory", format: bytes, load: "memory" },
  { field: "cpu", name: "CPU", format: (n) => (n === null ? "–" : `${count(n)} %`), load: "cpu" },
];
const GROUPS = [
  ["System", [
    ["node", "Node", String],
    ["versions.pyex", "pyex", String],
    ["versions.python", "Python", String, (data) => data.versions.implementation],
    ["versions.system", "Operating system", String],
    ["cpus", "CPUs", count],
    ["threads", "Threads of the operating system", count],
  ]],
  ["Program", [
    ["program.command", "Command", String],
    ["program.pid", "Process of the operating system", String],
    ["uptime", "Uptime", duration],
    ["started", "Started", dateTime],
    ["memory", "Memory", bytes],
  ]],
  ["Processes", [
    ["process_count", "Alive", count],
    ["own_count", "of these, the runtime's own", count],
    ["names", "Registered names", count],
    ["run_queue", "Ready to run", count],
    ["blocked", "Blocking the thread of all", count],
    ["abandoned", "Killed, and abandoned", count],
  ]],
  ["Since the start", [
    ["context_switches", "Switches", count],
    ["preemptions", "Preemptions", count],
    ["messages", "Messages", count],
  ]],
  ["Timers and tables", [
    ["timers", "Timers", count],
    ["tables", "Tables", count],
    ["table_objects", "Objects in tables", count],
  ]],
  ["Limits", [
    ["limits.recursion", "Depth of recursion", count],
  ]],
];

/** Show it. */
export function open(panel) {
  const tiles = LEADING.map(tile);
  const groups = GROUPS.map(([name, rows]) => group(name, rows));
  fill(
    panel,
    h("h2", { class: "visually-hidden" }, "System"),
    h("div", { class: "tiles" }, ...tiles.map((made) => made.element)),
    h("div", { class: "columns" }, ...groups.map((made) => made.element)),
  );

  const stopSystem = watch("system", (data) => {
    const shown = { ...data, started: data.at - data.uptime };
    tiles.forEach((made, place) => LEADING[place].field in data && made.value(data[LEADING[place].field]));
    for (const made of groups) made.show(shown);
  });
  const stopSamples = watchSamples((samples, fields) => {
    tiles.forEach((made, place) => {
      const { load, field } = LEADING[place];
      const line = column(samples, fields, load).filter(([at]) => at >= samples.at(-1)[0] - SECONDS * 1000);
      made.line.show(line, SECONDS);
      if (field === "cpu") made.value(line.at(-1)?.[1] ?? null);
    });
  });
  return {
    close() {
      stopSystem();
      stopSamples();
    },
  };
}

function tile({ field, name, format }) {
  const value = h("b", { class: "tile-value", "data-figure": field }, "–");
  const line = sparkline();
  const href = field === "process_count" ? "#/processes" : "#/load";
  const element = h("a", { class: "tile card", href }, h("span", { class: "muted" }, name), value, line.element);
  return { element, line, value: (found) => setText(value, format(found)) };
}

function group(name, rows) {
  const made = rows.map(([path, label, format, note]) => {
    const value = h("dd", { "data-figure": path }, "–");
    return { path, format, note, value, element: h("div", { hidden: true }, h("dt", {}, label), value) };
  });
  const list = h("dl", { class: "figures" }, ...made.map((row) => row.element));
  const element = h("section", { class: "card", "data-group": name }, h("h3", {}, name), list);
  return {
    element,
    show(data) {
      for (const { path, format, note, value, element: row } of made) {
        const found = path.split(".").reduce((at, key) => at?.[key], data);
        const known = found !== undefined && found !== null && found !== "";
        if (row.hidden === known) row.hidden = !known;
        if (known) setText(value, note ? `${format(found)} (${note(data)})` : format(found));
      }
    },
  };
}
