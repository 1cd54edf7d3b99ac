"""`pyex attach`: this terminal, at the prompt of another program.

Knows nothing of the shell: keys go there as they are pressed, and what comes back goes to the screen.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from pyex.repl.attach import frame
from pyex.repl.attach.address import BadAddress, connected
from pyex.repl.attach.frame import Hello

DETACH = b"\x1c"
# Begins and ends what draws on the whole screen, as the Observer; then the cursor is seen again, in no colour.
_WHOLE, _USUAL = b"\x1b[?1049h", b"\x1b[?1049l"
_SANE = _USUAL + b"\x1b[?25h\x1b[?2004l\x1b[0m"


class _Screen:
    """This terminal's screen, for what comes from the program."""

    def __init__(self) -> None:
        self._file = sys.stdout.fileno()
        self._last = b""
        self._is_whole = False

    def write(self, data: bytes) -> None:
        """Write all of it."""
        seen = self._last + data
        if _WHOLE in seen or _USUAL in seen:
            self._is_whole = seen.rfind(_WHOLE) > seen.rfind(_USUAL)
        self._last = seen[1 - len(_WHOLE) :]
        while data:
            data = data[os.write(self._file, data) :]

    def restore(self) -> None:
        """Have the usual screen: whoever has drawn on all of it has not come to that."""
        if self._is_whole:
            self.write(_SANE)


def attach(target: str | None = None, *, observes: bool = False) -> int:
    """Attach to a program, by its number or the path of its socket, until the shell there is left, Ctrl+\\ is pressed,
    or the program ends. With `observes=True` the terminal shows the program's Observer. Returns the exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(f"pyex: {'observer --tui' if observes else 'attach'} needs a terminal", file=sys.stderr)
        return 1
    try:
        connection = connected(target, "pyex observer --tui --attach" if observes else "pyex attach")
    except (BadAddress, OSError) as error:
        print(f"pyex: {error}", file=sys.stderr)
        return 1
    with connection:
        return _converse(connection, observes)


def _converse(connection: socket.socket, observes: bool) -> int:
    columns, rows = shutil.get_terminal_size()
    hello = Hello(columns, rows, os.environ.get("TERM", ""), not os.environ.get("NO_COLOR"), observes)
    with _raw(sys.stdin.fileno()), _woken_by(signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP) as woken:
        screen = _Screen()
        try:
            frame.send(connection, frame.HELLO, hello.encoded())
            status = _relay(connection, woken, screen)
        except (OSError, ValueError):
            status = None
        finally:
            with suppress(OSError):
                screen.restore()
    if status is None:
        print("\npyex: the program is gone")
        return 1
    return status


def _relay(connection: socket.socket, woken: int, screen: _Screen) -> int | None:
    """Until one of the two ends; the exit status, None when the program has gone without a word."""
    keyboard = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([keyboard, connection, woken], [], [])
        if woken in ready and not _obey(os.read(woken, 64), connection):
            return 0
        if keyboard in ready:
            keys = os.read(keyboard, 4096)
            before, detach, _ = keys.partition(DETACH)
            if before:
                frame.send(connection, frame.KEYS, before)
            if detach or not keys:
                frame.send(connection, frame.LEAVE)
                screen.restore()
                screen.write(b"\r\n")
                return 0
        if connection in ready:
            said = frame.receive(connection)
            if said is None:
                return None
            kind, data = said
            if kind == frame.END:
                return data[0] if data else 0
            screen.write(data)


def _obey(signals: bytes, connection: socket.socket) -> bool:
    """Pass a new size on; False where a signal says to leave."""
    if any(number != signal.SIGWINCH for number in signals):
        return False
    frame.send(connection, frame.SIZE, frame.packed_size(*shutil.get_terminal_size()))
    return True


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Every key comes at once and unchanged, also those that are signals otherwise; output is left as it is."""
    before = termios.tcgetattr(terminal)
    mode = termios.tcgetattr(terminal)
    mode[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    mode[6][termios.VMIN] = 1
    termios.tcsetattr(terminal, termios.TCSANOW, mode)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextmanager
def _woken_by(*signals: signal.Signals) -> Iterator[int]:
    """A file descriptor from which the numbers of these signals can be read as they come."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    wakeup = signal.set_wakeup_fd(write)
    before = {number: signal.signal(number, _ignore) for number in signals}
    try:
        yield read
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(read)
        os.close(write)


def _ignore(number: int, frame: FrameType | None) -> None:
    """The number has been written to the pipe."""
