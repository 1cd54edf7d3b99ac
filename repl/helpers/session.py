"""Helpers for the session itself: its mailbox, its values, its names, its end."""

from __future__ import annotations

import os
from typing import Any

import pyex
from pyex import ArgumentError, Atom, receive
from pyex.repl.display import inspect
from pyex.repl.helpers.helper import NO_RESULT, NOTHING, LeaveShell, Respawn
from pyex.repl.shell.current import current


def flush() -> Atom:
    """Print and remove all messages in the mailbox of the shell process. Returns "ok". Mirrors IEx's `flush/0`."""
    while (message := receive(after=0, default=NOTHING)) is not NOTHING:
        print(inspect(message))
    return Atom("ok")


def v(n: int = -1) -> Any:
    """The value of an earlier input: `v()` of the last one, `v(3)` of prompt 3, `v(-2)` of the last but one.

    The last 20 are kept (`PyEx.configure(history_size=…)`), until the shell process dies. Raises `RuntimeError` for a
    value that there is not. Mirrors IEx's `v/1`.
    """
    if not isinstance(n, int) or isinstance(n, bool):
        raise ArgumentError(f"v takes the number of a prompt, or a negative one to count from the end, not {n!r}")
    return current().values.nth(n)


def respawn() -> Any:
    """Begin anew with another shell process: data and mailbox are gone. Mirrors IEx's `respawn/0`."""
    raise Respawn


def import_file(path: str) -> Any:
    """Evaluate a file at the prompt, as if it were typed: its names, data included, are there then.

    Returns what its last line is worth. Raises `FileNotFoundError`, and what the file raises. Mirrors IEx's
    `import_file/1`.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(f'import_file takes the path of a file, as in import_file("setup.py"), not {path!r}')
    return current().import_file(os.path.expanduser(path))


def import_file_if_available(path: str) -> Any:
    """As `import_file`, and nothing where there is no such file. Mirrors IEx's `import_file_if_available/1`."""
    return import_file(path) if os.path.isfile(os.path.expanduser(path)) else None


def exit(reason: Any = NOTHING) -> Any:
    """`exit()` leaves the shell, and so does `exit`. `exit(reason)` ends the process that calls it; the shell process
    lives on and only reports it."""
    if reason is NOTHING:
        raise LeaveShell
    pyex.exit(reason)


def quit() -> Any:
    """Leave the shell; so do `exit` and Ctrl+D."""
    raise LeaveShell


def dont_display_result() -> Atom:
    """As the last value of an input: nothing is shown. Mirrors `IEx.dont_display_result/0`."""
    return NO_RESULT
