"""Looking at objects without running any code of theirs.

Only what C keeps in dictionaries and slots is read: the MRO, the `__dict__` of classes, modules and instances. Never
called are properties and other descriptors, `__getattr__`, `__getattribute__`, `__dir__`, `__class__` (so no
`isinstance` here, which asks for it), `__eq__` and `__hash__` (so nothing is looked up in a dictionary of somebody
else's, which is copied by entries instead: another thread may change it at the same time).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, Final, TypeGuard, TypeVar

from pyex.atom import Atom

T = TypeVar("T")

_MRO = type.__dict__["__mro__"].__get__
_CLASS_DICT = type.__dict__["__dict__"].__get__
_MODULE_DICT = type.__dict__["__dict__"].__get__(ModuleType)["__dict__"].__get__
_CLASS_NAME = type.__dict__["__name__"].__get__
_ATTEMPTS = 5

PLAIN = frozenset(map(id, (str, Atom, int, float, complex, bool, bytes, type(None))))


class _Unknown:
    __slots__ = ()


UNKNOWN: Final = _Unknown()


def is_a(value: object, kind: type[T]) -> TypeGuard[T]:
    """`isinstance`, for classes whose metaclass is `type`, that believes no `__class__`."""
    return issubclass(type(value), kind)


def is_plain(value: object) -> bool:
    """Whether it is a number, string, … of exactly that type: its `repr` and `==` are Python's."""
    return id(type(value)) in PLAIN


def mro(cls: type) -> tuple[type, ...]:
    found: tuple[type, ...] = _MRO(cls)
    return found


def class_dict(cls: type) -> Mapping[str, object]:
    """The `__dict__` of a class, whatever its metaclass says."""
    found: Mapping[str, object] = _CLASS_DICT(cls)
    return found


def class_name(cls: type) -> str:
    """The name of a class, whatever its metaclass says."""
    return str.__str__(_CLASS_NAME(cls))


def items(mapping: Any) -> list[tuple[object, object]]:
    """The entries of a dict, whatever its class says, or of the `__dict__` of a class."""
    for _ in range(_ATTEMPTS):
        try:
            return list(dict.items(mapping) if is_a(mapping, dict) else mapping.items())
        except RuntimeError:
            continue  # it was changed meanwhile
    return []


def keys(mapping: dict[T, Any]) -> list[T]:
    """The keys of a dict, whatever its class says."""
    for _ in range(_ATTEMPTS):
        try:
            return list(dict.keys(mapping))
        except RuntimeError:
            continue
    return []


def entries(mapping: Any) -> dict[str, object]:
    """Those of the entries whose keys are strings."""
    return {key: value for key, value in items(mapping) if type(key) is str}


def class_entries(cls: type) -> dict[str, object]:
    return entries(class_dict(cls))


def module_entries(module: ModuleType) -> dict[str, object]:
    return entries(_MODULE_DICT(module))


def instance_entries(owner: object) -> dict[str, object]:
    """What is in an instance's `__dict__`, where that is a dict and no invention of its class."""
    for base in mro(type(owner)):
        for name, descriptor in items(class_dict(base)):
            if type(name) is str and name == "__dict__":
                if type(descriptor) is not GetSetDescriptorType and type(descriptor) is not MemberDescriptorType:
                    return {}
                try:
                    found = descriptor.__get__(owner)
                except (AttributeError, TypeError):
                    return {}
                return entries(found) if is_a(found, dict) else {}
    return {}


def in_class(cls: type, name: str) -> object:
    """What the class, or the nearest class above it, has under the name, as it is kept there."""
    for base in mro(cls):
        found = class_entries(base).get(name, UNKNOWN)
        if found is not UNKNOWN:
            return found
    return UNKNOWN


def look_up(cls: type, name: str) -> Any:
    """The same as Python itself would find it, by hash and not by looking through all entries. For values that are
    about to be shown: of those code runs anyhow, and there may be very many.
    """
    for base in mro(cls):
        found = class_dict(base).get(name, UNKNOWN)
        if found is not UNKNOWN:
            return found
    return UNKNOWN


def module_of(cls: type) -> str:
    found = class_entries(cls).get("__module__")
    return found if type(found) is str else ""
