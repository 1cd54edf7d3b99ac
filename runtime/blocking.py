"""Blocking work: calls that would stop the one thread of all processes run in other threads, as on OTP's dirty
schedulers.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any

from pyex.control_block import ControlBlock
from pyex.errors import Unwind, bad_argument, describe
from pyex.scheduler import scheduler
from pyex.stack import check_may_wait

MOST_THREADS = 64


class Job:
    """One call, its outcome, and the process that waits for it."""

    __slots__ = ("args", "context", "done", "error", "function", "result", "waiter")

    def __init__(self, waiter: ControlBlock, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.waiter: ControlBlock | None = waiter
        self.function = function
        self.args = args
        self.context = contextvars.copy_context()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Pool:
    """Daemon threads, started as they are needed: what a killed process has left running does not hold up the end."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        self.threads = 0
        self.unfinished = 0

    def submit(self, job: Job) -> None:
        """Called on the scheduler's thread, as `_finish` is: the counts need no lock."""
        self.unfinished += 1
        if self.unfinished > self.threads and self.threads < MOST_THREADS:
            self.threads += 1
            Thread(target=self._work, name=f"pyex blocking {self.threads}", daemon=True).start()
        self.jobs.put(job)

    def _work(self) -> None:
        while True:
            job = self.jobs.get()
            try:
                job.result = job.context.run(job.function, *job.args)
            except BaseException as error:
                job.error = error
            scheduler.post(self._finish, job)
            del job

    def _finish(self, job: Job) -> None:
        self.unfinished -= 1
        job.done = True
        if job.waiter is not None:
            scheduler.wake(job.waiter)


_pool = Pool()


def blocking(function: Callable[..., Any], *args: Any) -> Any:
    """Run a call that would block in a thread of a pool, while the calling process waits and others run.

        >>> import time
        >>> blocking(time.sleep, 0.01)

    The function and its arguments are not copied: they are not sent to a process. The waiting process can be
    killed; the call then goes on in its thread, and what it returns is dropped. Inside the function there is no
    process: it can `send`, nothing else.

    Returns what the call returns and raises what it raises. Mirrors OTP's dirty I/O schedulers.
    """
    me = scheduler.me()
    if me.dying:
        raise Unwind
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}; write blocking(f, x), without calling it")
    check_may_wait()
    job = Job(me, function, args)
    scheduler.enter()
    try:
        _pool.submit(job)
        while not job.done and me.pending is None:
            scheduler.park()
    finally:
        # Killed or interrupted: the call goes on in its thread, and must not keep the process in memory.
        job.waiter = None
        scheduler.leave()
    try:
        if job.error is not None:
            raise job.error
        return job.result
    finally:
        # The error leads to this frame: without this it would keep itself alive.
        del job


def forget_threads() -> None:
    """In the child of a fork there are none."""
    _pool.jobs = SimpleQueue()
    _pool.threads = _pool.unfinished = 0
