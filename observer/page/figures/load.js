// Load: how busy the program was in the last minutes.
import { rewrite } from "../frame/route.js";
import { fill, h, setAttribute } from "../parts/dom.js";
import { lineChart } from "./chart.js";
import { column, watchSamples } from "./samples.js";

export const title = "Load";

// Each by the field of the view `load` that it draws.
const CHARTS = [
  { id: "cpu", title: "CPU", unit: "percent", per: "of one core", least: 100 },
  { id: "run_queue", title: "Run queue", per: "processes ready" },
  { id: "switches", title: "Switches", per: "per second" },
  { id: "messages", title: "Messages", per: "per second" },
  { id: "preemptions", title: "Preemptions", per: "per second" },
  { id: "processes", title: "Processes", per: "alive" },
  { id: "memory", title: "Memory", unit: "bytes", per: "of the program", least: 32 * 1024 * 1024 },
];
const MINUTES = ["1", "5", "10"];

/** Show it. */
export function open(panel, path, query) {
  let minutes = MINUTES.includes(query.minutes) ? query.minutes : "1";
  let last = null;
  const charts = CHARTS.map((chart) => lineChart({ ...chart, pointed: point }));
  const choices = MINUTES.map((number) => choice(number));
  const grid = h("div", { class: "charts" }, ...charts.map((chart) => chart.element));
  const empty = h("p", { class: "muted", "data-empty": true }, "The first second is being measured…");
  const span = h("span", { class: "joined", role: "group", "aria-label": "How long" }, ...choices);
  fill(panel, h("div", { class: "toolbar" }, h("h2", {}, "Load"), h("span", { class: "spring" }), span), empty, grid);
  showChoice();
  const stop = watchSamples((samples, fields) => {
    last = { samples, fields };
    draw();
  });

  function choice(number) {
    const label = number === "1" ? "1 minute" : `${number} minutes`;
    return h("button", { class: "button", "data-minutes": number, onclick: () => choose(number) }, label);
  }

  function choose(number) {
    minutes = MINUTES.includes(number) ? number : "1";
    rewrite("load", "", minutes === "1" ? {} : { minutes });
    showChoice();
    draw();
  }

  function showChoice() {
    for (const button of choices) setAttribute(button, "aria-pressed", String(button.dataset.minutes === minutes));
  }

  function draw() {
    if (last === null) return;
    empty.hidden = last.samples.length > 0;
    charts.forEach((chart, place) => {
      const shown = column(last.samples, last.fields, CHARTS[place].id);
      // What nobody counts is not drawn as if it were nothing.
      chart.element.hidden = !shown.some((sample) => sample[1] !== null);
      if (!chart.element.hidden) chart.show(shown, Number(minutes) * 60);
    });
  }

  function point(at) {
    for (const chart of charts) chart.point(at);
  }

  return {
    update: (changed) => choose(changed.minutes ?? "1"),
    close() {
      stop();
      for (const chart of charts) chart.close();
    },
  };
}
