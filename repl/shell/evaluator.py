"""The evaluator: the process that runs what is typed, and the one that `self()` shows."""

from __future__ import annotations

import linecache
import math
import os
import sys
from typing import TYPE_CHECKING, Any

from pyex import Atom, Exit, Reference, receive, send
from pyex.error_report import describe_exception, shortened
from pyex.errors import Unwind
from pyex.format_exit import format_banner, format_stack
from pyex.output import ProcessOutput
from pyex.repl.display import inspect
from pyex.repl.helpers.helper import NO_RESULT, Helper, LeaveShell, Respawn
from pyex.repl.language import CompiledInput
from pyex.repl.shell.bindings import Bindings
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler
from pyex.stack import stacktrace

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

# Results are printed after the processes that a line woke have settled, but no later than this.
SETTLE_SECONDS = 0.05

EVALUATE = Atom("evaluate")
# What the shell hears of an input: it counts, it is reported, or it is to leave.
FINE, WRONG, LEAVE = Atom("fine"), Atom("wrong"), Atom("leave")
_HOW_TO_LEAVE = "(to leave the shell: exit() or Ctrl+D)"


def evaluate_inputs(shell: Shell, key: Reference) -> None:
    """The evaluator's function: runs one input after another, as `(key, "evaluate", text, filename, echoes)` asks for
    it; `echoes` says whether to print the value, and to remember it."""
    # The prompt answers while thousands are busy.
    scheduler.me().queue = HIGH_QUEUE
    # A person at a prompt may call time.sleep and need not be told that it blocks.
    scheduler.me().blocked_since = math.inf
    while True:
        _, _, text, filename, echoes = receive((key, EVALUATE, ..., ..., ...))
        try:
            verdict = _evaluate(text, filename, echoes, shell)
        except Respawn:
            return
        send(shell.pid, (key, verdict))


def _evaluate(text: str, filename: str, echoes: bool, shell: Shell) -> Atom:
    me = scheduler.me()
    shell.console.foreground(me)
    try:
        return _run(text, filename, echoes, shell)
    except (KeyboardInterrupt, BrokenPipeError):
        # Ctrl+C came after the input had ended, while its result was being printed; or nobody reads that any more.
        return WRONG
    finally:
        # A Ctrl+C that came while the engine was at work waits to be raised: it must not strike later.
        shell.console.foreground(None)
        if not me.dying:
            me.pending = None
        me.become = None


def _run(text: str, filename: str, echoes: bool, shell: Shell) -> Atom:
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    try:
        compiled = shell.language.compile(text, filename)
        value = run_compiled(compiled, shell.bindings)
        if isinstance(value, Helper):
            value = value()
    except LeaveShell:
        return LEAVE
    except (Unwind, Respawn):
        raise
    except BaseException as error:
        shell.last_error = error
        report = _report(error)
        _settle()
        _print(report)
        return WRONG
    _settle()
    if echoes:
        shell.values.append(shell.counter, None if value is NO_RESULT else value)
        if value is not None and value is not NO_RESULT:
            shell.bindings.remember(value)
            _print(inspect(value))
    return FINE


def run_compiled(compiled: CompiledInput, bindings: Bindings) -> Any:
    """Run an input in these bindings; returns its value."""
    replaced = bindings.classes_bound(compiled)
    value = bindings.run(compiled)
    for name in replaced:
        _print(f"warning: redefining module {name}")
    if scheduler.forked:
        # The child of a fork that was typed here: the prompt is its parent's.
        sys.stdout.flush()
        os._exit(0)
    if scheduler.me().become is not None:
        raise RuntimeError("become(...) and hibernate(...) end the function of a process, and the prompt is none")
    return value


def _settle() -> None:
    """Let the processes that the input woke have their say, unfinished lines included: it belongs before the result,
    and before the next prompt."""
    scheduler.settle(SETTLE_SECONDS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, ProcessOutput):
            stream.flush_partial_lines()


def _report(error: BaseException) -> str:
    """What was not caught, as IEx shows it: below the first line the places in the user's code, or else an empty
    line."""
    if isinstance(error, SyntaxError):
        return syntax_report(error)
    if isinstance(error, SystemExit):
        return f"** (SystemExit) {error}\n{_HOW_TO_LEAVE}\n"
    if isinstance(error, Exit):
        hint = f"\n{_HOW_TO_LEAVE}" if error.reason in (0, 1) else ""
        return format_banner("exit", error.reason, inspect) + hint + (_places_in_functions(error) or "\n")
    report = describe_exception(error)
    if not stacktrace(error.__traceback__):
        report += "\n"
    # The terminal has put a ^C where the cursor was.
    return "\n" + report if isinstance(error, KeyboardInterrupt) else report


def _places_in_functions(error: Exit) -> str:
    """Where an exit came from; nothing when that is what was typed itself, which stands above."""
    stack = stacktrace(error.__traceback__)
    return format_stack(shortened(stack)) if any(function != "<module>" for _, function, _, _ in stack) else ""


def syntax_report(error: SyntaxError) -> str:
    """A syntax error, and the place it points at."""
    number = error.lineno or 1
    line = (error.text or "").rstrip("\n")
    report = f"** ({type(error).__name__}) {error.filename}:{number}:{error.offset or 1}: {error.msg}"
    if line:
        gutter = " " * (len(str(number)) + 2)
        column = max((error.offset or 1) - 1, 0)
        report += f"\n{gutter}|\n {number} | {line}\n{gutter}| {' ' * column}^"
    return report + "\n"


def _print(text: Any) -> None:
    print(text, flush=True)
