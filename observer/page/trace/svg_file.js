// A chart as a file of its own: its styles inside, in light colours, for any program that shows SVG.
import { svg } from "../parts/dom.js";

// What XML cannot hold.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const OF_THE_PAGE = ["tabindex", "role", "aria-label", "aria-pressed", "aria-current", "aria-hidden"];

/** The text of an SVG file, of drawings one below the other, `[{element, height}…]`, styled by a sheet of the page. */
export function svgFile(drawings, width, sheetName) {
  const height = drawings.reduce((sum, each) => sum + each.height, 0);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "seq" });
  root.append(svg("style", {}, styles(sheetName)), svg("rect", { width, height, class: "seq-paper" }));
  let top = 0;
  for (const { element, height: own } of drawings) {
    const group = svg("g", { transform: `translate(0 ${top})` }, ...[...element.cloneNode(true).childNodes]);
    root.append(group);
    top += own;
  }
  for (const element of root.querySelectorAll("*")) {
    for (const name of OF_THE_PAGE) element.removeAttribute(name);
  }
  const text = new XMLSerializer().serializeToString(root).replace(FORBIDDEN, "\ufffd");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

// The rules of the sheet, with the colours that its variables have in light.
function styles(sheetName) {
  const sheet = [...document.styleSheets].find((each) => each.href?.endsWith(sheetName));
  const rules = [...(sheet?.cssRules ?? [])].map((rule) => rule.cssText).join("\n");
  const probe = document.createElement("span");
  probe.style.setProperty("color-scheme", "light");
  document.body.append(probe);
  const resolved = rules.replace(/var\((--[\w-]+)\)/g, (text, name) => {
    if (name === "--mono") return "monospace";
    if (name === "--sans") return "sans-serif";
    probe.style.setProperty("color", `var(${name})`);
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return resolved;
}
