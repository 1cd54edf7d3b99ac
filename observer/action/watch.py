"""The actions `trace`, `trace_clear`, `trace_stop` and `show`: watching a process more closely."""

from __future__ import annotations

from pyex.observer.action.body import Body, flag, living, pids
from pyex.observer.view import Refused
from pyex.watching.prompt import show_at_prompt

MOST_TRACED = 1000


def trace(body: Body) -> str:
    """Begin or end the tracing of some processes."""
    from pyex.observer.recording import tracing

    on, which = flag(body, "on"), pids(body, "pids", MOST_TRACED)
    if not on:
        tracing.untrace(which)
        return f"{_processes(len(which))} no longer traced"
    alive = [pid for pid in which if pid.block is not None]
    if not alive:
        raise Refused(f"{which[0]!r} is not alive" if len(which) == 1 else "none of them is alive", 404)
    tracing.trace(alive)
    return f"{_processes(len(alive))} traced"


def trace_clear(body: Body) -> str:
    """Forget what has been traced so far."""
    from pyex.observer.recording import tracing

    tracing.clear()
    return "what has been traced is forgotten"


def trace_stop(body: Body) -> str:
    """End the tracing of all; what has been traced is kept."""
    from pyex.observer.recording import tracing

    tracing.untrace_all()
    return "nothing is traced any more"


def show(body: Body) -> str:
    """Have the shell show what there is to know of a process, as if the person had typed it there."""
    block = living(body)
    if not show_at_prompt(block.pid):
        raise Refused("there is no shell here", 409)
    return f"the shell shows {block.pid!r}"


def _processes(count: int) -> str:
    return "1 process is" if count == 1 else f"{count:,} processes are"
