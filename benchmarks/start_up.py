"""How soon a shell is there: from its start until its prompt is on the terminal, and a key that was typed behind it.

The starts of all shells are interleaved, each on a terminal of its own; the first of each only warms up. Needs nothing
but the standard library: whoever is measured may be installed anywhere.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from contestants import Shell
from environments import Unavailable
from measuring import Figures, Stopwatch
from results import Results

STARTS, QUICK_STARTS = 30, 5
PATIENCE_SECONDS = 20.0
KEY = "z"
# What a terminal is asked, and what it answers: where the cursor is.
QUESTION, ANSWER = b"\x1b[6n", b"\x1b[1;1R"
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z]|[=>78])")


@dataclass(frozen=True)
class Starter:
    """A shell that is ready to be started."""

    shell: Shell
    command: tuple[str, ...]


def measure(starters: list[Starter], starts: int, results: Results, say: Callable[[str], None]) -> None:
    """Start each of them so many times; who does not come up is named as absent."""
    waiting = [*starters]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        for number in range(starts + 1):
            for starter in [*waiting]:
                say(f"start {number} of {starts}: {starter.shell.name}")
                try:
                    figures = time_start(starter, home)
                except (Unavailable, OSError) as reason:
                    results.absent[starter.shell.name] = str(reason)
                    waiting.remove(starter)
                else:
                    if number:
                        results.add(starter.shell.name, figures)
            # Nobody is always the first.
            waiting = waiting[1:] + waiting[:1]


def time_start(starter: Starter, home: str) -> Figures:
    """One start: when the prompt was drawn and when the key was, in milliseconds; the memory then, in megabytes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_", "PYEX"))}
    environment |= {"HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    watch = Stopwatch()
    process, terminal = pty.fork()
    if process == 0:
        try:
            os.execvpe(starter.command[0], starter.command, environment)
        finally:
            os._exit(127)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    screen = Output(terminal)
    try:
        screen.wait_for(lambda: starter.shell.prompt in screen.text() and screen.is_raw())
        drawn = watch.milliseconds()
        screen.press(KEY)
        screen.wait_for(lambda: KEY in screen.text())
        usable = watch.milliseconds()
        return {"prompt_drawn": drawn, "prompt_usable": usable, "prompt_memory": resident_megabytes(process)}
    finally:
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


@dataclass
class Output:
    """What has come from a program since a key was pressed last."""

    terminal: int
    written: bytes = b""
    deadline: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)

    def text(self) -> str:
        return ESCAPES.sub("", self.written.decode(errors="replace"))

    def is_raw(self) -> bool:
        """Whether the program echoes keys, and not the terminal itself."""
        return not termios.tcgetattr(self.terminal)[3] & termios.ECHO

    def press(self, key: str) -> None:
        self.written = b""
        os.write(self.terminal, key.encode())

    def wait_for(self, holds: Callable[[], bool]) -> None:
        while not holds():
            ready, _, _ = select.select([self.terminal], [], [], 0.05)
            if ready:
                try:
                    new = os.read(self.terminal, 65536)
                except OSError:
                    raise Unavailable(f"ended: {self.text().strip()[-200:]}") from None
                self.written += new
                for _ in range(new.count(QUESTION)):
                    os.write(self.terminal, ANSWER)
            elif time.monotonic() > self.deadline:
                raise Unavailable("its prompt did not come")


def resident_megabytes(process: int) -> float:
    if not sys.platform.startswith("linux"):
        return float("nan")
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20
