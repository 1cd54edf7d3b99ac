"""From what a process logs to those who are given it: the handlers of Logger, and those of Python's `logging`.

What is logged becomes a record of Python's, with the attributes `metadata` and `report`. The engine hands records to
its logger process, which calls the handlers; there it is put into the form of Erlang's events:

    {"level": "error", "msg": ("report", {…}) or ("string", text), "meta": {…}, "text": text}

- The console, which is the handler "default", prints it where nobody has configured `logging`; else the handlers of
  `logging` get it, as `logging`'s levels say.
- The other handlers of Logger get it in any case. They also get the records of plain `logging` calls.
- So do the taps, which are no handlers of the program's: an Observer's log.
"""

from __future__ import annotations

import logging
from time import time_ns
from types import FrameType
from typing import Any

from pyex.atom import ERROR, Atom
from pyex.error_report import describe_exception
from pyex.errors import Unwind
from pyex.logger import ConsoleHandler
from pyex.mailbox import send
from pyex.message import copied
from pyex.otp.report.config import Config, Handler, current, has_listeners, is_wanted, owner_of, taps
from pyex.otp.report.level import ALL, level_of, reaches
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.self_ import self

METADATA_KEY = Atom("$logger_metadata$")
STRING, REPORT = Atom("string"), Atom("report")
FLUSHED = Atom("flushed")


def emit(
    number: int,
    text: str,
    report: Any,
    metadata: dict[str, Any],
    name: str = "pyex",
    frame: FrameType | None = None,
) -> None:
    """Log something that is wanted. `report` is None for what is only a text; `frame` is whose call it was."""
    route(record_of(number, text, report, metadata, name, frame))


def record_of(
    number: int, text: str, report: Any, metadata: dict[str, Any], name: str, frame: FrameType | None = None
) -> logging.LogRecord:
    """A record of Python's; its attributes `report` and `metadata` are ours."""
    extra = {"report": report, "metadata": {**_own_metadata(frame), **metadata}}
    file, line, function = "", 0, None
    if frame is not None:
        file, line, function = frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    return events.makeRecord(name, number, file, line, "%s", (text,), None, function, extra)


def route(record: logging.LogRecord, *, on_console: bool = True, enabled: bool | None = None) -> None:
    """Hand over a record that has its metadata: also to the console, or where `logging` is configured to its handlers.
    `enabled` says whether these want it, where their logger's level does not.
    """
    origin = logging.getLogger(record.name)
    configured = is_configured(origin)
    if on_console and configured and (origin.isEnabledFor(record.levelno) if enabled is None else enabled):
        origin.handle(record)
    if not configured and not origin.filter(record):
        return  # somebody's own filter has refused it
    vars(record)["on_console"] = on_console and not configured
    if has_listeners() or (on_console and not configured):
        events.handle(record)


