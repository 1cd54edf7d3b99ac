// A dialog with a form: what the program says against it is shown at the field, and nothing typed is lost.
import { notice } from "../live/live.js";
import { hasDialog, showDialog } from "../parts/dialog.js";
import { fill, h } from "../parts/dom.js";

/**
 * Ask, and do it. `fields` are `[{name, label, value, hint, wide, optional}]`, `run(values)` returns what the notice
 * says, and fails with what is wrong. The focus goes back to where it was.
 */
export function ask({ id, title, about, fields = [], go, danger = false, run }) {
  if (hasDialog()) return;
  const inputs = fields.map(inputOf);
  const error = h("p", { id: `${id}-error`, class: "form-error", role: "alert", hidden: true });
  const button = h(
    "button",
    { id: `${id}-go`, class: `button ${danger ? "danger-fill" : "primary"}`, type: "submit" },
    go,
  );
  const cancel = h(
    "button",
    { id: `${id}-cancel`, class: "button", type: "button", onclick: () => dialog.close() },
    "Cancel",
  );
  const form = h(
    "form",
    { class: "ask", novalidate: true, onsubmit: submit, onkeydown: submitByKey },
    ...inputs.map((input, place) => fieldOf(fields[place], input)),
    error,
    h("div", { class: "dialog-foot" }, cancel, button),
  );
  const dialog = showDialog(
    { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    about ? h("p", { class: "muted about" }, about) : null,
    form,
  );
  const first = inputs[0] ?? button;
  first.focus();
  first.select?.();

  function inputOf({ name, value, wide }) {
    const props = {
      id: `${id}-${name}`,
      name,
      value: value ?? "",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    };
    const described = `${id}-${name}-hint ${id}-error`;
    return h(wide ? "textarea" : "input", { ...props, class: "mono", "aria-describedby": described, oninput: forget });
  }

  function fieldOf({ name, label, hint }, input) {
    return h(
      "div",
      { class: "field" },
      h("label", { htmlFor: input.id, for: input.id }, label),
      input,
      hint ? h("p", { id: `${id}-${name}-hint`, class: "hint muted" }, ...[hint].flat()) : null,
    );
  }

  // In a field of several lines Enter is a new line, with Ctrl it sends.
  function submitByKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  }

  function forget() {
    error.hidden = true;
    for (const input of inputs) input.removeAttribute("aria-invalid");
  }

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    forget();
    button.disabled = true;
    try {
      const done = await run(Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])));
      dialog.close();
      if (done) notice(done);
    } catch (problem) {
      error.hidden = false;
      fill(error, problem.message);
      inputs[0]?.setAttribute("aria-invalid", "true");
      (inputs[0] ?? button).focus();
    } finally {
      button.disabled = false;
    }
  }
}
