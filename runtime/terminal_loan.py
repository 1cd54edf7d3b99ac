"""A terminal that is lent: what draws on all of the screen has it for a while, and what processes print waits.

    loan = Loan(draw, when_over=lambda: send(me, done))     # async def draw(terminal): …
    group_leader.device_of(scheduler.me()).lend(loan)
    …
    loan.end()

The device that owns the terminal runs it in the thread that writes there, so that the two never mix.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO, runtime_checkable

if TYPE_CHECKING:
    import asyncio

    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

# Of what is printed while the terminal is lent so many characters are kept, the newest: nobody who prints waits.
MOST_KEPT = 1_000_000


class LentTerminal(NamedTuple):
    """What the borrower is given: prompt_toolkit's keys and screen. `stops` is whether Ctrl+Z may stop the program:
    the terminal is its own. `switch()`, where there are several shells, is for Ctrl+G; it comes up when the loan is
    over."""

    input: Input
    output: Output
    has_colours: bool
    stops: bool = True
    switch: Callable[[], object] | None = None


class Loan:
    """One use of a terminal. `show(terminal)` is run in the device's thread, and cancelled to end it;
    `when_over(error)` is called there when the terminal is the device's again, with what `show` has raised."""

    def __init__(
        self,
        show: Callable[[LentTerminal], Coroutine[Any, Any, None]],
        when_over: Callable[[BaseException | None], object],
    ) -> None:
        self._show = show
        self._when_over = when_over
        self._is_wanted = True
        self._error: BaseException | None = None
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Loan:
        return self

    @property
    def is_wanted(self) -> bool:
        """Whether it has neither ended nor is about to."""
        return self._is_wanted

    def end(self) -> None:
        """Have it end, also where it has not begun. From any thread; does not wait."""
        self._is_wanted = False
        running = self._running
        if running is not None:
            loop, task = running
            with suppress(RuntimeError):  # the loop is closed: it has ended
                loop.call_soon_threadsafe(task.cancel)

    async def run(self, terminal: LentTerminal) -> None:
        """Until it has ended. For the device, in its thread."""
        # Most programs lend none, and it takes a while to load.
        import asyncio

        task = asyncio.create_task(self._show(terminal))
        self._running = asyncio.get_running_loop(), task
        # Asked last: who ends it in between has seen no task.
        if not self._is_wanted:
            task.cancel()
        try:
            await asyncio.wait([task])
        finally:
            self._is_wanted = False
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
        self._error = None if task.cancelled() else task.exception()

    def is_over(self, error: BaseException | None = None) -> None:
        """The terminal is the device's again. For the device, once, also where it has never run; with the error that it
        could not be run for."""
        self._is_wanted = False
        self._when_over(self._error or error)


class KeptOutput:
    """What is printed while the terminal is lent."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._size = self._left_out = 0

    def add(self, text: str) -> None:
        """Keep this; of too much the oldest is dropped."""
        self._texts.append(text)
        self._size += len(text)
        while self._size > MOST_KEPT and len(self._texts) > 1:
            dropped = len(self._texts.popleft())
            self._size -= dropped
            self._left_out += dropped

    def take(self) -> str:
        """All of it, with a line that tells what is missing."""
        text = "".join(self._texts)
        if self._left_out:
            text = f"({self._left_out:,} characters that were printed meanwhile are left out)\n{text}"
        self._texts.clear()
        self._size = self._left_out = 0
        return text


def is_screen(source: TextIO, out: TextIO) -> bool:
    """Whether two streams are a terminal that can be drawn on."""
    try:
        return source.isatty() and out.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    except ValueError:
        return False  # closed


def run_on_streams(loan: Loan, source: TextIO, out: TextIO) -> None:
    """Run a loan at the terminal of two streams, in the calling thread, until it has ended."""
    import asyncio

    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    with create_app_session():
        terminal = LentTerminal(create_input(source), create_output(out), not os.environ.get("NO_COLOR"))
        asyncio.run(loan.run(terminal))


@runtime_checkable
class Lender(Protocol):
    """A device that has a terminal, or may have one."""

    def lend(self, loan: Loan) -> None:
        """Run it as soon as the terminal is free. In a process. Raises `ErlangError` where there is no terminal."""
        ...
