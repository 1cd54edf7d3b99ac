"""What was typed at the prompts of this terminal, and before that in earlier sessions: the list that Up walks through.

    history = InputHistory(warn=print)
    history.follow("/home/joe/history", lines=10_000)
    history.add("1 + 1")
    history.entries()           # [... of earlier sessions, "1 + 1"]
    history.close()

A thread of its own reads the file and writes to it, so that neither a large file nor a slow disk keeps a person
waiting. Whatever is wrong with the file costs one line of warning: what is typed is remembered all the same while this
terminal lives.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Thread

from pyex.repl.configuration import settings

LOOK_AT_SIZE_EVERY = 500
LAST_WRITE_SECONDS = 3.0


def configured_file() -> str | None:
    """Where the history is kept: a path, "default", or None for nowhere.

    The setting `history_file` says so, and where it is "default" the environment's `PYEX_HISTORY`. Each of them can
    forbid it, the setting with None and the environment with an empty value.
    """
    wished = os.environ.get("PYEX_HISTORY", "default")
    if not wished or settings.history_file is None:
        return None
    return wished if settings.history_file == "default" else settings.history_file


class InputHistory:
    """The entries, oldest first. `warn(line)` tells the person about a file that cannot be used.

    All calls belong to one thread, the terminal's.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._entries: list[str] = []
        self._file: _FileKeeper | None = None
        self._known: set[str] = set()  # the files whose entries are here already

    def follow(self, path: str | None, lines: int) -> None:
        """From here on keep entries in the file at this path; None for nowhere. Its entries appear as soon as they
        have been read. Nothing changes when the path is the same as before."""
        if self._file is not None and self._file.path == path:
            return
        self.close()
        if path is not None:
            self._file = _FileKeeper(path, lines, self._warn, reads=path not in self._known)
            self._known.add(path)

    def add(self, text: str) -> None:
        """Remember an input, unless it repeats the last one. One that begins with a space does not reach the file."""
        if not text or text == (self._entries[-1] if self._entries else None):
            return
        self._entries.append(text)
        if self._file is not None and not text.startswith(" "):
            self._file.write(text)

    def entries(self, patience: float = 0.0) -> list[str]:
        """All entries, oldest first; waits so many seconds for a file that is being read."""
        stored = self._file.take_stored(patience) if self._file is not None else None
        if stored:
            self._entries[:0] = stored
        return self._entries

    def close(self) -> None:
        """Wait, not for ever, until what was added is in the file."""
        if self._file is not None:
            self.entries()
            self._file.close()
            self._file = None


class _FileKeeper:
    """The thread that reads one history file and then writes to it."""

    def __init__(self, path: str, lines: int, warn: Callable[[str], None], *, reads: bool) -> None:
        self.path = path
        self._lines = max(lines, 1)
        self._warn = warn
        self._reads = reads
        self._warned = False
        self._writes = 0
        self._stored: list[str] | None = None
        self._is_read = Event()
        self._added: SimpleQueue[str | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="pyex-history", daemon=True)
        self._thread.start()

    def write(self, entry: str) -> None:
        self._added.put(entry)

    def take_stored(self, patience: float) -> list[str] | None:
        """What the file held, once; None while it is being read, and later."""
        self._is_read.wait(patience)
        stored, self._stored = self._stored, None
        return stored

    def close(self) -> None:
        self._added.put(None)
        self._thread.join(LAST_WRITE_SECONDS)

    def _run(self) -> None:
        if self._reads:
            self._try_to(self._read)
        self._is_read.set()
        self._write_what_comes()

    def _read(self) -> None:
        from pyex.repl.terminal.history_file import read

        found = read(self._resolved(), self._lines)
        self._stored = found.entries
        if found.damaged:
            self._complain(f"{self._resolved()} has lines that are no text: they are left out")

    def _resolved(self) -> str:
        from pyex.repl.terminal.history_file import default_path

        return default_path() if self.path == "default" else os.path.expanduser(self.path)

    def _write_what_comes(self) -> None:
        waiting: list[str] = []
        ends = False
        while not ends:
            arrived = [self._added.get(), *(self._added.get() for _ in range(self._added.qsize()))]
            ends = None in arrived
            # Bounded, so that a file that cannot be written to does not fill the memory.
            waiting = [*waiting, *(entry for entry in arrived if entry is not None)][-self._lines :]
            if waiting and self._try_to(self._write, waiting):
                waiting = []

    def _write(self, entries: list[str]) -> None:
        from pyex.repl.terminal.history_file import append, compact

        append(self._resolved(), entries)
        self._writes += 1
        if self._writes % LOOK_AT_SIZE_EVERY == 1:
            self._try_to(compact, self._resolved(), self._lines)

    def _try_to(self, act: Callable[..., object], *arguments: object) -> bool:
        """Do it; return whether the file allowed it, and warn when it did not."""
        try:
            act(*arguments)
        except (OSError, ValueError) as error:  # ValueError: a path with a null byte in it
            self._complain(str(error))
            return False
        return True

    def _complain(self, what: str) -> None:
        if not self._warned:
            self._warned = True
            self._warn(f"warning: input history: {what}\n")
