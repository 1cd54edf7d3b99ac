"""Breakpoints: functions that stop the processes that call them.

    set_breakpoint(shop.total, stops=2)         # 1, its number

The first call of such a function is to `enter`, which stops while there are pending stops; the `Step` that it returns
lives in a hidden variable of the call, and so each call, recursive or in another process, goes step by step for itself.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from pyex import ArgumentError, Atom
from pyex.errors import describe
from pyex.repl.pry.instrument import NoSource, instrumented
from pyex.repl.pry.place import function_name
from pyex.repl.pry.resume import NEXT
from pyex.scheduler import scheduler

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep


@dataclass
class Breakpoint:
    """A function that stops, and what it was before."""

    number: int
    function: FunctionType
    original: CodeType
    stopping: CodeType
    stops: int

    @property
    def name(self) -> str:
        """As the table shows it: `Shop.total/2`."""
        return f"{_name(self.function, self.original)}/{self.original.co_argcount}"

    def is_set(self) -> bool:
        """Whether the function still has the stops in it: it may have been given other code since."""
        return self.function.__code__ is self.stopping


# All that are set, by their numbers.
breakpoints: dict[int, Breakpoint] = {}


class Step:
    """One call of a function with a breakpoint, and how it goes on."""

    __slots__ = ("mode", "names")

    def __init__(self) -> None:
        # None, or where it stops next: at the NEXT line, or on its way OUT.
        self.mode: Atom | None = None
        # What was assigned at its prompts.
        self.names: dict[str, object] = {}

    def reach(self) -> None:
        """The next statement is about to run."""
        if self.mode == NEXT:
            self.stop(sys._getframe(1))

    def returns(self, value: Any) -> Any:
        """The function is about to return this."""
        if self.mode is not None and self.mode != NEXT:
            self.stop(sys._getframe(1), value)
        self.mode = None
        return value

    def stop(self, frame: FrameType, *returned: Any) -> None:
        from pyex.repl.pry.stop import stop_at

        self.mode = stop_at(frame, self, *returned)


def enter(number: int) -> Step:
    """What a function with a breakpoint calls first."""
    step = Step()
    breakpoint = breakpoints.get(number)
    if breakpoint is not None and _takes_a_stop(breakpoint):
        step.stop(sys._getframe(1))
    return step


def _takes_a_stop(breakpoint: Breakpoint) -> bool:
    """Whether this call is one of those that stop. Of several processes at once, each is counted."""
    if not breakpoint.stops or not scheduler.is_inside():
        return False
    scheduler.enter()
    try:
        breakpoint.stops -= breakpoint.stops > 0
    finally:
        scheduler.leave()
    return True


def set_breakpoint(target: Any, stops: int) -> int:
    """Set a breakpoint on a function, or give the one that it has so many stops. Returns its number.

    Raises `RuntimeError` for a function that cannot have one.
    """
    function = function_of(target)
    for each in breakpoints.values():
        if each.function is function and each.is_set():
            each.stops = stops
            return each.number
    number = next(
        (each.number for each in breakpoints.values() if each.function is function), max(breakpoints, default=0) + 1
    )
    original = function.__code__
    try:
        stopping = instrumented(function, number, enter)
    except NoSource as reason:
        raise _refusal(f"could not find the source of {_name(function, original)}: {reason}") from None
    breakpoints[number] = Breakpoint(number, function, original, stopping, stops)
    function.__code__ = stopping
    return number


def remove_breakpoints(belongs: Callable[[FunctionType], bool]) -> None:
    """Give the functions of these breakpoints their own code back."""
    for number, each in [*breakpoints.items()]:
        if belongs(each.function):
            del breakpoints[number]
            if each.is_set():
                each.function.__code__ = each.original


def function_of(target: Any) -> FunctionType:
    """The Python function that a method or a decorated function stands for.

    Raises `ArgumentError` for what is no function, and `RuntimeError` for one that is not written in Python or is
    pyex's own.
    """
    function = target
    while not isinstance(function, FunctionType):
        inner = _inside(function)
        if inner is None:
            raise _no_function(target)
        function = inner
    function = inspect.unwrap(function)
    if not isinstance(function, FunctionType):
        return function_of(function)
    code = function.__code__
    if code.co_filename.startswith(_PACKAGE):
        raise _refusal(f"{function.__qualname__} is pyex's own, and the shell itself runs on it")
    if code.co_name == "<lambda>":
        raise _refusal("a lambda has no lines to stop at; write it with def")
    return function


def _inside(target: Any) -> Any:
    """What a wrapper of a function wraps; None where it is none. Looks, and runs nothing."""
    if isinstance(target, property):
        return target.fget
    for name in ("__func__", "func", "__wrapped__"):
        inner = inspect.getattr_static(target, name, None)
        if inner is not None and not isinstance(target, type | ModuleType):
            return getattr(target, name)
    return None


def _no_function(target: Any) -> Exception:
    if isinstance(target, type | ModuleType):
        name = getattr(target, "__name__", "M")
        return ArgumentError(f"break_ takes a function: write one of {name}, as in break_({name}.f)")
    if callable(target):
        return _refusal(f"{getattr(target, '__qualname__', describe(target))} is not written in Python")
    return ArgumentError(
        f'break_ takes a function, as in break_(M.f), or its name, as in break_("m.f"); not {describe(target)}'
    )


def _name(function: FunctionType, code: CodeType) -> str:
    return function_name(function.__module__ or "?", code)


def _refusal(reason: str) -> RuntimeError:
    return RuntimeError(f"could not set breakpoint, {reason}")
