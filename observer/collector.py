"""The processes that read views for the server, which has a thread of its own: two, of high priority, so that a busy
program is seen too, and a view that reads all there is holds up no other.

They were started by nobody: neither the death of a shell nor of a group leader ends them. Who kills one is shown the
next.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from pyex.atom import Atom
from pyex.errors import Exit, NotRunning
from pyex.mailbox import receive, send
from pyex.observer import recording
from pyex.observer.view import Refused, read
from pyex.pid import Pid
from pyex.process import Process
from pyex.submit import NOCONNECTION, submit

READ = Atom("read")
# Views that read all there is.
SLOW = ("applications", "snapshot")
STOPPED = "the runtime has stopped"

Answer = Future[dict[str, Any]]


class Desk:
    """Where the server's requests lie until the process has read them. It is given to that process as it is."""

    def __init__(self, entry: Callable[[Desk], None]) -> None:
        self._entry = entry
        self._on_stop: Callable[[], None] = lambda: None
        self._orders: SimpleQueue[tuple[Callable[[], dict[str, Any]], Answer]] = SimpleQueue()
        self._is_open = False
        self._process: Future[None] | None = None
        self._pid: Pid | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Desk:
        return self

    def open(self, on_stop: Callable[[], None]) -> None:
        """Start the process. From a thread; raises `NotRunning`."""
        self._on_stop = on_stop
        self._is_open = True
        self._start()

    def ask(self, function: Callable[[], dict[str, Any]]) -> Answer:
        """From a thread: what the function returns in the process."""
        answer: Answer = Future()
        self._orders.put((function, answer))
        pid = self._pid
        if pid is not None:
            with suppress(NotRunning):
                send(pid, READ)
        # Asked last: a desk that is closed in between may have overlooked the order.
        if not self._is_open:
            self._refuse_all()
        return answer

    def close(self) -> None:
        """End the process. From a thread."""
        self._is_open = False
        if self._process is not None:
            self._process.cancel()
        self._refuse_all()

    def work(self) -> None:
        """Answer what has been asked. In the process."""
        self._pid = Process.self()
        while True:
            try:
                function, answer = self._orders.get_nowait()
            except Empty:
                return
            _answer(function, answer)

    def _start(self) -> None:
        self._process = submit(self._entry, self)
        self._process.add_done_callback(self._on_end)

    def _on_end(self, ended: Future[None]) -> None:
        if not self._is_open:
            return
        error = ended.exception()
        try:
            if isinstance(error, Exit) and isinstance(error.reason, str) and error.reason == NOCONNECTION:
                raise NotRunning(STOPPED)
            self._start()
        except NotRunning:
            self.close()
            self._on_stop()
        else:
            if not self._is_open and self._process is not None:
                self._process.cancel()

    def _refuse_all(self) -> None:
        with suppress(Empty):
            while True:
                _, answer = self._orders.get_nowait()
                if answer.set_running_or_notify_cancel():
                    answer.set_exception(Refused(STOPPED, 503))


def _answer(function: Callable[[], dict[str, Any]], answer: Answer) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(function())
    except Refused as refused:
        answer.set_exception(refused)
    except (Exit, Exception) as error:
        answer.set_exception(Refused(f"{type(error).__name__}: {error}", 500))
    finally:
        # Killed in the middle.
        if not answer.done():
            answer.set_exception(Refused("the process that was to answer has been killed", 503))


def _serve(desk: Desk) -> None:
    """The process for all that is quick, which also has samples taken."""
    Process.flag("priority", "high")
    recording.begin(desk)
    due = monotonic()
    while True:
        desk.work()
        left = due - monotonic()
        if left <= 0:
            recording.tick()
            left = recording.INTERVAL_MS / 1000
            due = monotonic() + left
        receive(after=max(1, round(left * 1000)), default=None)


def _serve_slow(desk: Desk) -> None:
    """The process for what takes a while."""
    Process.flag("priority", "high")
    while True:
        desk.work()
        receive()


class Collector:
    """Reads views on behalf of the server."""

    def __init__(self) -> None:
        self._quick, self._slow = Desk(_serve), Desk(_serve_slow)

    def open(self, on_stop: Callable[[], None]) -> None:
        """From a thread; raises `NotRunning`. `on_stop()` is called, in any thread, when the runtime has stopped."""
        self._quick.open(on_stop)
        self._slow.open(on_stop)

    def read(self, view: str) -> Answer:
        """The answer to a view. From a thread."""
        name = view.strip("/").partition("?")[0].partition("/")[0]
        desk = self._slow if name in SLOW else self._quick
        return desk.ask(lambda: read(view))

    def close(self) -> None:
        """From any thread, also when the runtime has stopped."""
        self._quick.close()
        self._slow.close()
        recording.end(self._quick)
