"""Uvicorn as a guest in a program that may use uvicorn itself: it logs nothing, changes nobody's loggers, does nothing
while nobody asks, and ends at once.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import get_ident
from typing import Any

import uvicorn

from pyex.observer.server.brief_protocol import BriefProtocol

LOGGERS = ("uvicorn.error", "uvicorn.access", "asyncio")
ROUNDS = 8


class QuietConfig(uvicorn.Config):
    """Leaves the loggers as they are: they are the program's."""

    def configure_logging(self) -> None:
        """Nothing."""


class QuietServer(uvicorn.Server):
    """Serves on one socket until `end` is called."""

    def __init__(self, application: Any, most_connections: int, headers: Sequence[tuple[str, str]]) -> None:
        config = QuietConfig(
            application,
            http=BriefProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=most_connections,
        )
        super().__init__(config)
        # Uvicorn sets them each second, together with the date.
        self.server_state.default_headers = [(name.encode(), value.encode()) for name, value in headers]
        self._end = asyncio.Event()

    def end(self) -> None:
        """In its loop: stop serving, whatever is under way."""
        self._end.set()

    async def main_loop(self) -> None:
        """Uvicorn looks ten times a second; this waits."""
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Uvicorn waits for those who are slow; here the loop's end cancels what goes on."""
        for listener in sockets or []:
            # A child of the program, that has just been forked, may not have closed its copy yet.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for server in self.servers:
            server.close()
        # A connection that was accepted just now is known some rounds of the loop later; one that is aborted is closed
        # in the next, and what serves it hears of it then.
        for _ in range(ROUNDS):
            for connection in list(self.server_state.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            await asyncio.sleep(0)


@contextmanager
def quiet_thread() -> Iterator[None]:
    """What the libraries log in this thread goes nowhere; in other threads they are the program's."""
    thread = get_ident()

    def is_of_others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addFilter(is_of_others)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_of_others)
