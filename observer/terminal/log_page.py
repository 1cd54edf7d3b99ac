"""The page Log: what is logged, as it comes."""

from __future__ import annotations

from collections import deque
from typing import Any

from pyex.inspection.safe_text import safe
from pyex.observer.terminal.cells import BAD, STRONG, Line, chosen, line, wrapped
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.figures import clock
from pyex.observer.terminal.page import Keys, Named, Screen

KEPT = 1000
# Of one event so many lines.
MOST_LINES = 60
_BAD = ("error", "critical", "alert", "emergency")


class LogPage:
    """The newest is the last, and stays in sight unless one has gone up."""

    title = "Log"
    keys: Keys = (("Enter", "the process"), ("End", "newest"), ("p", "pause"))

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._cursor = Cursor()
        self._last = 0
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lines: list[tuple[str, str, Named | None]] = []
        self._width = 80
        self._follows = True

    def view(self, height: int) -> str:
        return f"log?after={self._last}"

    def take(self, data: dict[str, Any]) -> None:
        if "error" in data:
            return
        if data["last"] < self._last:
            # Its numbers began anew.
            self._events.clear()
            self._last = 0
            self._screen.read()
            return
        self._last = data["last"]
        if data["events"]:
            self._events.extend(data["events"])
            self._lay_out(self._width)
        self._settle(self._cursor.height)

    def draw(self, width: int, height: int) -> list[Line]:
        if width != self._width:
            self._lay_out(width)
        self._settle(height)
        if not self._lines:
            return [line(width, ("", " nothing has been logged since the Observer was opened"))]
        lines = []
        for number in range(self._cursor.top, min(self._cursor.top + height, len(self._lines))):
            style, text, _ = self._lines[number]
            pieces = line(width, (style, text))
            lines.append(chosen(pieces, width) if number == self._cursor.index else pieces)
        return lines

    def press(self, key: str) -> bool:
        if not self._cursor.press(key):
            return False
        self._follows = self._cursor.index >= len(self._lines) - 1
        return True

    def process(self) -> Named | None:
        return self._lines[self._cursor.index][2] if self._lines else None

    def _lay_out(self, width: int) -> None:
        self._width = width
        self._lines = [each for event in self._events for each in _lines(event, width)]

    def _settle(self, height: int) -> None:
        if self._follows:
            self._cursor.index = len(self._lines) - 1
        self._cursor.settle(len(self._lines), height)


def _lines(event: dict[str, Any], width: int) -> list[tuple[str, str, Named | None]]:
    """An event, in lines."""
    level = event["level"]
    named = None if event["pid"] is None else (event["pid"], event["label"] or "")
    style = BAD if level in _BAD else STRONG if level == "warning" else ""
    first, *rest = safe(event["text"]).split("\n")[:MOST_LINES]
    head = wrapped(f"{clock(event['at'])} [{level}] {first}", width)
    below = [f"  {each}" for line in rest for each in wrapped(line, max(10, width - 2))]
    return [*((style, each, named) for each in head), *(("", each, named) for each in below)]
