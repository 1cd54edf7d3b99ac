// What the page knows of the program: views that are watched, asked for once, or answered from a snapshot.
import { get } from "./request.js";
import { emit, on, state } from "./state.js";
import { stream } from "./stream.js";

export { act, get, post } from "./request.js";
export { notice, on, state } from "./state.js";

const INTERVAL = 1000;
// view -> {callbacks: Set of [callback, failed], last: the last answer}
const watched = new Map();
const arrange = stream(() => [...watched.keys()], told);

/**
 * `callback(data)` now and each second, until the returned function is called. `failed({error, status})` is told where
 * there is no answer, such as of a table that is gone. While the page is paused or hidden nothing comes.
 */
export function watch(view, callback, failed = () => {}) {
  const entry = watched.get(view) ?? { callbacks: new Set(), last: null };
  const asking = [callback, failed];
  entry.callbacks.add(asking);
  watched.set(view, entry);
  if (state.snapshot !== null || state.paused) once(view, entry, asking);
  else if (entry.last !== null) queueMicrotask(() => entry.callbacks.has(asking) && callback(entry.last));
  arrange();
  return () => {
    entry.callbacks.delete(asking);
    if (entry.callbacks.size === 0 && watched.get(view) === entry) watched.delete(view);
    arrange();
  };
}

/**
 * The events of a view that has a number for each (trace, log): `callback(data)` for all of `VIEW?after=…` that are
 * new, each second, until the returned function is called. `data.events` is empty where there are none;
 * `data.restarted` says that the numbers began anew, and what was told before is to be forgotten.
 */
export function follow(view, callback, failed = () => {}) {
  let after = 0;
  let timer = null;
  let ended = false;
  let answered = false;
  let snapshot = state.snapshot;

  async function ask() {
    const resting = document.hidden || (state.paused && answered);
    const again = resting ? false : await askOnce();
    if (!ended && snapshot === null) timer = setTimeout(ask, again ? 0 : INTERVAL);
  }

  // Whether there is more to be had at once.
  async function askOnce() {
    const asked = snapshot;
    try {
      const data = await get(`${view}?after=${after}`);
      if (ended || asked !== snapshot) return false;
      answered = true;
      const restarted = data.last < after || asked !== null;
      after = restarted ? 0 : (data.events.at(-1)?.seq ?? data.last);
      callback({ ...data, events: restarted && asked === null ? [] : data.events, restarted });
      return after < data.last;
    } catch (problem) {
      if (!ended && asked === snapshot) failed({ error: problem.message, status: problem.status });
      return false;
    }
  }

  const off = on("state", () => {
    if (snapshot === state.snapshot) return;
    snapshot = state.snapshot;
    [after, answered] = [0, false];
    clearTimeout(timer);
    timer = setTimeout(ask, 0);
  });
  timer = setTimeout(ask, 0);
  return () => {
    ended = true;
    clearTimeout(timer);
    off();
  };
}

/** Stop what is shown, or let it go on. */
export function pause(paused) {
  if (state.paused === paused) return;
  state.paused = paused;
  emit("state");
  arrange();
}

/** Answer all views from a snapshot; from the program again with null. */
export function useSnapshot(snapshot) {
  state.snapshot = snapshot;
  for (const entry of watched.values()) entry.last = null;
  emit("state");
  if (snapshot !== null) {
    for (const [view, entry] of watched) for (const asking of [...entry.callbacks]) once(view, entry, asking);
  }
  arrange();
}

function told({ view, data, error, status }) {
  const entry = watched.get(view);
  if (entry === undefined) return;
  if (data !== undefined) entry.last = data;
  for (const [callback, failed] of [...entry.callbacks]) {
    if (data !== undefined) callback(data);
    else failed({ error, status });
  }
}

async function once(view, entry, asking) {
  const [callback, failed] = asking;
  try {
    const data = await get(view);
    if (entry.callbacks.has(asking)) callback(data);
  } catch (problem) {
    if (entry.callbacks.has(asking)) failed({ error: problem.message, status: problem.status });
  }
}
