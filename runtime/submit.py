"""Calls from outside: other threads, and asyncio code in theirs, have a function run as a process, and wait for what
it returns.

A request goes in by `scheduler.post`, as all that comes from elsewhere. What came of it is told by a thread of its
own, because a future calls its callbacks where it is completed: they are the user's code, and may block.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from queue import SimpleQueue
from threading import Thread, get_ident
from typing import Any

from pyex.atom import KILLED, Atom
from pyex.control_block import ControlBlock, Entry
from pyex.errors import Exit, NotRunning
from pyex.exit_reason import clone
from pyex.exit_signal import awaited, terminate
from pyex.format_exit import format_stack
from pyex.message import copied
from pyex.outcome import Outcome, start_process
from pyex.scheduler import scheduler
from pyex.spawn import check_function
from pyex.stack import stacktrace

# As OTP says of a process on a node that is gone: it may have ended, or not, or never begun.
NOCONNECTION = Atom("noconnection")

logger = logging.getLogger("pyex")


class Request:
    """One call from outside, and the process that it became."""

    __slots__ = ("block", "outcome", "run")

    def __init__(self, run: object) -> None:
        self.run = run
        self.outcome = Outcome(copied, _without_frames)
        self.block: ControlBlock | None = None

    def start(self, entry: Entry) -> None:
        """In the hub."""
        # It may be left over from a run that is over.
        if self.run is not _run:
            return
        self.block = start_process(self.outcome.watch, entry)
        self.block.initial_call = entry[0]
        awaited[self.block] = self.on_end

    def kill(self) -> None:
        """In the hub."""
        if self.block is not None:
            terminate(self.block, KILLED)

    def on_end(self, block: ControlBlock) -> None:
        """The process has ended. In a critical section."""
        self.block = None
        future = _waiting.get(self)
        if future is not None:
            _endings.put((future, self.outcome, block.exit_reason))

    def on_done(self, future: Future[Any]) -> None:
        """The future has been completed, or cancelled by whatever thread."""
        _waiting.pop(self, None)
        if future.cancelled():
            # Without this `concurrent.futures.wait` would wait for it.
            future.set_running_or_notify_cancel()
            scheduler.post(self.kill)


# Those whose futures are not completed yet.
_waiting: dict[Request, Future[Any]] = {}
# Stands for the run that accepts requests now.
_run: object = None
_endings: SimpleQueue[tuple[Future[Any], Outcome, Any]] = SimpleQueue()
_teller: Thread | None = None


def submit(function: Callable[..., Any], *args: Any) -> Future[Any]:
    """From outside the runtime, start a process that calls `function(*args)`, to wait for what it returns.

        >>> def from_a_thread():
        ...     return submit(divmod, 7, 2).result(timeout=5)
        >>> blocking(from_a_thread)
        (3, 1)

    For other threads, and for asyncio code in one: `await asyncio.wrap_future(submit(ask, "shop", "price?"))`. Returns
    a `concurrent.futures.Future` at once. The function, its arguments and what it returns are copied, as messages are.

    What the function raises is raised by `result()`: a copy without frames, whose notes tell the place. It is
    `Exit(reason)` when the process ended by `exit` or an exit signal, and `Exit("noconnection")` when the runtime
    stopped first. `cancel()` kills the process, and so does the timeout of `asyncio.wait_for`.

    Raises `NotRunning`, a `RuntimeError`, while the runtime does not run, and `RuntimeError` when called in a
    process, which would stop all others while it waits: call the function there, or `spawn_monitor` it. Mirrors
    `erpc:call/4`.
    """
    if scheduler.forked:
        raise NotRunning("processes do not go on in the child of a fork: only the parent has them")
    if get_ident() == scheduler.owner:
        raise RuntimeError(
            "submit(...) is for other threads: waiting for it in a process would stop them all; "
            "call the function, or spawn_monitor it"
        )
    current = _run
    if current is None:
        raise NotRunning("the runtime does not run: start it with pyex.run(fn), in another thread or before this one")
    check_function("submit", function)
    entry = (copied(function), copied(args))
    request = Request(current)
    future: Future[Any] = Future()  # never "running", so that it can be cancelled
    future.add_done_callback(request.on_done)
    _start_teller()
    _waiting[request] = future
    scheduler.post(request.start, entry)
    # Asked again: a run that has ended in between may not have seen the request.
    if _run is not current and _waiting.pop(request, None) is not None:
        raise NotRunning("the runtime has just stopped")
    return future


def _without_frames(error: BaseException) -> BaseException:
    """A copy of an exception, with its place in words."""
    twin = clone(error)
    if isinstance(twin, StopIteration):
        # A coroutine that waits for it cannot be given one.
        twin = RuntimeError(f"the function raised {twin!r}")
    twin.add_note(f"raised in process {scheduler.me().pid!r}:{format_stack(stacktrace(error.__traceback__))}")
    return twin


def _start_teller() -> None:
    """Start the thread that completes futures. Should two be started at once, that does no harm."""
    global _teller
    if _teller is None:
        thread = Thread(target=_tell, name="pyex futures", daemon=True)
        thread.start()
        _teller = thread


def _tell() -> None:
    while True:
        future, outcome, reason = _endings.get()
        try:
            if outcome.returned:
                future.set_result(outcome.value)
            else:
                future.set_exception(_error(outcome, reason))
        except InvalidStateError:
            pass  # cancelled meanwhile
        except BaseException:
            logger.exception("a callback of a future raised an exception")
        del future, outcome, reason


def _error(outcome: Outcome, reason: Any) -> BaseException:
    if outcome.error is not None and not isinstance(outcome.error, SystemExit):
        return outcome.error
    try:
        return Exit(copied(reason))
    except BaseException:
        return Exit(reason)


def accept_submissions() -> None:
    """The runtime runs."""
    global _run
    _run = object()


def end_submissions() -> None:
    """The runtime is about to stop: nobody is to wait for it any longer."""
    global _run
    _run = None
    for request, future in _waiting.copy().items():
        _endings.put((future, request.outcome, NOCONNECTION))


def forget_submissions() -> None:
    """In the child of a fork: what is waited for there will not come."""
    global _endings, _run, _teller
    _run = None
    _endings = SimpleQueue()
    _teller = None
    for request, future in _waiting.copy().items():
        del _waiting[request]
        # Begun afresh: another thread may have held its lock, and its callbacks are for the parent.
        Future.__init__(future)
        future.set_exception(Exit(NOCONNECTION))
