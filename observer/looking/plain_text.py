"""Whether a text occurs in a term, without running any code of the user's: for searching through very many."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from pyex.atom import Atom
from pyex.inspection.static_lookup import class_name, is_a
from pyex.pid import Pid
from pyex.reference import Reference

_DEEPEST = 4
_MOST_ELEMENTS = 100
_MOST_CHARACTERS = 10_000
# To write longer ones takes long.
_MOST_BITS = 1000
_BARE = frozenset({tuple, list, dict, set, frozenset})
_WRITTEN = frozenset({float, bool, type(None), Pid, Reference})


def contains(term: Any, wanted: str, depth: int = _DEEPEST) -> bool:
    """Whether `wanted`, which is in lower case, occurs in a term as it is written; not too far inside."""
    kind = type(term)
    if kind is str or kind is Atom:
        return wanted in (term if len(term) < _MOST_CHARACTERS else term[:_MOST_CHARACTERS]).casefold()
    if kind is int:
        return term.bit_length() < _MOST_BITS and wanted in str(term)
    if kind is tuple or kind is list:
        return depth > 0 and _any_contains(term if len(term) < _MOST_ELEMENTS else term[:_MOST_ELEMENTS], wanted, depth)
    if kind in _WRITTEN:
        return wanted in repr(term).casefold()
    if kind is bytes:
        return wanted in term[:_MOST_CHARACTERS].decode("latin-1").casefold()
    if is_a(term, type):
        return wanted in class_name(term).casefold()
    if depth and _any_contains(_elements(term, kind), wanted, depth):
        return True
    return kind not in _BARE and wanted in class_name(kind).casefold()


def _any_contains(elements: Iterable[Any], wanted: str, depth: int) -> bool:
    # Written out: a generator would take half as long again.
    for element in elements:  # noqa: SIM110
        if contains(element, wanted, depth - 1):
            return True
    return False


def _elements(term: Any, kind: type) -> Iterable[Any]:
    """The first of what is in a container, whatever its class says."""
    if is_a(term, tuple):
        return islice(tuple.__iter__(term), _MOST_ELEMENTS)
    if is_a(term, list):
        return islice(list.__iter__(term), _MOST_ELEMENTS)
    if is_a(term, dict):
        return [each for pair in islice(dict.items(term), _MOST_ELEMENTS) for each in pair]
    return islice(term, _MOST_ELEMENTS) if kind is set or kind is frozenset else ()
