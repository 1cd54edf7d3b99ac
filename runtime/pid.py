"""Process identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from pyex.errors import bad_argument, describe

if TYPE_CHECKING:
    from pyex.control_block import ControlBlock

_numbers: Iterator[int] = count(1)


class Pid:
    """The name of one process, for ever: numbers count up and are never used again.

        >>> self()  # doctest: +ELLIPSIS
        #PID<0....0>

    Pids compare equal when they name the same process and can be sent, stored and used as keys after its death.
    """

    __slots__ = ("block", "number")

    number: int
    # The process's control block while it is alive, else None: a send needs no look-up.
    block: ControlBlock | None

    def __repr__(self) -> str:
        serial, number = divmod(self.number, 1 << 28)
        return f"#PID<0.{number}.{serial}>"

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Pid) and self.number == other.number)

    def __hash__(self) -> int:
        return hash(("pid", self.number))

    def __lt__(self, other: Pid) -> bool:
        if not isinstance(other, Pid):
            return NotImplemented
        return self.number < other.number

    def __copy__(self) -> Pid:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Pid:
        return self


def new_pid(block: ControlBlock) -> Pid:
    pid = Pid()
    pid.number = next(_numbers)
    pid.block = block
    return pid


def check_pid(value: object, position: int = 1) -> Pid:
    """An argument that must be a pid; `position` is its place among the others."""
    if isinstance(value, Pid):
        return value
    raise bad_argument(position, f"not a pid: {describe(value)}")
