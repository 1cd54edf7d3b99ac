"""Carriers: the greenlets that processes run on, from their first call to their end.

A carrier runs one process after another. When one ends, and the next that is ready has no stack yet, it is run
right there, without a switch; else the carrier waits in a pool.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from greenlet import GreenletExit, getcurrent

from pyex import error_report
from pyex.atom import NORMAL
from pyex.control_block import ControlBlock, Entry, State
from pyex.errors import Exit, RemoteError
from pyex.exit_reason import reason_of
from pyex.exit_signal import announce, bury, unwinding
from pyex.message import copied
from pyex.scheduler import scheduler

POOL_SIZE = 256


class Become:
    """What `become` returns: the next call of the process. `drop_stack` makes it wait for a message first."""

    __slots__ = ("args", "drop_stack", "function")

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], drop_stack: bool) -> None:
        self.function = function
        self.args = args
        self.drop_stack = drop_stack

    def __repr__(self) -> str:
        return f"become({getattr(self.function, '__qualname__', self.function)}, …)"


def carry() -> None:
    """The carrier's own loop. Entered, and left for another greenlet, in a critical section."""
    me = getcurrent()
    while True:
        block = scheduler.current
        assert block is not None
        block.greenlet = me
        # Context variables belong to the process, not to the carrier.
        me.gr_context = None
        if _live(block):
            block.state = State.DEAD
        block.greenlet = None
        del block
        successor = scheduler.next_ready()
        scheduler.switches += 1
        scheduler.current = successor
        if successor is not None and successor.greenlet is None:
            successor.state = State.RUNNING
            continue
        if len(scheduler.carriers) >= POOL_SIZE:
            return  # to the hub, its parent, which goes on with `current`
        scheduler.carriers.append(me)
        if successor is None or successor.greenlet is None:
            scheduler.hub.switch()
        else:
            successor.state = State.RUNNING
            successor.greenlet.switch()


def _live(block: ControlBlock) -> bool:
    """Run a process until it ends, True, or waits without a stack, False."""
    while True:
        step = _run_entry(block)
        if step is None:
            _end(block)
            return True
        block.entry = (step.function, step.args)
        scheduler.critical += 1
        if step.drop_stack and not block.mailbox and block.pending is None:
            block.mailbox = None
            block.state = State.WAITING
            return False


def _run_entry(block: ControlBlock) -> Become | None:
    """Call the function of a process. Returns its next call, or None: then the block has its exit reason.

    What the call has used is dropped when this returns, still outside of critical sections: it may have finalisers.
    """
    function, args = block.entry
    block.entry = (function, ())
    try:
        scheduler.leave()
        result = call(function, args)
        if scheduler.forked:
            raise SystemExit(0)
        return _next_step(block, result)
    except BaseException as error:
        if isinstance(error, GreenletExit) and scheduler.current is not block:
            raise  # nobody raised it here: the greenlet is being freed
        if scheduler.forked:
            _end_child(error)
        if not block.dying:
            reason = _reason(block, error, (function, args))
            if not block.dying:
                block.exit_reason = reason
    return None


def _end_child(error: BaseException) -> None:
    """In the child of a fork: it ends where the process would, as a program of its own, and never touches the
    others.
    """
    status = 1
    if isinstance(error, SystemExit):
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    else:
        traceback.print_exception(error)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def call(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The lowest frame of a process: not the engine's any more, though it stands here. (The function may have no
    frame itself.)
    """
    return function(*args)


def _next_step(block: ControlBlock, result: Any) -> Become | None:
    """What a process does after its function has returned; None: it ends."""
    planned, block.become = block.become, None
    if isinstance(result, Become) and (planned is result or planned is None):
        return result
    if planned is not None:
        raise RuntimeError(f"{planned} was called and not returned: write `return become(...)`{_where(block.entry[0])}")
    return None


def _where(function: Any) -> str:
    """A function as a report names it that has no frame any more."""
    code = getattr(function, "__code__", None)
    return f"\n    {code.co_filename}:{code.co_firstlineno}: {code.co_qualname}" if code is not None else ""


def _reason(block: ControlBlock, error: BaseException, entry: Entry) -> Any:
    """The exit reason of what was not caught, which is reported unless it is an `exit`."""
    try:
        reason = reason_of(error, entry)
        if not isinstance(error, Exit | SystemExit):
            error_report.report(block, error, reason)
        return reason
    except BaseException as failure:
        # Copying and texts are the user's code: it may fail again, or be interrupted once more.
        try:
            return None if block.dying else reason_of(failure)
        except BaseException:
            return (RemoteError(type(error).__name__), [])


def _end(block: ControlBlock) -> None:
    """Bury the process if a signal has not done it, tell the others, and drop what it owned. Ends in a critical
    section.
    """
    scheduler.critical += 1
    if not block.dying:
        bury(block, block.exit_reason)
    scheduler.critical -= 1
    reasons = _own_reasons(block)
    scheduler.critical += 1
    announce(block, reasons)
    block.pending = None
    # What it owned may have finalisers: the user's code, which runs outside the critical section, in the process's
    # own time. The runtime reads the reason of the main process, which has no parent, when it is over.
    owned = (block.mailbox, block.dictionary, block.entry, reasons, block.exit_reason)
    block.mailbox = block.dictionary = None
    block.entry = (_nothing, ())
    block.initial_call = _nothing
    if block.parent is not None:
        block.exit_reason = NORMAL
    del reasons
    scheduler.critical -= 1
    del owned
    scheduler.critical += 1
    unwinding.discard(block)


def _own_reasons(block: ControlBlock) -> list[Any]:
    """The exit reason for each of those who will be told: it is a message, so no two may share what can change."""
    reason = block.exit_reason
    listeners = len(block.links or ()) + len(block.monitored_by or ())
    if listeners < 2:
        return [reason] * listeners
    try:
        return [reason, *(copied(reason) for _ in range(listeners - 1))]
    except BaseException:
        return [reason] * listeners


def _nothing() -> None:
    """The entry of a process that has ended."""
