"""A person at a terminal with several shells, in process: what is typed, and what the screen shows."""

from __future__ import annotations

import io
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

import pyex
from pyex.repl.configuration import Settings, settings
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.jobs.job_control import JobControl
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.shell.shell import Shell
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.run import run_on
from pyex.scheduler import scheduler

PATIENCE = 20.0
CTRL_C, CTRL_D, CTRL_G, ENTER = "\x03", "\x04", "\x07", "\r"


class Glass(io.TextIOBase):
    """The terminal's screen."""

    def __init__(self, columns: int) -> None:
        self.screen = pyte.Screen(columns, 400)
        self.stream = pyte.Stream(self.screen)
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            self.stream.feed(text.replace("\n", "\r\n"))
            self.changed.notify_all()
        return len(text)

    def lines(self) -> list[str]:
        rows = [row.rstrip() for row in self.screen.display]
        return rows[: max((number for number, row in enumerate(rows, start=1) if row), default=0)]


class Desk:
    """Somebody at the terminal; used from a thread of its own, while the main thread runs the processes."""

    def __init__(self, keyboard: Any, columns: int) -> None:
        self.keyboard = keyboard
        self.ended = threading.Event()
        self.glass = Glass(columns)
        size = Size(rows=400, columns=columns)
        output = Vt100_Output(cast(TextIO, self.glass), lambda: size, term="xterm", enable_cpr=False)
        language = PythonLanguage()
        self.console = _Console(language, input=keyboard, output=output)
        self.console.width = columns
        self.control = JobControl(self.console, lambda job: Shell(job, language))

    def __deepcopy__(self, memo: dict[int, object]) -> Desk:
        """A process may be given it."""
        return self

    def presses(self, keys: str) -> None:
        self.keyboard.send_text(keys)

    def types(self, text: str) -> None:
        """Type a line, and Enter when it is on the screen."""
        self.presses(text)
        self.waits_for(lambda: "".join(self.glass.lines()[-3:]).endswith(text), f"the echo of {text}")
        self.presses(ENTER)

    def runs(self, *texts: str, start: int = 1) -> None:
        """Type inputs that all count, each at its prompt."""
        for number, text in enumerate(texts, start):
            self.prompt(number)
            self.types(text)

    def switches(self, *commands: str) -> None:
        """Ctrl+G at a prompt, and these commands."""
        self.presses(CTRL_G)
        self.commands(*commands)

    def commands(self, *commands: str) -> None:
        for command in commands:
            self.shows(" -->")
            self.types(command)

    def breaks(self, letter: str) -> None:
        """The BREAK menu, and a letter."""
        self.presses(CTRL_C)
        self.shows("(press Ctrl+C again for the BREAK menu)", "pyex(...)>")
        self.presses(CTRL_C)
        self.shows("BREAK: ...", "       (l)oaded ...")
        self.types(letter)

    def switches_while_it_runs(self) -> None:
        """Ctrl+G while no prompt is up, as the terminal's signal would tell it."""
        self.waits_for(lambda: self.console._up is None, "an input that runs")
        scheduler.post(self.console.switch)

    def prompt(self, number: int) -> None:
        self.shows(f"pyex({number})>")

    def shows(self, *lines: str) -> None:
        """Wait until the last lines are these; `...` in them stands for anything."""
        wanted = [re.compile(".*".join(map(re.escape, line.split("...")))) for line in lines]

        def shown() -> bool:
            last = self.glass.lines()[-len(wanted) :]
            return len(last) == len(wanted) and all(
                pattern.fullmatch(line) for pattern, line in zip(wanted, last, strict=True)
            )

        self.waits_for(shown, "\n".join(lines))

    def shows_somewhere(self, text: str) -> None:
        self.waits_for(lambda: text in "\n".join(self.glass.lines()), text)

    def last(self) -> str:
        return (self.glass.lines() or [""])[-1]

    def waits_for(self, holds: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        with self.glass.changed:
            while not holds():
                left = deadline - time.monotonic()
                assert left > 0, f"waited in vain for {what}; the screen:\n" + "\n".join(self.glass.lines())
                self.glass.changed.wait(min(left, 0.05))


class _Console(TerminalConsole):
    width = 80
    at_answer: Callable[[], None] = staticmethod(lambda: None)

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        self.at_answer()
        super()._answered(prompt, answer)

    @property
    def columns(self) -> int:
        return self.width


Visit = Callable[[Desk], None]


@contextmanager
def _seated(columns: int) -> Iterator[Desk]:
    main, before = sys.modules["__main__"], vars(settings).copy()
    vars(settings).update(vars(Settings()))
    settings.history_file = None
    settings.colors = {"enabled": False}
    try:
        with create_pipe_input() as keyboard:
            yield Desk(keyboard, columns)
    finally:
        sys.modules["__main__"] = main
        vars(settings).update(before)


def visit(acts: Visit, *, columns: int = 80, function: Callable[[Desk], Any] | None = None) -> Any:
    """Open a shell at a terminal and do these acts there; the shell is left after them. Returns the status; of
    `function(desk)`, when that is to be the main process."""
    problems: list[BaseException] = []
    with _seated(columns) as desk:
        typist = threading.Thread(target=_act, args=(desk, acts, problems))
        typist.start()
        try:
            main = desk.control.run if function is None else function
            return run_on(desk.console, main, *(() if function is None else (desk,)))
        except pyex.Exit:
            if not problems:
                raise
        finally:
            desk.ended.set()
            typist.join()
            if problems:
                raise problems[0]


def _act(desk: Desk, acts: Visit, problems: list[BaseException]) -> None:
    try:
        acts(desk)
        assert desk.ended.wait(PATIENCE), "the shell was left, and the program goes on"
    except BaseException as error:
        problems.append(error)
        desk.control.end(15, None)
