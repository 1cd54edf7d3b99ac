"""Requests: a message to a process that is to answer it, and the wait for the answer. Calls to servers are made of it.

`ask` is `monitor`, `send`, `receive` and `demonitor` in one, which takes half the time. Where nothing is special it
does all that in one critical section, in the middle of which others run.
"""

from __future__ import annotations

import sys
from collections import deque
from time import monotonic
from typing import Any

from greenlet import getcurrent

from pyex.alias import DEMONITOR
from pyex.atom import DOWN, INFINITY, Atom
from pyex.control_block import ControlBlock
from pyex.delivery import put
from pyex.errors import bad_argument
from pyex.mailbox import LONGEST_TIMEOUT, check_waiting, receive, receive_selectively, send, set_deadline, to_seconds
from pyex.message import IMMUTABLE, copied
from pyex.monitor import demonitor, monitor
from pyex.pid import Pid
from pyex.reference import Reference, Special, new_reference
from pyex.run_queue import WAITING
from pyex.scheduler import scheduler
from pyex.stack import imports_under_way, runs_event_loop

ALIAS, CALLING_SELF, TIMEOUT = Atom("alias"), Atom("calling_self"), Atom("timeout")
_FLUSH = ("flush",)
_modules = sys.modules


class NoAnswer(Exception):
    """A request is not answered; `reason` says why."""

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason


def ask(pid: Pid, label: str, request: Any, timeout: int | str) -> Any:
    """Send `(label, from_, request)` to a process, and wait for what it gives to `answer(from_, …)`.

    The answer comes through an alias, so that one that is late vanishes. Raises `NoAnswer` with the reason of the
    process's end, "noproc", "calling_self", or "timeout" after `timeout` milliseconds.
    """
    target: ControlBlock = pid.block  # type: ignore[assignment]
    try:
        me = getcurrent().block  # type: ignore[attr-defined]
        special = scheduler.critical or me.special or target.special or target is me
    except AttributeError:
        # Not in the process's own greenlet, or in no process at all; or to one that is dead.
        special = True
    is_timed = type(timeout) is int and 0 < timeout <= LONGEST_TIMEOUT
    if special or not (is_timed or timeout == INFINITY):
        return _ask_step_by_step(pid, label, request, timeout)
    if me.become is not None or imports_under_way or ("asyncio" in _modules and runs_event_loop()):
        check_waiting(me)
    copy = request if type(request) in IMMUTABLE else copied(request)
    reference = new_reference()
    number = reference.number
    tag = (ALIAS, reference)
    deadline: float | None = None
    answered: Any = None
    try:
        if is_timed:
            deadline = monotonic() + timeout / 1000  # type: ignore[operator]
            timer = me.wake_timer
            if timer is not None and timer.due <= deadline:
                me.deadline = deadline
            else:
                set_deadline(me, deadline)
        if target.special or me.special:
            # What was copied, or a finaliser, has run the user's code. From here on nothing does.
            return _ask_step_by_step(pid, label, request, timeout)
        scheduler.critical = 1
        try:
            earlier = len(me.mailbox) if me.mailbox else 0
            # As `watch` does, without a call.
            if me.monitors is None:
                me.monitors = {}
            if target.monitored_by is None:
                target.monitored_by = {}
            me.monitors[number] = target.monitored_by[number] = (reference, me, target, pid, False)
            reference.alias = (me.pid, DEMONITOR)
            reference.block = me
            put(target, (label, (me.pid, tag), copy))
            if me.pending is None:
                me.state = WAITING
                scheduler.hand_over().switch()
            box = me.mailbox
            if box and len(box) > earlier:
                message = box[earlier]
                if type(message) is tuple and len(message) == 2 and message[0] is tag:
                    del box[earlier]
                    answered = message
            if earlier and answered is None:
                me.mark = (reference, earlier)
        finally:
            scheduler.critical = 0
        if me.pending is not None:
            scheduler.raise_pending(me)
        if scheduler.slice_over:
            scheduler.on_slice_over()
        if answered is not None:
            return answered[1]
        answered = receive_selectively(me, _answers(tag), timeout, None, deadline)
        return _answered(answered)
    finally:
        me.deadline = None
        # As `unwatch` does.
        scheduler.critical = 1
        try:
            watching = me.monitors is not None and number in me.monitors
            if watching:
                del me.monitors[number]
                if target.monitored_by is not None:
                    del target.monitored_by[number]
                    if not target.monitored_by:
                        target.monitored_by = None
                reference.alias = None
                reference.block = Special
            # Dropped behind the section: what is in it may have finalisers.
            dropped = None if watching and answered is not None else _take_out(me, tag, answered)
        finally:
            scheduler.critical = 0
        del dropped


def _ask_step_by_step(pid: Pid, label: str, request: Any, timeout: int | str) -> Any:
    """Where something is special: somebody is traced or dying, or not in its own greenlet."""
    me = scheduler.me()
    if pid is me.pid:
        raise NoAnswer(CALLING_SELF)
    check_timeout(timeout)
    check_waiting(me)
    # Until `demonitor`: what else is answered before the caller goes on is in its mailbox, as in OTP.
    reference = monitor(pid, alias=DEMONITOR)
    tag = (ALIAS, reference)
    try:
        send(pid, (label, (me.pid, tag), request))
        return _answered(receive(*_answers(tag), after=timeout, default=None))
    finally:
        # Also where the request cannot be sent.
        demonitor(reference, _FLUSH)


def _answers(tag: tuple[Atom, Reference]) -> tuple[Any, Any]:
    """The patterns of an answer, and of the news that there will be none."""
    return (tag, ...), (DOWN, tag[1], ..., ..., ...)


def _answered(message: Any) -> Any:
    if message is None:
        raise NoAnswer(TIMEOUT)
    if message[0] == DOWN:
        raise NoAnswer(message[4])
    return message[1]


def _take_out(me: ControlBlock, tag: tuple[Atom, Reference], answered: Any) -> list[Any]:
    """Take what nobody waits for any more out of the mailbox: that there will be no answer; and the answer, where the
    caller has given up. In a critical section.
    """
    box = me.mailbox or deque()
    taken, place = [], 0
    for message in list(box):
        if type(message) is tuple and (
            (len(message) == 5 and message[1] is tag[1])
            or (len(message) == 2 and message[0] is tag and answered is None)
        ):
            del box[place]
            taken.append(message)
            me.mark = None
        else:
            place += 1
    return taken


def check_timeout(timeout: Any) -> None:
    """Refuse what is no timeout."""
    if timeout is None:
        raise bad_argument(3, 'None is no timeout: write milliseconds, or "infinity"')
    to_seconds(timeout)


def answer(from_: Any, value: Any) -> bool:
    """Give an answer; `from_` came with the request. False where something is special: then `send` has to do it."""
    if type(from_) is not tuple or len(from_) != 2 or type(from_[1]) is not tuple:
        return False
    tag = from_[1]
    try:
        kind, reference = tag
        block, me = reference.block, getcurrent().block  # type: ignore[attr-defined]
        if kind is not ALIAS or reference.alias is None or scheduler.critical or block.special or me.special:
            return False
    except (AttributeError, ValueError):
        return False
    copy = value if type(value) in IMMUTABLE else copied(value)
    scheduler.critical = 1
    try:
        # While it was copied the alias may have ended.
        if reference.block is block:
            put(block, (tag, copy))
    finally:
        scheduler.critical = 0
    if scheduler.slice_over:
        scheduler.on_slice_over()
    return True
