"""`Registry`: processes by key, for names, for properties, and for publishing to subscribers.

The functions are in `entry`, `match`, `dispatch`, `name` and `meta`; the tables that they read and write in `table`,
the processes in `server`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyex.atom import Atom
from pyex.errors import ArgumentError, describe
from pyex.message import copied
from pyex.otp.behaviour import Behaviour
from pyex.otp.hint import hinted
from pyex.otp.registry import dispatch as registry_dispatch
from pyex.otp.registry import entry as registry_entry
from pyex.otp.registry import match as registry_match
from pyex.otp.registry import meta as registry_meta
from pyex.otp.registry import name as registry_name
from pyex.otp.registry.server import RegistrySupervisor
from pyex.otp.registry.table import Table
from pyex.otp.supervisor import Supervisor
from pyex.otp.term import identity

Options = Mapping[str, Any] | Iterable[tuple[str, Any]]
SUPERVISOR = Atom("supervisor")


def start_link(
    options: Options = (),
    /,
    *,
    keys: str | None = None,
    name: str | type | None = None,
    partitions: int = 1,
    listeners: Sequence[str | type] = (),
    meta: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = (),
    compressed: bool = False,
) -> Any:
    """Start a registry: a supervisor that is linked to the caller.

        >>> pid = ok(Registry.start_link(keys="unique", name="rooms"))
        >>> Process.whereis("rooms") == pid
        True

    `keys` is "unique" (one process for each key) or "duplicate" (any number); `name` a string or a class. `partitions`
    is how many servers share the work. `listeners` are names of processes that get `("register", registry, key,
    pid, value)` and `("unregister", registry, key, pid)`; not when a process ends, for that they monitor it. `meta`
    is what `Registry.meta` gives at first. (`compressed` is accepted and changes nothing.) A supervisor starts a
    registry by `(Registry, {"keys": "unique", "name": "rooms"})`.

    Returns `("ok", pid)`, or `("error", ("already_started", pid))` where the name is taken. Raises `ArgumentError` for
    options that are missing or wrong. Mirrors `Registry.start_link/1`.
    """
    if options:
        given = {
            "keys": keys, "name": name, "partitions": partitions, "listeners": listeners, "meta": meta,
            "compressed": compressed, **dict(options),
        }  # fmt: skip
        return start_link(**given)
    if keys not in ("unique", "duplicate"):
        text = f"expected :keys to be given and be one of :unique or :duplicate, got: {describe(keys)}"
        raise hinted(ArgumentError(text), 'write keys="unique" or keys="duplicate"')
    if name is None:
        raise hinted(ArgumentError("expected :name option to be present"), 'write name="rooms", or a class')
    if not isinstance(name, str | type):
        raise ArgumentError(f"expected :name to be an atom, got: {describe(name)}")
    metadata = _metadata(meta)
    if type(partitions) is not int or partitions < 1:
        raise ArgumentError(f"expected :partitions to be a positive integer, got: {describe(partitions)}")
    if not isinstance(listeners, list | tuple) or not all(isinstance(each, str | type) for each in listeners):
        raise ArgumentError(f"expected :listeners to be a list of named processes, got: {describe(listeners)}")
    if type(compressed) is not bool:
        raise ArgumentError(f"expected :compressed to be a boolean, got: {describe(compressed)}")
    table = Table(name, keys == "unique", partitions, [*listeners], metadata)
    return Supervisor.start_link(RegistrySupervisor, table, name=name)


def _metadata(meta: Any) -> dict[Any, Any]:
    """Keys are atoms; `put_meta` takes tuples as well."""
    try:
        pairs = dict(meta)
    except (TypeError, ValueError):
        pairs = {0: None}
    if not all(isinstance(key, str) for key in pairs):
        raise ArgumentError(f"expected :meta to be a keyword list, got: {describe(meta)}")
    return {identity(key): copied(value) for key, value in pairs.items()}


def child_spec(options: Options = (), /, **keywords: Any) -> dict[str, Any]:
    """How a supervisor is to start a registry.

        >>> Registry.child_spec(keys="unique", name="rooms")["start"][2]
        [{'keys': 'unique', 'name': 'rooms'}]

    Takes the options of `start_link`, as keywords or as a dict; supervisors call it for `(Registry, {"keys": "unique",
    "name": "rooms"})`. Returns `{"id": name, "start": (Registry, "start_link", [options]), "type": "supervisor"}`.
    Mirrors `Registry.child_spec/1`.
    """
    given = {**dict(options), **keywords}
    return {"id": given.get("name", Registry), "start": (Registry, "start_link", [given]), "type": SUPERVISOR}


class Registry(metaclass=Behaviour):
    """Processes by key. Each entry belongs to a process, and goes with it. A namespace: `Registry.lookup(…)`.

        >>> class Room(GenServer):
        ...     def init(guests):
        ...         return ("ok", guests)
        ...     def handle_call(request, from_, guests):
        ...         return ("reply", guests, guests)
        >>> _ = Registry.start_link(keys="unique", name="rooms")
        >>> lobby = ("via", Registry, ("rooms", "lobby"))
        >>> pid = ok(GenServer.start_link(Room, ["Ann"], name=lobby))
        >>> GenServer.call(lobby, "guests"), Registry.keys("rooms", pid)
        (['Ann'], ['lobby'])

    Mirrors Elixir's `Registry`.
    """

    start_link = staticmethod(start_link)
    child_spec = staticmethod(child_spec)
    register = staticmethod(registry_entry.register)
    unregister = staticmethod(registry_entry.unregister)
    unregister_match = staticmethod(registry_match.unregister_match)
    lookup = staticmethod(registry_entry.lookup)
    match = staticmethod(registry_match.match)
    count_match = staticmethod(registry_match.count_match)
    select = staticmethod(registry_match.select)
    count_select = staticmethod(registry_match.count_select)
    keys = staticmethod(registry_entry.keys)
    values = staticmethod(registry_entry.values)
    count = staticmethod(registry_entry.count)
    dispatch = staticmethod(registry_dispatch.dispatch)
    update_value = staticmethod(registry_entry.update_value)
    meta = staticmethod(registry_meta.meta)
    put_meta = staticmethod(registry_meta.put_meta)
    delete_meta = staticmethod(registry_meta.delete_meta)
    whereis_name = staticmethod(registry_name.whereis_name)
    register_name = staticmethod(registry_name.register_name)
    unregister_name = staticmethod(registry_name.unregister_name)
    send = staticmethod(registry_name.send)
