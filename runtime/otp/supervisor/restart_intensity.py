"""Restart intensity: how many restarts a supervisor makes within how long before it gives up."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Restarts:
    """The restarts of the last `max_seconds`.

    Time is counted in whole seconds, and both ends belong to the window, as in OTP: restarts 1.2 s apart count
    together when `max_seconds` is 1.
    """

    max_restarts: int
    max_seconds: int
    times: deque[int] = field(default_factory=deque)

    def __repr__(self) -> str:
        return f"<{len(self.times)} restarts, at most {self.max_restarts} in {self.max_seconds} s>"

    def add(self) -> bool:
        """Count a restart that is about to be made; False when it is one too many."""
        now = int(monotonic())
        self.times.append(now)
        while self.times[0] < now - self.max_seconds:
            self.times.popleft()
        return len(self.times) <= self.max_restarts
