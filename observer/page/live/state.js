// How it is with the connection and with the page, and who is told when that changes.

/** `on("state", f)` tells of each change. `status` is one of connecting, live, silent, lost, refused. */
export const state = {
  readonly: setting("pyex-readonly") === "true",
  snapshot: null,
  // How many snapshots were opened from files in place of a program.
  files: Number(setting("pyex-snapshots")) || 0,
  paused: false,
  status: "connecting",
  get connected() {
    return this.status === "live";
  },
};

const listeners = { state: new Set(), connected: new Set(), notice: new Set() };

/** Be told of "state" (any change), "connected" (true or false), "notice" (text, kind). Returns what ends it. */
export function on(event, listener) {
  listeners[event].add(listener);
  return () => listeners[event].delete(listener);
}

/** Tell those who listen. */
export function emit(event, ...values) {
  for (const listener of [...listeners[event]]) listener(...values);
}

/** Show a short text to who looks; `kind` is "info" or "error". */
export function notice(text, kind = "info") {
  emit("notice", text, kind);
}

/** The connection is so now. */
export function become(status) {
  if (state.status === status) return;
  const connected = state.connected;
  state.status = status;
  emit("state");
  if (connected !== state.connected) emit("connected", state.connected);
}

/** What the server wrote into the page, or into another copy of it. */
export function setting(name, page = document) {
  return page.querySelector(`meta[name="${name}"]`)?.content ?? "";
}
