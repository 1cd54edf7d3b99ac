// The value axis of a chart: round steps, and a top that does not jump.

/** How many lines there are above zero. */
export const LINES = 4;
// The axis shrinks when so many samples in a row would have been fine with half of it.
const PATIENCE = 12;

/** The distance of the lines for values up to `most`: 1, 2, 2.5 or 5 times a power of ten, of bytes a power of two. */
function step(most, unit) {
  const least = most / LINES;
  if (unit === "bytes") return 2 ** Math.ceil(Math.log2(Math.max(least, 1)));
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)));
  const factors = power >= 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 5, 10];
  return factors.map((factor) => factor * power).find((found) => found >= least * 0.9999);
}

/** `scale("count", 4)(most)` gives the step for values up to `most`: it grows at once, shrinks late, and never below
 * what a top of `least` asks for. */
export function scale(unit, least) {
  let current = step(least, unit);
  let patience = 0;
  return (most) => {
    const wanted = step(Math.max(most, least), unit);
    if (wanted > current) current = wanted;
    patience = wanted < current && most <= (current * LINES) / 2 ? patience + 1 : 0;
    if (patience > PATIENCE) {
      current = wanted;
      patience = 0;
    }
    return current;
  };
}
