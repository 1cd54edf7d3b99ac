"""The page of a workshop. It is the same text for everyone: what it shows comes as JSON, and is put into it as text,
never as HTML. The policy lets only this script and this style run."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --done: #2a8a3e44; --some: #c98a0033; }
body { font: clamp(18px, 1.7vw, 32px)/1.4 system-ui, sans-serif; margin: 1.5em; }
h1 { font-size: 1.6em; margin: 0 0 .3em; }
h2 { font-size: 1.1em; margin: 1.5em 0 .3em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3em .6em; text-align: left; }
th { white-space: nowrap; }
th.count, td.count { text-align: center; padding: .3em .2em; font-variant-numeric: tabular-nums; }
td.done { background: var(--done); }
td.some { background: var(--some); }
.silent { opacity: .55; }
.scroll { overflow-x: auto; }
code { font-size: 1.15em; overflow-wrap: anywhere; }
button { font: inherit; font-size: .8em; }
#trouble { font-weight: bold; }
#trouble:empty { display: none; }
"""

_SCRIPT = """
const base = location.pathname.replace(/\\/+$/, "");
const by = id => document.getElementById(id);
function cell(row, text, kind, tag) {
  const made = document.createElement(tag || "td");
  made.textContent = text;
  if (kind) made.className = kind;
  row.append(made);
  return made;
}
function ago(seconds) {
  if (seconds < 30) return "now";
  return seconds < 120 ? seconds + " s ago" : Math.floor(seconds / 60) + " min ago";
}
async function remove(learner) {
  if (!confirm("Remove " + learner.name + "?")) return;
  const body = JSON.stringify({number: learner.number});
  await fetch(base + "/remove", {method: "POST", body});
  look();
}
function show(found) {
  by("address").textContent = "pyex lesson --join " + found.join;
  by("lessons").replaceChildren(...found.lessons.map(lesson => {
    const item = document.createElement("li");
    const tasks = lesson.tasks + (lesson.tasks == 1 ? " task" : " tasks");
    item.textContent = lesson.title + " (" + lesson.name + ", " + tasks + ")";
    return item;
  }));
  const head = document.createElement("tr");
  cell(head, "Name", "", "th");
  // Many lessons have numbers, those of the list below: names would be too wide.
  found.lessons.forEach((lesson, place) => {
    cell(head, found.lessons.length > 6 ? place + 1 : lesson.name, "count", "th").title = lesson.title;
  });
  cell(head, "At", "", "th");
  cell(head, "Heard of", "", "th");
  if (found.teacher) cell(head, "", "", "th");
  const rows = found.learners.map(learner => {
    const row = document.createElement("tr");
    if (learner.heard > 60) row.className = "silent";
    cell(row, learner.name);
    found.lessons.forEach((lesson, place) => {
      const done = learner.done[place];
      cell(row, done + "/" + lesson.tasks, "count" + (done == lesson.tasks ? " done" : done ? " some" : ""));
    });
    cell(row, learner.at);
    cell(row, ago(learner.heard));
    if (found.teacher) {
      const button = document.createElement("button");
      button.textContent = "remove";
      button.onclick = () => remove(learner);
      cell(row, "").append(button);
    }
    return row;
  });
  by("learners").replaceChildren(head, ...rows);
  by("count").textContent = found.learners.length ? found.learners.length + " here" : "nobody has joined yet";
}
async function look() {
  try {
    const answer = await fetch(base + "/progress", {cache: "no-store", signal: AbortSignal.timeout(5000)});
    if (!answer.ok) throw new Error(await answer.text());
    show(await answer.json());
    by("trouble").textContent = "";
  } catch (error) {
    by("trouble").textContent = "The workshop does not answer: what you see may be old.";
  }
}
async function go() {
  await look();
  setTimeout(go, 2000);
}
go();
"""

PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>pyex workshop</title>
<style>{_STYLE}</style>
<h1>Workshop</h1>
<p>To join: <code id="address"></code></p>
<p id="trouble" role="status"></p>
<noscript><p>This page needs JavaScript to show who is where.</p></noscript>
<h2>Progress: <span id="count">…</span></h2>
<div class="scroll"><table id="learners"></table></div>
<h2>Lessons</h2>
<ol id="lessons"></ol>
<script>{_SCRIPT}</script>
</html>
"""


def _allowed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_allowed(_SCRIPT)}; style-src {_allowed(_STYLE)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
