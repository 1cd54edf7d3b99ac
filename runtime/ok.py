"""`ok`: Elixir's `{:ok, value} = …`."""

from __future__ import annotations

from typing import Any

from pyex.errors import MatchError


def ok(result: Any) -> Any:
    """The value in `("ok", value)`; anything else is an error at once.

        >>> ok(("ok", 42))
        42
        >>> ok(("error", "busy"))
        Traceback (most recent call last):
        ...
        pyex.errors.MatchError: no match of right hand side value: ('error', 'busy')

    Returns the value; for a bare "ok", "ok" itself. Raises `MatchError`. Mirrors the match `{:ok, value} = result`.
    """
    match result:
        case ("ok", value):
            return value
        case ("ok", *values):
            return tuple(values)
        case "ok":
            return result
    raise MatchError(f"no match of right hand side value: {result!r}")
