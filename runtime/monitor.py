"""Monitors: one process is told, once, when another ends. All functions here run in a critical section."""

from __future__ import annotations

from pyex.atom import DOWN, NOPROC, PROCESS
from pyex.control_block import ControlBlock
from pyex.mailbox import deliver
from pyex.reference import Reference


def monitor(me: ControlBlock, target: ControlBlock | None, what: object, reference: Reference) -> None:
    """Have `me` told once, as `what`, when `target` ends; at once if it has."""
    if target is None or target.dying:
        deliver(me, (DOWN, reference, PROCESS, what, NOPROC))
        return
    if target is me:
        return
    if me.monitors is None:
        me.monitors = {}
    if target.monitored_by is None:
        target.monitored_by = {}
    me.monitors[reference] = (what, target)
    target.monitored_by[reference] = (me, what)


def demonitor(me: ControlBlock, reference: Reference) -> bool:
    """Forget a monitor that `me` holds; False where there is none (any more)."""
    held = me.monitors.pop(reference, None) if me.monitors is not None else None
    if held is None:
        return False
    watched = held[1]
    if watched.monitored_by is not None:
        watched.monitored_by.pop(reference, None)
    return True
