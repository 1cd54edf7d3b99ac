"""Blocking work: calls that would stop the one thread of all processes run in other threads, as on OTP's dirty
schedulers.
"""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Callable, Coroutine
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar, overload

from pyex import loop_thread
from pyex.carrier import end_child
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

    def is_wanted(self) -> bool:
        """Whether anybody waits for it. Who has been killed does not, and may not have been unwound yet."""
        waiter = self.waiter
        return waiter is not None and not waiter.dying

    def finish(self) -> None:
        """In the hub."""
        self.done = True
        if self.waiter is not None:
            scheduler.wake(self.waiter)


class Pool:
    """Daemon threads, started as they are needed: what a killed process has left running does not hold up the end."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        self.threads = 0
        # A set, for threads take theirs out in one step. What is posted at the end of a run may never be done.
        self.unfinished: set[Job] = set()

    def submit(self, job: Job) -> None:
        """Called on the scheduler's thread."""
        if len(self.unfinished) >= self.threads and self.threads < MOST_THREADS:
            Thread(target=self._work, name=f"pyex blocking {self.threads + 1}", daemon=True).start()
            self.threads += 1
        self.unfinished.add(job)
        self.jobs.put(job)

    def cancel(self, job: Job) -> None:
        """A call that has begun goes on; one that has not will not."""

    def _work(self) -> None:
        while True:
            job = self.jobs.get()
            try:
                if job.is_wanted():
                    job.result = job.context.run(job.function, *job.args)
            except BaseException as error:
                job.error = error
            if scheduler.forked:
                end_child(job.error or SystemExit(0))
            self.unfinished.discard(job)
            scheduler.post(job.finish)
            del job


_pool = Pool()


T = TypeVar("T")


@overload
def blocking(function: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T: ...
@overload
def blocking(function: Callable[..., T], *args: Any) -> T: ...
def blocking(function: Callable[..., Any], *args: Any) -> Any:
    """Run a call that would block in a thread of a pool, while the calling process waits and others run.

        >>> import time
        >>> blocking(time.sleep, 0.01)

    The function and its arguments are not copied: they are not sent to a process. The waiting process can be
    killed; the call then goes on in its thread, and what it returns is dropped. Inside the function there is no
    process: it can `send`, and `submit` a function to be run as one, nothing else.

    A coroutine function runs in an event loop that all processes share, in a thread of its own; there may be
    thousands at once. When the waiting process is killed, the coroutine is cancelled.

        >>> import asyncio
        >>> blocking(asyncio.sleep, 0.01, "done")
        'done'

    Returns what the call returns and raises what it raises; a coroutine that is cancelled raises
    `concurrent.futures.CancelledError`. Raises `ArgumentError` for what is no function, and for a coroutine, which
    is the mark of `blocking(fetch(url))`: write `blocking(fetch, url)`. Mirrors OTP's dirty I/O schedulers.
    """
    me = scheduler.me()
    if me.dying:
        raise Unwind
    if inspect.iscoroutine(function):
        function.close()
        raise bad_argument(1, f"a coroutine: write blocking({function.__name__}, ...), without calling it")
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}; write blocking(f, x), without calling it")
    check_may_wait()
    place = loop_thread.running() if is_coroutine_function(function) else _pool
    job = Job(me, function, args)
    scheduler.enter()
    try:
        place.submit(job)
        while not job.done and me.pending is None:
            scheduler.park()
    finally:
        # Killed or interrupted: a call that goes on in its thread must not keep the process in memory.
        job.waiter = None
        if not job.done:
            scheduler.post(place.cancel, job)
        scheduler.leave()
    try:
        if job.error is not None:
            raise job.error
        return job.result
    finally:
        # The error leads to this frame: without this it would keep itself alive.
        del job


def is_coroutine_function(function: Any) -> bool:
    """Whether a call makes a coroutine: an `async def`, a method or `partial` of one, an object called as one."""
    while isinstance(function, partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def forget_threads() -> None:
    """In the child of a fork there are none."""
    global _pool
    _pool = Pool()
