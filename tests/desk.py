"""A person at a terminal in the tests' own process: keys from a pipe, and the screen that the person would see."""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from pyex.repl.language import Language
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.terminal import Terminal
from pyex.repl.terminal.prompt import Answer, Prompt

ROWS, COLUMNS = 600, 60
PATIENCE = 10.0
FIRST = Prompt("pyex(1)> ", "....(1)> ")
SECOND = Prompt("pyex(2)> ", "....(2)> ")
CTRL_C, CTRL_D, CTRL_G, CTRL_R, CTRL_S = "\x03", "\x04", "\x07", "\x12", "\x13"
ESCAPE, BACKSPACE, TAB, ENTER, ALT_ENTER = "\x1b", "\x7f", "\t", "\r", "\x1b\r"
UP, DOWN, RIGHT, LEFT, HOME = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H"
PAGE_UP, PAGE_DOWN, F2, F3 = "\x1b[5~", "\x1b[6~", "\x1b[12~", "\x1b[13~"


class Glass(io.TextIOBase):
    """The terminal's screen: takes what is written, shows what a person would see."""

    def __init__(self, rows: int, columns: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.written = ""
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            self.written += text
            self.stream.feed(text.replace("\n", "\r\n"))  # as a terminal's line discipline does
            self.changed.notify_all()
        return len(text)

    def lines(self) -> list[str]:
        """The lines from the top down to the cursor or the last one that is not empty."""
        rows = [row.rstrip() for row in self.screen.display]
        used = [number for number, row in enumerate(rows) if row]
        return rows[: max([*used, self.screen.cursor.y]) + 1]


class Desk:
    """A person at a terminal. The options are those of `Terminal`, and the size of the screen."""

    def __init__(
        self,
        keyboard: PipeInput,
        language: Language | None = None,
        *,
        rows: int = ROWS,
        columns: int = COLUMNS,
        **options: Any,
    ) -> None:
        self.keyboard = keyboard
        self.glass = Glass(rows, columns)
        self.size = Size(rows=rows, columns=columns)
        self.answers: queue.Queue[tuple[Prompt, Answer]] = queue.Queue()
        self.terminal = Terminal(
            language or PythonLanguage(),
            lambda prompt, answer: self.answers.put((prompt, answer)),
            input=keyboard,
            output=Vt100_Output(cast(TextIO, self.glass), lambda: self.size, term="xterm", enable_cpr=False),
            **{"history_file": lambda: None, **options},
        )

    def sees(self, *lines: str) -> None:
        """Wait until the screen shows exactly these lines."""
        self.waits_until(lambda: self.glass.lines() == list(lines), self.glass.lines)

    def sees_last(self, text: str) -> None:
        """Wait until the screen's last line ends with this text."""
        self.waits_until(lambda: self.glass.lines()[-1].endswith(text), self.glass.lines)

    def waits_until(self, holds: Callable[[], bool], shown: Callable[[], object]) -> None:
        with self.glass.changed:
            assert self.glass.changed.wait_for(holds, PATIENCE), shown()

    def types(self, text: str) -> None:
        """Press one key after another, each when the one before it has been read, as fingers do."""
        for key in text:
            self.presses(key)

    def presses(self, key: str) -> None:
        """Press a key and wait until the screen has changed and the prompt waits for the next one."""
        before = len(self.glass.written)
        self.keyboard.send_text(key)
        self.waits_until(lambda: len(self.glass.written) > before, lambda: f"nothing happened after {key!r}")

    def sends(self, text: str) -> None:
        """Send the keys of a text in one go, as a paste without bracketed paste or a script does."""
        self.keyboard.send_text(text.replace("\n", "\r"))

    def pastes(self, text: str) -> None:
        """Paste, in a terminal that marks what is pasted."""
        self.keyboard.send_text(f"\x1b[200~{text}\x1b[201~")

    def answer(self) -> tuple[Prompt, Answer]:
        return self.answers.get(timeout=PATIENCE)

    def input(self) -> str:
        answer = self.answer()[1]
        assert answer[0] == "input"
        return answer[1]


@contextmanager
def seated(language: Language | None = None, **options: Any) -> Iterator[Desk]:
    with create_pipe_input() as keyboard:
        desk = Desk(keyboard, language, **options)
        desk.terminal.start()
        try:
            yield desk
        finally:
            desk.terminal.stop()
