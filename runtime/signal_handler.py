"""Signal handlers of the program's own. Python runs them between any two bytecodes of whichever process runs, also in
the middle of the engine's work, and what they raise would end any of them, or leave that work half done. So while the
runtime runs each has a guard: what a handler raises is raised in the process in the foreground, as Ctrl+C is.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

from pyex.carrier import call
from pyex.interrupt import raise_in_foreground
from pyex.scheduler import scheduler
from pyex.stack import Owner, owner_of

Handler = Callable[[int, FrameType | None], Any]

logger = logging.getLogger("pyex")

_signal = signal.signal
_getsignal = signal.getsignal


class Guard:
    """Stands for a handler while the runtime runs."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if scheduler.current is scheduler.foreground and not _in_engine(frame):
            self.handler(number, frame)
            return
        # The handler is not preempted here, and what it sends is posted.
        scheduler.critical += 1
        try:
            self.handler(number, frame)
        except BaseException as error:
            if not raise_in_foreground(error):
                scheduler.post(_report, number, error)
        finally:
            scheduler.critical -= 1


def install() -> None:
    """Guard the handlers that there are, and those to come. On the main thread; elsewhere there is no need."""
    if current_thread() is not main_thread():
        return
    for number in signal.valid_signals():
        handler = _getsignal(number)
        if callable(handler) and not _is_engines(handler):
            _signal(number, Guard(handler))
    signal.signal = _guarding_signal
    signal.getsignal = _unguarding_getsignal


def uninstall() -> None:
    if current_thread() is not main_thread():
        return
    # Somebody may have put functions of their own there since.
    if signal.signal is _guarding_signal:
        signal.signal = _signal
    if signal.getsignal is _unguarding_getsignal:
        signal.getsignal = _getsignal
    for number in signal.valid_signals():
        handler = _getsignal(number)
        if isinstance(handler, Guard):
            _signal(number, handler.handler)


def _guarding_signal(signalnum: int, handler: Any) -> Any:
    """Stands for `signal.signal`."""
    guarded = Guard(handler) if callable(handler) and not _is_engines(handler) else handler
    return _unguarded(_signal(signalnum, guarded))


def _unguarding_getsignal(signalnum: int) -> Any:
    """Stands for `signal.getsignal`."""
    return _unguarded(_getsignal(signalnum))


def _unguarded(handler: Any) -> Any:
    return handler.handler if isinstance(handler, Guard) else handler


def _is_engines(handler: Any) -> bool:
    return isinstance(handler, signal.Handlers) or str(getattr(handler, "__module__", "")).startswith("pyex.")


def _in_engine(frame: FrameType | None) -> bool:
    if scheduler.critical or scheduler.current is None or frame is None:
        return True
    return owner_of(frame) is Owner.ENGINE and frame.f_code is not call.__code__


def _report(number: int, error: BaseException) -> None:
    logger.error(f"the handler of {signal.Signals(number).name} raised {error!r}, and nobody is there to hear of it")
