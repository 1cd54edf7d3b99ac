"""The evaluator: the process that runs what is typed, and the one that `self()` shows."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

from pyex import Atom, Exit, Reference, receive, send
from pyex.error_report import describe_exception, shortened
from pyex.errors import Unwind
from pyex.format_exit import format_banner, format_stack
from pyex.output import ProcessOutput
from pyex.repl.configuration import settings
from pyex.repl.display import error as coloured_error
from pyex.repl.display import inspect, result, warning
from pyex.repl.helpers.helper import Helper
from pyex.repl.language import CompiledInput
from pyex.repl.language.source_lines import register
from pyex.repl.pry.resume import Resume
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.outcome import NO_RESULT, LeaveShell, Respawn
from pyex.run import program_functions
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
    it; `echoes` says whether to print the value, and to remember it. `(key, "leave")` ends it."""
    # The prompt answers while thousands are busy.
    scheduler.me().queue = HIGH_QUEUE
    # A person at a prompt may call time.sleep and need not be told that it blocks.
    scheduler.me().blocked_since = math.inf
    while True:
        _, request, *details = receive((key, EVALUATE, ..., ..., ...), (key, LEAVE))
        if request == LEAVE:
            return
        text, filename, echoes = details
        try:
            verdict = evaluate(text, filename, echoes, shell)
        except Respawn:
            return
        # Loaded while the first prompt is idle.
        from pyex.repl.reloading.project import note_loaded

        note_loaded(shell.bindings)
        send(shell.pid, (key, verdict))


# A file that is loaded at the prompt, or pasted, may end with `run(main)`.
program_functions.add(evaluate_inputs)


def evaluate(text: str, filename: str, echoes: bool, shell: Shell) -> Atom:
    """Run one input in the calling process, with Ctrl+C for it, and print what came of it. Returns a verdict."""
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
    register(filename, text)
    try:
        if settings.auto_reload and echoes:
            from pyex.repl.reloading.project import reload_changed

            reload_changed(shell.bindings)
        compiled = shell.language.compile(text, filename)
        value = run_compiled(compiled, shell.bindings)
        if isinstance(value, Helper) and not compiled.is_assignment:
            value = value()
    except LeaveShell as leaving:
        shell.status = leaving.status
        return LEAVE
    except (Unwind, Respawn, Resume):
        raise
    except BaseException as error:
        shell.last_error = error
        report = _report(error)
        _settle()
        say(coloured_error(report))
        return WRONG
    _settle()
    if echoes:
        shell.values.append(shell.counter, None if value is NO_RESULT else value)
        for call in shell.on_value:
            call(value)
        if value is not None and value is not NO_RESULT:
            shell.bindings.remember(value)
            if not compiled.is_quiet:
                say(result(value))
    return FINE


def run_compiled(compiled: CompiledInput, bindings: Bindings) -> Any:
    """Run an input in these bindings; returns its value."""
    replaced = bindings.classes_bound(compiled)
    value = bindings.run(compiled)
    for name in replaced:
        say(warning(f"redefining module {name}"))
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
    _mend_output()


def _report(error: BaseException) -> str:
    """What was not caught; its kind alone, where an exception of the user's cannot even be looked at."""
    try:
        return _description(error)
    except Unwind:
        raise
    except BaseException as other:
        return f"** ({type(error).__name__}) <it cannot be shown: {type(other).__name__}>\n"


def _description(error: BaseException) -> str:
    """As IEx shows it: below the first line the places in the user's code, or else an empty line."""
    if isinstance(error, SyntaxError):
        from pyex.repl.display.syntax_error import syntax_report

        return syntax_report(error)
    if isinstance(error, SystemExit):
        return f"** (SystemExit) {error}\n{_HOW_TO_LEAVE}\n"
    if isinstance(error, Exit):
        hint = _how_to_leave(error.reason)
        return format_banner("exit", error.reason, inspect) + hint + (_places_in_functions(error) or "\n")
    report = describe_exception(error)
    if not stacktrace(error.__traceback__):
        report += "\n"
    # The terminal has put a ^C where the cursor was.
    return "\n" + report if isinstance(error, KeyboardInterrupt) else report


def _how_to_leave(reason: Any) -> str:
    """A hint, where somebody may have meant to leave."""
    if type(reason) is not int:
        return ""
    return f"\n{_HOW_TO_LEAVE}" if reason in (0, 1) else f"\n(to leave the shell with this status: quit({reason}))"


def _places_in_functions(error: Exit) -> str:
    """Where an exit came from; nothing when that is what was typed itself, which stands above."""
    stack = stacktrace(error.__traceback__)
    return format_stack(shortened(stack)) if any(function != "<module>" for _, function, _, _ in stack) else ""


def say(text: str) -> None:
    """Print what the shell itself has to say, whatever an input has made of `sys.stdout`."""
    _mend_output()
    print(text, flush=True)


def _mend_output() -> None:
    """Have `sys.stdout` be something that can be printed to: the menus, and other processes, print too."""
    try:
        print(end="")
    except OSError:
        raise
    except Exception as error:
        sys.stdout = ProcessOutput(cast(TextIO, sys.__stdout__), error=False)
        print(warning(f"sys.stdout could not be written to ({error}): it is what it was before"), flush=True)
