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

_BY_TURN = (MAX_QUEUE, HIGH_QUEUE, NORMAL_QUEUE, SPENT_QUEUE, LOW_QUEUE)
_ALL = (*_BY_TURN, BLOCKED_QUEUE)


def take_next() -> ControlBlock | None:
    """Take out the process whose turn it is; None when there is none, or only blocked ones."""
    for queue in _BY_TURN:
        if queue and (block := take(queue)) is not None:
            return block
    return None


def take(queue: RunQueue) -> ControlBlock | None:
    """Take out the first of one queue; None when nobody in it is ready."""
    while queue:
        block = queue[0]
        try:
            queue.popleft()
        except RecursionError:
            # The call of a signal handler was one too many here. To stand in the queue twice does no harm.
            queue.appendleft(block)
            raise
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
