"""Collecting what is logged: by Python's `logging`, and the reports of processes, which go through it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, overload

from pyex.atom import Atom
from pyex.errors import NotRunning
from pyex.mailbox import receive, send
from pyex.reference import make_ref
from pyex.self_ import self

# No logger of `logging`'s own tree, so that no configuration touches it.
_marks = logging.Logger("pyex.testing.marks")
LOG_MARK = Atom("$log_mark")


class _MarkHandler(logging.Handler):
    """Tells who waits that all that was logged before has been handled."""

    def emit(self, record: logging.LogRecord) -> None:
        pid, mark = record.mark  # type: ignore[attr-defined]
        send(pid, (LOG_MARK, mark))


_marks.addHandler(_MarkHandler())


class CapturedLog(logging.Handler):
    """What `capture_log` has collected."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._records: list[logging.LogRecord] = []

    @property
    def records(self) -> list[logging.LogRecord]:
        """The records, in order."""
        flush_log()
        return [*self._records]

    @property
    def text(self) -> str:
        """What Elixir's console would have shown."""
        return "".join(map(_console_text, self.records))

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<CapturedLog {self.text!r}>"


@overload
def capture_log(function: None = None, *, level: str = "debug") -> AbstractContextManager[CapturedLog]: ...
@overload
def capture_log(function: Callable[[], object], *, level: str = "debug") -> str: ...
def capture_log(
    function: Callable[[], object] | None = None, *, level: str = "debug"
) -> AbstractContextManager[CapturedLog] | str:
    """Collect what is logged, by whatever process, through Python's `logging`: reports of crashes, too.

        >>> import logging
        >>> with capture_log() as log:
        ...     logging.info("the shop is open")
        >>> "[info] the shop is open" in log
        True
        >>> capture_log(lambda: logging.info("closed"), level="error")
        ''

    As a context manager it gives an object whose `text` is what Elixir's console would show (`"…" in log` looks there),
    and whose `records` are those of `logging`. With a function it calls that, and returns the text. All levels are
    logged meanwhile; `level` is the lowest that is collected. Other handlers get what they always get. Mirrors
    `ExUnit.CaptureLog.capture_log/2`.
    """
    if function is None:
        return _captured_log(level)
    return with_log(function, level=level)[1]


def with_log(function: Callable[[], Any], *, level: str = "debug") -> tuple[Any, str]:
    """Call a function, and collect what is logged meanwhile.

        >>> import logging
        >>> value, log = with_log(lambda: logging.error("no bread") or 7)
        >>> value, "[error] no bread" in log
        (7, True)

    Returns what the function returns, and the text. Mirrors `ExUnit.CaptureLog.with_log/2`.
    """
    with _captured_log(level) as log:
        value = function()
    return value, log.text


@contextmanager
def _captured_log(level: str) -> Iterator[CapturedLog]:
    log = CapturedLog(logging.getLevelNamesMapping()[level.upper()])
    flush_log()
    with everything_logged():
        logging.root.addHandler(log)
        try:
            yield log
        finally:
            flush_log()
            logging.root.removeHandler(log)


@contextmanager
def everything_logged() -> Iterator[None]:
    """All levels are logged meanwhile, but by loggers that have a level of their own."""
    before = logging.root.level
    logging.root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.root.setLevel(before)


def flush_log() -> None:
    """In a process, wait until all that it has logged has been handled: a process of its own does that."""
    try:
        me, mark = self(), make_ref()
    except NotRunning:
        return
    record = _marks.makeRecord(_marks.name, logging.INFO, "", 0, "", (), None, extra={"mark": (me, mark)})
    # Not by way of levels, which may be disabled.
    _marks.callHandlers(record)
    receive((LOG_MARK, mark))


def _console_text(record: logging.LogRecord) -> str:
    time = logging.Formatter().formatTime(record, "%H:%M:%S")
    text = f"\n{time}.{int(record.msecs):03d} [{record.levelname.lower()}] {record.getMessage()}\n"
    if record.exc_info or record.exc_text:
        text += f"{record.exc_text or logging.Formatter().formatException(record.exc_info)}\n"  # type: ignore[arg-type]
    return text
