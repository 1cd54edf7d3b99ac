"""How busy the runtime has been: a sample each second, as long as an Observer runs, whether somebody looks or not."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from time import monotonic, process_time, time

from pyex import run_queue
from pyex.control_block import process_table
from pyex.garbage import memory
from pyex.scheduler import scheduler

INTERVAL_MS = 1000
# Ticks may come from several Observers: one that follows so soon is another's.
LEAST_SECONDS = 0.9
KEPT = 600
FIELDS = ("at", "run_queue", "processes", "switches", "preemptions", "messages", "memory", "cpu")

# When, in ms since 1970; how many are ready, and alive; switches, preemptions and messages per second; bytes; percent
# of one core.
Sample = tuple[int, int, int, int, int, int, int, float]


@dataclass(frozen=True)
class _Counts:
    """What counts up, at a time."""

    at: float
    switches: int
    preemptions: int
    messages: int
    cpu: float


_samples: deque[Sample] = deque(maxlen=KEPT)
_before: _Counts | None = None
# Of which run they are: when that was started.
_run = 0.0


def begin() -> None:
    """Begin, or go on. In a process."""
    global _before, _run
    if _run != scheduler.started_at:
        _run = scheduler.started_at
        _samples.clear()
        _before = None
    if _before is None:
        _before = _counts()


def tick() -> None:
    """Take a sample. In a process, about each second."""
    global _before
    now = _counts()
    if _before is None or now.at - _before.at < LEAST_SECONDS:
        return
    before, _before = _before, now
    _samples.append(_sample(before, now))


def end() -> None:
    """Forget all. In any thread."""
    global _before, _run
    _before, _run = None, 0.0
    _samples.clear()


def samples() -> list[Sample]:
    """Those of the last ten minutes, the oldest first."""
    return [*_samples]


def _counts() -> _Counts:
    return _Counts(monotonic(), scheduler.switches, scheduler.preemptions, scheduler.messages, process_time())


def _sample(before: _Counts, now: _Counts) -> Sample:
    seconds = now.at - before.at
    return (
        round(time() * 1000),
        run_queue.length(),
        len(process_table),
        round((now.switches - before.switches) / seconds),
        round((now.preemptions - before.preemptions) / seconds),
        round((now.messages - before.messages) / seconds),
        memory(),
        round(100 * (now.cpu - before.cpu) / seconds, 1),
    )
