"""The mailbox: sending a message, and receiving the oldest that matches."""

from __future__ import annotations

from collections import deque
from itertools import islice
from threading import get_ident
from time import monotonic
from typing import Any

from pyex import registered_name
from pyex.atom import INFINITY
from pyex.control_block import ControlBlock, State
from pyex.errors import ErlangError, ReceiveTimeout, bad_argument, describe
from pyex.message import copied
from pyex.node import is_this_node
from pyex.pattern import check_patterns, matches_any
from pyex.pid import Pid
from pyex.scheduler import NotRunning, scheduler
from pyex.stack import check_may_wait
from pyex.timer_queue import Timer

# In milliseconds, as in OTP: seven weeks.
LONGEST_TIMEOUT = 2**32 - 1
# A receive that refuses many messages lets others run every so many.
SCAN_SLICE = 256
_RAISE: Any = object()


def deliver(block: ControlBlock, message: Any) -> None:
    """Put a message, copied already, into a mailbox. In a critical section."""
    if block.dying:
        return
    if block.mailbox is None:
        block.mailbox = deque()
    block.mailbox.append(message)
    if block.state is State.WAITING:
        block.state = State.READY
        scheduler.queues[block.rank].append(block)


def deliver_to_pid(pid: Pid, message: Any) -> None:
    """Deliver to whom the pid names now. In a critical section."""
    if pid.block is not None:
        deliver(pid.block, message)


def deliver_to_name(name: object, message: Any) -> None:
    """Deliver to whoever has the name now, else to nobody. In a critical section."""
    block = registered_name.whereis(name)
    if block is not None:
        deliver(block, message)


def send(destination: object, message: Any) -> Any:
    """Send a message.

        >>> send(self(), ("hello", "world"))
        ('hello', 'world')
        >>> receive()
        ('hello', 'world')

    `destination` is a pid, a registered name (a string or a class), or `(name, node())`. The receiver gets a copy:
    nothing that can change is shared. Returns the message. A message to a process that has died, or to a `(name,
    node)` that nobody has, vanishes.

    Raises `ArgumentError` when nobody is registered under the name, or when the destination is none. May also be
    called from other threads. Mirrors `send/2`.
    """
    if type(destination) is Pid:
        block = destination.block
        if block is None:
            return message
    else:
        if scheduler.is_dying():
            return message
        found = find_destination(destination)
        if found is None:
            return message
        block = found
    copy = copied(message)
    if scheduler.critical or get_ident() != scheduler.owner:
        if scheduler.owner is None:
            raise NotRunning("the runtime is not running: nobody can receive this message")
        scheduler.post(deliver, block, copy)
        return message
    me = scheduler.current
    if me is None or me.dying or block.dying:
        return message
    # As `deliver` does, but without a call: at the recursion limit that would leave half of it undone.
    scheduler.critical += 1
    if block.mailbox is None:
        block.mailbox = deque()
    block.mailbox.append(copy)
    if block.state is State.WAITING:
        block.state = State.READY
        scheduler.queues[block.rank].append(block)
    scheduler.critical -= 1
    return message


def find_destination(destination: object) -> ControlBlock | None:
    """The process that a destination names; None where a message to it vanishes."""
    match destination:
        case Pid():
            return destination.block
        case (name, node) if is_this_node(node):
            return registered_name.whereis(registered_name.normalise(name))
        case (name, str()):
            registered_name.normalise(name)
            return None  # a node that cannot be reached
        case str() | type():
            block = registered_name.whereis(destination)
            if block is None:
                raise bad_argument(1, f"invalid destination: no process is registered as {destination!r}")
            return block
    raise bad_argument(1, f"invalid destination: {describe(destination)}; write a pid, a name or (name, node())")


