"""Logging: `Logger.info("hello")` and its like."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from pyex.atom import OK, Atom
from pyex.message import copied
from pyex.otp.report.config import is_wanted, owner_of
from pyex.otp.report.event import emit
from pyex.otp.report.level import NUMBERS, number_of

ELIXIR = Atom("elixir")
_DEBUG, _INFO, _NOTICE, _WARNING, _ERROR, _CRITICAL, _ALERT, _EMERGENCY = NUMBERS.values()


def debug(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "debug": for who looks for a bug. As `info`. Mirrors `Logger.debug/2`."""
    return _log(_DEBUG, message, metadata, sys._getframe(1))


def info(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "info".

        >>> Logger.info("a user came", user_id=42)
        'ok'
        >>> Logger.info({"event": "login", "user_id": 42})
        'ok'

    `message` is a text or a list of texts; a report, that is a dict or a list of pairs; or a function without arguments
    that returns one of these, or one and a dict of metadata. The function is called only if the level is logged.
    The metadata is added to that of the process, and reaches the handlers.

    Returns "ok". Mirrors `Logger.info/2`.
    """
    return _log(_INFO, message, metadata, sys._getframe(1))


def notice(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "notice": normal, but significant. As `info`. Mirrors `Logger.notice/2`."""
    return _log(_NOTICE, message, metadata, sys._getframe(1))


def warning(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "warning". As `info`. Mirrors `Logger.warning/2`."""
    return _log(_WARNING, message, metadata, sys._getframe(1))


def error(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "error". As `info`. Mirrors `Logger.error/2`."""
    return _log(_ERROR, message, metadata, sys._getframe(1))


def critical(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "critical": for critical conditions. As `info`. Mirrors `Logger.critical/2`."""
    return _log(_CRITICAL, message, metadata, sys._getframe(1))


def alert(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "alert": somebody must act at once. As `info`. Mirrors `Logger.alert/2`."""
    return _log(_ALERT, message, metadata, sys._getframe(1))


def emergency(message: Any, /, **metadata: Any) -> Atom:
    """Log a message of level "emergency": the system is unusable. As `info`. Mirrors `Logger.emergency/2`."""
    return _log(_EMERGENCY, message, metadata, sys._getframe(1))


def log(level: str, message: Any, /, **metadata: Any) -> Atom:
    """Log a message of a level that is known only when the program runs.

        >>> Logger.log("debug", lambda: "made only if it is logged")
        'ok'

    As `info`. Raises `ArgumentError` for an unknown level. Mirrors `Logger.log/3`.
    """
    return _log(number_of(level), message, metadata, sys._getframe(1))


def bare_log(level: str, message: Any, /, **metadata: Any) -> Atom:
    """As `log`, without the place of the call in the metadata. Mirrors `Logger.bare_log/3`."""
    return _log(number_of(level), message, metadata, None)


def _log(number: int, message: Any, metadata: dict[str, Any], frame: FrameType | None) -> Atom:
    if not is_wanted(number, frame) or logging.root.manager.disable >= number:
        return OK
    if _is_function(message):
        message = message()
        if isinstance(message, tuple) and len(message) == 2:
            message, more = message
            metadata = {**metadata, **dict(more)}
    given = copied(metadata)
    given["domain"] = [ELIXIR, *given.get("domain", [])]
    name = "pyex"
    if frame is not None:
        module, owner = owner_of(frame)
        name = f"{module}.{owner}" if owner and "<" not in owner else module
    if _is_report(message):
        emit(number, repr(dict(message)), copied(message), given, name, frame)
    else:
        emit(number, _text(message), None, given, name, frame)
    return OK


def _is_function(message: Any) -> bool:
    return isinstance(message, Callable) and not isinstance(message, type)  # type: ignore[arg-type]


def _is_report(message: Any) -> bool:
    """A dict, or a list of pairs whose first is a name."""
    if isinstance(message, dict):
        return True
    return (
        isinstance(message, list)
        and bool(message)
        and all(isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str) for each in message)
    )


def _text(message: Any) -> str:
    if isinstance(message, list):
        return "".join(map(_text, message))
    return "" if message is None else str(message)
