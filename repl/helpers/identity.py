"""`pid(...)` and `ref(...)`: processes and references by their numbers; and processes by their names."""

from __future__ import annotations

import re
from typing import Any

from pyex import ArgumentError, Pid, Process, Reference
from pyex.control_block import process_table
from pyex.errors import describe
from pyex.reference import Special

# As in Erlang a pid has two numbers beside that of its node, and a reference three.
_PID_BITS, _SERIAL_BITS = 28, 13
_LOW_BITS, _WORD_BITS = 18, 32
# As they are shown, or the numbers alone.
_PID = r"((?:#PID)?<)?(\d+)\.(\d+)\.(\d+)(?(1)>)"
_REFERENCE = r"(#Ref(?:erence)?<)?(\d+)\.(\d+)\.(\d+)\.(\d+)(?(1)>)"


def pid(*parts: Any) -> Pid:
    """A pid by its numbers: of a process that is alive, or of one that is dead.

        pid("0.21.0")
        pid("#PID<0.21.0>")
        pid(0, 21, 0)

    A registered name gives the pid that has it. Returns a `Pid`, equal to that of the process. Raises `ArgumentError`
    for what is no pid of this node. Mirrors IEx's `pid/1` and `pid/3`.
    """
    how = 'write pid("0.21.0"), pid(0, 21, 0), or a registered name'
    if len(parts) == 1 and isinstance(parts[0], str) and not re.fullmatch(_PID, parts[0], re.ASCII):
        return _registered(parts[0], how)
    node, number, serial = _numbers(parts, _PID, 3, "pid", how)
    if node != 0 or number >= 1 << _PID_BITS or serial >= 1 << _SERIAL_BITS:
        raise ArgumentError(f"{_shown(parts)} is no pid of this node: {how}")
    block = process_table.get(number) if serial == 0 else None
    if block is not None:
        return block.pid
    made = Pid()
    made.number = serial << _PID_BITS | number
    made.block = None
    return made


def ref(*parts: Any) -> Reference:
    """A reference by its numbers.

        ref("0.0.0.7")
        ref("#Reference<0.0.0.7>")
        ref(0, 0, 0, 7)

    Returns a `Reference`, equal to the one that shows these numbers; what is sent to it as an alias vanishes. Raises
    `ArgumentError` for what is no reference of this node. Mirrors IEx's `ref/1` and `ref/4`.
    """
    how = 'write ref("0.1.2.3") or ref(0, 1, 2, 3)'
    node, first, middle, low = _numbers(parts, _REFERENCE, 4, "reference", how)
    if node != 0 or max(first, middle) >= 1 << _WORD_BITS or low >= 1 << _LOW_BITS:
        raise ArgumentError(f"{_shown(parts)} is no reference of this node: {how}")
    made = Reference()
    made.number = (first << _WORD_BITS | middle) << _LOW_BITS | low
    made.alias = None
    made.block = Special
    return made


def process_meant(given: Any) -> Pid | None:
    """The process that a pid or a registered name stands for; None where it stands for none."""
    if isinstance(given, Pid):
        return given
    return Process.whereis(given) if isinstance(given, str | type) and given else None


def _registered(name: str, how: str) -> Pid:
    found = process_meant(name)
    if found is None:
        raise ArgumentError(f"{describe(name)} is not a textual representation of a pid, nor a registered name: {how}")
    return found


def _numbers(parts: tuple[Any, ...], pattern: str, count: int, what: str, how: str) -> tuple[int, ...]:
    """The numbers that were given, or written in a string."""
    if len(parts) == 1 and isinstance(parts[0], str):
        found = re.fullmatch(pattern, parts[0], re.ASCII)
        if found is None:
            raise ArgumentError(f"{describe(parts[0])} is not a textual representation of a {what}: {how}")
        return tuple(map(int, found.groups()[1:]))
    if len(parts) != count or not all(type(part) is int and part >= 0 for part in parts):
        raise ArgumentError(f"{what[:3]} takes a string or {count} numbers, 0 or more: {how}")
    return parts


def _shown(parts: tuple[Any, ...]) -> str:
    return repr(parts[0]) if len(parts) == 1 else ".".join(map(str, parts))
