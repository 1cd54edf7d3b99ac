// Line charts of what happens in time: the newest at the right, a value to be read at each moment.
import { fill, h, setAttribute, setText, svg } from "../parts/dom.js";
import { bytes, count, time } from "../parts/format.js";
import { LINES, scale } from "./scale.js";

const FORMATS = { bytes, count, percent: (n) => (n === null ? "–" : `${count(n)} %`) };
const AXIS_FORMATS = { bytes: (n) => (n === 0 ? "0" : bytes(n).replace(".0 ", " ")) };
const TICKS = { 60: [60, 45, 30, 15, 0], 300: [300, 240, 180, 120, 60, 0], 600: [600, 480, 360, 240, 120, 0] };
// A longer silence than so many ms is a gap in the line.
const GAP = 3500;

/**
 * A chart: `lineChart({id, title, unit: "count"|"bytes"|"percent", per: "per second", least, pointed})` gives
 * `{element, show(samples, seconds), point(at), close()}`. Samples are `[at, value]`, the oldest first. `pointed(at)`
 * is told which moment is looked at, or null; `point(at)` shows that of another chart.
 */
export function lineChart({ id, title, unit = "count", per = "", least = 4, pointed = () => {} }) {
  const format = FORMATS[unit];
  const stepFor = scale(unit, least);
  const plot = parts();
  const value = h("b", { class: "chart-value" }, "–");
  const moment = h("span", { class: "chart-moment" }, "now");
  const element = h(
    "figure",
    { class: "chart card", "data-chart": id },
    h(
      "figcaption",
      {},
      h("h3", {}, title),
      per && h("span", { class: "muted" }, per),
      h("span", { class: "chart-reading" }, moment, value),
    ),
    plot.svg,
  );
  let samples = [];
  let seconds = 60;
  let box = null;
  let cursor = null;

  const frame = new ResizeObserver(() => {
    box = measured(plot.svg);
    draw();
  });
  frame.observe(plot.svg);
  setAttribute(plot.svg, "aria-label", per ? `${title} ${per}` : title);
  plot.svg.addEventListener("pointermove", (event) => choose(nearest(event)));
  plot.svg.addEventListener("pointerdown", (event) => choose(nearest(event)));
  plot.svg.addEventListener("pointerleave", () => choose(null));
  plot.svg.addEventListener("blur", () => choose(null));
  plot.svg.addEventListener("keydown", (event) => {
    const next = neighbour(event.key);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  });

  function show(newest, span) {
    [samples, seconds] = [newest, span];
    draw();
  }

  function draw() {
    if (box === null || box.width <= 0) return;
    const end = samples.at(-1)?.[0] ?? 0;
    const shown = samples.filter(([at]) => at >= end - seconds * 1000);
    const most = shown.reduce((found, sample) => Math.max(found, sample[1]), 0);
    const top = stepFor(most) * LINES;
    const x = (at) => box.left + box.width * (1 - (end - at) / (seconds * 1000));
    const y = (value) => box.bottom - (box.height * Math.min(value, top)) / top;
    drawAxes(plot, box, top, seconds, AXIS_FORMATS[unit] ?? format);
    const { line, area } = path(shown, x, y, box.bottom);
    setAttribute(plot.line, "d", line);
    setAttribute(plot.area, "d", area);
    read(x, y);
  }

  function read(x, y) {
    const found = cursor === null ? samples.at(-1) : samples.find(([at]) => at === cursor);
    const visible = cursor !== null && found !== undefined && x(cursor) >= box.left;
    setAttribute(plot.cursor, "class", visible ? "chart-cursor" : "chart-cursor none");
    setText(moment, visible ? time(cursor) : "now");
    setAttribute(plot.dot, "class", visible ? "chart-dot" : "none");
    setText(value, format(found?.[1] ?? null));
    if (!visible) return;
    setAttribute(plot.cursor, "d", `M${x(cursor).toFixed(1)} ${box.bottom - box.height}V${box.bottom}`);
    setAttribute(plot.svg, "aria-valuenow", found[1] ?? 0);
    setAttribute(plot.svg, "aria-valuetext", `${time(cursor)}: ${value.textContent}`);
    setAttribute(plot.dot, "cx", x(cursor).toFixed(1));
    setAttribute(plot.dot, "cy", y(found[1] ?? 0).toFixed(1));
  }

  function choose(at) {
    if (at === undefined || at === cursor) return;
    point(at);
    pointed(at);
  }

  function point(at) {
    cursor = at;
    draw();
  }

  function nearest(event) {
    if (box === null || samples.length === 0) return null;
    const part = (event.clientX - plot.svg.getBoundingClientRect().left - box.left) / box.width;
    const at = samples.at(-1)[0] - (1 - part) * seconds * 1000;
    const closer = (one, other) => (Math.abs(other - at) < Math.abs(one - at) ? other : one);
    return samples.map(([moment]) => moment).reduce(closer);
  }

  function neighbour(key) {
    const end = samples.at(-1)?.[0];
    if (end === undefined) return undefined;
    const moments = samples.map(([at]) => at).filter((at) => at >= end - seconds * 1000);
    const place = cursor === null ? moments.length : moments.indexOf(cursor);
    const next = {
      ArrowLeft: place - 1,
      ArrowRight: place + 1,
      PageUp: place - 10,
      PageDown: place + 10,
      Home: 0,
      End: moments.length - 1,
    }[key];
    if (key === "Escape" && cursor !== null) return null;
    return next === undefined ? undefined : moments[Math.min(Math.max(next, 0), moments.length - 1)];
  }

  return { element, show, point, close: () => frame.disconnect() };
}

