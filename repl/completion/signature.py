"""Signatures of what is called, read from the code objects and texts of functions: nothing is evaluated."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Sequence
from types import FunctionType
from typing import NamedTuple

from pyex.inspection.static_lookup import UNKNOWN, class_entries, class_name, entries, in_class, is_a, is_plain, mro
from pyex.repl.completion.members import Method, wrapped
from pyex.repl.completion.text_signature import Parameter, is_c_function, of_text, without_first

_LONGEST_DEFAULT = 30
_DEEPEST = 10
_KIND = inspect.Parameter
_STARS: dict[object, str] = {_KIND.VAR_POSITIONAL: "*", _KIND.VAR_KEYWORD: "**"}
_BY_POSITION = frozenset({_KIND.POSITIONAL_ONLY, _KIND.POSITIONAL_OR_KEYWORD, _KIND.VAR_POSITIONAL})
_BY_NAME = frozenset({_KIND.KEYWORD_ONLY, _KIND.POSITIONAL_OR_KEYWORD})
_EMPTY = {id(tuple): "()", id(list): "[]", id(dict): "{}", id(set): "set()", id(frozenset): "frozenset()"}


class Signature(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]

    def show(self, current: str | int | None = None) -> str:
        """As a line, the current parameter, which is a name or a position, in « »."""
        marked = self.at(current)
        return f"{self.name}({', '.join(f'«{p.text}»' if p is marked else p.text for p in self.parameters)})"

    def at(self, current: str | int | None) -> Parameter | None:
        """The parameter that is given by name or at a position."""
        if isinstance(current, str):
            named = (each for each in self.parameters if each.name == current and each.by_name)
            return next(named, next((each for each in self.parameters if each.text.startswith("**")), None))
        if current is None:
            return None
        positional = [each for each in self.parameters if each.by_position]
        if current < len(positional):
            return positional[current]
        return positional[-1] if positional and positional[-1].text.startswith("*") else None


def signatures(callee: object, name: str) -> list[Signature]:
    """The signatures of a function, class or callable object; none where nothing is known."""
    function, given = _function(callee, 0, 0)
    if type(function) is FunctionType:
        ways = _overloads(function) or [function]
        found = [Signature(name, _as_documented(each) or _of_code(each)) for each in ways]
    else:
        found = [Signature(name, each) for each in of_text(function)]
    return [Signature(name, without_first(each.parameters, given)) for each in found]


def _function(callee: object, given: int, depth: int) -> tuple[object, int]:
    """The function that is called in the end, and how many of its arguments are there already."""
    if depth > _DEEPEST:
        return UNKNOWN, 0
    if type(callee) is Method:
        return _function(callee.function, given + callee.given, depth + 1)
    if type(callee) is types.MethodType:
        return _function(callee.__func__, given + 1, depth + 1)
    if type(callee) is staticmethod or type(callee) is classmethod:
        return _function(callee.__func__, given + (type(callee) is classmethod), depth + 1)
    if type(callee) is functools.partial:
        return _function(callee.func, given + len(callee.args), depth + 1)
    if type(callee) is FunctionType:
        inner = entries(callee.__dict__).get("__wrapped__", UNKNOWN)
        return (callee, given) if inner is UNKNOWN else _function(inner, given, depth + 1)
    if is_a(callee, type):
        return _constructor(callee, given, depth)
    if is_c_function(callee):
        return callee, given
    if (inner_function := wrapped(callee)) is not None:
        return _function(inner_function, given, depth + 1)
    call = in_class(type(callee), "__call__")
    return _function(call, given + 1, depth + 1) if type(call) is FunctionType else (UNKNOWN, 0)


def _constructor(cls: type, given: int, depth: int) -> tuple[object, int]:
    call = in_class(type(cls), "__call__")
    if type(call) is FunctionType:
        return _function(call, given + 1, depth + 1)
    for base in mro(cls)[:-1]:
        own = class_entries(base)
        for name in ("__init__", "__new__"):
            made = own.get(name, UNKNOWN)
            made = made.__func__ if type(made) is staticmethod else made
            if type(made) is FunctionType:
                return _function(made, given + 1, depth + 1)
            if made is not UNKNOWN:
                return base, given
    return UNKNOWN, 0


def _overloads(function: FunctionType) -> Sequence[FunctionType]:
    import typing

    if type(function.__module__) is not str or type(function.__qualname__) is not str:
        return ()
    return [each for each in typing.get_overloads(function) if type(each) is FunctionType]


def _as_documented(function: FunctionType) -> tuple[Parameter, ...]:
    """The parameters that a client function of ours says it has; it takes any, and passes them on."""
    home = entries(function.__globals__).get("__name__")
    documented = entries(function.__dict__).get("__signature__")
    if home != "pyex.otp.server.operation" or type(documented) is not inspect.Signature:
        return ()
    return tuple(
        Parameter(
            each.name,
            f"{_STARS.get(each.kind, '')}{each.name}"
            + (f"={_default(each.default)}" if each.default is not each.empty else ""),
            each.kind in _BY_POSITION,
            each.kind in _BY_NAME,
            each.default is each.empty and each.kind not in _STARS,
        )
        for each in documented.parameters.values()
    )


def _of_code(function: FunctionType) -> tuple[Parameter, ...]:
    code = function.__code__
    names = code.co_varnames
    count, last = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    values = function.__defaults__
    given = [*tuple.__iter__(values)] if values is not None else []
    defaults = dict(zip(reversed(names[:count]), reversed(given), strict=False))
    defaults |= entries(function.__kwdefaults__) if function.__kwdefaults__ is not None else {}
    found = [_parameter(name, defaults, place >= code.co_posonlyargcount) for place, name in enumerate(names[:count])]
    if code.co_posonlyargcount:
        found.insert(code.co_posonlyargcount, Parameter("", "/", False, False, False))
    if code.co_flags & inspect.CO_VARARGS:
        found.append(Parameter(names[last], f"*{names[last]}", True, False, False))
    elif code.co_kwonlyargcount:
        found.append(Parameter("", "*", False, False, False))
    found += [_parameter(name, defaults, True, by_position=False) for name in names[count:last]]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        name = names[last + bool(code.co_flags & inspect.CO_VARARGS)]
        found.append(Parameter(name, f"**{name}", False, False, False))
    return tuple(found)


def _parameter(name: str, defaults: dict[str, object], by_name: bool, by_position: bool = True) -> Parameter:
    if name not in defaults:
        return Parameter(name, name, by_position, by_name, True)
    return Parameter(name, f"{name}={_default(defaults[name])}", by_position, by_name, False)


def _default(value: object) -> str:
    if is_plain(value) and len(text := repr(value)) <= _LONGEST_DEFAULT:
        return text
    if id(type(value)) in _EMPTY and not value:  # exactly a tuple, list …
        return _EMPTY[id(type(value))]
    if is_a(value, type):
        return class_name(value)
    return str.__str__(value.__name__) if type(value) is FunctionType else "..."
