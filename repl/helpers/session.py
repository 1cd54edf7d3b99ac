"""Helpers for the session itself: its mailbox, its values, its names, its end."""

from __future__ import annotations

import os
from typing import Any, NoReturn

import pyex
from pyex import ArgumentError, Atom, receive
from pyex.atom import OK
from pyex.errors import describe
from pyex.repl.display import result
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.shell.current import current
from pyex.repl.shell.outcome import LeaveShell, Respawn


def flush() -> Atom:
    """Print and remove all messages in the mailbox of the shell process. Returns "ok". Mirrors IEx's `flush/0`."""
    while (message := receive(after=0, default=NOTHING)) is not NOTHING:
        print(result(message))
    return OK


def v(n: int = -1) -> Any:
    """The value of an earlier input: `v()` of the last one, `v(3)` of prompt 3, `v(-2)` of the last but one.

    The last 20 are kept (`PyEx.configure(history_size=…)`), until the shell process dies. Raises `RuntimeError` for a
    value that there is not. Mirrors IEx's `v/1`.
    """
    if not isinstance(n, int) or isinstance(n, bool):
        given = describe(n)
        raise ArgumentError(f"v takes the number of a prompt, or a negative one to count from the end, not {given}")
    return current().values.nth(n)


def binding() -> dict[str, Any]:
    """The data of this shell by its names: what assignments, `for` and `with` have bound. Mirrors
    `Kernel.binding/0`."""
    bindings = current().bindings
    return {name: value for name, value in bindings.namespace.items() if name != "_" and bindings.is_data(name)}


def history(which: int | str | None = None) -> None:
    """Print what was typed at this shell, with the numbers of the prompts: all of it, the last so many inputs, or those
    that contain a text.

        history()
        history(10)
        history("spawn")

    What earlier sessions have typed is found with the arrows and Ctrl+R. IEx has nothing like it.
    """
    typed = current().history
    if isinstance(which, str):
        typed = [(number, text) for number, text in typed if which in text]
    elif isinstance(which, int) and not isinstance(which, bool) and which > 0:
        typed = typed[-which:]
    elif which is not None:
        raise ArgumentError(f"history takes how many inputs to show, or a text to look for, not {describe(which)}")
    width = max((len(str(number)) for number, _ in typed), default=0)
    for number, text in typed:
        print(f"{number:>{width}}  " + text.replace("\n", "\n" + " " * (width + 2)))


def respawn() -> NoReturn:
    """Begin anew with another shell process: data and mailbox are gone. Mirrors IEx's `respawn/0`."""
    raise Respawn


def import_file(path: str) -> Any:
    """Evaluate a file at the prompt, as if it were typed: its names, data included, are there then.

    Returns what its last line is worth. Raises `FileNotFoundError`, and what the file raises. Mirrors IEx's
    `import_file/1`.
    """
    if not isinstance(path, str | os.PathLike):
        given = describe(path)
        raise ArgumentError(f'import_file takes the path of a file, as in import_file("setup.py"), not {given}')
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


def quit(status: int | None = None) -> NoReturn:
    """Leave the shell; so do `exit` and Ctrl+D. With a status, the program ends with it where this was its last shell:
    `quit(3)` is `System.halt(3)`."""
    if status is not None and (not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= 255):
        raise ArgumentError(f"quit takes an exit status, a number from 0 to 255, not {describe(status)}")
    raise LeaveShell(status)
