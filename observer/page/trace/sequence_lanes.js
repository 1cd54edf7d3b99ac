// Which lifeline is whose. Each process has a lane of its own as long as there are few; then the lane of one that has
// ended is given to another that comes later, so that a program of many short tasks stays readable.
import { parties } from "./sequence_layout.js";

const FEW = 7;
/** More lifelines than this nobody can follow. */
export const MOST_LANES = 60;
// So many rows a lane stays empty before it is another's.
const REST = 2;

/** Lanes that nobody has yet. */
export function noLanes() {
  return { of: new Map(), numbered: 0 };
}

/**
 * Give lanes to the processes of these rows, and to those who are traced; who has one keeps it, in `memory`. Returns
 * `{lanes, places, lifelines, without}`: of each lane the pid that has it last, of each row the lanes of the event's
 * two processes (undefined where it has none), `[{pid, lane, from, to, last}…]` in rows (null: above, below; `last` is
 * that of its last event), and how many processes have none.
 */
export function placed(rows, traced, ended, memory) {
  const lastRow = lastRows(rows);
  const wanted = new Set([...traced, ...lastRow.keys()]);
  for (const pid of memory.of.keys()) if (!wanted.has(pid)) memory.of.delete(pid);
  const without = new Set();
  for (const pid of traced) laneOf(pid, 0);
  const holders = new Map();
  const lifelines = new Map();
  const places = rows.map(({ event }, row) => {
    if (event === undefined) return null;
    for (const pid of parties(event)) enter(pid, row, event);
    if (event.kind === "exit" && lifelines.has(event.pid)) lifelines.get(event.pid).to = row;
    return { own: placeNow(event.pid), other: event.other_is_pid ? placeNow(event.other) : undefined };
  });
  for (const [pid, { lane }] of memory.of) {
    if (!lifelines.has(pid)) lifelines.set(pid, { pid, lane, from: null, to: null });
    lifelines.get(pid).last = lastRow.get(pid) ?? 0;
  }
  return { lanes: heads(memory), places, lifelines: [...lifelines.values()], without: without.size };

  function enter(pid, row, event) {
    const mine = laneOf(pid, row);
    if (mine === null) return;
    const holder = holders.get(mine.lane);
    if (holder !== undefined && memory.of.get(holder).number > mine.number) return;
    holders.set(mine.lane, pid);
    if (lifelines.has(pid)) return;
    const isNew = (event.kind === "spawn" && event.other === pid) || holder !== undefined;
    lifelines.set(pid, { pid, lane: mine.lane, from: isNew ? row : null, to: null });
    // Of one whose end was not seen the line ends where another's begins.
    if (holder !== undefined && lifelines.get(holder).to === null) lifelines.get(holder).to = lastRow.get(holder);
  }

  function placeNow(pid) {
    const mine = memory.of.get(pid);
    return mine !== undefined && (holders.get(mine.lane) ?? pid) === pid ? mine.lane : undefined;
  }

  function laneOf(pid, row) {
    const mine = memory.of.get(pid);
    if (mine !== undefined) return mine;
    const lane = freeLane(row);
    if (lane === null) {
      without.add(pid);
      return null;
    }
    const given = { lane, number: (memory.numbered += 1) };
    memory.of.set(pid, given);
    return given;
  }

  function freeLane(row) {
    const occupants = occupantsOf(memory);
    for (let lane = 0; lane < FEW; lane += 1) if (!occupants.has(lane)) return lane;
    for (let lane = 0; lane < MOST_LANES; lane += 1) {
      const all = occupants.get(lane);
      if (all === undefined) return lane;
      if (all.every((pid) => ended.has(pid) && !traced.includes(pid) && (lastRow.get(pid) ?? -REST) + REST < row)) {
        return lane;
      }
    }
    return null;
  }
}

function lastRows(rows) {
  const last = new Map();
  rows.forEach(({ event }, row) => {
    if (event !== undefined) for (const pid of parties(event)) last.set(pid, row);
  });
  return last;
}

function occupantsOf(memory) {
  const occupants = new Map();
  for (const [pid, { lane }] of memory.of) occupants.set(lane, [...(occupants.get(lane) ?? []), pid]);
  return occupants;
}

// The last one of each lane; null for a lane that is empty now.
function heads(memory) {
  const lanes = [];
  for (const [pid, { lane, number }] of memory.of) {
    if (lanes[lane] === undefined || memory.of.get(lanes[lane]).number < number) lanes[lane] = pid;
  }
  return Array.from(lanes, (pid) => pid ?? null);
}
