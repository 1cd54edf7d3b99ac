// What part of the drawing is seen, and how large: by wheel, drag, two fingers, or from a key.

const LEAST = 0.02;
const MOST = 3;
// So far a pointer may tremble in a click.
const TREMBLE = 5;
const WHEEL_LINE = 20;
const USUAL_FONT = 14;
// The buttons at the foot take so much.
const TOOLS = 52;

/** Moves `layer` within the SVG element `screen`. `moved()` is called after each change. Returns
 * `{at, fit, restore, move, zoomBy, reveal, centre, visible, wasDragged}`. */
export function viewport(screen, layer, moved) {
  const at = { x: 0, y: 0, scale: 1 };
  const pointers = new Map();
  let start = null;
  let dragged = false;

  const size = () => {
    const box = screen.getBoundingClientRect();
    return { left: box.left, top: box.top, width: box.width || 1, height: box.height || 1 };
  };

  function place(x, y, scale) {
    Object.assign(at, { x, y, scale });
    layer.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
    moved();
  }

  function zoomAt(x, y, factor) {
    const scale = Math.min(MOST, Math.max(LEAST, at.scale * factor));
    const change = scale / at.scale;
    place(x - (x - at.x) * change, y - (y - at.y) * change, scale);
  }

  function middle() {
    const all = [...pointers.values()];
    const x = all.reduce((sum, each) => sum + each.x, 0) / all.length;
    const y = all.reduce((sum, each) => sum + each.y, 0) / all.length;
    const spread = all.length < 2 ? 0 : Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y);
    return { x, y, spread };
  }

  screen.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const [dx, dy] = event.shiftKey ? [event.deltaY + event.deltaX, 0] : [event.deltaX, event.deltaY];
      place(at.x - dx * unit, at.y - dy * unit, at.scale);
      return;
    }
    const box = size();
    zoomAt(event.clientX - box.left, event.clientY - box.top, Math.exp((-event.deltaY * unit) / 500));
  }, { passive: false });

  screen.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    start = { ...middle(), from: { ...at } };
    dragged = pointers.size > 1;
  });
  screen.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = middle();
    if (!dragged && Math.hypot(now.x - start.x, now.y - start.y) < TREMBLE) return;
    // Only now: a captured pointer's click would be the screen's, not the box's.
    if (!screen.hasPointerCapture(event.pointerId)) screen.setPointerCapture(event.pointerId);
    dragged = true;
    const factor = start.spread && now.spread ? now.spread / start.spread : 1;
    const scale = Math.min(MOST, Math.max(LEAST, start.from.scale * factor));
    const change = scale / start.from.scale;
    const box = size();
    const [x, y] = [start.x - box.left, start.y - box.top];
    place(now.x - box.left - (x - start.from.x) * change, now.y - box.top - (y - start.from.y) * change, scale);
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size) start = { ...middle(), from: { ...at } };
  };
  screen.addEventListener("pointerup", release);
  screen.addEventListener("pointercancel", release);

  return {
    at,
    /** Show all of a drawing, no smaller than `least` and little larger than it is. */
    fit({ width, height }, least = 0) {
      const { width: across, height: down } = size();
      const larger = pageSize();
      const margin = Math.min(32, across / 12);
      const whole = Math.min(
        (across - 2 * margin) / (width || 1),
        (down - 2 * TOOLS * larger) / (height || 1),
        1.25 * larger,
      );
      const scale = Math.max(LEAST, least * larger, whole);
      const spare = across - width * scale;
      // What does not fit begins with its roots, at the left and in the middle.
      const x = spare >= 2 * margin ? Math.min(spare / 2, 4 * margin) : margin;
      place(x, (down - height * scale) / 2, scale);
    },
    /** Show what was seen before. */
    restore: ({ x, y, scale }) => place(x, y, scale),
    move: (dx, dy) => place(at.x + dx, at.y + dy, at.scale),
    zoomBy(factor) {
      const { width, height } = size();
      zoomAt(width / 2, height / 2, factor);
    },
    /** Move just so far that a box is seen. */
    reveal({ x, y, width, height }) {
      const { width: across, height: down } = size();
      const margin = 24;
      const [left, top] = [x * at.scale + at.x, y * at.scale + at.y];
      const [right, bottom] = [left + width * at.scale, top + height * at.scale];
      let [dx, dy] = [0, 0];
      if (right > across - margin) dx = across - margin - right;
      if (left + dx < margin) dx = margin - left;
      if (bottom > down - TOOLS * pageSize()) dy = down - TOOLS * pageSize() - bottom;
      if (top + dy < margin) dy = margin - top;
      if (dx || dy) place(at.x + dx, at.y + dy, at.scale);
    },
    /** Show a box in the middle. */
    centre({ x, y, width, height }) {
      const { width: across, height: down } = size();
      place(across / 2 - (x + width / 2) * at.scale, down / 2 - (y + height / 2) * at.scale, at.scale);
    },
    /** The part of the drawing that is seen, and as much again around it by `margin`. */
    visible(margin) {
      const { width, height } = size();
      return {
        left: (-at.x - width * margin) / at.scale,
        top: (-at.y - height * margin) / at.scale,
        right: (-at.x + width * (1 + margin)) / at.scale,
        bottom: (-at.y + height * (1 + margin)) / at.scale,
      };
    },
    /** Whether the click that comes now ends a drag. */
    wasDragged: () => dragged,
  };
}

/** How much larger than usual the page's letters are. */
function pageSize() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT;
}
