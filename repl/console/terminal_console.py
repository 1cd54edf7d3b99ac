"""The console of a person: a session at a terminal."""

from __future__ import annotations

import os
import shutil
from collections import deque
from threading import Lock

from pyex import Pid, send
from pyex.control_block import ControlBlock
from pyex.device import LineRequest
from pyex.interrupt import interrupt
from pyex.repl.console import ANSWER
from pyex.repl.language import Language
from pyex.repl.terminal import Terminal
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.scheduler import scheduler


class TerminalConsole:
    """A terminal as a device. The shell's prompt and lines asked for by `input()` take turns."""

    interrupt_leaves = False
    broken = False

    def __init__(self, language: Language) -> None:
        self._terminal = Terminal(language, self._answered)
        self._shell: Pid | None = None
        # Who is asked for now, and who waits. Used by the threads that read lines, the terminal's and the scheduler's.
        self._lock = Lock()
        self._asked: deque[tuple[Prompt, LineRequest | None]] = deque()

    @property
    def backlog(self) -> int:
        return self._terminal.backlog

    def open(self) -> None:
        self._terminal.start()

    def close(self) -> None:
        self._terminal.stop()

    def attach(self, shell: Pid) -> None:
        self._shell = shell

    def write(self, text: str) -> None:
        self._terminal.write(text)

    def write_error(self, text: str) -> None:
        self._terminal.write(text)

    def ask(self, prompt: Prompt) -> None:
        """Ask for the shell; its earlier prompt, if it still waits, is replaced."""
        with self._lock:
            for index, (_, reader) in enumerate(self._asked):
                if reader is None:
                    self._asked[index] = (prompt, None)
                    break
            else:
                self._asked.append((prompt, None))
                index = len(self._asked) - 1
            if index == 0:
                self._terminal.ask(prompt)

    def foreground(self, block: ControlBlock | None) -> None:
        scheduler.foreground = block

    @property
    def columns(self) -> int:
        return shutil.get_terminal_size().columns

    @property
    def has_colours(self) -> bool:
        return not os.environ.get("NO_COLOR")

    def flush(self) -> None:
        """The terminal's thread writes as fast as the terminal takes it."""

    def read_line(self, request: LineRequest) -> str:
        with self._lock:
            self._asked.append((Prompt(request.prompt, kind="line"), request))
            if len(self._asked) == 1:
                self._terminal.ask(self._asked[0][0])
        return request.line.get()

    def withdraw(self, request: LineRequest) -> None:
        with self._lock:
            was_first = bool(self._asked) and self._asked[0][1] is request
            self._asked = deque(each for each in self._asked if each[1] is not request)
            if was_first and self._asked:
                self._terminal.ask(self._asked[0][0])
        request.line.put("")

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        """In the terminal's thread."""
        request = None
        with self._lock:
            # An input may come just when the shell has asked anew, because its evaluator died: then both count.
            if self._asked and self._asked[0][0] is prompt:
                _, request = self._asked.popleft()
                if self._asked:
                    self._terminal.ask(self._asked[0][0])
        if prompt.kind == "line":
            if answer[0] == "interrupt":
                scheduler.post(interrupt)
            if request is not None:
                request.line.put(_line(answer))
        elif self._shell is not None:
            send(self._shell, (ANSWER, answer))


def _line(answer: Answer) -> str:
    """An answer as `input` reads it."""
    match answer:
        case ("input", text):
            return f"{text}\n"
        case ("interrupt",):
            return "\n"
    return ""
