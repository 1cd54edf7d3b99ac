"""What has happened to a supervisor's children so far, for who watches: the supervisor itself needs none of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyex.otp.supervisor.child import Child
from pyex.pid import Pid


@dataclass(slots=True)
class Tally:
    """`ended` children have ended by themselves, and `restarts` times a child was given a process again."""

    ended: int = 0
    restarts: int = 0

    def restarted(self, *children: Child) -> None:
        """Children have been started again; those that have a process now are counted."""
        for child in children:
            if isinstance(child.pid, Pid):
                self.restarts += 1
                child.restarts += 1
