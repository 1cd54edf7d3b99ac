"""What stands after the dot of an object, and of which kind it is, found without running any code of the object's."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from pyex.errors import Self
from pyex.inspection.static_lookup import (
    UNKNOWN,
    class_entries,
    class_name,
    entries,
    in_class,
    instance_entries,
    is_a,
    is_plain,
    keys,
    module_entries,
    module_of,
    mro,
)
from pyex.otp.behaviour import Behaviour, OfItself
from pyex.otp.server.method import Call, Cast
from pyex.pid import Pid
from pyex.reference import Reference
from pyex.repl.hidden_names import INTERNAL, MACHINERY

_FUNCTION_TYPES = frozenset(
    map(id, (
        FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType,
        types.WrapperDescriptorType, types.MethodWrapperType, types.ClassMethodDescriptorType, staticmethod,
        classmethod,
    ))
)  # fmt: skip
# Ours, which stand in a class for a function.
_DESCRIPTOR_TYPES = frozenset(map(id, (OfItself, Call, Cast)))


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Some object of a class, of which no more is known."""

    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A function or C method whose first argument is there already, or arguments given to a `functools.partial`."""

    function: object
    given: int = 1
    owner: object = UNKNOWN


def dict_of(owner: object) -> dict[Any, object] | None:
    """The dict that an object is, or that is within it: the environment keeps one of bytes."""
    if type(owner) is type(os.environ):
        inside = instance_entries(owner).get("_data")
        within = {os.fsdecode(key): None for key in keys(inside) if type(key) is bytes} if is_a(inside, dict) else {}
        return dict[Any, object](within)
    return owner if is_a(owner, dict) else None


def attribute(owner: object, name: str) -> object:
    """The attribute of an object, as far as it can be told; else UNKNOWN."""
    if type(owner) is Instance:
        return _bound(in_class(owner.cls, name), owner, of_instance=True)
    if is_a(owner, ModuleType):
        return _in_module(owner, name)
    if is_a(owner, type):
        found = in_class(owner, name)
        if found is UNKNOWN:
            return _bound(in_class(type(owner), name), owner, of_instance=True)
        return _bound(found, owner, of_instance=False)
    found = in_class(type(owner), name)
    if type(found) is types.MemberDescriptorType:
        try:
            return found.__get__(owner)
        except (AttributeError, TypeError):
            return UNKNOWN
    own = instance_entries(owner).get(name, UNKNOWN)
    return _bound(found, owner, of_instance=True) if own is UNKNOWN else own


def _in_module(module: ModuleType, name: str) -> object:
    inside = module_entries(module)
    if name in inside:
        return inside[name]
    home = inside.get("__name__")
    loaded = entries(sys.modules).get(f"{home}.{name}") if type(home) is str else None
    return loaded if is_a(loaded, ModuleType) else UNKNOWN


def _bound(raw: object, owner: object, *, of_instance: bool) -> object:
    """What comes of a class's entry when it is asked for."""
    if is_a(raw, staticmethod):
        return staticmethod.__dict__["__func__"].__get__(raw)
    if is_a(raw, classmethod):
        return Method(classmethod.__dict__["__func__"].__get__(raw))
    if type(raw) is OfItself:
        return instance_entries(raw).get("function", UNKNOWN)
    if type(raw) is Call or type(raw) is Cast:
        return instance_entries(raw).get("method" if of_instance else "client", UNKNOWN)
    if id(type(raw)) in _FUNCTION_TYPES:
        return Method(raw, owner=owner) if of_instance and type(raw) is not types.BuiltinFunctionType else raw
    if any("__get__" in class_entries(base) for base in mro(type(raw))):
        return UNKNOWN
    return raw


# What there is


def members(owner: object) -> dict[str, object]:
    """All that can stand after the dot of an object that is no module, with what is kept in the classes for it."""
    if type(owner) is Pid or type(owner) is Reference:
        return {}  # opaque, as in Elixir
    if type(owner) is Instance:
        return {} if owner.cls is Pid or owner.cls is Reference else _of_class(owner.cls)
    if is_a(owner, type):
        found = _offered(owner) | _of_class(owner)
        return {name: each for name, each in found.items() if f"{class_name(owner)}.{name}" not in INTERNAL}
    if type(owner) is Method:
        owner = owner.function
    return _of_class(type(owner)) | instance_entries(owner)


def _of_class(cls: type) -> dict[str, object]:
    found: dict[str, object] = {}
    for base in reversed(mro(cls)):
        found |= class_entries(base)
    return found


def _offered(cls: type) -> dict[str, object]:
    """What a class has of its metaclass. `GenServer.call` is such a function; a GenServer of the user's does not have
    it in Elixir, and so it is not listed there.
    """
    found: dict[str, object] = {}
    above = any(is_a(base, Behaviour) for base in mro(cls)[1:])
    for base in reversed(mro(type(cls))[:-1]):
        if base is not type and not (above and module_of(base).startswith("pyex.")):
            found |= class_entries(base)
    if is_a(cls, Behaviour):
        found = {name: each for name, each in found.items() if name not in MACHINERY}
        found["child_spec"] = class_entries(Behaviour)["child_spec"]
    return found


def kind_of(value: object) -> str:
    """How a candidate for the object is called."""
    if is_a(value, type):
        return "class"
    if is_a(value, ModuleType):
        return "module"
    kind = id(type(value))
    if kind in _FUNCTION_TYPES or kind in _DESCRIPTOR_TYPES or type(value) is Method or is_a(value, Self):
        return "function"
    if wrapped(value) is not None:
        return "function"
    return "property" if is_a(value, property) else "variable"


def wrapped(value: object) -> FunctionType | None:
    """The function that an object made of one, such as a helper of the shell, is for."""
    if is_plain(value):
        return None
    found = instance_entries(value).get("__wrapped__")
    return found if type(found) is FunctionType else None


def text_of(value: object) -> str:
    """The docstring of an object, where it is a plain string."""
    if type(value) is Method:
        value = value.function
    if is_a(value, ModuleType):
        found = module_entries(value).get("__doc__")
    elif is_a(value, type):
        found = class_entries(value).get("__doc__")
    elif type(value) is types.MethodType or type(value) is staticmethod or type(value) is classmethod:
        return text_of(value.__func__)
    elif id(type(value)) in _FUNCTION_TYPES:
        found = value.__doc__
    elif (function := wrapped(value)) is not None:
        found = function.__doc__
    else:
        found = instance_entries(value).get("__doc__")
    return found if type(found) is str else ""


def clean_names(namespace: Mapping[str, object]) -> dict[str, object]:
    """The names of a namespace, in a dict of our own: names that can be typed, not those the shell hides."""
    return {name: value for name, value in entries(namespace).items() if name.isidentifier()}
