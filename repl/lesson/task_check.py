"""Whether a task is done: its check, compiled once and evaluated as often as somebody wants to know.

A check is evaluated in a process of its own, which sees the learner's names and must not hold up who asks: one that
takes longer than a second is ended, and left alone for a while.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from types import CodeType
from typing import TYPE_CHECKING

from pyex import Atom, Pid, Process, receive, send, spawn
from pyex.errors import Unwind
from pyex.repl.transcript.errors import BadTranscript
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.repl.lesson.lesson import Task
    from pyex.repl.lesson.observation import Observation

LIMIT_MS = 1000
# After a check that took too long, nobody is made to wait for it again so soon.
REST_SECONDS = 1.0
LOOK = Atom("look")


@dataclass(frozen=True)
class Check:
    """A compiled check: statements, and the expression that is true when the task is done."""

    body: CodeType
    expression: CodeType


@dataclass(frozen=True)
class Verdict:
    """Whether a task is done; and, where the check could not tell, why: an exception, or that it takes too long."""

    is_done: bool
    problem: str = ""


@lru_cache(maxsize=256)
def compile_check(text: str, path: str = "<check>", line: int = 1) -> Check:
    """Compile a check whose first line has this number. Raises `BadTranscript`."""
    try:
        # Above it, empty lines: so errors and tracebacks name the lines of the file.
        tree = ast.parse("\n" * (line - 1) + text, path)
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            problem = "a check ends in an expression, which is true when the task is done, as linked(pid)"
            raise BadTranscript(path, tree.body[-1].lineno if tree.body else line, problem)
        body = compile(ast.Module(tree.body[:-1], []), path, "exec")
        return Check(body, compile(ast.Expression(tree.body[-1].value), path, "eval"))
    except (SyntaxError, ValueError) as error:
        at = getattr(error, "lineno", None) or line
        problem = f"the check is no Python: {getattr(error, 'msg', error)}; write an expression, as linked(pid)"
        raise BadTranscript(path, at, problem) from None


def is_done(task: Task, observation: Observation) -> bool:
    """Whether a task is done by now. Called in a process; returns within a second."""
    return look(task, observation).is_done


def look(task: Task, observation: Observation) -> Verdict:
    """As `is_done`, with the reason where the check could not tell."""
    if monotonic() < observation.checks_again_at:
        return Verdict(False, _too_long())
    checker = observation.checker
    if checker is None or checker.block is None:
        checker = observation.checker = spawn(_evaluate_checks, observation.shell.pid)
    tag = Process.monitor(checker)
    send(checker, (LOOK, tag, Process.self(), _Request(task, observation)))
    message = receive((tag, ...), ("DOWN", tag, ..., ..., ...), after=LIMIT_MS, default=None)
    if message is None:
        Process.exit(checker, "kill")
        observation.checks_again_at = monotonic() + REST_SECONDS
    Process.demonitor(tag, ["flush"])
    if message is None:
        receive((tag, ...), after=0, default=None)
        return Verdict(False, _too_long())
    if message[0] == "DOWN":
        return Verdict(False, "the check has ended the process that evaluates it; `shell` is the learner's")
    verdict: Verdict = message[1].verdict
    return verdict


class _Request:
    """What is to be evaluated, and what came of it; sent as it is, for the learner's data are looked at, not copied."""

    def __init__(self, task: Task, observation: Observation) -> None:
        self.task = task
        self.observation = observation
        self.verdict = Verdict(False)

    def __deepcopy__(self, memo: dict[int, object]) -> _Request:
        return self


def _evaluate_checks(shell: Pid) -> None:
    """The function of the process that evaluates checks, as long as there is the shell."""
    scheduler.me().blocked_since = math.inf
    ended = Process.monitor(shell)
    while True:
        message = receive((LOOK, ..., ..., ...), ("DOWN", ended, ..., ..., ...))
        if message[0] == "DOWN":
            return
        _, tag, asker, request = message
        request.verdict = _evaluate(request.task, request.observation)
        # What a check has left in its mailbox is nobody's.
        while receive(after=0, default=None) is not None:
            pass
        send(asker, (tag, request))


def _evaluate(task: Task, observation: Observation) -> Verdict:
    check = compile_check(task.check, task.path, task.line + 1)
    names = {**observation.shell.bindings.namespace, **observation.names()}
    try:
        exec(check.body, names)
        return Verdict(bool(eval(check.expression, names)))
    except Unwind:
        raise
    except BaseException as error:
        return Verdict(False, f"it raises {type(error).__name__}: {error}")


def _too_long() -> str:
    return f"it took longer than {LIMIT_MS} ms; a check only looks, and waits for nothing"
