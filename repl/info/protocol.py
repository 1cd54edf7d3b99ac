"""`info(value)`: what is special about the values of a type."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

# A heading, and what stands below it.
Entry = tuple[str, object]


@singledispatch
def info(value: Any) -> list[Entry]:
    """What `i(x)` tells of a value beside what it tells of all: pairs of a heading and a text or value.

        @info.register
        def _(account: Account) -> list[tuple[str, object]]:
            return [("Balance", account.balance)]

    Of the headings "Data type" and "Reference modules" have their places, first and last; where there is no "Data type"
    the name of the class stands there. Mirrors the protocol `IEx.Info`.
    """
    return []
