"""How much may be printed of what happens: a flood of events is counted, and neither shown nor kept."""

from __future__ import annotations

from time import monotonic

from pyex import group_leader
from pyex.scheduler import scheduler

LINES_A_SECOND = 100
# A terminal that is so many characters behind is given no more.
MOST_UNWRITTEN = 32 * 1024


class LineLimit:
    """Lets so many lines through in each second, and counts the others."""

    def __init__(self, lines_a_second: int = LINES_A_SECOND) -> None:
        self.lines_a_second = lines_a_second
        self.left_out = 0
        self._window = 0.0
        self._printed = 0

    def admits(self) -> bool:
        """Whether a line may be printed now; else it counts as left out."""
        now = monotonic()
        if now - self._window >= 1:
            self._window, self._printed = now, 0
        if self._printed >= self.lines_a_second or self.left_out or _terminal_is_behind():
            self.left_out += 1
            return False
        self._printed += 1
        return True

    def wait(self) -> int | str:
        """For how many milliseconds to wait for events before `report`: "infinity" where nothing was left out."""
        if not self.left_out:
            return "infinity"
        return max(0, int((self._window + 1 - monotonic()) * 1000))

    def report(self) -> str | None:
        """What to say of those that were left out, when it is time to; they are forgotten then."""
        if not self.left_out or monotonic() - self._window < 1 or _terminal_is_behind():
            return None
        count, self.left_out = self.left_out, 0
        return f"{count:,} more event{'s' if count > 1 else ''} not shown"


def _terminal_is_behind() -> bool:
    return group_leader.device_of(scheduler.me()).backlog > MOST_UNWRITTEN
