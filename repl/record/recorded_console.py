"""Consoles whose sessions are recorded."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from types import FrameType

from pyex import Pid
from pyex.device import LineRequest
from pyex.interrupt import handover, on_interrupt
from pyex.repl.console.stream_console import StreamConsole
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.language import Language
from pyex.repl.record.recorder import Recorder
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.repl.transcript.play import CONTROL_C
from pyex.scheduler import scheduler


class RecordedTerminal(TerminalConsole):
    """The person's terminal. What menus ask and say is not recorded."""

    # As where transcripts are checked: texts are laid out for it, and in colours documentation has no marks.
    columns = 80
    has_colours = False

    def __init__(self, language: Language, recorder: Recorder) -> None:
        super().__init__(language)
        self._recorder = recorder
        self._sessions: set[Pid] = set()
        self._last: Pid | None = None
        recorder.tell = self._terminal.write
        self.listeners.append(self._record)

    def connect(self, session: Pid) -> None:
        if session != self._attached and session not in self._sessions:
            self._sessions.add(session)
            self._recorder.another_shell()
        elif session != self._attached and session != self._last:
            # What is typed is written down as if it were typed at the newer shell.
            self._recorder.tell("warning: a transcript has no way back to a shell: record this apart\n")
        if session != self._attached:
            self._last = session
        super().connect(session)

    def ask(self, prompt: Prompt, owner: Pid | None = None) -> None:
        if prompt.kind == "code":
            self._recorder.asked()
        super().ask(prompt, owner)

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        with self._lock:
            asked = next((each for each in self._asked if each.prompt is prompt), None)
            owner = self._front if asked is None or asked.owner is None else asked.owner
        if owner != self._attached:
            self._record_answer(prompt, answer)
        super()._answered(prompt, answer)

    def _record(self, text: str) -> None:
        writer = scheduler.current
        if writer is None or writer.pid != self._attached:
            self._recorder.output(text)

    def _record_answer(self, prompt: Prompt, answer: Answer) -> None:
        match answer:
            case ("input", text) if prompt.kind == "code":
                self._recorder.input(prompt.text, text)
            case ("input", text):
                self._recorder.answer(prompt.text + text)
            case ("interrupt",) if prompt.kind == "line":
                self._recorder.answer(prompt.text + CONTROL_C)


class RecordedStream(StreamConsole):
    """A session from a pipe or a file."""

    def __init__(self, language: Language, recorder: Recorder) -> None:
        super().__init__(language)
        self._recorder = recorder
        # What a thread that reads writes, prompts and what was typed, is recorded as that.
        self._here = local()
        recorder.tell = super().write_error

    def write(self, text: str) -> None:
        if not getattr(self._here, "is_reading", False):
            self._recorder.output(text)
        super().write(text)

    def write_error(self, text: str) -> None:
        self._recorder.output(text)
        super().write_error(text)

    def ask(self, prompt: Prompt) -> None:
        self._recorder.asked()
        super().ask(prompt)

    def read_line(self, request: LineRequest) -> str:
        with self._reading_here():
            line = super().read_line(request)
        if line:
            self._recorder.answer(request.prompt + line.removesuffix("\n"))
        return line

    def _input(self, prompt: Prompt) -> str | None:
        with self._reading_here():
            text = super()._input(prompt)
        if text is not None and prompt.kind == "code":
            self._recorder.input(prompt.text, text)
        elif text is not None:
            self._recorder.answer(prompt.text + text)
        return text

    @contextmanager
    def _reading_here(self) -> Iterator[None]:
        self._here.is_reading = True
        try:
            yield
        finally:
            self._here.is_reading = False


@contextmanager
def interrupts_recorded(recorder: Recorder) -> Iterator[None]:
    """Meanwhile, Ctrl+C is taken down before it is obeyed."""

    def obey(number: int, frame: FrameType | None) -> None:
        if scheduler.foreground is not None or handover.is_on:
            recorder.control_c()
        on_interrupt(number, frame)

    before = signal.signal(signal.SIGINT, obey)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
