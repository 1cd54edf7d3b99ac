"""Starting processes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from greenlet import getcurrent

from pyex.atom import NORMAL, Atom
from pyex.control_block import ControlBlock, Entry, process_table
from pyex.delivery import PROCS, trace_event
from pyex.errors import Exit, Unwind, bad_argument, describe
from pyex.exit_reason import accepts
from pyex.exit_signal import link
from pyex.message import copied
from pyex.monitor import watch
from pyex.pid import Pid
from pyex.reference import Reference, make_ref
from pyex.run_queue import BY_PRIORITY
from pyex.scheduler import scheduler
from pyex.stack import initial_call
from pyex.trace import inherited

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
    priority: str = "normal",
) -> ControlBlock:
    """Start a process, linked and monitored before it runs."""
    me = scheduler.me()
    if me.dying:
        raise Unwind
    if type(function) is not FunctionType or function.__code__.co_flags & RETURNS_AT_ONCE:
        check_function("spawn", function)
    block = ControlBlock((copied(function), copied(args) if args else args), me.pid, me.group_leader)
    if priority != "normal":
        block.priority, block.queue = priority, BY_PRIORITY[priority]
    # Room also for the handler of a signal.
    scheduler.enter(8)
    try:
        process_table[block.pid.number] = block
        block.queue.append(block)
        if me.tracer is not None or scheduler.new_tracer is not None:
            _trace(me, block)
        if with_link:
            link(me, block)
        if watched_as is not None:
            watch(me, block, block.pid, watched_as)
    finally:
        scheduler.critical = 0
    if scheduler.slice_over:
        scheduler.on_slice_over()
    return block


def check_function(call: str, function: object) -> None:
    """Refuse, in the name of `call`, what no process can run: no function, or one whose call runs nothing."""
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}; write {call}(f, x) or {call}(lambda: f(x))")
    if getattr(getattr(function, "__code__", None), "co_flags", 0) & RETURNS_AT_ONCE:
        raise bad_argument(
            1,
            f"{describe(function)} is a generator or coroutine function: a call of it runs nothing; write a plain one",
        )


def _trace(parent: ControlBlock, child: ControlBlock) -> None:
    """In a critical section."""
    call = initial_call(child.initial_call)
    trace_event(parent, PROCS, Atom("spawn"), child.pid, call)
    child.tracer = inherited(parent.tracer)
    child.special = child.tracer is not None
    trace_event(child, PROCS, Atom("spawned"), parent.pid, call)


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
    return plan(function, args, False)


def plan(function: Callable[..., Any], args: tuple[Any, ...], drop_stack: bool) -> Entry:
    """What `become` and `hibernate` return, and the carrier looks for."""
    try:
        me = getcurrent().block  # type: ignore[attr-defined]
    except AttributeError:
        me = scheduler.me()
    if type(function) is not FunctionType and not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}")
    if me.become is not None:
        raise RuntimeError("become(...) was called and not returned: write `return become(...)`")
    me.become = step = (function, args)
    me.drop_stack = drop_stack
    return step
