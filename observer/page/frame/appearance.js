// Light or dark, and how large: kept in this browser.
import { fill, h, setAttribute } from "../parts/dom.js";
import { icon } from "./icons.js";

const THEMES = ["auto", "light", "dark"];
const SIZES = 5;
const root = document.documentElement;

const themeButton = h("button", { id: "theme", class: "button icon-button", onclick: toggleTheme });
const smaller = h("button", { id: "smaller", class: "button icon-button", onclick: () => sizeBy(-1) }, "A−");
const larger = h("button", { id: "larger", class: "button icon-button", onclick: () => sizeBy(1) }, "A+");

/** As it was when this browser was here last. */
export function restoreAppearance() {
  const theme = kept("theme", "auto");
  showTheme(THEMES.includes(theme) ? theme : "auto");
  showSize(Math.min(Math.max(Number(kept("size", "0")) || 0, 0), SIZES - 1));
}

/** The buttons for it. */
export function tools() {
  return [h("span", { class: "joined", role: "group", "aria-label": "Size" }, smaller, larger), themeButton];
}

/** The next of: as the system has it, light, dark. */
export function toggleTheme() {
  const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  keep("theme", next);
  showTheme(next);
}

/** A step larger (1) or smaller (-1). */
export function sizeBy(step) {
  const size = Math.min(Math.max(Number(root.dataset.size) + step, 0), SIZES - 1);
  keep("size", String(size));
  showSize(size);
}

function showTheme(theme) {
  root.dataset.theme = theme;
  const text = { auto: "Light or dark as the system has it", light: "Light", dark: "Dark" }[theme];
  setAttribute(themeButton, "title", `${text} (t)`);
  setAttribute(themeButton, "aria-label", `Colours: ${text}`);
  fill(themeButton, icon(theme));
}

function showSize(size) {
  root.dataset.size = String(size);
  setAttribute(smaller, "title", "Smaller (-)");
  setAttribute(smaller, "aria-label", "Smaller");
  setAttribute(larger, "title", "Larger, for a projector (+)");
  setAttribute(larger, "aria-label", "Larger");
  smaller.disabled = size === 0;
  larger.disabled = size === SIZES - 1;
}

// Where the browser keeps nothing (a private window may not) the choice lasts as long as the page.

function kept(name, usual) {
  try {
    return localStorage.getItem(`observer-${name}`) ?? usual;
  } catch {
    return usual;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`observer-${name}`, value);
  } catch {
    // See above.
  }
}
