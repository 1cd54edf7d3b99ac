"""What is written down as long as somebody observes: samples of the load, reports, restarts, traces.

Each recorder is a module with `begin()`, `end()`, and, where it takes samples, `tick()`. While nobody observes none of
them does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

RECORDERS = ("recording.load_samples", "recording.log_book", "recording.tracing", "looking.census")
INTERVAL_MS = 1000

# Those who observe: the server's collector, and each Observer in a terminal. Sets change in one step, in any thread.
_users: set[object] = set()


def begin(user: object) -> None:
    """Somebody observes. In a process; again and again does no harm."""
    _users.add(user)
    for recorder in _recorders():
        # What fails here is missing in a view, and must not end who reads the others.
        with suppress(Exception):
            recorder.begin()


def tick() -> None:
    """A second has passed. In a process."""
    for recorder in _recorders():
        with suppress(Exception):
            if hasattr(recorder, "tick"):
                recorder.tick()


def end(user: object) -> None:
    """Somebody does not observe any more: the last one ends all of it. In any thread, also without a runtime."""
    _users.discard(user)
    if _users:
        return
    for recorder in _recorders():
        with suppress(Exception):
            recorder.end()


@contextmanager
def using() -> Iterator[None]:
    """While this is open, somebody observes. In a process."""
    user = object()
    begin(user)
    try:
        yield
    finally:
        end(user)


def _recorders() -> list[Any]:
    return [import_module(f"pyex.observer.{name}") for name in RECORDERS]
