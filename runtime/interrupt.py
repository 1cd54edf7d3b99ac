"""Ctrl+C: SIGINT is for the process in the foreground, and never raised in the engine."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from types import FrameType

from pyex.control_block import ControlBlock
from pyex.run_queue import READY, WAITING
from pyex.scheduler import scheduler
from pyex.stack import Owner, owner_of
from pyex.time_slice import held_for, on_slice_end

# Who keeps the thread for so long where it cannot be preempted is interrupted in the place of the foreground.
STUCK_SECONDS = 1.0


class Handover:
    """From the moment a person has given an input until a process is in the foreground for it, Ctrl+C is for that
    process: it is kept for it. Used by the terminal's thread, signal handlers and processes.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.has_kept = False

    def begin(self) -> None:
        self.has_kept = False
        self.is_on = True

    def keep(self) -> None:
        """There was a Ctrl+C, and nobody in the foreground."""
        self.has_kept = self.is_on

    def end(self, block: ControlBlock) -> None:
        """This process is in the foreground now."""
        self.is_on = False
        if self.has_kept:
            self.has_kept = False
            raise_in(block, KeyboardInterrupt)


# Of the program's own terminal, whose Ctrl+C is SIGINT.
handover = Handover()


def install() -> None:
    """Take SIGINT over, unless the program has a handler of its own, or this is not the main thread."""
    if current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, on_interrupt)


def uninstall() -> None:
    if current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is on_interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def on_interrupt(number: int, frame: FrameType | None) -> None:
    """The handler of SIGINT: Ctrl+C is for the process in the foreground, whoever runs now; unless another one has kept
    the thread for long, where it cannot be made to wait. Then it is for that one.
    """
    block = scheduler.foreground
    if block is None:
        handover.keep()
    if scheduler.current is not block and _is_stuck(frame):
        raise KeyboardInterrupt
    if raise_in_foreground(KeyboardInterrupt) and block is scheduler.current:
        on_slice_end(number, frame)


def raise_in_foreground(error: BaseException | type[BaseException]) -> bool:
    """Have the process in the foreground raise this when it next runs, soon; False where there is none. For signal
    handlers.
    """
    block = scheduler.foreground
    return block is not None and raise_in(block, error)


def raise_in(block: ControlBlock, error: BaseException | type[BaseException]) -> bool:
    """Have a process raise this when it next runs, soon; False where it is dying. For signal handlers and threads."""
    if block.dying:
        return False
    block.pending = error
    scheduler.post(_wake_interrupted, block)
    return True


def _is_stuck(frame: FrameType | None) -> bool:
    """Whether the process that runs holds up all others, in an import or an event loop, at a place where it can be
    interrupted.
    """
    return (
        held_for() >= STUCK_SECONDS
        and not scheduler.critical
        and scheduler.current is not None
        and frame is not None
        and owner_of(frame) is not Owner.ENGINE
    )


def interrupt() -> None:
    """As Ctrl+C: raise `KeyboardInterrupt` in the process in the foreground. In the hub."""
    raise_in_foreground(KeyboardInterrupt)


def _wake_interrupted(block: ControlBlock) -> None:
    """In the hub: have the interrupted process run next, unless it has heard of it already."""
    if block.pending is not None and block.state in (WAITING, READY):
        scheduler.make_ready_first(block)
