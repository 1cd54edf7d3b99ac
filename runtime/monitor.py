"""Monitors: one process is told, once, when another ends.

All functions here run in a critical section. They call no others, so that at the recursion limit they do all or
nothing.
"""

from __future__ import annotations

from pyex.control_block import ControlBlock
from pyex.reference import Reference


def monitor(me: ControlBlock, target: ControlBlock, what: object, reference: Reference) -> bool:
    """Have `me` told once, as `what`, when `target` ends; False where that is over, and has been told."""
    if target.dying and target.announced:
        return False
    if target is me:
        return True
    if me.monitors is None:
        me.monitors = {}
    if target.monitored_by is None:
        target.monitored_by = {}
    number = reference.number
    me.monitors[number] = target.monitored_by[number] = (reference, me, target, what, target.dying)
    return True


def demonitor(me: ControlBlock, reference: Reference) -> bool:
    """Forget a monitor that `me` holds; False where there is none (any more)."""
    number = reference.number
    if me.monitors is None or number not in me.monitors:
        return False
    watched = me.monitors.pop(number)[2]
    if watched.monitored_by is not None:
        watched.monitored_by.pop(number, None)
    return True
