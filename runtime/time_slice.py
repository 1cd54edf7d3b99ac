"""Time slices: a process that runs too long is made to wait, wherever it is in its own code, and what is dying is
unwound.

The watcher sees that one process has been running for a whole tick, and sends SIGURG to the scheduler's thread. Python
runs the handler between two bytecodes *inside that process*; the handler puts it behind those that have not used up a
slice, and switches away. Where the handler may strike:

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
import signal
import sys
import time
from threading import current_thread, main_thread
from types import CodeType, FrameType
from typing import Any

from pyex.carrier import call, own_reasons
from pyex.control_block import ControlBlock
from pyex.errors import Unwind
from pyex.exit_signal import announce, unwinding
from pyex.output import unfinished_line
from pyex.run_queue import BLOCKED_QUEUE, DEAD, LOW_QUEUE, NORMAL_QUEUE, READY, SPENT_QUEUE
from pyex.scheduler import BLOCKED_TURN_SECONDS, LOW_TURN_SECONDS, SPENT_TURN_SECONDS, need_frames, scheduler
from pyex.stack import Owner, in_tracer, initial_call, module_importing, owner_of, runs_event_loop
from pyex.watcher import TICK_SECONDS, Watcher

OVERDUE_SECONDS = 0.1
# A process is reported once it has been blocked for so long, and a call that computed for so long (OTP's
# `long_schedule`).
BLOCKED_REPORT_SECONDS = 0.1
LONG_CALL_SECONDS = 0.1
# How often it comes back later to a process that has printed half a line.
PRINT_RETRIES = 8
# How deep the handler's own calls go, and what they call in C: few, for a process that is at its recursion limit all
# the time is only caught where so many are left.
HANDLER_FRAMES = 6
# A dying process that is still there after so long is given up.
RESISTANCE_SECONDS = 1.0

logger = logging.getLogger("pyex")
# Where calls in C took long.
_reported: set[tuple[CodeType, int]] = set()


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
    _reported.clear()
    watcher = Watcher(scheduler.owner, signals=signals)
    _watcher = watcher
    watcher.start()
    scheduler.on_busy = watcher.wake
    scheduler.on_slice_over = end_slice_late
    return signals


def stop() -> None:
    if _watcher is not None:
        _watcher.stop()
    scheduler.on_busy = scheduler.on_rest = scheduler.on_slice_over = lambda: None
    scheduler.slice_over = False
    sys.setswitchinterval(_saved_interval)
    forget()


def held_for() -> float:
    """For how long, in seconds, the process that runs has kept the thread, once that is more than a tick."""
    return _watcher.held_for() if _watcher is not None else 0.0


def forget() -> None:
    """Signals mean what they meant before. In the child of a fork, where there is no watcher, that is all there is
    to do.
    """
    global _watcher
    if _watcher is not None and _watcher.watchdog is not None:
        _watcher.watchdog.forget()
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
        # Nothing is called here: at the recursion limit that would be one call too many in the engine's work.
        watcher.declined = scheduler.slice_over = watcher.was_critical = True
        return
    block = scheduler.current
    if block is None:
        return
    try:
        need_frames(HANDLER_FRAMES)
    except RecursionError:
        watcher.declined = True
        if watcher.held_for() < OVERDUE_SECONDS:
            return
        raise  # it stays there: as any call that it made itself, this one is too many
    silent = watcher.silent_for()
    owner = owner_of(frame)
    in_engine = owner is Owner.ENGINE and frame.f_code is not call.__code__
    if silent > LONG_CALL_SECONDS and not in_engine:
        _note_long_call(block, frame, silent)
    if watcher.starved() and not watcher.look_instead():
        # The last look was at another process; the next signal will be about this one.
        scheduler.attention = True
        return
    if in_engine:
        watcher.declined = scheduler.slice_over = True
        return
    if in_tracer(frame):
        watcher.declined = True
        return
    if block.pending is None:
        if owner is Owner.LIBRARY and watcher.held_for() < OVERDUE_SECONDS:
            return
        # Under a tracer libraries are left alone, too; but where one only waits, so would everybody.
        if owner is Owner.LIBRARY and sys.gettrace() is not None and not watcher.looks_blocked:
            return
        if module_importing(frame) is not None or runs_event_loop():
            return
        if watcher.held_for() < OVERDUE_SECONDS and watcher.retries < PRINT_RETRIES and unfinished_line(block):
            # Maybe in the middle of a `print`, whose pieces belong together; it takes no time.
            watcher.retries += 1
            watcher.declined = True
            return
        _preempt(block, frame, watcher.looks_blocked)
    elif owner is Owner.LIBRARY and watcher.held_for() < OVERDUE_SECONDS:
        # Raised between the taking of a lock and its `try`, it would leave the lock taken for ever.
        watcher.declined = True
    elif block.dying:
        _throw_again(block)
    else:
        pending, block.pending = block.pending, None
        raise pending


def end_slice_late() -> None:
    """A call of the engine is done during which the slice ended: make up for it where its caller's code goes on."""
    scheduler.slice_over = False
    if held_for() >= TICK_SECONDS:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and owner_of(frame) is Owner.ENGINE and frame.f_code is not call.__code__:
            frame = frame.f_back
        on_slice_end(signal.SIGURG, frame)


