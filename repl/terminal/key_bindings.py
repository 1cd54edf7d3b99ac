"""What the keys do while a prompt is up: Enter, Tab, Backspace, Ctrl+C, Ctrl+D, pasted text.

Everything else (moving, killing, history, search) is prompt_toolkit's usual Emacs set.

Two kinds of pasted text arrive here. A terminal with bracketed paste hands over the whole text as one key. Without it
(`tmux send-keys`, pexpect, a paste over a plain line) the text comes as key presses, and indenting its lines on top of
the indentation that they bring along would build a staircase. What tells such text from typing is that one read of the
terminal brings many keys: see `Burst`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyProcessor
from prompt_toolkit.keys import Keys

from pyex.repl.language import Language

if TYPE_CHECKING:
    from pyex.repl.terminal.prompt import Answer

TAB = 4
FASTER_THAN_FINGERS = 4
STOPPING_SECONDS = 0.1


class Burst:
    """How many keys the terminal's last read brought.

    A person's keys come one or two at a time, even over a slow line. `literal` says that more came at once: then they
    are a text, to be taken as it is, with no indentation added.
    """

    def __init__(self) -> None:
        self._size = 0
        self._waiting = 0

    def before_key(self, processor: KeyProcessor) -> None:
        """Count; to be called before every key press, when its key has left the processor's queue."""
        waiting = len(processor.input_queue)
        if waiting != self._waiting - 1:
            self._size = waiting + 1
        self._waiting = waiting

    @property
    def literal(self) -> bool:
        """Did the key that is being handled come in a burst?"""
        return self._size >= FASTER_THAN_FINGERS


def key_bindings(
    language: Language,
    is_code: Callable[[], bool],
    burst: Burst,
    finish: Callable[[Answer | None], None],
    show: Callable[[str], None],
) -> KeyBindings:
    """The bindings of a prompt.

    `is_code()` tells whether code is being typed or a plain line. `finish(answer)` ends the prompt, with None when the
    line was abandoned and the same prompt should come again. `show(text)` writes above the prompt.
    """
    keys = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)
    coding = editing & Condition(is_code)
    indented_by_us = -1  # the cursor position right after an automatic indentation

    def start_line(buffer: Buffer, *, literal: bool) -> None:
        nonlocal indented_by_us
        indentation = "" if literal else language.indent(buffer.document.text_before_cursor)
        buffer.insert_text("\n" + indentation)
        indented_by_us = buffer.cursor_position if indentation else -1

    def take_back_indentation(buffer: Buffer) -> None:
        """A literal line that brings its own white space replaces ours (its Enter may have come as a typed key)."""
        nonlocal indented_by_us
        before = buffer.document.current_line_before_cursor
        if burst.literal and buffer.cursor_position == indented_by_us and before.isspace():
            buffer.delete_before_cursor(len(before))
        indented_by_us = -1

    @keys.add("enter", filter=editing)
    @keys.add("c-j", filter=editing)
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if not is_code():
            finish(("input", buffer.text))
            return
        block_goes_on = burst.literal and "\n" in buffer.text and _indented_line_follows(event.key_processor)
        if not block_goes_on and _runs(language, buffer):
            finish(("input", buffer.text))
            return
        # The last key of a burst may be a person's Enter: what comes next tells (see take_back_indentation).
        start_line(buffer, literal=burst.literal and bool(event.key_processor.input_queue))

    @keys.add("escape", "enter", filter=coding)
    @keys.add("escape", "c-j", filter=coding)
    def new_line(event: KeyPressEvent) -> None:
        start_line(event.current_buffer, literal=False)

    @keys.add(Keys.BracketedPaste, filter=editing)
    def paste(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        if is_code():
            buffer.insert_text(language.strip_prompts(text))
            if text.endswith("\n") and buffer.document.is_cursor_at_the_end and _runs(language, buffer):
                finish(("input", buffer.text))
            return
        line, newline, rest = text.partition("\n")
        buffer.insert_text(line)
        if newline:
            finish(("input", buffer.text))
        if rest:
            event.key_processor.feed(KeyPress(Keys.BracketedPaste, rest), first=True)  # for the next prompt

    @keys.add("space", filter=coding)
    def space(event: KeyPressEvent) -> None:
        take_back_indentation(event.current_buffer)
        event.current_buffer.insert_text(" " * event.arg)

    @keys.add("tab", filter=coding)
    def tab(event: KeyPressEvent) -> None:
        take_back_indentation(event.current_buffer)
        before = event.current_buffer.document.current_line_before_cursor
        if not before.strip():
            event.current_buffer.insert_text(" " * (TAB - len(before) % TAB))

    @keys.add("backspace", filter=coding)
    def backspace(event: KeyPressEvent) -> None:
        before = event.current_buffer.document.current_line_before_cursor
        in_indentation = before != "" and before.strip(" ") == "" and not event.arg_present
        event.current_buffer.delete_before_cursor((len(before) - 1) % TAB + 1 if in_indentation else event.arg)

    @keys.add("c-c", filter=editing)
    def interrupt(event: KeyPressEvent) -> None:
        if event.current_buffer.text and is_code():
            finish(None)
            return
        if event.is_repeat or not is_code():
            finish(("interrupt",))
            return
        show("(press Ctrl+C again to exit)\n")

    @keys.add("c-z", filter=editing)
    def suspend(event: KeyPressEvent) -> None:
        run_in_terminal(_stop_until_continued)

    @keys.add("c-d", filter=editing)
    def end_of_file(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.delete(event.arg)
            return
        finish(("eof",))

    return keys


def _stop_until_continued() -> None:
    """Stop this program and those that started it with it, as Ctrl+Z does, until `fg`."""
    os.kill(0, signal.SIGTSTP)
    # The signal stops the main thread first, and this one a moment later: without a pause it would have made the
    # terminal raw again by then, and the job's shell would take that back.
    time.sleep(STOPPING_SECONDS)


def _runs(language: Language, buffer: Buffer) -> bool:
    """Does Enter, pressed here, run the text? Only on its last line; and a text with a mistake in it only at its end
    or when it has one line, so that a line can be put into the middle of a block that is not right yet."""
    text = buffer.text
    if "\n" in buffer.document.text_after_cursor:
        return False
    if not text.strip():
        return True
    state = _state(language, text)
    at_end = not buffer.document.text_after_cursor.strip()
    return state == "complete" or (state == "invalid" and (at_end or "\n" not in text))


def _state(language: Language, text: str) -> str:
    head, newline, last = text.rpartition("\n")
    if not last.strip():
        text = head + newline  # an empty line that holds our indentation is an empty line
    try:
        return language.state(text)
    except Exception:
        return "invalid"  # whatever is wrong with it, running it shows the person


def _indented_line_follows(processor: KeyProcessor) -> bool:
    """Is the next line of a burst indented? Then the empty line before it stands inside a block, and ends nothing."""
    for key in processor.input_queue:
        if key.key not in (Keys.ControlM, Keys.ControlJ):
            return key.data in (" ", "\t")
    return False
