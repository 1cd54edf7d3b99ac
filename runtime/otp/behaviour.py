"""Behaviours: classes whose functions are callbacks.

A behaviour is two classes. What it offers (`GenServer.call`) are functions of its metaclass; what it asks for
(`handle_call`) are functions of the class itself. So a class of the user's may have functions named `call`, `stop` or
`start_link` of its own, with any signature, as an Elixir module may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from inspect import Parameter, signature
from types import ModuleType
from typing import Any, Generic, ParamSpec, TypeVar

from pyex.errors import ArgumentError, describe, safe_repr

P = ParamSpec("P")
T = TypeVar("T")

# What `use GenServer, restart: :transient` takes, and so does `class M(GenServer, restart="transient")`.
CHILD_OPTIONS = frozenset({"id", "restart", "shutdown", "significant", "type"})

_CHILD_WORDS: dict[str, tuple[tuple[Any, ...], str]] = {
    "restart": (("permanent", "transient", "temporary"), '"permanent", "transient" or "temporary"'),
    "shutdown": (("brutal_kill", "infinity"), 'milliseconds, "infinity" or "brutal_kill"'),
    "significant": ((True, False), "True or False"),
    "type": (("worker", "supervisor"), '"worker" or "supervisor"'),
}

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
        _check_keywords(name, bases, others)
        _check_child_options(name, options)
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

    def starts_alone(cls) -> bool:
        """Whether this can be a child without an argument, which OTP passes on as `[]`."""
        return True

    def written_for(cls, callback: str, args: list[Any]) -> Any:
        """The function that somebody has written for such a call of a callback."""
        return getattr(cls, callback)

    def result_hint(cls, result: Any) -> str:
        """What to say of a result that no callback of a GenServer may return, where there is more to say than that."""
        return ""


Module = type | ModuleType


def _check_keywords(name: str, bases: tuple[type, ...], keywords: Iterable[str]) -> None:
    """Refuse class keywords that nobody knows; those that a behaviour, or a class above, takes in its
    `__init_subclass__` are known.
    """
    known = {*CHILD_OPTIONS}
    # `Generic` passes them on, and has no Python function in newer Pythons.
    above = {each for base in bases for each in base.__mro__ if each is not Generic}
    for base in above:
        taking = vars(base).get("__init_subclass__")
        if not isinstance(taking, classmethod):
            continue
        for each in signature(taking.__func__).parameters.values():
            if each.kind is Parameter.VAR_KEYWORD and not base.__module__.startswith("pyex."):
                return
            if each.kind is Parameter.KEYWORD_ONLY or each.kind is Parameter.POSITIONAL_OR_KEYWORD:
                known.add(each.name)
    for key in keywords:
        if key not in known:
            shown = ", ".join(sorted(known - {"cls"}))
            raise TypeError(f"unknown keyword {key!r} of {bases[0].__name__} {name}; known are {shown}")


def _check_child_options(name: str, options: dict[str, Any]) -> None:
    for key, (known, also) in _CHILD_WORDS.items():
        if key not in options:
            continue
        value = options[key]
        if key == "shutdown" and type(value) is int and value >= 0:
            continue
        if not isinstance(value, str | bool) or value not in known:
            raise ArgumentError(f"class {name}({key}={describe(value)}): write {also}")


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


def check_module(module: Any) -> None:
    """Refuse, where a module of callbacks is wanted, what is an instance of one."""
    if isinstance(module, type | ModuleType | str):
        return
    instance = f"an instance of {module_name(type(module))}: write {module_name(type(module))}"
    raise ArgumentError(
        f"expected a class or a Python module with the callbacks, got {describe(module)}, "
        + (instance if isinstance(type(module), Behaviour) else f"of type {module_name(type(module))}")
    )


def start_link_hint(module: type) -> str:
    """What to write in a class that has no `start_link` of its own."""
    name = module_name(module)
    base = next((each for each in module.__mro__[1:] if isinstance(each, Behaviour)), module)
    return f"write in {name}: def start_link(arg): return {module_name(base)}.start_link({name}, arg)"


class OfItself(Generic[P, T]):
    """A function that a behaviour offers, and a class of that behaviour does not have: it is to define its own, as an
    Elixir module is.
    """

    def __init__(self, function: Callable[P, T]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type | None = None, /) -> Callable[P, T]:
        if instance is not None and any(isinstance(base, Behaviour) for base in instance.__mro__[1:]):
            return partial(_refuse_start, instance)
        return self.function


def _refuse_start(cls: type, *args: Any, **options: Any) -> Any:
    """Stands for the `start_link` that a class lacks."""
    raise AttributeError(f"{module_name(cls)} has no start_link of its own: {start_link_hint(cls)}")


def module_name(module: Any) -> str:
    """A module or class as reports name it."""
    return module.__qualname__ if isinstance(module, type) else getattr(module, "__name__", repr(module))


def name_text(name: Any) -> str:
    """A registered name, or what stands for one, as reports show it."""
    return module_name(name) if isinstance(name, type) else safe_repr(name)
