"""The full screen: a head, a page, and a foot with the keys. It runs in the terminal's thread."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.output import ColorDepth

from pyex.observer.terminal.applications_page import ApplicationsPage
from pyex.observer.terminal.cells import BAD, CHOSEN, STRONG, Line, fitted, line, spread
from pyex.observer.terminal.feed import Feed
from pyex.observer.terminal.field import Field
from pyex.observer.terminal.head import Head
from pyex.observer.terminal.help_page import HelpPage
from pyex.observer.terminal.log_page import LogPage
from pyex.observer.terminal.page import Page
from pyex.observer.terminal.process_page import ProcessPage
from pyex.observer.terminal.processes_page import ProcessesPage
from pyex.observer.terminal.tables_page import TablesPage
from pyex.terminal_loan import LentTerminal

# Escape begins the sequences of other keys: so long the rest may take, also over a network.
ESCAPE_SECONDS = 0.1
RESIZE_SECONDS = 0.2
STOPPING_SECONDS = 0.1
SMALL = 6

_NAMES = {"c-m": "enter", "c-j": "enter", "c-h": "backspace", "c-i": "tab"}
_SPECIAL = (
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "escape", "backspace", "tab"),
    *("s-tab", "delete", "c-b", "c-c", "c-f", "c-g", "c-l", "c-u", "c-w", "c-z", "f1", "<any>"),
)


class FullScreen:
    """The Observer on a terminal."""

    def __init__(self, terminal: LentTerminal) -> None:
        self._terminal = terminal
        self.has_lines = "utf" in terminal.output.encoding().lower()
        self._head = Head()
        self._tabs: list[Page] = [ProcessesPage(self), ApplicationsPage(self), TablesPage(self), LogPage(self)]
        self._stack: list[Page] = [self._tabs[0]]
        self._field: Field | None = None
        self._said: tuple[str, bool] | None = None
        self._height = 1
        self._feed = Feed(self._head, self._current, lambda: self._height, self._changed, self._over)
        self._app: Application[None] = Application(
            layout=Layout(Window(_Canvas(self._draw), always_hide_cursor=True)),
            key_bindings=self._key_bindings(),
            full_screen=True,
            erase_when_done=True,
            color_depth=None if terminal.has_colours else ColorDepth.DEPTH_1_BIT,
            input=terminal.input,
            output=terminal.output,
            terminal_size_polling_interval=RESIZE_SECONDS,
        )
        self._app.ttimeoutlen = ESCAPE_SECONDS

    async def run(self) -> None:
        """Until the person leaves."""
        async with self._feed:
            await self._app.run_async(handle_sigint=False, set_exception_handler=False)

    # For the pages

    def open(self, page: Page) -> None:
        self._stack.append(page)
        self.read()

    def leave(self) -> bool:
        if len(self._stack) == 1:
            return False
        self._stack.pop()
        self.read()
        return True

    def read(self) -> None:
        self._feed.read()
        self._changed()

    def ask(self, field: Field) -> None:
        self._field = field

    def say(self, text: str, *, is_bad: bool = False) -> None:
        self._said = text, is_bad
        self._changed()

    def act(self, name: str, body: dict[str, Any], then: Callable[[], object] | None = None) -> None:
        def done(text: str, is_bad: bool) -> None:
            self.say(text, is_bad=is_bad)
            if then is not None and not is_bad:
                then()
            self.read()

        self._feed.act(name, body, done)

    def _current(self) -> Page:
        return self._stack[-1]

    def _changed(self) -> None:
        self._app.invalidate()

    def _over(self) -> None:
        """Leave; the runtime may have stopped."""
        if self._app.is_running and self._app.future is not None and not self._app.future.done():
            self._app.exit()

    # Keys

    def _key_bindings(self) -> KeyBindings:
        keys = KeyBindings()
        for name in _SPECIAL:
            keys.add(name)(self._pressed)

        @keys.add(Keys.BracketedPaste)
        def paste(event: KeyPressEvent) -> None:
            if self._field is not None:
                self._field.paste(event.data)

        return keys

    def _pressed(self, event: KeyPressEvent) -> None:
        key = event.key_sequence[-1].key
        name = key.value if isinstance(key, Keys) else key
        try:
            self._press(_NAMES.get(name, name))
        except Exception as error:
            self.say(f"that key failed, nothing else: {type(error).__name__}: {error}", is_bad=True)
        self._changed()

    def _press(self, key: str) -> None:
        self._said = None
        if key == "c-l":
            self._app.renderer.clear()
        elif key == "c-z":
            self._stop()
        elif self._field is not None:
            field = self._field
            if not field.press(key) and self._field is field:
                self._field = None
        elif key == "c-g" and self._terminal.switch is not None:
            self._terminal.switch()
            self._over()
        elif key in ("q", "Q", "c-c", "c-g"):
            self._over()
        elif not self._current().press(key):
            self._press_anywhere(key)

    def _press_anywhere(self, key: str) -> None:
        tab = self._tabs.index(self._stack[0])
        match key:
            case "tab" | "s-tab":
                self._show_tab((tab + (1 if key == "tab" else -1)) % len(self._tabs))
            case "1" | "2" | "3" | "4":
                self._show_tab(int(key) - 1)
            case "escape" | "backspace" | "delete":
                self.leave()
            case "p":
                self._feed.is_paused = not self._feed.is_paused
                if not self._feed.is_paused:
                    self.read()
            case "+" | "-" | "=":
                self._feed.change_interval(longer=key == "-")
            case "?" | "h" | "f1":
                if not isinstance(self._current(), HelpPage):
                    self.open(HelpPage())
            case "k":
                self._ask_for_reason()
            case "enter":
                named = self._current().process()
                if named is not None:
                    self.open(ProcessPage(self, *named))

    def _show_tab(self, number: int) -> None:
        self._stack = [self._tabs[number]]
        self.read()

    def _ask_for_reason(self) -> None:
        named = self._current().process()
        if named is None:
            self.say("there is no process here to kill")
            return
        pid, label = named
        self.ask(
            Field(
                f"End #PID<{pid}> {label[:40]} with reason:",
                lambda reason: self.act("exit", {"pid": pid, "reason": reason}),
                text="kill",
                hint="Enter: do it   Esc: no",
                is_preset=True,
            )
        )

    def _stop(self) -> None:
        """Ctrl+Z: stop the program until `fg`."""
        if self._terminal.stops:
            run_in_terminal(_stop_until_continued)

    # Drawing

    def _draw(self, width: int, height: int) -> list[Line]:
        # Where there is hardly any room, the page and the keys are what one needs.
        head = self._head.draw(width, height, self._feed.state()) if height >= SMALL else []
        head += [self._tab_line(width)] if height >= SMALL - 1 else []
        self._height = max(1, height - len(head) - 1)
        try:
            body = self._current().draw(width, self._height)[: self._height]
        except Exception as error:
            body = [line(width, (BAD, f"this cannot be drawn: {type(error).__name__}: {error}"))]
        body += [[] for _ in range(self._height - len(body))]
        return [*head, *body, self._foot(width)][-height:]

    def _tab_line(self, width: int) -> Line:
        pieces: Line = []
        for number, page in enumerate(self._tabs, start=1):
            title = f" {number} {page.title} " if width >= 60 or page is self._stack[0] else f" {number} "
            pieces += [(CHOSEN if page is self._stack[0] else "", title)]
        if len(self._stack) > 1:
            pieces += [("", " "), (CHOSEN, f" {self._current().title} ")]
        return line(width, *pieces)

    def _foot(self, width: int) -> Line:
        if self._field is not None:
            return self._field.draw(width)
        if self._said is not None:
            text, is_bad = self._said
            return [(BAD if is_bad else STRONG, fitted(f" {text}", width))]
        keys = [*self._current().keys, *([("Esc", "back")] if len(self._stack) > 1 else [])]
        last = spread(width - 1, ["q quit", "? help"], "  ")
        most = spread(width - len(last) - 3, [f"{key} {what}" for key, what in keys], "  ")
        return line(width, ("", f" {most}  " if most else " "), (STRONG, last))


class _Canvas(UIControl):
    """What is drawn, for prompt_toolkit."""

    def __init__(self, draw: Callable[[int, int], list[Line]]) -> None:
        self._draw = draw

    def create_content(self, width: int, height: int) -> UIContent:
        lines: list[Any] = self._draw(width, height)
        return UIContent(lambda number: lines[number], line_count=len(lines), show_cursor=False)

    def is_focusable(self) -> bool:
        return True


def _stop_until_continued() -> None:
    os.kill(0, signal.SIGTSTP)
    # The main thread is stopped first, and this one a moment later; until then it is not to draw.
    time.sleep(STOPPING_SECONDS)
