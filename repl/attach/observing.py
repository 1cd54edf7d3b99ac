"""The program's side of `pyex observer`: its Observer, for as long as somebody who has asked for it is there."""

from __future__ import annotations

import json
import socket
from contextlib import suppress

from pyex.errors import ArgumentError, ErlangError, NotRunning
from pyex.observer.window import Options, Window, checked_options, enter_window, leave_window
from pyex.repl.attach import frame


def hold_observer(connection: socket.socket, said: bytes) -> int:
    """Open the Observer with the options that were sent, and tell its address; until who asked is gone, or it has
    ended. Returns the exit status. Raises `ValueError` for what are no options, and `OSError`."""
    guest = object()
    try:
        window = enter_window(guest, _options(said))
    except (ErlangError, ArgumentError, NotRunning) as error:
        text = error.detail if isinstance(error, ErlangError) else str(error)
        frame.send(connection, frame.ADDRESS, json.dumps({"error": text}).encode())
        return 1
    try:
        _tell_and_wait(connection, window)
    finally:
        leave_window(window, guest)
    return 0


def _tell_and_wait(connection: socket.socket, window: Window) -> None:
    def hang_up() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)

    window.serving.on_end.append(hang_up)
    told = {"url": window.url, "url_to_open": window.url_to_open()}
    frame.send(connection, frame.ADDRESS, json.dumps(told).encode())
    while not window.serving.is_ending:
        received = frame.receive(connection)
        if received is None or received[0] == frame.LEAVE:
            break


def _options(said: bytes) -> Options:
    try:
        asked = json.loads(said)
        return checked_options(asked["readonly"], asked["host"], asked["port"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no options: {error}") from None
