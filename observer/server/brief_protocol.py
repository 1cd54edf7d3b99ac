"""HTTP for a server that is a guest in a program: connections take file descriptors, which the program needs too, and
anybody on the machine can open them, without the token.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# So long a request may take to come.
SECONDS = 10.0


class BriefProtocol(H11Protocol):
    """Hangs up on who holds a connection for nothing, and at once on those who are too many."""

    _hanging_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency:
            transport.abort()
        else:
            self._expect()

    def data_received(self, data: bytes) -> None:
        """A part of a request has come, or several requests."""
        super().data_received(data)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._expect_no_more()
        super().connection_lost(exc)

    def _expect(self) -> None:
        """Hang up soon where a request's head is incomplete, or the rest is awaited of one that is answered already."""
        if self.conn.their_state is not h11.IDLE and self.conn.our_state is not h11.DONE:
            self._expect_no_more()
        elif self._hanging_up is None:
            self._hanging_up = self.loop.call_later(SECONDS, self.transport.abort)

    def _expect_no_more(self) -> None:
        if self._hanging_up is not None:
            self._hanging_up.cancel()
            self._hanging_up = None
