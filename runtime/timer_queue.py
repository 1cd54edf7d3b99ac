"""The timers of the scheduler, earliest first."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from time import monotonic
from typing import Any

# Cancelled timers are swept out when there are this many, and more of them than others.
SWEEP_AT = 64


class Timer:
    """One call to be made later."""

    __slots__ = ("args", "call", "due", "queue")

    def __init__(self, queue: TimerQueue, due: float, call: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.queue = queue
        self.due = due
        self.call: Callable[..., object] | None = call
        self.args = args

    def cancel(self) -> None:
        """Forget it; nothing happens where it has fired or was cancelled before."""
        if self.call is not None:
            self.call = None
            self.args = ()
            self.queue.count_cancelled()


class TimerQueue:
    """A heap of timers. Used in critical sections only."""

    __slots__ = ("cancelled", "heap", "order")

    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Timer]] = []
        self.order = count()
        self.cancelled = 0

    def start(self, seconds: float, call: Callable[..., object], *args: Any) -> Timer:
        """Have `call(*args)` made in `seconds`; timers due at the same time fire in the order of their start."""
        return self.start_at(monotonic() + seconds, call, *args)

    def start_at(self, due: float, call: Callable[..., object], *args: Any) -> Timer:
        """As `start`, for a time of the monotonic clock."""
        timer = Timer(self, due, call, args)
        heappush(self.heap, (timer.due, next(self.order), timer))
        return timer

    def fire(self, now: float) -> None:
        heap = self.heap
        while heap and heap[0][0] <= now:
            timer = heappop(heap)[2]
            call, args = timer.call, timer.args
            if call is None:
                self.cancelled -= 1
                continue
            timer.call = None
            timer.args = ()
            call(*args)

    def seconds_left(self, now: float) -> float | None:
        """Until the first is due; None without any."""
        heap = self.heap
        while heap and heap[0][2].call is None:
            heappop(heap)
            self.cancelled -= 1
        return max(0.0, heap[0][0] - now) if heap else None

    def count_cancelled(self) -> None:
        self.cancelled += 1
        if self.cancelled > SWEEP_AT and self.cancelled * 2 > len(self.heap):
            # In place: `fire` may be at work on it.
            self.heap[:] = [entry for entry in self.heap if entry[2].call is not None]
            heapify(self.heap)
            self.cancelled = 0
