"""Tables and the operations on their objects, each atomic: see commit.py for how.

A set or ordered_set keeps for each key one object, a bag for each key a *bucket* of objects, in the order in which they
came. What is stored here is the table's own; copies are made, both ways, by the callers.

The keys of an ordered_set are in a sorted list beside. A key that is deleted stays in that list, dead, until somebody
comes across it or there are too many of them: so a delete is as cheap as elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from pyex.otp.ets import commit
from pyex.otp.term import Form, identity, ordering
from pyex.pid import Pid
from pyex.reference import Reference

if TYPE_CHECKING:
    from pyex.otp.ets.order import Order

Object = tuple[Any, ...]
Bucket = dict[Form, Object]
# Dead keys that are left alone in an ordered_set, however few are alive.
FEW_DEAD = 64

# What tells the equal objects of a duplicate_bag apart.
_marks: Iterator[int] = count()


@dataclass(slots=True, eq=False)
class Table:
    """One table. What it holds, and whose it is, only the functions of commit.py change."""

    reference: Reference
    name: Any
    named: bool
    kind: str
    keypos: int
    protection: str
    owner: Pid
    heir: Pid | None = None
    heir_data: Any = None
    # What is still to be sent to a new owner: (to, from, data).
    transfer: tuple[Any, ...] | None = None
    tuning: dict[str, Any] = field(default_factory=dict)
    # By form: an object, or a bucket. Grows with each change: `version`.
    objects: dict[Form, Any] = field(default_factory=dict)
    version: int = 0
    keys: list[Form] = field(default_factory=list)
    # Of a set or bag that is traversed by first and next: its keys in order, and whether there may be new ones since.
    order: Order | None = None
    grown: bool = False
    # By the number of their pid, those who have fixed it, and how often.
    fixes: dict[int, tuple[Pid, int]] = field(default_factory=dict)
    fixed_at: tuple[float, int] = (0.0, 0)
    form_of: Callable[[Any], Form] = identity

    def __post_init__(self) -> None:
        if self.kind == "ordered_set":
            self.form_of = ordering

    @property
    def is_bag(self) -> bool:
        return self.kind in ("bag", "duplicate_bag")

    @property
    def handle(self) -> Any:
        return self.name if self.named else self.reference

    def key_of(self, item: Object) -> Any:
        return item[self.keypos - 1]


def objects_at(table: Table, form: Form) -> list[Object]:
    """The objects with a key: for a set at most one."""
    entry = table.objects.get(form)
    if entry is None:
        return []
    return list(entry.values()) if table.is_bag else [entry]


def any_object_at(table: Table, form: Form) -> Object | None:
    entry = table.objects.get(form)
    if entry is None or not table.is_bag:
        return entry
    return next(iter(list(entry.values())), None)


def all_objects(table: Table) -> list[Object]:
    """Every object, those of an ordered_set sorted."""
    if table.kind == "ordered_set":
        return [item for item in map(table.objects.get, table.keys.copy()) if item is not None]
    entries = list(table.objects.values())
    return [item for bucket in entries for item in list(bucket.values())] if table.is_bag else entries


def all_forms(table: Table) -> list[Form]:
    """Every key's form, those of an ordered_set sorted, some of them maybe dead."""
    return table.keys.copy() if table.kind == "ordered_set" else list(table.objects)


def size(table: Table) -> int:
    if not table.is_bag:
        return len(table.objects)
    buckets = list(table.objects.values())
    return sum(map(len, buckets))


# -- putting


def put(table: Table, item: Object, *, only_new: bool = False) -> bool:
    """Insert an object; with `only_new` not where its key is taken, and tell whether it was inserted."""
    form = table.form_of(item[table.keypos - 1])
    if table.kind == "set" and not only_new:
        commit.put(table, form, item)
        return True
    while True:
        version = table.version
        if only_new and form in table.objects:
            return False
        if table.is_bag:
            done = _put_in_bag(table, version, form, item)
        elif table.kind == "set" or form in table.objects:
            done = commit.replace(table, version, form, item)
        else:
            done = _put_sorted(table, version, form, item)
        if done:
            return True


