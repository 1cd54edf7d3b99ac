"""`Task.async_stream`: a function called on many items, in tasks of which some run at a time.

The tasks belong to a process of the stream's own, the monitor. It starts them, times them, and tells the caller how
they ended; it is linked to the caller, and ends them when that ends or needs no more. `reference` is the caller's
monitor for it, and marks the messages of this stream:

    caller -> monitor    ("spawn", position)    ("stop", reference)
    monitor -> caller    ("spawned", (reference, position), pid)    ("max_children", reference)
                         ("down" | "timed_out", (reference, position), reason)
    task -> caller       ((reference, position), result)
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pyex.atom import DOWN, EXIT, INFINITY, KILL, NORMAL, OK, Atom
from pyex.errors import ArgumentError, Unwind, describe
from pyex.mailbox import receive, send
from pyex.otp.mfa import Mfa, with_first
from pyex.otp.task.process import TIMEOUT, Owner, Supervised, callers, owner_of_tasks, start_link, unlink_and_exit
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.self_ import self
from pyex.spawn import exit

SPAWN, SPAWNED, STOP, MAX_CHILDREN = Atom("spawn"), Atom("spawned"), Atom("stop"), Atom("max_children")
ENDED, TIMED_OUT, SHUTDOWN = Atom("down"), Atom("timed_out"), Atom("shutdown")
FAILED = Atom("exit")
LINK = Atom("link")
TOO_MANY = (
    "reached the maximum number of tasks for this task supervisor. The maximum number of tasks that are allowed to run "
    "at the same time under this supervisor can be configured with max_children given to Task.Supervisor.start_link"
)
TOO_MANY_IN_STREAM = (
    f"{TOO_MANY}. When using async_stream or async_stream_nolink, make sure to configure max_concurrency to be lower "
    "or equal to max_children and pay attention to whether other tasks are also spawned under the same task supervisor."
)

# Starts a task, in the monitor, for its owner: ("ok", "link" or "nolink", pid), or ("error", "max_children").
Spawn = Callable[[Owner], tuple[Any, ...]]


@dataclass(frozen=True)
class Options:
    """What the caller has asked for."""

    max_concurrency: int
    ordered: bool
    timeout: int | str
    on_timeout: str
    zip_input_on_exit: bool


def check_options(
    max_concurrency: int | None, ordered: bool, timeout: int | str, on_timeout: str, zip_input_on_exit: bool
) -> Options:
    """The options of a stream. Raises `ArgumentError`."""
    if max_concurrency is None:
        max_concurrency = os.cpu_count() or 1
    if type(max_concurrency) is not int or max_concurrency < 1:
        raise ArgumentError("max_concurrency must be an integer greater than zero")
    if timeout != INFINITY and (type(timeout) is not int or timeout < 0):
        raise ArgumentError(f'timeout={describe(timeout)}: write milliseconds, or "infinity"')
    if on_timeout not in ("exit", "kill_task"):
        raise ArgumentError(f'on_timeout={describe(on_timeout)}: write "exit" or "kill_task"')
    return Options(max_concurrency, bool(ordered), timeout, on_timeout, bool(zip_input_on_exit))


def spawn_linked(owner: Owner) -> tuple[Any, ...]:
    """Start a task of no supervisor's."""
    _, pid = start_link(owner, "nomonitor")
    return (OK, LINK, pid)


@dataclass
class _Item:
    """An item whose task has been started, and the result, when there is one."""

    item: Any
    pid: Pid | None = None
    result: tuple[Atom, Any] | None = None
    ended: bool = False


@dataclass
class _Stream:
    """What the caller knows of a stream."""

    parent: Pid
    monitor: Pid
    reference: Reference
    options: Options
    call: Mfa
    callers: list[Any]
    running: dict[int, _Item] = field(default_factory=dict)
    # The positions of those that have ended, until the loop has seen to them.
    ended: deque[int] = field(default_factory=deque)
    over: bool = False


def stream(items: Iterator[Any], call: Mfa, spawn: Spawn, options: Options) -> Generator[tuple[Atom, Any], None, None]:
    """The results, one by one."""
    this = _open(call, spawn, options)
    running, exhausted = this.running, False
    started = delivered = 0
    free = options.max_concurrency
    try:
        while not exhausted or delivered < started:
            if self() != this.parent:
                raise ArgumentError(f"this stream belongs to {this.parent!r}, and was asked for more by {self()!r}")
            if free and not exhausted:
                item = next(items, this)
                if item is this:
                    exhausted = True
                    continue
                _start(this, started, item)
                started, free = started + 1, free - 1
                continue
            while not this.ended:
                _take(this)
            position = this.ended.popleft()
            free += 1
            if not options.ordered:
                delivered += 1
                yield _result(running.pop(position))
                continue
            while delivered in running and running[delivered].ended:
                yield _result(running.pop(delivered))
                delivered += 1
    finally:
        _close(this)


def _open(call: Mfa, spawn: Spawn, options: Options) -> _Stream:
    parent = self()
    trap_exit = Process.info(parent, "trap_exit")[1]
    work = partial(_monitor, parent, partial(spawn, owner_of_tasks()), trap_exit, options.timeout)
    monitor, reference = Process.spawn(work, ["link", "monitor"])
    send(monitor, (parent, reference))
    return _Stream(parent, monitor, reference, options, call, callers())


def _start(this: _Stream, position: int, item: Any) -> None:
    """Have the monitor start a task, and tell that what to do."""
    this.running[position] = started = _Item(item if this.options.zip_input_on_exit else None)
    send(this.monitor, (SPAWN, position))
    while started.pid is None:
        _take(this)
    send(started.pid, (this.parent, (this.reference, position), this.parent, this.callers, with_first(this.call, item)))


