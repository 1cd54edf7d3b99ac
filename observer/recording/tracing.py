"""What traced processes have done: the last events of those that somebody has chosen, and of what these spawn.

    trace([pid])
    events_after(0)         # [{"seq": 1, "at": 1767225600000, "kind": "send", "pid": "0.98.0", …}]
    untrace([pid])

The engine puts what they do into a queue. A process reads that some twenty times a second while anything is traced,
which is how true the times are. A flood is thinned out: so many events a second are put into words, and of the
others it is noted how many there were.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from time import monotonic, time
from typing import Any

from pyex.control_block import ControlBlock
from pyex.observer.looking.term import label_of, name_text, pid_text
from pyex.observer.recording.event_words import in_words, runs
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.scheduler import scheduler
from pyex.trace import end_observation, is_observed, observe, observed
from pyex.watching.trace_event import Event, EventReader, looks_like

INTERVAL_MS = 50
KEPT = 2000
# What the queue holds at most, and how much of it is read at a time: the newest.
MOST_WAITING, MOST_READ = 50_000, 300
# Put into words are so many messages at once, and then so many a second; and as many of the other events.
BURST, A_SECOND = 500, 200
MOST_LABELS = 5000
# How often it is asked whether anything is still traced.
CHECK_SECONDS = 1.0

Entry = dict[str, Any]


class Allowance:
    """How many there may be: some at once, and so many a second."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST), monotonic()

    def take(self) -> bool:
        """Whether there may be one more."""
        now = monotonic()
        self._left = min(float(BURST), self._left + (now - self._at) * A_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Trace:
    """All of a trace, from its beginning until it is forgotten."""

    def __init__(self) -> None:
        self.queue: deque[Any] = deque(maxlen=MOST_WAITING)
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.last = 0
        self.left_out = 0
        # What processes are called, also the dead, by how a view writes their pids.
        self.labels: dict[str, str] = {}
        # Those of whom there are events, and no exit.
        self.parties: dict[str, Pid] = {}
        self.reader = EventReader()
        self.messages, self.others = Allowance(), Allowance()
        # Left out since the last event that was kept.
        self.gap = 0
        self.process: Pid | None = None
        # Of which run it is: when that was started.
        self.run = scheduler.started_at


_trace: Trace | None = None


def begin() -> None:
    """Forget what is of an earlier run; nobody is traced yet. In a process."""
    global _trace
    if _trace is not None and _trace.run != scheduler.started_at:
        _trace = None


def tick() -> None:
    """See to it that what is traced is read: somebody may have killed who does. In a process."""
    trace = _trace
    if trace is not None and (trace.process is None or trace.process.block is None) and observed(trace.queue):
        _keep_reading(trace)


def end() -> None:
    """Trace nobody, and forget all. In any thread."""
    global _trace
    trace, _trace = _trace, None
    if trace is not None:
        scheduler.post(end_observation, trace.queue)


def trace(pids: Iterable[Pid]) -> None:
    """Trace processes, and what they spawn from now on. In a process."""
    global _trace
    begin()
    blocks = [pid.block for pid in pids if pid.block is not None]
    if not blocks:
        return
    trace = _trace = _trace or Trace()
    for block in blocks:
        if block.pid != trace.process:
            observe(block, trace.queue)
            trace.labels[pid_text(block.pid)] = label_of(block)
    _keep_reading(trace)


def untrace(pids: Iterable[Pid]) -> None:
    """Trace these no longer; those that they have spawned are traced on. In a process."""
    if _trace is not None:
        end_observation(_trace.queue, [pid.block for pid in pids if pid.block is not None])


def untrace_all() -> None:
    """Trace nobody; what has been traced is kept. In a process."""
    if _trace is not None:
        end_observation(_trace.queue)


def clear() -> None:
    """Forget what has been traced so far; numbers go on. In a process."""
    if _trace is not None:
        _trace.entries.clear()
        _trace.parties.clear()
        _trace.left_out = _trace.gap = 0


def traced() -> list[Pid]:
    """Who is traced now, the oldest first. In a process."""
    return [] if _trace is None else [block.pid for block in observed(_trace.queue)]


def is_traced(block: ControlBlock) -> bool:
    """Whether a process is traced here; others may trace it for themselves."""
    return _trace is not None and is_observed(block, _trace.queue)


def events_after(number: int, most: int) -> tuple[list[Entry], int, int]:
    """The events after that of a number, at most so many; the last number there is; how many were left out of all."""
    if _trace is None:
        return [], 0, 0
    new = [entry for entry in [*_trace.entries] if entry["seq"] > number]
    return new[:most], _trace.last, _trace.left_out


def gone(most: int) -> list[str]:
    """Who takes part, and has ended without an event that tells of it: such as those who are not traced."""
    if _trace is None:
        return []
    return [text for text, pid in [*_trace.parties.items()] if pid.block is None][-most:]


def label(pid: str) -> str | None:
    """What a process is or was called."""
    return None if _trace is None else _trace.labels.get(pid)


# -- reading


def _keep_reading(trace: Trace) -> None:
    if trace.process is None or trace.process.block is None:
        trace.process = Process.spawn(_go_on_reading, [("priority", "high")])


def _go_on_reading() -> None:
    """The process that reads, as long as anything is traced."""
    trace, checked = _trace, monotonic()
    while trace is not None and trace is _trace:
        Process.sleep(INTERVAL_MS)
        if trace.queue:
            _read(trace)
        elif monotonic() - checked > CHECK_SECONDS:
            checked = monotonic()
            if not observed(trace.queue):
                trace.process = None
                return


def _read(trace: Trace) -> None:
    """Take in what has happened."""
    at = time()
    events = []
    skipped = len(trace.queue) - MOST_READ
    if skipped > 0:
        for _ in range(skipped):
            trace.queue.popleft()
        _leave_out(trace, skipped)
        trace.reader = _fresh(trace.reader)
    for _ in range(len(trace.queue)):
        event = trace.reader.read(("trace", *_with_receiver(trace.queue)), at)
        if event is None:
            continue
        allowance = trace.messages if event.topic in ("send", "receive") else trace.others
        # Of what was received behind a gap it is not known who sent it.
        is_unknown = skipped > 0 and event.kind == "receive" and event.other is None
        if is_unknown or not allowance.take():
            _leave_out(trace, 1)
        else:
            events.append((event, trace.gap))
            trace.gap = 0
    for (event, gap), (word, short, whole) in zip(events, in_words([event for event, _ in events]), strict=True):
        _keep(trace, event, gap, word, short, whole)


def _with_receiver(queue: deque[Any]) -> tuple[Any, ...]:
    """The next that the engine tells. What was sent through an alias that is gone since was sent to whoever received
    that right afterwards, if he is traced.
    """
    told: tuple[Any, ...] = queue.popleft()
    if told[1] == "send" and type(told[3]) is Reference and told[3].alias is None and queue:
        receiver, what, *details = queue[0]
        if what == "receive" and looks_like(told[2], details[0]):
            return (*told[:3], receiver)
    return told


def _fresh(reader: EventReader) -> EventReader:
    """One that waits for no second half of what it has been told; it knows the names."""
    new = EventReader()
    new.names = reader.names
    return new


def _leave_out(trace: Trace, count: int) -> None:
    trace.left_out += count
    trace.gap += count


def _keep(trace: Trace, event: Event, gap: int, word: str, short: str, whole: str) -> None:
    is_pid = type(event.other) is Pid
    for pid in (event.pid, event.other):
        if type(pid) is Pid:
            _learn(trace, pid, event)
            trace.parties[pid_text(pid)] = pid
    if event.kind == "exit":
        trace.parties.pop(pid_text(event.pid), None)
    trace.last += 1
    trace.entries.append(
        {
            "seq": trace.last,
            "at": round(event.at * 1000),
            "kind": event.kind,
            "pid": pid_text(event.pid),
            "other": None if event.other is None else pid_text(event.other) if is_pid else name_text(event.other),
            "other_is_pid": is_pid,
            "word": word,
            "short": short,
            "what": whole,
            "left_out": gap,
        }
    )


def _learn(trace: Trace, pid: Pid, event: Event) -> None:
    """Note what a process is called."""
    text = pid_text(pid)
    if pid in trace.reader.names:
        found: str | None = name_text(trace.reader.names[pid])
    elif pid.block is not None:
        found = label_of(pid.block)
    else:
        found = runs(event.what) if event.kind == "spawn" and pid == event.other else None
    if not found:
        return
    for memory in (trace.labels, trace.parties):
        if len(memory) >= MOST_LABELS:
            memory.clear()
    trace.labels[text] = found
