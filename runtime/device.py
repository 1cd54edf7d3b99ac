"""Devices: where the output of processes goes, and where their input comes from."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, get_ident
from typing import Protocol, TextIO

from pyex.scheduler import scheduler

# A flush waits for the output thread, and everybody with it: not for much, and not for long.
FLUSH_SIZE = 16 * 1024
FLUSH_SECONDS = 0.02
# Bytes that were written to `sys.stdout.buffer` and are no text.
BYTES = re.compile("[\udc80-\udcff]")


class LineRequest:
    """One call of `input`, as a device knows it."""

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt
        # Where the line goes, for devices whose lines come from another thread.
        self.line: SimpleQueue[str] = SimpleQueue()


class Device(Protocol):
    """What a group leader serves. No call but `read_line` may block: they come from processes."""

    @property
    def backlog(self) -> int:
        """Characters written and not yet out."""
        ...

    @property
    def broken(self) -> bool:
        """Whether nobody reads any more what is written."""
        ...

    def write(self, text: str) -> None: ...

    def write_error(self, text: str) -> None: ...

    def flush(self) -> None:
        """Give what is written a moment to get out; it may still be on its way after that."""
        ...

    def read_line(self, request: LineRequest) -> str:
        """The next line with its line break; "" at the end of the input. Called from a thread of the pool."""
        ...

    def withdraw(self, request: LineRequest) -> None:
        """Nobody waits for that line any more."""
        ...

    def open(self) -> None: ...

    def close(self) -> None:
        """Wait until all is written."""
        ...


class StreamDevice:
    """Plain streams, written by a thread of their own: a slow reader holds up that thread and no process."""

    def __init__(self, out: TextIO | None = None, error: TextIO | None = None, source: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.error = error or sys.stderr
        self.source = source or sys.stdin
        self.broken = False
        # What to write; whom to tell when all before it is written; the end.
        self._queue: SimpleQueue[tuple[TextIO, str, int] | SimpleQueue[None] | None] = SimpleQueue()
        # Each of the two has one thread that changes it.
        self._queued = 0
        self._written = 0
        self._thread: Thread | None = None
        # Two processes that ask for a line at once get one each.
        self._reading = Lock()

    @property
    def backlog(self) -> int:
        return self._queued - self._written

    def write(self, text: str) -> None:
        self._put(self.out, text)

    def write_error(self, text: str) -> None:
        self._put(self.error, text)

    def flush(self) -> None:
        if self._thread is None or not 0 < self.backlog <= FLUSH_SIZE:
            return
        written: SimpleQueue[None] = SimpleQueue()
        self._queue.put(written)
        with suppress(Empty):
            written.get(timeout=FLUSH_SECONDS)

    def withdraw(self, request: LineRequest) -> None:
        """A read that has begun cannot be taken back: it gets the next line."""

    def read_line(self, request: LineRequest) -> str:
        self.write(request.prompt)
        with self._reading:
            return self.source.readline()

    def open(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="pyex output", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait until all is written."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _put(self, stream: TextIO, text: str) -> None:
        counted = len(text) if get_ident() == scheduler.owner else 0
        self._queued += counted
        self._queue.put((stream, text, counted))

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, SimpleQueue):
                self._flush(self.out)
                item.put(None)
                continue
            stream, text, counted = item
            if stream is self.error:
                self._flush(self.out)  # so that the two stay in order where they end up in one place
            self._write(stream, text)
            if stream is self.error or self._queue.empty():
                self._flush(stream)
            self._written += counted
        self._flush(self.out)
        self._flush(self.error)

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            if BYTES.search(text) and hasattr(stream, "buffer"):
                stream.flush()
                stream.buffer.write(text.encode(stream.encoding, "surrogateescape"))
                return
            try:
                stream.write(text)
            except UnicodeEncodeError:
                stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
        except Exception as error:
            self._failed(stream, error)

    def _flush(self, stream: TextIO) -> None:
        try:
            stream.flush()
        except Exception as error:
            self._failed(stream, error)

    def _failed(self, stream: TextIO, error: Exception) -> None:
        """A stream that is closed, full or worse has nobody to be told, but for those who print into a broken pipe."""
        if stream is self.out and isinstance(error, BrokenPipeError):
            self.broken = True
