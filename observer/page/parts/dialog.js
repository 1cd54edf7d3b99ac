// Dialogs over the page: one at a time, and gone when closed.
import { h } from "./dom.js";

/** Whether one is open: the keys are its own then. */
export function hasDialog() {
  return document.querySelector("dialog[open]") !== null;
}

/** Show one, and return it. `props` are as those of `h`. */
export function showDialog(props, ...children) {
  const dialog = h("dialog", { class: "dialog", ...props, onclose: () => dialog.remove() }, ...children);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
