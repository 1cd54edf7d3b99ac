// Files that the browser saves.

/** Have the browser save a file. */
export function saveFile(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A time as names of files have it: "2026-01-01T12-00-00". */
export function stamp(ms) {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(":", "-");
}
