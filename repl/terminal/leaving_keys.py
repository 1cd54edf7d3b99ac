"""Ending a prompt without running its text: Ctrl+C, Ctrl+D, Ctrl+G, and Ctrl+Z, which only interrupts it."""

from __future__ import annotations

import os
import signal
import time

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from pyex.repl.terminal.editing import Editing
from pyex.repl.terminal.switch_key import lent

STOPPING_SECONDS = 0.1


def leaving_keys(editing: Editing) -> KeyBindings:
    """The keys that leave the line."""
    keys = KeyBindings()
    anywhere = has_focus(DEFAULT_BUFFER)

    @keys.add("c-c", filter=anywhere)
    def interrupt(event: KeyPressEvent) -> None:
        if editing.is_code() and (event.current_buffer.text or editing.pasting):
            editing.abandoned = editing.prompt
            editing.finish(None)
            return
        if event.is_repeat or not editing.is_code():
            editing.finish(("interrupt",))
            return
        editing.show("(press Ctrl+C again for the BREAK menu)\n")

    @keys.add("c-g", filter=anywhere)
    def switch(event: KeyPressEvent) -> None:
        editing.finish(("switch", event.current_buffer.text))

    @keys.add("c-z", filter=anywhere)
    def suspend(event: KeyPressEvent) -> None:
        if os.isatty(event.app.input.fileno()):
            run_in_terminal(_stop_until_continued)
            return
        # The keys come from another program, as those of `pyex attach`: nobody there could continue this one.
        editing.show("(Ctrl+Z would stop the program that this prompt is in; Ctrl+\\ detaches from it)\n")

    @keys.add("c-d", filter=anywhere)
    def end_of_file(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.delete(max(event.arg, 0))
            return
        editing.finish(("eof",))

    return keys


def _stop_until_continued() -> None:
    """Stop this program and those that started it with it, as Ctrl+Z does, until `fg`."""
    with lent():
        os.kill(0, signal.SIGTSTP)
        # The signal stops the main thread first, and this one a moment later: without a pause it would have made the
        # terminal raw again by then, and the job's shell would take that back.
        time.sleep(STOPPING_SECONDS)
