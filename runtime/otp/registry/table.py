"""The tables of registries, as Elixir keeps them in ETS: every process reads and writes them by itself, without a
message to anybody.

Between the steps of a change another process may run. So each change is one step, or several among which no function
is called, no loop goes back and no container is made: only there does Python look for the signal that ends a time
slice, or collect garbage. Keys are kept as forms, whose comparison runs no code of the user.
"""

from __future__ import annotations

from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from pyex.errors import ArgumentError, bad_argument, describe
from pyex.message import copied
from pyex.otp.hint import hinted
from pyex.otp.term import Form, identity
from pyex.pid import Pid
from pyex.process import Process

_numbers = count()


class Entry:
    """That a process has a key. It counts as long as it lies in its place."""

    __slots__ = ("index", "key", "number", "pid", "place", "value")

    def __init__(self, place: dict[Form, Any], index: Form, key: Any, pid: Pid, value: Any) -> None:
        self.place = place
        self.index = index
        self.key = key
        self.pid = pid
        self.value = value
        self.number = next(_numbers)

    def pair(self) -> tuple[Pid, Any]:
        """As readers get it: a copy, as from ETS."""
        return (self.pid, copied(self.value))


Held = TypeVar("Held", Entry, dict[int, Entry])


class Partition(Generic[Held]):
    """The part of a registry that one process, its server, owns and cleans up."""

    __slots__ = ("by_index", "by_owner", "server")

    def __init__(self, server: Pid | None) -> None:
        self.server = server
        # Of a unique registry the entry under each key; of a duplicate one all of them, by number.
        self.by_index: dict[Form, Held] = {}
        # What each process has registered whose death this server is told of.
        self.by_owner: dict[Pid, dict[int, Entry]] = {}

    def forget(self, entry: Entry) -> None:
        """The caller has registered it no longer. Who has nothing here any more is not linked any more."""
        owned = self.by_owner.get(entry.pid)
        if owned is not None:
            owned.pop(entry.number, None)
        if not owned and self.server is not None:
            self.by_owner.pop(entry.pid, None)
            Process.unlink(self.server)

    def is_open(self) -> bool:
        """A table is gone with its owner."""
        return self.server is not None and Process.alive(self.server)


class Table:
    """A registry: what it was started with, and its partitions. It is there as long as its supervisor, which holds it;
    here it is only found by its name.
    """

    __slots__ = ("__weakref__", "listeners", "meta", "name", "owner", "partitions", "unique")

    def __init__(self, name: Any, unique: bool, partitions: int, listeners: list[Any], meta: dict[Any, Any]) -> None:
        self.name = name
        self.unique = unique
        self.listeners = listeners
        self.meta = meta
        self.owner: Pid | None = None
        self.partitions: list[Partition[Any]] = [Partition(None) for _ in range(partitions)]

    def __deepcopy__(self, memo: object) -> Table:
        return self

    def __repr__(self) -> str:
        return f"<registry {shown(self.name)}>"

    def partition(self, index: Form) -> Partition[Any]:
        return self.partitions[hash(index) % len(self.partitions)]


_tables: WeakValueDictionary[Any, Table] = WeakValueDictionary()


def open_table(table: Table, owner: Pid) -> None:
    """Let a registry be found, as long as its owner lives."""
    table.owner = owner
    _tables[table.name] = table


def table_of(registry: Any) -> Table:
    """The registry of a name; an `ArgumentError` where there is none."""
    table = find_table(registry)
    if table is None:
        hint = f'none is running; write Registry.start_link(keys="unique", name={describe(registry)})'
        raise hinted(ArgumentError(f"unknown registry: {shown(registry)}"), hint)
    return table


def find_table(registry: Any) -> Table | None:
    if not isinstance(registry, str | type):
        raise bad_argument(1, f"not the name of a registry: {describe(registry)}; a name is a string or a class")
    table = _tables.get(registry)
    if table is None or table.owner is None or not Process.alive(table.owner):
        return None
    return table


def shown(name: Any) -> str:
    """A name as Elixir shows it: one with a capital as a module, others as atoms."""
    if isinstance(name, type):
        return name.__qualname__
    if isinstance(name, str):
        return str(name) if name[:1].isupper() else f":{name}"
    return describe(name)


def insert_unique(entry: Entry) -> Pid | None:
    """Put an entry in its place. Returns None, or else who has the key, and lives."""
    place: dict[Form, Entry] = entry.place
    while True:
        found = place.setdefault(entry.index, entry)
        if found is entry:
            return None
        if Process.alive(found.pid):
            return found.pid
        delete_unique(found)  # the server will hear of that death, but has not yet


def delete_unique(entry: Entry) -> None:
    place, index = entry.place, entry.index
    # One step; see above.
    if index in place and place[index] is entry:
        del place[index]


def insert_duplicate(entry: Entry) -> None:
    place, index, number = entry.place, entry.index, entry.number
    fresh: dict[int, Entry] = {}
    # One step; see above.
    if index not in place:
        place[index] = fresh
    place[index][number] = entry


def delete_duplicate(entry: Entry) -> None:
    place, index, number = entry.place, entry.index, entry.number
    # One step; see above.
    if index in place:
        others = place[index]
        if number in others:
            del others[number]
        if not others:
            del place[index]


def delete(table: Table, entry: Entry) -> None:
    """Take an entry away, if it is there still."""
    if table.unique:
        delete_unique(entry)
    else:
        delete_duplicate(entry)


def entries_of(table: Table, key: Any) -> list[Entry]:
    """All entries under a key, the oldest of each partition first; of a unique registry none of the dead."""
    index = identity(key)
    if table.unique:
        partition = table.partition(index)
        entry = partition.by_index.get(index)
        if entry is None or not Process.alive(entry.pid) or not partition.is_open():
            return []
        return [entry]
    return [entry for partition in table.partitions for entry in entries_in(partition, index)]


def entries_in(partition: Partition[dict[int, Entry]], index: Form) -> list[Entry]:
    """The entries under a key in one partition of a duplicate registry."""
    entries = partition.by_index.get(index)
    return [*entries.values()] if entries is not None and partition.is_open() else []


def all_entries(table: Table) -> list[Entry]:
    """Every entry."""
    found: list[Entry] = []
    for partition in table.partitions:
        if not partition.is_open():
            continue
        held = [*partition.by_index.values()]
        if table.unique:
            found += held
        else:
            for entries in held:
                found += [*entries.values()]
    return found


def owned_by(table: Table, pid: Pid) -> list[Entry]:
    """What a process has registered, the oldest first."""
    partition = table.partition(pid)
    entries = partition.by_owner.get(pid)
    return [*entries.values()] if entries is not None and partition.is_open() else []


def own_entries(table: Table, index: Form, pid: Pid) -> list[Entry]:
    """What a process has registered under one key."""
    if table.unique:
        entry = table.partition(index).by_index.get(index)
        return [entry] if entry is not None and entry.pid == pid else []
    partition = table.partition(pid)
    with_key, of_owner = partition.by_index.get(index, {}), partition.by_owner.get(pid, {})
    fewer = with_key if len(with_key) < len(of_owner) else of_owner
    return [entry for entry in [*fewer.values()] if entry.pid == pid and entry.index == index]
