/* Where the boxes of trees stand: tidy, from left to right, in linear time.
 *
 * After Buchheim, Jünger and Leipert, "Improving Walker's Algorithm to Run in Linear Time" (2002), without recursion:
 * a chain of ten thousand supervisors is laid out as well. Pure: numbers in, numbers out.
 */

/** Lays out trees of `{width, children}`. Returns `{boxes: [{node, parent, depth, x, y}…], width, height}`, parents
 * before their children; `parent` is the place of the parent's box in `boxes`, -1 for a root. */
export function layOut(roots, { height, gap, treeGap, levelGap }) {
  const knots = planted(roots);
  const apart = (upper, lower) => height + (upper.up === lower.up && upper.depth > 0 ? gap : treeGap);
  for (let place = knots.length - 1; place >= 0; place -= 1) settle(knots[place], apart);
  return standing(knots, height, levelGap);
}

/** The path of a line from a parent's right side to a child's left side: right-angled, with round corners. */
export function linePath(fromX, fromY, toX, toY, bend) {
  const turn = toX - bend;
  const round = Math.min(8, bend, Math.abs(toY - fromY) / 2);
  if (round < 0.5) return `M${fromX} ${fromY}H${toX}`;
  const down = toY > fromY ? round : -round;
  return (
    `M${fromX} ${fromY}H${turn - round}Q${turn} ${fromY} ${turn} ${fromY + down}` +
    `V${toY - down}Q${turn} ${toY} ${turn + round} ${toY}H${toX}`
  );
}

/** All nodes in pre-order, with what the walks write down; the first is the invisible parent of the roots. */
function planted(roots) {
  const soil = knot({ width: 0, children: roots }, null, 0, -1);
  const knots = [];
  const waiting = [soil];
  while (waiting.length) {
    const each = waiting.pop();
    each.place = knots.length;
    knots.push(each);
    each.down = each.node.children.map((child, number) => knot(child, each, number, each.depth + 1));
    for (let number = each.down.length - 1; number >= 0; number -= 1) waiting.push(each.down[number]);
  }
  return knots;
}

function knot(node, up, number, depth) {
  const made = { node, up, number, depth, down: [], place: 0 };
  // The paper's names: prelim, mod, thread, ancestor, change, shift.
  Object.assign(made, { prelim: 0, mod: 0, middle: 0, thread: null, ancestor: made, change: 0, shift: 0 });
  return made;
}

/** The first walk, for one parent whose children's own subtrees are settled. */
function settle(parent, apart) {
  const children = parent.down;
  if (!children.length) return;
  let ancestor = children[0];
  for (const child of children) {
    const before = children[child.number - 1];
    if (before) {
      child.prelim = before.prelim + apart(before, child);
      if (child.down.length) child.mod = child.prelim - child.middle;
      ancestor = apportion(child, before, ancestor, apart);
    } else {
      child.prelim = child.middle;
    }
  }
  spread(children);
  parent.middle = (children[0].prelim + children.at(-1).prelim) / 2;
}

/** Moves a subtree so far down that it stands clear of those above it. */
function apportion(child, before, defaultAncestor, apart) {
  let [innerBelow, outerBelow, innerAbove, outerAbove] = [child, child, before, child.up.down[0]];
  let [sumInnerBelow, sumOuterBelow, sumInnerAbove, sumOuterAbove] = [
    innerBelow.mod, outerBelow.mod, innerAbove.mod, outerAbove.mod,
  ];
  while (lowest(innerAbove) && highest(innerBelow)) {
    innerAbove = lowest(innerAbove);
    innerBelow = highest(innerBelow);
    outerAbove = highest(outerAbove);
    outerBelow = lowest(outerBelow);
    outerBelow.ancestor = child;
    const shift =
      innerAbove.prelim + sumInnerAbove - (innerBelow.prelim + sumInnerBelow) + apart(innerAbove, innerBelow);
    if (shift > 0) {
      move(innerAbove.ancestor.up === child.up ? innerAbove.ancestor : defaultAncestor, child, shift);
      sumInnerBelow += shift;
      sumOuterBelow += shift;
    }
    sumInnerAbove += innerAbove.mod;
    sumInnerBelow += innerBelow.mod;
    sumOuterAbove += outerAbove.mod;
    sumOuterBelow += outerBelow.mod;
  }
  if (lowest(innerAbove) && !lowest(outerBelow)) {
    outerBelow.thread = lowest(innerAbove);
    outerBelow.mod += sumInnerAbove - sumOuterBelow;
  }
  if (highest(innerBelow) && !highest(outerAbove)) {
    outerAbove.thread = highest(innerBelow);
    outerAbove.mod += sumInnerBelow - sumOuterAbove;
    return child;
  }
  return defaultAncestor;
}

const highest = (knot) => (knot.down.length ? knot.down[0] : knot.thread);
const lowest = (knot) => (knot.down.length ? knot.down.at(-1) : knot.thread);

function move(from, to, shift) {
  const share = shift / (to.number - from.number);
  to.change -= share;
  to.shift += shift;
  from.change += share;
  to.prelim += shift;
  to.mod += shift;
}

/** Shares out the moves among the subtrees between those that were moved. */
function spread(children) {
  let [shift, change] = [0, 0];
  for (let number = children.length - 1; number >= 0; number -= 1) {
    const child = children[number];
    child.prelim += shift;
    child.mod += shift;
    change += child.change;
    shift += child.shift + change;
  }
}

/** The second walk: from relative figures to places. */
function standing(knots, height, levelGap) {
  const widths = [];
  let top = Infinity;
  let bottom = -Infinity;
  for (const each of knots) {
    each.sum = each.up ? each.up.sum + each.up.mod : 0;
    each.y = each.prelim + each.sum;
    if (each.depth < 0) continue;
    widths[each.depth] = Math.max(widths[each.depth] ?? 0, each.node.width);
    top = Math.min(top, each.y);
    bottom = Math.max(bottom, each.y);
  }
  const lefts = [];
  let width = 0;
  for (const each of widths) {
    lefts.push(width);
    width += each + levelGap;
  }
  const boxes = knots.slice(1).map((each) => ({
    node: each.node,
    parent: each.up.place - 1,
    depth: each.depth,
    x: lefts[each.depth],
    y: each.y - top,
  }));
  return { boxes, width: Math.max(0, width - levelGap), height: boxes.length ? bottom - top + height : 0 };
}
