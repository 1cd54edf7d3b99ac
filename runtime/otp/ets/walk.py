"""Going through all the objects of a table, or from key to key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex.errors import bad_argument, describe
from pyex.message import copied
from pyex.otp.ets import order as ets_order
from pyex.otp.ets.owner import READ, access
from pyex.otp.ets.table import Object, all_objects


def first(table: Any) -> Any:
    """The first key of a table.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.first(t)
        '$end_of_table'
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.first(t)
        (True, 'apple')

    Returns "$end_of_table" when there is none. Only an ordered_set has an order that means something. Mirrors
    `ets:first/1`.
    """
    return copied(ets_order.first(access(table, READ)))


def last(table: Any) -> Any:
    """The last key of an ordered_set; for the others the same as `first`.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.last(t)
        (True, 'plum')

    Returns "$end_of_table" when there is none. Mirrors `ets:last/1`.
    """
    return copied(ets_order.last(access(table, READ)))


def next(table: Any, key: Any) -> Any:
    """The key after another.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.next(t, "apple"), ets.next(t, "plum")
        (True, 'plum', '$end_of_table')

    In an ordered_set the key need not be there; elsewhere that raises `ArgumentError`, unless the table is fixed: see
    `safe_fixtable`. Returns "$end_of_table" after the last. Mirrors `ets:next/2`.
    """
    return copied(ets_order.after(access(table, READ), key))


def prev(table: Any, key: Any) -> Any:
    """The key before another in an ordered_set; for the others the same as `next`.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.prev(t, "plum"), ets.prev(t, "apple")
        (True, 'apple', '$end_of_table')

    Mirrors `ets:prev/2`.
    """
    return copied(ets_order.before(access(table, READ), key))


def tab2list(table: Any) -> list[Object]:
    """All objects.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.tab2list(t)
        (True, [('apple', 3), ('plum', 4)])

    Returns a list of copies, those of an ordered_set in the order of their keys. Mirrors `ets:tab2list/1`.
    """
    return [copied(item) for item in all_objects(access(table, READ))]


def foldl(function: Callable[[Any, Any], Any], accumulator: Any, table: Any) -> Any:
    """Call `function(object, accumulator)` for each object, each time with what it returned before.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.foldl(lambda item, total: total + item[1], 0, t)
        (True, 7)

    Returns the last result; for an empty table the accumulator. An ordered_set is gone through from its first key on.
    The objects are those that were there when it began. Mirrors `ets:foldl/3`.
    """
    return _fold(function, accumulator, all_objects(access(table, READ)))


def foldr(function: Callable[[Any, Any], Any], accumulator: Any, table: Any) -> Any:
    """As `foldl`, but from the last object to the first.

        >>> t = ets.new("prices", ["ordered_set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.foldr(lambda item, rest: [item[0], *rest], [], t)
        (True, ['apple', 'plum'])

    Mirrors `ets:foldr/3`.
    """
    return _fold(function, accumulator, all_objects(access(table, READ))[::-1])


def _fold(function: Callable[[Any, Any], Any], accumulator: Any, items: list[Object]) -> Any:
    if not callable(function):
        raise bad_argument(1, f"not a function: {describe(function)}")
    for item in items:
        accumulator = function(copied(item), accumulator)
    return accumulator


def safe_fixtable(table: Any, fix: bool) -> bool:
    """Fix a table for a traversal by `first` and `next`: these then go on from a key that was deleted meanwhile.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, [("plum", 4), ("apple", 3)]), ets.safe_fixtable(t, True)
        (True, True)
        >>> key = ets.first(t)
        >>> ets.delete(t, key), ets.next(t, key), ets.safe_fixtable(t, False)
        (True, 'apple', True)

    Each object that is there all the time is seen once. A process lets go as often as it has fixed the table, or dies.
    Returns True. Mirrors `ets:safe_fixtable/2`.
    """
    wanted = access(table, READ)
    if not isinstance(fix, bool):
        raise bad_argument(2, "not a boolean value")
    ets_order.fix(wanted, fixed=fix)
    return True
