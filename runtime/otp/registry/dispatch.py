"""Dispatching: calling a function with the entries under a key."""

from __future__ import annotations

from typing import Any

from pyex.atom import INFINITY, OK, Atom
from pyex.errors import bad_argument, describe
from pyex.otp.registry.table import entries_in, entries_of, table_of
from pyex.otp.task import Task
from pyex.otp.term import identity
from pyex.pid import Pid


def dispatch(registry: str | type, key: Any, function: Any, *, parallel: bool = False) -> Atom:
    """Call a function with all entries under a key, in the caller.

    Publish and subscribe: whoever registers under a topic gets what is sent to all of them.

        >>> _ = Registry.start_link(keys="duplicate", name="topics")
        >>> _ = Registry.register("topics", "news", None)
        >>> def publish(topic, text):
        ...     def to_all(entries):
        ...         for pid, _ in entries:
        ...             send(pid, (topic, text))
        ...     return Registry.dispatch("topics", topic, to_all)
        >>> publish("news", "It rains."), publish("sports", "nobody listens")
        ('ok', 'ok')
        >>> receive()
        ('news', 'It rains.')

    `function` takes a list of `(pid, value)`, which is not empty: where there are no entries it is not called. It may
    also be `(module, name, arguments)`, called with the list before the arguments. In a registry of several partitions
    and duplicate keys it is called once for each partition that has entries; with `parallel=True` at the same time, in
    tasks that are linked to the caller. Returns "ok". Mirrors `Registry.dispatch/4`.
    """
    if not callable(function) and not (isinstance(function, tuple) and len(function) == 3):
        raise bad_argument(3, f"not a function: {describe(function)}; it takes a list of (pid, value)")
    table = table_of(registry)
    if table.unique or len(table.partitions) == 1:
        _call(function, [entry.pair() for entry in entries_of(table, key)])
        return OK
    index = identity(key)
    parts = [[entry.pair() for entry in entries_in(each, index)] for each in reversed(table.partitions)]
    if not parallel:
        for pairs in parts:
            _call(function, pairs)
        return OK
    for task in [Task.async_(_call, function, pairs) for pairs in parts if pairs]:
        Task.await_(task, INFINITY)
    return OK


def _call(function: Any, pairs: list[tuple[Pid, Any]]) -> None:
    if not pairs:
        return
    if isinstance(function, tuple):
        module, name, arguments = function
        getattr(module, name)(pairs, *arguments)
    else:
        function(pairs)
