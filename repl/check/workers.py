"""Playing files in interpreters of their own, several at once, with a limit to whatever one of them does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from bisect import insort
from collections import deque
from collections.abc import Iterator, Sequence
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

from pyex.repl.check.outcome import Difference, Outcome

# How long a worker has beyond the limit of an input: it tries to stop what takes too long, and that takes a while.
GRACE_SECONDS = 6.0
# How long it may take to start and to read its file.
START_SECONDS = 60.0
# How long it has to leave when all has been told.
LEAVE_SECONDS = 2.0


class Worker:
    """One interpreter, and what it has told so far."""

    def __init__(self, path: str, timeout: int | None, grace: float, folder: str | None) -> None:
        self.outcome = Outcome(path)
        self.is_done = False
        self._grace = grace
        # The line that is being played, and the milliseconds that it has.
        self._line, self._milliseconds = 0, 0
        self.deadline = monotonic() + START_SECONDS
        self._unread = b""
        # What the worker itself prints: the last words of one that dies.
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115
        self.pipe, theirs = os.pipe()
        order = {"path": path, "pipe": theirs, "timeout": timeout}
        flags = ["-P"] if sys.flags.safe_path else []
        try:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-m", "pyex.repl.check.worker", json.dumps(order)],
                stdin=subprocess.DEVNULL,
                stdout=self._noise,
                stderr=self._noise,
                pass_fds=[theirs],
                cwd=folder,
                # What a session has started ends with it; and Ctrl+C is ours.
                start_new_session=True,
            )
        finally:
            os.close(theirs)

    def read(self) -> None:
        """Take in what it has told; its end, too."""
        told = os.read(self.pipe, 1 << 20)
        if not told:
            self._died()
            return
        *lines, self._unread = (self._unread + told).split(b"\n")
        for line in lines:
            ((what, value),) = json.loads(line).items()
            self._hear(what, value)

    def _hear(self, what: str, value: Any) -> None:
        match what:
            case "read":
                self.outcome.inputs, self.outcome.skipped = value["inputs"], value["skipped"]
                self.outcome.digest = value["digest"]
            case "begin":
                self._line, self._milliseconds, late = value
                self.deadline = monotonic() + (self._milliseconds + late) / 1000 + self._grace
            case "difference":
                # What goes wrong first is told first: a set-up before the inputs that it was for.
                insort(self.outcome.differences, Difference(**value), key=lambda each: each.line)
            case "bad":
                self.outcome.line, self.outcome.problem = value
            case "end":
                self.is_done = True

    def _died(self) -> None:
        """It has closed its pipe before it had told all."""
        self.is_done = True
        try:
            status = self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        self._fail(f"the interpreter that played it ended {how} here")

    def overdue(self) -> None:
        """It has had more than its time."""
        self.is_done = True
        took = f"this input took longer than {self._milliseconds} ms" if self._line else "it could not be read in time"
        self._fail(f"{took}, and could not be stopped")

    def _fail(self, problem: str) -> None:
        self.outcome.line = self._line
        self.outcome.problem = problem
        self._noise.seek(0)
        last_words = self._noise.read()[-4000:].decode(errors="replace").strip().splitlines()[-12:]
        self.outcome.problem += "".join(f"\n    {line}" for line in last_words)

    def end(self) -> None:
        """See that neither it nor anything that it has started is left."""
        if self.is_done and not self.outcome.problem:
            try:
                self._process.wait(LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        os.close(self.pipe)
        self._noise.close()


def play_files(
    paths: Sequence[str],
    *,
    jobs: int = 1,
    timeout: int | None = None,
    grace: float = GRACE_SECONDS,
    folder: str | None = None,
) -> Iterator[Outcome]:
    """Play files, so many at a time, in this folder; yields what came of each, in their order. Whatever is running ends
    with the iterator."""
    waiting = deque(enumerate(paths))
    running: dict[int, Worker] = {}
    finished: dict[int, Outcome] = {}
    following = 0
    try:
        with DefaultSelector() as selector:
            while following < len(paths):
                while waiting and len(running) < jobs:
                    index, path = waiting.popleft()
                    running[index] = Worker(path, timeout, grace, folder)
                    selector.register(running[index].pipe, EVENT_READ, running[index])
                soonest = min(worker.deadline for worker in running.values())
                for key, _ in selector.select(max(0.0, soonest - monotonic())):
                    key.data.read()
                for index, worker in [*running.items()]:
                    if not worker.is_done and worker.deadline <= monotonic():
                        worker.overdue()
                    if worker.is_done:
                        finished[index] = worker.outcome
                        selector.unregister(worker.pipe)
                        running.pop(index).end()
                while following in finished:
                    yield finished.pop(following)
                    following += 1
    finally:
        for worker in running.values():
            worker.end()
