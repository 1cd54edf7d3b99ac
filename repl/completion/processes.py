"""Processes, where one is expected: registered names, variables that hold pids, and the pids of all that are alive."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from pyex.control_block import process_table
from pyex.inspection.static_lookup import is_plain, keys
from pyex.pid import Pid
from pyex.registered_name import registered_names
from pyex.repl.completion.call import Call
from pyex.repl.completion.candidate import MOST, literal_of
from pyex.repl.completion.members import kind_of

# Parameters by these names take a pid or a name …
_SERVERS = frozenset({"agent", "destination", "pool", "registry", "server", "supervisor"})
# … these a pid.
_PIDS = frozenset({"leader", "pid", "process", "worker"})
# And these parameters of the functions of `Process` and of `trace`.
_OTHERS = frozenset({("whereis", "name"), ("unregister", "name"), ("monitor", "item"), ("trace", "which")})


def wanted(call: Call | None) -> str:
    """Which kind of process the cursor's argument is: "pid", "server" (a pid or a name) or "" for none."""
    parameter = call.parameter() if call is not None else None
    if call is None or parameter is None:
        return ""
    if parameter.name in _PIDS:
        return "pid"
    return "server" if parameter.name in _SERVERS or (call.name, parameter.name) in _OTHERS else ""


def name_strings() -> list[str]:
    """The registered names that are strings."""
    return sorted(str(name) for name in keys(registered_names) if is_plain(name))


def name_literals() -> list[str]:
    """The same as they are written in code."""
    return [literal_of(name) for name in name_strings()]


def variables(names: Mapping[str, object], *, with_names: bool) -> list[str]:
    """The names at the prompt that stand for a process: those of pids, and of classes that are registered names."""
    classes = {id(name) for name in keys(registered_names)} if with_names else set()
    found = (name for name, value in names.items() if type(value) is Pid or id(value) in classes)
    return sorted(name for name in found if not name.startswith("_"))


def pid_texts(form: str, typed: str) -> tuple[list[str], int]:
    """The pids of processes that are alive, in a form such as `0.{}.0`, that begin with what is typed: the first of
    them, and how many there are.
    """
    start, end = form.split("{}")
    number = typed.removeprefix(start)
    numbers = sorted(keys(process_table))
    if typed.startswith(start) and number:
        digits = number[: len(number) - len(number.lstrip("0123456789"))]
        numbers = _beginning_with(digits, numbers)
        if digits != number:
            numbers = [each for each in numbers if f"{each}{end}".startswith(number)]
    elif not start.startswith(typed):
        numbers = []
    return [form.format(each) for each in numbers[:MOST]], len(numbers)


def _beginning_with(digits: str, numbers: list[int]) -> list[int]:
    """Those of the numbers, which are in order, whose digits begin so."""
    if not digits.isdecimal():
        return []
    found: list[int] = []
    low, high = int(digits), int(digits) + 1
    while numbers and low <= numbers[-1]:
        found += numbers[bisect_left(numbers, low) : bisect_left(numbers, high)]
        low, high = low * 10, high * 10
        if not low:
            break
    return found


def has_pid_helper(names: Mapping[str, object]) -> bool:
    """Whether `pid(0,21,0)` can be written: the helper is not hidden by a variable of that name."""
    return kind_of(names.get("pid")) == "function"
