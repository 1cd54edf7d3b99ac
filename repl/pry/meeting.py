"""The shell's side of a pry: it meets the processes that have stopped, one after another."""

from __future__ import annotations

from typing import Any

from pyex import Pid, Process, receive, send
from pyex.control_block import process_table
from pyex.repl.console import ANSWER
from pyex.repl.display import inspect
from pyex.repl.display.colours import coloured
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.pry.place import source_around
from pyex.repl.pry.resume import CONTINUE, STOPPED
from pyex.repl.pry.session import Ended, PrySession
from pyex.repl.pry.stop import RELEASE, RESPAWNED, RESUMED, Stop
from pyex.repl.shell.evaluator import LEAVE
from pyex.repl.shell.shell import Shell
from pyex.repl.terminal.prompt import Prompt

# An input that is about to end is let end first, and a step that is about to stop again is waited for.
SOON = 100
_YES, _NO = ("", "y", "yes"), ("n", "no")
# What `met` returns where the shell is to wait on.
AGAIN: Any = object()


def met(shell: Shell, stop: Stop, waits_for: Any) -> Any:
    """Meet a process that has stopped while `shell` waited for a message like `waits_for`.

    Returns such a message where there is one now, AGAIN where it is to be waited for, and None where the shell is to
    look anew what it waits for.
    """
    if waits_for[0] != shell.key:
        shell.stopped.append(stop)
        return None
    if stop.pid != shell.evaluator and (verdict := receive(waits_for, after=SOON, default=None)) is not None:
        shell.stopped.append(stop)
        return verdict
    key = shell.key
    if not visit(shell, stop):
        return (key, LEAVE)
    if shell.key != key:
        return None
    # Ctrl+C is for the evaluator again.
    shell.console.foreground(process_table.get(shell.evaluator.number))
    return AGAIN


def visit(shell: Shell, stop: Stop) -> bool:
    """Let the shell's prompt be that of a stopped process, until it goes on. Returns False to leave the shell."""
    if not _is_allowed(shell, stop):
        send(stop.pid, (stop.key, RELEASE))
        return True
    while True:
        is_own = stop.pid == shell.evaluator
        session = PrySession(shell, stop)
        outcome = session.converse()
        if outcome == LEAVE:
            # The evaluator leaves the function that it stopped in, and tells so itself.
            send(stop.pid, (stop.key, LEAVE if is_own else RELEASE))
            return is_own
        if outcome == RESPAWNED:
            _respawn(shell)
        if outcome != RESUMED or session.how == CONTINUE or is_own:
            return True
        following = _next_stop(stop.pid)
        if following is None:
            return True
        stop = following
        _announce(shell, stop)


def _next_stop(pid: Pid) -> Stop | None:
    """Where a process stops that goes on step by step; None where that takes long, or does not come."""
    monitor = Process.monitor(pid)
    message = receive((STOPPED, pid, ...), ("DOWN", monitor, ..., ..., ...), after=SOON, default=None)
    Process.demonitor(monitor, ["flush"])
    return message[2] if message is not None and message[0] == STOPPED else None


def _respawn(shell: Shell) -> None:
    if isinstance(shell, PrySession):
        send(shell.evaluator, (shell.key, RELEASE))
        raise Ended(RESPAWNED)
    Process.demonitor(shell.monitor, ["flush"])
    send(shell.evaluator, (shell.key, LEAVE))
    shell._restart("normal")


def _is_allowed(shell: Shell, stop: Stop) -> bool:
    if not Process.alive(stop.pid):
        return False
    if stop.is_allowed or stop.pid == shell.evaluator:
        _announce(shell, stop)
        return True
    # What was typed before it was asked is no answer, and is not lost.
    while (typed := receive((ANSWER, ("input", ...)), after=0, default=None)) is not None:
        shell.inputs.extend(shell.language.split(typed[1][1]))
    shell._print(coloured("eval_interrupt", f"Request to pry {stop.pid!r} at {stop.place}") + _source(stop))
    while True:
        shell.console.ask(Prompt("Allow? [Yn] ", kind="line"))
        answer = receive((ANSWER, ...))[1]
        if answer[0] != "input":
            return False
        word = answer[1].strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
        # Begun before it was asked: the shell's next prompt has it again.
        shell.typed = answer[1]


def _announce(shell: Shell, stop: Stop) -> None:
    returns = f", which returns {inspect(stop.returned)}" if stop.returned is not NOTHING else ""
    shell._print(coloured("eval_interrupt", f"Break reached: {stop.place}{returns}") + _source(stop))


def _source(stop: Stop) -> str:
    source = source_around(stop.place)
    return f"\n\n{source}\n" if source else ""
