// How figures, times and pids are written.
import { h } from "./dom.js";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const NOTHING = "–";
const PID = /#PID<(\d+\.\d+\.\d+)>/g;

/** `count(12345)` is "12,345"; of what is not known, a dash. */
export function count(n) {
  return isNumber(n) ? whole.format(n) : NOTHING;
}

/** `rate(0.25)` is "0.25", `rate(12.3)` "12.3", `rate(1234.5)` "1,235": a figure per second. */
export function rate(n) {
  if (!isNumber(n)) return NOTHING;
  if (n === 0) return "0";
  return n < 1 ? n.toFixed(2) : n < 100 ? n.toFixed(1) : whole.format(n);
}

/** `bytes(1536)` is "1.5 KiB". */
export function bytes(n) {
  if (!isNumber(n)) return NOTHING;
  let unit = 0;
  while (Math.abs(n) >= 1024 && unit < UNITS.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${unit === 0 || n >= 100 ? whole.format(n) : n.toFixed(1)} ${UNITS[unit]}`;
}

/** `duration(3725000)` is "1 h 02 min", `duration(1500)` "1 s": of milliseconds, the two largest units. */
export function duration(ms) {
  if (!isNumber(ms)) return NOTHING;
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [seconds / 86400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
  if (days > 0) return `${whole.format(days)} d ${hours} h`;
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  if (minutes > 0) return `${minutes} min ${two(seconds % 60)} s`;
  return `${seconds} s`;
}

/** `time(1767225600000)` is "13:00:00": the time of day here. */
export function time(ms) {
  if (!isNumber(ms)) return NOTHING;
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** The day and the time: "2026-01-01 13:00:00". */
export function dateTime(ms) {
  if (!isNumber(ms)) return NOTHING;
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time(ms)}`;
}

/** The nodes of a text in which each `#PID<…>` is a link to its process. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(PID)) {
    if (found.index > end) nodes.push(document.createTextNode(text.slice(end, found.index)));
    nodes.push(pidLink(found[1], found[0]));
    end = found.index + found[0].length;
  }
  if (end < text.length) nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** A link to a process, which shows its label, or else its pid. */
export function pidLink(pid, label) {
  const link = h("a", { class: "pid" }, "");
  setPidLink(link, pid, label);
  return link;
}

/** Let a link that `pidLink` made be one to this process. */
export function setPidLink(link, pid, label) {
  const shown = label || pid;
  if (link.dataset.pid === pid && link.textContent === shown) return;
  link.href = `#/process/${encodeURIComponent(pid)}`;
  link.dataset.pid = pid;
  link.dataset.label = label || "";
  link.title = `#PID<${pid}>`;
  link.textContent = shown;
}

/** Whether there is a figure. */
export function isNumber(n) {
  return typeof n === "number" && Number.isFinite(n);
}

function two(n) {
  return String(n).padStart(2, "0");
}
