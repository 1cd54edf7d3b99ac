"""Starting processes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pyex.atom import NORMAL
from pyex.carrier import Become
from pyex.control_block import ControlBlock, process_table
from pyex.errors import Exit, Unwind, bad_argument, describe
from pyex.exit_reason import accepts
from pyex.exit_signal import link
from pyex.message import copied
from pyex.monitor import monitor
from pyex.pid import Pid
from pyex.reference import Reference, make_ref
from pyex.scheduler import scheduler

# Functions whose call only makes an object.
RETURNS_AT_ONCE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def spawn(function: Callable[..., Any], *args: Any) -> Pid:
    """Start a process that calls `function(*args)`.

        >>> pid = spawn(print, "hello")
        >>> Process.sleep(10)
        hello
        'ok'

    The function and its arguments are copied as messages are. Returns the pid at once; the process ends with reason
    "normal" when the function returns. Raises `ArgumentError` when `function` is no function. Mirrors `spawn/1` and
    `spawn/3`.
    """
    return start(function, args).pid


def spawn_link(function: Callable[..., Any], *args: Any) -> Pid:
    """Start a process that is linked to the caller: if one of them crashes, so does the other.

        >>> Process.flag("trap_exit", True)
        False
        >>> pid = spawn_link(exit, "boom")
        >>> receive() == ("EXIT", pid, "boom")
        True

    Returns the pid. Mirrors `spawn_link/1`.
    """
    return start(function, args, with_link=True).pid


def spawn_monitor(function: Callable[..., Any], *args: Any) -> tuple[Pid, Reference]:
    """Start a process and be told when it ends.

        >>> pid, ref = spawn_monitor(exit, "boom")
        >>> receive() == ("DOWN", ref, "process", pid, "boom")
        True

    Returns `(pid, reference)`. Raises `ArgumentError` when the function cannot take so many arguments. Mirrors
    `spawn_monitor/1`.
    """
    if not callable(function) or not accepts(function, args):
        raise bad_argument(1, f"{describe(function)} is not a function that takes {len(args)} arguments")
    reference = make_ref()
    block = start(function, args, watched_as=reference)
    return (block.pid, reference)


def start(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    *,
    with_link: bool = False,
    watched_as: Reference | None = None,
) -> ControlBlock:
    """Start a process, linked and monitored before it runs."""
    me = scheduler.me()
    if me.dying:
        raise Unwind
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}; write spawn(f, x) or spawn(lambda: f(x))")
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    if flags & RETURNS_AT_ONCE:
        raise bad_argument(
            1,
            f"{describe(function)} is a generator or coroutine function: a call of it runs nothing; write a plain one",
        )
    entry = (copied(function), copied(args))
    scheduler.enter()
    try:
        block = ControlBlock(entry, me.pid, me.group_leader)
        process_table[block.pid.number] = block
        if with_link:
            link(me, block)
        if watched_as is not None:
            monitor(me, block, block.pid, watched_as)
        scheduler.make_ready(block)
        return block
    finally:
        scheduler.critical -= 1


def exit(reason: Any = NORMAL) -> Any:
    """End the calling process.

        >>> pid, ref = spawn_monitor(lambda: exit("boom"))
        >>> receive()[4]
        'boom'

    Never returns: it raises `Exit(reason)`, which `finally` sees and `except Exception` does not. Mirrors `exit/1`.
    """
    raise Exit(reason)


def become(function: Callable[..., Any], *args: Any) -> Any:
    """Go on as `function(*args)`: the tail call, for servers that run for ever in constant memory.

        >>> def counter(n):
        ...     match receive():
        ...         case "count":
        ...             return become(counter, n + 1)
        ...         case ("get", who):
        ...             send(who, n)
        >>> pid = spawn(counter, 0)
        >>> send(pid, "count"), send(pid, ("get", self()))[0]
        ('count', 'get')
        >>> receive()
        1

    Must be returned from the process's function: `return become(...)`. A `become` that is made and not returned is
    a crash that says so.
    """
    return plan(function, args, drop_stack=False)


def plan(function: Callable[..., Any], args: tuple[Any, ...], *, drop_stack: bool) -> Become:
    me = scheduler.me()
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}")
    if me.become is not None:
        raise RuntimeError("become(...) was called and not returned: write `return become(...)`")
    step = Become(function, args, drop_stack)
    me.become = step
    return step
