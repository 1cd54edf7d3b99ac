"""Exit reasons of calls to a function that is not there, or that has no clause for what it was given."""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.otp.behaviour import Behaviour, module_name

FUNCTION_CLAUSE, UNDEF = Atom("function_clause"), Atom("undef")


def function_clause(module: Any, function: str, args: list[Any], hint: str = "") -> tuple[Any, list[Any]]:
    """The reason where a function has no clause for its arguments: `("function_clause", stacktrace)`."""
    own = isinstance(module, Behaviour)
    written = type(module).written_for(module, function, args) if own else getattr(module, function)
    code = getattr(written, "__code__", None)
    place = {"file": code.co_filename, "line": code.co_firstlineno} if code is not None else {"file": "", "line": 0}
    if hint:
        place["hint"] = hint
    return (FUNCTION_CLAUSE, [(module_name(module), function, args, place)])


def undefined_function(module: Any, function: str, args: list[Any]) -> tuple[Any, list[Any]]:
    """The reason where there is no such function: `("undef", stacktrace)`."""
    return (UNDEF, [(module_name(module), function, args, {"file": "", "line": 0})])
