"""Restart intensity: how many restarts a supervisor makes within how long before it gives up."""

from __future__ import annotations

from collections import deque
from time import monotonic


class Restarts:
    """The restarts of the last `max_seconds`.

    Time is counted in whole seconds, and both ends belong to the window, as in OTP: restarts 1.2 s apart count
    together when `max_seconds` is 1.
    """

    __slots__ = ("max_restarts", "max_seconds", "times")

    def __init__(self, max_restarts: int, max_seconds: int) -> None:
        self.max_restarts = max_restarts
        self.max_seconds = max_seconds
        self.times: deque[int] = deque()

    def add(self) -> bool:
        """Count a restart that is about to be made; False when it is one too many."""
        now = int(monotonic())
        self.times.append(now)
        while self.times[0] < now - self.max_seconds:
            self.times.popleft()
        return len(self.times) <= self.max_restarts
