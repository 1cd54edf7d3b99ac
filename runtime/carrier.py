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
from pyex.control_block import ControlBlock, Entry
from pyex.errors import Exit, RemoteError
from pyex.exit_reason import reason_of
from pyex.exit_signal import announce, awaited, bury, unwinding
from pyex.message import copied
from pyex.run_queue import DEAD, WAITING
from pyex.scheduler import Carrier, scheduler

POOL_SIZE = 256


def carry() -> None:
    """The carrier's own loop. Entered, and left for another greenlet, in a critical section."""
    me = getcurrent()
    assert isinstance(me, Carrier)
    next_ready, carriers = scheduler.next_ready, scheduler.carriers
    while True:
        block = scheduler.current
        assert block is not None
        block.greenlet = me
        me.block = block
        if block.context is not None:
            me.gr_context = block.context
        function, args = block.entry
        block.entry = (function, ())
        step: Any = None
        try:
            scheduler.critical -= 1
            if block.pending is not None:
                scheduler.raise_pending(block)
            step = call(function, args)
            if scheduler.forked:
                raise SystemExit(0)
            if block.become is None:
                step = None
            elif step is block.become:
                block.become = None
            else:
                raise become_not_returned(block, function)
        except BaseException as error:
            # By the type itself: an exception that is asked for its __class__ may raise another.
            if issubclass(type(error), GreenletExit) and scheduler.current is not block:
                raise  # nobody raised it here: the greenlet is being freed
            step = None
            _fail(block, error, (function, args))
        # What the call has used is dropped here, outside of critical sections: it may have finalisers.
        del function, args
        # Context variables belong to the process, not to the carrier.
        context, me.gr_context = me.gr_context, None
        if step is None:
            del context
            _end(block)
            block.state = DEAD
        else:
            block.entry, block.context = step, context
            scheduler.critical += 1
            if not block.drop_stack or block.mailbox or block.pending is not None:
                continue
            block.mailbox = None
            block.state = WAITING
        block.greenlet = None
        del block, step
        successor = next_ready()
        scheduler.switches += 1
        scheduler.current = successor
        if successor is not None and successor.greenlet is None:
            continue
        if len(carriers) >= POOL_SIZE:
            return  # to the hub, its parent, which goes on with `current`
        carriers.append(me)
        if successor is None or successor.greenlet is None:
            scheduler.hub.switch()
        else:
            successor.greenlet.switch()
        del successor


def _fail(block: ControlBlock, error: BaseException, entry: Entry) -> None:
    """Note why a process ended whose function has not caught an exception."""
    if scheduler.forked:
        end_child(error)
    if not block.dying:
        reason = _reason(block, error, entry)
        if not block.dying:
            block.exit_reason = reason


def end_child(error: BaseException) -> None:
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
    # In Python 3.11 a call with a star takes a frame of C, which each switch would copy.
    if not args:
        return function()
    if len(args) == 1:
        return function(args[0])
    return function(*args)


def become_not_returned(block: ControlBlock, function: Callable[..., Any]) -> RuntimeError:
    """`function` has planned what to become and returned something else, which ends the process."""
    assert block.become is not None
    planned, block.become = block.become[0], None
    return RuntimeError(
        f"become({getattr(planned, '__qualname__', planned)}, …) was called and not returned: write "
        f"`return become(...)`{_where(function)}"
    )


def _where(function: Any) -> str:
    """A function as a report names it that has no frame any more."""
    code = getattr(function, "__code__", None)
    return f"\n    {code.co_filename}:{code.co_firstlineno}: {code.co_qualname}" if code is not None else ""


def _reason(block: ControlBlock, error: BaseException, entry: Entry) -> Any:
    """The exit reason of what was not caught, which is reported unless it is an `exit`."""
    try:
        reason = _reason_alone(block, error, entry)
        if reason is not None and not issubclass(type(error), Exit | SystemExit):
            error_report.report(block, error, reason)
        return reason
    except BaseException as failure:
        return _reason_alone(block, failure, entry)


def _reason_alone(block: ControlBlock, error: BaseException, entry: Entry) -> Any:
    try:
        return reason_of(error, entry)
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
    scheduler.critical = 1
    if not block.dying:
        bury(block, block.exit_reason)
    reasons: list[Any] = []
    if len(block.links or ()) + len(block.monitored_by or ()) > 1:
        scheduler.critical = 0
        reasons = own_reasons(block)
        scheduler.critical = 1
    if block.links is not None or block.monitored_by is not None or block.monitors is not None or awaited:
        announce(block, reasons)
    block.pending = None
    # What it owned may have finalisers: the user's code, which runs outside the critical section, in the process's
    # own time. The runtime reads the reason of the main process, which has no parent, when it is over.
    owned = (block.mailbox, block.dictionary, block.entry, block.context, reasons, block.exit_reason)
    block.mailbox = block.dictionary = block.context = None
    block.entry = _NOTHING
    block.initial_call = _nothing
    if block.parent is not None:
        block.exit_reason = NORMAL
    del reasons
    scheduler.critical = 0
    del owned
    scheduler.critical = 1
    unwinding.pop(block.pid.number, None)


def own_reasons(block: ControlBlock) -> list[Any]:
    """The exit reason for each of those who will be told: it is a message, so no two may share what can change."""
    reason = block.exit_reason
    listeners = len(block.links or ()) + len(block.monitored_by or ())
    try:
        return [reason, *(copied(reason) for _ in range(listeners - 1))]
    except BaseException:
        return [reason] * listeners


def _nothing() -> None:
    """The entry of a process that has ended."""


_NOTHING: Entry = (_nothing, ())
