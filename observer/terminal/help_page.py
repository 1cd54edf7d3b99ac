"""The page that tells the keys."""

from __future__ import annotations

from typing import Any

from pyex.observer.terminal.cells import HEAD, STRONG, Line, line, wrapped
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.page import Keys, Named

EVERYWHERE = (
    ("1 2 3 4, Tab", "Processes, Applications, Tables, Log"),
    ("arrows, PgUp PgDn", "move; Home and End: to the first and the last"),
    ("Enter", "what there is to know of the chosen one"),
    ("Esc, Backspace", "back"),
    ("k", "end a process, with a reason: kill unless you write another"),
    ("/", "search"),
    ("+ -", "refresh more often, or less"),
    ("p", "pause, and go on"),
    ("Ctrl+L", "draw the screen anew"),
    ("Ctrl+G", "leave, to the user switch command"),
    ("q, Ctrl+C", "leave"),
)
MORE = (
    ("Processes", "i n r s m u t: sort by pid, name, reductions, reductions/s, memory, queue, status"),
    ("", "left, right: sort by the column beside; R: the other way round; o: pyex's own too"),
    ("Applications", "Space: fold and unfold; left, right: the same; a: pyex's own too; m: more children"),
    ("Tables", "Enter: the objects of a table; there / searches"),
    ("Log", "End: stay with the newest"),
    ("One process", "Tab: to the next process that it names; Enter: to that one; z: suspend, or resume"),
)


class HelpPage:
    """The keys."""

    title = "Help"
    keys: Keys = ()

    def __init__(self) -> None:
        self._cursor = Cursor()

    def view(self, height: int) -> str:
        return ""

    def take(self, data: dict[str, Any]) -> None:
        """There is nothing to read."""

    def draw(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = [line(width, (HEAD, "Everywhere"))]
        lines += [each for keys, what in EVERYWHERE for each in _explained(keys, 19, what, width)]
        lines += [[], line(width, (HEAD, "On the pages"))]
        lines += [each for page, what in MORE for each in _explained(page, 14, what, width)]
        self._cursor.settle(max(1, len(lines) - height + 1), 1)
        return lines[self._cursor.index :]

    def press(self, key: str) -> bool:
        return self._cursor.press(key)

    def process(self) -> Named | None:
        return None


def _explained(name: str, indent: int, what: str, width: int) -> list[Line]:
    """A name and what it does, which goes on below where there is no room."""
    first, *rest = wrapped(what, max(10, width - indent))
    return [line(width, (STRONG, f"{name:<{indent}}"), ("", first)), *([("", " " * indent + each)] for each in rest)]
