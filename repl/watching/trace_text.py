"""A line of text for each thing that a traced process does.

    12:00:01.123  #PID<0.105.0> -> counter  call 'next'
    12:00:01.124  counter exited  :killed

Requests and replies of OTP are told in its words, without what it wraps around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyex import Pid
from pyex.format_exit import format_exit
from pyex.inspection.safe_text import one_line
from pyex.inspection.text_width import columns_of, cut
from pyex.repl.display import inspect
from pyex.repl.watching.drawing import Painter, plain
from pyex.watching.initial_call import what_it_runs
from pyex.watching.trace_event import Event

_REFERENCE = re.compile(r"#Reference<0\.0\.(?:0\.)?([\d.]+)>")
# What is laid out of a message before it is cut.
_LIMITS: dict[str, Any] = {"pretty": False, "limit": 30, "printable_limit": 500}

# Narrower terminals have no room for the time.
LEAST_FOR_TIME = 50

Names = Mapping[Pid, object]


def event_line(
    event: Event, names: Names, *, columns: int = 80, ascii_only: bool = False, paint: Painter = plain
) -> str:
    """The line for an event, at most so wide."""
    time = datetime.fromtimestamp(event.at).strftime("%H:%M:%S.%f")[:-3]
    doing, what = _in_words(event, names)
    dots = "..." if ascii_only else "…"
    if columns < LEAST_FOR_TIME:
        time = ""
    room = columns - len(time) - 2 * bool(time)
    doing = cut(doing, room, dots)
    room -= columns_of(doing) + 2
    what = cut(what, room, dots)
    ends_badly = event.kind == "lost" or (event.kind == "exit" and event.what not in ("normal", "shutdown"))
    parts = [paint(time, "faint") if time else "", paint(doing, "trouble") if ends_badly else doing, what]
    return "  ".join(part for part in parts if part)


def _in_words(event: Event, names: Names) -> tuple[str, str]:
    who, other = name_of(event.pid, names), name_of(event.other, names)
    match event.kind:
        case "send":
            return f"{who} -> {other}", message_label(event.what)
        case "lost":
            return f"{who} -> {other} (not there)", message_label(event.what)
        case "receive" if event.other is not None:
            return f"{other} -> {who}", message_label(event.what)
        case "receive":
            return f"{who} <-", message_label(event.what)
        case "spawn":
            return f"{who} spawned {event.other!r}", what_it_runs(event.what)
        case "exit":
            return f"{who} exited", reason_text(event.what)
        case "link" | "unlink":
            return f"{who} {event.kind}ed {'to' if event.kind == 'link' else 'from'} {other}", ""
    return f"{event.pid!r} {event.kind}ed {'as ' if event.kind == 'register' else ''}{label_of(event.what)}", ""


def name_of(who: Any, names: Names) -> str:
    """The registered name of a process, else its pid; what else a message was sent to is shown as a value is."""
    if isinstance(who, Pid):
        return label_of(names[who]) if who in names else repr(who)
    return label_of(who) if isinstance(who, str | type) else shown(who)


def label_of(name: object) -> str:
    """A registered name without quotes."""
    return one_line(name.__qualname__ if isinstance(name, type) else str(name))


def shown(value: Any) -> str:
    """A value on one line, references and names of functions short."""
    return _REFERENCE.sub(r"#Ref<\1>", one_line(inspect(value, **_LIMITS)).replace(".<locals>", ""))


def reason_text(reason: Any) -> str:
    """An exit reason on one line: of an exception its name and text."""
    match reason:
        case (BaseException() as error, list()):
            first = format_exit((error, []), inspect).strip().splitlines()
            return one_line(" ".join(line.strip() for line in first if line.strip() and "an exception" not in line))
    return shown(reason)


def message_label(message: Any) -> str:
    """A message in short: what OTP wraps around it is a word."""
    match message:
        case ("$gen_call", (Pid(), _), request):
            return f"call {shown(request)}"
        case ("$gen_cast", request):
            return f"cast {shown(request)}"
        case (("alias", _), answer):
            return f"reply {shown(answer)}"
        case ("system", (Pid(), _), request):
            return f"system {shown(request)}"
        case ("EXIT", Pid(), reason):
            return f"EXIT {reason_text(reason)}"
        case ("DOWN", _, "process", _, reason):
            return f"DOWN {reason_text(reason)}"
        case ("ack", Pid(), answer):
            return f"ack {shown(answer)}"
    return shown(message)
