"""Time slices: a process that runs too long is made to wait, wherever it is in its own code, and what is dying is
unwound.

A watcher thread (as Go's sysmon) sees that one process has been running for a whole tick, and sends SIGURG to the
scheduler's thread. Python runs the handler between two bytecodes *inside that process*; the handler puts it at the
end of its run queue and switches away. Where the handler may strike:

- never in a critical section, never in the engine's code, never inside an import or a running event loop (their
  locks belong to the thread, and so are reentrant between processes);
- at the end of a slice only in the user's code; after OVERDUE_SECONDS in libraries too, unless a tracer is at work,
  whose own code is never touched;
- what is pending (a kill, Ctrl+C) likewise.

A process that used hardly any CPU in its tick sits in a call that blocks the thread. It is marked so, runs only
when nobody else can, and is reported once.

Signals reach the main thread only. Elsewhere, and where there is no SIGURG, processes switch when they wait, and
not before.
"""

from __future__ import annotations

import ctypes
import linecache
import logging
import math
import os
import signal
import sys
import time
from queue import SimpleQueue
from threading import Thread, current_thread, get_native_id, main_thread
from types import FrameType
from typing import Any

from pyex.carrier import call
from pyex.control_block import ControlBlock
from pyex.errors import Unwind
from pyex.exit_signal import announce, unwinding
from pyex.output import unfinished_line
from pyex.run_queue import BLOCKED_QUEUE, DEAD, LOW_QUEUE, NORMAL_QUEUE, READY
from pyex.scheduler import need_frames, scheduler
from pyex.stack import Owner, in_tracer, module_importing, owner_of, runs_event_loop

TICK_SECONDS = 0.005
BLOCKED_TICK_SECONDS = 0.001
# How soon the watcher asks again when the engine itself was interrupted.
RETRY_SECONDS = 0.0005
OVERDUE_SECONDS = 0.1
# Busy for less than this part of its slice, and a process counts as blocked.
BLOCKED_SHARE = 0.1
# A process is reported once it has been blocked for so long.
BLOCKED_REPORT_SECONDS = 0.1
# How often it comes back later to a process that has printed half a line.
PRINT_RETRIES = 8
# How deep the handler's own calls go, and what they call in C: few, for a process that is at its recursion limit all
# the time is only caught where so many are left.
HANDLER_FRAMES = 4
# A dying process that is still there after so long is given up.
RESISTANCE_SECONDS = 1.0

logger = logging.getLogger("pyex")


class Watcher:
    """The thread that watches for processes that do not give way. It sleeps while the system rests."""

    def __init__(self, owner: int, *, signals: bool) -> None:
        self.owner = owner
        self.signals = signals
        self.stopped = False
        self.asleep = False
        self.alarm: SimpleQueue[None] = SimpleQueue()
        self.busy_clock = BusyClock(owner, get_native_id())
        # What the last signal was about; read by the handler.
        self.held_for = 0.0
        self.looks_blocked = False
        self.declined = False
        self.retries = 0
        self.thread = Thread(target=self._watch, name="pyex watcher", daemon=True)

    def wake(self) -> None:
        """The system has become busy. Called by the hub."""
        if self.asleep:
            self.asleep = False
            self.alarm.put(None)

    def stop(self) -> None:
        self.stopped = True
        self.alarm.put(None)
        self.thread.join()
        self.busy_clock.close()

    def _watch(self) -> None:
        last = -1
        while not self.stopped:
            if scheduler.resting:
                self.asleep = True
                # Asked again after saying so: a hub that woke in between did not see it.
                if scheduler.resting:
                    self.alarm.get()
                self.asleep = False
                continue
            before, busy = time.monotonic(), self.busy_clock.read()
            time.sleep(self._tick())
            passed = time.monotonic() - before
            scheduler.attention = True
            if scheduler.resting or scheduler.switches != last:
                last = scheduler.switches
                self.held_for = 0.0
                self.retries = 0
                continue
            self.held_for += passed
            self.looks_blocked = self.busy_clock.read() - busy < BLOCKED_SHARE * passed
            self.declined = False
            if self.signals:
                signal.pthread_kill(self.owner, signal.SIGURG)

    def _tick(self) -> float:
        if self.declined:
            return RETRY_SECONDS
        current = scheduler.current
        if current is not None and current.blocked:
            return BLOCKED_TICK_SECONDS
        try:
            next_timer = scheduler.timers.heap[0][0] - time.monotonic()
        except IndexError:
            return TICK_SECONDS
        return min(TICK_SECONDS, max(next_timer, RETRY_SECONDS))


