"""Which key comes next, for a text to stand in the line: what the prompt has typed by itself is not typed again.

    next_key("def f():\n    ", 13, "def f():\n    return 1")     # "r"
    next_key("if x:\n    a\n    ", 16, "if x:\n    a\nelse:")    # BACKSPACE: the prompt has indented too far
"""

from __future__ import annotations

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

# Keys besides those that are a character: `ENTER` goes to the next line where that does not run the text, else
# `NEW_LINE` does. `DONE`: it is all there. `STUCK`: the line holds something else.
ENTER, NEW_LINE, BACKSPACE, DONE, STUCK = "\r", "new line", "backspace", "done", "stuck"

_PRESSES = {
    ENTER: [KeyPress(Keys.ControlM, "\r")],
    # Alt+Enter.
    NEW_LINE: [KeyPress(Keys.Escape, "\x1b"), KeyPress(Keys.ControlM, "\r")],
    BACKSPACE: [KeyPress(Keys.ControlH, "\x7f")],
}


def next_key(text: str, cursor: int, target: str) -> str:
    """The key that brings the line, with the cursor there, nearer to the target: a character or one of the above."""
    if cursor != len(text):
        return STUCK
    if target.startswith(text):
        if len(text) == len(target):
            return DONE
        return ENTER if target[len(text)] == "\n" else target[len(text)]
    common = next(n for n, character in enumerate(text) if not target.startswith(text[: n + 1]))
    # Spaces on the last line.
    return BACKSPACE if not text[common:].strip(" ") else STUCK


def presses(key: str) -> list[KeyPress]:
    """What the terminal would send for a key."""
    if key in _PRESSES:
        return _PRESSES[key]
    # A tab in the text is no Tab: pasted, it stands for itself.
    return [KeyPress(key, key) if key.isprintable() else KeyPress(Keys.BracketedPaste, key)]
