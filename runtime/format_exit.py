"""Exit reasons and errors in words, as Elixir's `Exception` puts them."""

from __future__ import annotations

import inspect as inspection
from collections.abc import Callable
from typing import Any

from pyex.errors import safe_repr
from pyex.pid import Pid

Inspect = Callable[[object], str]

NO_PROCESS = (
    "no process: the process is not alive or there's no process currently associated with the given name, "
    "possibly because its application isn't started"
)
_WORDS = {
    "normal": "normal",
    "killed": "killed",
    "shutdown": "shutdown",
    "noproc": NO_PROCESS,
    "noconnection": "no connection",
    "calling_self": "process attempted to call itself",
    "timeout": "time out",
}
_PAIRS = {
    "already_started": "already started: ",
    "bad_return_value": "bad return value: ",
    "bad_call": "bad call: ",
    "bad_cast": "bad cast: ",
    "nodedown": "no connection to ",
}


def is_exception_reason(reason: Any) -> bool:
    """Whether a reason has the shape `(error, stacktrace)`."""
    return isinstance(reason, tuple) and len(reason) == 2 and _is_stack(reason[1])


def _is_stack(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, tuple) and len(each) == 4 and isinstance(each[3], dict) and "line" in each[3] for each in value
    )


def format_exit(reason: Any, inspect: Inspect = repr) -> str:
    """A reason in words, as Elixir's `Exception.format_exit/1`; `inspect` shows the terms in it.

    >>> format_exit("killed"), format_exit(("shutdown", 1)), format_exit(42)
    ('killed', 'shutdown: 1', '42')
    """
    if isinstance(reason, str):
        return _WORDS.get(reason) or inspect(reason)
    if not isinstance(reason, tuple) or len(reason) != 2:
        return inspect(reason)
    head, rest = reason
    if _is_stack(rest):
        return "an exception was raised:\n" + indent(format_error(head, inspect) + format_stack(rest), "    ")
    if isinstance(rest, tuple) and len(rest) == 3 and isinstance(rest[2], list | tuple) and isinstance(rest[1], str):
        owner = rest[0].__name__ if isinstance(rest[0], type) else str(rest[0])
        call = f"{owner}.{rest[1]}({', '.join(inspect(each) for each in rest[2])})"
        return f"exited in: {call}\n" + indent(f"** (EXIT) {format_exit(head, inspect)}", "    ")
    if not isinstance(head, str):
        return inspect(reason)
    if head == "shutdown":
        if isinstance(rest, tuple) and len(rest) == 3 and rest[0] == "failed_to_start_child":
            words = indent(f"** (EXIT) {format_exit(rest[2], inspect)}", "    ")
            return f"shutdown: failed to start child: {inspect(rest[1])}\n{words}"
        return f"shutdown: {format_exit(rest, inspect) if is_exception_reason(rest) else inspect(rest)}"
    if head in _PAIRS:
        return _PAIRS[head] + (str(rest) if head == "nodedown" else inspect(rest))
    return inspect(reason)


def format_error(error: Any, inspect: Inspect = repr) -> str:
    """The line that opens an error: `** (ValueError) oops`."""
    if not isinstance(error, BaseException):
        if isinstance(error, tuple) and len(error) == 2 and error[0] == "badarity":
            return f"** (BadArityError) {_bad_arity(*error[1])}"
        return f"** (ErlangError) Erlang error: {inspect(error)}"
    text = _safe_text(error)
    line = f"** ({type(error).__qualname__}) {text}".rstrip()
    for note in getattr(error, "__notes__", ()):
        line += f"\n{note if isinstance(note, str) else safe_repr(note)}"
    return line


def _safe_text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as failure:
        return f"<its text raises {type(failure).__name__}>"


def _bad_arity(function: Any, args: tuple[Any, ...]) -> str:
    given = {0: "no arguments", 1: "1 argument"}.get(len(args), f"{len(args)} arguments")
    name = getattr(function, "__qualname__", repr(function))
    try:
        signature = str(inspection.signature(function))
    except (TypeError, ValueError):
        signature = "(...)"
    return f"{name}{signature} called with {given}"


def format_stack(stack: list[tuple[str, str, int, dict[str, Any]]]) -> str:
    """The lines below an error: `    file.py:3: function`, innermost first; each begins with a line break."""
    return "".join(f"\n    {place['file']}:{place['line']}: {function}" for _, function, _, place in stack)


def format_banner(kind: str, payload: Any, inspect: Inspect = repr) -> str:
    """The line that the shell prints for what was not caught: kind "error", "exit" or "EXIT" (payload `(pid,
    reason)`).
    """
    if kind == "error":
        return format_error(payload, inspect)
    if kind == "exit":
        return f"** (exit) {format_exit(payload, inspect)}"
    pid, reason = payload
    assert isinstance(pid, Pid)
    return f"** (EXIT from {pid!r}) {format_exit(reason, inspect)}"


def indent(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))
