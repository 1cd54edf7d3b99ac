"""The exceptions of the runtime."""

from __future__ import annotations


class ArgumentError(ValueError):
    """A call was given something that it cannot use; the message names the argument and says what to write.

    Mirrors Elixir's `ArgumentError`.
    """


class ErlangError(Exception):
    """An error whose exit reason is a plain term, as Erlang's `error(reason)`: `link` to a dead process raises
    `ErlangError("noproc")`. A process that does not catch it ends with `(reason, stacktrace)`.
    """

    def __init__(self, reason: object, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        reason = f":{self.reason}" if isinstance(self.reason, str) else repr(self.reason)
        return f"Erlang error: {reason}" + (f": {self.detail}" if self.detail else "")


class MatchError(ValueError):
    """`ok(value)` was given something else than `("ok", value)`. Mirrors Elixir's `MatchError`."""


class ReceiveTimeout(TimeoutError):
    """`receive(after=ms)` waited in vain and was given no `default`."""


class RemoteError(Exception):
    """Stands in an exit reason for an exception that cannot be copied; its text is that exception's `repr`."""


class NotRunning(RuntimeError):
    """A call that needs a process was made where there is none."""


class Exit(BaseException):
    """Raised by `exit(reason)` to end the process; `reason` says why.

    Uncaught it ends the process with that reason. It is no `Exception`, so `except Exception` lets it pass, as
    `rescue` does in Elixir. `pyex.run` raises it when the main process ends so; `pid` is that of the main process if an
    exit signal ended it, else None. Its text is the reason in words.
    """

    pid: object = None

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        from pyex.format_exit import format_exit  # which knows pids, and they these errors

        return format_exit(self.reason)


class Unwind(BaseException):
    """Thrown through the stack of a process that is dead already, so that its `finally` clauses run."""


class Self:
    """The type of `self`: called it is the pid of the caller; bare it only shows it."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> Self:
        raise SelfInMessage("a message holds self without parentheses: write self()")


class SelfInMessage(ArgumentError):
    """`self` where a message wants `self()`; told apart from what cannot be copied."""


def describe(value: object) -> str:
    """A wrong argument as an error shows it, with the usual cause where one is known."""
    if isinstance(value, Self):
        return "self without parentheses: write self()"
    text = safe_repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def ordinal(number: int) -> str:
    """The word for a place in a row.

    >>> [ordinal(1), ordinal(2), ordinal(3), ordinal(4)]
    ['1st', '2nd', '3rd', '4th']
    """
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def bad_argument(position: int, problem: str) -> ArgumentError:
    """The error for one wrong argument, worded as Erlang words it."""
    return ArgumentError(f"errors were found at the given arguments:\n\n  * {ordinal(position)} argument: {problem}\n")


def safe_repr(value: object) -> str:
    """A `repr` that does not raise."""
    try:
        return repr(value)
    except BaseException as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
