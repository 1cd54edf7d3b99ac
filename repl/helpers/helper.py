"""What a helper of the shell is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex import Atom

NOTHING: Any = object()
# The value of an input that is not to be shown.
NO_RESULT = Atom("do not show this result in output")


class LeaveShell(BaseException):
    """Raised by `exit()` and `quit()` at the prompt."""


class Respawn(BaseException):
    """Raised by `respawn()` at the prompt."""


class Helper:
    """A helper that also works when its parentheses are left out, as in the article: `flush` is `flush()`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.function(*args, **options)

    def __repr__(self) -> str:
        return f"<helper {self.__name__}()>"
