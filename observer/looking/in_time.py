"""Terms put into words in a process of its own, which is killed where that takes too long: a `__repr__` of the user's
may do anything.

    texts_in_time([state], shown)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from pyex import Process, receive
from pyex.errors import Unwind

# For all together, and for one.
TOTAL_MS, EACH_MS = 300, 150
# Who resists a kill is given up after a second.
KILL_MS = 1500
TOO_LONG = "<it takes too long to show>"


class Order:
    """Terms, and the texts that there are already. Given to the other process as it is, not as a copy."""

    def __init__(self, terms: Sequence[Any], write: Callable[[Any], str]) -> None:
        self.terms = terms
        self.write = write
        self.texts: list[str] = []

    def __deepcopy__(self, memo: dict[int, object]) -> Order:
        return self


def texts_in_time(terms: Sequence[Any], write: Callable[[Any], str]) -> list[str]:
    """What `write` makes of each, without those terms whose own code takes too long or fails."""
    order = Order(terms, write)
    deadline = monotonic() + TOTAL_MS / 1000
    while len(order.texts) < len(terms):
        left = int((deadline - monotonic()) * 1000)
        if left <= 0:
            order.texts += [TOO_LONG] * (len(terms) - len(order.texts))
        elif not _has_ended(order, min(left, EACH_MS)):
            order.texts.append(TOO_LONG)
    return order.texts


def _has_ended(order: Order, most_ms: int) -> bool:
    """Whether another process, put to work for so long, has come to the end."""
    pid, reference = Process.spawn(_write_all, ["monitor", ("priority", "high")], (order,))
    down = receive(("DOWN", reference, ..., ..., ...), after=most_ms, default=None)
    if down is None:
        Process.exit(pid, "kill")
        receive(("DOWN", reference, ..., ..., ...), after=KILL_MS, default=None)
        Process.demonitor(reference, ["flush"])
    return len(order.texts) >= len(order.terms)


def _write_all(order: Order) -> None:
    for term in order.terms[len(order.texts) :]:
        try:
            text = order.write(term)
        except Unwind:
            raise
        except BaseException as error:
            text = f"<it cannot be shown: {type(error).__name__}>"
        order.texts.append(text)
