"""A function and its arguments, as OTP's functions take them: `f, x, y` or `Module, "name", [x, y]`.

Kept and sent as `(function, [args])`, or as `(module, "name", [args])`, whose function is looked up when it is called:
the newest version of a class is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from pyex.atom import Atom
from pyex.errors import bad_argument, describe
from pyex.exit_reason import accepts
from pyex.otp.behaviour import newest
from pyex.otp.undefined import undefined_function
from pyex.spawn import RETURNS_AT_ONCE, exit

Mfa = tuple[Any, ...]


def mfa(position: int, function: Any, args: Sequence[Any], extra: int = 0) -> Mfa:
    """What somebody has written from the argument at `position` on; `extra` arguments will be put before `args`.

    Raises `ArgumentError` for what is no function, and for one that does not take so many arguments.
    """
    if names_a_function(function, args):
        return of_module(position, function, *args)
    if not callable(function):
        raise bad_argument(position, f"not a function: {describe(function)}; write f or lambda: f(x)")
    if getattr(getattr(function, "__code__", None), "co_flags", 0) & RETURNS_AT_ONCE:
        raise bad_argument(
            position,
            f"{describe(function)} is a generator or coroutine function: a call of it runs nothing; write a plain one",
        )
    count = extra + len(args)
    if not accepts(function, (None,) * count):
        plural = "" if count == 1 else "s"
        raise bad_argument(position, f"{describe(function)} is not a function that takes {count} argument{plural}")
    return (function, [*args])


def of_module(position: int, module: Any, name: str, args: list[Any]) -> Mfa:
    """`Module, "name", [args]`. Whether the function is there is seen when it is called."""
    if not isinstance(module, type | ModuleType):
        raise bad_argument(position, f"not a class or a module: {describe(module)}")
    return (module, Atom(name), [*args])


def names_a_function(module: Any, args: Sequence[Any]) -> bool:
    """Whether this is `Module, "name", [args]`. A class can also be called itself: it is meant as a module where it has
    a function of that name.
    """
    if len(args) != 2 or not isinstance(args[0], str) or not isinstance(args[1], list):
        return False
    return isinstance(module, ModuleType) or (isinstance(module, type) and hasattr(module, args[0]))


def with_first(call: Mfa, *first: Any) -> Mfa:
    """The same call with more arguments before its own."""
    *function, args = call
    return (*function, [*first, *args])


def run(call: Mfa, *first: Any) -> Any:
    """Make the call, with more arguments before its own. Exits with "undef" where there is no such function."""
    *_, args = call
    if len(call) == 2:
        return call[0](*first, *args)
    module, name = newest(call[0]), call[1]
    function: Any = getattr(module, name, None)
    if function is None:
        exit(undefined_function(module, name, [*first, *args]))
    return function(*first, *args)


def name_of(call: Mfa, extra: int = 0) -> tuple[Any, str, int]:
    """`(module, name, arity)` of a call that gets `extra` more arguments, as tasks and processes show it."""
    arity = extra + len(call[-1])
    if len(call) == 3:
        return (call[0], call[1], arity)
    function = call[0]
    module = getattr(function, "__module__", None) or "builtins"
    return (module, getattr(function, "__qualname__", None) or type(function).__qualname__, arity)
