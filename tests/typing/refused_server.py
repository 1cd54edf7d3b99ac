"""Mistakes that type checkers find; each line that ends in "refused" is one."""

from __future__ import annotations

from pyex import self
from pyex.otp.server import Server, call, cast


class Counter(Server):
    def __init__(self, start: int = 0) -> None:
        self.n = start

    @call
    def increment(self, by: int = 1) -> int:
        self.n += by
        return self.increment("1")  # refused

    @cast
    def reset(self) -> None:
        self.n = 0

    @call
    def text(self) -> str:
        return self.n  # refused

    @cast(timeout=5)  # refused
    def later(self) -> None:
        self.then = 1.5  # refused


Counter.increment()  # refused
Counter.increment(2)  # refused
Counter.increment(self(), "2")  # refused
Counter.increment(self(), 2, 3)  # refused
Counter.increment(self(), to=2)  # refused
Counter.reset(self(), 1)  # refused
text: str = Counter.increment("counter")  # refused
Counter.start_link("10")  # refused
Counter.start_link(1, 2)  # refused
Counter.start_link(begin=1)  # refused
Counter.at(1)  # refused
counter = Counter.at("counter")
counter.increment("2")  # refused
counter.decrement()  # refused
