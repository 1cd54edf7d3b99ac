"""`observer.cli()`: borrows the terminal of the process that calls it, until the person leaves, or the process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from types import FrameType

from pyex import group_leader
from pyex.atom import Atom
from pyex.errors import ErlangError, NotRunning
from pyex.mailbox import receive, send
from pyex.process import Process
from pyex.reference import make_ref
from pyex.scheduler import scheduler
from pyex.terminal_loan import Lender, LentTerminal, Loan

ELSEWHERE = "observer.start() serves the Observer as a page for the browser"
# What ends a program and leaves its terminal as it is, unless somebody hears of it.
_DEADLY = (signal.SIGTERM, signal.SIGHUP)


def show() -> str:
    """See `observer.cli`."""
    device = group_leader.device_of(scheduler.me())
    if not isinstance(device, Lender):
        raise ErlangError(Atom("enotty"), f"observer.cli() needs a terminal, and here is none; {ELSEWHERE}")
    me, over = Process.self(), make_ref()
    errors: list[BaseException] = []

    def when_over(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, (EOFError, OSError)):
            errors.append(error)
        with suppress(NotRunning):
            send(me, over)

    loan = Loan(_draw, when_over)
    try:
        with _restored_before_death(loan):
            device.lend(loan)
            receive(over)
    except ErlangError as error:
        raise ErlangError(error.reason, f"observer.cli(): {error.detail}; {ELSEWHERE}") from None
    finally:
        # Killed, or interrupted: the terminal is given back by its own thread, in a moment.
        loan.end()
    if errors:
        raise errors[0]
    return Atom("ok")


async def _draw(terminal: LentTerminal) -> None:
    """In the terminal's thread."""
    from pyex.observer.terminal.full_screen import FullScreen

    await FullScreen(terminal).run()


@contextmanager
def _restored_before_death(loan: Loan) -> Iterator[None]:
    """Where nobody handles the signals that end the program, it ends by them when the terminal has been restored."""
    if current_thread() is not main_thread():
        yield
        return
    struck: list[int] = []

    def strike(number: int, frame: FrameType | None) -> None:
        struck.append(number)
        loan.end()

    unhandled = [number for number in _DEADLY if signal.getsignal(number) is signal.SIG_DFL]
    for number in unhandled:
        signal.signal(number, strike)
    try:
        yield
    finally:
        for number in unhandled:
            if signal.getsignal(number) is strike:
                signal.signal(number, signal.SIG_DFL)
        if struck:
            os.kill(os.getpid(), struck[0])
