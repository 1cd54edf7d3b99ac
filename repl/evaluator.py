"""The evaluator: the process that runs what is typed, and the one that `self()` shows."""

from __future__ import annotations

import linecache
import math
from typing import Any

from pyex import Atom, Exit, Pid, Reference, receive, send
from pyex.error_report import describe
from pyex.errors import Unwind
from pyex.exit_reason import format_banner
from pyex.repl.bindings import Bindings
from pyex.repl.display import inspect
from pyex.repl.helpers import Helper, LeaveShell
from pyex.repl.language import Language
from pyex.scheduler import scheduler

# Results are printed after the processes that a line woke have settled, but no later than this.
SETTLE_SECONDS = 0.05

EVALUATE = Atom("evaluate")
# What the shell hears of an input: it counts, it is reported, or it is to leave.
FINE, WRONG, LEAVE = Atom("fine"), Atom("wrong"), Atom("leave")


def evaluate_inputs(shell: Pid, key: Reference, bindings: Bindings, language: Language) -> None:
    """The evaluator's function: runs one input after another, as `(key, "evaluate", text, filename)` asks for it."""
    # A person at a prompt may call time.sleep and need not be told that it blocks.
    scheduler.me().blocked_since = math.inf
    while True:
        _, _, text, filename = receive((key, EVALUATE, ..., ...))
        send(shell, (key, _evaluate(text, filename, bindings, language)))


def _evaluate(text: str, filename: str, bindings: Bindings, language: Language) -> Atom:
    me = scheduler.me()
    scheduler.foreground = me
    try:
        return _run(text, filename, bindings, language)
    except KeyboardInterrupt:
        # It came after the input had ended, while its result was being printed.
        return WRONG
    finally:
        scheduler.foreground = None


def _run(text: str, filename: str, bindings: Bindings, language: Language) -> Atom:
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    try:
        compiled = language.compile(text, filename)
        for name in bindings.redefined_classes(compiled):
            _print(f"warning: redefining module {name}")
        value = bindings.run(compiled)
        if isinstance(value, Helper):
            value = value()
    except (LeaveShell, Unwind) as error:
        if isinstance(error, Unwind):
            raise
        return LEAVE
    except BaseException as error:
        report = _report(error)
        scheduler.settle(SETTLE_SECONDS)
        _print(report)
        return WRONG
    scheduler.settle(SETTLE_SECONDS)
    if value is not None:
        _print(inspect(value))
    return FINE


def _report(error: BaseException) -> str:
    """What was not caught, as IEx shows it."""
    if isinstance(error, SyntaxError):
        return syntax_report(error)
    if isinstance(error, Exit):
        hint = "\n(to leave the shell: exit() or Ctrl+D)" if error.reason in (0, 1) else ""
        return format_banner("exit", error.reason, inspect) + hint + "\n"
    if isinstance(error, SystemExit):
        return f"** (SystemExit) {error}\n(to leave the shell: exit() or Ctrl+D)\n"
    return describe(error)


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
