"""The terminal lent to what draws on all of it, as `observer.cli()`: no prompt comes up and nothing is written
meanwhile.

A prompt that is up is taken down, and comes back as it was.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyex.terminal_loan import KeptOutput, LentTerminal, Loan

if TYPE_CHECKING:
    from pyex.repl.terminal.line_editor import LineEditor

SOON_SECONDS = 0.01

# A loan, and what of `LentTerminal` depends on whose terminal it is.
Order = tuple[Loan, dict[str, Any]]


class Lending:
    """Who has borrowed the terminal, in the order in which they have asked. In the terminal's thread, but `is_on`.

    `is_editing()` says whether a prompt has the terminal; `give_back(text)` is called with what was written meanwhile.
    """

    def __init__(self, is_editing: Callable[[], bool], give_back: Callable[[str], None]) -> None:
        self._is_editing = is_editing
        self._give_back = give_back
        self._orders: deque[Order] = deque()
        self._kept = KeptOutput()
        self._task: asyncio.Task[None] | None = None
        self._is_free = asyncio.Event()
        self._is_free.set()

    @property
    def is_on(self) -> bool:
        """Whether somebody has the terminal, or is about to."""
        return bool(self._orders)

    def keep(self, text: str) -> None:
        """This is to be shown later."""
        self._kept.add(text)

    def lend(self, order: Order, editor: LineEditor) -> asyncio.Task[None] | None:
        """Lend it, to each in turn; returns the task that does, where it is a new one."""
        self._orders.append(order)
        if self._task is not None:
            return None
        self._is_free.clear()
        self._task = asyncio.get_running_loop().create_task(self._lend(editor))
        return self._task

    def end(self) -> None:
        """Have all of them end."""
        for loan, _ in self._orders:
            loan.end()

    def fail(self, error: BaseException) -> None:
        """There is no terminal any more."""
        while self._orders:
            self._orders.popleft()[0].is_over(error)

    async def until_free(self) -> None:
        """Returns when nobody has it."""
        await self._is_free.wait()

    async def _lend(self, editor: LineEditor) -> None:
        while self._orders:
            loan, options = self._orders[0]
            while self._is_editing() and not editor.is_up:
                # The prompt is about to end, or an editor of the person's has the terminal.
                await asyncio.sleep(SOON_SECONDS)
            if loan.is_wanted:
                terminal = LentTerminal(editor.input, editor.output, editor.shows_colours())
                use = loan.run(terminal._replace(**options))
                await (editor.aside(use) if self._is_editing() else use)
            self._orders.popleft()
            if not self._orders:
                self._give_back(self._kept.take())
            loan.is_over()
        self._task = None
        self._is_free.set()
