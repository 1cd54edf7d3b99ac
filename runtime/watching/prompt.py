"""Where there is a prompt at which a process can be shown.

    show_at_prompt(pid)         # True where there is one: the shell shows i(pid), as if the person had typed it

Shells say so here, for they are above those who ask.
"""

from __future__ import annotations

from collections.abc import Callable

from pyex.pid import Pid

# Has a process shown at its prompt; False where nobody is in front of it now.
Shows = Callable[[Pid], bool]

_prompts: list[Shows] = []


def offer(shows: Shows) -> None:
    """From here on there is one more prompt; that which came last is asked first."""
    _prompts.append(shows)


def withdraw(shows: Shows) -> None:
    """This one is there no more."""
    if shows in _prompts:
        _prompts.remove(shows)


def show_at_prompt(pid: Pid) -> bool:
    """Have the shell at the front show what there is to know of a process. What the person has begun to type there
    stays. Returns False where there is no such shell.
    """
    return any(shows(pid) for shows in reversed(_prompts))
