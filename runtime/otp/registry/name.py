"""Names: what `("via", Registry, (registry, key))` stands for."""

from __future__ import annotations

from typing import Any

from pyex import mailbox
from pyex.atom import OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.otp.registry.entry import lookup, register, unregister
from pyex.otp.registry.table import entries_of, table_of
from pyex.pid import Pid
from pyex.self_ import self

UNDEFINED, YES, NO = Atom("undefined"), Atom("yes"), Atom("no")


def whereis_name(term: tuple[Any, ...]) -> Pid | Atom:
    """The process that has a key; for `("via", Registry, (registry, key))`.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> Registry.whereis_name(("rooms", "lobby"))
        'undefined'

    Returns its pid, or "undefined". Raises `ArgumentError` where keys are not unique. Mirrors
    `Registry.whereis_name/1`.
    """
    registry, key, _ = _name(term)
    table = table_of(registry)
    if not table.unique:
        raise ArgumentError(":via is not supported for duplicate registries")
    found = entries_of(table, key)
    return found[0].pid if found else UNDEFINED


def register_name(term: tuple[Any, ...], pid: Pid) -> Atom:
    """Register the caller under a key, with the value of `(registry, key, value)`, or None; for `("via", Registry,
    (registry, key))`.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> name = ("via", Registry, ("rooms", "lobby"))
        >>> pid = ok(Agent.start_link(lambda: 3, name=name))
        >>> Agent.get(name, lambda guests: guests), Registry.lookup("rooms", "lobby") == [(pid, None)]
        (3, True)

    Returns "yes", or "no" where the key is taken. Raises `ArgumentError` when `pid` is not that of the caller. Mirrors
    `Registry.register_name/2`.
    """
    registry, key, value = _name(term)
    if pid != self():
        raise bad_argument(2, f"{describe(pid)} is not the caller: a process can register only itself")
    return YES if register(registry, key, value)[0] == OK else NO


def unregister_name(term: tuple[Any, ...]) -> Atom:
    """As `unregister`; for `("via", Registry, (registry, key))`. Returns "ok". Mirrors `Registry.unregister_name/1`."""
    registry, key, _ = _name(term)
    return unregister(registry, key)


def send(term: tuple[Any, ...], message: Any) -> Any:
    """Send a message to the process that has a key.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", None)
        >>> Registry.send(("rooms", "lobby"), "hello"), receive()
        ('hello', 'hello')

    Returns the message. Raises `ArgumentError` when nobody has the key. Mirrors `Registry.send/2`.
    """
    registry, key, _ = _name(term)
    match lookup(registry, key):
        case []:
            raise ArgumentError("argument error")
        case [(pid, _)]:
            return mailbox.send(pid, message)
    raise ArgumentError(f"several processes have registered under {describe(key)}")


def _name(term: Any) -> tuple[Any, Any, Any]:
    match term:
        case (registry, key):
            return registry, key, None
        case (registry, key, value):
            return registry, key, value
    written = "(registry, key) or (registry, key, value)"
    raise bad_argument(1, f"not a name in a registry: {describe(term)}; write {written}")
