"""What an action asks of a server, with an end to the waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pyex.errors import Exit
from pyex.observer.looking.term import is_word
from pyex.observer.view import Refused
from pyex.pid import Pid

Answer = TypeVar("Answer")

# So long an answer is waited for; so long a child may take to end or to start.
ANSWER_MS, CHILD_MS = 5_000, 10_000


def answer(pid: Pid, milliseconds: int, question: Callable[[], Answer]) -> Answer:
    """What a question to a server returns, that is asked with this timeout. Raises `Refused` where no answer comes."""
    try:
        return question()
    except Exit as error:
        if is_word(why(error), "timeout"):
            seconds = milliseconds // 1000
            text = f"{pid!r} did not answer within {seconds} s: it is busy, or suspended, and will obey later"
            raise Refused(text, 504) from None
        raise Refused(f"{pid!r} has ended meanwhile", 404) from None


def why(error: Exit) -> Any:
    """The reason of a call that failed, without the call that it was."""
    reason = error.reason
    return reason[0] if type(reason) is tuple and reason else reason
