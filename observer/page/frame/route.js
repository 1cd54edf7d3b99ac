// Addresses within the page: `#/process/0.98.0`, `#/processes?search=pool`.

/** `parsed("#/table/a%2Fb?offset=5")` is `{name: "table", path: "a/b", query: {offset: "5"}}`. */
export function parsed(hash) {
  const [way, text = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const [name, ...rest] = way.split("/");
  return { name, path: decoded(rest.join("/")), query: Object.fromEntries(new URLSearchParams(text)) };
}

/** `address("table", "a/b", {offset: 5})` is "#/table/a%2Fb?offset=5"; what is empty in the query is left out. */
export function address(name, path = "", query = {}) {
  const asked = queryText(query);
  return `#/${name}${path ? `/${encodeURIComponent(path)}` : ""}${asked ? `?${asked}` : ""}`;
}

/** `queryText({sort: "queue", search: ""})` is "sort=queue". */
export function queryText(query) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return new URLSearchParams(kept).toString();
}

/** The address of what is shown; while it changes that is still the one before. */
export const here = { hash: "" };

/** Let the address say what is chosen on this page, without a step in the browser's history. */
export function rewrite(name, path, query) {
  history.replaceState(null, "", address(name, path, query));
  here.hash = location.hash;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
