"""The functions that guards and bodies of match specifications may call, by OTP's names.

What raises here makes a guard fail, and a body give "EXIT".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

from pyex.atom import Atom
from pyex.node import node
from pyex.otp.term import identity, ordering
from pyex.pid import Pid
from pyex.reference import Reference
from pyex.self_ import self

# A shift by more would fill the memory.
LARGEST_SHIFT = 1 << 24


def _number(term: Any) -> Any:
    if isinstance(term, int | float) and not isinstance(term, bool):
        return term
    raise TypeError(term)


def _integer(term: Any) -> int:
    if isinstance(term, int) and not isinstance(term, bool):
        return term
    raise TypeError(term)


def _tuple(term: Any) -> tuple[Any, ...]:
    if isinstance(term, tuple):
        return term
    raise TypeError(term)


def _list(term: Any) -> list[Any]:
    if isinstance(term, list):
        return term
    raise TypeError(term)


def _dict(term: Any) -> dict[Any, Any]:
    if isinstance(term, dict):
        return {identity(key): value for key, value in term.items()}
    raise TypeError(term)


def _bytes(term: Any) -> bytes:
    if isinstance(term, str):
        return term.encode()
    if isinstance(term, bytes | bytearray):
        return bytes(term)
    raise TypeError(term)


def _element(position: Any, term: Any) -> Any:
    if _integer(position) < 1:
        raise IndexError(position)
    return _tuple(term)[position - 1]


def _size(term: Any) -> int:
    return len(term) if isinstance(term, tuple) else len(_bytes(term))


def _round(term: Any) -> int:
    """Halves go away from zero."""
    whole: int = math.trunc(_number(term))
    rest: float = term - whole
    return whole + (rest >= 0.5) - (rest <= -0.5)


def _quotient(one: Any, other: Any) -> int:
    """Towards zero."""
    quotient = abs(_integer(one)) // abs(_integer(other))
    return quotient if (one < 0) == (other < 0) else -quotient


def _shifted(one: Any, by: int) -> int:
    if by < 0:
        return _integer(one) >> -by
    if by > LARGEST_SHIFT:
        raise OverflowError(by)
    return _integer(one) << by


def _part(term: Any, start: Any, length: Any) -> bytes:
    value = _bytes(term)
    begin, end = sorted((_integer(start), start + _integer(length)))
    if not 0 <= begin <= end <= len(value):
        raise IndexError(start)
    return value[begin:end]


def _is_integer(term: Any) -> bool:
    return isinstance(term, int) and not isinstance(term, bool)


def _is_number(term: Any) -> bool:
    return _is_integer(term) or isinstance(term, float)


def _is_atom(term: Any) -> bool:
    """Plain strings, too, for they are typed where OTP wants an atom."""
    return term is None or isinstance(term, str | bool | type)


def _is_binary(term: Any) -> bool:
    return isinstance(term, str | bytes | bytearray) and not isinstance(term, Atom)


def _is_record(term: Any, tag: Any, size: Any) -> bool:
    return isinstance(term, tuple) and len(term) == size and size > 0 and bool(identity(term[0]) == identity(tag))


def less(one: Any, other: Any) -> bool:
    """Whether one term comes before another in the order of terms."""
    return bool(ordering(one) < ordering(other))


def equal(one: Any, other: Any) -> bool:
    """Whether two terms are `==`, as 1 and 1.0 are."""
    return bool(ordering(one) == ordering(other))


def same(one: Any, other: Any) -> bool:
    return bool(identity(one) == identity(other))


# By name and number of arguments.
FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("is_atom", 1): _is_atom,
    ("is_float", 1): lambda x: isinstance(x, float),
    ("is_integer", 1): _is_integer,
    ("is_list", 1): lambda x: isinstance(x, list),
    ("is_number", 1): _is_number,
    ("is_pid", 1): lambda x: isinstance(x, Pid),
    ("is_port", 1): lambda x: False,
    ("is_reference", 1): lambda x: isinstance(x, Reference),
    ("is_tuple", 1): lambda x: isinstance(x, tuple),
    ("is_map", 1): lambda x: isinstance(x, dict),
    ("is_map_key", 2): lambda key, x: identity(key) in _dict(x),
    ("is_binary", 1): _is_binary,
    ("is_function", 1): lambda x: isinstance(x, FunctionType | BuiltinFunctionType),
    ("is_record", 3): _is_record,
    ("abs", 1): lambda x: abs(_number(x)),
    ("element", 2): _element,
    ("hd", 1): lambda x: _list(x)[0],
    ("tl", 1): lambda x: _list(x)[1:] if _list(x)[0:] else _list(None),
    ("length", 1): lambda x: len(_list(x)),
    ("map_get", 2): lambda key, x: _dict(x)[identity(key)],
    ("map_size", 1): lambda x: len(_dict(x)),
    ("node", 0): lambda: node(),
    ("node", 1): lambda x: node() if isinstance(x, Pid | Reference) else _number(None),
    ("self", 0): lambda: self(),
    ("float", 1): lambda x: float(_number(x)),
    ("round", 1): _round,
    ("trunc", 1): lambda x: math.trunc(_number(x)),
    ("size", 1): _size,
    ("byte_size", 1): lambda x: len(_bytes(x)),
    ("bit_size", 1): lambda x: 8 * len(_bytes(x)),
    ("binary_part", 3): _part,
    ("binary_part", 2): lambda x, place: _part(x, *_tuple(place)),
    ("+", 1): _number,
    ("-", 1): lambda x: -_number(x),
    ("+", 2): lambda x, y: _number(x) + _number(y),
    ("-", 2): lambda x, y: _number(x) - _number(y),
    ("*", 2): lambda x, y: _number(x) * _number(y),
    ("/", 2): lambda x, y: _number(x) / _number(y),
    ("div", 2): _quotient,
    ("rem", 2): lambda x, y: x - _quotient(x, y) * y,
    ("band", 2): lambda x, y: _integer(x) & _integer(y),
    ("bor", 2): lambda x, y: _integer(x) | _integer(y),
    ("bxor", 2): lambda x, y: _integer(x) ^ _integer(y),
    ("bnot", 1): lambda x: ~_integer(x),
    ("bsl", 2): lambda x, y: _shifted(x, _integer(y)),
    ("bsr", 2): lambda x, y: _shifted(x, -_integer(y)),
    ("<", 2): less,
    (">", 2): lambda x, y: less(y, x),
    ("=<", 2): lambda x, y: not less(y, x),
    (">=", 2): lambda x, y: not less(x, y),
    ("==", 2): equal,
    ("/=", 2): lambda x, y: not equal(x, y),
    ("=:=", 2): same,
    ("=/=", 2): lambda x, y: not same(x, y),
}