/** A small line without axes: `{element, show(values)}`. */
export function sparkline() {
  const line = svg("path", { class: "chart-line" });
  const area = svg("path", { class: "chart-area" });
  const props = { class: "sparkline", viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" };
  const element = svg("svg", props, area, line);
  const most = scale("count", 1);
  return {
    element,
    show(samples, seconds) {
      const end = samples.at(-1)?.[0] ?? 0;
      const top = most(samples.reduce((found, [, value]) => Math.max(found, value), 0)) * LINES;
      const x = (at) => 100 * (1 - (end - at) / (seconds * 1000));
      const drawn = path(samples, x, (value) => 23 - (22 * value) / top, 24);
      setAttribute(line, "d", drawn.line);
      setAttribute(area, "d", drawn.area);
    },
  };
}

function parts() {
  const made = {
    rows: Array.from({ length: LINES + 1 }, axisLine),
    ticks: svg("g"),
    layout: "",
    area: svg("path", { class: "chart-area" }),
    line: svg("path", { class: "chart-line" }),
    dot: svg("circle", { class: "none", r: 3.5 }),
    cursor: svg("path", { class: "chart-cursor none" }),
  };
  const role = { role: "slider", tabindex: "0", "aria-roledescription": "chart" };
  const shapes = [...made.rows.flat(), made.ticks, made.area, made.line, made.cursor, made.dot];
  made.svg = svg("svg", { class: "chart-plot", ...role, "aria-valuetext": "now", "aria-valuenow": "0" }, ...shapes);
  return made;
}

function axisLine() {
  return [svg("path", { class: "chart-grid" }), svg("text", { class: "chart-label value" }, "")];
}

function measured(plot) {
  const { width, height } = plot.getBoundingClientRect();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const left = 4.2 * rem;
  const bottom = height - 1.5 * rem;
  return { rem, left, bottom, width: width - left - 0.5 * rem, height: bottom - 0.6 * rem };
}

function drawAxes(plot, box, top, seconds, format) {
  plot.rows.forEach(([line, label], place) => {
    const y = Math.round(box.bottom - (box.height * place) / LINES) + 0.5;
    setAttribute(line, "d", `M${box.left} ${y}h${box.width}`);
    setAttribute(label, "x", box.left - 0.5 * box.rem);
    setAttribute(label, "y", y + 0.28 * box.rem);
    setText(label, format((top * place) / LINES));
  });
  const layout = `${seconds} ${box.left} ${box.width} ${box.bottom}`;
  if (plot.layout === layout) return;
  plot.layout = layout;
  const ticks = TICKS[seconds];
  const labels = ticks.map((ago, place) => {
    const anchor = place === ticks.length - 1 ? "end" : "middle";
    const x = box.left + box.width * (1 - ago / seconds);
    const text = ago === 0 ? "now" : seconds > 60 ? `−${ago / 60} min` : `−${ago} s`;
    return svg("text", { class: `chart-label ${anchor}`, x, y: box.bottom + 1.2 * box.rem }, text);
  });
  fill(plot.ticks, ...labels);
}

function path(samples, x, y, bottom) {
  let line = "";
  let area = "";
  let before = null;
  for (const [at, value] of samples) {
    if (value === null || value === undefined) continue;
    const point = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    if (before === null || at - before > GAP) {
      if (before !== null) area += `V${bottom}Z`;
      line += `M${point}`;
      area += `M${x(at).toFixed(1)} ${bottom}L${point}`;
    } else {
      line += `L${point}`;
      area += `L${point}`;
    }
    before = at;
  }
  return { line, area: area && `${area}V${bottom}Z` };
}
