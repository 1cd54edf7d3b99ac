"""The report of a crash: which process, which exception, and where."""

from __future__ import annotations

import builtins
import logging
from typing import Any

from pyex.closure import why_name_is_gone
from pyex.control_block import ControlBlock
from pyex.format_exit import format_error, format_stack, is_exception_reason
from pyex.stack import stacktrace

# A chain of contexts may be as long as the stack was deep.
MOST_CAUSES = 10
# So many members of an exception group are shown.
MOST_MEMBERS = 10

logger = logging.getLogger("pyex")


def report(block: ControlBlock, error: BaseException, reason: Any) -> None:
    """Log that a process raised an exception; the logger process prints it. Runs the user's code: texts of
    exceptions.
    """
    try:
        text = describe_exception(error, reason)
    except BaseException as other:
        text = f"** ({type(error).__name__}) <it cannot be shown: {type(other).__name__}>"
    logger.error(f"Process {block.pid!r} raised an exception\n{text}", extra={"pid": block.pid})


def describe_exception(error: BaseException, reason: Any = None) -> str:
    """An exception as reports and the shell show it: `** (ValueError) oops`, then its places, innermost first."""
    text = headline(error, reason)
    text += format_stack(shortened(stacktrace(error.__traceback__)))
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions[:MOST_MEMBERS]:
            text += f"\n  with {headline(member)}{format_stack(shortened(stacktrace(member.__traceback__)))}"
        if len(error.exceptions) > MOST_MEMBERS:
            text += f"\n  and {len(error.exceptions) - MOST_MEMBERS} more"
    seen: set[int] = {id(error)}
    cause = _cause(error)
    while cause is not None and id(cause) not in seen and len(seen) <= MOST_CAUSES:
        seen.add(id(cause))
        text += f"\n  caused by {format_error(cause)}{format_stack(shortened(stacktrace(cause.__traceback__)))}"
        cause = _cause(cause)
    return text


def headline(error: BaseException, reason: Any = None) -> str:
    """The words that open a report: `** (NameError) name 'foo' is not defined. Did you mean: 'foos'?`"""
    shown = reason[0] if is_exception_reason(reason) else error
    text = format_error(shown)
    gone = why_name_is_gone(error)
    if gone:
        text += f"\n{gone}"
    elif similar := _similar_name(error):
        text += f". Did you mean: {similar!r}?"
    if isinstance(error, RecursionError):
        text += "\n    (a server that calls itself for ever wants `return become(function, ...)`)"
    return text


def _similar_name(error: BaseException) -> str | None:
    """What may have been meant by a name that is not there, as Python's own tracebacks suggest it."""
    try:
        return _name_like(error)
    except Exception:
        return None  # the object that was asked for the name may be of any kind


def _name_like(error: BaseException) -> str | None:
    if not isinstance(error, NameError | AttributeError) or not error.name or error.__traceback__ is None:
        return None
    if isinstance(error, AttributeError):
        names = {name for each in (type(error.obj), error.obj) for name in getattr(each, "__dict__", ())}
        for base in type(error.obj).__mro__:
            names.update(vars(base))
    else:
        place = error.__traceback__
        while place.tb_next is not None:
            place = place.tb_next
        names = {*place.tb_frame.f_locals, *place.tb_frame.f_globals, *vars(builtins)}
    if not error.name.startswith("_"):
        names = {name for name in names if not name.startswith("_")}
    import difflib

    found = difflib.get_close_matches(error.name, sorted(str(name) for name in names), 1, 0.7)
    return found[0] if found else None


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def shortened(stack: list[Any], most: int = 20) -> list[Any]:
    """The two ends of a stack trace that is too long to read."""
    if len(stack) <= most:
        return stack
    half = most // 2
    gap = ("", f"({len(stack) - most} more)", 0, {"file": "...", "line": "..."})
    return [*stack[:half], gap, *stack[-half:]]
