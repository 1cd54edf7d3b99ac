"""The patterns of `receive`."""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.errors import ArgumentError, Self
from pyex.pid import Pid
from pyex.reference import Reference

_NUMBERS = (bool, int, float, complex)
# What matches itself, whatever it is compared with.
_ITSELF: frozenset[type] = frozenset({str, Atom, Pid, Reference, type(None)})


class Value:
    """A class or function that is meant itself, not as a pattern; made by `value`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"value({self.value!r})"


def value(x: object) -> Any:
    """In a pattern: match `x` itself, where `x` is a class or a function.

        >>> _ = send(self(), ("started", int))
        >>> receive(("started", value(int)))
        ('started', <class 'int'>)

    Returns a pattern. (Elixir needs no such word: there a module is an atom.)
    """
    return Value(x)


def mistaken(patterns: tuple[Any, ...]) -> ArgumentError:
    """The error for patterns of which one is certainly a slip: a bare `...`, or `self`."""
    if not any(each is ... for each in patterns):
        return ArgumentError("a pattern holds self without parentheses: write self()")
    inner = ", ".join("..." if each is ... else repr(each) for each in patterns)
    if len(patterns) == 1:
        return ArgumentError("receive(...): write receive() for any message")
    return ArgumentError(
        f"receive({inner}): a bare ... would match every message; did you forget the parentheses of a tuple? "
        f"Write receive(({inner}))"
    )


def is_constant(pattern: Any) -> bool:
    """Whether a message that it has refused once will be refused for ever."""
    if type(pattern) is tuple:
        return all(map(is_constant, pattern))
    return pattern is ... or type(pattern) in _ITSELF or type(pattern) in _NUMBERS


def matches(pattern: Any, message: Any) -> bool:
    """Whether a message has the shape of a pattern. Runs the user's code: functions, and `==` of the user's classes."""
    if pattern is ...:
        return True
    kind = type(pattern)
    if kind is tuple or kind is list:
        if (type(message) is not kind and not isinstance(message, kind)) or len(pattern) != len(message):
            return False
        for each, item in zip(pattern, message):  # noqa: B905  # an argument more costs as much as all the rest
            if each is ... or (each is item and type(each) in _ITSELF):
                continue
            if not matches(each, item):
                return False
        return True
    if isinstance(pattern, str):
        return isinstance(message, str) and pattern == message
    if kind in _ITSELF:
        return bool(pattern == message)
    if isinstance(pattern, _NUMBERS):
        return type(message) is kind and pattern == message
    if isinstance(pattern, dict):
        return isinstance(message, dict) and all(
            key in message and matches(each, message[key]) for key, each in pattern.items()
        )
    if isinstance(pattern, type):
        return isinstance(message, pattern)
    if isinstance(pattern, Value):
        return pattern.value is message or bool(pattern.value == message)
    if isinstance(pattern, tuple | list):
        return matches(tuple(pattern) if isinstance(pattern, tuple) else list(pattern), message)
    if isinstance(pattern, Self):
        raise ArgumentError("a pattern holds self without parentheses: write self()")
    if callable(pattern):
        return bool(pattern(message))
    return bool(pattern == message)

