"""How an input can end, beside a value and an error: what the helpers tell the evaluator that runs them."""

from __future__ import annotations

from pyex import Atom

# The value of an input that is not to be shown.
NO_RESULT = Atom("do not show this result in output")


class LeaveShell(BaseException):
    """Raised by `exit()` and `quit()` at the prompt; with the status that the program is to end with, if one is
    wished for."""

    def __init__(self, status: int | None = None) -> None:
        self.status = status


class Respawn(BaseException):
    """Raised by `respawn()` at the prompt."""
