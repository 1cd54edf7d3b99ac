// Who was started in the place of a process that has ended.
import { get } from "../live/live.js";
import { younger } from "../tree/places.js";

const TRIES = 6;
const PAUSE = 700;

/** The pid of the process that stands in the place of `pid` now, or null. A supervisor may take a while to start it. */
export async function findSuccessor(pid, supervisor, ended) {
  for (let attempt = 0; attempt < TRIES && !ended(); attempt += 1) {
    if (attempt) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const data = await get("applications?limit=1000&everything=1").catch(() => null);
    const node = data && findNode(data.roots, supervisor.pid);
    // The supervisor has ended as well: then nobody starts one.
    if (data && !node) return null;
    const found = node && successorAmong(node.children, pid, supervisor.id);
    if (found) return found;
  }
  return null;
}

function successorAmong(children, pid, id) {
  const others = children.filter((child) => child.pid !== null && child.pid !== pid);
  if (id !== null) return others.find((child) => child.id === id)?.pid ?? null;
  // A dynamic supervisor gives no ids: of those that it had to restart the first that came after.
  const later = others.filter((child) => child.restarts > 0 && younger(child.pid, pid));
  return later.reduce((first, child) => (first === null || younger(first, child.pid) ? child.pid : first), null);
}

function findNode(roots, pid) {
  const waiting = [...roots];
  while (waiting.length) {
    const node = waiting.pop();
    if (node.pid === pid) return node;
    waiting.push(...node.children);
  }
  return null;
}
