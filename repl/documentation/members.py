"""What there is inside of a module, a class or a behaviour, with a sentence each."""

from __future__ import annotations

import functools
import inspect as inspection
import re
import types
from collections.abc import Iterable, Iterator
from typing import Any

import pyex
from pyex.otp.behaviour import Behaviour
from pyex.repl.documentation.inline import rendered
from pyex.repl.documentation.paint import Paint
from pyex.repl.documentation.signature import signature_of
from pyex.repl.documentation.subject import MISSING, attribute, own_text, package_of
from pyex.repl.hidden_names import INTERNAL, MACHINERY

_NAME_COLUMNS = 15
_LONGEST_CALL = 22


def entries(value: Any) -> Iterator[tuple[str, str]]:
    """The public names in a class or module, each with its text."""
    if isinstance(value, types.ModuleType):
        for name in _public_in(value):
            yield name, text_of(attribute(value, name))
    elif isinstance(value, type):
        # What a behaviour like GenServer offers goes before its callbacks.
        offered = vars(type(value)) if isinstance(value, Behaviour) else {}
        names = {name: None for name in [*offered, *vars(value)] if not isinstance(offered.get(name), property)}
        for name in names:
            if not name.startswith("_") and name not in MACHINERY and _is_listed(value, name):
                yield name, _text_of_member(value, name)


def has_methods(value: Any) -> bool:
    """Whether the functions in it are called on instances; a behaviour, or a namespace like `Process`, has none."""
    return isinstance(value, type) and (package_of(value) != "pyex" or signature_of(value) is not None)


def exported(value: Any) -> list[str]:
    """The functions and classes of a module, class or behaviour, sorted, with their parameters where these are few."""
    found = [(name, attribute(value, name)) for name, _ in entries(value)]
    return in_short(found)


def in_short(names: Iterable[tuple[str, Any]]) -> list[str]:
    """Each name as it is called: `link(pid)`, `start_link(…)` where there is more, `Pid` where nobody calls it."""
    return sorted((_in_short(name, value) for name, value in names), key=str.lower)


def summaries(listed: Iterable[tuple[str, str]], columns: int, paint: Paint | None = None) -> list[str]:
    """A line for each name and text: the name, and the text's first sentence as far as it fits."""
    listed = [*listed]
    width = max([_NAME_COLUMNS, *(len(name) for name, _ in listed)])
    return [_summary(f"{name:<{width}} ", text, columns, paint or Paint()) for name, text in listed]


def sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    # Sphinx's roles are no help in a list; the marks of code are.
    paragraph = rendered(" ".join(text.strip().split("\n\n")[0].split()), Paint())
    return re.split(r"(?<=\.)\s", paragraph)[0]


def text_of(value: Any) -> str:
    """The docstring of what is found in a module or class; "" where it has none."""
    if isinstance(value, functools.cached_property):
        value = value.func
    if inspection.isroutine(value) or isinstance(value, type | types.ModuleType | property):
        return inspection.getdoc(value) or ""
    return inspection.cleandoc(own_text(value) or "")


def _summary(start: str, text: str, columns: int, paint: Paint) -> str:
    line = (start + sentence(text).rstrip(". ")).rstrip()
    if len(line) > columns:
        line = line[: columns - 4].rpartition(" ")[0] + " ..."
    return paint.words(line[: len(start)], "doc_inline_code") + rendered(line[len(start) :], paint)


def _public_in(module: types.ModuleType) -> list[str]:
    names = vars(module).get("__all__")
    if names is not None:
        return [str(name) for name in names]
    package = f"{module.__name__}."
    return [
        name
        for name, each in vars(module).items()
        if not name.startswith("_")
        and (inspection.isroutine(each) or isinstance(each, type))
        and f"{each.__module__}.".startswith(package)
    ]


def _is_listed(cls: type, name: str) -> bool:
    member = attribute(cls, name)
    if isinstance(member, type):
        return member.__qualname__ not in INTERNAL and package_of(member) == package_of(cls)
    return callable(member) or isinstance(member, property | functools.cached_property)


def _text_of_member(cls: type, name: str) -> str:
    """The text of a member, or else that of what it overrides."""
    texts = [text_of(attribute(cls, name))]
    texts += [text_of(vars(base)[name]) for base in (*cls.__mro__, pyex.GenServer) if name in vars(base)]
    return next((text for text in texts if text), "")


def _in_short(name: str, value: Any) -> str:
    if value is MISSING or not callable(value):
        return name
    signature = signature_of(value)
    if signature is None:
        return name if isinstance(value, type) else f"{name}(…)"
    parameters = [
        ("**" if each.kind is each.VAR_KEYWORD else "*" if each.kind is each.VAR_POSITIONAL else "") + each.name
        for each in signature.parameters.values()
    ]
    text = f"{name}({', '.join(parameters)})"
    return text if len(text) <= _LONGEST_CALL else f"{name}(…)"
