// The one connection on which the server sends what is watched; lost and found again.
import { asked } from "./request.js";
import { become, setting, state } from "./state.js";

const INTERVAL = 1000;
const RETRY = 2000;
// So long without a word and the page says so, though the connection stands.
const SILENCE = 6000;

/**
 * `stream(views, told)`: `views()` says what is watched, `told({view, data})` or `told({view, error, status})` is told
 * what comes. Returns a function to be called when what is watched, or whether, may have changed: all changes of a
 * moment open one new connection. While the page is hidden, paused or shows a snapshot there is none.
 */
export function stream(views, told) {
  let source = null;
  let address = "";
  let arranged = false;
  let retrying = null;
  let heardAt = 0;
  // Whether the next connection is one after a time without.
  let absent = false;

  function arrange() {
    if (arranged) return;
    arranged = true;
    setTimeout(() => {
      arranged = false;
      const idle = document.hidden || state.paused || state.snapshot !== null || state.files > 0;
      const wanted = idle ? "" : addressOf(views());
      if (wanted !== address) open(wanted);
    }, 0);
  }

  function open(wanted) {
    source?.close();
    clearTimeout(retrying);
    source = null;
    address = wanted;
    if (address === "") {
      absent = true;
      return;
    }
    heardAt = Date.now();
    const opened = new EventSource(address);
    source = opened;
    opened.addEventListener("view", (event) => opened === source && heard(JSON.parse(event.data)));
    opened.addEventListener("error", () => opened === source && lost());
  }

  function heard(message) {
    heardAt = Date.now();
    become("live");
    if (absent) {
      absent = false;
      reloadIfReplaced();
    }
    told(message);
  }

  function lost() {
    source.close();
    source = null;
    absent = true;
    if (state.status !== "refused") become("lost");
    retrying = setTimeout(retry, RETRY);
  }

  async function retry() {
    const mine = address;
    try {
      await asked("/api/system");
      if (mine === address) open(address);
    } catch (problem) {
      // Another Observer at this port: its address, opened once in this browser, lets this page in again.
      if (problem.status === 403) become("refused");
      else if (problem.status === 0) become("lost");
      if (mine === address) retrying = setTimeout(retry, RETRY);
    }
  }

  document.addEventListener("visibilitychange", arrange);
  setInterval(() => {
    if (source !== null && state.status === "live" && Date.now() - heardAt > SILENCE) become("silent");
  }, 1000);
  return arrange;
}

function addressOf(views) {
  const asking = views.map((view) => `view=${encodeURIComponent(view)}`);
  return asking.length > 0 ? `/api/stream?${asking.join("&")}&interval=${INTERVAL}` : "";
}

// Another Observer may have come in the place of the one that made this page, with another key and other rules.
async function reloadIfReplaced() {
  const page = await fetch("/").then((response) => (response.ok ? response.text() : null)).catch(() => null);
  if (page === null) return;
  const there = new DOMParser().parseFromString(page, "text/html");
  if (["pyex-token", "pyex-readonly"].some((name) => setting(name) !== setting(name, there))) location.reload();
}
