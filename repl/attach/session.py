"""A session for a terminal that has attached: the console behind the socket, and the jobs at it."""

from __future__ import annotations

import errno
import io
import socket
from contextlib import ExitStack
from typing import TextIO, cast

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from pyex import group_leader
from pyex.control_block import ControlBlock
from pyex.interrupt import Handover, raise_in
from pyex.repl.attach import frame
from pyex.repl.attach.frame import Hello
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.jobs.job_control import JobControl
from pyex.repl.language import Language
from pyex.repl.shell import dot_file
from pyex.repl.shell.shell import Shell
from pyex.scheduler import scheduler

INTERRUPT_KEY, SWITCH_KEY = b"\x03", b"\x07"


class RemoteConsole(TerminalConsole):
    """A terminal in another program. While a prompt is up it reads the keys; at other times Ctrl+C and Ctrl+G are
    heard at once, and the rest waits for the next prompt."""

    def __init__(self, language: Language, connection: socket.socket, hello: Hello) -> None:
        self._hello = hello
        self._size = Size(hello.rows, hello.columns)
        self._resources = ExitStack()
        self._keys: PipeInput = self._resources.enter_context(create_pipe_input())
        screen = cast(TextIO, _Screen(connection))
        output = Vt100_Output(screen, lambda: self._size, term=hello.term, enable_cpr=False)
        super().__init__(language, input=self._keys, output=output, handover=Handover())
        self._foreground: ControlBlock | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> RemoteConsole:
        """The session is given the console itself, not a copy."""
        return self

    def open(self) -> None:
        self._terminal.start()

    def close(self) -> None:
        self._terminal.stop()
        self._resources.close()

    @property
    def columns(self) -> int:
        return self._size.columns

    @property
    def has_colours(self) -> bool:
        return self._hello.has_colours

    def press(self, keys: bytes) -> None:
        """These keys were pressed there. In the thread of the connection."""
        while not self._terminal.reads_keys and keys:
            special = min((place for key in (INTERRUPT_KEY, SWITCH_KEY) if (place := keys.find(key)) >= 0), default=-1)
            if special < 0:
                break
            self._keys.send_bytes(keys[:special])
            scheduler.post(self._interrupt if keys[special : special + 1] == INTERRUPT_KEY else self.switch)
            keys = keys[special + 1 :]
        if keys:
            self._keys.send_bytes(keys)

    def resize(self, columns: int, rows: int) -> None:
        """The terminal there has another size now."""
        self._size = Size(rows, columns)

    def _set_foreground(self, block: ControlBlock | None) -> None:
        self._foreground = block
        if block is not None:
            self._handover.end(block)

    def _interrupt(self) -> None:
        block = self._foreground
        if block is None:
            self._handover.keep()
        else:
            raise_in(block, KeyboardInterrupt)


class _Screen(io.TextIOBase):
    """What prompt_toolkit takes for a terminal's output: the connection."""

    encoding = "utf-8"

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, text: str, /) -> int:
        try:
            frame.send(self._connection, frame.OUTPUT, text.encode(errors="replace"))
        except OSError as error:
            # As a terminal that is gone.
            raise OSError(errno.EIO, "the terminal is gone") from error
        return len(text)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise io.UnsupportedOperation("no file of this program")


def hold(console: RemoteConsole, language: Language, observes: bool) -> int:
    """The function of the process that has the terminal, with shells of its own, or the Observer. Returns the exit
    status."""
    me = scheduler.me()
    group_leader.lead(me, console)
    path = dot_file.find()
    try:
        if observes:
            from pyex.observer import cli

            cli()
            return 0
        return JobControl(console, lambda job: Shell(job, language, dot_path=path, owns_main=False)).run()
    finally:
        group_leader.resign(me)
