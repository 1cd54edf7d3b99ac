"""The Observer of the program: one at a time, started and stopped.

All of it happens in threads: what starts a server takes its time, and a process that waited for a lock would stop
all others.
"""

from __future__ import annotations

import atexit
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from pyex.atom import Atom
from pyex.errors import ArgumentError, ErlangError, NotRunning, describe
from pyex.mailbox import receive, send
from pyex.observer.server.serving import Serving, base_address, bound
from pyex.process import Process
from pyex.reference import make_ref
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.observer.collector import Collector
    from pyex.observer.server.guard import Guard

# Starting takes a moment; a program whose one thread is held up by a call takes longer.
PATIENCE_MS = 30_000

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """How it was asked for."""

    readonly: bool = False
    host: str = "127.0.0.1"
    port: int = 0


@dataclass(eq=False)
class Window:
    """An Observer that is open."""

    options: Options
    base: str
    guard: Guard
    serving: Serving
    collector: Collector
    # When the runtime was started of which it is.
    run: float
    # The program itself wants it; and others who came for it, from outside.
    is_wanted: bool = False
    guests: set[object] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, with the key."""
        return f"{self.base}/?token={self.guard.token}"

    def url_to_open(self) -> str:
        """The same for a browser: good for once, and soon."""
        return f"{self.base}/?token={self.guard.ticket()}"

    def open_browser(self) -> bool:
        """False where there is none."""
        from pyex.observer.browser import open_in_browser

        return open_in_browser(self.url_to_open())

    def close(self) -> None:
        """Returns when it is closed."""
        self.serving.stop()
        self.collector.close()


_lock = Lock()
_window: Window | None = None


def open_window(*, readonly: bool, host: str, port: int, browser: bool) -> str:
    """See `observer.start`."""
    options = checked_options(readonly, host, port)

    def start() -> tuple[str, bool]:
        with _lock:
            window = _current()
            if window is None or window.options != options:
                window = _replaced(options)
            window.is_wanted = True
        return window.url, not browser or window.open_browser()

    url, is_shown = in_thread(start)
    if not is_shown:
        print(f"The Observer is at {url}")
    return url


def close_window() -> str:
    """See `observer.stop`."""
    in_thread(_close)
    return Atom("ok")


def enter_window(guest: object, options: Options) -> Window:
    """As `open_window`, for somebody outside of the program. In a thread. Raises `ErlangError` where there is one
    with other options, which is not to be taken from those who look at it."""
    with _lock:
        window = _current()
        if window is not None and window.options != options and options != Options():
            raise ErlangError(
                Atom("already_started"), "the program has an Observer with other options: observer.stop() there ends it"
            )
        window = window or _replaced(options)
        window.guests.add(guest)
    return window


def leave_window(window: Window, guest: object) -> None:
    """The guest has gone: the last one closes it, unless the program itself wants it. In a thread."""
    global _window
    with _lock:
        window.guests.discard(guest)
        if window.is_wanted or window.guests:
            return
        if _window is window:
            _window = None
        window.close()


def checked_options(readonly: object, host: object, port: object) -> Options:
    """Raises `ArgumentError` for what none can be started with."""
    if not isinstance(readonly, bool):
        raise ArgumentError(f"readonly is True or False, not {describe(readonly)}")
    if not isinstance(host, str) or not host:
        raise ArgumentError(f'host is an address of this machine, as "127.0.0.1", not {describe(host)}')
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port < 65536:
        raise ArgumentError(f"port is a number from 0, for a free one, to 65535, not {describe(port)}")
    return Options(readonly, str(host), port)


def in_thread(function: Callable[[], T]) -> T:
    """What a function returns, or raises, in a thread; a process that asks lets others run meanwhile."""
    if not scheduler.is_inside():
        return function()
    asking, reference = Process.self(), make_ref()
    outcome: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            errors.append(error)
        try:
            send(asking, reference)
        except NotRunning:
            pass  # nobody is left to hear of it

    Thread(target=work, name="pyex observer, opening", daemon=True).start()
    receive(reference, after=PATIENCE_MS, default=None)
    if errors:
        raise errors[0]
    if not outcome:
        raise ErlangError(Atom("timeout"), f"the Observer did not start within {PATIENCE_MS // 1000} s")
    return outcome[0]


def _close() -> None:
    global _window
    with _lock:
        window, _window = _window, None
        if window is not None:
            window.close()


def _current() -> Window | None:
    """The one that is open. With the lock."""
    window = _window
    if window is None or window.serving.is_ending or window.run != scheduler.started_at:
        return None  # it has ended, or is about to, with the run that it was of
    return window


def _replaced(options: Options) -> Window:
    """A new one, in place of what there is. With the lock."""
    global _window
    if _window is not None and options.port:
        _window.close()  # it may have the port
    listener = bound(options.host, options.port)
    if _window is not None:
        _window.close()
    _window = _opened(options, listener)
    return _window


def _opened(options: Options, listener: socket.socket) -> Window:
    # Starlette and uvicorn take a while to load.
    from pyex.observer.collector import Collector
    from pyex.observer.server.guard import Guard
    from pyex.observer.server.routes import application

    port = listener.getsockname()[1]
    collector = Collector()
    app = application(collector.read, lambda: guard.token, readonly=options.readonly)
    guard = Guard(app, options.host, port)
    serving = Serving(guard, listener)
    try:
        collector.open(serving.end)
    except NotRunning:
        listener.close()
        raise
    base = base_address(options.host, listener)
    window = Window(options, base, guard, serving, collector, scheduler.started_at)
    serving.on_end.append(lambda: _forget(window))
    serving.start()
    return window


def _forget(window: Window) -> None:
    """It has ended; maybe because the runtime has. In the server's thread, without the lock."""
    global _window
    window.collector.close()
    if _window is window:
        _window = None


def _after_fork_in_child() -> None:
    """The server's thread does not survive a fork; its socket would, and hold the port."""
    global _lock, _window
    _lock = Lock()
    if _window is not None:
        _window.serving.listener.close()
        _window = None


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_close)
