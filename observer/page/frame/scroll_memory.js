// Where each address was scrolled to, so that the way back from one process leads to the same rows.

const MOST = 50;
const PATIENCE = 1500;
const places = new Map();
let stop = () => {};

/** Remember where what has `data-keep-scroll` within the panel is. */
export function rememberScroll(panel, hash) {
  stop();
  const tops = scrollers(panel).map((element) => element.scrollTop);
  places.delete(hash);
  if (tops.some((top) => top > 0)) places.set(hash, tops);
  if (places.size > MOST) places.delete(places.keys().next().value);
}

/** Bring it there again once there is enough to scroll, unless who looks does something first. */
export function restoreScroll(panel, hash) {
  const tops = places.get(hash);
  if (tops === undefined) return;
  const until = performance.now() + PATIENCE;
  let ended = false;
  const done = new AbortController();
  stop = () => {
    ended = true;
    done.abort();
  };
  for (const event of ["wheel", "pointerdown", "keydown"]) {
    addEventListener(event, stop, { signal: done.signal, passive: true });
  }
  requestAnimationFrame(function again() {
    if (ended) return;
    const reached = scrollers(panel).map((element, place) => {
      const top = tops[place] ?? 0;
      if (element.scrollHeight - element.clientHeight >= top) element.scrollTop = top;
      return Math.abs(element.scrollTop - top) < 1;
    });
    if (reached.every(Boolean) || performance.now() > until) stop();
    else requestAnimationFrame(again);
  });
}

function scrollers(panel) {
  return [panel, ...panel.querySelectorAll("[data-keep-scroll]")];
}
