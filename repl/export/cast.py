"""A cast for asciinema, version 2: a line of JSON about it, and a line for each thing that the terminal is told."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pyex.repl.export.recording import Event

# How long the end stays before a player begins anew.
END = 3.0


def cast(events: Iterable[Event], *, title: str, columns: int, rows: int) -> str:
    """The text of a cast for a terminal of that size. It names no time, no program and no environment."""
    header = {"version": 2, "width": columns, "height": rows, "title": title}
    lines = [json.dumps(header, ensure_ascii=False)]
    seconds = 0.0
    for event in _merged(events):
        seconds = event.seconds
        lines.append(json.dumps([seconds, "o", event.text], ensure_ascii=False))
    lines.append(json.dumps([round(seconds + END, 3), "o", ""]))
    return "\n".join(lines) + "\n"


def _merged(events: Iterable[Event]) -> Iterable[Event]:
    """Events of the same moment as one."""
    last: Event | None = None
    for event in events:
        if last is not None and last.seconds == event.seconds:
            last = Event(last.seconds, last.text + event.text)
            continue
        if last is not None:
            yield last
        last = event
    if last is not None:
        yield last
