"""Figures of the whole runtime."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex import garbage, run_queue, time_slice
from pyex.control_block import process_table
from pyex.errors import bad_argument
from pyex.scheduler import scheduler


def runtime_info(item: str | None = None) -> Any:
    """Figures of the whole runtime, all since it was started.

        >>> runtime_info("process_count") == len(Process.list())
        True
        >>> sorted(runtime_info())[:4]
        ['abandoned', 'blocked', 'context_switches', 'memory']

    Returns a dict, or with an item its value:

    - "uptime": milliseconds;
    - "process_count", and of these "run_queue": those that are ready, and "blocked": those that sit in a call that
      blocks the thread;
    - "context_switches" from process to process; "preemptions": those that a process did not ask for;
    - "messages" that have come into mailboxes;
    - "timers" that are pending;
    - "abandoned": processes that were killed and could not be unwound;
    - "memory" of the operating system's process, in bytes.

    Raises `ArgumentError` for an unknown item. Mirrors `erlang:statistics/1` and `erlang:system_info/1`.
    """
    scheduler.me()
    figures = {
        "uptime": round((monotonic() - scheduler.started_at) * 1000),
        "process_count": len(process_table),
        "run_queue": run_queue.length(),
        "blocked": len(run_queue.BLOCKED_QUEUE),
        "context_switches": scheduler.switches,
        "preemptions": scheduler.preemptions,
        "messages": scheduler.messages,
        "timers": len(scheduler.timers.heap) - scheduler.timers.cancelled,
        "abandoned": len(time_slice.abandoned),
        "memory": garbage.memory(),
    }
    if item is None:
        return figures
    if item not in figures:
        raise bad_argument(1, f"invalid item: {item!r}; known are {', '.join(sorted(figures))}")
    return figures[item]
