"""`e()`: the last error in full."""

from __future__ import annotations

from typing import Any

from pyex import ArgumentError, Pid
from pyex.errors import describe
from pyex.format_exit import is_exception_reason
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.shell.current import columns, current


def e(error: Any = NOTHING, *, all: bool = False) -> None:
    """Print the last error of this shell in full: each place that it came through, the innermost first, with its line
    and its variables; its notes, what caused it, and the members of an exception group.

        e()

    `e(error)` tells of an error that you have: an exception, or the exit reason `(error, stacktrace)` of a process,
    which has its places but no variables. `all=True` shows the places inside pyex too, and leaves out less of a long
    stack.

    Returns None. Prints "No error yet" when there was none since the shell process started. Raises `ArgumentError` for
    what is no error. IEx has no such helper; Python people know it as `%tb`.
    """
    from pyex.repl.display.traceback import in_full, stack_in_full

    if error is NOTHING:
        error = current().last_error
        if error is None:
            print("No error yet")
            return
    if isinstance(error, BaseException):
        print(in_full(error, width=columns(), all=all))
    elif is_exception_reason(error):
        print(stack_in_full(error, width=columns()))
    elif isinstance(error, Pid):
        raise ArgumentError(
            f"a process leaves nothing behind but its exit reason: monitor {error!r} and write e(reason), "
            "or write e() for the last error of this shell"
        )
    else:
        raise ArgumentError(f"not an error: {describe(error)}; write e(), e(exception) or e(exit_reason)")