def receive(*patterns: Any, after: int | str | None = None, default: Any = _RAISE) -> Any:
    """Take a message from the mailbox, and wait for one if there is none.

        >>> _ = send(self(), "noise"), send(self(), ("price", 7))
        >>> receive(("price", int))
        ('price', 7)
        >>> receive()
        'noise'
        >>> receive(after=10, default="nothing")
        'nothing'

    Without patterns the oldest message is taken, whatever it is. With patterns the oldest message that matches any
    of them is taken, and the others stay, in order. In a pattern `...` matches anything, a class its instances, a
    function what it returns true for, tuples, lists and dicts (by the keys given) their like, and everything else
    what equals it; numbers match by exact type. `value(x)` matches a class or function itself.

    Returns the message. `after` is in milliseconds, or "infinity"; when it has gone by, `default` is returned, or
    without it `ReceiveTimeout` raised. Messages that do not match do not restart the clock. Raises
    `ErlangError("timeout_value")` for an `after` that is no such number. Mirrors `receive … after … end`.
    """
    me = scheduler.me()
    seconds = None if after is None else to_seconds(after)
    if patterns:
        check_patterns(patterns)
    elif me.mailbox and not me.dying:
        return me.mailbox.popleft()
    if me.become is not None:
        raise RuntimeError("become(...) was called and not returned: write `return become(...)`")
    deadline = None if seconds is None else monotonic() + seconds
    timer: Timer | None = None
    seen = 0
    try:
        while True:
            if not patterns:
                if me.mailbox and not me.dying:
                    return me.mailbox.popleft()
            else:
                seen, found = _look(me, patterns, seen)
                if found and me.mailbox is not None:
                    message = me.mailbox[seen]
                    del me.mailbox[seen]
                    return message
            if deadline is not None and monotonic() >= deadline and not me.dying:
                break
            check_may_wait()
            scheduler.critical += 1
            try:
                # Functions in patterns are the user's code: messages may have come while they ran.
                if me.mailbox is None or len(me.mailbox) <= seen:
                    if timer is None and seconds is not None:
                        timer = scheduler.timers.start(seconds, scheduler.wake, me)
                    scheduler.park()
            finally:
                scheduler.leave()
    finally:
        if timer is not None:
            timer.cancel()
    if default is _RAISE:
        what = "no message came that matches" if patterns else "no message came"
        raise ReceiveTimeout(f"{what} within {after} ms; default=... gives a value instead")
    return default


def _look(me: ControlBlock, patterns: tuple[Any, ...], seen: int) -> tuple[int, bool]:
    """Look for a match behind the messages that were refused already. Returns where it is and True, or how many have
    been refused now and False.
    """
    while (box := me.mailbox) is not None and not me.dying:
        # A copy, for messages may come meanwhile, and the middle of a deque is slow to reach.
        unseen = list(islice(box, seen, None))
        if not unseen:
            break
        for place, message in enumerate(unseen, seen):
            matched = matches_any(patterns, message)
            if matched:
                break
            if place % SCAN_SLICE == 0 and scheduler.attention:
                scheduler.give_way()
        if me.mailbox is box and place < len(box) and box[place] is message:
            return (place, True) if matched else (place + 1, False)
        seen = 0  # a pattern has itself received: look again
    return seen, False


def wait(seconds: float | None) -> None:
    """Wait, without a look into the mailbox; for ever with None."""
    me = scheduler.me()
    deadline = None if seconds is None else monotonic() + seconds
    check_may_wait()
    scheduler.enter()
    timer = None if seconds is None else scheduler.timers.start(seconds, scheduler.wake, me)
    try:
        while me.pending is None and (deadline is None or monotonic() < deadline):
            scheduler.park()
    finally:
        if timer is not None:
            timer.cancel()
        scheduler.leave()


def to_seconds(milliseconds: int | str) -> float | None:
    """A timeout as the timers want it; None for "infinity"."""
    if isinstance(milliseconds, str) and milliseconds == INFINITY:
        return None
    if type(milliseconds) is int and 0 <= milliseconds <= LONGEST_TIMEOUT:
        return milliseconds / 1000
    raise ErlangError(
        "timeout_value",
        f"{describe(milliseconds)} is no timeout: write a whole number of milliseconds, 0 to {LONGEST_TIMEOUT}, "
        'or "infinity"',
    )
