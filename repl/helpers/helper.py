"""What a helper of the shell is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pyex import ArgumentError

# Stands for an argument that was not given.
NOTHING: Any = object()


class Helper:
    """A helper that also works when its parentheses are left out, as in the article: `flush` is `flush()`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call it. Raises `ArgumentError`, with what it takes, where the arguments do not fit."""
        try:
            inspect.signature(self.function).bind(*args, **options)
        except TypeError as error:
            from pyex.repl.documentation.signature import title
            from pyex.repl.documentation.subject import subject_of

            call = title(subject_of(self.function))
            raise ArgumentError(f"{error}; write {call}, and h({self.__name__}) tells more") from None
        return self.function(*args, **options)

    def __repr__(self) -> str:
        return f"<helper {self.__name__}()>"


def unwrapped(value: Any) -> Any:
    """What a person means who names a helper: its function; other values are what they are."""
    return value.function if type(value) is Helper else value
