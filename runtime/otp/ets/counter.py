"""Changing elements of an object where it is: counters, and single elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pyex.errors import bad_argument
from pyex.message import copied
from pyex.otp.ets.owner import WRITE, WRONG_TYPE, access, argument_error
from pyex.otp.ets.table import Object, Table, change, put
from pyex.otp.term import Form

_NO_DEFAULT: Any = object()

NOT_AN_OPERATION = "not a valid update operation"
NOT_AN_ELEMENT = "is not a valid element specification"
OPERATION_OUT_OF_RANGE = "the position in the update operation is out of range"
IS_KEY = "the position is the same as the key position"
NO_INTEGER = "the value in the given position, in the object, is not an integer"


class Step(NamedTuple):
    """Add to one element; beyond the threshold, if there is one, set it to another value."""

    position: int
    increment: int
    threshold: int | None = None
    set_value: int = 0


def update_counter(table: Any, key: Any, operation: Any, default: Any = _NO_DEFAULT) -> Any:
    """Add to a counter, that is to an integer in the object that has a key.

        >>> t = ets.new("visits", ["set"])
        >>> ets.insert(t, ("home", 0))
        True
        >>> ets.update_counter(t, "home", 1), ets.update_counter(t, "home", (2, 5))
        (1, 6)
        >>> ets.update_counter(t, "about", 1, ("about", 0))
        1

    The operation is an increment of the element behind the key; or `(position, increment)`; or `(position, increment,
    threshold, set_value)`: a result beyond the threshold becomes `set_value`; or a list of such tuples. `default` is
    inserted first where the key is missing, with that key. Returns the new value, or for a list their list. However
    many processes count at the same time, none of it is lost.

    Raises `ArgumentError` when there is no such object, or no integer at the position; then nothing is changed. Mirrors
    `ets:update_counter/3` and `/4`.
    """
    wanted = access(table, WRITE)
    if wanted.is_bag:
        raise bad_argument(1, WRONG_TYPE)
    steps = _steps(wanted, operation)
    fresh = None if default is _NO_DEFAULT else _default(wanted, key, default)
    results: list[int] = []

    def count(items: list[Object]) -> list[Object]:
        changed, results[:] = _counted(wanted, items[0], steps)
        return [changed]

    _change_or_insert(wanted, wanted.form_of(key), count, fresh)
    return results if isinstance(operation, list) else results[0]


def _change_or_insert(
    table: Table, form: Form, decide: Callable[[list[Object]], list[Object]], fresh: Object | None
) -> None:
    while not change(table, form, decide):
        if fresh is None:
            raise bad_argument(2, "not a key that exists in the table")
        # It is inserted as it is when all is done to it; where another was faster, that one is counted.
        if put(table, decide([fresh])[0], only_new=True):
            return


def _default(table: Table, key: Any, default: Any) -> Object:
    if not isinstance(default, tuple):
        raise bad_argument(4, "not a tuple")
    if len(default) < table.keypos:
        raise argument_error(f"the default {default!r} has no element {table.keypos}, where its key is")
    fresh: Object = copied(_replaced(default, {table.keypos - 1: key}))
    return fresh


def _is_integer(term: Any) -> bool:
    return isinstance(term, int) and not isinstance(term, bool)


def _steps(table: Table, operation: Any) -> list[Step]:
    if _is_integer(operation):
        return [Step(table.keypos + 1, operation)]
    steps = []
    for step in operation if isinstance(operation, list) else [operation]:
        if not isinstance(step, tuple) or len(step) not in (2, 4) or not all(map(_is_integer, step)):
            raise bad_argument(3, NOT_AN_OPERATION)
        steps.append(Step(*step))
    return steps


def _counted(table: Table, item: Object, steps: list[Step]) -> tuple[Object, list[int]]:
    """The object after all steps, and the value that each has made."""
    values = dict(enumerate(item, 1))
    results = []
    for position, increment, threshold, set_value in steps:
        if position not in values:
            raise bad_argument(3, OPERATION_OUT_OF_RANGE)
        if position == table.keypos:
            raise bad_argument(3, IS_KEY)
        if not _is_integer(values[position]):
            raise bad_argument(3, NO_INTEGER)
        value = values[position] + increment
        if threshold is not None and (value > threshold if increment >= 0 else value < threshold):
            value = set_value
        values[position] = value
        results.append(value)
    return _replaced(item, {position - 1: value for position, value in values.items()}), results


def _replaced(item: Object, elements: dict[int, Any]) -> Object:
    """The object with other elements, of the same class."""
    changed = [elements.get(place, element) for place, element in enumerate(item)]
    make: Callable[[Any], Object] = getattr(type(item), "_make", tuple)
    return make(changed)


def update_element(table: Any, key: Any, elements: Any) -> bool:
    """Replace elements of the object that has a key.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3, "red"))
        True
        >>> ets.update_element(t, "apple", (2, 4)), ets.lookup(t, "apple")
        (True, [('apple', 4, 'red')])
        >>> ets.update_element(t, "plum", (2, 4))
        False

    `elements` is `(position, value)`, or a list of these. Returns True, or False when there is no such object. Raises
    `ArgumentError` for the key's position, or one that the object has not. Mirrors `ets:update_element/3`.
    """
    wanted = access(table, WRITE)
    if wanted.is_bag:
        raise bad_argument(1, WRONG_TYPE)
    pairs = elements if isinstance(elements, list) else [elements]
    if not all(isinstance(pair, tuple) and len(pair) == 2 and _is_integer(pair[0]) for pair in pairs):
        raise bad_argument(3, NOT_AN_ELEMENT)
    new = {position - 1: copied(value) for position, value in pairs}

    def update(items: list[Object]) -> list[Object]:
        for place in new:
            if not 0 <= place < len(items[0]):
                raise bad_argument(3, "out of range")
            if place == wanted.keypos - 1:
                raise bad_argument(3, IS_KEY)
        return [_replaced(items[0], new)]

    return bool(change(wanted, wanted.form_of(key), update))
