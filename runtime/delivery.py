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
    if block.mailbox is None:
        block.mailbox = deque()
    block.mailbox.append(message)
    if block.state is WAITING:
        block.state = READY
        block.queue.append(block)


def trace_event(block: ControlBlock, flag: str, *event: Any) -> None:
    """Tell the tracer of a process, if it has one that wants to hear of such things. Tracers are not traced."""
    tracer = block.tracer
    if tracer is None or flag not in tracer.flags:
        return
    if tracer.receiver.dying:
        block.tracer = None
        block.special = block.dying
    else:
        put(tracer.receiver, (TRACE, block.pid, *event))