def _take(this: _Stream) -> None:
    """Take one message of the stream. The oldest, whichever is waited for: to look for one behind the results of many
    tasks would take long.
    """
    reference, running = this.reference, this.running
    tag = (reference, ...)
    match receive((tag, ...), (..., tag, ...), (MAX_CHILDREN, reference), (DOWN, reference, ..., ..., ...)):
        case ("spawned", (_, position), pid):
            running[position].pid = pid
        case ("down" | "timed_out" as how, (_, position), reason):
            task = running[position]
            task.ended = True
            this.ended.append(position)
            if task.result is None:
                task.result = _failure(this, task.item, reason, how)
        case ("max_children", _):
            raise RuntimeError(TOO_MANY_IN_STREAM)
        case ((_, position), result):
            # It counts when the end of its task is told.
            running[position].result = (OK, result)
        case (_, _, _, _, reason):
            this.over = True
            _forget(this)
            _exit(this, reason)


def _failure(this: _Stream, item: Any, reason: Any, how: str) -> tuple[Atom, Any]:
    """The result of a task that had none."""
    if how == TIMED_OUT:
        if this.options.on_timeout == "exit":
            _exit(this, TIMEOUT)
        reason = TIMEOUT
    return (FAILED, (item, reason) if this.options.zip_input_on_exit else reason)


def _result(item: _Item) -> tuple[Atom, Any]:
    assert item.result is not None
    return item.result


def _close(this: _Stream) -> None:
    """Have the tasks that still run killed, and forget what they have sent."""
    if this.over or not _is_here(this.parent):
        return
    this.over = True
    send(this.monitor, (STOP, this.reference))
    try:
        reason = receive((DOWN, this.reference, ..., ..., ...))[4]
    except Unwind:
        # Killed meanwhile. Where Python drops the stream, it would print what is raised here.
        return
    _forget(this)
    if reason != NORMAL:
        _exit(this, reason)


def _is_here(parent: Pid) -> bool:
    """Whether this runs in the process that the stream is for, and that lives. A stream that is dropped elsewhere, or
    when the runtime has stopped, ends with that process; and who is being killed need not wait for its tasks to end.
    """
    try:
        return self() == parent and Process.alive(parent)
    except RuntimeError:
        return False


def _exit(this: _Stream, reason: Any) -> None:
    exit((reason, (Supervised, Atom("stream"), [this.options.timeout])))


def _forget(this: _Stream) -> None:
    """Take what has come of this stream, which is over, out of the mailbox."""
    receive((EXIT, this.monitor, ...), after=0, default=None)
    tag = (this.reference, ...)
    while receive((tag, ...), (..., tag, ...), after=0, default=None) is not None:
        pass


@dataclass
class _Task:
    """What the monitor knows of a task that runs."""

    position: int
    link: str
    pid: Pid
    timer: Reference | None
    timed_out: bool = False


def _monitor(parent: Pid, spawn: Callable[[], tuple[Any, ...]], trap_exit: bool, timeout: int | str) -> None:
    """What the monitor does. It traps exits if its parent does: if not, a task that crashes takes both along."""
    Process.flag("trap_exit", trap_exit)
    watched = Process.monitor(parent)
    first = receive((parent, ...), (DOWN, watched, ..., ..., ...))
    if len(first) == 5:
        exit(first[4])
    reference = first[1]
    tasks: dict[Any, _Task] = {}
    while True:
        match receive():
            case ("spawn", position):
                _spawn(tasks, position, spawn, parent, reference, timeout)
            case ("DOWN", Reference() as monitor, _, _, reason) if monitor in tasks:
                task = tasks.pop(monitor)
                if task.timer is not None:
                    Process.cancel_timer(task.timer)
                send(parent, (TIMED_OUT if task.timed_out else ENDED, (reference, task.position), reason))
            case ("timeout", Reference() as monitor):
                if monitor in tasks:
                    tasks[monitor].timed_out = True
                    unlink_and_exit(tasks[monitor].pid, KILL)
            case ("DOWN", monitor, _, _, reason) if monitor == watched:
                _end_with_parent(tasks, reason)
            case ("stop", mark) if mark == reference:
                _stop(tasks)


def _spawn(
    tasks: dict[Any, _Task],
    position: int,
    spawn: Callable[[], tuple[Any, ...]],
    parent: Pid,
    reference: Reference,
    timeout: int | str,
) -> None:
    started = spawn()
    if started[0] != OK:
        send(parent, (MAX_CHILDREN, reference))
        return
    _, link, pid = started
    monitor = Process.monitor(pid)
    timer = None if isinstance(timeout, str) else Process.send_after(self(), (TIMEOUT, monitor), timeout)
    send(parent, (SPAWNED, (reference, position), pid))
    tasks[monitor] = _Task(position, link, pid, timer)


def _stop(tasks: dict[Any, _Task]) -> None:
    """The caller needs no more."""
    Process.flag("trap_exit", True)
    for task in tasks.values():
        Process.exit(task.pid, KILL)
    for monitor in tasks:
        receive((DOWN, monitor, ..., ..., ...))
    exit(NORMAL)


def _end_with_parent(tasks: dict[Any, _Task], reason: Any) -> None:
    """The caller has ended, for whatever reason: nobody will ever ask for the results."""
    for task in tasks.values():
        if task.link == LINK:
            Process.exit(task.pid, SHUTDOWN if reason == NORMAL else reason)
    exit(reason)
