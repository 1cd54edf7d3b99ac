"""What the tests of ets share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from in_process import caught

from pyex import ArgumentError

END = "$end_of_table"
GONE = "  * 1st argument: the table identifier does not refer to an existing ETS table\n"
NO_ACCESS = "  * 1st argument: the table identifier refers to an ETS table with insufficient access rights\n"
KINDS = ["set", "ordered_set", "bag", "duplicate_bag"]


def refused(function: Callable[[], Any]) -> str:
    """What an ArgumentError says about the arguments."""
    kind, error = caught(function)
    assert kind == "error" and type(error) is ArgumentError, (kind, error)
    return str(error).removeprefix("errors were found at the given arguments:\n\n")
