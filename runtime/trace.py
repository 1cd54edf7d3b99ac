"""Tracing: a process is told what others do, by messages.

Beside the one process that `trace` sets, observers see a process's events: parts of the program that must not be seen
themselves. They are no processes; what they see is put into a queue of theirs, of events like `(pid, "send", message,
to)`, and goes on for all that the observed process spawns. Compare OTP's trace sessions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from pyex.control_block import ControlBlock, Tracer, process_table
from pyex.errors import bad_argument, describe
from pyex.pid import Pid
from pyex.scheduler import scheduler

EVENTS = frozenset({"send", "receive", "procs"})
FLAGS = EVENTS | {"set_on_spawn"}


def trace(which: object, how: bool, flags: Iterable[Any]) -> int:
    """Have the caller told, by messages, what processes do.

        >>> def echo():
        ...     who, what = receive()
        ...     send(who, what)
        >>> pid = spawn(echo)
        >>> trace(pid, True, ["send", "receive"])
        1
        >>> message = send(pid, (self(), "hello"))
        >>> receive() == ("trace", pid, "receive", (self(), "hello"))
        True
        >>> receive("hello"), receive() == ("trace", pid, "send", "hello", self())
        ('hello', True)

    `which` is a pid; or "existing", "new" or "all" processes. `how` is True to begin and False to end it. Flags:

    - "send": `("trace", pid, "send", message, to)`, or "send_to_non_existing_process" in its place;
    - "receive": `("trace", pid, "receive", message)`, when a message is put into the mailbox;
    - "procs": `("trace", pid, "spawn", child, (module, function, arity))` and `("trace", child, "spawned", pid, …)`,
      `("trace", pid, "exit", reason)`, and "link", "unlink", "getting_linked", "getting_unlinked" with the other's
      pid, "register" and "unregister" with the name;
    - "set_on_spawn": the processes that it spawns are traced likewise;
    - "all": all of these;
    - `("tracer", pid)`: that process is told in the caller's place.

    Tracing slows down who is traced, and nobody else. Returns how many processes it was set for. Raises `ArgumentError`
    for a process that is dead, is traced for somebody else, or is itself the tracer, and for unknown flags. Mirrors
    `erlang:trace/3`.
    """
    if not isinstance(how, bool):
        raise bad_argument(2, f"not a bool: {describe(how)}; write True to begin, False to end")
    wanted, receiver = _read_flags([flags] if isinstance(flags, str) else flags)
    blocks = _chosen(which)
    scheduler.enter()
    try:
        done = sum(_set(block, how, wanted, receiver) for block in blocks if block is not receiver)
        if which in ("new", "all"):
            scheduler.new_tracer = Tracer(receiver, wanted) if how else None
    finally:
        scheduler.critical = 0
    if isinstance(which, Pid) and not done:
        raise bad_argument(1, f"{which!r} is dead, is the tracer itself, or is traced for another process")
    return done


def _read_flags(flags: Iterable[Any]) -> tuple[frozenset[str], ControlBlock]:
    """What is to be traced, and who is told."""
    receiver = scheduler.me()
    wanted: set[str] = set()
    for flag in flags:
        match flag:
            case "all":
                wanted |= FLAGS
            case str() if flag in FLAGS:
                wanted.add(str(flag))
            case ("tracer", Pid() as pid) if pid.block is not None:
                receiver = pid.block
            case _:
                known = ", ".join(f'"{each}"' for each in sorted(FLAGS))
                raise bad_argument(3, f'invalid flag: {describe(flag)}; known are {known}, "all", ("tracer", pid)')
    if traced_for(receiver) is not None:
        raise bad_argument(3, f"{receiver.pid!r} is traced, and so cannot be the tracer of others")
    return frozenset(wanted), receiver


def _chosen(which: object) -> list[ControlBlock]:
    if isinstance(which, Pid):
        return [] if which.block is None else [which.block]
    if which in ("existing", "all"):
        return list(process_table.values())
    if which == "new":
        return []
    raise bad_argument(1, f'not a pid: {describe(which)}; or write "existing", "new" or "all"')


def _set(block: ControlBlock, how: bool, flags: frozenset[str], receiver: ControlBlock) -> bool:
    """Begin or end the tracing of one process; False where somebody else is told of it. In a critical section."""
    first = block.tracer
    held = traced_for(block)
    if held is not None and held is not receiver and not held.dying:
        return False
    observers = first.beside if first is not None and held is not None else first
    before = first.flags if first is not None and held is receiver else frozenset()
    left = before | flags if how else before - flags
    block.tracer = Tracer(receiver, left, observers) if left & EVENTS else observers
    block.special = block.dying or block.tracer is not None
    return True


def traced_for(block: ControlBlock) -> ControlBlock | None:
    """The process that is told of what this one does."""
    receiver = block.tracer.receiver if block.tracer is not None else None
    return receiver if isinstance(receiver, ControlBlock) else None


def inherited(parent: Tracer | None) -> Tracer | None:
    """Who is told of what a new process does, by its parent's tracers. In a critical section."""
    new = scheduler.new_tracer
    if parent is None or "set_on_spawn" in parent.flags:
        # Of observers all are; and a parent's own tracer goes before one for all that are new.
        if parent is None or new is None or isinstance(parent.receiver, ControlBlock):
            return new if parent is None else parent
        return Tracer(new.receiver, new.flags, parent)
    return parent.beside if new is None else Tracer(new.receiver, new.flags, parent.beside)


def observe(block: ControlBlock, queue: deque[Any]) -> None:
    """Have all that a process does put into a queue, and what those do that it spawns from here on."""
    scheduler.enter()
    try:
        chain = block.tracer
        if chain is not None and isinstance(chain.receiver, ControlBlock):
            block.tracer = Tracer(chain.receiver, chain.flags, _without(chain.beside, queue, and_then=queue))
        else:
            block.tracer = _without(chain, queue, and_then=queue)
        block.special = True
    finally:
        scheduler.critical = 0


def end_observation(queue: deque[Any], blocks: Iterable[ControlBlock] | None = None) -> None:
    """Have nothing more put into a queue; of some processes only, where these are given."""
    scheduler.enter()
    try:
        for block in process_table.values() if blocks is None else blocks:
            chain = block.tracer
            if chain is not None and isinstance(chain.receiver, ControlBlock):
                block.tracer = Tracer(chain.receiver, chain.flags, _without(chain.beside, queue))
            else:
                block.tracer = _without(chain, queue)
            block.special = block.dying or block.tracer is not None
    finally:
        # The hub, which may be asked to do this, is in a section of its own.
        scheduler.critical -= 1


def observed(queue: deque[Any]) -> list[ControlBlock]:
    """The processes whose events are put into a queue, the oldest first."""
    scheduler.enter()
    try:
        traced = [block for block in process_table.values() if block.tracer is not None]
    finally:
        scheduler.critical = 0
    return [block for block in traced if is_observed(block, queue)]


def is_observed(block: ControlBlock, queue: deque[Any]) -> bool:
    """Whether the events of a process are put into a queue."""
    chain = block.tracer
    while chain is not None and chain.receiver is not queue:
        chain = chain.beside
    return chain is not None


def _without(chain: Tracer | None, queue: deque[Any], *, and_then: deque[Any] | None = None) -> Tracer | None:
    """A chain of observers without this one, or with it as the last."""
    left = None if and_then is None else Tracer(and_then, FLAGS)
    while chain is not None:
        if chain.receiver is not queue:
            left = Tracer(chain.receiver, chain.flags, left)
        chain = chain.beside
    return left
