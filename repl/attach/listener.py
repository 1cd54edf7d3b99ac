"""The program's side: who listens at the socket, and what becomes of a terminal that attaches."""

from __future__ import annotations

import atexit
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from pyex import Atom, ErlangError, submit
from pyex.errors import Exit, NotRunning
from pyex.repl.attach import frame
from pyex.repl.attach.address import BadAddress, is_alive, own_folder, path_of
from pyex.repl.attach.frame import Hello

if TYPE_CHECKING:
    from pyex.repl.attach.session import RemoteConsole

# Attached and silent: whoever connects and does not say who he is, is sent away.
HELLO_SECONDS = 5.0

_lock = Lock()
_listener: tuple[socket.socket, Path] | None = None


def listen(path: str | os.PathLike[str] | None = None) -> str:
    """See `pyex.repl.listen`."""
    global _listener
    with _lock:
        if _listener is not None:
            return str(_listener[1])
        place = Path(path) if path is not None else _own_path()
        _listener = _bound(place), place
        Thread(target=_accept, args=(_listener[0],), name="pyex listener", daemon=True).start()
        atexit.register(stop)
        return str(place)


def stop() -> None:
    """Let nobody attach any more; who has attached stays. Nothing where the program does not listen."""
    global _listener
    with _lock:
        if _listener is None:
            return
        listener, path = _listener
        _listener = None
        atexit.unregister(stop)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _own_path() -> Path:
    try:
        own_folder()
    except (BadAddress, OSError) as error:
        raise ErlangError(Atom("eacces"), f"cannot listen: {error}") from None
    return path_of(os.getpid())


def _bound(path: Path) -> socket.socket:
    if path.is_socket() and not is_alive(path):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen()
    except OSError as error:
        listener.close()
        raise ErlangError(Atom("eaddrinuse"), f"cannot listen at {path}: {error.strerror or error}") from None
    finally:
        os.umask(before)
    return listener


def _accept(listener: socket.socket) -> None:
    """In a thread of its own, until the socket is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        Thread(target=_hold, args=(connection,), name="pyex attached", daemon=True).start()


def _hold(connection: socket.socket) -> None:
    """In a thread for each that attaches, until one of the two ends."""
    status = 1
    with connection:
        try:
            if not _is_own(connection):
                return
            connection.settimeout(HELLO_SECONDS)
            first = frame.receive(connection)
            connection.settimeout(None)
            match first:
                case (frame.HELLO, said):
                    status = _hold_session(connection, Hello.decoded(said))
                case (frame.OBSERVE, said):
                    from pyex.repl.attach.observing import hold_observer

                    status = hold_observer(connection, said)
            with suppress(OSError):
                frame.send(connection, frame.END, bytes([status]))
        except (OSError, ValueError):
            pass  # whoever it was is gone, or is no `pyex attach`


def _is_own(connection: socket.socket) -> bool:
    """Whether it is this program's user who connects, where the system tells."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", found)
    return bool(user == os.getuid())


def _hold_session(connection: socket.socket, hello: Hello) -> int:
    """A session for the terminal behind the connection; returns the exit status for its end."""
    # prompt_toolkit takes a while, and most programs have nobody who attaches.
    from pyex.repl.attach.session import RemoteConsole, hold
    from pyex.repl.language.python_language import PythonLanguage

    language = PythonLanguage()
    console = RemoteConsole(language, connection, hello)
    console.open()
    try:
        session = submit(hold, console, language, hello.observes)
    except NotRunning as error:
        console.write(f"pyex: {error}\n")
        console.close()
        return 1
    # Without keys from there, the thread would go on to wait for them.
    session.add_done_callback(lambda ended: connection.shutdown(socket.SHUT_RD))
    _relay(connection, console)
    session.cancel()
    console.close()
    try:
        return 0 if session.cancelled() else session.result()
    except (Exit, Exception) as error:
        with suppress(OSError):
            frame.send(connection, frame.OUTPUT, f"pyex: the session was ended: {error}\r\n".encode())
        return 1


def _relay(connection: socket.socket, console: RemoteConsole) -> None:
    """Give the console what comes from the terminal, until its end."""
    while True:
        try:
            said = frame.receive(connection)
        except OSError:
            return
        match said:
            case None | (frame.LEAVE, _):
                return
            case (frame.KEYS, keys):
                console.press(keys)
            case (frame.SIZE, size):
                console.resize(*frame.unpacked_size(size))
