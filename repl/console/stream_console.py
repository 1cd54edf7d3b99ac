"""The console without a terminal: a session read from a pipe or a file, echoed with its prompts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread, get_ident

from pyex import Pid, send
from pyex.control_block import ControlBlock
from pyex.device import LineRequest, StreamDevice
from pyex.repl.console import ANSWER
from pyex.repl.language import Language
from pyex.repl.terminal.prompt import Prompt
from pyex.scheduler import scheduler


class StreamConsole(StreamDevice):
    """Reads inputs from standard input, as they would be typed: a block ends with an empty line."""

    columns = 80
    has_colours = False
    interrupt_leaves = True
    is_at_front = False

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.listeners: list[Callable[[str], None]] = []
        self._language = language
        self._shell: Pid | None = None
        self._prompts: SimpleQueue[Prompt] = SimpleQueue()
        self._unread = b""
        self._ended = False
        self._reader = Thread(target=self._read_inputs, name="pyex input", daemon=True)

    def attach(self, shell: Pid) -> None:
        self._shell = shell
        self._reader.start()

    def write(self, text: str) -> None:
        super().write(text)
        self._tell(text)

    def write_error(self, text: str) -> None:
        super().write_error(text)
        self._tell(text)

    def ask(self, prompt: Prompt) -> None:
        self._prompts.put(prompt)

    def foreground(self, block: ControlBlock | None) -> None:
        scheduler.foreground = block

    def read_line(self, request: LineRequest) -> str:
        """A line for `input()`: the next of the same stream."""
        self.write(request.prompt)
        line = self._line()
        self._echo(line)
        return line

    def _tell(self, text: str) -> None:
        # The threads that read write prompts, and what was typed.
        if get_ident() == scheduler.owner:
            for hear in self.listeners:
                hear(text)

    def _read_inputs(self) -> None:
        while True:
            prompt = self._prompts.get()
            text = self._input(prompt)
            assert self._shell is not None
            send(self._shell, (ANSWER, ("eof",) if text is None else ("input", text)))

    def _input(self, prompt: Prompt) -> str | None:
        """One input; None at the end of the stream."""
        lines: list[str] = []
        while True:
            self.write(prompt.continuation if lines else prompt.text)
            line = self._line()
            self._echo(line)
            if not line:
                return "\n".join(lines) if lines else None
            lines.append(line.rstrip("\n"))
            text = "\n".join(lines)
            if self._language.state(text) != "incomplete" and not self._block_goes_on(line):
                return text

    def _echo(self, line: str) -> None:
        """Show what was read, unless a (dumb) terminal has done so."""
        if sys.__stdin__ is None or not sys.__stdin__.isatty() or not line:
            self.write(line.rstrip("\n") + "\n")

    def _block_goes_on(self, line: str) -> bool:
        """Whether an empty line stands inside a block: the next line is there already, and is indented."""
        return not line.strip() and self._unread[:1] in (b" ", b"\t")

    def _line(self) -> str:
        """The next line, "" at the end. What follows it stays in `_unread`, so that it can be looked at."""
        with self._reading:
            while b"\n" not in self._unread and not self._ended:
                chunk = os.read(sys.__stdin__.fileno(), 65536) if sys.__stdin__ is not None else b""
                self._unread += chunk
                self._ended = not chunk
            line, newline, self._unread = self._unread.partition(b"\n")
        return (line + newline).decode(errors="replace").replace("\r\n", "\n")
