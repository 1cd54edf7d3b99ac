"""Requests: a message to a process that is to answer it, and the wait for the answer. Calls to servers are made of it.

`ask` is `monitor`, `send`, `receive` and `demonitor` in one, which takes half the time: where nothing is special all
that happens in one critical section, and the caller switches to the process that it asks at the end of it.
"""

from __future__ import annotations

import sys
from time import monotonic
from typing import Any

from greenlet import getcurrent

from pyex.alias import DEMONITOR
from pyex.atom import DOWN, Atom
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
    if special:
        return _ask_step_by_step(pid, label, request, timeout)
    deadline = None
    if type(timeout) is int and 0 <= timeout <= LONGEST_TIMEOUT:
        deadline = monotonic() + timeout / 1000
    else:
        check_timeout(timeout)
    if me.become is not None or imports_under_way or ("asyncio" in _modules and runs_event_loop()):
        check_waiting(me)
    copy = request if type(request) in IMMUTABLE else copied(request)
    reference = new_reference()
    number = reference.number
    tag = (ALIAS, reference)
    earlier = len(me.mailbox) if me.mailbox else 0
    try:
        if deadline is not None:
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
        finally:
            scheduler.critical = 0
        if me.pending is not None:
            scheduler.raise_pending(me)
        if scheduler.slice_over:
            scheduler.on_slice_over()
        box = me.mailbox
        if box and len(box) > earlier:
            message = box[earlier]
            if type(message) is tuple and len(message) == 2 and message[0] is tag:
                del box[earlier]
                return message[1]
        if earlier:
            me.mark = (reference, earlier)
        return _answered(receive_selectively(me, _answers(tag), timeout, None, deadline))
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
        finally:
            scheduler.critical = 0
        if not watching:
            demonitor(reference, _FLUSH)


def _ask_step_by_step(pid: Pid, label: str, request: Any, timeout: int | str) -> Any:
    """Where something is special: somebody is traced or dying, or not in its own greenlet."""
    me = scheduler.me()
    if pid is me.pid:
        raise NoAnswer(CALLING_SELF)
    check_timeout(timeout)
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
        put(block, (tag, copy))
    finally:
        scheduler.critical = 0
    if scheduler.slice_over:
        scheduler.on_slice_over()
    return True
