"""Tab: what all candidates have in common is inserted; where nothing can be, they are listed above the prompt, and
another Tab shows the documentation. Where nothing is typed yet in a call, its signatures are shown.

    pyex(1)> Process.ex⇥            Process.exit
    pyex(1)> Process.exit⇥          lists exit(pid, reason), and with another ⇥ says what it does
    pyex(1)> Process.exit(⇥         exit(pid, reason)

In the white space that starts a line Tab indents. What there is to insert is the language's affair.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.utils import get_cwidth

from pyex.repl.terminal.editing import Editing
from pyex.repl.terminal.typing_keys import TAB, take_back_indentation

if TYPE_CHECKING:
    from pyex.repl.completion import Completion

COLUMN_GAP = 4
FEWEST_LINES = 5


def completion_keys(editing: Editing) -> KeyBindings:
    """The Tab key."""
    keys = KeyBindings()
    presses = 0  # so many since something was inserted, one right after the other

    @keys.add("tab", filter=editing.inserting)
    def tab(event: KeyPressEvent) -> None:
        nonlocal presses
        buffer = event.current_buffer
        take_back_indentation(editing, buffer)
        column = buffer.document.cursor_position_col
        if not buffer.document.current_line_before_cursor.strip():
            buffer.insert_text(" " * (TAB - column % TAB))
            return
        # In the middle of a burst it belongs to a text; at the end somebody wants to see something.
        goes_on = any(key.key != Keys.Tab for key in event.key_processor.input_queue)
        if editing.pasting or (editing.burst.literal and goes_on):
            buffer.insert_text("\t")
            return
        before = buffer.document.text_before_cursor
        completion = _complete(editing, before)
        if completion is None:
            return
        presses = presses + 1 if event.is_repeat else 0
        if _insert_common(buffer, completion):
            presses = -1
            return
        rows, columns = editing.size()
        texts = _texts(before, completion, columns, max(rows - buffer.document.line_count - 3, FEWEST_LINES))
        if texts:
            editing.show(texts[max(presses, 0) % len(texts)])

    return keys


def _complete(editing: Editing, before: str) -> Completion | None:
    try:
        return editing.language.complete(before, editing.namespace())
    except Exception:
        return None  # whatever objects it met, a person who types is not to be disturbed


def _insert_common(buffer: Buffer, completion: Completion) -> bool:
    """Put what all candidates begin with in the place of what is typed, where it says more; return whether it does."""
    typed = buffer.document.text_before_cursor[completion.start :]
    if not typed and completion.signatures:
        return False  # in a call, the signature comes first
    common = _common_start([candidate.text for candidate in completion.candidates])
    if common == typed or not common.casefold().startswith(typed.casefold()):
        return False
    buffer.delete_before_cursor(len(typed))
    buffer.insert_text(common)
    return True


def _common_start(texts: list[str]) -> str:
    """What all texts begin with; "" for none."""
    first, last = min(texts, default=""), max(texts, default="")
    end = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:end]


def _texts(before: str, completion: Completion, columns: int, lines: int) -> list[str]:
    """What one Tab after the other shows."""
    labels = list(dict.fromkeys(candidate.label for candidate in completion.candidates))
    listed = in_columns(labels, columns, lines)
    signatures = _at_most(_wrapped("\n".join(dict.fromkeys(completion.signatures)), columns), columns, lines)
    documentation = _at_most(_wrapped(completion.documentation.strip("\n"), columns), columns, lines)
    nothing_typed = completion.start == len(before)
    texts = [signatures, documentation, listed] if nothing_typed or not listed else [listed, documentation]
    return [text for text in texts if text]


def _wrapped(text: str, columns: int) -> str:
    """The text with its lines broken between words where they are too wide."""
    lines: list[str] = []
    for line in text.split("\n"):
        margin = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(line, columns, subsequent_indent=margin, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def in_columns(labels: list[str], columns: int, lines: int) -> str:
    """Labels side by side, row by row, as IEx lists them; at most so many lines, the last of which then says how many
    labels are missing."""
    if not labels:
        return ""
    width = min(max(map(get_cwidth, labels)) + COLUMN_GAP, columns)
    per_row = max(columns // width, 1)
    rows = [labels[start : start + per_row] for start in range(0, len(labels), per_row)]
    shown = rows if len(rows) <= lines else rows[: lines - 1]
    text = "".join("".join(_padded(label, width) for label in row).rstrip() + "\n" for row in shown)
    missing = len(labels) - sum(map(len, shown))
    return text + (f"... and {missing} more\n" if missing else "")


def _padded(label: str, width: int) -> str:
    while get_cwidth(label) > width:
        label = label[: -1 - (len(label) > 2)] + "…" if len(label) > 1 else ""
    return label + " " * (width - get_cwidth(label))


def _at_most(text: str, columns: int, lines: int) -> str:
    """The text's first lines, as many as have room."""
    if not text:
        return ""
    shown: list[str] = []
    room = lines
    every = text.split("\n")
    for line in every:
        room -= max(-(-get_cwidth(line) // columns), 1)
        if room < 1 and len(shown) < len(every) - 1:
            return "\n".join([*shown, "..."]) + "\n"
        shown.append(line)
    return "\n".join(shown) + "\n"
