// What the program's load was, second by second: fetched once, then a few newest each second.
import { get, watch } from "../live/live.js";

const NEWEST = 5;
const MOST = 600;
const GAP = 3500;

/** `changed(samples, fields)` now and each second: all samples of the last minutes. Returns what ends it. */
export function watchSamples(changed, failed = () => {}) {
  let samples = [];
  let ended = false;
  let asking = false;

  async function all() {
    if (asking) return;
    asking = true;
    try {
      const data = await get("load");
      if (!ended) take(data, data.samples);
    } catch (problem) {
      if (!ended) failed({ error: problem.message, status: problem.status });
    }
    asking = false;
  }

  function take(data, found) {
    samples = found.slice(-MOST);
    changed(samples, data.fields);
  }

  function newest(data) {
    const last = samples.at(-1)?.[0];
    const more = data.samples.filter(([at]) => last === undefined || at > last);
    const missed = more.length > 0 && (last === undefined || more[0][0] - last > GAP);
    if (missed || (data.samples.length > 0 && data.samples.at(-1)[0] < last)) return void all();
    if (more.length > 0) take(data, [...samples, ...more]);
  }

  const stop = watch(`load?last=${NEWEST}`, newest, failed);
  return () => {
    ended = true;
    stop();
  };
}

/** The values of a field, each with its time before it: `[[at, value], …]`. */
export function column(samples, fields, name) {
  const place = fields.indexOf(name);
  return samples.map((sample) => [sample[0], sample[place] ?? null]);
}
