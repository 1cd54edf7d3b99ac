"""pyex's shell at a real terminal: how soon it answers, and shows what is typed."""

from __future__ import annotations

import os
import random
import re
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte
from measuring import Figures, Stopwatch, main
from ptyprocess import PtyProcess

ANSWERS = 20
KEYS = 200
KEYS_IN_A_LINE = 40
PATIENCE_SECONDS = 20.0
ENTER, CLEAR_LINE = "\r", "\x15"
EMPTY_PROMPT = re.compile(r"pyex\(([0-9]+)\)>")

LOOP = """\
def loop():
    while True:
        pass
"""


class Terminal:
    """The program at a terminal, and the screen that a person would see."""

    def __init__(self, *arguments: str) -> None:
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        command = [sys.executable, "-P", "-m", "pyex", *arguments]
        self.process = PtyProcess.spawn(command, dimensions=(24, 80), env=environment)

    def press(self, keys: str) -> None:
        self.process.write(keys.encode())

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Read what the program writes until `holds()`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            ready, _, _ = select.select([self.process.fd], [], [], 0.05)
            if ready:
                self.stream.feed(os.read(self.process.fd, 65536))
            elif time.monotonic() > deadline:
                raise TimeoutError("the shell did not show what was waited for")

    def lines(self) -> list[str]:
        lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def prompt_number(self) -> int:
        """The number of the empty prompt on the last line; 0 while there is none."""
        # All of the line: an answer is a number, too, and is there before the next prompt.
        prompt = EMPTY_PROMPT.fullmatch((self.lines() or [""])[-1])
        return int(prompt[1]) if prompt else 0

    def shows(self, *lines: str) -> bool:
        """Whether these lines stand on the screen, one below the other."""
        shown = self.lines()
        return any(shown[place : place + len(lines)] == list(lines) for place in range(len(shown)))

    def types(self, text: str) -> None:
        self.press(text)
        self.wait_for(lambda: self.lines()[-1].endswith(text))


@contextmanager
def opened(*arguments: str) -> Iterator[Terminal]:
    terminal = Terminal(*arguments)
    try:
        yield terminal
    finally:
        terminal.process.close(force=True)


def time_answer(terminal: Terminal) -> float:
    """From Enter to the answer on the screen, in milliseconds."""
    number = terminal.prompt_number()
    terminal.types("1+1")
    watch = Stopwatch()
    terminal.press(ENTER)
    terminal.wait_for(lambda: terminal.shows(f"pyex({number})> 1+1", "2"))
    elapsed = watch.milliseconds()
    terminal.wait_for(lambda: terminal.prompt_number() == number + 1)
    return elapsed


def time_keys(terminal: Terminal) -> list[float]:
    """From each key to its letter on the screen, in milliseconds."""
    times = []
    for count in range(KEYS):
        # As fingers do: not in step with anything in the program.
        time.sleep(random.uniform(0.005, 0.030))
        column = terminal.screen.cursor.x
        watch = Stopwatch()
        terminal.press(random.choice("abcdefgh"))
        terminal.wait_for(lambda column=column: terminal.screen.cursor.x > column)  # type: ignore[misc]
        times.append(watch.milliseconds())
        if count % KEYS_IN_A_LINE == KEYS_IN_A_LINE - 1:
            terminal.press(CLEAR_LINE)
            terminal.wait_for(lambda: terminal.prompt_number() > 0)
    return times


def figures(terminal: Terminal, load: str) -> Figures:
    answers = [time_answer(terminal) for _ in range(ANSWERS)]
    keys = statistics.quantiles(time_keys(terminal), n=100)
    return {
        f"{load}_answer_median": statistics.median(answers),
        f"{load}_answer_max": max(answers),
        f"{load}_key_p50": keys[49],
        f"{load}_key_p95": keys[94],
    }


def shell(loops: int) -> Figures:
    with opened() as terminal:
        terminal.wait_for(lambda: terminal.prompt_number() == 1)
        idle = figures(terminal, "idle")
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(LOOP)
        file.flush()
        with opened(file.name) as terminal:
            terminal.wait_for(lambda: terminal.prompt_number() > 0)
            number = terminal.prompt_number()
            terminal.press(f"len([spawn(loop) for _ in range({loops})])")
            terminal.press(ENTER)
            terminal.wait_for(lambda: terminal.prompt_number() == number + 1)
            busy = figures(terminal, "busy")
    return {**idle, **busy}


if __name__ == "__main__":
    main(shell)
