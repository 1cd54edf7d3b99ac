"""Up and Down: through the lines of a block, and at its edge through the history, whole inputs at a time.

What stands before the cursor when the walk begins filters: `de` and Up brings the last input that begins with `de`.
A recalled input that was changed keeps its change until an input is run, so that one can look elsewhere meanwhile.
"""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import emacs_mode, has_selection, vi_insert_mode, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from pyex.repl.terminal.editing import Editing, runs

# How long Up waits for a history file that is being read.
PATIENCE = 0.5


def history_keys(editing: Editing) -> KeyBindings:
    """The keys that walk."""
    keys = KeyBindings()
    coding = editing.coding & ~has_selection
    typing = emacs_mode | vi_insert_mode

    @keys.add("up", filter=coding)
    @keys.add("c-p", filter=coding)
    @keys.add("k", filter=coding & vi_navigation_mode)
    def up(event: KeyPressEvent) -> None:
        document = None
        for _ in range(event.arg):
            if document == event.current_buffer.document:
                return  # at the end of the way
            document = event.current_buffer.document
            if document.cursor_position_row > 0:
                event.current_buffer.cursor_up()
            else:
                walk(editing, event.current_buffer, 1)

    @keys.add("down", filter=coding)
    @keys.add("c-n", filter=coding)
    @keys.add("j", filter=coding & vi_navigation_mode)
    def down(event: KeyPressEvent) -> None:
        document = None
        for _ in range(event.arg):
            if document == event.current_buffer.document:
                return
            document = event.current_buffer.document
            if document.cursor_position_row < document.line_count - 1:
                event.current_buffer.cursor_down()
            else:
                walk(editing, event.current_buffer, -1, to_first_line=True)

    @keys.add("pageup", filter=coding)
    @keys.add("escape", "p", filter=coding & emacs_mode)
    def older(event: KeyPressEvent) -> None:
        walk(editing, event.current_buffer, event.arg)

    @keys.add("pagedown", filter=coding)
    @keys.add("escape", "n", filter=coding & emacs_mode)
    def newer(event: KeyPressEvent) -> None:
        walk(editing, event.current_buffer, -event.arg)

    @keys.add("escape", "<", filter=coding & emacs_mode)
    def oldest(event: KeyPressEvent) -> None:
        show_entry(editing, event.current_buffer, len(editing.history.entries(PATIENCE)))

    @keys.add("escape", ">", filter=coding & emacs_mode)
    def present(event: KeyPressEvent) -> None:
        show_entry(editing, event.current_buffer, 0)

    @keys.add("c-o", filter=coding & typing)
    def run_and_recall_next(event: KeyPressEvent) -> None:
        """Run this input, and come back with the one that followed it: to go through a sequence again."""
        if runs(editing.language, event.current_buffer):
            back = editing.place.back
            editing.recall_next = editing.history.entries()[1 - back] if back > 1 else ""
            editing.finish(("input", event.current_buffer.text))

    return keys


def walk(editing: Editing, buffer: Buffer, count: int, *, to_first_line: bool = False) -> None:
    """Go so many matching entries back, or forward where negative; as far as there are any. The cursor goes to where
    the next press moves through the lines of the entry first."""
    place = editing.place
    if buffer.text != place.shown:
        place.prefix = "" if vi_navigation_mode() else buffer.document.text_before_cursor
    entries = editing.history.entries(PATIENCE)
    step = 1 if count > 0 else -1
    back, found = place.back, None
    here = buffer.text
    for _ in range(abs(count)):
        back += step
        while 0 < back <= len(entries) and not _matches(place.prefix, _text_at(editing, entries, back), here):
            back += step
        if not 0 <= back <= len(entries):
            break
        found = back
        here = _text_at(editing, entries, back)
    if found is not None:
        show_entry(editing, buffer, found, to_first_line=to_first_line)


def show_entry(editing: Editing, buffer: Buffer, back: int, *, to_first_line: bool = False) -> None:
    """Put an entry, or what was being typed (0 back), in the place of the text."""
    place = editing.place
    if back == place.back:
        return
    if place.back == 0 or buffer.text != place.shown:
        place.drafts[place.back] = (buffer.text, buffer.cursor_position)
    entries = editing.history.entries()
    text = _text_at(editing, entries, back)
    cursor = len(text.partition("\n")[0]) if to_first_line else len(text)
    if back == 0:
        text, cursor = place.drafts.get(0, ("", 0))
    buffer.document = Document(text, cursor)
    place.back, place.shown = back, text


def _text_at(editing: Editing, entries: list[str], back: int) -> str:
    draft = editing.place.drafts.get(back)
    if draft is not None:
        return draft[0]
    return entries[-back] if back else ""


def _matches(prefix: str, text: str, here: str) -> bool:
    return text.startswith(prefix) and text != here
