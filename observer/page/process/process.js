// One process: what it is, whom it knows, what it holds, live; and what can be done to it.
import { actionsFor, canAct, exitDialog, sendDialog } from "../action/process_actions.js";
import { processMenu } from "../action/process_menu.js";
import { address } from "../frame/route.js";
import { watch } from "../live/live.js";
import { hasDialog } from "../parts/dialog.js";
import { fill, h, setAttribute, setText } from "../parts/dom.js";
import { peerNode, processParts } from "./cards.js";
import { findSuccessor } from "./successor.js";

export const title = "Process";

// Of the actions these are buttons; all are in the menu.
const BUTTONS = ["kill", "send", "suspend", "resume", "trace", "untrace"];

/** Show it. `path` is its pid. */
export function open(panel, path) {
  const name = h("h2", { id: "process-label" }, path);
  const pidText = h("span", { id: "process-pid", class: "mono muted" }, path);
  const badges = h("span", { id: "process-badges", class: "process-badges" });
  const buttons = h("div", { id: "process-actions", class: "process-actions" });
  const ended = h("div", { id: "process-ended", class: "card process-ended", role: "status", hidden: true });
  const parts = processParts();
  const body = h("div", { class: "process-body", hidden: true }, ...parts.elements);
  let last = null;
  let drawnButtons = "";
  let closed = false;

  fill(
    panel,
    h(
      "div",
      { class: "toolbar" },
      h("a", { class: "button", href: address("processes") }, "‹ Processes"),
      name,
      pidText,
      badges,
      h("span", { class: "spring" }),
      buttons,
    ),
    ended,
    body,
  );
  // Wherever the focus is: who comes by a link has it nowhere.
  document.addEventListener("keydown", pressed);
  const stop = watch(`process/${encodeURIComponent(path)}`, came, ({ error }) => last === null && showProblem(error));

  function came(data) {
    if (closed) return;
    if (!data.alive) {
      showEnd();
      return;
    }
    last = data;
    document.title = `${data.label} · Observer`;
    setText(name, data.label);
    setText(pidText, data.pid);
    pidText.hidden = data.pid === data.label;
    showBadges(data);
    showButtons(data);
    ended.hidden = true;
    body.hidden = false;
    parts.show(data);
  }

  function showBadges(data) {
    const texts = [
      [data.behaviour, ""],
      [data.suspended ? "suspended" : null, "warn"],
      [data.traced ? "traced" : null, "new"],
      [data.own ? "the runtime's own" : null, ""],
    ].filter(([text]) => text);
    if (badges.textContent === texts.map(([text]) => text).join("")) return;
    fill(badges, ...texts.map(([text, kind]) => h("span", { class: `badge ${kind}` }, text)));
  }

  function contextOf(data) {
    const { pid, label, behaviour, suspended, traced, supervisor } = data;
    const known = { pid, label, server: behaviour !== null, suspended, traced };
    if (!supervisor) return known;
    return { ...known, supervisor: supervisor.pid, child: supervisor.id ?? pid, dynamic: supervisor.id === null };
  }

  function showButtons(data) {
    const context = contextOf(data);
    const signature = JSON.stringify(context);
    if (signature === drawnButtons) return;
    drawnButtons = signature;
    const actions = actionsFor(context);
    // A word for each of the two, and one button in their place.
    const wanted = BUTTONS.filter((id) => actions.some((action) => action.id === id));
    const focused = document.activeElement?.dataset?.action;
    fill(
      buttons,
      ...wanted.map((id) => {
        const { text, danger, run } = actions.find((action) => action.id === id);
        return h("button", { class: `button ${danger ? "danger" : ""}`, "data-action": id, onclick: run }, text);
      }),
      actions.length
        ? h("button", { class: "button", "data-action": "menu", "aria-haspopup": "menu", onclick: menu }, "More…")
        : null,
      h("a", { class: "button", "data-action": "tree", href: treeAddress(data) }, "In the tree"),
    );
    if (focused) buttons.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }

  function menu() {
    if (last === null) return;
    const from = buttons.querySelector("[data-action=menu]") ?? name;
    const { left, bottom } = from.getBoundingClientRect();
    const context = contextOf(last);
    processMenu(context.pid, context.label, left, bottom + 4, context);
  }

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (hasDialog()) return;
    const open = last !== null && ended.hidden;
    const acts = { k: () => exitDialog([contextOf(last)]), m: menu, s: () => sendDialog(last.pid, last.label) };
    const act = open ? acts[event.key] : null;
    if (!act || (!canAct() && event.key !== "m")) return;
    event.preventDefault();
    act();
  }

  /** It is gone, and does not come back: what was last known stays, and who came after it is looked for. */
  function showEnd() {
    stop();
    drawnButtons = "";
    fill(buttons);
    ended.hidden = false;
    setAttribute(body, "class", "process-body stale");
    const successor = h("p", { id: "process-successor", hidden: true });
    const supervisor = last?.supervisor;
    fill(
      ended,
      h("h3", {}, last === null ? `There is no process ${path}.` : "This process has ended."),
      h(
        "p",
        { class: "muted" },
        last === null ? "It has ended, or there never was one." : "Below is what was last known of it.",
      ),
      supervisor ? h("p", {}, "Its supervisor: ", peerNode(supervisor), knownAs(supervisor)) : null,
      successor,
      h(
        "p",
        {},
        h("a", { href: address("processes") }, "All processes"),
        " · ",
        h("a", { href: address("applications") }, "The trees"),
      ),
    );
    if (!supervisor) return;
    findSuccessor(last.pid, supervisor, () => closed).then((pid) => {
      if (pid === null || closed) return;
      successor.hidden = false;
      fill(successor, "In its place: ", peerNode({ pid }), ".");
    });
  }

  function showProblem(text) {
    ended.hidden = false;
    fill(
      ended,
      h("h3", {}, "This cannot be shown."),
      h("p", {}, text),
      h("p", {}, h("a", { href: address("processes") }, "All processes")),
    );
  }

  return {
    close() {
      closed = true;
      stop();
      document.removeEventListener("keydown", pressed);
    },
  };
}

function treeAddress({ pid, own }) {
  return address("applications", "", { pid, own: own ? "1" : "" });
}

function knownAs({ id }) {
  return id ? `, which knows it as ${id}.` : ".";
}
