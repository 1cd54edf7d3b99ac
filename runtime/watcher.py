"""The watcher: a thread that sees when one process has been running for a whole tick, and signals the scheduler's
thread (as Go's sysmon does). What the signal does there is `time_slice`'s.
"""

from __future__ import annotations

import os
import signal
import time
from queue import Empty, SimpleQueue
from threading import Thread, get_native_id

from pyex.scheduler import scheduler
from pyex.watchdog import Watchdog

TICK_SECONDS = 0.005
BLOCKED_TICK_SECONDS = 0.001
# How soon the watcher asks again when the engine itself was interrupted.
RETRY_SECONDS = 0.0005
# Busy for less than this part of its slice, and a process counts as blocked.
BLOCKED_SHARE = 0.1
# When the watcher has not come round for so long, somebody keeps the interpreter's lock.
STARVED_SECONDS = 0.05


class Watcher:
    """It is made on the thread that it watches, and sleeps while the system rests."""

    def __init__(self, owner: int, *, signals: bool) -> None:
        self.owner = owner
        self.signals = signals
        self.stopped = False
        self.asleep = False
        self.alarm: SimpleQueue[None] = SimpleQueue()
        self.busy_clock = BusyClock(owner, get_native_id())
        self.watchdog = Watchdog(get_native_id()) if signals else None
        # What the last look found: since when the process that runs has kept the thread, and whether it only waits.
        self.since = self.looked_at = self._counted_at = time.monotonic()
        self.looks_blocked = False
        self._switches = -1
        self._busy = 0.0
        # When a signal last had a chance, and the processor time that the thread had used by then.
        self.heard_at, self.heard_cpu = self.looked_at, 0.0
        # Left by the handler: it came in the middle of the engine's work; it could not do its own, and so often because
        # of half a printed line.
        self.was_critical = False
        self.declined = False
        self.retries = 0
        self.thread = Thread(target=self._watch, name="pyex watcher", daemon=True)

    def start(self) -> None:
        self.thread.start()
        self._feed_watchdog(STARVED_SECONDS)

    def wake(self) -> None:
        """The system has become busy. Called by the hub."""
        if self.asleep:
            self.asleep = False
            self.look()
            self._feed_watchdog(STARVED_SECONDS)
            self.alarm.put(None)

    def stop(self) -> None:
        self.stopped = True
        self.alarm.put(None)
        if self.thread.ident is not None:
            self.thread.join()
        self.busy_clock.close()
        if self.watchdog is not None:
            self.watchdog.close()

    def look(self) -> bool:
        """Whether the same process has kept the thread since the last look."""
        now, busy = time.monotonic(), self.busy_clock.read()
        kept = scheduler.switches == self._switches and not scheduler.resting
        if kept and now - self.looked_at < RETRY_SECONDS:
            return True  # too soon to tell more
        if kept:
            self.looks_blocked = busy - self._busy < BLOCKED_SHARE * (now - self.looked_at)
        else:
            self._switches = scheduler.switches
            self.since = now
            self.retries = 0
            if not self.starved():
                self.heard_at, self.heard_cpu = now, self.busy_clock.used()
        self.looked_at, self._busy = now, busy
        self.declined = False
        return kept

    def look_instead(self) -> bool:
        """Look, in the place of the thread, which does not come round."""
        self._feed_watchdog(STARVED_SECONDS)
        return self.look()

    def starved(self) -> bool:
        return time.monotonic() - self.looked_at > STARVED_SECONDS

    def held_for(self) -> float:
        """For how long, in seconds, the process that runs has kept the thread, once that is more than a tick."""
        return time.monotonic() - self.since if scheduler.switches == self._switches else 0.0

    def silent_for(self) -> float:
        """For how long, in seconds, the thread has computed without a chance for a signal; marks the end of it."""
        now, used = time.monotonic(), self.busy_clock.used()
        silent, computed = now - self.heard_at, used - self.heard_cpu
        self.heard_at, self.heard_cpu = now, used
        was_critical, self.was_critical = self.was_critical, False
        return silent if computed > silent / 2 and not was_critical else 0.0

    def _watch(self) -> None:
        while not self.stopped:
            if scheduler.resting:
                self._feed_watchdog(0)
                self.asleep = True
                # Asked again after saying so: a hub that woke in between did not see it.
                if scheduler.resting:
                    self.alarm.get()
                self.asleep = False
                continue
            self._feed_watchdog(STARVED_SECONDS)
            try:
                self.alarm.get(timeout=self._tick())  # a sleep, but for the end of the runtime
            except Empty:
                pass
            self._count()
            scheduler.attention = True
            if self.look() and self.signals:
                signal.pthread_kill(self.owner, signal.SIGURG)
        self._feed_watchdog(0)

    def _count(self) -> None:
        """Count a reduction for the process that runs at this tick: while the system is busy, its share of the time."""
        now, block = time.monotonic(), scheduler.current
        if block is not None and now - self._counted_at >= TICK_SECONDS:
            self._counted_at = now
            block.reductions += 1

    def _feed_watchdog(self, seconds: float) -> None:
        if self.watchdog is not None:
            self.watchdog.feed(seconds)

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
        waited = int(os.pread(self._file, 64, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0
        return self.used() + waited

    def used(self) -> float:
        """The processor time alone."""
        return time.monotonic() if self._clock is None else time.clock_gettime(self._clock)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
