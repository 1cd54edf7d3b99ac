"""The view `trace`: what traced processes have done."""

from __future__ import annotations

from typing import Any

from pyex.observer.looking.term import block_of, label_of, pid_text
from pyex.observer.recording import tracing
from pyex.observer.view import Query, number
from pyex.pid import Pid

MOST_EVENTS = 500
# So many of those that are traced, or gone, are named.
MOST_TRACED = 1000


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    events, last, left_out = tracing.events_after(number(query, "after", 0, 0, 10**15), MOST_EVENTS)
    traced = tracing.traced()
    parties = {event["pid"] for event in events} | {event["other"] for event in events if event["other_is_pid"]}
    return {
        "tracing": [{"pid": pid_text(pid), "label": _label_of(pid)} for pid in traced[:MOST_TRACED]],
        "traced": len(traced),
        "running": bool(traced),
        "left_out": left_out,
        "last": last,
        "events": events,
        "gone": tracing.gone(MOST_TRACED),
        "labels": {pid: label for pid in sorted(parties) if (label := _label(pid)) is not None},
    }


def _label_of(pid: Pid) -> str:
    text = pid_text(pid)
    return label_of(pid.block) if pid.block is not None else tracing.label(text) or text


def _label(text: str) -> str | None:
    """What a process is called now; of a dead one, what it was called."""
    found = tracing.label(text)
    if found is not None:
        return found
    block = block_of(text)
    return None if block is None else label_of(block)
