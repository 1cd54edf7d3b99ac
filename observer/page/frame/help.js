// The keys, in a dialog.
import { hasDialog, showDialog } from "../parts/dialog.js";
import { h } from "../parts/dom.js";

const KEYS = [
  ["1 … 7", "the tabs"],
  ["← →", "the tabs beside, where a tab has the focus; in a chart the moments beside"],
  ["/", "search"],
  ["Space", "pause, and go on"],
  ["+ −", "larger, smaller"],
  ["t", "light, dark, or as the system has it"],
  ["Enter", "open what has the focus"],
  ["Shift F10", "what can be done to the process that has the focus (or the right mouse button)"],
  ["Escape", "close, or back from one process to all"],
];

/** Show them until they are closed. */
export function showHelp() {
  if (hasDialog()) return;
  const rows = KEYS.map(([key, text]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)));
  const close = h("button", { class: "button primary", onclick: () => dialog.close() }, "Close");
  const dialog = showDialog(
    { id: "help-dialog", "aria-labelledby": "help-title" },
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, ...rows),
    h("div", { class: "dialog-foot" }, close),
  );
}
