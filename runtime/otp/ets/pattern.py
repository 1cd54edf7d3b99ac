"""Patterns of ets: `("$1", "_", ("point", "$2", 0))`, made into functions that test a term.

"_" matches anything, "$0", "$1" … bind what they match, and match only equal terms where they stand again. Tuples and
lists match their like, element by element; a dict matches dicts that have its keys, with values that match. Everything
else matches what is equal to it, 1, 1.0 and True being different.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyex.otp.term import Form, identity

Bindings = dict[int, Any]
Test = Callable[[Any, Bindings], bool]

WILDCARD = "_"
LARGEST_VARIABLE = 100_000_000
_VARIABLE = re.compile(r"\$(0|[1-9][0-9]*)")


class BadPattern(Exception):
    """The pattern or match specification cannot be used; says why."""


def variable_number(term: Any) -> int | None:
    """The number of a variable, 1 for "$1"; None for anything else."""
    if not isinstance(term, str) or (found := _VARIABLE.fullmatch(term)) is None:
        return None
    number = int(found[1])
    return number if number <= LARGEST_VARIABLE else None


def is_variable(term: Any) -> bool:
    return variable_number(term) is not None


def is_wildcard(term: Any) -> bool:
    return isinstance(term, str) and term == WILDCARD


def is_constant(pattern: Any) -> bool:
    """Whether the pattern matches one term only."""
    if isinstance(pattern, tuple | list):
        return all(map(is_constant, pattern))
    return not (isinstance(pattern, dict) or is_wildcard(pattern) or is_variable(pattern))


def variables_in(pattern: Any) -> set[int]:
    if isinstance(pattern, tuple | list):
        return set().union(*map(variables_in, pattern))
    if isinstance(pattern, dict):
        return set().union(*map(variables_in, pattern.values()))
    number = variable_number(pattern)
    return set() if number is None else {number}


def compile_pattern(pattern: Any) -> Test:
    """The test for a pattern; what the variables match is put into the bindings that it is given."""
    number = variable_number(pattern)
    if number is not None:
        return _variable(number)
    if is_wildcard(pattern):
        return _anything
    if isinstance(pattern, dict):
        return _dict(pattern)
    if isinstance(pattern, tuple | list) and not is_constant(pattern):
        return _sequence(tuple if isinstance(pattern, tuple) else list, pattern)
    return _constant(identity(pattern))


def _anything(term: Any, bindings: Bindings) -> bool:
    return True


def _constant(form: Form) -> Test:
    return lambda term, bindings: bool(identity(term) == form)


def _variable(number: int) -> Test:
    def bind(term: Any, bindings: Bindings) -> bool:
        if number in bindings:
            return bool(identity(bindings[number]) == identity(term))
        bindings[number] = term
        return True

    return bind


def _sequence(kind: type, pattern: tuple[Any, ...] | list[Any]) -> Test:
    length = len(pattern)
    tests = [(place, compile_pattern(item)) for place, item in enumerate(pattern)]
    tests = [(place, test) for place, test in tests if test is not _anything]

    def match(term: Any, bindings: Bindings) -> bool:
        if not isinstance(term, kind) or len(term) != length:  # type: ignore[arg-type]
            return False
        for place, test in tests:  # noqa: SIM110 - a generator takes twice as long
            if not test(term[place], bindings):  # type: ignore[index]
                return False
        return True

    return match


def _dict(pattern: dict[Any, Any]) -> Test:
    for key in pattern:
        if not is_constant(key):
            raise BadPattern("Variable or underscore found in a key of a dict.")
    tests = [(identity(key), compile_pattern(value)) for key, value in pattern.items()]

    def match(term: Any, bindings: Bindings) -> bool:
        if not isinstance(term, dict):
            return False
        values = {identity(key): value for key, value in term.items()}
        return all(form in values and test(values[form], bindings) for form, test in tests)

    return match
