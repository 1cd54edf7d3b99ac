"""What is meant: the thing that documentation is asked for, under the name that a user would write.

Nothing is called to find out: attributes are read from the dictionaries of modules, classes and instances, so that no
property and no `__getattr__` runs. (The classes of pyex's own behaviours are asked: what they offer are functions of
their metaclasses.)
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
import inspect as inspection
import sys
import types
from collections.abc import Mapping
from typing import Any

import pyex
from pyex.inspection.safe_text import one_line
from pyex.otp.behaviour import Behaviour
from pyex.repl.display import inspect

_LONGEST_VALUE = 40
MISSING: Any = object()
_DOCUMENTED = (
    type,
    types.ModuleType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)


@dataclasses.dataclass(frozen=True)
class Subject:
    """A thing to tell about: what holds its text and signature, its name, and what else is to be said of it."""

    value: Any
    name: str
    note: str = ""


def subject_of(value: Any) -> Subject:
    """What a value is documented by: itself, the function that it wraps, or its class."""
    if isinstance(value, property):
        kind = "a property" if value.fset else "a read-only property"
        return Subject(value, _name(value.fget or value), kind)
    if isinstance(value, functools.cached_property):
        return Subject(value.func, _name(value.func), "a cached property")
    if isinstance(value, functools.partial | functools.partialmethod):
        function = subject_of(value.func)
        return Subject(value, function.name, f"a partial call of {function.name}")
    if isinstance(value, staticmethod | classmethod):
        return subject_of(value.__func__)
    if is_documented(value):
        return Subject(value, _name(value))
    is_of_typing = type(value).__module__ == "typing" and inspection.getattr_static(value, "__origin__", None)
    if isinstance(value, types.GenericAlias) or is_of_typing:
        return subject_of(value.__origin__)
    wrapped = inspection.getattr_static(value, "__wrapped__", None)
    if wrapped is not None and callable(value):
        return subject_of(wrapped)
    if own_text(value) is not None and callable(value):
        return Subject(value, _name(value))
    shown = " ".join(inspect(value, limit=5).split())
    shown = shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}..."
    return Subject(type(value), _name(type(value)), f"{shown} is of the type {type(value).__qualname__}")


def subject_named(text: str, names: Mapping[str, Any]) -> Subject | None:
    """What a name stands for; None where nothing has it. `names` are those of the prompt."""
    found = value_named(text, names)
    if found is MISSING:
        return None
    subject = subject_of(found)
    # Not everything knows what it is called.
    return subject if subject.name else dataclasses.replace(subject, name=text)


def value_named(text: str, names: Mapping[str, Any]) -> Any:
    """What a name with dots stands for: at the prompt, in pyex, in Python, or a loaded module; else `MISSING`."""
    first, *parts = text.split(".")
    found = _first(first, names)
    for index, part in enumerate(parts):
        if found is not MISSING:
            found = attribute(found, part)
        if found is MISSING:
            found = sys.modules.get(".".join([first, *parts[: index + 1]]), MISSING)
    return found


def attribute(owner: Any, name: str) -> Any:
    """What `owner.name` is, without running anything of the user's; `MISSING` where there is no such attribute."""
    if owner is pyex and name in pyex.__all__:
        return getattr(pyex, name)  # which may not be loaded yet
    if isinstance(owner, types.ModuleType):
        return vars(owner).get(name, MISSING)
    found = inspection.getattr_static(owner, name, MISSING)
    if found is MISSING or not isinstance(owner, type):
        return found
    if isinstance(found, staticmethod | classmethod):
        return found.__get__(None, owner)
    if isinstance(owner, Behaviour) and not any(name in vars(base) for base in owner.__mro__):
        return getattr(owner, name, MISSING)
    return found


def is_documented(value: Any) -> bool:
    """Whether a value has a text of its own, and not only that of its class."""
    return inspection.isroutine(value) or isinstance(value, _DOCUMENTED) or public_name(value) is not None


def public_name(value: Any) -> str | None:
    """The name under which pyex itself offers this."""
    return next((name for name in pyex.__all__ if getattr(pyex, name) is value), None)


def package_of(value: Any) -> str:
    """The name of the top package that a class or function belongs to."""
    return str(getattr(value, "__module__", "")).partition(".")[0]


def _first(name: str, names: Mapping[str, Any]) -> Any:
    if name not in names and name in pyex.__all__:
        return getattr(pyex, name)
    return next((place[name] for place in (names, vars(builtins), sys.modules) if name in place), MISSING)


def own_text(value: Any) -> str | None:
    """The text that an object has of its own, as numpy's functions do."""
    text = inspection.getattr_static(value, "__doc__", None)
    if isinstance(text, types.GetSetDescriptorType | types.MemberDescriptorType):
        text = text.__get__(value)
    if not isinstance(text, str) or text == type(value).__doc__:
        return None
    return text


def _name(value: Any) -> str:
    """The name that a user would write."""
    if public := public_name(value):
        return public
    owner = getattr(value, "__self__", None)
    if isinstance(owner, type):
        return f"{owner.__qualname__}.{value.__name__}"
    if isinstance(value, types.FunctionType | type) and package_of(value) == "pyex":
        homes = [name for name in pyex.__all__ if getattr(getattr(pyex, name), value.__name__, None) is value]
        # Of several behaviours that offer a function it is that one's where it is defined.
        homes.sort(key=lambda name: not f"{value.__module__}.".startswith(f"{_home(getattr(pyex, name))}."))
        if homes:
            return f"{homes[0]}.{value.__name__}"
    name = str(getattr(value, "__qualname__", None) or getattr(value, "__name__", "") or "")
    return one_line(name.replace("<locals>.", ""))


def _home(namespace: Any) -> str:
    if isinstance(namespace, types.ModuleType):
        return namespace.__name__
    return str(getattr(namespace, "__module__", None))
