// The buttons that copy what is to be typed: inputs without their prompts, and without outputs.
"use strict";

function inputsOf(session) {
  return Array.from(session.querySelectorAll(".input"), (line) => line.textContent).join("\n") + "\n";
}

async function copy(text) {
  // A page that came over plain http has no clipboard.
  if (navigator.clipboard) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch {
      // It was not allowed; the old way may be.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("not allowed");
}

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await copy(inputsOf(button.closest(".session")));
    } catch {
      said = "Not copied";
    }
    button.focus();
    button.textContent = document.querySelector(".status").textContent = said;
    setTimeout(() => {
      button.textContent = "Copy";
      document.querySelector(".status").textContent = "";
    }, 2000);
  });
}
