"""The status line below the prompt, such as the node, the shell's pid, its mailbox and the run queue (`system_status`).

It is off until `PyEx.configure(status_line=True)` or F2 (or Ctrl+X s) switches it on. While a prompt is up it looks at
plain numbers about once a second, from the terminal's thread: no process runs for it, and a runtime that sleeps goes on
sleeping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, Window

from pyex.repl.configuration import settings
from pyex.repl.terminal.editing import Editing

SECONDS = 1.0
# On fewer rows there is room for the prompt only.
FEWEST_ROWS = 4
SEPARATOR = "  "


class StatusLine:
    """The line, as a part of the layout. `status()` says what stands in it, its parts apart by two spaces."""

    def __init__(self, status: Callable[[], str] | None, size: Callable[[], tuple[int, int]]) -> None:
        self._status = status
        self._size = size
        self._shown = ""
        self._timer: asyncio.TimerHandle | None = None

    def container(self) -> ConditionalContainer:
        window = Window(FormattedTextControl(self._text), height=1, style="class:status-line", wrap_lines=False)
        return ConditionalContainer(window, Condition(self.is_on) & ~is_done)

    def is_on(self) -> bool:
        return self._status is not None and settings.status_line and self._size()[0] >= FEWEST_ROWS

    def _text(self) -> str:
        self._shown = self._fitting()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look_again)
        return self._shown

    def _fitting(self) -> str:
        assert self._status is not None
        try:
            return fitting(self._status(), self._size()[1])
        except Exception:
            return self._shown  # a number changed while it was counted: the next look will do

    def _look_again(self) -> None:
        self._timer = None
        app = get_app()
        if not app.is_running or not self.is_on():
            return
        if self._fitting() != self._shown:
            app.invalidate()
        else:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look_again)


def status_keys(editing: Editing) -> KeyBindings:
    """The keys that switch the line on and off."""
    keys = KeyBindings()

    @keys.add("f2", filter=editing.coding)
    @keys.add("c-x", "s", filter=editing.coding)
    def switch(event: KeyPressEvent) -> None:
        settings.status_line = not settings.status_line

    return keys


def fitting(status: str, columns: int) -> str:
    """As many of the last parts as there is room for: the run queue is the last to go."""
    parts = status.split(SEPARATOR)
    while len(parts) > 1 and len(SEPARATOR.join(parts)) > columns:
        del parts[0]
    return SEPARATOR.join(parts)[:columns]
