"""Tracing: a process is told what others do, by messages."""

from __future__ import annotations

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
    if receiver.tracer is not None:
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
    held = block.tracer
    if held is not None and held.receiver is not receiver and not held.receiver.dying:
        return False
    before = held.flags if held is not None and held.receiver is receiver else frozenset()
    left = before | flags if how else before - flags
    block.tracer = Tracer(receiver, left) if left & EVENTS else None
    block.special = block.dying or block.tracer is not None
    return True
