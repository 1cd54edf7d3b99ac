"""The process control block: what the engine knows of one process, and the table of those alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyex.atom import NORMAL
from pyex.pid import Pid, new_pid
from pyex.run_queue import NORMAL_QUEUE, READY, RunQueue, State

if TYPE_CHECKING:
    from contextvars import Context

    from greenlet import greenlet

    from pyex.reference import Reference
    from pyex.timer_queue import Timer

Entry = tuple[Callable[..., Any], tuple[Any, ...]]
# A monitor: its reference, who watches, who is watched, by which pid or name that one was asked for, and whether it had
# ended by then.
Monitor = tuple["Reference", "ControlBlock", "ControlBlock", object, bool]


class Tracer:
    """Who is told of what a process does, and of which things; and who else is told besides.

    `receiver` is a process, of which a chain has one at most, as its first; or the queue of an observer, which is no
    process and is told without messages. A chain is shared by processes, and never changed.
    """

    __slots__ = ("beside", "flags", "receiver")

    def __init__(
        self, receiver: ControlBlock | deque[Any], flags: frozenset[str], beside: Tracer | None = None
    ) -> None:
        self.receiver = receiver
        self.flags = flags
        self.beside = beside


class ControlBlock:
    """One process. Containers are made when first needed: an idle process must stay small."""

    __slots__ = (
        "announced",
        "become",
        "blocked",
        "blocked_at",
        "blocked_since",
        "context",
        "deadline",
        "dictionary",
        "drop_stack",
        "dying",
        "entry",
        "exit_reason",
        "greenlet",
        "group_leader",
        "initial_call",
        "links",
        "mailbox",
        "mark",
        "monitored_by",
        "monitors",
        "name",
        "parent",
        "pending",
        "pid",
        "priority",
        "queue",
        "reductions",
        "special",
        "state",
        "timers",
        "tracer",
        "trap_exit",
        "unwinding_since",
        "wake_timer",
    )

    def __init__(self, entry: Entry, parent: Pid | None, group_leader: Pid | None) -> None:
        self.pid = new_pid(self)
        self.entry = entry
        self.initial_call = entry[0]
        self.parent = parent
        self.group_leader = group_leader
        # The carrier that holds its stack; None before its first slice and while it hibernates.
        self.greenlet: greenlet | None = None
        self.state: State = READY
        self.priority = "normal"
        # Where it queues: as its priority says, but for the shell and the logger, which go first and do not say so.
        self.queue: RunQueue = NORMAL_QUEUE
        # Dying or traced: then a send or receive has more to do.
        self.special = False
        self.tracer: Tracer | None = None
        self.mailbox: deque[Any] | None = None
        self.links: dict[ControlBlock, None] | None = None
        # The monitors that it holds, and those on it, by the numbers of their references.
        self.monitors: dict[int, Monitor] | None = None
        self.monitored_by: dict[int, Monitor] | None = None
        # So many messages need no look by who waits for this: a reference, which was made when they were there already;
        # or patterns, which have refused them.
        self.mark: tuple[Reference | tuple[Any, ...], int] | None = None
        # The timers that will send to it.
        self.timers: set[Reference] | None = None
        self.trap_exit = False
        self.name: object = None
        self.dictionary: dict[Any, Any] | None = None
        # What is raised in it when it next runs: `Unwind` for the dying, `KeyboardInterrupt` for Ctrl+C.
        self.pending: BaseException | type[BaseException] | None = None
        self.dying = False
        self.announced = False
        self.exit_reason: Any = NORMAL
        self.unwinding_since: float | None = None
        # When the wait it is in ends by itself, and the timer that will look at that; see `scheduler.wake_at`.
        self.deadline: float | None = None
        self.wake_timer: Timer | None = None
        # Its context variables, while it has no stack.
        self.context: Context | None = None
        # What `become` or `hibernate` has planned: the next call, and whether to wait for a message without a stack.
        self.become: Entry | None = None
        self.drop_stack = False
        # Its last slice went by with hardly any CPU used: it sits in a call that blocks the thread.
        self.blocked = False
        # When that began, as far as it has not been reported, and when it was seen last.
        self.blocked_since: float | None = None
        self.blocked_at = 0.0
        # At how many of the watcher's ticks it was the one that ran; counted there alone.
        self.reductions = 0


# Every process alive, by the number of its pid.
process_table: dict[int, ControlBlock] = {}
