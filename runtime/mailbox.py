"""The mailbox: sending a message, and receiving the oldest that matches."""

from __future__ import annotations

import sys
from collections import deque
from itertools import islice
from time import monotonic
from typing import Any

from greenlet import getcurrent

from pyex.alias import deliver_through
from pyex.atom import INFINITY, Atom
from pyex.control_block import ControlBlock
from pyex.delivery import deliver, find, trace_event
from pyex.errors import ErlangError, NotRunning, ReceiveTimeout, Self, Unwind, describe
from pyex.message import IMMUTABLE, copied
from pyex.pattern import is_constant, matches, mistaken
from pyex.pid import Pid
from pyex.reference import Reference
from pyex.run_queue import HIGH_QUEUE, MAX_QUEUE, NORMAL_QUEUE, READY, WAITING
from pyex.scheduler import scheduler
from pyex.stack import check_may_wait, imports_under_way, runs_event_loop

# In milliseconds, as in OTP: seven weeks.
LONGEST_TIMEOUT = 2**32 - 1
# A receive that refuses many messages lets others run every so many.
SCAN_SLICE = 256
# So many messages are fetched one by one: the ends of a deque are near.
NEAR = 16
SEND, SEND_TO_NOBODY = Atom("send"), Atom("send_to_non_existing_process")
_RAISE: Any = object()
_modules = sys.modules


def send(destination: object, message: Any) -> Any:
    """Send a message.

        >>> send(self(), ("hello", "world"))
        ('hello', 'world')
        >>> receive()
        ('hello', 'world')

    `destination` is a pid, a registered name (a string or a class), `(name, node())`, or an alias. The receiver gets
    a copy: nothing that can change is shared. Returns the message. A message to a process that has died, to a `(name,
    node)` that nobody has, or to a reference that is no alias (any more), vanishes.

    Raises `ArgumentError` when nobody is registered under the name, or when the destination is none. May also be
    called from other threads. Mirrors `send/2`.
    """
    try:
        block = destination.block  # type: ignore[attr-defined]
        if scheduler.critical or getcurrent().block.special or block.special:  # type: ignore[attr-defined]
            return _send_anyhow(destination, message)
    except AttributeError:
        # Not to a pid, or to a dead one; or not from a process. What is raised below has nothing to do with this.
        pass
    else:
        copy = message
        if type(message) not in IMMUTABLE:
            copy = copied(message)
            if destination.block is not block:  # type: ignore[attr-defined]
                return message  # it has died meanwhile, or its alias has ended
        # As `deliver` does, but without a call: at the recursion limit that would leave half of it undone.
        scheduler.critical = 1
        try:
            if block.mailbox is None:
                block.mailbox = deque()
            block.mailbox.append(copy)
            scheduler.messages += 1
            if block.state is WAITING:
                block.state = READY
                block.queue.append(block)
        except RecursionError:
            # The call of a signal handler was one too many here. What it interrupted must not stay half done.
            if block.state is WAITING:
                block.state = READY
                block.queue.append(block)
            raise
        finally:
            scheduler.critical = 0
        if scheduler.slice_over:
            scheduler.on_slice_over()
        return message
    return _send_anyhow(destination, message)


def _send_anyhow(destination: object, message: Any) -> Any:
    """Send where there is more to do: by name; to the dead; from elsewhere than a process's own code; where somebody is
    dying or traced.
    """
    if type(destination) is Reference and _send_to_alias(destination, message):
        return message
    if type(destination) is not Pid and scheduler.is_dying():
        return message
    block = find(destination)
    if not scheduler.is_inside():
        if block is not None:
            _send_from_elsewhere(destination, block, message)
        return message
    me = scheduler.me()
    copy = None if block is None else copied(message)
    for_tracer = copied(message) if block is not None and block.tracer is not None else None
    if me.dying:
        return message
    if me.tracer is not None:
        _trace_send(me, block, destination, copied(message))
    if block is not None:
        scheduler.enter()
        try:
            if type(destination) is Reference:
                deliver_through(destination, copy, for_tracer)
            else:
                deliver(block, copy, for_tracer)
        finally:
            scheduler.critical = 0
        if scheduler.slice_over:
            scheduler.on_slice_over()
    return message


