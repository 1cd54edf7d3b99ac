// Where things stand in a sequence chart: lifelines from left to right, rows from top to bottom. In pixels at the
// smallest size of type; the chart scales all of it.

export const ROW = 26;
/** How far below the top of a row its line is. */
export const LINE = 20;
export const HEAD = 48;
export const TIME = 92;
export const LANE = 184;

/** The processes that take part in an event: those that have a lifeline. */
export function parties(event) {
  return event.other_is_pid && event.other !== event.pid ? [event.pid, event.other] : [event.pid];
}

/** The middle of the lifeline at a place. */
export function middle(place) {
  return TIME + LANE / 2 + place * LANE;
}

/** The rows: `{key, event}` or `{key, gap}`, where so many events were left out. */
export function rowsOf(events, isFiltered) {
  const rows = [];
  let last = null;
  for (const event of events) {
    // Numbers are missing where the page held and the program went on for long.
    const missing = (event.left_out ?? 0) + (last === null ? 0 : event.seq - last - 1);
    if (missing > 0 && !isFiltered) rows.push({ key: `gap-${event.seq}`, gap: missing });
    rows.push({ key: `event-${event.seq}`, event });
    last = event.seq;
  }
  return rows;
}

/** A text that fits into so many pixels. */
export function fitted(text, width) {
  const most = Math.max(3, Math.floor(width / 7.6));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
