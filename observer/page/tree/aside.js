// Who is selected in the tree: figures and buttons.
import { actionsFor } from "../action/process_actions.js";
import { processMenu } from "../action/process_menu.js";
import { address } from "../frame/route.js";
import { get } from "../live/live.js";
import { fill, h, keyed, setText } from "../parts/dom.js";
import { bytes, count } from "../parts/format.js";
import { statusText } from "./box.js";

const ASK_AFTER_MS = 120;
const LEGEND = [
  ["legend-worker", "a process"],
  ["legend-supervisor", "a supervisor: double line"],
  ["legend-running", "running"],
  ["legend-suspended", "suspended"],
  ["legend-restarting", "restarting"],
  ["legend-restarts", "restarts since it began"],
];
const KEYS = [
  ["← ↑ ↓ →", "walk"],
  ["Enter", "open"],
  ["k", "kill"],
  ["m", "menu"],
  ["Space", "fold"],
  ["+ − 0", "zoom, fit"],
  ["L", "links"],
];

/** The aside. `show(chosen)` is told of the selected entry's `{node, place, supervisor}`, or null, at each update. */
export function treeAside() {
  const title = h("h2", { id: "chosen-label" });
  const pid = h("p", { id: "chosen-pid", class: "muted mono" });
  const rows = h("dl", { id: "chosen-figures", class: "figures" });
  const buttons = h("div", { id: "chosen-actions", class: "chosen-actions" });
  const about = h(
    "div",
    { class: "chosen", hidden: true },
    h("div", { class: "chosen-head" }, title, pid),
    buttons,
    rows,
  );
  const hint = h("p", { class: "muted hint-choose" }, "Choose a box: a click, or the arrow keys.");
  const element = h(
    "aside",
    { id: "chosen", class: "tree-aside", "aria-label": "Selected process", "aria-live": "off" },
    hint,
    about,
    legend(),
  );

  let now = null;
  let details = null;
  let asking = null;
  let timer = null;
  let buttonsFor = "";

  function show(chosen) {
    const before = now?.node?.pid;
    now = chosen;
    hint.hidden = chosen !== null;
    about.hidden = chosen === null;
    if (chosen === null) return;
    if (before !== chosen.node.pid) details = null;
    draw();
    ask(before === chosen.node.pid ? 0 : ASK_AFTER_MS);
  }

  function draw() {
    const { node } = now;
    setText(title, node.name ?? node.label);
    setText(pid, node.pid ?? "");
    pid.hidden = node.pid === null || node.pid === title.textContent;
    keyed(
      rows,
      figures(now, details),
      ([name]) => name,
      ([name]) => h("div", { "data-figure": name }, h("dt", {}, name), h("dd", {}, "")),
      (row, [, text]) => setText(row.lastChild, text),
    );
    drawButtons();
  }

  function drawButtons() {
    const context = contextOf(now, details);
    const signature = JSON.stringify(context);
    if (signature === buttonsFor) return;
    buttonsFor = signature;
    const { pid, label } = context;
    const kill = actionsFor(context).find((action) => action.id === "kill");
    const place = document.activeElement?.dataset?.action;
    fill(
      buttons,
      pid ? h("a", { class: "button", "data-action": "open", href: address("process", pid) }, "Process") : null,
      kill ? h("button", { class: "button danger", "data-action": "kill", onclick: kill.run }, "Kill…") : null,
      actionsFor(context).length
        ? h("button", { class: "button", "data-action": "menu", "aria-haspopup": "menu", onclick: menu }, "More…")
        : null,
    );
    if (place) buttons.querySelector(`[data-action="${CSS.escape(place)}"]`)?.focus();
  }

  function menu(event) {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    const context = contextOf(now, details);
    processMenu(context.pid, context.label, left, bottom + 4, context);
  }

  /** What the tree does not say: asked for while somebody is selected, one question at a time. */
  function ask(wait) {
    const pid = now?.node?.pid;
    clearTimeout(timer);
    if (!pid || (asking === pid && wait === 0)) return;
    timer = setTimeout(async () => {
      asking = pid;
      const found = await get(`process/${pid}`).catch(() => null);
      if (asking === pid) asking = null;
      if (now?.node?.pid !== pid) return;
      details = found?.alive ? found : null;
      draw();
    }, wait);
  }

  return {
    element,
    show,
    context: () => (now === null ? null : contextOf(now, details)),
    close: () => clearTimeout(timer),
  };
}

/** What the menu is told of who is selected. */
export function contextOf({ node, supervisor }, details = null) {
  const isChild = supervisor?.kind === "supervisor" && supervisor.pid !== null;
  return {
    pid: node.pid,
    label: node.name ?? node.label,
    server: details ? details.behaviour !== null : undefined,
    suspended: details?.suspended ?? node.status === "suspended",
    traced: details?.traced,
    ...(isChild ? { supervisor: supervisor.pid, child: node.id ?? node.pid, dynamic: supervisor.dynamic } : {}),
  };
}

function figures({ node, place, supervisor }, details) {
  const known = (value, text) => (value === null || value === undefined ? null : text(value));
  const isProcess = node.pid !== null || node.kind === "process" || node.kind === "supervisor";
  return [
    ["status", isProcess ? statusText(node.status) : node.kind],
    ["new", place.since === null ? null : place.before ? `in the place of ${place.before}` : "just started"],
    ["runs", node.what],
    ["id", node.id === node.what ? null : node.id],
    ["restart", node.restart],
    ["strategy", node.strategy],
    [
      supervisor?.kind === "supervisor" ? "supervisor" : "started by",
      supervisor?.pid ? (supervisor.name ?? supervisor.label) : null,
    ],
    ["children", node.count || node.kind === "supervisor" ? count(node.count) : null],
    ["restarts", known(node.restarts, count)],
    ["queue", node.pid === null ? null : count(node.queue)],
    ["memory", known(details?.memory, bytes)],
    ["reductions", known(details?.reductions, count)],
    ["now in", details?.current ?? null],
    ["links", known(details?.counts?.links, count)],
  ].filter(([, text]) => text !== null && text !== undefined && text !== "");
}

function legend() {
  const signs = LEGEND.map(
    ([name, text]) => h("li", {}, h("span", { class: `legend-sign ${name}`, "aria-hidden": "true" }), text),
  );
  const keys = KEYS.map(([key, text]) => h("li", {}, h("kbd", {}, key), text));
  return h(
    "details",
    { class: "legend" },
    h("summary", {}, "Signs and keys"),
    h("ul", {}, ...signs),
    h("ul", {}, ...keys),
  );
}