def _preempt(block: ControlBlock, frame: FrameType, looks_blocked: bool) -> None:
    if looks_blocked:
        now = time.monotonic()
        # One that still blocks has a turn in each round of those that do.
        is_new = now - block.blocked_at > BLOCKED_TURN_SECONDS * (2 + len(BLOCKED_QUEUE))
        block.blocked_at = now
        if block.blocked_since is None or (is_new and block.blocked_since != math.inf):
            block.blocked_since = now
        elif now - block.blocked_since > BLOCKED_REPORT_SECONDS:
            block.blocked_since = math.inf
            # In the hub, where there is room on the stack; the frame stays where it is until the next slice.
            scheduler.post(_report_blocked, block, frame)
    elif block.blocked_since != math.inf:
        block.blocked_since = None
    scheduler.critical += 1
    block.blocked = looks_blocked
    scheduler.preemptions += 1
    block.state = READY
    if looks_blocked:
        BLOCKED_QUEUE.append(block)
    else:
        # Whatever its priority: a busy process of high priority stops nobody.
        (LOW_QUEUE if block.queue is LOW_QUEUE else SPENT_QUEUE).append(block)
        now = time.monotonic()
        scheduler.spent_turn = now + SPENT_TURN_SECONDS
        if block.queue is LOW_QUEUE:
            scheduler.low_turn = now + LOW_TURN_SECONDS
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
    reasons: list[Any] = []
    if block.unwinding_since is None:
        block.unwinding_since = now
        # Copying is the user's code, which may outlast this slice, too: then the next does without.
        reasons = own_reasons(block)
    scheduler.critical += 1
    # In the hub, where there is room on the stack.
    scheduler.post(announce, block, reasons)
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
    unwinding.pop(block.pid.number, None)
    # A greenlet that is freed is thrown at once more, which this one would survive, for ever, when Python exits.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(block.greenlet))
    scheduler.post(_report_abandoned, block)


def _note_long_call(block: ControlBlock, frame: FrameType, seconds: float) -> None:
    """One call in C has kept everybody waiting. Each place is reported once."""
    if block.blocked_since == math.inf or in_tracer(frame) or module_importing(frame) is not None:
        return
    frame = _users_frame(frame)
    place = (frame.f_code, frame.f_lineno)
    if place not in _reported:
        _reported.add(place)
        # In the hub, as for all that takes room on the stack, or time.
        scheduler.post(_report_long_call, block, frame, frame.f_lineno, seconds)


def _report_long_call(block: ControlBlock, frame: FrameType, line: int, seconds: float) -> None:
    logger.warning(
        f"Process {block.pid!r} kept all others waiting for {seconds * 1000:.0f} ms in {_describe(frame, line)}; "
        "use blocking(fn, ...)"
    )


def _report_blocked(block: ControlBlock, frame: FrameType) -> None:
    frame = _users_frame(frame)
    logger.warning(
        f"Process {block.pid!r} is blocked in {_describe(frame, frame.f_lineno)}; use blocking(fn, ...), or "
        "Process.sleep"
    )


def _users_frame(frame: FrameType) -> FrameType:
    """The user's code that has led to a frame."""
    place: FrameType | None = frame
    while place is not None and owner_of(place) is Owner.LIBRARY and place.f_back is not None:
        place = place.f_back
    return place or frame


def _describe(frame: FrameType, line: int) -> str:
    code = frame.f_code
    if code is call.__code__:
        function = frame.f_locals["function"]
        return f"{initial_call(function)[1]}, which it was spawned with"
    source = linecache.getline(code.co_filename, line).strip()
    return f"{code.co_qualname} at {code.co_filename}:{line}{': ' + source if source else ''}"


def _report_abandoned(block: ControlBlock) -> None:
    logger.error(
        f"Process {block.pid!r} was killed and catches what is thrown at it: it is abandoned, and its memory kept"
    )
