"""Where programs listen: a socket for each, in a folder that only its user can enter."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path


class BadAddress(Exception):
    """No program can be reached there; the text says why, and what to do."""


def folder() -> Path:
    """`$XDG_RUNTIME_DIR/pyex`, or one for the user beside the temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "pyex" if runtime else Path("/tmp") / f"pyex-{os.getuid()}"


def own_folder() -> Path:
    """The folder, made where it is missing. Raises `BadAddress` where others could enter it."""
    path = folder()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BadAddress(f"{path} must be a folder that only you can enter: make it so (chmod 700), or remove it")
    return path


def path_of(pid: int) -> Path:
    """Where the program with this number listens, unless it was told otherwise."""
    return folder() / f"{pid}.sock"


def listening() -> list[Path]:
    """The sockets in the folder behind which there is a program; those that were left behind are removed."""
    found = []
    for path in sorted(folder().glob("*.sock")):
        if is_alive(path):
            found.append(path)
        else:
            path.unlink(missing_ok=True)
    return found


def is_alive(path: Path) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def find(target: str | None, command: str = "pyex attach") -> Path:
    """The socket that is meant by a number or a path; without, the only one that there is. Raises `BadAddress`, with
    what to write behind the command."""
    if target is None:
        return _only(command)
    path = path_of(int(target)) if target.isdecimal() else Path(target)
    if not path.exists():
        what = f"program {target} does not listen" if target.isdecimal() else f"there is no socket {target}"
        raise BadAddress(f"{what}; {_how()}")
    return path


def connected(target: str | None, command: str = "pyex attach") -> socket.socket:
    """A connection to that program. Raises `BadAddress`, and `OSError`."""
    path = find(target, command)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError as error:
        connection.close()
        raise BadAddress(f"nobody answers at {path}: {error.strerror or error}") from None
    return connection


def _only(command: str) -> Path:
    found = listening()
    if not found:
        raise BadAddress(f"no program listens; {_how()}")
    if len(found) > 1:
        raise BadAddress(f"several programs listen: {command} " + " or ".join(path.stem for path in found))
    return found[0]


def _how() -> str:
    return "a program can be attached to when it calls pyex.repl.listen(), or is started by pyex --listen"
