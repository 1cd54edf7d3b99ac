"""A real terminal for the tests: the installed program in a pseudo-terminal, and the screen that a person would see."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

import pyte
from ptyprocess import PtyProcess, PtyProcessError

# How long a test waits for what should come at once: the machine may be busy.
PATIENCE = 15.0
SHELL = (sys.executable, "-m", "pyex")
CTRL_C, CTRL_D, CTRL_U, CTRL_Z, ENTER = "\x03", "\x04", "\x15", "\x1a", "\r"


class Screen:
    """The program at a terminal, and somebody in front of it.

        with Screen() as screen:
            screen.types("1 + 1")
            screen.shows("2", "pyex(2)>")
    """

    def __init__(
        self, *command: str, rows: int = 50, columns: int = 90, first: str = "pyex(1)>", history: bool = False
    ) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=100_000)
        self.stream = pyte.ByteStream(self.screen)
        # No colours, so that lines compare as plain text, and nothing of the tester's own start-up files.
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "PS1": "$ "}
        if not history:
            environment["PYEX_HISTORY"] = ""  # the tester's own is left alone
        self.process = PtyProcess.spawn(list(command or SHELL), dimensions=(rows, columns), env=environment)
        self.process.delayafterclose = self.process.delayafterterminate = 0.01
        if first:
            self.waits_for(lambda: self.last_line() == first, f"the first prompt, {first}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.process.close(force=True)
        except PtyProcessError:
            self.process.wait()  # it has been killed, and takes a moment longer to end on a busy machine

    # What there is to see

    def lines(self) -> list[str]:
        """All lines so far, those that have left the screen included, to the last that is not empty."""
        width = self.screen.columns
        gone = ["".join(row[column].data for column in range(width)).rstrip() for row in self.screen.history.top]
        rows = [*gone, *(row.rstrip() for row in self.screen.display)]
        return rows[: max((number for number, row in enumerate(rows, start=1) if row), default=0)]

    def last_line(self) -> str:
        return (self.lines() or [""])[-1]

    def text(self) -> str:
        return "\n".join(self.lines())

    # Waiting

    def waits_for(self, holds: Callable[[], object], what: str) -> None:
        """Read what the program writes until `holds()`."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}; the screen:\n{self.text()}"
            self._read(0.05)

    def shows(self, *lines: str) -> None:
        """Wait until the last lines are these; `...` in them stands for anything."""
        wanted = [re.compile(".*".join(map(re.escape, line.split("...")))) for line in lines]

        def shown() -> bool:
            last = self.lines()[-len(wanted) :]
            return len(last) == len(wanted) and all(
                pattern.fullmatch(line) for pattern, line in zip(wanted, last, strict=True)
            )

        self.waits_for(shown, "\n".join(lines))

    def shows_somewhere(self, text: str) -> None:
        self.waits_for(lambda: text in self.text(), text)

    def prompt(self, number: int) -> None:
        """Wait until this prompt is up, with nothing behind it."""
        self.waits_for(lambda: self.last_line() == f"pyex({number})>", f"prompt {number}")

    def cooks(self) -> None:
        """Wait until the terminal is in the program's hands, as while an input is running: Ctrl+C is a signal then."""
        self.waits_for(self.is_sane, "an input that runs")

    def is_sane(self) -> bool:
        """Whether the terminal is as a person's own shell wants it: line by line, and with echo."""
        flags = termios.tcgetattr(self.process.fd)[3]
        return bool(flags & termios.ICANON and flags & termios.ECHO)

    def exit_status(self) -> int:
        """Wait for the program's end: its exit status, or minus the signal that ended it."""
        self.waits_for(lambda: not self.process.isalive(), "the end of the program")
        self._read(0)
        status = self.process.exitstatus
        return -self.process.signalstatus if status is None else status

    # Acting

    def presses(self, keys: str) -> None:
        """Send keys as they are."""
        self.process.write(keys.encode())

    def types(self, text: str) -> None:
        """Type a line and press Enter, when the line stands on the screen."""
        self.presses(text)
        tail = text.split("\n")[-1].strip()[-20:]
        self.waits_for(lambda: tail in self.text().replace("\n", ""), f"the echo of {tail}")
        self.presses(ENTER)

    def taps(self, keys: str) -> None:
        """Press one key after another as fingers do, each when the cursor has moved for the one before it."""
        for key in keys:
            at = (self.screen.cursor.x, self.screen.cursor.y)
            self.presses(key)
            self.waits_for(lambda at=at: (self.screen.cursor.x, self.screen.cursor.y) != at, f"the key {key!r}")

    def pastes(self, text: str) -> None:
        """Paste, as a terminal does that marks what is pasted."""
        self.presses(f"\x1b[200~{text}\x1b[201~")

    def runs(self, inputs: Iterable[str], start: int = 1) -> None:
        """Type inputs that all count, each at its prompt."""
        for number, text in enumerate(inputs, start):
            self.prompt(number)
            self.types(text)

    def insists(self, act: Callable[[], object], holds: Callable[[], object], what: str) -> None:
        """Act, as one presses a key, and again after a while if nothing has come of it: it may have been too early."""
        next_time = 0.0

        def try_again() -> bool:
            nonlocal next_time
            if holds():
                return True
            if time.monotonic() >= next_time:
                next_time = time.monotonic() + 1
                act()
            return False

        self.waits_for(try_again, what)

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self.process.fd], [], [], seconds)
        if not ready:
            return
        try:
            self.stream.feed(os.read(self.process.fd, 65536))
        except OSError:
            time.sleep(0.01)  # the other end is closed: only the end of the program is left to see
