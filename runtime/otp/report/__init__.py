"""Reports: what OTP has to say, as data and in words.

They are events of Logger, and records of Python's loggers "pyex" and "pyex.sasl" with the data as `record.report`.
Supervisor, progress and crash reports, which OTP calls SASL's, are hidden unless somebody asks for them, by
`Logger.configure(handle_sasl_reports=True)` or `logging.getLogger("pyex.sasl").setLevel("INFO")`. Handlers that were
added to Logger get them in any case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pyex.atom import Atom
from pyex.errors import Unwind, safe_repr
from pyex.message import copied
from pyex.otp.report.config import current, has_handlers, is_wanted, taps
from pyex.otp.report.event import record_of, route
from pyex.otp.report.level import NUMBERS, number_of

OTP, SASL = Atom("otp"), Atom("sasl")
_logger, _sasl_logger = logging.getLogger("pyex"), logging.getLogger("pyex.sasl")
_sasl_logger.setLevel(logging.CRITICAL + 1)
_NOTICE = NUMBERS[Atom("notice")]


def wanted(level: str, *, sasl: bool = False) -> bool:
    """Whether anybody wants such a report now: where nobody does, its words need not be made."""
    number = number_of(level)
    # Of each child that was started a tap need not hear: that is what the tree shows.
    tapped = bool(taps) and (not sasl or number >= _NOTICE)
    return is_wanted(number) and (tapped or has_handlers() or _is_shown(number, sasl))


def log(level: str, text: str | Callable[[], str], report: dict[str, Any], *, sasl: bool = False) -> None:
    """Log a report: `text`, or what it returns, is what the console shows; `report` what handlers get."""
    if not wanted(level, sasl=sasl):
        return
    number = number_of(level)
    words = text if isinstance(text, str) else text()
    data = {key: _data(value) for key, value in report.items()}
    if sasl:
        enabled = _sasl_logger.isEnabledFor(number) or (current().handle_sasl_reports and _logger.isEnabledFor(number))
        record = record_of(number, words, data, {"domain": [OTP, SASL]}, "pyex.sasl")
        route(record, on_console=_is_shown(number, True), enabled=enabled)
    else:
        record = record_of(number, words, data, {"domain": [OTP]}, "pyex")
        route(record, on_console=_is_shown(number, False))


def _is_shown(number: int, is_sasl: bool) -> bool:
    config = current()
    if not config.handle_otp_reports:
        return False
    return not is_sasl or config.handle_sasl_reports or _sasl_logger.isEnabledFor(number)


def _data(value: Any) -> Any:
    """A part of a report, which the handlers get later: as it is now."""
    try:
        return copied(value)
    except Unwind:
        raise
    except BaseException:
        return safe_repr(value)
