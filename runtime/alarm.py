"""The alarm that wakes the hub when it sleeps and something comes from elsewhere."""

from __future__ import annotations

import select
import signal
import socket
from contextlib import suppress

# In seconds; there are limits to what `select` takes.
LONGEST_WAIT = 3600.0


class Alarm:
    """A pair of sockets. A lock or a queue would not do: Python runs the handler of a signal between two bytecodes,
    so of one that comes just before the thread begins to wait nothing would be heard. What was sent stays there.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def ring(self) -> None:
        """Wake whoever waits, or the next who does. Safe from any thread and signal handler."""
        with suppress(BlockingIOError):
            self._writer.send(b"!")

    def wait(self, seconds: float | None) -> None:
        """Wait until it rings, for `seconds` at most."""
        select.select([self._reader], [], [], None if seconds is None else min(seconds, LONGEST_WAIT))
        with suppress(BlockingIOError):
            self._reader.recv(65536)

    def ring_at_signals(self) -> int:
        """Have every signal ring, before its handler runs; returns what was rung before. On the main thread."""
        return signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