class BusyClock:
    """A clock that runs while a thread computes, or would if the machine had a processor free for it."""

    def __init__(self, thread: int, native_thread: int) -> None:
        self._clock = time.pthread_getcpuclockid(thread) if hasattr(time, "pthread_getcpuclockid") else None
        try:
            # On Linux, its second number: the nanoseconds that the thread waited for a processor.
            self._file = os.open(f"/proc/self/task/{native_thread}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1

    def read(self) -> float:
        """In seconds; where the system does not tell, as if the thread were always busy."""
        if self._clock is None:
            return time.monotonic()
        waited = int(os.pread(self._file, 64, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0
        return time.clock_gettime(self._clock) + waited

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)


_watcher: Watcher | None = None
_saved: dict[int, Any] = {}
_saved_interval = sys.getswitchinterval()
_saved_wakeup = -1
# Processes that could not be unwound: kept, never resumed.
abandoned: list[ControlBlock] = []


def start() -> bool:
    """Begin to watch the calling thread; False where signals cannot reach it, so that nobody is preempted."""
    global _watcher, _saved_interval, _saved_wakeup
    assert scheduler.owner is not None
    signals = current_thread() is main_thread() and hasattr(signal, "SIGURG")
    if signals:
        _saved[signal.SIGURG] = signal.signal(signal.SIGURG, on_slice_end)
        _saved_wakeup = scheduler.alarm.ring_at_signals()
        # Again each time: an event loop that ran in a process has taken it away.
        scheduler.on_rest = scheduler.alarm.ring_at_signals
    # The watcher must get its turn of the interpreter lock soon after it wakes.
    _saved_interval = sys.getswitchinterval()
    sys.setswitchinterval(min(_saved_interval, 0.001))
    watcher = Watcher(scheduler.owner, signals=signals)
    watcher.thread.start()
    _watcher = watcher
    scheduler.on_busy = watcher.wake
    return signals


def stop() -> None:
    if _watcher is not None:
        _watcher.stop()
    scheduler.on_busy = scheduler.on_rest = lambda: None
    sys.setswitchinterval(_saved_interval)
    forget()


def held_for() -> float:
    """For how long, in seconds, the process that runs has kept the thread, once that is more than a tick."""
    return _watcher.held_for if _watcher is not None else 0.0


def forget() -> None:
    """Signals mean what they meant before. In the child of a fork, where there is no watcher, that is all there is
    to do.
    """
    global _watcher
    _watcher = None
    if _saved:
        signal.set_wakeup_fd(_saved_wakeup)
    for number, handler in _saved.items():
        signal.signal(number, handler)
    _saved.clear()


def on_slice_end(number: int, frame: FrameType | None) -> None:
    """The handler of SIGURG."""
    watcher = _watcher
    if watcher is None:
        return
    if scheduler.critical or frame is None:
        watcher.declined = True
        return
    block = scheduler.current
    if block is None:
        return
    try:
        need_frames(HANDLER_FRAMES)
    except RecursionError:
        watcher.declined = True
        if watcher.held_for < OVERDUE_SECONDS:
            return
        raise  # it stays there: as any call that it made itself, this one is too many
    owner = owner_of(frame)
    if owner is Owner.ENGINE and frame.f_code is not call.__code__:
        watcher.declined = True
        return
    if in_tracer(frame):
        watcher.declined = True
        return
    if block.pending is None:
        if owner is Owner.LIBRARY and watcher.held_for < OVERDUE_SECONDS:
            return
        # Under a tracer libraries are left alone, too; but where one only waits, so would everybody.
        if owner is Owner.LIBRARY and sys.gettrace() is not None and not watcher.looks_blocked:
            return
        if module_importing(frame) is not None or runs_event_loop():
            return
        if watcher.held_for < OVERDUE_SECONDS and watcher.retries < PRINT_RETRIES and unfinished_line(block):
            # Maybe in the middle of a `print`, whose pieces belong together; it takes no time.
            watcher.retries += 1
            watcher.declined = True
            return
        _preempt(block, frame, watcher.looks_blocked)
    elif owner is Owner.LIBRARY and watcher.held_for < OVERDUE_SECONDS:
        # Raised between the taking of a lock and its `try`, it would leave the lock taken for ever.
        watcher.declined = True
    elif block.dying:
        _throw_again(block)
    else:
        pending, block.pending = block.pending, None
        raise pending


def _preempt(block: ControlBlock, frame: FrameType, looks_blocked: bool) -> None:
    if looks_blocked:
        now = time.monotonic()
        if block.blocked_since is None:
            block.blocked_since = now
        elif now - block.blocked_since > BLOCKED_REPORT_SECONDS:
            block.blocked_since = math.inf
            # In the hub, where there is room on the stack; the frame stays where it is until the next slice.
            scheduler.post(_report_blocked, block, frame)
    elif block.blocked_since != math.inf:
        block.blocked_since = None
    scheduler.critical += 1
    block.blocked = looks_blocked
    block.slices += 1
    scheduler.preemptions += 1
    block.state = READY
    if looks_blocked:
        BLOCKED_QUEUE.append(block)
    else:
        # Whoever uses up a slice waits behind the normal ones, so that a busy process of high priority stops nobody.
        (LOW_QUEUE if block.queue is LOW_QUEUE else NORMAL_QUEUE).append(block)
    scheduler.switch()
    if owner_of(frame) is Owner.LIBRARY:
        scheduler.critical -= 1  # what is pending is raised as soon as the user's code runs again
    else:
        scheduler.leave()


def _throw_again(block: ControlBlock) -> None:
    """A slice has gone by since a kill, and the process is still there: tell the others, and throw again, or give
    it up.
    """
    now = time.monotonic()
    if block.unwinding_since is None:
        block.unwinding_since = now
    scheduler.critical += 1
    # In the hub, where there is room on the stack.
    scheduler.post(announce, block)
    if now - block.unwinding_since < RESISTANCE_SECONDS:
        block.state = READY
        NORMAL_QUEUE.append(block)
    else:
        abandon(block)
    scheduler.switch()
    scheduler.critical -= 1
    raise Unwind


def abandon(block: ControlBlock) -> None:
    """Give up a process that cannot be unwound. In a critical section."""
    block.state = DEAD
    abandoned.append(block)
    unwinding.discard(block)
    # A greenlet that is freed is thrown at once more, which this one would survive, for ever, when Python exits.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(block.greenlet))
    scheduler.post(_report_abandoned, block)


def _report_blocked(block: ControlBlock, frame: FrameType) -> None:
    place: FrameType | None = frame
    while place is not None and owner_of(place) is Owner.LIBRARY and place.f_back is not None:
        place = place.f_back
    where = place or frame
    code = where.f_code
    if code is call.__code__:
        function = where.f_locals["function"]
        description = f"{getattr(function, '__qualname__', function)}, which it was spawned with"
    else:
        source = linecache.getline(code.co_filename, where.f_lineno).strip()
        description = f"{code.co_qualname} at {code.co_filename}:{where.f_lineno}{': ' + source if source else ''}"
    logger.warning(f"Process {block.pid!r} is blocked in {description}; use blocking(fn, ...), or Process.sleep")


def _report_abandoned(block: ControlBlock) -> None:
    logger.error(
        f"Process {block.pid!r} was killed and catches what is thrown at it: it is abandoned, and its memory kept"
    )
