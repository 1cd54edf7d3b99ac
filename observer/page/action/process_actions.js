// What can be done to a process: the same for its menu, its page, and beside the tree.
import { act, notice, post, state } from "../live/live.js";
import { h } from "../parts/dom.js";
import { ask } from "./form.js";

// More are not named one by one.
const MOST_NAMED = 4;

/** Whether anything can be done here: not on a read-only screen, and not to a snapshot. */
export function canAct() {
  return !state.readonly && state.snapshot === null;
}

/**
 * What can be done: `[{id, text, key, danger, run}…]`, nothing where nothing can be. Of `process` pid and label are
 * known, and perhaps `server` (whether it is one of OTP's), `suspended`, `traced`, and of a supervisor's child
 * `supervisor` (a pid), `child` (its id or pid), `dynamic`.
 */
export function actionsFor(process) {
  if (!canAct()) return [];
  const alive = process.pid ? forProcess(process) : [];
  return [...alive, ...(process.supervisor ? forChild(process) : [])];
}

function forProcess({ pid, label, server, suspended, traced }) {
  const actions = [
    { id: "kill", text: "Kill…", key: "k", danger: true, run: () => exitDialog([{ pid, label }]) },
    { id: "exit", text: "Exit with a reason…", run: () => exitDialog([{ pid, label }], "shutdown") },
    { id: "send", text: "Send a message…", run: () => sendDialog(pid, label) },
  ];
  // What is not known to be no server may be one: the program says so then.
  if (server !== false) {
    actions.push({ id: "stop", text: "Stop the server…", run: () => stopDialog(pid, label) });
    if (suspended !== true) actions.push({ id: "suspend", text: "Suspend", run: () => done("suspend", { pid }) });
    if (suspended !== false) actions.push({ id: "resume", text: "Resume", run: () => done("resume", { pid }) });
  }
  actions.push(
    traced
      ? { id: "untrace", text: "Trace no longer", run: () => trace([pid], false) }
      : { id: "trace", text: "Trace", run: () => trace([pid], true) },
  );
  actions.push({ id: "show", text: "Show in the shell", run: () => done("show", { pid }) });
  return actions;
}

function forChild(process) {
  const { pid, supervisor, child, dynamic, label } = process;
  const change = (todo) => ({ supervisor, child, do: todo });
  const terminate = {
    id: "child-terminate",
    text: "Terminate child…",
    danger: true,
    run: () => childDialog(
      `Terminate ${named(process)}`,
      "Its supervisor ends it, and starts no other in its place.",
      change("terminate"),
    ),
  };
  if (pid) return [terminate];
  // A dynamic supervisor forgets a child when it ends; of the others' one that does not run can come again.
  if (dynamic) return [];
  return [
    { id: "child-restart", text: "Restart child", run: () => done("child", change("restart")) },
    {
      id: "child-delete",
      text: "Delete child…",
      danger: true,
      run: () => childDialog(`Delete ${label}`, "Its supervisor forgets it.", change("delete")),
    },
  ];
}

function childDialog(title, about, change) {
  const go = change.do === "delete" ? "Delete" : "Terminate";
  ask({ id: "child-dialog", title, about, go, danger: true, run: () => post("child", change) });
}

/** End processes, `[{pid, label}…]`, with a reason: asks for it. `after()` is called when that is done. */
export function exitDialog(processes, reason = "kill", after = () => {}) {
  if (!processes.length || !canAct()) return;
  const one = processes.length === 1 ? processes[0] : null;
  ask({
    id: "exit-dialog",
    title: one ? `End ${named(one)}` : `End ${processes.length} processes`,
    about: one ? null : listed(processes),
    fields: [
      {
        name: "reason",
        label: "Exit reason",
        value: reason,
        hint: [
          code("kill"), " cannot be trapped. A word is an atom: ", code("shutdown"), ", ", code("normal"),
          ". Anything else is a Python literal: ", code("(\"shutdown\", 42)"), ".",
        ],
      },
    ],
    go: reason === "kill" ? "Kill" : "End",
    danger: true,
    run: async (values) => {
      const text = await each(
        processes,
        (process) => post("exit", { pid: process.pid, reason: values.reason || "kill" }),
      );
      after();
      return text;
    },
  });
}

/** Send a process a message: asks for it. */
export function sendDialog(pid, label) {
  if (!canAct()) return;
  ask({
    id: "send-dialog",
    title: `Send to ${named({ pid, label })}`,
    fields: [
      {
        name: "message",
        label: "Message",
        wide: true,
        hint: [
          "A Python literal: ", code("(\"add\", 1, [2.5, None])"), "; atoms ", code(":ok"), " and pids ",
          code("#PID<0.98.0>"), " too. Nothing is evaluated. Ctrl+Enter sends.",
        ],
      },
    ],
    go: "Send",
    run: ({ message }) => {
      if (!message) throw new Error("Write the message, such as \"hello\" or (\"add\", 1).");
      return post("send", { pid, message });
    },
  });
}

/** Stop a server in its own way, by `GenServer.stop`: asks for the reason. */
function stopDialog(pid, label) {
  if (!canAct()) return;
  ask({
    id: "stop-dialog",
    title: `Stop ${named({ pid, label })}`,
    about: "A server is asked to stop, and cleans up. Its supervisor may start another.",
    fields: [{ name: "reason", label: "Reason", value: "normal" }],
    go: "Stop",
    danger: true,
    run: ({ reason }) => post("stop", { pid, reason: reason || "normal" }),
  });
}

/** Trace processes, or no longer. */
export function trace(pids, on) {
  return done("trace", { pids, on });
}

async function done(name, body) {
  const text = await act(name, body);
  if (text) notice(text);
}

/** One after another; what goes wrong with some does not spare the others. */
async function each(processes, run) {
  if (processes.length === 1) return run(processes[0]);
  const wrong = [];
  for (const process of processes) {
    try {
      await run(process);
    } catch (problem) {
      wrong.push(problem.message);
    }
  }
  if (wrong.length === processes.length) throw new Error(wrong[0]);
  if (wrong.length) return `${processes.length - wrong.length} of ${processes.length} were told to end; ${wrong[0]}`;
  return `${processes.length} processes were told to end`;
}

function code(text) {
  return h("code", {}, text);
}

function named({ pid, label }) {
  return label && label !== pid ? `${shortened(label)} (${pid})` : pid;
}

function listed(processes) {
  const names = processes.slice(0, MOST_NAMED).map(named).join(", ");
  return processes.length > MOST_NAMED ? `${names} and ${processes.length - MOST_NAMED} more` : names;
}

function shortened(text) {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
