// The line at the foot: how it is with the program, and with the connection to it.
import { on, state, watch } from "../live/live.js";
import { h, setAttribute, setText } from "../parts/dom.js";
import { count, dateTime, duration } from "../parts/format.js";

const CONNECTION = {
  connecting: "connecting",
  live: "live",
  silent: "no answer, waiting",
  lost: "connection lost, trying again",
  refused: "another Observer runs here: open the address that it printed",
};

/** The line, which keeps itself up to date. */
export function statusBar() {
  const connection = h("span", { id: "status-connection", class: "connection", role: "status" }, "connecting");
  const readonly = h("span", { id: "status-readonly", class: "badge", hidden: !state.readonly }, "read-only");
  const figures = ["node", "processes", "uptime"].map((name) => figure(name));
  const [node, processes, uptime] = figures.map((made) => made.lastChild);
  watch("system", (system) => {
    setText(node, system.node);
    setText(processes, count(system.process_count));
    setText(uptime, duration(system.uptime));
  });
  const show = () => {
    const [kind, text] = described();
    setAttribute(connection, "data-state", kind);
    setText(connection, text);
  };
  show();
  on("state", show);
  return h("footer", { id: "status", class: "frame-foot" }, connection, readonly, ...figures);
}

function figure(name) {
  const value = h("b", { id: `status-${name}` }, "–");
  return h("span", { class: `figure figure-${name}` }, h("span", { class: "muted" }, name), value);
}

function described() {
  const { snapshot } = state;
  if (snapshot !== null) return ["snapshot", `snapshot of ${snapshot.node}, ${dateTime(snapshot.at)}`];
  if (state.paused && state.status === "live") return ["paused", "paused"];
  return [state.status, CONNECTION[state.status]];
}
