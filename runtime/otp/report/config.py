"""What has been configured of the logger: levels and handlers, of the runtime that runs.

Everybody reads it directly, and the process "logger" (`logger/server.py`) alone changes it. It is gone with that
process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from logging import LogRecord
from types import FrameType, ModuleType
from typing import Any

from pyex.atom import Atom
from pyex.errors import ArgumentError, describe
from pyex.otp.report.level import ALL, reaches
from pyex.pid import Pid
from pyex.process import Process

DEFAULT, DEBUG = Atom("default"), Atom("debug")
LEVEL_KEY = Atom("logger_level")


@dataclass(slots=True)
class Handler:
    """Somebody who is given what is logged. `config` is what it was added with, and its `log` gets."""

    id: Atom
    log: Callable[[dict[str, Any], dict[str, Any]], Any] | None
    config: dict[str, Any]


@dataclass(slots=True)
class Config:
    """What can be configured."""

    owner: Pid | None = None
    level: Atom = DEBUG
    module_levels: dict[str, Atom] = field(default_factory=dict)
    # The console is the handler "default", which has no function.
    handlers: dict[Atom, Handler] = field(
        default_factory=lambda: {DEFAULT: Handler(DEFAULT, None, {"id": DEFAULT, "level": ALL})}
    )
    handle_otp_reports: bool = True
    handle_sasl_reports: bool = False


# Who sees all that is logged, in the logger process, and is no handler of the program's: an Observer.
taps: list[Callable[[LogRecord], None]] = []
_untouched = Config()
_config = _untouched


def current() -> Config:
    """The configuration of the runtime that runs."""
    owner = _config.owner
    return _config if owner is None or Process.alive(owner) else _untouched


def begin(owner: Pid) -> Config:
    """A fresh one, for as long as the owner lives."""
    global _config
    _config = Config(owner)
    return _config


def has_listeners() -> bool:
    """Whether there are handlers beside the console, or taps."""
    return bool(taps) or has_handlers()


def has_handlers() -> bool:
    """Whether there are handlers beside the console."""
    return any(each != DEFAULT for each in current().handlers)


def is_wanted(number: int, frame: FrameType | None = None) -> bool:
    """Whether something of that level is logged now, by the code of that frame."""
    config = current()
    least = config.level
    if frame is not None and config.module_levels:
        least = _module_level(config, frame)
    return reaches(number, least) and reaches(number, process_level() or ALL)


def process_level() -> Atom | None:
    """The level of the calling process; None where it has none, or the caller is no process."""
    try:
        level: Atom | None = Process.get(LEVEL_KEY)
    except RuntimeError:
        return None
    return level


def module_key(module: object) -> str:
    """A class or Python module as the key of its level."""
    match module:
        case ModuleType():
            return module.__name__
        case type():
            return f"{module.__module__}.{module.__qualname__}"
        case str():
            return str(module)
    raise ArgumentError(f"not a module: {describe(module)}; write a class, a Python module, or the name of one")


def owner_of(frame: FrameType) -> tuple[str, str]:
    """The Python module of a frame's function, and the class that it belongs to: "" where there is none."""
    owner = frame.f_code.co_qualname.rpartition(".")[0]
    while owner.endswith("<locals>"):
        owner = owner.removesuffix("<locals>").rstrip(".").rpartition(".")[0]
    return str(frame.f_globals.get("__name__", "__main__")), owner


def _module_level(config: Config, frame: FrameType) -> Atom:
    module, owner = owner_of(frame)
    levels = config.module_levels
    return levels.get(f"{module}.{owner}") or levels.get(module) or config.level
