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
from contextlib import contextmanager
from types import FrameType

from pyex.repl.attach import frame
from pyex.repl.attach.address import BadAddress, find
from pyex.repl.attach.frame import Hello

DETACH = b"\x1c"


def attach(target: str | None = None) -> int:
    """Attach to a program, by its number or the path of its socket, until the shell there is left, Ctrl+\\ is pressed,
    or the program ends. Returns the exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("pyex: attach needs a terminal", file=sys.stderr)
        return 1
    try:
        path = find(target)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError as error:
            raise BadAddress(f"nobody answers at {path}: {error.strerror}") from None
    except (BadAddress, OSError) as error:
        print(f"pyex: {error}", file=sys.stderr)
        return 1
    with connection:
        return _converse(connection)


def _converse(connection: socket.socket) -> int:
    columns, rows = shutil.get_terminal_size()
    hello = Hello(columns, rows, os.environ.get("TERM", ""), not os.environ.get("NO_COLOR"))
    with _raw(sys.stdin.fileno()), _woken_by(signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP) as woken:
        try:
            frame.send(connection, frame.HELLO, hello.encoded())
            status = _relay(connection, woken)
        except (OSError, ValueError):
            status = None
    if status is None:
        print("\npyex: the program is gone")
        return 1
    return status


def _relay(connection: socket.socket, woken: int) -> int | None:
    """Until one of the two ends; the exit status, None when the program has gone without a word."""
    keyboard, screen = sys.stdin.fileno(), sys.stdout.fileno()
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
                os.write(screen, b"\r\n")
                return 0
        if connection in ready:
            said = frame.receive(connection)
            if said is None:
                return None
            kind, data = said
            if kind == frame.END:
                return data[0] if data else 0
            while data:
                data = data[os.write(screen, data) :]


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
