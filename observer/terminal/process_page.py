"""The page of one process: what it is, whom it is linked to, its messages, dictionary, stack and state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyex.inspection.safe_text import safe
from pyex.observer.terminal.cells import BAD, PID, STRONG, Line, chosen, line, wrapped
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.figures import count, rate, size
from pyex.observer.terminal.page import Keys, Named, Screen

NAME_WIDTH = 14
MOST_LINES = 500


class Row(NamedTuple):
    """A line of the page; with a process where it names one."""

    name: str
    text: str
    process: Named | None = None
    style: str = ""


class ProcessPage:
    """One process; Enter on one that it names leads there."""

    keys: Keys = (("Enter", "go there"), ("Tab", "next link"), ("k", "kill"), ("z", "suspend"), ("p", "pause"))

    def __init__(self, screen: Screen, pid: str, label: str) -> None:
        self._screen = screen
        self._pid, self._label = pid, label
        self.title = f"#PID<{pid}>"
        self._cursor = Cursor()
        self._data: dict[str, Any] = {}
        # What is to be read, and the same in lines of the screen's width.
        self._whole: list[Row] = []
        self._rows: list[Row] = []
        self._width = 0

    def view(self, height: int) -> str:
        return f"process/{self._pid}"

    def take(self, data: dict[str, Any]) -> None:
        if not data.get("alive", False) and self._data.get("alive"):
            # What was known of it last stays to be read.
            self._data = {**self._data, "alive": False}
        else:
            self._data = data
        self._whole = [*_rows(self._data, self._label)]
        self._lay_out(self._width)
        self._cursor.settle(len(self._rows), self._cursor.height)

    def draw(self, width: int, height: int) -> list[Line]:
        if width != self._width:
            self._lay_out(width)
        self._cursor.settle(len(self._rows), height)
        lines = []
        for number in range(self._cursor.top, min(self._cursor.top + height, len(self._rows))):
            each = self._rows[number]
            name = f" {each.name:<{_name_width(width)}}"
            pieces = line(width, (STRONG, name), (PID if each.process else each.style, each.text))
            lines.append(chosen(pieces, width) if number == self._cursor.index else pieces)
        return lines

    def press(self, key: str) -> bool:
        if self._cursor.press(key):
            return True
        if key == "enter":
            target = self._rows[self._cursor.index].process if self._rows else None
            if target is None:
                return True
            self._screen.open(ProcessPage(self._screen, *target))
        elif key in ("tab", "s-tab"):
            self._next_link(1 if key == "tab" else -1)
        elif key == "z":
            self._screen.act("resume" if self._data.get("suspended") else "suspend", {"pid": self._pid})
        else:
            return False
        return True

    def process(self) -> Named | None:
        """The page's own: what is killed from here is what one looks at."""
        return self._pid, self._data.get("label") or self._label

    def _lay_out(self, width: int) -> None:
        self._width = width
        room = max(10, width - _name_width(width) - 1)
        self._rows = []
        for each in self._whole:
            first, *rest = wrapped(each.text, room)
            self._rows += [each._replace(text=first), *(Row("", text, style=each.style) for text in rest)]

    def _next_link(self, step: int) -> None:
        places = [number for number, each in enumerate(self._rows) if each.process is not None]
        beyond = [place for place in places if (place - self._cursor.index) * step > 0] or places
        if beyond:
            self._cursor.index = beyond[0 if step > 0 else -1]
            self._cursor.settle(len(self._rows), self._cursor.height)


def _name_width(width: int) -> int:
    return NAME_WIDTH if width >= 60 else 10


def _rows(data: dict[str, Any], label: str) -> Iterator[Row]:
    """The page, from top to bottom."""
    if "error" in data:
        yield Row("", data["error"], style=BAD)
        return
    if "label" not in data:
        yield Row("", f"#PID<{data['pid']}> {label} is not alive", style=BAD)
        return
    if not data["alive"]:
        yield Row("", f"#PID<{data['pid']}> has ended; this is what it was at last", style=BAD)
    yield from _overview(data)
    counts = data.get("counts", {})
    for name in ("links", "monitors", "monitored_by"):
        yield from _peers(name.replace("_", " "), data[name], counts.get(name, len(data[name])))
    yield from _terms("messages", enumerate(data["messages"], start=1), counts.get("messages", len(data["messages"])))
    yield from _terms("dictionary", data["dictionary"], counts.get("dictionary", len(data["dictionary"])))
    yield Row("stack", "" if data["stack"] else "-")
    for place in data["stack"]:
        where = f"  {place['file']}:{place['line']}" if place["file"] else ""
        yield Row("", f"{place['function']}{where}")
    if data["state"] is not None:
        yield Row("state", "")
        yield from _text(data["state"])


def _overview(data: dict[str, Any]) -> Iterator[Row]:
    yield Row("name", data["name"] or "-")
    yield Row("runs", data["what"] or data["initial_call"])
    yield Row("initial call", data["initial_call"])
    yield Row("current", data["current"] or "-")
    suspended = " (suspended)" if data["suspended"] else ""
    yield Row("status", f"{data['status']}{suspended}", style=BAD if suspended or not data["alive"] else "")
    if data["behaviour"]:
        yield Row("behaviour", data["behaviour"])
    yield Row("messages", count(data["queue"]))
    yield Row("reductions", f"{count(data['reductions'])}, {rate(data['rate'])} a second")
    yield Row("memory", size(data["memory"]))
    yield Row("priority", f"{data['priority']}{', traps exits' if data['trap_exit'] else ''}")
    for name in ("supervisor", "parent", "group_leader"):
        peer = data[name]
        if peer is not None:
            yield Row(name.replace("_", " "), _peer_text(peer), _named(peer))


def _peers(name: str, peers: list[dict[str, Any]], total: int) -> Iterator[Row]:
    yield Row(name, count(total))
    for peer in peers:
        yield Row("", _peer_text(peer), _named(peer))
    if total > len(peers):
        yield Row("", f"({total - len(peers):,} more)")


def _terms(name: str, terms: Any, total: int) -> Iterator[Row]:
    yield Row(name, count(total))
    shown = 0
    for key, text in terms:
        shown += 1
        first, *rest = safe(text).split("\n")
        yield Row("", f"{key}: {first}" if name == "messages" else f"{safe(key)} = {first}")
        yield from _text("\n".join(rest)) if rest else ()
    if total > shown:
        yield Row("", f"({total - shown:,} more)")


def _text(text: str) -> Iterator[Row]:
    lines = safe(text).split("\n")
    for each in lines[:MOST_LINES]:
        yield Row("", each)
    if len(lines) > MOST_LINES:
        yield Row("", f"({len(lines) - MOST_LINES:,} more lines)")


def _peer_text(peer: dict[str, Any]) -> str:
    return str(peer.get("label") or "-") if peer["pid"] is None else f"#PID<{peer['pid']}> {peer['label'] or ''}"


def _named(peer: dict[str, Any]) -> Named | None:
    return None if peer["pid"] is None else (peer["pid"], peer["label"] or "")
