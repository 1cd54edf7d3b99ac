"""What a process that stops tells the shell, and how it goes on."""

from __future__ import annotations

from pyex import Atom

# `(STOPPED, pid, stop)` is sent to the shell process.
STOPPED = Atom("stopped")
CONTINUE, NEXT, OUT = Atom("continue"), Atom("next"), Atom("out")


class Resume(BaseException):
    """Raised by `continue_()`, `next_()` and `out()` at a pry prompt."""

    def __init__(self, how: Atom) -> None:
        super().__init__(how)
        self.how = how
