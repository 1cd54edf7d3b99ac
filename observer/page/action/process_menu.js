// The menu of a process: by the right mouse button, a key, or a long touch.
import { address } from "../frame/route.js";
import { notice } from "../live/live.js";
import { hasDialog, showDialog } from "../parts/dialog.js";
import { h } from "../parts/dom.js";
import { actionsFor } from "./process_actions.js";

const MARGIN = 8;

/** What can be done to a process, at a point of the page. `context` tells more of it: see `actionsFor`. */
export function processMenu(pid, label, x, y, context = {}) {
  if (hasDialog()) return;
  const process = { ...context, pid, label };
  const open = { id: "open", text: "Process", key: "Enter", run: () => void (location.hash = address("process", pid)) };
  const copied = { id: "copy", text: "Copy pid", run: () => copy(`#PID<${pid}>`) };
  const items = pid ? [open, ...actionsFor(process), copied] : actionsFor(process);
  const menu = h("div", { role: "menu", "aria-label": label }, ...items.map(itemOf));
  const heading = h(
    "p",
    { class: "menu-title" },
    h("b", {}, label ?? pid),
    pid && label !== pid ? h("span", { class: "muted" }, pid) : null,
  );
  const dialog = showDialog({ id: "process-menu", class: "menu" }, heading, menu);
  // The end of the long touch that opened it is a click too: only one that began here counts. Of a key, detail is 0.
  let began = false;
  dialog.addEventListener("pointerdown", () => (began = true));
  dialog.addEventListener("click", (event) => event.detail > 0 && !began && event.stopPropagation(), true);
  dialog.addEventListener("click", (event) => began && event.target === dialog && dialog.close());
  dialog.addEventListener("contextmenu", (event) => event.preventDefault());
  dialog.addEventListener("keydown", keyed);
  stand(dialog, x, y);
  menu.firstElementChild?.focus();

  function itemOf({ id, text, key, danger, run }) {
    const choose = () => {
      dialog.close();
      run();
    };
    const props = {
      role: "menuitem",
      type: "button",
      tabindex: "-1",
      class: danger ? "danger" : null,
      "data-action": id,
    };
    return h("button", { ...props, onclick: choose }, text, key ? h("kbd", {}, key) : null);
  }

  function keyed(event) {
    const all = [...menu.children];
    const place = all.indexOf(document.activeElement);
    const next = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      Home: 0,
      End: all.length - 1,
      Tab: place + (event.shiftKey ? -1 : 1),
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[(next + all.length) % all.length].focus();
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      byLetter(event.key.toLowerCase(), all, place);
    }
  }

  function byLetter(letter, all, place) {
    const direct = items.findIndex((item) => item.key === letter);
    if (direct >= 0) return all[direct].click();
    const later = [...all.slice(place + 1), ...all.slice(0, place + 1)];
    later.find((element) => element.textContent.toLowerCase().startsWith(letter))?.focus();
  }
}

function stand(dialog, x, y) {
  const { width, height } = dialog.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN));
  const top = Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN));
  dialog.style.setProperty("left", `${left}px`);
  dialog.style.setProperty("top", `${top}px`);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice(`${text} is copied`);
  } catch {
    notice(`${text} could not be copied here`, "error");
  }
}
