"""Exit reasons and errors in words, as Elixir's `Exception` puts them."""

from __future__ import annotations

import inspect as inspection
from collections.abc import Callable, Sequence
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
_DUPLICATE = """more than one child specification has the id: {}.
If using dicts as child specifications, make sure the ids are unique.
If using a class or (class, arg) as child, use Supervisor.child_spec to change the id, for example:

    children = [
        Supervisor.child_spec((MyWorker, arg), id="my_worker_1"),
        Supervisor.child_spec((MyWorker, arg), id="my_worker_2"),
    ]
"""
_WRONG_IN_SPEC = {
    "invalid_mfa": "invalid mfa: {}",
    "invalid_child_type": 'invalid child type: {}. Must be "worker" or "supervisor".',
    "invalid_restart_type": 'invalid restart type: {}. Must be "permanent", "transient" or "temporary".',
    "invalid_shutdown": 'invalid shutdown: {}. Must be an integer >= 0, "infinity" or "brutal_kill".',
    "invalid_child_spec": "invalid child specification: {}",
    "invalid_modules": 'invalid modules: {}. Must be a list of modules or "dynamic".',
}
_WRONG_IN_FLAGS = {
    "invalid_type": "invalid type: {}",
    "invalid_strategy": "invalid strategy: {}",
    "invalid_intensity": "invalid max_restarts (intensity): {}",
    "invalid_period": "invalid max_seconds (period): {}",
    "invalid_max_children": "invalid max_children: {}",
    "invalid_extra_arguments": "invalid extra_arguments: {}",
}
# Errors that say what they say of a function, which the stack trace names.
_OF_FUNCTIONS = {
    "function_clause": "** (FunctionClauseError) no function clause matching in {}",
    "undef": "** (UndefinedFunctionError) function {} is undefined",
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
        raised = format_error(head, inspect, rest) + format_stack(rest, inspect)
        return "an exception was raised:\n" + indent(raised, "    ")
    if isinstance(rest, tuple) and len(rest) == 3 and isinstance(rest[2], list) and isinstance(rest[1], str):
        owner = rest[0].__name__ if isinstance(rest[0], type) else str(rest[0])
        call = f"{owner}.{rest[1]}({', '.join(inspect(each) for each in rest[2])})"
        return f"exited in: {call}\n" + indent(f"** (EXIT) {format_exit(head, inspect)}", "    ")
    if not isinstance(head, str):
        return inspect(reason)
    match head, rest:
        case ("shutdown", ("failed_to_start_child", child, ("EXIT", why) | why)):
            words = indent(f"** (EXIT) {format_exit(why, inspect)}", "    ")
            return f"shutdown: failed to start child: {inspect(child)}\n{words}"
        case ("shutdown", _):
            return f"shutdown: {format_exit(rest, inspect) if is_exception_reason(rest) else inspect(rest)}"
        case ("bad_return", (module, str() as function, value)):
            owner = module.__name__ if isinstance(module, type) else str(module)
            return f"{owner}.{function}/1 returned a bad value: {inspect(value)}"
        case ("start_spec", ("duplicate_child_name", child)):
            return "bad child specification, " + _DUPLICATE.format(inspect(child))
        case ("start_spec", ("invalid_children", children)) | ("bad_start_spec", children):
            return f"bad child specification, invalid children: {inspect(children)}"
        case ("start_spec", problem):
            return "bad child specification, " + _problem(problem, _WRONG_IN_SPEC, inspect)
        case ("supervisor_data", problem):
            return "bad supervisor configuration, " + _problem(problem, _WRONG_IN_FLAGS, inspect)
    if head in _PAIRS:
        return _PAIRS[head] + (str(rest) if head == "nodedown" else inspect(rest))
    return inspect(reason)


def _problem(problem: Any, known: dict[str, str], inspect: Inspect) -> str:
    if isinstance(problem, tuple) and len(problem) == 2 and isinstance(problem[0], str) and problem[0] in known:
        return known[problem[0]].format(inspect(problem[1]))
    return f"got: {inspect(problem)}"


def format_error(error: Any, inspect: Inspect = repr, stack: Sequence[Any] = ()) -> str:
    """The line that opens an error: `** (ValueError) oops`. Errors of Erlang's that name no function are about the
    first of their stack trace.
    """
    if not isinstance(error, BaseException):
        if isinstance(error, str) and error in _OF_FUNCTIONS and stack:
            module, function, args, _ = stack[0]
            arity = len(args) if isinstance(args, list) else args
            return _OF_FUNCTIONS[error].format(f"{module}.{function}/{arity}")
        if isinstance(error, tuple) and len(error) == 2 and error[0] == "badarity":
            return f"** (BadArityError) {_bad_arity(*error[1])}"
        return f"** (ErlangError) Erlang error: {inspect(error)}"
    text = _safe_text(error)
    line = f"** ({type(error).__qualname__}) {text}".rstrip()
    notes = getattr(error, "__notes__", ())
    for note in notes if isinstance(notes, list | tuple) else ():
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


def format_stack(stack: Sequence[tuple[str, str, Any, dict[str, Any]]], inspect: Inspect = repr) -> str:
    """The lines below an error: `    file.py:3: function`, innermost first; each begins with a line break. Where the
    arguments of a call are known, they are shown.
    """
    lines = []
    for module, function, args, place in stack:
        where = f"{place['file']}:{place['line']}: " if place.get("file") else ""
        call = function if where else f"{module}.{function}/{args}"
        if isinstance(args, list):
            call = f"{module}.{function}({', '.join(map(inspect, args))})"
        lines.append(f"\n    {where}{call}")
        if "hint" in place:
            lines.append(f"\n    ({place['hint']})")
    return "".join(lines)


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
