"""Messages share nothing: what is sent is copied, unless it cannot change."""

from __future__ import annotations

import copy
from functools import partial
from types import BuiltinFunctionType, CodeType, EllipsisType, FunctionType, ModuleType, NoneType, NotImplementedType
from typing import Any

from pyex.atom import Atom
from pyex.closure import captured, captures_nothing
from pyex.errors import ArgumentError, SelfInMessage
from pyex.pid import Pid
from pyex.reference import Reference

# Exact types whose values cannot change. They travel by reference.
IMMUTABLE: set[type] = {
    NoneType, bool, int, float, complex, str, bytes, Atom, Pid, Reference, range, EllipsisType, NotImplementedType,
    type, ModuleType, BuiltinFunctionType, CodeType, object,
}  # fmt: skip
# More of them, by name: whoever sends one has imported the module, and then the type joins the others.
_IMMUTABLE_NAMES = {
    ("datetime", "date"), ("datetime", "time"), ("datetime", "datetime"), ("datetime", "timedelta"),
    ("datetime", "timezone"), ("zoneinfo", "ZoneInfo"), ("decimal", "Decimal"), ("fractions", "Fraction"),
    ("uuid", "UUID"), ("pathlib", "PosixPath"), ("pathlib", "PurePosixPath"), ("pathlib._local", "PosixPath"),
    ("pathlib._local", "PurePosixPath"), ("re", "Pattern"), ("ipaddress", "IPv4Address"), ("ipaddress", "IPv6Address"),
}  # fmt: skip


def copied(value: Any) -> Any:
    """What the receiver of `value` gets: the value itself when nothing in it can change, else a copy.

    Containers are copied at any depth, with their cycles; other objects as `copy.deepcopy` does it. What cannot be
    copied (a socket, a lock, an open file) is passed by reference.
    """
    # Most messages are atoms and tuples of them: there is nothing to copy.
    if type(value) is tuple:
        for item in value:
            if type(item) not in IMMUTABLE:
                break
        else:
            return value
    if type(value) in IMMUTABLE or _is_immutable(value):
        return value
    try:
        return _copy(value, {})
    except SelfInMessage as error:
        raise ArgumentError(str(error)) from None


def _is_immutable(value: Any) -> bool:
    """Whether nothing in it can change, as far as a quick look tells."""
    kind = type(value)
    if kind is tuple:
        for item in value:
            kind = type(item)
            if kind not in IMMUTABLE and not (kind is tuple and _is_immutable(item)):
                return False
        return True
    if kind is frozenset:
        return IMMUTABLE.issuperset(map(type, value))
    if kind is FunctionType:
        return captures_nothing(value)
    return kind in IMMUTABLE


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    kind = type(value)
    if kind in IMMUTABLE:
        return value
    if kind is tuple:
        return _copy_tuple(value, memo)
    done = memo.get(id(value))
    if done is not None:
        return done
    if kind is list:
        items: list[Any] = []
        memo[id(value)] = items
        items.extend([item if type(item) in IMMUTABLE else _copy(item, memo) for item in value])
        return items
    if kind is dict:
        entries: dict[Any, Any] = {}
        memo[id(value)] = entries
        for key, item in value.items():
            if type(key) not in IMMUTABLE:
                key = _copy(key, memo)
            entries[key] = item if type(item) in IMMUTABLE else _copy(item, memo)
        return entries
    if kind is set:
        members: set[Any] = set()
        memo[id(value)] = members
        members.update(_copy(item, memo) for item in value)
        return members
    if kind is FunctionType:
        return captured(value, _copy, memo)
    if kind is frozenset and _is_immutable(value):
        return value
    if kind is partial:
        return partial(_copy(value.func, memo), *_copy(value.args, memo), **_copy(value.keywords, memo))
    return _copy_object(value, memo)


def _copy_tuple(value: tuple[Any, ...], memo: dict[int, Any]) -> tuple[Any, ...]:
    for item in value:
        if type(item) not in IMMUTABLE:
            break
    else:
        return value
    done = memo.get(id(value))
    if done is not None:
        return done  # type: ignore[no-any-return]
    items = tuple([_copy(item, memo) for item in value])
    # A cycle through this tuple has made the copy meanwhile.
    done = memo.get(id(value))
    if done is not None:
        return done  # type: ignore[no-any-return]
    if all(one is other for one, other in zip(items, value, strict=True)):
        items = value
    memo[id(value)] = items
    return items


def _copy_object(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, type):
        IMMUTABLE.add(type(value))  # a metaclass: all that are of it are classes
        return value
    if (type(value).__module__, type(value).__qualname__) in _IMMUTABLE_NAMES:
        IMMUTABLE.add(type(value))
        return value
    try:
        return copy.deepcopy(value, memo)
    except (RecursionError, SelfInMessage):
        raise
    except Exception:
        memo[id(value)] = value
        return value
