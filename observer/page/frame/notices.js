// Short texts in the corner, read aloud once, gone after a while.
import { on } from "../live/live.js";
import { h } from "../parts/dom.js";

const MOST = 4;
const SHOWN = { info: 4000, error: 9000 };

/** Where they appear. */
export function noticeRegion() {
  const said = { role: "log", "aria-live": "polite", "aria-label": "Notices" };
  const region = h("div", { id: "notices", class: "notices", ...said });
  on("notice", (text, kind = "info") => show(region, text, kind));
  return region;
}

function show(region, text, kind) {
  const props = { class: "button icon-button", "aria-label": "Close", onclick: () => element.remove() };
  const close = h("button", props, "×");
  const element = h("div", { class: `notice ${kind}`, "data-notice": kind }, h("span", {}, text), close);
  region.append(element);
  while (region.childElementCount > MOST) region.firstChild.remove();
  setTimeout(() => element.remove(), SHOWN[kind] ?? SHOWN.info);
}
