"""Devices: where the output of processes goes, and where their input comes from."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, get_ident
from typing import Protocol, TextIO

from pyex.atom import Atom
from pyex.errors import ErlangError
from pyex.scheduler import scheduler
from pyex.terminal_loan import KeptOutput, Loan, is_screen, run_on_streams

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
        # What to write; whom to tell when all before it is written; who borrows the terminal; the end.
        self._queue: SimpleQueue[tuple[TextIO, str, int] | SimpleQueue[None] | Loan | None] = SimpleQueue()
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

    def lend(self, loan: Loan) -> None:
        if not is_screen(self.source, self.out):
            raise ErlangError(Atom("enotty"), "it needs a terminal, and here is none")
        if self._reading.locked():
            raise ErlangError(Atom("ebusy"), "the terminal is in use: a process waits in input() for a line of it")
        self._queue.put(loan)

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
            elif isinstance(item, Loan):
                self._flush(self.out)
                if not self._hold_back_during(item):
                    break
            else:
                self._write_item(*item)
        self._flush(self.out)
        self._flush(self.error)

    def _write_item(self, stream: TextIO, text: str, counted: int) -> None:
        if stream is self.error:
            self._flush(self.out)  # so that the two stay in order where they end up in one place
        self._write(stream, text)
        if stream is self.error or self._queue.empty():
            self._flush(stream)
        self._written += counted

    def _hold_back_during(self, loan: Loan) -> bool:
        """Run a loan in a thread of its own, and write afterwards what comes meanwhile. False where that is the end."""
        kept, later, errors, is_open = KeptOutput(), list[Loan](), list[Exception](), True

        def run() -> None:
            try:
                run_on_streams(loan, self.source, self.out)
            except Exception as error:
                errors.append(error)
            self._queue.put(loan)

        Thread(target=run, name="pyex screen", daemon=True).start()
        while (item := self._queue.get()) is not loan:
            if item is None:
                is_open = False
                loan.end()
            elif isinstance(item, SimpleQueue):
                item.put(None)
            elif isinstance(item, Loan):
                later.append(item)
            elif item[0] is self.error and not self.error.isatty():
                self._write_item(*item)
            else:
                kept.add(item[1])
                self._written += item[2]
        self._write(self.out, kept.take())
        self._flush(self.out)
        loan.is_over(*errors)
        for another in later:
            self._queue.put(another)
        return is_open

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