def _send_to_alias(reference: Reference, message: Any) -> bool:
    """Send through an alias, where nothing else is special: most likely this is the reply to a call."""
    me = getattr(getcurrent(), "block", None)
    owner = None if reference.alias is None else reference.alias[0].block
    if me is None or owner is None or scheduler.critical or me.special or owner.special:
        return False
    copy = message if type(message) in IMMUTABLE else copied(message)
    scheduler.enter(5)
    try:
        deliver_through(reference, copy)
    finally:
        scheduler.critical = 0
    return True


def _send_from_elsewhere(destination: object, block: ControlBlock, message: Any) -> None:
    copy, for_tracer = copied(message), copied(message) if block.tracer is not None else None
    if scheduler.owner is None:
        raise NotRunning("the runtime is not running: nobody can receive this message")
    if type(destination) is Reference:
        scheduler.post(deliver_through, destination, copy, for_tracer)
    else:
        scheduler.post(deliver, block, copy, for_tracer)


def _trace_send(me: ControlBlock, block: ControlBlock | None, destination: object, copy: Any) -> None:
    scheduler.enter(3)
    try:
        trace_event(me, SEND, SEND if block is not None else SEND_TO_NOBODY, copy, destination)
    finally:
        scheduler.critical = 0


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
    try:
        me = getcurrent().block  # type: ignore[attr-defined]
    except AttributeError:
        # In a greenlet of a library's that runs in the process.
        return receive_selectively(scheduler.me(), patterns, after, default)
    if patterns or after is not None or me.special or scheduler.critical:
        return receive_selectively(me, patterns, after, default)
    if not me.mailbox:
        if me.become is not None or imports_under_way or ("asyncio" in _modules and runs_event_loop()):
            check_waiting(me)
        # Local names, for methods of imported ones are called the slow way.
        engine, normal = scheduler, NORMAL_QUEUE
        successor: ControlBlock | None = None
        engine.critical = 1
        try:
            if me.pending is None and not me.mailbox:
                me.state = WAITING
                # What `hand_over` does, in the case that matters, and without a call.
                if normal and not (engine.attention or MAX_QUEUE or HIGH_QUEUE):
                    successor = normal[0]
                    carrier = successor.greenlet
                    if successor.state is READY and (carrier is not None or engine.carriers):
                        if carrier is None:
                            carrier = engine.carriers.pop()
                        normal.popleft()
                        engine.switches += 1
                        engine.current = successor
                        carrier.switch()
        except RecursionError:
            # As in `send`. To stand in the queue twice does no harm.
            if successor is not None and successor.state is READY:
                normal.appendleft(successor)
            raise
        finally:
            engine.critical = 0
        # Not once: a pattern of a `receive` with a timeout may itself receive.
        while me.pending is not None or not me.mailbox:
            await_message(me, 0)
    me.mark = None
    if scheduler.slice_over:
        scheduler.on_slice_over()
    return me.mailbox.popleft()


def receive_selectively(
    me: ControlBlock, patterns: tuple[Any, ...], after: int | str | None, default: Any, deadline: float | None = None
) -> Any:
    """Look for a match, wait for more messages, and look at those, until one matches or the time has gone by; until
    `deadline` where the time has begun before.
    """
    if scheduler.critical:
        scheduler.me()  # raises
    seconds = None if after is None else to_seconds(after)
    for pattern in patterns:
        if type(pattern) is not tuple and (pattern is ... or isinstance(pattern, Self)):
            raise mistaken(patterns)
    mark = me.mark
    seen = mark[1] if mark is not None and _starts_at_mark(patterns, mark[0]) and me.mark is mark else 0
    try:
        while True:
            box = me.mailbox
            if box and len(box) > seen and not me.dying:
                seen, found = _look(me, box, patterns, seen) if patterns else (0, True)
                if found:
                    me.mark = _mark(patterns, seen)
                    if not seen:
                        return box.popleft()
                    message = box[seen]
                    del box[seen]
                    return message
            if me.dying:
                # Also in a finaliser of what it owned: there is nobody to wait any more.
                raise Unwind
            if seconds is not None:
                now = monotonic()
                if deadline is None:
                    deadline = now + seconds
                if now >= deadline:
                    break
                set_deadline(me, deadline)
            if me.become is not None or imports_under_way or ("asyncio" in _modules and runs_event_loop()):
                check_waiting(me)
            await_message(me, seen)
    finally:
        me.deadline = None
    me.mark = _mark(patterns, seen)
    if default is _RAISE:
        what = "no message came that matches" if patterns else "no message came"
        raise ReceiveTimeout(f"{what} within {after} ms; default=... gives a value instead")
    return default


