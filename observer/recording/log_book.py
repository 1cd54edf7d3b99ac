"""What has been logged since the Observer was started: the last thousand events.

They come from the logger process, by `taps`, as handlers of Logger get them: all that the console and the handlers
are given, and the reports of supervisors and of crashes, which the console hides, besides.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from pyex.inspection.safe_text import safe
from pyex.observer.looking import census
from pyex.observer.looking.term import cut, label_of, pid_text
from pyex.otp.report.config import has_listeners, taps
from pyex.otp.report.event import listen_to_all
from pyex.otp.report.level import level_of
from pyex.pid import Pid
from pyex.scheduler import scheduler

KEPT = 1000
MOST_CHARACTERS = 10_000

Entry = dict[str, Any]
_entries: deque[Entry] = deque(maxlen=KEPT)
_last = 0
# Of which run they are: when that was started.
_run = 0.0


def begin() -> None:
    """Begin to keep what is logged, or go on. In a process."""
    global _run
    if _run != scheduler.started_at:
        _forget()
        _run = scheduler.started_at
    if note not in taps:
        taps.append(note)
    listen_to_all(True)


def end() -> None:
    """End, and forget. In any thread."""
    if note in taps:
        taps.remove(note)
    listen_to_all(has_listeners())
    _forget()


def _forget() -> None:
    global _last, _run
    _entries.clear()
    _last, _run = 0, 0.0


def note(record: logging.LogRecord) -> None:
    """Keep an event. In the logger process."""
    global _last
    text = record.getMessage()
    if record.exc_text:
        text += f"\n{record.exc_text}"
    text = cut(text, MOST_CHARACTERS)
    metadata = getattr(record, "metadata", None)
    pid = metadata.get("pid") if type(metadata) is dict else None
    if type(pid) is not Pid:
        pid = None
    _last += 1
    _entries.append(
        {
            "seq": _last,
            "at": round(record.created * 1000),
            "level": str(level_of(record.levelno)),
            # As it can be shown: in a terminal, too.
            "text": text if text.replace("\n", "").isprintable() else safe(text),
            "pid": None if pid is None else pid_text(pid),
            "label": None if pid is None else _label(pid),
        }
    )


def _label(pid: Pid) -> str | None:
    """What it is called; of one that has ended since, what it ran, if somebody has seen that."""
    return label_of(pid.block) if pid.block is not None else census.whats().get(pid.number)


def entries_after(number: int) -> tuple[list[Entry], int, int]:
    """The events after that of a number: those kept, the last number there is, and how many were not kept."""
    kept = [*_entries]
    new = [entry for entry in kept if entry["seq"] > number]
    return new, _last, max(0, _last - number - len(new))
