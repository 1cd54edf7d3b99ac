"""The levels of the logger: Elixir's eight, as numbers of Python's `logging`, which has five of them."""

from __future__ import annotations

import logging

from pyex.atom import Atom
from pyex.errors import ArgumentError, describe

# From the least important to the most.
NUMBERS = {
    Atom("debug"): logging.DEBUG,
    Atom("info"): logging.INFO,
    Atom("notice"): 25,
    Atom("warning"): logging.WARNING,
    Atom("error"): logging.ERROR,
    Atom("critical"): logging.CRITICAL,
    Atom("alert"): 60,
    Atom("emergency"): 70,
}
ALL, NONE = Atom("all"), Atom("none")
# What may be set as the least level to be logged.
_THRESHOLDS = {ALL: 0, **NUMBERS, NONE: 1000}

for _level in ("notice", "alert", "emergency"):
    logging.addLevelName(NUMBERS[Atom(_level)], _level.upper())


def number_of(level: object) -> int:
    """A level as Python's number. Raises `ArgumentError` for what is none."""
    number = NUMBERS.get(level) if isinstance(level, str) else None  # type: ignore[call-overload]
    if number is None:
        raise ArgumentError(f"invalid log level: {describe(level)}; known are {', '.join(NUMBERS)}")
    return int(number)


def level_of(number: int) -> Atom:
    """The level of a record of Python's: the highest that is not above its number."""
    found = Atom("debug")
    for level, each in NUMBERS.items():
        if each <= number:
            found = level
    return found


def is_threshold(level: object) -> bool:
    """Whether it is a level, "all" or "none"."""
    return isinstance(level, str) and level in _THRESHOLDS


def threshold(level: object) -> Atom:
    """A level, "all" or "none", as an atom. Raises `ArgumentError` for anything else."""
    if not is_threshold(level):
        raise ArgumentError(f"invalid log level: {describe(level)}; known are {', '.join(_THRESHOLDS)}")
    return Atom(level)


def reaches(number: int, least: str) -> bool:
    """Whether something of that number is logged where `least` has been set."""
    return number >= _THRESHOLDS[Atom(least)]
