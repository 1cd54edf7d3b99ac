"""Messages sent later: `send_after` and what can be asked of its timers."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Any

from pyex.control_block import ControlBlock
from pyex.delivery import later
from pyex.errors import bad_argument, describe
from pyex.message import copied
from pyex.pid import Pid
from pyex.reference import Reference, make_ref
from pyex.scheduler import scheduler
from pyex.timer_queue import Timer

# In milliseconds: 292 years, as in OTP.
LONGEST_TIMER = 2**63 // 10**6

_timers: dict[Reference, Timer] = {}


def send_after(destination: object, message: Any, milliseconds: int) -> Reference:
    """Send a message later.

        >>> ref = Process.send_after(self(), "tick", 10)
        >>> receive()
        'tick'

    A registered name is looked up when the time has come. The timer outlives the caller. Returns a reference for
    `cancel_timer` and `read_timer`. Raises `ArgumentError` for a time that is no whole number from 0. Mirrors
    `Process.send_after/3`.
    """
    if type(milliseconds) is not int or not 0 <= milliseconds <= LONGEST_TIMER:
        raise bad_argument(
            3, f"out of range: {describe(milliseconds)}; write a whole number of milliseconds, 0 to {LONGEST_TIMER}"
        )
    deliver, target = later(destination)
    copy = copied(message)
    me = scheduler.me()
    reference = make_ref()
    if me.dying:
        return reference
    scheduler.enter()
    try:
        receiver = target.block if isinstance(target, Pid) else None
        if receiver is not None or not isinstance(target, Pid):
            _timers[reference] = scheduler.timers.start(milliseconds / 1000, _fire, reference, deliver, target, copy)
        if receiver is not None:
            if receiver.timers is None:
                receiver.timers = set()
            receiver.timers.add(reference)
    finally:
        scheduler.critical = 0
    return reference


def cancel_timer(reference: Reference) -> int | bool:
    """Stop a timer.

        >>> Process.cancel_timer(Process.send_after(self(), "tick", 10_000)) > 5_000
        True

    Returns the milliseconds that were left, or False when it has fired or was never there. Mirrors
    `Process.cancel_timer/1`.
    """
    scheduler.me()
    left = read_timer(reference)
    scheduler.enter()
    try:
        _cancel(reference)
    finally:
        scheduler.critical = 0
    return left


def read_timer(reference: Reference) -> int | bool:
    """The milliseconds that a timer has left.

        >>> Process.read_timer(make_ref())
        False

    Returns a whole number, or False when it has fired, was stopped or was never there. Mirrors
    `Process.read_timer/1`.
    """
    if not isinstance(reference, Reference):
        raise bad_argument(1, f"not a reference: {describe(reference)}; write what send_after returned")
    timer = _timers.get(reference)
    return False if timer is None else max(0, ceil((timer.due - monotonic()) * 1000))


def drop_timers_for(block: ControlBlock) -> None:
    """A timer ends with the process that it is for. In a critical section."""
    references, block.timers = block.timers, None
    for reference in references or ():
        _cancel(reference)


def _cancel(reference: Reference) -> None:
    timer = _timers.pop(reference, None)
    if timer is None:
        return
    _forget(reference, timer.args[2])
    timer.cancel()


def forget_all() -> None:
    """When the runtime stops."""
    _timers.clear()


def _fire(reference: Reference, deliver: Callable[[Any, Any], None], target: Any, message: Any) -> None:
    del _timers[reference]
    _forget(reference, target)
    deliver(target, message)


def _forget(reference: Reference, target: Any) -> None:
    if isinstance(target, Pid) and target.block is not None and target.block.timers is not None:
        target.block.timers.discard(reference)
