// Which rows of a live table are selected, and where the keys are: both stay with their process when the order changes.

const MOST = 1000;

/** `rows` is a table as `processRows` makes it; `changed()` is called after each change. */
export function rowSelection(rows, changed) {
  // pid -> {pid, label}
  const chosen = new Map();
  let place = 0;
  let pid = null;
  let anchor = 0;
  let lost = false;

  function add(row) {
    if (chosen.size < MOST) chosen.set(row.pid, { pid: row.pid, label: row.name ?? row.label });
  }

  function stand(newPlace) {
    place = newPlace;
    pid = rows.row(place)?.pid ?? null;
    lost = pid === null;
  }

  function between(from, to) {
    const [least, most] = [Math.min(from, to), Math.max(from, to)];
    for (const row of rows.known()) if (row.place >= least && row.place <= most) add(row);
  }

  return {
    has: (wanted) => chosen.has(wanted),
    pids: () => [...chosen.keys()],
    processes: () => [...chosen.values()],
    cursor: () => place,
    /** Select a row alone; with `toggle` it too, or no longer; with `range` all from the last one to it. */
    choose(row, { toggle = false, range = false } = {}) {
      const at = rows.placeOf(row.pid);
      if (range) between(anchor, at);
      else if (!toggle) {
        chosen.clear();
        add(row);
      } else if (!chosen.delete(row.pid)) add(row);
      if (!range) anchor = at;
      stand(at);
      changed();
    },
    /** Go to a row, by its number; it may have to be asked for first. */
    move(to, range) {
      stand(to);
      if (range) between(anchor, to);
      else {
        chosen.clear();
        anchor = to;
        if (pid !== null) add(rows.row(to));
      }
      changed();
    },
    all() {
      for (const row of rows.known()) add(row);
      changed();
    },
    clear() {
      chosen.clear();
      changed();
    },
    /** After new rows have come: where the process is now at which the keys are. */
    follow() {
      if (lost && rows.row(place)) {
        stand(place);
        if (chosen.size === 0) add(rows.row(place));
        return;
      }
      const now = pid === null ? null : rows.placeOf(pid);
      if (now !== null) place = now;
      else if (place >= rows.total()) place = Math.max(0, rows.total() - 1);
    },
    forgetPlace() {
      [place, pid, anchor, lost] = [0, null, 0, false];
    },
  };
}
