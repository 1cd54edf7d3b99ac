"""Behaviours: classes whose functions are callbacks.

A behaviour is two classes. What it offers (`GenServer.call`) are functions of its metaclass; what it asks for
(`handle_call`) are functions of the class itself. So a class of the user's may have functions named `call`, `stop` or
`start_link` of its own, with any signature, as an Elixir module may.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyex.errors import safe_repr

# What `use GenServer, restart: :transient` takes, and so does `class M(GenServer, restart="transient")`.
CHILD_OPTIONS = frozenset({"id", "restart", "shutdown", "significant", "type"})

# The newest version of each class, and whether any class has had more than one.
_newest: dict[type, type] = {}
any_replaced = False


class Behaviour(type):
    """The metaclass of all behaviours.

    A class is known by its name, as a module is in Elixir: the two versions of one that was defined anew are equal.
    So it remains the name that a process is registered by, and the id of a child. (Classes made in a function are
    known by themselves: each call makes another.)
    """

    def __new__(metacls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **options: Any) -> Behaviour:
        others = {key: option for key, option in options.items() if key not in CHILD_OPTIONS}
        return super().__new__(metacls, name, bases, namespace, **others)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **options: Any) -> None:
        global any_replaced
        super().__init__(name, bases, namespace)
        inherited = getattr(cls, "_child_options", {})
        cls._child_options = {**inherited, **{key: options[key] for key in options if key in CHILD_OPTIONS}}
        if _has_versions(cls):
            any_replaced = any_replaced or cls in _newest
            _newest.pop(cls, None)  # the key too is to be the new class
            _newest[cls] = cls

    def __eq__(cls, other: object) -> bool:
        if cls is other:
            return True
        return (
            isinstance(other, Behaviour)
            and cls.__qualname__ == other.__qualname__
            and cls.__module__ == other.__module__
            and _has_versions(cls)
        )

    def __repr__(cls) -> str:
        return cls.__qualname__

    def __hash__(cls) -> int:
        return hash((cls.__module__, cls.__qualname__))

    def child_spec(cls, arg: Any) -> dict[str, Any]:
        """How a supervisor is to start this: by `start_link(arg)`.

        Returns a child spec, `{"id": …, "start": (module, "start_link", [arg])}`, with what was given to the class
        (`class M(GenServer, restart="transient")`). Mirrors the `child_spec/1` that `use GenServer` defines.
        """
        return {"id": cls, "start": (cls, "start_link", [arg]), **cls._child_options}


Module = type | ModuleType


def _has_versions(cls: type) -> bool:
    return "<locals>" not in cls.__qualname__


def newest(module: Any) -> Any:
    """The version of a class that was defined last, at the prompt or by a reload of its file."""
    return _newest.get(module, module) if any_replaced and isinstance(module, Behaviour) else module


def own_function(module: Any, name: str) -> Any:
    """A function that the user's class or module has itself; None where there is none. (What its metaclass offers does
    not count.)
    """
    if not isinstance(module, type):
        return getattr(module, name, None)
    return getattr(module, name) if any(name in vars(base) for base in module.__mro__) else None


def module_name(module: Any) -> str:
    """A module or class as reports name it."""
    return module.__qualname__ if isinstance(module, type) else getattr(module, "__name__", repr(module))


def name_text(name: Any) -> str:
    """A registered name, or what stands for one, as reports show it."""
    return module_name(name) if isinstance(name, type) else safe_repr(name)
