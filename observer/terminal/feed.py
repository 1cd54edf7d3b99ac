"""What the screen is fed with: the system's figures and the page's view, each second, read in processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from pyex.errors import Exit, NotRunning
from pyex.observer.action import perform
from pyex.observer.collector import Collector
from pyex.observer.terminal.head import Head
from pyex.observer.terminal.page import Page
from pyex.observer.view import Refused
from pyex.submit import submit

INTERVALS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# Then the screen says that there is no answer, and asks again.
PATIENCE = 10.0


class Feed:
    """`page()` is the page that is shown, `height()` how many rows it has, `changed()` has all of it drawn anew, and
    `over()` is called when there is no runtime any more."""

    def __init__(
        self,
        head: Head,
        page: Callable[[], Page],
        height: Callable[[], int],
        changed: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        self.is_paused = False
        self._interval = INTERVALS.index(1.0)
        self._head, self._page, self._height, self._changed, self._over = head, page, height, changed, over
        self._collector = Collector()
        self._is_answering = True
        # The reading of a page, and of which one; whether it is wanted once more when it has ended.
        self._reading: asyncio.Task[None] | None = None
        self._read_page: Page | None = None
        self._is_wanted = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def stopped() -> None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(self._over)

        self._collector.open(stopped)
        self._run(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for task in [*self._tasks]:
            task.cancel()
        self._collector.close()

    def state(self) -> str:
        """In words: how often it is read, or why not."""
        if self.is_paused:
            return "PAUSED"
        return f"every {INTERVALS[self._interval]:g} s" if self._is_answering else "NO-ANSWER"

    def change_interval(self, *, longer: bool) -> None:
        """Read less often, or more."""
        self._interval = max(0, min(self._interval + (1 if longer else -1), len(INTERVALS) - 1))
        self._wake.set()

    def read(self) -> None:
        """Read the page's view now."""
        page = self._page()
        if self._reading is not None and not self._reading.done():
            if self._read_page is page:
                self._is_wanted = True
                return
            self._reading.cancel()
        self._read_page = page
        self._reading = self._run(self._read(page))

    def act(self, name: str, body: dict[str, Any], then: Callable[[str, bool], object]) -> None:
        """Do something: see `pyex.observer.action`. `then(text, is_bad)` is called."""
        self._run(self._act(name, body, then))

    def _run(self, coroutine: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _follow(self) -> None:
        while True:
            if not self.is_paused:
                self.read()
                with suppress(Refused, TimeoutError):
                    self._head.take(await self._asked("system"), await self._asked("load"))
                    self._changed()
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), INTERVALS[self._interval])

    async def _read(self, page: Page) -> None:
        self._is_wanted = True
        while self._is_wanted:
            self._is_wanted = False
            view = page.view(self._height())
            if not view:
                return
            try:
                page.take(await self._asked(view))
            except Refused as refused:
                page.take({"error": str(refused)})
            except TimeoutError:
                pass
            self._changed()

    async def _asked(self, view: str) -> dict[str, Any]:
        """The answer to a view. Raises `Refused` and `TimeoutError`."""
        try:
            found = await asyncio.wait_for(asyncio.wrap_future(self._collector.read(view)), PATIENCE)
        except TimeoutError:
            self._is_answering = False
            self._changed()
            raise
        self._is_answering = True
        return found

    async def _act(self, name: str, body: dict[str, Any], then: Callable[[str, bool], object]) -> None:
        try:
            done = await asyncio.wait_for(asyncio.wrap_future(submit(perform, name, body)), PATIENCE)
        except TimeoutError:
            done = {"error": "there is no answer yet"}
        except (NotRunning, Exit, Exception) as error:
            done = {"error": f"{type(error).__name__}: {error}"}
        then(done.get("ok") or done["error"], "ok" not in done)
