"""Metadata: what is kept with a registry as a whole."""

from __future__ import annotations

from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.message import copied
from pyex.otp.registry.table import find_table, shown, table_of
from pyex.otp.term import identity


def meta(registry: str | type, key: Any) -> Any:
    """What is kept with the registry under a key, an atom or a tuple.

        >>> _ = Registry.start_link(keys="unique", name="rooms", meta={"house": "north"})
        >>> Registry.meta("rooms", "house"), Registry.meta("rooms", "garden")
        (('ok', 'north'), 'error')

    Returns `("ok", value)`, or "error" where there is nothing. Mirrors `Registry.meta/2`.
    """
    _check(key)
    table = find_table(registry)
    if table is None:
        raise ArgumentError(
            f"unknown registry: {shown(registry)}. Either the registry name is invalid or the registry is not "
            "running, possibly because its application isn't started"
        )
    index = identity(key)
    return (OK, copied(table.meta[index])) if index in table.meta else ERROR


def put_meta(registry: str | type, key: Any, value: Any) -> Atom:
    """Keep something with the registry.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> Registry.put_meta("rooms", "house", "south"), Registry.meta("rooms", "house")
        ('ok', ('ok', 'south'))

    Returns "ok". Mirrors `Registry.put_meta/3`.
    """
    _check(key)
    table_of(registry).meta[identity(key)] = copied(value)
    return OK


def delete_meta(registry: str | type, key: Any) -> Atom:
    """Remove what is kept with the registry under a key.

        >>> _ = Registry.start_link(keys="unique", name="rooms", meta={"house": "north"})
        >>> Registry.delete_meta("rooms", "house"), Registry.meta("rooms", "house")
        ('ok', 'error')

    Returns "ok", also where there was nothing. Mirrors `Registry.delete_meta/2`.
    """
    _check(key)
    table_of(registry).meta.pop(identity(key), None)
    return OK


def _check(key: Any) -> None:
    if not (key is None or isinstance(key, str | bool | type | tuple)):
        raise bad_argument(2, f"{describe(key)} is no key of metadata: write a string or a tuple")
