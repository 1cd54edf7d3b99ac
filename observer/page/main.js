// The frame: tabs, the page that the address names, and the keys that work everywhere.
import { restoreAppearance, sizeBy, toggleTheme, tools as appearanceTools } from "./frame/appearance.js";
import { showHelp } from "./frame/help.js";
import { icon } from "./frame/icons.js";
import { noticeRegion } from "./frame/notices.js";
import { address, here, parsed } from "./frame/route.js";
import { rememberScroll, restoreScroll } from "./frame/scroll_memory.js";
import { statusBar } from "./frame/status.js";
import { on, pause, state } from "./live/live.js";
import { hasDialog } from "./parts/dialog.js";
import { fill, h, setAttribute } from "./parts/dom.js";

const TABS = [
  ["system", "System"],
  ["load", "Load"],
  ["applications", "Applications"],
  ["processes", "Processes"],
  ["tables", "Tables"],
  ["trace", "Trace"],
  ["log", "Log"],
];
// Pages without a tab of their own, and the tab that they belong to.
const BELONGS = { process: "processes", table: "tables", compare: null };
const FILES = {
  system: "./figures/system.js",
  load: "./figures/load.js",
  applications: "./tree/applications.js",
  processes: "./processes/processes.js",
  process: "./process/process.js",
  tables: "./tables/tables.js",
  table: "./tables/table.js",
  trace: "./trace/trace.js",
  log: "./log/log.js",
  compare: "./snapshot/compare.js",
};
// Where these have the focus, Space and the other keys are theirs.
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const PRESSED =
  "button, summary, input, select, textarea, [role=button], [role=menuitem], [role=row][tabindex], dialog *";

const panel = h("main", { id: "panel", role: "tabpanel", tabindex: "-1" });
const tabs = new Map(TABS.map(([name, title]) => [name, tab(name, title)]));
const pauseButton = h("button", { id: "pause", class: "button pause", onclick: () => pause(!state.paused) });
const tools = h("div", { id: "tools", class: "tools" }, pauseButton, ...appearanceTools(), helpButton());

let opened = null;
let route = null;
let ticket = 0;

restoreAppearance();
document.body.append(
  h("a", { class: "skip", href: "#panel", onclick: skip }, "To the contents"),
  h("header", { class: "frame-head" }, h("a", { class: "brand", href: "#/system" }, "Observer"), tabList(), tools),
  panel,
  statusBar(),
  noticeRegion(),
);
showPause();
on("state", showPause);
on("state", reopenForSnapshot());
on("connected", (connected) => connected && panel.querySelector("[data-problem]") && go());
addEventListener("hashchange", go);
addEventListener("keydown", pressed);
addEventListener("contextmenu", menu);
go();
addSnapshotTools();
// So that they are there when the program is not.
setTimeout(() => Object.keys(FILES).forEach(moduleOf), 1500);

function tab(name, title) {
  const number = TABS.findIndex(([other]) => other === name) + 1;
  const props = { id: `tab-${name}`, role: "tab", href: `#/${name}`, "aria-controls": "panel", "data-tab": name };
  return h("a", { ...props, title: `${title} (${number})` }, title);
}

function tabList() {
  const props = { class: "tabs", role: "tablist", "aria-label": "What is shown", onkeydown: tabPressed };
  return h("div", props, ...tabs.values());
}

function helpButton() {
  const props = { id: "help", class: "button icon-button", title: "Keys (?)", "aria-label": "Keys", onclick: showHelp };
  return h("button", props, "?");
}

async function go() {
  const wanted = parsed(location.hash || "#/system");
  const mine = ++ticket;
  if (opened?.update && route.name === wanted.name && route.path === wanted.path) {
    route = wanted;
    here.hash = location.hash;
    opened.update(wanted.query);
    return;
  }
  if (route !== null) rememberScroll(panel, here.hash);
  closePage();
  route = wanted;
  here.hash = location.hash;
  markTab(wanted.name);
  const page = await moduleOf(wanted.name);
  if (mine !== ticket) return;
  fill(panel);
  panel.className = `page page-${wanted.name}`;
  panel.scrollTop = 0;
  document.title = `${page.title ?? "Not there"} · Observer`;
  try {
    opened = page.open(panel, wanted.path, wanted.query) ?? {};
  } catch (error) {
    console.error(error);
    fill(panel, problem("This page does not work.", String(error)));
  }
  restoreScroll(panel, location.hash);
  // Where the focus was on something that is gone, the next Tab goes on in the page.
  if (document.activeElement === document.body && mine > 1) panel.focus({ preventScroll: true });
}

