/* Places in the tree, over time: who ended leaves its place for a while, and who was started instead takes it.
 *
 * A place is `{id, node, ghost, since, before, children}`: the node that stands there (or null), the one that ended
 * there and until when it is shown (`{node, until}` or null), when a new one came (ms, or null), the pid before it.
 */

const GHOST_MS = 2600;
const NEW_MS = 6000;

/** No places yet. `highest` is the youngest pid seen: only what is younger is new, not what was merely out of sight. */
export function noPlaces() {
  return { roots: [], highest: null, last: 0 };
}

/** Brings places up to a new answer of the view `applications`; changes and returns `forest`. */
export function advance(forest, roots, now) {
  const alive = new Set();
  let highest = forest.highest;
  for (const node of everyNode(roots)) {
    if (node.pid === null) continue;
    alive.add(node.pid);
    if (highest === null || younger(node.pid, highest)) highest = node.pid;
  }
  const step = {
    now,
    alive,
    // Of a parent whose children are not all told another may come to light when one ends: it is no new one.
    isNew: (node, parent) =>
      forest.highest !== null &&
      node.pid !== null &&
      younger(node.pid, forest.highest) &&
      (parent === null || parent.count <= parent.children.length || node.restarts > 0),
    nextId: () => String((forest.last += 1)),
  };
  forest.roots = settled(advanced(forest.roots, roots, null, step), now);
  forest.highest = highest;
  return forest;
}

/** When the next mark or ghost is over, in ms; null where there is none. */
export function nextChange(forest, now) {
  let next = null;
  const note = (when) => {
    if (when > now && (next === null || when < next)) next = when;
  };
  const waiting = [...forest.roots];
  while (waiting.length) {
    const place = waiting.pop();
    if (place.ghost) note(place.ghost.until);
    if (place.since !== null) note(place.since + NEW_MS);
    waiting.push(...place.children);
  }
  return next;
}

/** Takes away the ghosts and marks whose time is over, without a new answer. */
export function settle(forest, now) {
  forest.roots = settled(forest.roots, now);
}

function settled(places, now) {
  const left = [];
  for (const place of places) {
    if (place.ghost && place.ghost.until <= now) place.ghost = null;
    if (place.since !== null && place.since + NEW_MS <= now) [place.since, place.before] = [null, null];
    if (place.node === null && place.ghost === null) continue;
    place.children = settled(place.children, now);
    left.push(place);
  }
  return left;
}

function advanced(places, nodes, parent, step) {
  const byKey = new Map(places.filter((place) => place.node !== null).map((place) => [place.node.key, place]));
  const taken = new Map();
  const come = [];
  for (const node of nodes) {
    const place = byKey.get(node.key);
    if (place === undefined) come.push(node);
    else taken.set(place, node);
  }
  const left = [];
  const free = [];
  for (const place of places) {
    const node = taken.get(place) ?? null;
    const before = place.node;
    if (before !== null && before.pid !== node?.pid) end(place, before, step);
    place.node = node;
    if (node !== null && node.pid !== null && before?.pid !== node.pid) begin(place, node, parent, step);
    if (node === null && place.ghost !== null) free.push(place);
    if (node !== null || place.ghost !== null) left.push(place);
  }
  const late = [];
  for (const node of come) {
    const place = step.isNew(node, parent) ? free.shift() : undefined;
    if (place === undefined) late.push(node);
    else {
      place.node = node;
      begin(place, node, parent, step);
    }
  }
  const all = late.length ? inserted(left, nodes, parent, new Set(late), step) : left;
  for (const place of all) place.children = advanced(place.children, place.node?.children ?? [], place.node, step);
  return all;
}

function end(place, node, step) {
  if (node.pid === null || step.alive.has(node.pid)) return;
  place.ghost = { node, until: step.now + GHOST_MS };
  place.since = null;
}

function begin(place, node, parent, step) {
  if (!step.isNew(node, parent)) return;
  place.since = step.now;
  place.before = place.ghost?.node.pid ?? null;
}

/** New places for those that came late, each behind the one that the answer has before it. */
function inserted(places, nodes, parent, late, step) {
  const behind = new Map();
  let last = null;
  for (const node of nodes) {
    if (late.has(node)) {
      if (!behind.has(last)) behind.set(last, []);
      const place = { id: step.nextId(), node, ghost: null, since: null, before: null, children: [] };
      begin(place, node, parent, step);
      behind.get(last).push(place);
    } else last = node.key;
  }
  return [
    ...(behind.get(null) ?? []),
    ...places.flatMap((place) => [place, ...(place.node === null ? [] : (behind.get(place.node.key) ?? []))]),
  ];
}

/** The places from a root down to the one where a process stands; none where it does not. */
export function wayTo(places, pid) {
  for (const place of places) {
    if (place.node?.pid === pid) return [place];
    const below = wayTo(place.children, pid);
    if (below.length) return [place, ...below];
  }
  return [];
}

/** Whether a process was started after another: by its pid. */
export function younger(pid, than) {
  const [, low, high] = pid.split(".").map(Number);
  const [, otherLow, otherHigh] = than.split(".").map(Number);
  return high !== otherHigh ? high > otherHigh : low > otherLow;
}

function* everyNode(roots) {
  const waiting = [...roots];
  while (waiting.length) {
    const node = waiting.pop();
    yield node;
    waiting.push(...node.children);
  }
}
