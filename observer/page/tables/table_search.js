// Searching a table: piece by piece, so that a large one holds up nobody.
import { queryText } from "../frame/route.js";
import { get } from "../live/live.js";

/**
 * Look for a text from an offset on, until `limit` objects are found or the end is reached. `told(data)` after each
 * piece: `rows` are all that were found so far, `next` is where to go on (null at the end), `working` says that it
 * still goes on. Returns what ends it.
 */
export function searchTable(id, sought, offset, limit, told, failed) {
  let ended = false;

  async function search() {
    const rows = [];
    let next = offset;
    while (!ended && next !== null && rows.length < limit) {
      const asked = queryText({ offset: next, limit: limit - rows.length, search: sought });
      const data = await get(`table/${encodeURIComponent(id)}?${asked}`);
      if (ended) return;
      rows.push(...data.rows);
      next = data.next > next ? data.next : null;
      told({ ...data, rows, next, working: next !== null && rows.length < limit });
    }
  }

  search().catch((problem) => ended || failed({ error: problem.message, status: problem.status }));
  return () => {
    ended = true;
  };
}
