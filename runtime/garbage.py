"""Garbage collection that does not stop a million processes.

A full pass of Python's collector looks at every object: with a million idle processes that takes half a second, during
which nobody runs. So where there are many processes, what has survived a full pass is frozen: later passes leave it
alone. Processes that end are freed all the same, for they are no cycles. What becomes garbage among the frozen is found
by a whole pass, once half of the processes are gone, or memory per process has doubled.
"""

from __future__ import annotations

import gc
import resource
import sys

from pyex.control_block import process_table

# With fewer processes a full pass takes some milliseconds.
MANY_PROCESSES = 20_000
# A program that freezes its objects freezes thousands; some hundreds Python 3.12 freezes itself.
MANY_FROZEN = 2000


class Frozen:
    """How many processes there were when their objects were frozen, and what each took then."""

    def __init__(self) -> None:
        self.processes = len(process_table)
        self.bytes_each = memory() / self.processes


_frozen: Frozen | None = None
_passes_seen = 0


def look() -> None:
    """Freeze or thaw, if there is reason to. Called by the hub at each tick while the system is busy."""
    global _frozen, _passes_seen
    processes = len(process_table)
    if processes < MANY_PROCESSES or (_frozen is not None and processes < _frozen.processes / 2):
        thaw()
        return
    passes = gc.get_stats()[2]["collections"]
    if passes == _passes_seen:
        return
    _passes_seen = passes
    if _frozen is None:
        # Unless the program has frozen objects itself: these are not to be thawed.
        if gc.get_freeze_count() < MANY_FROZEN:
            _frozen = Frozen()
            gc.freeze()
    elif memory() / processes > 2 * _frozen.bytes_each:
        thaw()
    else:
        _frozen.processes = max(_frozen.processes, processes)
        gc.freeze()


def thaw() -> None:
    """Leave all objects to the collector again."""
    global _frozen
    if _frozen is not None:
        _frozen = None
        gc.unfreeze()


def memory() -> int:
    """The memory of this program in bytes; its peak, where the system does not tell what it is now."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
