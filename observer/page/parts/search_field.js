// A search field that waits for a pause in typing.
import { h } from "./dom.js";

const PAUSE = 250;

/** `searchField("Search the log", text, changed)`: an input; `changed(text)` is told of what was typed. */
export function searchField(label, value, changed) {
  let timer = null;
  let told = value;
  const tell = () => {
    clearTimeout(timer);
    if (field.value === told) return;
    told = field.value;
    changed(told);
  };
  const field = h("input", {
    type: "search",
    value,
    placeholder: `${label} ( / )`,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(tell, PAUSE);
    },
    onkeydown: (event) => event.key === "Enter" && tell(),
  });
  return field;
}
