"""Exit reasons: what an exception becomes, and how a reason is put into words.

The exit reason of an exception is `(exception, stacktrace)`: the exception a clone without live frames, the stack
trace plain data, so that a dead process leaves nothing behind.
"""

from __future__ import annotations

import copy
import inspect as inspection
from collections.abc import Callable
from types import FunctionType
from typing import Any

from pyex.atom import Atom
from pyex.control_block import Entry
from pyex.errors import ErlangError, Exit, RemoteError
from pyex.message import copied
from pyex.pid import Pid
from pyex.stack import stacktrace

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


def reason_of(error: BaseException, entry: Entry | None = None) -> Any:
    """The exit reason of a process in which `error` was not caught; `entry` is what it was spawned with."""
    if isinstance(error, Exit):
        return copied(error.reason)
    if isinstance(error, SystemExit):
        return (Atom("system_exit"), copied(error.code))
    stack = stacktrace(error.__traceback__)
    if isinstance(error, ErlangError):
        return (copied(error.reason), stack)
    if entry is not None and isinstance(error, TypeError) and not stack and not accepts(*entry):
        return ((Atom("badarity"), (entry[0], entry[1])), stack)
    return (clone(error), stack)


def accepts(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a function can be called with so many arguments, as far as its signature tells."""
    if isinstance(function, FunctionType) and not function.__code__.co_flags & inspection.CO_VARARGS:
        wanted = function.__code__.co_argcount
        needed = wanted - len(function.__defaults__ or ())
        missing = function.__code__.co_kwonlyargcount - len(function.__kwdefaults__ or {})
        return needed <= len(args) <= wanted and missing <= 0
    try:
        inspection.signature(function).bind(*args)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def clone(error: BaseException, groups: frozenset[int] = frozenset()) -> BaseException:
    """A copy of an exception without frames, in its causes, contexts and groups too; `groups` are those it is in."""
    twins: dict[int, BaseException] = {}
    originals: list[BaseException] = []
    # A loop, for a chain of contexts may be longer than the stack is deep.
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) not in twins:
            twins[id(each)] = _clone_alone(each, groups)
            originals.append(each)
            waiting.extend(link for link in (each.__cause__, each.__context__) if link is not None)
    for each in originals:
        twin = twins[id(each)]
        twin.__traceback__ = None
        twin.__cause__ = twins.get(id(each.__cause__))
        twin.__context__ = twins.get(id(each.__context__))
        twin.__suppress_context__ = each.__suppress_context__
    return twins[id(error)]


def _clone_alone(error: BaseException, groups: frozenset[int]) -> BaseException:
    try:
        if isinstance(error, BaseExceptionGroup):
            if id(error) in groups:
                return RemoteError(type(error).__name__)
            group = error.derive([clone(each, groups | {id(error)}) for each in error.exceptions])
            group.__dict__.update(copied(vars(error)))
            return group
        twin = _twin(error)
        if type(twin) is not type(error) or twin is error:
            return RemoteError(_safe_repr(error))
        twin.args = copied(error.args)
        for name, attribute in vars(error).items():
            twin.__dict__[name] = copied(attribute)
        return twin
    except Exception:
        return RemoteError(_safe_repr(error))


def _twin(error: BaseException) -> BaseException:
    try:
        return copy.copy(error)
    except TypeError:
        # The constructor wants something else than `args`: do without it.
        return type(error).__new__(type(error))


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except BaseException as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


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
        line += f"\n{note if isinstance(note, str) else _safe_repr(note)}"
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
