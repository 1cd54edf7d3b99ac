"""The console of one job: its prompts reach the terminal while it is the current job, and wait otherwise."""

from __future__ import annotations

from collections.abc import Callable

from pyex import Atom, ErlangError, Pid
from pyex.control_block import ControlBlock
from pyex.device import LineRequest
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.terminal.prompt import Prompt
from pyex.terminal_loan import Loan


class JobConsole:
    """A share in a terminal. What the job's processes write appears at once, whichever job is current."""

    interrupt_leaves = False

    def __init__(self, terminal: TerminalConsole) -> None:
        self.terminal = terminal
        self._shell: Pid | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> JobConsole:
        """The shell process is given the console itself, not a copy."""
        return self

    def attach(self, shell: Pid) -> None:
        self._shell = shell

    @property
    def is_at_front(self) -> bool:
        return self.terminal.is_connected(self._shell)

    def ask(self, prompt: Prompt) -> None:
        self.terminal.ask(prompt, self._shell)

    def foreground(self, block: ControlBlock | None) -> None:
        self.terminal.foreground(block, self._shell)

    def read_line(self, request: LineRequest) -> str:
        return self.terminal.read_line(request, self._shell)

    def withdraw(self, request: LineRequest) -> None:
        self.terminal.withdraw(request)

    @property
    def listeners(self) -> list[Callable[[str], None]]:
        return self.terminal.listeners

    @property
    def columns(self) -> int:
        return self.terminal.columns

    @property
    def has_colours(self) -> bool:
        return self.terminal.has_colours

    @property
    def backlog(self) -> int:
        return self.terminal.backlog

    @property
    def broken(self) -> bool:
        return self.terminal.broken

    def write(self, text: str) -> None:
        self.terminal.write(text)

    def write_error(self, text: str) -> None:
        self.terminal.write_error(text)

    def lend(self, loan: Loan) -> None:
        if not self.is_at_front:
            raise ErlangError(Atom("ebusy"), "the terminal is another shell's now: connect to this one by Ctrl+G first")
        self.terminal.lend(loan)

    def flush(self) -> None:
        self.terminal.flush()

    def open(self) -> None:
        """The terminal is open already."""

    def close(self) -> None:
        """The terminal stays open for the other jobs."""
