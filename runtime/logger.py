"""The logger: one process through which all of Python's `logging` goes while the runtime runs.

A handler takes locks and writes to streams, neither of which a process that may be preempted should do. So a record
made in a process is put into words there, and handed to the logger process, which calls the handlers. Crash reports
are records too, of the logger named "pyex". Where nobody has configured `logging`, records from WARNING on are
printed in Elixir's form.
"""

from __future__ import annotations

import logging
import logging.handlers
from queue import SimpleQueue
from threading import get_ident

from pyex import group_leader
from pyex.control_block import ControlBlock
from pyex.delivery import deliver
from pyex.errors import Unwind
from pyex.mailbox import receive
from pyex.run_queue import HIGH_QUEUE, WAITING
from pyex.scheduler import scheduler

_call_handlers = logging.Logger.callHandlers
_last_resort = logging.lastResort
# Puts a record into words, so that it can be handed over.
_preparer = logging.handlers.QueueHandler(SimpleQueue())
_block: ControlBlock | None = None


class ConsoleHandler(logging.Handler):
    """Prints a record as Elixir's console does, to the standard device."""

    def emit(self, record: logging.LogRecord) -> None:
        time = logging.Formatter().formatTime(record, "%H:%M:%S")
        text = f"\n{time}.{int(record.msecs):03d} [{record.levelname.lower()}] {record.getMessage()}\n"
        if record.exc_text:
            text += f"{record.exc_text}\n"
        device = group_leader.standard_device()
        if device is not None:
            device.write_error(text)


def install(block: ControlBlock) -> None:
    """Send what processes log through the logger process, which is to run `serve`."""
    global _block
    block.queue = HIGH_QUEUE
    _block = block
    logging.Logger.callHandlers = _route  # type: ignore[method-assign]
    logging.lastResort = ConsoleHandler(logging.WARNING)


def uninstall() -> None:
    global _block
    logging.Logger.callHandlers = _call_handlers  # type: ignore[method-assign]
    logging.lastResort = _last_resort
    _block = None


def serve() -> None:
    """What the logger process does."""
    while True:
        origin, record = receive()
        try:
            _call_handlers(origin, record)
        except Unwind:
            raise
        except BaseException:
            logging.Handler().handleError(record)
        del origin, record


def is_idle() -> bool:
    """Whether all that was logged has been handled."""
    if _block is None or _block.dying:
        return True
    return _block.state is WAITING and not _block.mailbox and not scheduler.inbox


def _route(self: logging.Logger, record: logging.LogRecord) -> None:
    """Stands for `logging.Logger.callHandlers`."""
    block = _block
    if block is None or block.dying or get_ident() != scheduler.owner or scheduler.current is block:
        _call_handlers(self, record)
    elif not scheduler.is_dying():
        try:
            prepared = _preparer.prepare(record)
        except Exception:
            _preparer.handleError(record)
            return
        # Posted, for it may be the hub that logs, or a finaliser inside the engine.
        scheduler.post(deliver, block, (self, prepared))
