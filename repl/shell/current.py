"""Which shell a helper belongs to, and what it may write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyex import Pid, Process
from pyex.repl.configuration import settings
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

# The shells by the processes that evaluate for them; the one that came last is asked where none of these calls.
_shells: dict[Pid, Shell] = {}


def serve(evaluator: Pid, shell: Shell) -> None:
    """From here on this process evaluates for this shell."""
    _shells[evaluator] = shell


def dismiss(evaluator: Pid) -> None:
    """This process evaluates for no shell any more."""
    _shells.pop(evaluator, None)


def shells() -> list[Shell]:
    """All shells of the node, in the order in which their evaluators were started."""
    return [*_shells.values()]


def shell_of(process: Pid | None) -> Shell | None:
    """The shell whose own process this is: it leads the processes that come from its inputs. Of a shell and the one at
    a process that has stopped it is the latter."""
    return next((shell for shell in reversed(shells()) if shell.pid == process), None)


def current() -> Shell:
    """The shell that evaluates in the calling process, or that it comes from; elsewhere the one whose evaluator was
    started last.

    Raises `RuntimeError` where there is no shell.
    """
    shell = None
    if scheduler.is_inside():
        shell = _shells.get(Process.self()) or shell_of(scheduler.me().group_leader)
    if shell is None and _shells:
        shell = next(reversed(_shells.values()))
    if shell is None:
        raise RuntimeError("there is no shell here: this is a helper for the prompt")
    return shell


def columns() -> int:
    """How many columns there are for a text: those of the console, but no more than the settings' width."""
    return min(settings.width, current().console.columns) if _shells else settings.width


def has_colours() -> bool:
    """Whether what is printed may be coloured."""
    return bool(_shells) and current().console.has_colours and bool(settings.colors.get("enabled", True))
