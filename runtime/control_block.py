"""The process control block: what the engine knows of one process, and the table of those alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from pyex.atom import NORMAL
from pyex.pid import Pid, new_pid

if TYPE_CHECKING:
    from greenlet import greenlet

    from pyex.reference import Reference

Entry = tuple[Callable[..., Any], tuple[Any, ...]]


class State(IntEnum):
    """What the scheduler may do with a process."""

    READY = 0
    RUNNING = 1
    WAITING = 2
    DEAD = 3


class Priority(IntEnum):
    """The run queues, first served first. `MAX` is also where the dying are served."""

    MAX = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


class ControlBlock:
    """One process. Containers are made when first needed: an idle process must stay small."""

    __slots__ = (
        "become",
        "blocked",
        "blocked_since",
        "dictionary",
        "dying",
        "entry",
        "exit_reason",
        "greenlet",
        "group_leader",
        "initial_call",
        "links",
        "mailbox",
        "monitored_by",
        "monitors",
        "name",
        "parent",
        "pending",
        "pid",
        "priority",
        "rank",
        "slices",
        "state",
        "timers",
        "trap_exit",
        "unwinding_since",
    )

    def __init__(self, entry: Entry, parent: Pid | None, group_leader: Pid | None) -> None:
        self.pid = new_pid(self)
        self.entry = entry
        self.initial_call = entry[0]
        self.parent = parent
        self.group_leader = group_leader
        # The carrier that holds its stack; None before its first slice and while it hibernates.
        self.greenlet: greenlet | None = None
        self.state = State.READY
        self.priority = Priority.NORMAL
        # The queue it waits in: its priority's, but for the shell and the logger, which go first and do not say so.
        self.rank = Priority.NORMAL
        self.mailbox: deque[Any] | None = None
        self.links: dict[ControlBlock, None] | None = None
        # Monitors it holds (what was asked for, and whom that meant) and those held on it (who, and as what).
        self.monitors: dict[Reference, tuple[object, ControlBlock]] | None = None
        self.monitored_by: dict[Reference, tuple[ControlBlock, object]] | None = None
        # The timers that will send to it.
        self.timers: set[Reference] | None = None
        self.trap_exit = False
        self.name: object = None
        self.dictionary: dict[Any, Any] | None = None
        # What is raised in it when it next runs: `Unwind` for the dying, `KeyboardInterrupt` for Ctrl+C.
        self.pending: type[BaseException] | None = None
        self.dying = False
        self.exit_reason: Any = NORMAL
        self.unwinding_since: float | None = None
        self.become: object = None
        # Its last slice went by with hardly any CPU used: it sits in a call that blocks the thread.
        self.blocked = False
        # When that began, as far as it has not been reported.
        self.blocked_since: float | None = None
        self.slices = 0


# Every process alive, by the number of its pid.
process_table: dict[int, ControlBlock] = {}
