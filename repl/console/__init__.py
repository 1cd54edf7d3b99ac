"""Consoles: where a session is held. A shell asks its console for inputs, and is sent the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pyex import Atom, Pid
from pyex.control_block import ControlBlock
from pyex.device import Device
from pyex.repl.terminal.prompt import Prompt

ANSWER = Atom("answer")


class Console(Device, Protocol):
    """A device at which a session is held."""

    def attach(self, shell: Pid) -> None:
        """Send the answers to what is asked from here on to this process, as `("answer", answer)`."""
        ...

    def ask(self, prompt: Prompt) -> None:
        """Show a prompt and read an input; at once, without waiting."""
        ...

    def foreground(self, block: ControlBlock | None) -> None:
        """Ctrl+C at this console is for this process from here on; for nobody, when None."""
        ...

    # Whether Ctrl+C between two inputs reaches the program as a signal, and is to end it.
    interrupt_leaves: bool

    @property
    def is_at_front(self) -> bool:
        """Whether a person sits at its prompts now, and could type there."""
        ...

    @property
    def listeners(self) -> list[Callable[[str], None]]:
        """Called with what is written here, whoever writes it; what is typed is not among it."""
        ...

    @property
    def columns(self) -> int:
        """How wide it is."""
        ...

    @property
    def has_colours(self) -> bool:
        """Whether what is written may hold colour sequences."""
        ...
