"""The patterns of `receive`."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

from pyex.errors import ArgumentError, Self

_NUMBERS = (bool, int, float, complex)


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


def check_patterns(patterns: tuple[Any, ...]) -> None:
    """Refuse what is certainly a slip."""
    for pattern in patterns:
        if isinstance(pattern, EllipsisType):
            inner = ", ".join("..." if each is ... else repr(each) for each in patterns)
            raise ArgumentError(
                f"receive({inner}): a bare ... would match every message; did you forget the parentheses of a tuple? "
                f"Write receive(({inner}))"
                if len(patterns) > 1
                else "receive(...): write receive() for any message"
            )
        if isinstance(pattern, Self):
            raise ArgumentError("a pattern holds self without parentheses: write self()")


def matches_any(patterns: tuple[Any, ...], message: Any) -> bool:
    return any(matches(pattern, message) for pattern in patterns)


def matches(pattern: Any, message: Any) -> bool:
    """Whether a message has the shape of a pattern. Runs the user's code: functions, and `==` of the user's classes."""
    if pattern is ...:
        return True
    if isinstance(pattern, tuple | list):
        kind = tuple if isinstance(pattern, tuple) else list
        return (
            isinstance(message, kind)
            and len(pattern) == len(message)
            and all(matches(one, other) for one, other in zip(pattern, message, strict=True))
        )
    if isinstance(pattern, dict):
        return isinstance(message, dict) and all(
            key in message and matches(each, message[key]) for key, each in pattern.items()
        )
    if isinstance(pattern, type):
        return isinstance(message, pattern)
    if isinstance(pattern, Value):
        return pattern.value is message or bool(pattern.value == message)
    if isinstance(pattern, str):
        return isinstance(message, str) and pattern == message
    if isinstance(pattern, _NUMBERS):
        return type(message) is type(pattern) and pattern == message
    if isinstance(pattern, Self):
        raise ArgumentError("a pattern holds self without parentheses: write self()")
    if callable(pattern):
        return bool(pattern(message))
    return bool(pattern == message)
