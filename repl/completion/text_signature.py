"""Signatures of what is written in C: as it tells them itself, or else as its documentation begins."""

from __future__ import annotations

import ast
import re
import types
from typing import Any, NamedTuple

from pyex.inspection.static_lookup import class_name, is_a
from pyex.repl.completion.members import text_of


class Parameter(NamedTuple):
    """One parameter; without a name it is the `*` or `/` that tells others apart."""

    name: str
    text: str
    by_position: bool
    by_name: bool
    is_required: bool


def is_c_function(value: object) -> bool:
    kind = type(value)
    return (
        kind is types.BuiltinFunctionType
        or kind is types.MethodDescriptorType
        or kind is types.WrapperDescriptorType
        or kind is types.MethodWrapperType
        or kind is types.ClassMethodDescriptorType
    )


def of_text(function: Any) -> list[tuple[Parameter, ...]]:
    """The parameters of a C function or class, as many times as there are ways to call it."""
    if is_a(function, type):
        own_text, name = type.__dict__["__text_signature__"].__get__(function), class_name(function)
    elif is_c_function(function):
        own_text, name = function.__text_signature__, function.__name__
    else:
        return []
    parsed = None if own_text is None else _parsed(own_text)
    if parsed is not None:
        # What only C sees is no parameter to the caller: the module, the class, what a bound method is bound to.
        hidden = own_text.startswith(("($module", "($type")) or is_a(function, type)
        hidden = hidden or type(function) is types.BuiltinFunctionType or type(function) is types.MethodWrapperType
        return [without_first(parsed, 1) if hidden and "$" in own_text else parsed]
    beginning = text_of(function).split("\n\n")[0]
    lines = re.findall(rf"^{re.escape(name)}\((.*)\) *(?:->.*)?$", beginning, re.MULTILINE)
    return [tuple(_roughly(part.strip()) for part in line.split(",")) if line else () for line in lines]


def without_first(parameters: tuple[Parameter, ...], count: int) -> tuple[Parameter, ...]:
    """The parameters but for those of which the arguments are there already."""
    rest = [*parameters]
    while count and rest and rest[0].by_position and not rest[0].text.startswith("*"):
        del rest[0]
        count -= 1
        if rest and rest[0].text == "/":
            del rest[0]
    return tuple(rest)


def _parsed(text: str) -> tuple[Parameter, ...] | None:
    try:
        statement = ast.parse(f"def f{text.replace('$', '')}: pass").body[0]
    except (SyntaxError, ValueError):
        return None
    assert isinstance(statement, ast.FunctionDef)
    given = statement.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [*[None] * (len(positional) - len(given.defaults)), *given.defaults]
    found = [
        _parameter(each.arg, default, True, place >= len(given.posonlyargs))
        for place, (each, default) in enumerate(zip(positional, defaults, strict=True))
    ]
    if given.posonlyargs:
        found.insert(len(given.posonlyargs), Parameter("", "/", False, False, False))
    if given.vararg:
        found.append(Parameter(given.vararg.arg, f"*{given.vararg.arg}", True, False, False))
    elif given.kwonlyargs:
        found.append(Parameter("", "*", False, False, False))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    found += [_parameter(each.arg, default, False, True) for each, default in named]
    if given.kwarg:
        found.append(Parameter(given.kwarg.arg, f"**{given.kwarg.arg}", False, False, False))
    return tuple(found)


def _parameter(name: str, default: ast.expr | None, by_position: bool, by_name: bool) -> Parameter:
    text = name if default is None else f"{name}={ast.unparse(default)}"
    return Parameter(name, text, by_position, by_name, default is None)


def _roughly(part: str) -> Parameter:
    """A parameter as texts write it: `iterable`, `*[`, `key=func]`."""
    named = re.match(r"\[?(\w+)=", part)
    return Parameter(named[1] if named else "", part, not part.startswith("*["), named is not None, named is None)
