"""The console of a person: a session at a terminal."""

from __future__ import annotations

from collections import deque
from queue import SimpleQueue
from threading import Lock

from pyex import Pid, send
from pyex.repl.language import Language
from pyex.repl.shell import ANSWER
from pyex.repl.terminal import Answer, Prompt, Terminal
from pyex.scheduler import scheduler
from pyex.time_slice import interrupt


class TerminalConsole:
    """A terminal as a device. The shell's prompt and lines asked for by `input()` take turns."""

    interrupt_leaves = False
    broken = False

    def __init__(self, language: Language) -> None:
        self._terminal = Terminal(language, self._answered)
        self._shell: Pid | None = None
        # Who is asked for now, and who waits. Used by the threads that read lines, the terminal's and the scheduler's.
        self._lock = Lock()
        self._asked: deque[tuple[Prompt, SimpleQueue[Answer] | None]] = deque()

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

    def read_line(self, prompt: str) -> str:
        answer: SimpleQueue[Answer] = SimpleQueue()
        with self._lock:
            self._asked.append((Prompt(prompt, kind="line"), answer))
            if len(self._asked) == 1:
                self._terminal.ask(self._asked[0][0])
        match answer.get():
            case ("input", text):
                return f"{text}\n"
            case ("interrupt",):
                scheduler.post(interrupt)
                return "\n"
        return ""

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        """In the terminal's thread."""
        reader = None
        with self._lock:
            # An input may come just when the shell has asked anew, because its evaluator died: then both count.
            if self._asked and self._asked[0][0] is prompt:
                _, reader = self._asked.popleft()
                if self._asked:
                    self._terminal.ask(self._asked[0][0])
        if reader is not None:
            reader.put(answer)
        elif self._shell is not None:
            send(self._shell, (ANSWER, answer))