def _mark(patterns: tuple[Any, ...], refused: int) -> tuple[tuple[Any, ...], int] | None:
    """The same patterns, the next time, need not look at what they have refused, if that is worth it."""
    return (patterns, refused) if refused > NEAR and all(map(is_constant, patterns)) else None


def _starts_at_mark(patterns: tuple[Any, ...], key: Reference | tuple[Any, ...]) -> bool:
    """Whether the messages before a mark cannot match: they are older than a reference that each pattern holds, or have
    been refused by these very patterns.
    """
    if type(key) is tuple:
        return len(key) == len(patterns) and all(one is other for one, other in zip(key, patterns, strict=True))
    for pattern in patterns:
        if type(pattern) is not tuple:
            return False
        for each in pattern:
            # The tag of a reply is ("alias", reference).
            if each is key or (type(each) is tuple and len(each) == 2 and each[1] is key):
                break
        else:
            return False
    return bool(patterns)


def check_waiting(me: ControlBlock) -> None:
    """Refuse to wait after a `become` that was not returned, and where processes must not: in an event loop that runs,
    or in an import.
    """
    if me.become is not None:
        raise RuntimeError("become(...) was called and not returned: write `return become(...)`")
    check_may_wait()


def set_deadline(me: ControlBlock, deadline: float) -> None:
    """Have a wait of the calling process end by itself."""
    timer = me.wake_timer
    if timer is not None and timer.due <= deadline:
        me.deadline = deadline
        return
    scheduler.enter()
    try:
        scheduler.wake_at(me, deadline)
    finally:
        scheduler.critical = 0


def await_message(me: ControlBlock, refused: int) -> None:
    """Wait until the mailbox of the calling process has more than `refused` messages, or its deadline has come. Raises
    what is pending.
    """
    while True:
        scheduler.critical = 1
        try:
            if me.pending is None and (not me.mailbox or len(me.mailbox) <= refused):
                me.state = WAITING
                scheduler.switch()
        finally:
            scheduler.critical = 0
        if me.pending is not None:
            scheduler.raise_pending(me)
        if (me.mailbox and len(me.mailbox) > refused) or (me.deadline is not None and monotonic() >= me.deadline):
            return


def _look(me: ControlBlock, box: deque[Any], patterns: tuple[Any, ...], seen: int) -> tuple[int, bool]:
    """Look for a match behind the messages that were refused already. Returns where it is and True, or how many have
    been refused now and False.
    """
    size = NEAR
    while len(box) > seen and not me.dying:
        place = seen
        # Copies, for messages may come meanwhile; each time of more, for to reach the middle of a deque takes long.
        for message in (box[seen],) if len(box) == seen + 1 else _some(box, seen, size):
            for pattern in patterns:
                if matches(pattern, message):
                    break
            else:
                place += 1
                if place % SCAN_SLICE == 0 and scheduler.attention:
                    scheduler.give_way()
                continue
            if place < len(box) and box[place] is message:
                return place, True
            break
        else:
            if place <= len(box) and box[place - 1] is message:
                seen, size = place, 4 * size
                continue
        seen, size = 0, NEAR  # a pattern has itself received: look again
    return seen, False


def _some(box: deque[Any], start: int, size: int) -> list[Any]:
    """In a critical section, for no message may come meanwhile."""
    scheduler.critical = 1
    try:
        stop = min(start + size, len(box))
        if stop - start <= NEAR:
            return [box[place] for place in range(start, stop)]
        return list(islice(box, start, stop))
    finally:
        scheduler.critical = 0


def wait(seconds: float | None) -> None:
    """Wait, without a look into the mailbox; for ever with None."""
    me = scheduler.me()
    if me.dying:
        raise Unwind
    deadline = None if seconds is None else monotonic() + seconds
    check_may_wait()
    scheduler.enter()
    try:
        if deadline is not None:
            scheduler.wake_at(me, deadline)
        while me.pending is None and (deadline is None or monotonic() < deadline):
            scheduler.park()
    finally:
        me.deadline = None
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