def _put_in_bag(table: Table, version: int, form: Form, item: Object) -> bool:
    mark = _mark(table, item)
    bucket = table.objects.get(form)
    if bucket is None:
        return commit.replace(table, version, form, {mark: item})
    return mark in bucket or commit.put_in_bucket(table, version, bucket, mark, item)


def _mark(table: Table, item: Object) -> Form:
    return identity(item) if table.kind == "bag" else next(_marks)


def _put_sorted(table: Table, version: int, form: Form, item: Object) -> bool:
    keys = table.keys
    place = bisect_left(keys, form)
    if keys[place : place + 1] == [form]:
        return commit.replace(table, version, form, item)  # it was dead
    return commit.put_sorted(table, version, form, item, slice(place, place), [form])


def put_many(table: Table, items: list[Object], *, only_new: bool = False) -> bool:
    """Insert objects all at once; with `only_new` only if no key is taken."""
    if len(items) == 1:
        return put(table, items[0], only_new=only_new)
    formed = [(table.form_of(table.key_of(item)), item) for item in items]
    while True:
        version = table.version
        if only_new and any(form in table.objects for form, _ in formed):
            return False
        entries = _buckets_with(table, formed) if table.is_bag else dict(formed)
        keys = _keys_with(table, entries) if table.kind == "ordered_set" else table.keys
        replaced = list(map(table.objects.get, entries))
        if commit.put_many(table, version, entries, keys, replaced):
            return True


def _buckets_with(table: Table, formed: list[tuple[Form, Object]]) -> dict[Form, Bucket]:
    buckets: dict[Form, Bucket] = {}
    # A bag takes a list from its end, as OTP's does.
    for form, item in reversed(formed) if table.kind == "bag" else formed:
        if form not in buckets:
            buckets[form] = table.objects.get(form, {}).copy()
        buckets[form].setdefault(_mark(table, item), item)
    return buckets


def _keys_with(table: Table, entries: Iterable[Form]) -> list[Form]:
    keys = table.keys.copy()
    new = []
    for form in entries:
        place = bisect_left(keys, form)
        if keys[place : place + 1] != [form]:
            new.append(form)
    keys += new
    keys.sort()
    return keys


# -- changing and taking away


def change(table: Table, form: Form, decide: Callable[[list[Object]], list[Object] | None]) -> list[Object]:
    """Have the objects with a key replaced by what `decide` makes of them, and return those that were there.

    `decide` is called anew when they change meanwhile; where it returns None they stay.
    """
    while True:
        version = table.version
        entry = table.objects.get(form)
        if entry is None:
            return []
        items = list(entry.values()) if table.is_bag else [entry]
        wanted = decide(items)
        if wanted is None:
            return items
        if not wanted:
            done = commit.remove(table, version, form)
        elif table.is_bag:
            done = commit.replace(table, version, form, {_mark(table, item): item for item in wanted})
        else:
            done = commit.replace(table, version, form, wanted[0])
        if done:
            if not wanted and table.kind == "ordered_set" and len(table.keys) > 2 * len(table.objects) + FEW_DEAD:
                _bury_dead_keys(table)
            return items


def take(table: Table, form: Form) -> list[Object]:
    return change(table, form, lambda items: [])


def delete_object(table: Table, item: Object) -> None:
    wanted = identity(item)

    def without(items: list[Object]) -> list[Object] | None:
        rest = [other for other in items if identity(other) != wanted]
        return rest if len(rest) < len(items) else None

    change(table, table.form_of(table.key_of(item)), without)


def _bury_dead_keys(table: Table) -> None:
    version, objects = table.version, table.objects
    commit.set_keys(table, version, [form for form in table.keys.copy() if form in objects])
