"""What `runtime_info()` prints: figures of the system, by topics."""

from __future__ import annotations

import platform
import signal
import sys
from collections.abc import Callable, Sequence
from threading import current_thread, main_thread
from typing import Any

import greenlet

import pyex
from pyex.atom import Atom
from pyex.errors import ArgumentError, describe
from pyex.otp import Application, ets
from pyex.process import Process
from pyex.repl.display import inspect
from pyex.repl.display.colours import coloured

_KEY_COLUMNS = 19
_BYTES_IN_WORD = 8
USUAL = ("system", "memory", "limits")


def topics_in_words(wanted: Any = USUAL) -> str:
    """A topic, or several, each below its heading."""
    topics = _checked(wanted)
    lines = []
    for topic in topics:
        title, rows = _TOPICS[topic]
        lines += ["", coloured("doc_headings", f"## {title}"), ""]
        lines += [_row(f"{key}:", value) for key, value in rows()]
    lines += ["", _row("Showing topics:", _listed(topics))]
    others = [topic for topic in _TOPICS if topic not in topics]
    lines += [_row("Additional topics:", _listed(others))] if others else []
    return "\n".join([*lines, "", coloured("eval_info", "To view a specific topic call runtime_info(topic)"), ""])


def _row(key: str, value: object) -> str:
    return coloured("eval_info", f"{key:<{_KEY_COLUMNS}} {value}")


def _checked(wanted: Any) -> list[str]:
    topics = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
    for topic in topics:
        if not isinstance(topic, str) or topic not in _TOPICS:
            known = ", ".join(f'"{each}"' for each in _TOPICS)
            is_item = isinstance(topic, str) and topic in pyex.runtime_info()
            hint = f". For the figure write pyex.runtime_info({describe(topic)})" if is_item else ""
            raise ArgumentError(f"unknown topic {describe(topic)}; write one of {known}, or a list of them{hint}")
    return [str(topic) for topic in topics]


def _listed(topics: Sequence[str]) -> str:
    return inspect([Atom(topic) for topic in topics])


def _system() -> list[tuple[str, object]]:
    # As the engine decides it: only the main thread gets signals.
    preempts = current_thread() is main_thread() and hasattr(signal, "SIGURG")
    return [
        ("Pyex version", pyex.__version__),
        ("Python version", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("Greenlet version", greenlet.__version__),
        ("Compiled for", f"{platform.machine()}-{sys.platform}"),
        ("Schedulers", 1),
        ("Preemption", "on" if preempts else "off: processes only switch when they wait"),
    ]


def _memory() -> list[tuple[str, object]]:
    tables = [ets.info(table, "memory") for table in ets.all()]
    processes = [Process.info(pid, "memory") for pid in Process.list()]
    return [
        ("Total", _in_bytes(pyex.runtime_info("memory"))),
        ("ETS", _in_bytes(_BYTES_IN_WORD * sum(each for each in tables if isinstance(each, int)))),
        ("Processes", _in_bytes(sum(each[1] for each in processes if each is not None))),
        ("Python blocks", sys.getallocatedblocks()),
    ]


def _limits() -> list[tuple[str, object]]:
    figures = pyex.runtime_info()
    return [
        ("Uptime", uptime(figures["uptime"] // 1000)),
        ("Run queue", figures["run_queue"]),
        ("Atoms", "no limit"),
        ("ETS", f"{len(ets.all())} (no limit)"),
        ("Timers", figures["timers"]),
        ("Processes", f"{figures['process_count']} (no limit)"),
        ("Blocked", figures["blocked"]),
        ("Abandoned", figures["abandoned"]),
        ("Context switches", figures["context_switches"]),
        ("Preemptions", figures["preemptions"]),
    ]


def _applications() -> list[tuple[str, object]]:
    started = {name for name, _, _ in Application.started_applications()}
    return [
        (str(name), f"{number or 'no version':<{_KEY_COLUMNS}} {'(started)' if name in started else ''}".rstrip())
        for name, _, number in sorted(Application.loaded_applications())
    ]


_TOPICS: dict[str, tuple[str, Callable[[], list[tuple[str, object]]]]] = {
    "system": ("System and architecture", _system),
    "memory": ("Memory", _memory),
    "limits": ("Statistics / limits", _limits),
    "applications": ("Loaded OTP Applications", _applications),
}


def uptime(seconds: int) -> str:
    """A time in words.

    >>> uptime(3), uptime(62), uptime(90061)
    ('3 seconds', '1 minutes and 2 seconds', '1 days, 1 hours, 1 minutes and 1 seconds')
    """
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    words = f"{days} days, " if days else ""
    words += f"{hours} hours, " if days or hours else ""
    words += f"{minutes} minutes and " if days or hours or minutes else ""
    return f"{words}{seconds} seconds"


def _in_bytes(number: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if number >= size:
            return f"{number // size} {unit}"
    return f"{number} B"
