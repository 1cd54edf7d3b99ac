// Questions to the server that have one answer, and what is done by it.
import { answer } from "../snapshot/views.js";
import { notice, setting, state } from "./state.js";

const TOKEN = setting("pyex-token");

/** The answer to a view, once. Fails with an Error that has the server's words, and `status`. */
export async function get(view) {
  if (state.snapshot !== null) return answer(state.snapshot, view);
  return asked(`/api/${view}`);
}

/** Do something: `act("exit", {pid: "0.98.0", reason: "kill"})`. Its answer, or null where a notice says why not. */
export async function act(name, body) {
  try {
    return await post(name, body);
  } catch (problem) {
    notice(problem.message, "error");
    return null;
  }
}

/** The same, which fails with an Error that says why. */
export async function post(name, body) {
  if (state.snapshot !== null) throw new Error("This is a snapshot: nothing can be done to it.");
  if (state.readonly) throw new Error("This Observer is read-only: nothing can be done here.");
  const headers = { "content-type": "application/json", "x-pyex-token": TOKEN };
  const done = await asked(`/api/act/${name}`, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  return done.ok;
}

/** What the server says at an address, as JSON. Fails as `get` does; `status` is 0 where there is no server. */
export async function asked(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw Object.assign(new Error("The Observer does not answer."), { status: 0 });
  }
  const data = await response.json().catch(() => ({ error: `The Observer answered ${response.status}.` }));
  if (!response.ok) throw Object.assign(new Error(data.error ?? response.statusText), { status: response.status });
  return data;
}
