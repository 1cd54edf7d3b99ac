"""Entries: registering, looking up, changing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, bad_argument
from pyex.mailbox import send
from pyex.message import copied
from pyex.otp.registry.table import (
    Entry,
    Table,
    all_entries,
    delete,
    entries_of,
    insert_duplicate,
    insert_unique,
    own_entries,
    owned_by,
    shown,
    table_of,
)
from pyex.otp.term import identity
from pyex.pid import Pid, check_pid
from pyex.process import Process
from pyex.self_ import self

ALREADY_REGISTERED, REGISTER, UNREGISTER = Atom("already_registered"), Atom("register"), Atom("unregister")


def register(registry: str | type, key: Any, value: Any) -> tuple[Atom, Any]:
    """Register the caller under a key, until it ends.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> Registry.register("rooms", "lobby", 3)[0]
        'ok'
        >>> Registry.register("rooms", "lobby", 4) == ("error", ("already_registered", self()))
        True

    Returns `("ok", owner)`, the pid of the server that looks after it: the caller is linked to it from now on, and
    ends with it. In a registry of unique keys returns `("error", ("already_registered", pid))` where another process
    has the key, or the caller itself; in one of duplicate keys a process may have a key several times. Keys are any
    terms, and 1, 1.0 and True are different ones. Of many that want a key at once one gets it. Mirrors
    `Registry.register/3`.
    """
    table = table_of(registry)
    me, index = self(), identity(key)
    keeper = table.partition(me)
    home = table.partition(index) if table.unique else keeper
    entry = Entry(home.by_index, index, copied(key), me, copied(value))
    if keeper.server is None:
        raise ArgumentError(f"unknown registry: {shown(registry)}")
    # First of all: whenever the process ends after this, the server is told.
    Process.link(keeper.server)
    if not Process.alive(me):
        return (OK, keeper.server)  # it is in a `finally`, and nobody would ever remove the entry
    if not keeper.is_open() or not home.is_open():
        raise bad_argument(1, "the table identifier does not refer to an existing ETS table")
    keeper.by_owner.setdefault(me, {})[entry.number] = entry
    if table.unique:
        holder = insert_unique(entry)
        if holder is not None:
            keeper.forget(entry)
            return (ERROR, (ALREADY_REGISTERED, holder))
    else:
        insert_duplicate(entry)
    for listener in table.listeners:
        send(listener, (REGISTER, registry, key, me, value))
    return (OK, keeper.server)


def unregister(registry: str | type, key: Any) -> Atom:
    """Take away what the caller has registered under a key.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> Registry.register("rooms", "lobby", 3)[0], Registry.unregister("rooms", "lobby")
        ('ok', 'ok')
        >>> Registry.lookup("rooms", "lobby")
        []

    Returns "ok", also where there was nothing. Mirrors `Registry.unregister/2`.
    """
    table = table_of(registry)
    remove(table, own_entries(table, identity(key), self()), key, all_under_key=True)
    return OK


def remove(table: Table, chosen: list[Entry], key: Any, *, all_under_key: bool) -> None:
    """Take away some of the caller's entries; listeners are told once the caller has none any more under the key."""
    keeper = table.partition(self())
    for entry in chosen:
        delete(table, entry)
        keeper.forget(entry)
    if all_under_key:
        for listener in table.listeners:
            send(listener, (UNREGISTER, table.name, key, self()))


def lookup(registry: str | type, key: Any) -> list[tuple[Pid, Any]]:
    """The processes that have registered under a key, each with its value.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", 3)
        >>> Registry.lookup("rooms", "lobby") == [(self(), 3)], Registry.lookup("rooms", "attic")
        (True, [])

    Returns a list of `(pid, value)`, of at most one where keys are unique. It is read without a message to anybody. In
    a registry of duplicate keys a process that has just died may still be in it. Mirrors `Registry.lookup/2`.
    """
    return [entry.pair() for entry in entries_of(table_of(registry), key)]


def keys(registry: str | type, pid: Pid) -> list[Any]:
    """The keys under which a process has registered, the newest first.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", 3), Registry.register("rooms", "attic", 1)
        >>> Registry.keys("rooms", self())
        ['attic', 'lobby']

    Returns a list; a key is in it as often as it was registered. Mirrors `Registry.keys/2`.
    """
    owned = owned_by(table_of(registry), check_pid(pid, 2))
    return [copied(entry.key) for entry in reversed(owned)]


def values(registry: str | type, key: Any, pid: Pid) -> list[Any]:
    """The values that a process has registered under a key.

        >>> _ = Registry.start_link(keys="duplicate", name="feeds")
        >>> _ = Registry.register("feeds", "news", "sports"), Registry.register("feeds", "news", "weather")
        >>> Registry.values("feeds", "news", self())
        ['sports', 'weather']

    Returns a list, empty where there are none. Mirrors `Registry.values/3`.
    """
    return [copied(entry.value) for entry in entries_of(table_of(registry), key) if entry.pid == pid]


def count(registry: str | type) -> int:
    """How many entries there are.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> Registry.count("rooms")
        0

    Returns an int. Mirrors `Registry.count/1`.
    """
    return len(all_entries(table_of(registry)))


def update_value(registry: str | type, key: Any, callback: Callable[[Any], Any]) -> Any:
    """Change the value that the caller has registered under a unique key.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", 3)
        >>> Registry.update_value("rooms", "lobby", lambda guests: guests + 1)
        (4, 3)
        >>> Registry.update_value("rooms", "attic", lambda guests: guests + 1)
        'error'

    Returns `(new, old)`, or "error" where the caller has not registered under the key. Raises `ArgumentError` where
    keys are not unique. Mirrors `Registry.update_value/3`.
    """
    table = table_of(registry)
    if not table.unique:
        raise ArgumentError("Registry.update_value/3 is not supported for duplicate registries")
    for entry in own_entries(table, identity(key), self()):
        old = entry.value
        new = callback(copied(old))
        entry.value = copied(new)
        return (new, old)
    return ERROR
