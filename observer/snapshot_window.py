"""Snapshots shown from their files: the page without a program behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from pyex.observer.collector import Answer
from pyex.observer.server.guard import Guard
from pyex.observer.server.routes import application
from pyex.observer.server.serving import Serving, base_address, bound
from pyex.observer.view import Refused

MOST_BYTES = 512 * 1024 * 1024


class BadSnapshot(Exception):
    """A file that is no snapshot; the text says why."""


class SnapshotWindow:
    """The page with one snapshot, or two to be compared. Raises `ErlangError` where it cannot listen."""

    def __init__(self, snapshots: Sequence[bytes], host: str, port: int) -> None:
        listener = bound(host, port)
        app = application(_refuse, lambda: "", readonly=True, snapshots=snapshots)
        self._guard = Guard(app, host, listener.getsockname()[1])
        self._base = base_address(host, listener)
        self._serving = Serving(self._guard, listener)
        self._serving.start()

    @property
    def url(self) -> str:
        """Its address, with the key."""
        return f"{self._base}/?token={self._guard.token}"

    def url_to_open(self) -> str:
        """The same for a browser: good for once, and soon."""
        return f"{self._base}/?token={self._guard.ticket()}"

    def close(self) -> None:
        """Returns when it is closed."""
        self._serving.stop()


def read_snapshot(path: str) -> bytes:
    """What is in a snapshot's file. Raises `BadSnapshot`."""
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise BadSnapshot(f"{path}: longer than {MOST_BYTES // 1024 // 1024} MiB: that is no snapshot")
        data = Path(path).read_bytes()
        found = json.loads(data)
    except OSError as error:
        raise BadSnapshot(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise BadSnapshot(f"{path}: that is no snapshot of the Observer: it is no JSON") from None
    version = found.get("pyex_snapshot") if isinstance(found, dict) else None
    if version is None:
        raise BadSnapshot(f"{path}: that is no snapshot of the Observer; its page saves one")
    if version != 1 or not isinstance(found.get("views"), dict):
        raise BadSnapshot(f"{path}: a snapshot of another version of pyex, which this one cannot read")
    return data


def _refuse(view: str) -> Answer:
    answer: Answer = Future()
    answer.set_exception(Refused("there is no program here: this Observer shows a snapshot", 503))
    return answer
