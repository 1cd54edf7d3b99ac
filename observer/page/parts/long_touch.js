// A long touch, which stands for the right mouse button.

const LONG_TOUCH_MS = 550;
const TREMBLE = 10;

/** Call `run(event)` when an element is touched for long, where the browser itself has no sign for it. */
export function onLongTouch(element, run) {
  let timer = null;
  let from = null;
  const forget = () => {
    clearTimeout(timer);
    timer = null;
  };
  element.addEventListener("pointerdown", (event) => {
    forget();
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = event;
    timer = setTimeout(() => run(event), LONG_TOUCH_MS);
  });
  element.addEventListener("pointermove", (event) => {
    if (timer !== null && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > TREMBLE) forget();
  });
  for (const end of ["pointerup", "pointercancel", "contextmenu"]) element.addEventListener(end, forget);
}
