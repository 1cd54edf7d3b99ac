r"""The file that keeps the input history from session to session, shared by all shells that run at once.

    append(path, ["x = 1", "def f():\n    return x"])
    read(path, 1000).entries                # ["x = 1", "def f():\n    return x"]
    compact(path, 1000)

One entry is one line of UTF-8, its line breaks written as `\n` and its backslashes as `\\`, so that a file can be read,
searched and cut with the usual tools. A line that is no such text is left out when the file is read, and stays in it.

Every writer adds whole lines at the end under a lock. Shortening makes a new file and puts it in the old one's place;
who waited for the lock on the old one notices, and opens the file again: nothing is lost.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from pyex.repl.state_folder import make_private_folder, state_folder

BLOCK = 256 * 1024
MAX_BYTES = 16 * 1024 * 1024
LOCK_SECONDS = 2.0

_UNPRINTABLE = re.compile(r"[\x00-\x08\n-\x1f\x7f\\]")
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)")
_MEANINGS = {"n": "\n", "r": "\r", "\\": "\\"}
_ESCAPES = {meaning: "\\" + letter for letter, meaning in _MEANINGS.items()}


@dataclass(frozen=True)
class Stored:
    """What a history file holds: its newest entries, oldest first, and whether some of its lines are no text."""

    entries: list[str]
    damaged: bool = False


def default_path() -> str:
    """`$XDG_STATE_HOME/pyex/history`, by default below `~/.local/state`. Raises `OSError` where there is no home."""
    return os.path.join(state_folder(), "history")


def read(path: str, lines: int) -> Stored:
    """The last entries, at most so many; equal ones in a row count once. No file: no entries. Raises `OSError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return Stored([])
    try:
        _check_regular(descriptor, path)
        with suppress(BlockingIOError):  # at worst the last line is half there
            _lock(descriptor, fcntl.LOCK_SH)
        kept = _tail(descriptor, lines)
    finally:
        os.close(descriptor)
    entries: list[str] = []
    damaged = False
    for line in kept:
        entry = decode(line)
        damaged = damaged or entry is None
        if entry is not None and entries[-1:] != [entry]:
            entries.append(entry)
    return Stored(entries, damaged)


def append(path: str, entries: list[str]) -> None:
    """Add entries at the end; file and folder are made, for nobody else to read, when there are none.

    Raises `OSError`, and then nothing has been added.
    """
    data = b"".join(encode(entry) + b"\n" for entry in entries)
    make_private_folder(os.path.dirname(os.path.abspath(path)))
    with _locked(path) as descriptor:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # somebody was cut off in the middle of a line
        try:
            _write_all(descriptor, data)
        except OSError:
            os.ftruncate(descriptor, size)
            raise


def compact(path: str, lines: int) -> bool:
    """Shorten the file to its last entries when what is older takes more room than they do; return whether it did.

    Raises `OSError`. Somebody else's file is left alone: it would become ours.
    """
    with _locked(path) as descriptor:
        status = os.fstat(descriptor)
        data = b"".join(line + b"\n" for line in _tail(descriptor, lines))
        if status.st_size <= 2 * len(data) or status.st_uid != os.geteuid():
            return False
        target = os.path.realpath(path)
        new = target + ".new"  # only the holder of the lock uses this name
        output = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _write_all(output, data)
            os.fchmod(output, stat.S_IMODE(status.st_mode))
            os.fsync(output)
        finally:
            os.close(output)
        os.replace(new, target)
        return True


def encode(entry: str) -> bytes:
    r"""The entry as one line: `encode("a\nb")` is `b"a\\nb"`."""
    return _UNPRINTABLE.sub(_escaped, entry).encode(errors="replace")


def decode(line: bytes) -> str | None:
    r"""The entry that a line holds: `decode(b"a\\nb")` is `"a\nb"`; None when it is no text."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    if _UNPRINTABLE.search(text.replace("\\", "")):
        return None
    return _ESCAPE.sub(_unescaped, text)


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], f"\\x{ord(found[0]):02x}")


def _unescaped(found: re.Match[str]) -> str:
    name = found[1]
    return chr(int(name[1:], 16)) if len(name) == 3 else _MEANINGS.get(name, found[0])


def _tail(descriptor: int, lines: int) -> list[bytes]:
    """The last lines of a file that may be large, without reading what is before them."""
    start = end = os.fstat(descriptor).st_size
    blocks: list[bytes] = []
    newlines = 0
    while start > 0 and newlines <= lines and end - start < MAX_BYTES:
        size = min(BLOCK, start)
        start -= size
        blocks.append(os.pread(descriptor, size, start))
        newlines += blocks[-1].count(b"\n")
    data = b"".join(reversed(blocks))
    if start > 0:
        data = data.partition(b"\n")[2]
    return [line for line in data.split(b"\n") if line][-lines:]


@contextmanager
def _locked(path: str) -> Iterator[int]:
    """The file at this path, open for reading and adding, nobody else holding its lock."""
    while True:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(path, flags, 0o600)
        try:
            _check_regular(descriptor, path)
            _lock(descriptor, fcntl.LOCK_EX)
            if _is_still_at(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _lock(descriptor: int, kind: int) -> None:
    """Take the lock, but do not wait for ever: its holder may have been stopped."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BlockingIOError(errno.EWOULDBLOCK, "another program holds its lock") from None
            time.sleep(0.005)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            return  # a file system without locks: what is added at the end still arrives, as a rule


def _is_still_at(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _check_regular(descriptor: int, path: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
