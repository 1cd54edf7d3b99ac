"""The tables that there are, of ETS and of registries, and their contents piece by piece: looked at directly, whoever
may use them, and never as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from operator import is_not
from sys import getsizeof
from typing import Any

from pyex.atom import Atom
from pyex.observer.looking import census
from pyex.observer.looking.term import name_text, pid_text
from pyex.otp.ets import owner as ets_owner
from pyex.otp.ets.table import Table
from pyex.otp.registry import table as registry_table
from pyex.pid import Pid
from pyex.process_info import snapshot

# So many objects are looked at to estimate the memory of all.
SAMPLE = 50
# A table that is changed while it is looked at is looked at again.
ATTEMPTS = 5
REGISTRY = "Registry:"
# A name that can stand in an address; a table of another has its reference as id, a registry its owner's pid.
_PLAIN_NAME = re.compile(r"[\w.:-]{1,100}", re.ASCII)


@dataclass(slots=True)
class Listed:
    """A table."""

    id: str
    name: str
    named: bool
    kind: str
    protection: str
    keypos: int
    owner: Pid
    # The table itself, or the registry.
    source: Any
    own: bool

    @property
    def objects(self) -> int:
        return _size(self.source) if isinstance(self.source, Table) else len(registry_table.all_entries(self.source))

    @property
    def memory(self) -> int:
        """In bytes, as far as a sample tells."""
        sample = some_of(self, 0, SAMPLE)
        each = sum(_bytes(item) + sum(map(_bytes, tuple.__iter__(item))) for item in sample) / max(len(sample), 1)
        frame = getsizeof(self.source.objects) + getsizeof(self.source.keys) if isinstance(self.source, Table) else 0
        return round(frame + each * self.objects)


# These tell their own sizes; a `__sizeof__` of the user's is not asked.
_KNOWN = frozenset({str, Atom, bytes, bytearray, int, float, tuple, list, dict, set, frozenset})


def _bytes(term: Any) -> int:
    return getsizeof(term) if type(term) in _KNOWN else object.__sizeof__(term)


def all_tables() -> list[Listed]:
    """Those of ETS and of registries whose owners live."""
    tables: list[Table] = snapshot(lambda: [*ets_owner.tables.values()])
    found = [_listed(table) for table in tables if table.owner.block is not None]
    registries = snapshot(lambda: [*registry_table._tables.values()])
    return found + [
        _listed_registry(each) for each in registries if each.owner is not None and each.owner.block is not None
    ]


def table_of(id: str) -> Listed | None:
    """The table with an id, or with a reference."""
    return next((each for each in all_tables() if id in (each.id, _reference(each))), None)


def _reference(table: Listed) -> str | None:
    return repr(table.source.reference) if isinstance(table.source, Table) else None


def _listed(table: Table) -> Listed:
    name = name_text(table.name)
    owner = table.owner.block
    own = owner is not None and census.is_own_process(owner)
    id = name if table.named and _PLAIN_NAME.fullmatch(name) else repr(table.reference)
    return Listed(id, name, table.named, table.kind, table.protection, table.keypos, table.owner, table, own)


def _listed_registry(registry: registry_table.Table) -> Listed:
    assert registry.owner is not None
    name = name_text(registry.name)
    kind = "registry, unique" if registry.unique else "registry, duplicate"
    id = REGISTRY + (name if _PLAIN_NAME.fullmatch(name) else pid_text(registry.owner))
    return Listed(id, name, True, kind, "public", 1, registry.owner, registry, True)


# -- what is in them


def some_of(table: Listed, start: int, most: int) -> list[tuple[Any, ...]]:
    """The objects themselves from a place on, at most so many: those of an ordered_set in their order, those of a
    registry as `(key, pid, value)`.
    """
    source = table.source
    if not isinstance(source, Table):
        entries = registry_table.all_entries(source)[start : start + most]
        return [(entry.key, entry.pid, entry.value) for entry in entries]
    for _ in range(ATTEMPTS):
        try:
            found: list[Any] = snapshot(lambda: [*islice(_objects(source), start, start + most)])
        except RuntimeError:
            continue  # a finaliser has changed it
        return found
    return []


def _objects(table: Table) -> Iterator[Any]:
    """Of these iterators all steps are made in C, some millions each second."""
    if table.kind == "ordered_set":
        # Keys may be dead.
        return filter(partial(is_not, None), map(table.objects.get, table.keys))
    buckets: Iterable[Any] = table.objects.values()
    return chain.from_iterable(map(dict.values, buckets)) if table.is_bag else iter(buckets)


# By the number of its reference: how many objects a bag had in which version.
_sizes: dict[int, tuple[int, int]] = {}
MOST_SIZES = 10_000


def _size(table: Table) -> int:
    if not table.is_bag:
        return len(table.objects)
    number, version = table.reference.number, table.version
    known = _sizes.get(number)
    if known is None or known[0] != version:
        if len(_sizes) >= MOST_SIZES:
            _sizes.clear()
        known = _sizes[number] = (version, sum(map(len, snapshot(lambda: [*table.objects.values()]))))
    return known[1]
