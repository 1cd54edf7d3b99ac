"""Delivery: whom a destination names, and how a message gets into a mailbox.

`deliver` and all after it run in a critical section.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pyex import registered_name
from pyex.atom import Atom
from pyex.control_block import ControlBlock
from pyex.errors import bad_argument, describe
from pyex.node import is_this_node
from pyex.pid import Pid
from pyex.reference import Reference
from pyex.run_queue import READY, WAITING
from pyex.scheduler import scheduler

TRACE, RECEIVE, PROCS = Atom("trace"), Atom("receive"), Atom("procs")


def find(destination: object) -> ControlBlock | None:
    """The process that a destination names; None where a message to it vanishes."""
    match destination:
        case Pid():
            return destination.block
        case Reference():
            return None if destination.alias is None else destination.alias[0].block
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


def later(destination: object) -> tuple[Callable[[Any, Any], None], Any]:
    """How to deliver at another time, and to whom; a name is looked up then."""
    match destination:
        case Pid():
            return deliver_to_pid, destination
        case str() | type():
            return deliver_to_name, registered_name.normalise(destination)
    raise bad_argument(1, f"invalid destination: {describe(destination)}; write a pid or a registered name")


def deliver(block: ControlBlock, message: Any, for_tracer: Any = None) -> None:
    """Put a message, copied already, into a mailbox; a tracer is told of it, by a copy of its own if there is one."""
    if block.special:
        if block.dying:
            return
        trace_event(block, RECEIVE, RECEIVE, message if for_tracer is None else for_tracer)
    put(block, message)


def deliver_to_pid(pid: Pid, message: Any) -> None:
    """Deliver to whom the pid names now."""
    if pid.block is not None:
        deliver(pid.block, message)


def deliver_to_name(name: object, message: Any) -> None:
    """Deliver to whoever has the name now, else to nobody."""
    block = registered_name.whereis(name)
    if block is not None:
        deliver(block, message)


def put(block: ControlBlock, message: Any) -> None:
    """As `deliver`, to a process that is alive, and untraced."""
    try:
        if block.mailbox is None:
            block.mailbox = deque()
        block.mailbox.append(message)
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


def trace_event(block: ControlBlock, flag: str, *event: Any) -> None:
    """Tell those tracers of a process that want to hear of such things. Tracers are not traced, only observed."""
    tracer = block.tracer
    while tracer is not None:
        receiver = tracer.receiver
        if flag not in tracer.flags:
            pass
        elif isinstance(receiver, deque):
            receiver.append((block.pid, *event))
        elif receiver.dying:
            block.tracer = tracer.beside
            block.special = block.dying or block.tracer is not None
        else:
            message = (TRACE, block.pid, *event)
            observer = receiver.tracer
            while observer is not None:
                if isinstance(observer.receiver, deque):
                    observer.receiver.append((receiver.pid, RECEIVE, message))
                observer = observer.beside
            put(receiver, message)
        tracer = tracer.beside
