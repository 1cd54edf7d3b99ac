"""Exit reasons: what an exception becomes when nobody catches it.

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
from pyex.errors import ErlangError, Exit, RemoteError, safe_repr
from pyex.message import copied
from pyex.stack import stacktrace


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
        if wanted == len(args) and not function.__code__.co_kwonlyargcount:
            return True
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
            return RemoteError(safe_repr(error))
        twin.args = copied(error.args)
        for name, attribute in vars(error).items():
            twin.__dict__[name] = copied(attribute)
        return twin
    except Exception:
        return RemoteError(safe_repr(error))


def _twin(error: BaseException) -> BaseException:
    try:
        return copy.copy(error)
    except TypeError:
        # The constructor wants something else than `args`: do without it.
        return type(error).__new__(type(error))
