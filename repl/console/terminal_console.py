"""The console of a person: a session at a terminal, or several that take turns."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from pyex import Atom, Pid, send
from pyex.control_block import ControlBlock
from pyex.device import LineRequest
from pyex.interrupt import Handover, handover, interrupt
from pyex.repl.console import ANSWER
from pyex.repl.display.report import report
from pyex.repl.language import Language
from pyex.repl.shell import current
from pyex.repl.terminal import Terminal
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.repl.terminal.switch_key import SwitchKey
from pyex.scheduler import scheduler
from pyex.terminal_loan import Loan

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

# What whoever is attached is told of the keys of all sessions: `("switch", at_prompt)`, `("break",)`.
SWITCH, BREAK = Atom("switch"), Atom("break")
# Takes the place of a prompt that nobody asks with any more.
NOTHING = Prompt("", kind="line")


@dataclass
class Asked:
    """One prompt, and whose it is: that of a session, or of nobody's when its owner is None. A `request` is one of
    `input()`."""

    prompt: Prompt
    owner: Pid | None
    request: LineRequest | None = None


class TerminalConsole:
    """A terminal as a device. Of those who ask at it, one is at the front: its prompt and the lines that its processes
    ask for by `input()` take turns there. Those of the others wait."""

    interrupt_leaves = False
    broken = False

    def __init__(
        self,
        language: Language,
        *,
        input: Input | None = None,
        output: Output | None = None,
        handover: Handover = handover,
    ) -> None:
        """`input` and `output` are prompt_toolkit's, by default those of the process's own terminal; `handover` is for
        its Ctrl+C."""
        self._terminal = Terminal(
            language,
            self._answered,
            input=input,
            output=output,
            namespace=self._namespace,
            status=self._status,
            has_colours=lambda: self.has_colours,
            when_finished=handover.begin,
            when_idle=self._is_idle,
        )
        self.listeners: list[Callable[[str], None]] = []
        self._is_own = input is None
        self._handover = handover
        self._switch_key = SwitchKey(self.switch)
        # Whoever is attached, and who is at the front; for whom Ctrl+C is, by who is at the front then.
        self._attached: Pid | None = None
        self._front: Pid | None = None
        self._foregrounds: dict[Pid | None, ControlBlock] = {}
        # Used by processes, by the threads that read lines, and by the terminal's.
        self._lock = Lock()
        self._asked: list[Asked] = []
        self._up: Prompt | None = None

    @property
    def backlog(self) -> int:
        return self._terminal.backlog

    def open(self) -> None:
        # Before the terminal's thread changes its modes.
        if self._is_own:
            self._switch_key.claim()
        self._terminal.start()

    def close(self) -> None:
        self._terminal.stop()
        self._switch_key.release()

    def write(self, text: str) -> None:
        self._terminal.write(text)
        for hear in self.listeners:
            hear(text)

    def write_error(self, text: str) -> None:
        self._terminal.write(report(text, colours=self.has_colours))
        for hear in self.listeners:
            hear(text)

    def lend(self, loan: Loan) -> None:
        """See `pyex.terminal_loan.Lender`."""
        self._terminal.lend(loan, stops=self._is_own, switch=lambda: scheduler.post(self.switch))

    def flush(self) -> None:
        """The terminal's thread writes as fast as the terminal takes it."""

    @property
    def columns(self) -> int:
        return shutil.get_terminal_size().columns

    @property
    def has_colours(self) -> bool:
        return not os.environ.get("NO_COLOR")

    # Who asks

    def attach(self, shell: Pid) -> None:
        """This process is at the front, and hears of Ctrl+G and of Ctrl+C twice on an empty prompt of whoever is."""
        self._attached = self._front = shell

    def connect(self, session: Pid) -> None:
        """Have this session at the front: its prompt, if it waits, appears, and Ctrl+C is for its process."""
        with self._undisturbed():
            self._front = session
            self._set_foreground(self._foregrounds.get(session))
            self._show()

    @property
    def is_at_front(self) -> bool:
        return self.is_connected(self._attached)

    def is_connected(self, session: Pid | None) -> bool:
        """Whether this session is at the front."""
        return session is not None and self._front == session

    def forget(self, session: Pid) -> None:
        """This session is over: nobody waits for what it has asked."""
        with self._undisturbed():
            over = [each for each in self._asked if each.owner == session]
            self._asked = [each for each in self._asked if each.owner != session]
            self._foregrounds.pop(session, None)
        for each in over:
            if each.request is not None:
                each.request.line.put("")

    def ask(self, prompt: Prompt, owner: Pid | None = None) -> None:
        """Ask for a session, by default for whoever is attached; its earlier prompt, if it waits, is replaced."""
        owner = owner or self._attached
        with self._undisturbed():
            for each in self._asked:
                if each.owner == owner and each.request is None:
                    each.prompt = replace(prompt, initial=prompt.initial or each.prompt.initial)
                    break
            else:
                self._asked.append(Asked(prompt, owner))
            self._show()

    def is_asking(self, session: Pid) -> str:
        """What a session asks for: "prompt", "line" or, for nothing, ""."""
        with self._undisturbed():
            requests = [each.request for each in self._asked if each.owner == session]
        return "" if not requests else "prompt" if None in requests else "line"

    def foreground(self, block: ControlBlock | None, owner: Pid | None = None) -> None:
        owner = owner or self._attached
        with self._undisturbed():
            if block is None:
                self._foregrounds.pop(owner, None)
            else:
                self._foregrounds[owner] = block
            if owner == self._front:
                self._set_foreground(block)

    def read_line(self, request: LineRequest, owner: Pid | None = None) -> str:
        """In a thread of the pool. Without an owner it is asked for whoever is at the front."""
        with self._lock:
            self._asked.append(Asked(Prompt(request.prompt, kind="line"), owner, request))
            self._show()
        return request.line.get()

    def withdraw(self, request: LineRequest) -> None:
        with self._undisturbed():
            self._asked = [each for each in self._asked if each.request is not request]
            self._show()
        request.line.put("")

    def switch(self) -> None:
        """Ctrl+G was pressed while no prompt was up."""
        with self._undisturbed():
            self._front = self._attached
        self._tell((SWITCH, False))

    def _set_foreground(self, block: ControlBlock | None) -> None:
        scheduler.foreground = block
        if block is not None:
            self._handover.end(block)

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """With the lock, on the thread of the processes. A process that was preempted with it would stop all others
        that want it, and itself."""
        scheduler.critical += 1
        try:
            with self._lock:
                yield
        finally:
            scheduler.critical -= 1

    def _show(self) -> None:
        """Have the terminal show what is to be shown now. With the lock."""
        waiting = [each.prompt for each in self._asked if each.owner is None or each.owner == self._front]
        prompt = waiting[0] if waiting else NOTHING if self._up is not None else None
        if prompt is not None and prompt is not self._up:
            self._up = prompt
            self._terminal.ask(prompt)

    # The answers, in the terminal's thread

    def _answered(self, prompt: Prompt, answer: Answer) -> None:
        self._switch_key.renew()
        with self._lock:
            if self._up is prompt:
                self._up = None
            asked = next((each for each in self._asked if each.prompt is prompt), None)
            own = asked is not None and asked.request is None and asked.owner == self._attached
            stays = answer[0] == "switch" or (answer[0] == "interrupt" and prompt.kind == "code")
            if stays and not own:
                # The prompt comes back when somebody connects to its session.
                if asked is not None:
                    asked.prompt = replace(prompt, initial=answer[1] if answer[0] == "switch" else "")
                self._front = self._attached
            elif asked is not None:
                self._asked.remove(asked)
            front = self._front
            self._show()
        if stays and not own:
            self._tell((SWITCH, True) if answer[0] == "switch" else (BREAK,))
        elif asked is not None and asked.request is not None:
            if answer[0] == "interrupt":
                self._interrupt()
            asked.request.line.put(_line(answer))
        elif asked is not None and asked.owner is not None:
            send(asked.owner, (ANSWER, answer))
        elif prompt.kind == "code" and front is not None:
            # It came just when the session had asked anew, because its evaluator died: then both count.
            send(front, (ANSWER, answer))
        elif answer[0] == "interrupt":
            self._interrupt()

    def _interrupt(self) -> None:
        scheduler.post(interrupt)

    def _tell(self, message: tuple[object, ...]) -> None:
        if self._attached is not None:
            send(self._attached, message)

    def _is_idle(self) -> None:
        """The first prompt has been up for a moment. In a thread of its own."""
        from pyex.repl import start_up
        from pyex.repl.shell.shell import CONTROL, PROMPT_IS_UP

        start_up.load()
        shell = current.shell_of(self._front)
        if shell is not None:
            send(shell.pid, (CONTROL, PROMPT_IS_UP))

    # What the terminal wants to know of the session at the front, in its thread

    def _namespace(self) -> Mapping[str, object]:
        shell = current.shell_of(self._front)
        return shell.bindings.namespace if shell is not None else {}

    def _status(self) -> str:
        from pyex.repl.terminal.system_status import system_status

        shell = current.shell_of(self._front)
        return system_status(shell.evaluator if shell is not None else None)


def _line(answer: Answer) -> str:
    """An answer as `input` reads it."""
    match answer:
        case ("input", text):
            return f"{text}\n"
        case ("interrupt",):
            return "\n"
    return ""