def is_configured(logger: logging.Logger | None) -> bool:
    """Whether somebody has given `logging` handlers for the records of a logger."""
    while logger is not None and logger is not above_root:
        if any(not isinstance(each, logging.NullHandler) for each in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False


def process_metadata() -> dict[str, Any]:
    """The metadata of the calling process."""
    try:
        return dict(Process.get(METADATA_KEY) or {})
    except RuntimeError:
        return {}


def _own_metadata(frame: FrameType | None) -> dict[str, Any]:
    metadata: dict[str, Any] = {"time": time_ns() // 1000}
    try:
        metadata |= {"pid": self(), "gl": Process.group_leader()}
    except RuntimeError:
        pass  # no process
    if frame is not None:
        module, owner = owner_of(frame)
        code = frame.f_code
        metadata |= {"mfa": (owner or module, code.co_name, code.co_argcount), "file": code.co_filename}
        metadata["line"] = frame.f_lineno
    return metadata | process_metadata()


# -- in the logger process


class _Events(logging.Handler):
    """Gives what pyex has logged to the handlers of Logger."""

    def emit(self, record: logging.LogRecord) -> None:
        flush = getattr(record, "flush", None)
        if flush is None:
            _dispatch(record)
        else:
            pid, reference = flush
            send(pid, (FLUSHED, reference))


class _Plain(logging.Handler):
    """Gives the records of plain `logging` calls to the handlers of Logger."""

    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "metadata"):
            return  # comes by itself
        if not is_configured(logging.getLogger(record.name)):
            _print_last(record)
        if not has_listeners():
            listen_to_all(False)
        elif reaches(record.levelno, current().level):
            _dispatch(record)


def _dispatch(record: logging.LogRecord) -> None:
    for tap in [*taps]:
        tap(record)
    config, event = current(), _event(record)
    for handler in [*config.handlers.values()]:
        if not reaches(record.levelno, handler.config.get("level", ALL)):
            continue
        if handler.log is not None:
            _call(config, handler, event)
        elif getattr(record, "on_console", False):
            _print(record)


def _event(record: logging.LogRecord) -> dict[str, Any]:
    text = record.getMessage()
    if record.exc_text:
        text += f"\n{record.exc_text}"
    report, metadata = getattr(record, "report", None), getattr(record, "metadata", None)
    if metadata is None:
        mfa = (record.module, record.funcName, 0)
        metadata = {"time": int(record.created * 1_000_000), "mfa": mfa, "file": record.pathname, "line": record.lineno}
    return {
        "level": level_of(record.levelno),
        "msg": (STRING, text) if report is None else (REPORT, report),
        "meta": metadata,
        "text": text,
    }


# The handlers that run now: one that logs itself is not given that.
_running: set[Atom] = set()


def _call(config: Config, handler: Handler, event: dict[str, Any]) -> None:
    if handler.id in _running:
        return
    _running.add(handler.id)
    try:
        filtered = _filtered(handler, copied(event))
        if filtered is not None and handler.log is not None:
            handler.log(filtered, dict(handler.config))
    except Unwind:
        raise
    except BaseException as error:
        config.handlers.pop(handler.id, None)
        text = f"Logger - error: {('removed_failing_handler', str(handler.id))!r}\n{describe_exception(error)}"
        report = {"logger": Atom("removed_failing_handler"), "handler": handler.id}
        emit(logging.ERROR, text, report, {"domain": [Atom("pyex")]})
    finally:
        _running.discard(handler.id)


def _filtered(handler: Handler, event: dict[str, Any]) -> dict[str, Any] | None:
    """What the filters of a handler have made of an event; None where one has stopped it."""
    passed = False
    for _, (function, argument) in handler.config.get("filters", ()):
        match function(event, argument):
            case "stop":
                return None
            case dict() as changed:
                event, passed = changed, True
    return event if passed or handler.config.get("filter_default", "log") == "log" else None


def _print(record: logging.LogRecord) -> None:
    last = logging.lastResort
    # The engine's own prints from "warning" on; what comes here has been asked about already.
    if isinstance(last, ConsoleHandler):
        last.emit(record)
    else:
        _print_last(record)


def _print_last(record: logging.LogRecord) -> None:
    """As `logging` does where nobody has configured it."""
    last = logging.lastResort
    if last is not None and record.levelno >= last.level:
        last.handle(record)


# Loggers that nobody finds by name: one for what pyex logs; one that stands above Python's root while Logger has
# handlers, where `logging.basicConfig` does not take it for a configuration.
events = logging.Logger("pyex events")
events.addHandler(_Events())
above_root = logging.Logger("pyex plain")
above_root.addHandler(_Plain())


def listen_to_all(whether: bool) -> None:
    """Have the records of plain `logging` calls come to the handlers of Logger, or not."""
    logging.root.parent = above_root if whether else None


def flush(pid: Pid, reference: Reference) -> None:
    """Have `("flushed", reference)` sent when all that was logged so far has been handled."""
    events.handle(events.makeRecord("pyex", 0, "", 0, "", (), None, extra={"flush": (pid, reference)}))


class _EngineRecords(logging.Filter):
    """The engine's own records, reports of crashes above all, take the same way as OTP's reports."""

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "metadata"):
            return True
        if is_wanted(record.levelno):
            metadata: dict[str, Any] = {"time": int(record.created * 1_000_000)}
            if hasattr(record, "pid"):
                metadata |= {"pid": record.pid, "error_logger": {"emulator": True, "tag": ERROR}}
            vars(record).update(report=None, metadata=metadata)
            route(record)
        return False


logging.getLogger("pyex").addFilter(_EngineRecords())
