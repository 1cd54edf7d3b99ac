"""The console of a replay: a person's terminal, at which it is also known what the session prints and asks for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from pyex import Pid, send
from pyex.device import LineRequest
from pyex.repl.console import ANSWER
from pyex.repl.console.terminal_console import Asked, TerminalConsole
from pyex.repl.display.report import report
from pyex.repl.language import Language
from pyex.repl.replay.keyboard import Keyboard
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.repl.transcript.play import written_answer
from pyex.repl.transcript.session import Step
from pyex.scheduler import scheduler
from pyex.terminal_loan import Loan

_COLOURS = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
# Of what is printed more is not looked at.
MOST_RECORDED = 200_000


class ReplayConsole(TerminalConsole):
    """Follows one session, the first shell that asks; `on_change()` is called, in whatever thread, when it has asked,
    printed, or was answered."""

    def __init__(
        self, language: Language, input: Input, on_change: Callable[[], None], *, output: Output | None = None
    ) -> None:
        super().__init__(language, input=input, output=output)
        # The keys come from the process's own terminal in the end.
        self._is_own = output is None
        self._input, self._output = input, output
        self._on_change = on_change
        # The process of the shell that is followed; how often it has asked; how many prompts were answered.
        self.session: Pid | None = None
        self.asked = 0
        self.answered = 0
        # Whose output comes, and whether it is shown.
        self.step: Step | None = None
        self.is_quiet = False
        self._is_below_page = False
        self._kept: list[str] | None = None
        self.on_close: Callable[[], None] = lambda: None

    @property
    def columns(self) -> int:
        return super().columns if self._output is None else self._output.get_size().columns

    @property
    def rows(self) -> int:
        """How high the terminal is."""
        return shutil.get_terminal_size().lines if self._output is None else self._output.get_size().rows

    # What the player wants to know, and to do

    def asks(self) -> Asked | None:
        """What the session asks for on the screen now: a prompt, or a line for `input()`."""
        with self._lock:
            shown = next((each for each in self._asked if each.prompt is self._up), None)
        if shown is None:
            return None
        if self.session is None and shown.owner not in (None, self._attached) and shown.prompt.kind == "code":
            # The one that was followed has ended.
            self.session = shown.owner
        # A request without an owner is for whoever is at the front.
        is_ours = self.session is not None and self.session in (shown.owner, shown.owner or self._front)
        return shown if is_ours else None

    def answer(self, answer: Answer) -> None:
        """Answer the session's prompt, without its standing on the screen."""
        if self.session is not None:
            send(self.session, (ANSWER, answer))

    def leave(self) -> None:
        """End the program, whatever goes on in it: as Ctrl+D does where there is no shell."""
        if self._attached is not None:
            send(self._attached, (ANSWER, ("eof",)))

    def show(self, text: str) -> None:
        """Write what is nobody's output."""
        self._is_below_page = False
        if self._kept is not None:
            self._kept.append(text)
        else:
            self._terminal.write(text)

    def show_page(self, lines: list[str]) -> None:
        """Write lines apart from what stands above them, and from the prompt."""
        self.show(("" if self._is_below_page else "\n") + "\n".join(lines) + "\n\n")
        self._is_below_page = True

    def keep(self) -> None:
        """Keep what is written from here on, until it can be seen."""
        self._kept = []

    def show_kept(self) -> None:
        kept, self._kept = self._kept or [], None
        self._terminal.write("".join(kept))

    def close(self) -> None:
        self.on_close()
        super().close()

    # What the session does

    def lend(self, loan: Loan) -> None:
        # What draws on the whole screen is the person's, whoever has the keyboard.
        keys = {"input": self._input.terminal} if isinstance(self._input, Keyboard) else {}
        self._terminal.lend(loan, stops=self._is_own, switch=lambda: scheduler.post(self.switch), **keys)

    def ask(self, prompt: Prompt, owner: Pid | None = None) -> None:
        if self.session is None and owner not in (None, self._attached) and prompt.kind == "code":
            self.session = owner
        super().ask(prompt, owner)
        if owner == self.session:
            self.asked += 1
            self._on_change()

    def forget(self, session: Pid) -> None:
        super().forget(session)
        if session == self.session:
            self.session = None

    def read_line(self, request: LineRequest, owner: Pid | None = None) -> str:
        if self.is_quiet and self.step is not None and owner in (None, self.session):
            answer = written_answer(self.step, request.prompt)
            self._record(request.prompt + (answer or "") + "\n")
            return "" if answer is None else f"{answer}\n"
        return super().read_line(request, owner)

    def write(self, text: str) -> None:
        self._tell_listeners(text)
        if not self.is_quiet:
            self.show(text)

    def write_error(self, text: str) -> None:
        self._tell_listeners(text)
        if not self.is_quiet:
            self.show(report(text, colours=self.has_colours))

    def _tell_listeners(self, text: str) -> None:
        self._record(text)
        for hear in self.listeners:
            hear(text)

    def _record(self, text: str) -> None:
        if self.step is not None and len(self.step.printed) < MOST_RECORDED:
            self.step.printed += _COLOURS.sub("", text)
            self._on_change()

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        super()._answered(prompt, answer)
        self._is_below_page = False
        self.answered += 1
        self._on_change()
