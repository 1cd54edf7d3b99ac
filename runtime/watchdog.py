"""The watchdog: a timer of the kernel's that goes off when the watcher does not come round any more.

The watcher is a thread, and needs the interpreter's lock. A call in C that keeps the lock keeps the watcher away; some
of these, as those of `re`, look for signals now and then, and so the process can be preempted. Others do not; then the
signal is at least there when the call returns, at the very line that made it.

A timer of this kind is not inherited by a child, and ends when another program is executed.
"""

from __future__ import annotations

import ctypes
import signal
import sys

_CLOCK_MONOTONIC = 1
_SIGEV_THREAD_ID = 4


class _Event(ctypes.Structure):
    """Linux's `struct sigevent`: that signal, to that thread."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("padding", ctypes.c_char * 44),
    )


class _Times(ctypes.Structure):
    """`struct itimerspec`."""

    _fields_ = (
        ("every_seconds", ctypes.c_long),
        ("every_nanoseconds", ctypes.c_long),
        ("in_seconds", ctypes.c_long),
        ("in_nanoseconds", ctypes.c_long),
    )


class Watchdog:
    """Sends SIGURG to a thread, unless it is fed in time. Does nothing where there are no such timers."""

    def __init__(self, native_thread: int) -> None:
        self._timer: ctypes.c_void_p | None = None
        if not sys.platform.startswith("linux"):
            return
        self._system = ctypes.CDLL(None)
        if not hasattr(self._system, "timer_create"):
            return
        event = _Event(signal=signal.SIGURG, notify=_SIGEV_THREAD_ID, thread=native_thread)
        timer = ctypes.c_void_p()
        if self._system.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)) == 0:
            self._timer = timer

    def feed(self, seconds: float) -> None:
        """Let it wait so long from now; with 0, for ever."""
        if self._timer is not None:
            times = _Times(in_seconds=int(seconds), in_nanoseconds=int(seconds % 1 * 1e9))
            self._system.timer_settime(self._timer, 0, ctypes.byref(times), None)

    def close(self) -> None:
        if self._timer is not None:
            self._system.timer_delete(self._timer)
            self._timer = None

    def forget(self) -> None:
        """In the child of a fork, which has no such timer; one of its own may go by the same number."""
        self._timer = None
