// Snapshots: taken, opened, and left again. What stands in the header.
import { address } from "../frame/route.js";
import { notice, on, state, useSnapshot } from "../live/live.js";
import { hasDialog, showDialog } from "../parts/dialog.js";
import { h, setText } from "../parts/dom.js";
import { count, dateTime } from "../parts/format.js";
import { readSnapshot, saveSnapshot, servedSnapshot, takeSnapshot } from "./file.js";

/** The two that are compared; each may be null. */
export const compared = { before: null, after: null };

/** Whether there is a program of which one can be taken. */
export const hasProgram = state.files === 0;

let isTaking = false;

/** What stands beside the other tools. */
export function tools() {
  const opener = h(
    "button",
    {
      class: "button",
      id: "snapshot",
      title: "Take, open and compare snapshots",
      "aria-haspopup": "dialog",
      onclick: chooseWhat,
    },
    "Snapshot",
  );
  const leave = h(
    "button",
    { class: "button", id: "snapshot-leave", hidden: true, onclick: () => useSnapshot(null) },
    "Back to the program",
  );
  on("state", () => (leave.hidden = state.snapshot === null || !hasProgram));
  addEventListener("dragover", (event) => isFile(event) && event.preventDefault());
  addEventListener("drop", dropped);
  openServed();
  return [leave, opener];
}

/** Open the snapshot of a file. */
async function openFile(file) {
  try {
    show(await readSnapshot(file));
  } catch (problem) {
    notice(problem.message, "error");
  }
}

/** Take one, and have the browser save it. Returns it, or null where there was none. */
export async function take() {
  if (isTaking) return null;
  isTaking = true;
  try {
    const snapshot = await takeSnapshot();
    const left = snapshot.left_out?.process;
    notice(`${saveSnapshot(snapshot)} is saved${left ? `; of ${count(left)} processes it has the row only` : ""}`);
    return snapshot;
  } catch (problem) {
    notice(problem.message, "error");
    return null;
  } finally {
    isTaking = false;
  }
}

/** A button that lets one choose a file: `chosen(file)`. */
export function fileButton(id, text, chosen) {
  const input = h(
    "input",
    {
      type: "file",
      id: `${id}-file`,
      accept: ".json,application/json",
      class: "visually-hidden",
      tabindex: "-1",
      "aria-hidden": "true",
      onchange,
    },
  );
  function onchange() {
    const [file] = input.files;
    input.value = "";
    if (file) chosen(file);
  }
  return [h("button", { class: "button", id, type: "button", onclick: () => input.click() }, text), input];
}

/** What a snapshot is of: node and time. */
export function titleOf(snapshot) {
  return `${snapshot.node}, ${dateTime(snapshot.at)}`;
}

function show(snapshot) {
  useSnapshot(snapshot);
  notice(`This is ${titleOf(snapshot)}`);
}

function chooseWhat() {
  if (hasDialog()) return;
  const status = h("p", { class: "muted", id: "snapshot-status", role: "status" }, "");
  const takeButton = h(
    "button",
    { class: "button primary", id: "snapshot-take", type: "button", onclick: taking },
    "Take a snapshot",
  );
  const takes = hasProgram && state.snapshot === null;
  const openFrom = fileButton("snapshot-open", "Open…", (file) => {
    dialog.close();
    openFile(file);
  });
  const dialog = showDialog(
    { id: "snapshot-dialog", "aria-labelledby": "snapshot-title" },
    h("h2", { id: "snapshot-title" }, "Snapshots"),
    h(
      "p",
      {},
      "All that the Observer shows, at one time, as a file. It can be opened later, on any machine; ",
      "a file may also be dropped anywhere on this page.",
    ),
    h(
      "div",
      { class: "snapshot-choices" },
      takes ? takeButton : null,
      openFrom,
      h(
        "a",
        { class: "button", id: "snapshot-compare", href: address("compare"), onclick: () => dialog.close() },
        "Compare two",
      ),
    ),
    status,
    h("div", { class: "dialog-foot" }, h("button", { class: "button", onclick: () => dialog.close() }, "Close")),
  );

  async function taking() {
    takeButton.disabled = true;
    setText(status, "Taking it; with very many processes that is some seconds.");
    const taken = await take();
    takeButton.disabled = false;
    setText(status, "");
    if (taken !== null) dialog.close();
  }
}

function isFile(event) {
  return event.dataTransfer?.types.includes("Files");
}

function dropped(event) {
  if (!isFile(event) || event.defaultPrevented) return;
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) openFile(file);
}

async function openServed() {
  if (hasProgram) return;
  try {
    const snapshots = await Promise.all([...Array(state.files).keys()].slice(0, 2).map(servedSnapshot));
    [compared.before, compared.after] = [snapshots[0], snapshots[1] ?? null];
    useSnapshot(snapshots.at(-1));
    if (snapshots.length === 2) location.hash = address("compare");
  } catch (problem) {
    notice(problem.message, "error");
  }
}