function closePage() {
  const closing = opened;
  opened = null;
  try {
    closing?.close?.();
  } catch (error) {
    console.error(error);
  }
}

async function moduleOf(name) {
  if (!Object.hasOwn(FILES, name)) {
    return { open: (place) => void fill(place, problem("There is no such page.", `#/${name}`)) };
  }
  try {
    return await import(FILES[name]);
  } catch (error) {
    const isThere = state.connected || state.snapshot !== null;
    const text = isThere ? String(error.message ?? error) : "The Observer does not answer.";
    return { open: (place) => void fill(place, problem("This page is not there.", text)) };
  }
}

function problem(title, text) {
  return h("div", { class: "empty", "data-problem": true }, h("h2", {}, title), h("p", { class: "muted" }, text));
}

function markTab(name) {
  const shown = tabs.has(name) ? name : BELONGS[name];
  const focusable = tabs.has(shown) ? shown : TABS[0][0];
  for (const [other, element] of tabs) {
    setAttribute(element, "aria-selected", String(other === shown));
    setAttribute(element, "tabindex", other === focusable ? "0" : "-1");
  }
  setAttribute(panel, "aria-labelledby", shown ? `tab-${shown}` : null);
  tabs.get(shown)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function tabPressed(event) {
  const names = [...tabs.keys()];
  const place = names.indexOf(event.target.dataset.tab);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: names.length - 1 }[event.key];
  if (next === undefined || place < 0) return;
  event.preventDefault();
  const name = names[(next + names.length) % names.length];
  location.hash = address(name);
  tabs.get(name).focus();
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.key === "Escape") return escape(target);
  if (target.closest(TYPING) || hasDialog()) return;
  if (event.key === " " && target.closest(PRESSED)) return;
  const act = keys(event.key);
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function keys(key) {
  const number = Number(key);
  if (key !== " " && TABS[number - 1]) return () => void (location.hash = address(TABS[number - 1][0]));
  return {
    " ": () => pause(!state.paused),
    "/": () => panel.querySelector("input[type=search]")?.focus(),
    "?": showHelp,
    "+": () => sizeBy(1),
    "=": () => sizeBy(1),
    "-": () => sizeBy(-1),
    t: toggleTheme,
  }[key];
}

// Out of the search, else out of a page that has no tab.
function escape(target) {
  if (hasDialog()) return;
  if (target.matches(TYPING)) {
    if (target.type !== "search" || target.value === "") target.blur();
    return;
  }
  if (BELONGS[route.name]) location.hash = address(BELONGS[route.name]);
}

// On every link to a process: what can be done to it.
async function menu(event) {
  const link = event.target instanceof Element ? event.target.closest("[data-pid]") : null;
  if (event.defaultPrevented || link === null) return;
  event.preventDefault();
  const module = await import("./action/process_menu.js").catch(() => null);
  module?.processMenu(link.dataset.pid, link.dataset.label || link.dataset.pid, event.clientX, event.clientY);
}

function showPause() {
  const disabled = state.snapshot !== null;
  if (pauseButton.disabled !== disabled) pauseButton.disabled = disabled;
  if (pauseButton.getAttribute("aria-pressed") === String(state.paused)) return;
  setAttribute(pauseButton, "aria-pressed", String(state.paused));
  setAttribute(pauseButton, "title", state.paused ? "Go on (Space)" : "Pause (Space)");
  fill(pauseButton, icon(state.paused ? "play" : "pause"), h("span", {}, state.paused ? "Go on" : "Pause"));
}

function reopenForSnapshot() {
  let snapshot = state.snapshot;
  return () => {
    if (snapshot === state.snapshot) return;
    snapshot = state.snapshot;
    closePage();
    go();
  };
}

// Taking, opening and comparing snapshots: what that module puts beside the other tools.
async function addSnapshotTools() {
  const module = await import("./snapshot/snapshot.js").catch(() => null);
  if (module?.tools) tools.prepend(...module.tools());
}

function skip(event) {
  event.preventDefault();
  panel.focus();
}
