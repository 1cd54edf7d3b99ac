"""Typing code: Enter, Backspace, indentation that comes and goes by itself, and pasted text."""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import emacs_mode, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyProcessor
from prompt_toolkit.keys import Keys

from pyex.repl.language import Language
from pyex.repl.terminal.editing import Editing, runs, state_of

TAB = 4


def typing_keys(editing: Editing) -> KeyBindings:
    """The keys that put text into the line, or run it."""
    keys = KeyBindings()
    anywhere = has_focus(DEFAULT_BUFFER)
    language = editing.language

    @keys.add("enter", filter=anywhere)
    @keys.add("c-j", filter=anywhere)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not editing.is_code():
            editing.finish(("input", buffer.text))
            return
        if editing.pasting:
            start_line(editing, buffer, literal=True)
            return
        literal = editing.burst.literal
        block_goes_on = literal and "\n" in buffer.text and _indented_line_follows(event.key_processor)
        if not block_goes_on and runs(language, buffer):
            editing.finish(("input", buffer.text))
            return
        # The last key of a burst may be a person's Enter: what comes next tells (see take_back_indentation).
        start_line(editing, buffer, literal=literal and bool(event.key_processor.input_queue))

    # In vi mode Escape and Enter are two keys.
    @keys.add("escape", "enter", filter=editing.coding & emacs_mode)
    @keys.add("escape", "c-j", filter=editing.coding & emacs_mode)
    def new_line(event: KeyPressEvent) -> None:
        start_line(editing, event.current_buffer, literal=editing.pasting)

    @keys.add(Keys.BracketedPaste, filter=anywhere)
    def paste(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        if editing.is_code():
            buffer.insert_text(language.strip_prompts(text))
            ends = text.endswith("\n") and buffer.document.is_cursor_at_the_end and not editing.pasting
            if ends and runs(language, buffer):
                editing.finish(("input", buffer.text))
            return
        line, newline, rest = text.partition("\n")
        buffer.insert_text(line)
        if newline:
            editing.finish(("input", buffer.text))
        if rest:
            event.key_processor.feed(KeyPress(Keys.BracketedPaste, rest), first=True)  # for the next prompt

    @keys.add("space", filter=editing.inserting)
    def space(event: KeyPressEvent) -> None:
        take_back_indentation(editing, event.current_buffer)
        event.current_buffer.insert_text(" " * event.arg)

    @keys.add(":", filter=editing.inserting)
    def colon(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.insert_text(":" * event.arg)
        if not editing.literal:
            _move_left(buffer, _columns_too_deep(language, buffer.document.text_before_cursor))

    @keys.add("backspace", filter=editing.inserting)
    def backspace(event: KeyPressEvent) -> None:
        before = event.current_buffer.document.current_line_before_cursor
        in_indentation = before != "" and before.strip(" ") == "" and not event.arg_present
        count = (len(before) - 1) % TAB + 1 if in_indentation else max(event.arg, 0)
        event.current_buffer.delete_before_cursor(count)

    return keys


def start_line(editing: Editing, buffer: Buffer, *, literal: bool) -> None:
    indentation = "" if literal else editing.language.indent(buffer.document.text_before_cursor)
    buffer.insert_text("\n" + indentation)
    editing.indented_by_us = buffer.cursor_position if indentation else -1


def take_back_indentation(editing: Editing, buffer: Buffer) -> None:
    """A literal line that brings its own white space replaces ours (its Enter may have come as a typed key)."""
    before = buffer.document.current_line_before_cursor
    if editing.literal and buffer.cursor_position == editing.indented_by_us and before.isspace():
        buffer.delete_before_cursor(len(before))
    editing.indented_by_us = -1


def _columns_too_deep(language: Language, before: str) -> int:
    """How far the last line must go to the left to make sense, when where it stands it makes none: `else:` and its like
    belong to a line further left. The nearest place wins."""
    head, newline, line = before.rpartition("\n")
    code = line.lstrip(" ")
    margin = len(line) - len(code)
    if not newline or not margin or state_of(language, before) != "invalid":
        return 0
    for width in range((margin - 1) // TAB * TAB, -1, -TAB):
        if state_of(language, head + newline + " " * width + code) != "invalid":
            return margin - width
    return 0


def _move_left(buffer: Buffer, columns: int) -> None:
    if columns:
        position = buffer.cursor_position
        start = position - buffer.document.cursor_position_col
        text = buffer.text
        buffer.cursor_position = position - columns
        buffer.text = text[:start] + text[start + columns :]


def _indented_line_follows(processor: KeyProcessor) -> bool:
    """Is the next line of a burst indented? Then the empty line before it stands inside a block, and ends nothing."""
    for key in processor.input_queue:
        if key.key not in (Keys.ControlM, Keys.ControlJ):
            return key.data in (" ", "\t")
    return False
