"""First, next, previous and last: the order of keys, and what a traversal sees while the table changes."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from pyex.atom import Atom
from pyex.errors import bad_argument
from pyex.otp.ets import commit
from pyex.otp.ets.table import Table, any_object_at
from pyex.otp.term import Form
from pyex.process import Process
from pyex.self_ import self

END_OF_TABLE = Atom("$end_of_table")
# So many dead keys in a row are dropped from the list when somebody has come across them.
MANY_DEAD = 16


@dataclass(slots=True, eq=False)
class Order:
    """The keys of a set or bag, in the order of a traversal; those that are dead by now are passed over.

    A key that comes back has its old place, so that nobody who is under way sees it twice.
    """

    forms: list[Form]
    places: dict[Form, int]
    # Before this place all are dead, unless some have come back since: see `Table.grown`.
    head: int = 0
    # How many dead have been passed over on the way to the first, again and again.
    passed: int = 0


def first(table: Table) -> Any:
    """The first key, or "$end_of_table"."""
    return _ascend(table, None) if table.kind == "ordered_set" else _first_in_order(table)


def after(table: Table, key: Any) -> Any:
    """The key after another. Raises `ArgumentError` when that is not there, unless the table is sorted, or fixed."""
    form = table.form_of(key)
    return _ascend(table, form) if table.kind == "ordered_set" else _next_in_order(table, form)


def last(table: Table) -> Any:
    return _descend(table, None) if table.kind == "ordered_set" else first(table)


def before(table: Table, key: Any) -> Any:
    return _descend(table, table.form_of(key)) if table.kind == "ordered_set" else after(table, key)


# -- ordered_set


def _ascend(table: Table, form: Form | None) -> Any:
    while True:
        version, keys, objects = table.version, table.keys, table.objects
        start = 0 if form is None else bisect_right(keys, form)
        place = start
        # Slices, for the list may grow shorter meanwhile.
        while (cell := keys[place : place + 1]) and cell[0] not in objects:
            place += 1
        found = objects.get(cell[0]) if cell else None
        if _is_true_still(table, version, slice(start, place)):
            return END_OF_TABLE if found is None else table.key_of(found)


def _descend(table: Table, form: Form | None) -> Any:
    while True:
        version, keys, objects = table.version, table.keys, table.objects
        end = len(keys) if form is None else bisect_left(keys, form)
        place = end
        while (cell := keys[max(place - 1, 0) : place]) and cell[0] not in objects:
            place -= 1
        found = objects.get(cell[0]) if cell else None
        if _is_true_still(table, version, slice(place, end)):
            return END_OF_TABLE if found is None else table.key_of(found)


def _is_true_still(table: Table, version: int, dead: slice) -> bool:
    """Whether the table is as it was; many dead keys are then dropped."""
    if dead.stop - dead.start > MANY_DEAD:
        return commit.drop_keys(table, version, dead)
    return table.version == version


# -- set and bag


def _order(table: Table) -> Order:
    return table.order or _renew(table)


def _renew(table: Table) -> Order:
    forms = list(table.objects)
    table.order = Order(forms, dict(zip(forms, range(len(forms)), strict=True)))
    return table.order


def _extend(table: Table, order: Order) -> Order:
    """Take in the keys that are new."""
    new = [form for form in list(table.objects) if form not in order.places]
    if not new:
        return order
    places = order.places | dict(zip(new, range(len(order.forms), len(order.forms) + len(new)), strict=True))
    table.order = Order(order.forms + new, places)
    return table.order


def _first_in_order(table: Table) -> Any:
    order = _order(table)
    # Only where keys may have come back: else somebody who is under way might lose his place.
    if table.grown and order.passed > len(order.forms) and not is_fixed(table):
        order = _renew(table)
    version, start = table.version, 0 if table.grown else order.head
    table.grown = False
    place, key = _alive_from(table, order, start)
    order.passed += place - start
    if table.version == version:
        order.head = place
    if key is END_OF_TABLE and table.objects:
        order = _extend(table, order)
        _, key = _alive_from(table, order, place)
    return key


def _next_in_order(table: Table, form: Form) -> Any:
    is_there = form in table.objects
    order = _order(table)
    if is_there and form not in order.places:
        order = _extend(table, order)
    start = order.places.get(form)
    if start is None or not (is_there or is_fixed(table)):
        raise bad_argument(2, "not a key that exists in the table")
    place, key = _alive_from(table, order, start + 1)
    if key is END_OF_TABLE:
        _, key = _alive_from(table, _extend(table, order), place)
    return key


def _alive_from(table: Table, order: Order, place: int) -> tuple[int, Any]:
    forms = order.forms
    while place < len(forms):
        item = any_object_at(table, forms[place])
        if item is not None:
            return place, table.key_of(item)
        place += 1
    return place, END_OF_TABLE


# -- fixing


def fix(table: Table, *, fixed: bool) -> None:
    """Have, or no longer have, the caller's traversals go on from keys that are deleted meanwhile."""
    me = self()
    _, times = table.fixes.get(me.number, (me, 0))
    times = times + 1 if fixed else times - 1
    if times > 0:
        if not fixers(table):
            table.fixed_at = (time.time(), time.monotonic_ns())
        table.fixes[me.number] = (me, times)
    else:
        table.fixes.pop(me.number, None)


def fixers(table: Table) -> list[tuple[Any, int]]:
    """Who has fixed the table, and how often. Those who die let go."""
    for pid, _ in list(table.fixes.values()):
        if not Process.alive(pid):
            table.fixes.pop(pid.number, None)
    return list(table.fixes.values())


def is_fixed(table: Table) -> bool:
    return bool(table.fixes) and bool(fixers(table))
