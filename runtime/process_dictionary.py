"""The process dictionary: what a process keeps under a key, for itself alone."""

from __future__ import annotations

from typing import Any

from pyex.scheduler import scheduler

_ALL: Any = object()


def put(key: Any, value: Any) -> Any:
    """Keep something in the dictionary of the process.

        >>> Process.put("lang", "py"), Process.put("lang", "ex"), Process.get("lang")
        (None, 'py', 'ex')

    Returns the old value, or None. Mirrors `Process.put/2`.
    """
    me = scheduler.me()
    if me.dictionary is None:
        me.dictionary = {}
    old = me.dictionary.get(key)
    me.dictionary[key] = value
    return old


def get(key: Any = _ALL, default: Any = None) -> Any:
    """Read the dictionary of the process: one value, or without key a dict of all.

        >>> Process.get("nothing", "default")
        'default'

    Mirrors `Process.get/0`, `/1` and `/2`.
    """
    dictionary = scheduler.me().dictionary or {}
    return dict(dictionary) if key is _ALL else dictionary.get(key, default)


def get_keys(value: Any = _ALL) -> list[Any]:
    """The keys of the dictionary of the process; with a value: those that have it.

        >>> Process.put("lang", "py"), Process.put("shell", "py"), Process.get_keys("py")
        (None, None, ['lang', 'shell'])

    Mirrors `Process.get_keys/0` and `/1`.
    """
    dictionary = scheduler.me().dictionary or {}
    return [key for key, each in [*dictionary.items()] if value is _ALL or each == value]


def delete(key: Any) -> Any:
    """Remove something from the dictionary of the process.

        >>> Process.put("lang", "py"), Process.delete("lang"), Process.get("lang")
        (None, 'py', None)

    Returns the value, or None. Mirrors `Process.delete/1`.
    """
    dictionary = scheduler.me().dictionary
    return None if dictionary is None else dictionary.pop(key, None)
