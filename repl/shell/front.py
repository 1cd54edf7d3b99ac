"""What others have shown at the prompt of the shell that a person sits at: the Observer, say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyex import Pid, send
from pyex.repl.helpers.helper import Helper
from pyex.repl.shell import current
from pyex.watching import prompt

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell


_HELPERS = '__import__("pyex").repl.helpers'


def offer(shell: Shell) -> None:
    """From here on processes can be shown at the prompt of this shell."""
    prompt.offer(shell.shows)


def withdraw(shell: Shell) -> None:
    """No more."""
    prompt.withdraw(shell.shows)


def show(shell: Shell, pid: Pid) -> bool:
    """Have the shell show a process, as if the person had typed that; False where another is at the front."""
    from pyex.repl.shell.shell import CONTROL, TYPE

    at_prompt = current.shell_of(shell.pid)
    if at_prompt is None or not shell.console.is_at_front:
        return False
    send(shell.pid, (CONTROL, (TYPE, _input(at_prompt, pid))))
    return True


def _input(shell: Shell, pid: Pid) -> str:
    """What shows a process; where the person has given a helper's name to something else, by the way to the helper."""
    names = shell.bindings.namespace
    i, to_pid = (name if isinstance(names.get(name), Helper) else f"{_HELPERS}.{name}" for name in ("i", "pid"))
    return f'{i}({to_pid}("{repr(pid)[5:-1]}"))'
