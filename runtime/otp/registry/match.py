"""Matching: entries by the patterns, guards and match specifications of ETS.

In a pattern "_" matches anything, and "$1", "$2" … bind what they match; a guard is a tuple such as `(">", "$1", 3)`.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.message import copied
from pyex.otp.ets.match import NO_MATCH, Spec, compile_spec
from pyex.otp.registry.entry import remove
from pyex.otp.registry.table import Entry, all_entries, entries_of, own_entries, table_of
from pyex.otp.term import identity
from pyex.pid import Pid
from pyex.self_ import self


def match(registry: str | type, key: Any, pattern: Any, guards: list[Any] | tuple[()] = ()) -> list[tuple[Pid, Any]]:
    """The processes that have registered under a key with a value that matches.

        >>> _ = Registry.start_link(keys="duplicate", name="feeds")
        >>> _ = Registry.register("feeds", "news", ("sports", 3)), Registry.register("feeds", "news", ("arts", 5))
        >>> Registry.match("feeds", "news", ("sports", "_")) == [(self(), ("sports", 3))]
        True
        >>> Registry.match("feeds", "news", ("_", "$1"), [(">", "$1", 3)]) == [(self(), ("arts", 5))]
        True

    Returns a list of `(pid, value)`. Raises `ArgumentError` for guards that are none. Mirrors `Registry.match/4`.
    """
    table = table_of(registry)
    return [entry.pair() for entry in _matching(entries_of(table, key), pattern, guards)]


def count_match(registry: str | type, key: Any, pattern: Any, guards: list[Any] | tuple[()] = ()) -> int:
    """How many entries `match` would return.

        >>> _ = Registry.start_link(keys="duplicate", name="feeds")
        >>> _ = Registry.register("feeds", "news", ("sports", 3)), Registry.register("feeds", "news", ("arts", 5))
        >>> Registry.count_match("feeds", "news", ("_", "$1"), [("<", "$1", 9)])
        2

    Returns an int. Mirrors `Registry.count_match/4`.
    """
    return len(_matching(entries_of(table_of(registry), key), pattern, guards))


def unregister_match(registry: str | type, key: Any, pattern: Any, guards: list[Any] | tuple[()] = ()) -> Atom:
    """Take away what the caller has registered under a key with a value that matches.

        >>> _ = Registry.start_link(keys="duplicate", name="feeds")
        >>> _ = [Registry.register("feeds", "news", n) for n in (1, 2, 3)]
        >>> Registry.unregister_match("feeds", "news", "$1", [(">", "$1", 1)])
        'ok'
        >>> Registry.values("feeds", "news", self())
        [1]

    Returns "ok". Mirrors `Registry.unregister_match/4`.
    """
    table = table_of(registry)
    mine = own_entries(table, identity(key), self())
    chosen = _matching(mine, pattern, guards)
    remove(table, chosen, key, all_under_key=len(chosen) == len(mine))
    return OK


def select(registry: str | type, spec: list[Any]) -> list[Any]:
    """What a match specification makes of all entries, each as `(key, pid, value)`.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", 3), Registry.register("rooms", "attic", 1)
        >>> Registry.select("rooms", [(("$1", "_", "$2"), [(">", "$2", 1)], ["$1"])])
        ['lobby']
        >>> sorted(Registry.select("rooms", [(("$1", "_", "$2"), [], [(("$1", "$2"),)])]))
        [('attic', 1), ('lobby', 3)]

    `spec` is a list of `(pattern, guards, body)`; in the body a tuple to be returned is written `((…),)`. Returns a
    list, in no order. Raises `ArgumentError` for what is no match specification. Mirrors `Registry.select/2`.
    """
    return [copied(result) for result in _results(registry, spec, "select/2")]


def count_select(registry: str | type, spec: list[Any]) -> int:
    """How many entries a match specification gives True for.

        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> _ = Registry.register("rooms", "lobby", 3), Registry.register("rooms", "attic", 1)
        >>> Registry.count_select("rooms", [(("_", "_", "$1"), [(">", "$1", 1)], [True])])
        1

    Returns an int. Mirrors `Registry.count_select/2`.
    """
    return [result is True for result in _results(registry, spec, "count_select/2")].count(True)


def _matching(entries: list[Entry], pattern: Any, guards: Any) -> list[Entry]:
    if not isinstance(guards, list | tuple):
        raise bad_argument(4, f"not a list of guards: {describe(guards)}")
    spec = compile_spec([(("_", ("_", pattern)), [*guards], [True])])
    return [entry for entry in entries if _apply(spec, entry) is not NO_MATCH]


def _results(registry: str | type, spec: Any, function: str) -> list[Any]:
    table = table_of(registry)
    if not isinstance(spec, list):
        raise bad_argument(2, f"not a list: {describe(spec)}; a match specification is [(pattern, guards, body), …]")
    compiled = compile_spec([_as_kept(clause, spec, function) for clause in spec])
    results = [_apply(compiled, entry) for entry in all_entries(table)]
    return [result for result in results if result is not NO_MATCH]


def _as_kept(clause: Any, spec: Any, function: str) -> Any:
    match clause:
        case ((key, pid, value), guards, body) if isinstance(clause, tuple):
            return ((key, (pid, value)), guards, body)
    raise ArgumentError(f"invalid match specification in Registry.{function}: {describe(spec)}")


def _apply(spec: Spec, entry: Entry) -> Any:
    return spec.apply((entry.key, (entry.pid, entry.value)))
