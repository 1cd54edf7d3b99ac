"""`self`: the caller's own pid."""

from __future__ import annotations

from pyex.errors import Self
from pyex.pid import Pid
from pyex.scheduler import scheduler


class _Self(Self):
    """Called, `self()` is the pid of the calling process. Mirrors `self/0`.

        >>> self() == Process.self()
        True

    Without parentheses it only shows the pid at the prompt; as a pid, or in a message, it is refused.
    """

    __slots__ = ()

    def __call__(self) -> Pid:
        return scheduler.me().pid

    def __repr__(self) -> str:
        return repr(scheduler.current.pid) if scheduler.is_inside() and scheduler.current else "<self: write self()>"


self = _Self()
