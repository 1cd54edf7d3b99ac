"""Messages sent later: `send_after` and what can be asked of its timers."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Any

from pyex import registered_name
from pyex.errors import bad_argument, describe
from pyex.mailbox import deliver_to_name, deliver_to_pid
from pyex.message import copied
from pyex.node import is_this_node
from pyex.pid import Pid
from pyex.reference import Reference, make_ref
from pyex.scheduler import scheduler
from pyex.timer_queue import Timer

_timers: dict[Reference, Timer] = {}


def send_after(destination: object, message: Any, milliseconds: int) -> Reference:
    if type(milliseconds) is not int or milliseconds < 0:
        raise bad_argument(3, f"out of range: {milliseconds!r}; write a whole number of milliseconds from 0")
    deliver, target = _delivery(destination)
    copy = copied(message)
    me = scheduler.me()
    reference = make_ref()
    if not me.dying:
        scheduler.enter()
        _timers[reference] = scheduler.timers.start(milliseconds / 1000, _fire, reference, deliver, target, copy)
        scheduler.critical -= 1
    return reference


def cancel_timer(reference: Reference) -> int | bool:
    scheduler.me()
    left = read_timer(reference)
    scheduler.enter()
    timer = _timers.pop(reference, None)
    if timer is not None:
        timer.cancel()
    scheduler.critical -= 1
    return left


def read_timer(reference: Reference) -> int | bool:
    if not isinstance(reference, Reference):
        raise bad_argument(1, f"not a reference: {describe(reference)}; write what send_after returned")
    timer = _timers.get(reference)
    if timer is not None and isinstance(timer.args[2], Pid) and timer.args[2].block is None:
        return False  # in OTP a timer dies with the process that it is for
    return False if timer is None else max(0, ceil((timer.due - monotonic()) * 1000))


def forget_all() -> None:
    """When the runtime stops."""
    _timers.clear()


def _delivery(destination: object) -> tuple[Callable[[Any, Any], None], Any]:
    """How to deliver when the time has come, and to whom; a name is looked up then."""
    match destination:
        case Pid():
            return deliver_to_pid, destination
        case (name, node) if is_this_node(node):
            return deliver_to_name, registered_name.normalise(name)
        case str() | type():
            return deliver_to_name, registered_name.normalise(destination)
    raise bad_argument(1, f"invalid destination: {describe(destination)}; write a pid or a registered name")


def _fire(reference: Reference, deliver: Callable[[Any, Any], None], target: Any, message: Any) -> None:
    _timers.pop(reference, None)
    deliver(target, message)
