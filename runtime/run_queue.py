"""The run queues: the processes that are ready, by priority, and first come, first served in each.

An entry may be stale: whoever is not ready when it is taken out is passed over. So a process can be put ahead of all
others without a search for where it stood before.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyex.control_block import ControlBlock


class State(IntEnum):
    """What the scheduler may do with a process."""

    READY = 0  # or running
    WAITING = 1
    DEAD = 2


# The same as plain names: they are looked up at each switch.
READY, WAITING, DEAD = State

RunQueue = deque["ControlBlock"]

# For the dying too, and whoever is to run at once.
MAX_QUEUE: RunQueue = deque()
HIGH_QUEUE: RunQueue = deque()
NORMAL_QUEUE: RunQueue = deque()
# Those of normal and higher priority that have used up a time slice. They go on when none of the others is ready, and
# one of them each tick: so those that mostly wait for messages are not held up by those that never do.
SPENT_QUEUE: RunQueue = deque()
# Likewise, but more rarely.
LOW_QUEUE: RunQueue = deque()
# Those that sit in a call that blocks the thread: after all others.
BLOCKED_QUEUE: RunQueue = deque()

BY_PRIORITY: dict[str, RunQueue] = {"max": MAX_QUEUE, "high": HIGH_QUEUE, "normal": NORMAL_QUEUE, "low": LOW_QUEUE}

_ALL = (*BY_PRIORITY.values(), SPENT_QUEUE, BLOCKED_QUEUE)


def take_next() -> ControlBlock | None:
    """Take out the process whose turn it is; None when there is none, or only blocked ones."""
    while True:
        if MAX_QUEUE:
            block = MAX_QUEUE.popleft()
        elif HIGH_QUEUE:
            block = HIGH_QUEUE.popleft()
        elif NORMAL_QUEUE:
            block = NORMAL_QUEUE.popleft()
        elif SPENT_QUEUE:
            block = SPENT_QUEUE.popleft()
        elif LOW_QUEUE:
            block = LOW_QUEUE.popleft()
        else:
            return None
        if block.state is READY:
            return block


def take_blocked() -> ControlBlock | None:
    """Take out the blocked process whose turn it is."""
    while BLOCKED_QUEUE:
        block = BLOCKED_QUEUE.popleft()
        if block.state is READY:
            return block
    return None


def bring_back(queue: RunQueue) -> None:
    """Let one that has waited behind all others wait with them again."""
    if queue:
        NORMAL_QUEUE.append(queue.popleft())


def length() -> int:
    """How many are ready."""
    return sum(block.state is READY for queue in _ALL for block in queue)


def clear() -> None:
    for queue in _ALL:
        queue.clear()
