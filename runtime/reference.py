"""References: values that are unique for the life of the runtime."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from greenlet import getcurrent

if TYPE_CHECKING:
    from pyex.control_block import ControlBlock
    from pyex.pid import Pid

_numbers: Iterator[int] = count(1)


class Special:
    """Stands where a pid has a control block: to send to such a reference takes the long way."""

    special = True


class Reference:
    """A value that equals no other, made by `make_ref()`, `Process.monitor(pid)` and `Process.send_after(...)`.

    >>> make_ref()  # doctest: +ELLIPSIS
    #Reference<...>
    """

    __slots__ = ("alias", "block", "number")

    # No `__init__`: it would take longer than all the rest of a call to a server that makes one.
    number: int
    # The process that it is an alias of, and until when; None when it is none (any more). See alias.py.
    alias: tuple[Pid, str] | None
    # The control block of that process where a send need not look further.
    block: ControlBlock | type[Special]

    def __repr__(self) -> str:
        rest, low = divmod(self.number, 1 << 18)
        high, middle = divmod(rest, 1 << 32)
        return f"#Reference<0.{high}.{middle}.{low}>"

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Reference) and self.number == other.number)

    def __hash__(self) -> int:
        return hash(("reference", self.number))

    def __copy__(self) -> Reference:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Reference:
        return self


def make_ref() -> Reference:
    """Make a reference that equals no other.

        >>> make_ref() == make_ref()
        False

    Returns a `Reference`. Mirrors `make_ref/0`.
    """
    reference = new_reference()
    try:
        me = getcurrent().block  # type: ignore[attr-defined]
        if me.mailbox:
            # No message that is there already holds it: a receive that wants it need not look at those.
            me.mark = (reference, len(me.mailbox))
    except AttributeError:
        pass  # not in a process
    return reference


def new_reference() -> Reference:
    """As `make_ref`, for who looks after its mark by itself."""
    reference = Reference()
    reference.number = next(_numbers)
    reference.alias = None
    reference.block = Special
    return reference
