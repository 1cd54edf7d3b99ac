// The few signs that buttons carry.
import { svg } from "../parts/dom.js";

const PATHS = {
  pause: [["path", { d: "M5 3v10M11 3v10" }]],
  play: [["path", { d: "M5 3l8 5-8 5z", class: "filled" }]],
  auto: [["circle", { cx: 8, cy: 8, r: 5.5 }], ["path", { d: "M8 2.5a5.5 5.5 0 0 1 0 11z", class: "filled" }]],
  light: [
    ["circle", { cx: 8, cy: 8, r: 3 }],
    ["path", { d: "M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M13 3l-1.4 1.4M4.4 11.6L3 13" }],
  ],
  dark: [["path", { d: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" }]],
  up: [["path", { d: "M4 10l4-4 4 4" }]],
  down: [["path", { d: "M4 6l4 4 4-4" }]],
};

/** One of them, as a drawing that says nothing to a screen reader. */
export function icon(name) {
  const shapes = PATHS[name].map(([tag, props]) => svg(tag, props));
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, ...shapes);
}
