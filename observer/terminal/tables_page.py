"""The pages Tables, a list of all of them, and Table, the objects of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pyex.inspection.text_width import columns_of
from pyex.observer.terminal.cells import BAD, HEAD, PID, Line, chosen, fitted, line
from pyex.observer.terminal.columns import Column, head, laid_out, row
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.field import Field
from pyex.observer.terminal.figures import count, size
from pyex.observer.terminal.page import Keys, Named, Screen

COLUMNS = (
    Column("name", "NAME", 14, share=2),
    Column("type", "TYPE", 11, rank=3),
    Column("protection", "ACCESS", 9, rank=4),
    Column("objects", "OBJECTS", 9, right=True),
    Column("memory", "MEMORY", 8, right=True, rank=1),
    Column("owner", "OWNER", 12, share=1, rank=2),
)
# Of a table so many objects are read at once.
OBJECTS = 200
# A column of theirs is at most so wide, unless it is the last.
MOST_WIDE = 24


class TablesPage:
    """The list of tables."""

    title = "Tables"
    keys: Keys = (("Enter", "objects"), ("o", "own"), ("k", "kill the owner"), ("p", "pause"))

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._cursor = Cursor()
        self._rows: list[dict[str, Any]] = []
        self._all: list[dict[str, Any]] = []
        # Also what belongs to the shell: a table that was made at the prompt does.
        self._with_own = True
        self._error = ""

    def view(self, height: int) -> str:
        return "tables"

    def take(self, data: dict[str, Any]) -> None:
        self._error = data.get("error", "")
        self._all = data.get("rows", self._all)
        self._choose()

    def draw(self, width: int, height: int) -> list[Line]:
        self._cursor.settle(len(self._rows), height - 1)
        if self._error:
            return [line(width, (BAD, f" {self._error}"))]
        widths = laid_out(COLUMNS, width)
        lines = [head(widths, width)]
        for number in range(self._cursor.top, min(self._cursor.top + height - 1, len(self._rows))):
            pieces = row(widths, _cells(self._rows[number]), {"owner": PID})
            lines.append(chosen(pieces, width) if number == self._cursor.index else pieces)
        if not self._rows:
            hidden = f"; o shows {len(self._all)} of the shell and of pyex" if self._all else ""
            lines.append(line(width, ("", f" no tables{hidden}")))
        return lines

    def press(self, key: str) -> bool:
        if self._cursor.press(key):
            return True
        if key == "o":
            self._with_own = not self._with_own
            self._choose()
        elif key == "enter" and self._rows:
            each = self._rows[self._cursor.index]
            self._screen.open(TablePage(self._screen, each["id"], each["name"] or each["id"]))
        else:
            return False
        return True

    def process(self) -> Named | None:
        owner = self._rows[self._cursor.index]["owner"] if self._rows else None
        return None if owner is None else (owner["pid"], owner["label"] or "")

    def _choose(self) -> None:
        self._rows = [each for each in self._all if self._with_own or not each["own"]]
        self._cursor.settle(len(self._rows), self._cursor.height)


class TablePage:
    """The objects of a table."""

    keys: Keys = (("/", "search"), ("PgUp PgDn", "page"), ("p", "pause"))

    def __init__(self, screen: Screen, id: str, name: str) -> None:
        self._screen = screen
        self._id = id
        self.title = f"Table {name}"[:40]
        self._cursor = Cursor()
        self._search = ""
        # The first object that is read; those before it, for going back; and where to go on.
        self._offset = 0
        self._before: list[int] = []
        self._data: dict[str, Any] = {}
        self._error = ""

    def view(self, height: int) -> str:
        return f"table/{quote(self._id, safe='')}?offset={self._offset}&limit={OBJECTS}&search={quote(self._search)}"

    def take(self, data: dict[str, Any]) -> None:
        self._error = data.get("error", "")
        self._data = data if not self._error else self._data
        self._cursor.settle(len(self._data.get("rows", ())), self._cursor.height)

    def draw(self, width: int, height: int) -> list[Line]:
        if self._error or not self._data:
            return [line(width, (BAD, f" {self._error}"))]
        rows = self._data["rows"]
        self._cursor.settle(len(rows), height - 2)
        widths = _widths(rows[self._cursor.top : self._cursor.top + height], self._data["columns"], width)
        key = self._data["keypos"]
        numbers = enumerate(widths, start=1)
        titles = [fitted(f"{number}*" if number == key else number, wide) for number, wide in numbers]
        lines: list[Line] = [[(HEAD, fitted(" ".join(titles), width))]]
        for number in range(self._cursor.top, min(self._cursor.top + height - 2, len(rows))):
            cells = [fitted(cell, wide) for cell, wide in zip(rows[number], widths, strict=False)]
            text = fitted(" ".join(cells), width)
            lines.append(chosen([("", text)], width) if number == self._cursor.index else [("", text)])
        lines += [[] for _ in range(height - 1 - len(lines))]
        return [*lines, line(width, ("", self._summary()))]

    def press(self, key: str) -> bool:
        following = self._data.get("next")
        rows = len(self._data.get("rows", ()))
        if key in ("down", "pagedown", " ") and self._cursor.index >= rows - 1 and following is not None:
            self._before.append(self._offset)
            self._turn_to(following, 0)
        elif key in ("up", "pageup") and self._cursor.index == 0 and self._before:
            self._turn_to(self._before.pop(), OBJECTS - 1)
        elif key == "home" and self._before:
            self._before.clear()
            self._turn_to(0, 0)
        elif key == "/":
            self._screen.ask(Field("Search:", self._look_for, text=self._search, hint="in any column"))
        elif key == "escape" and self._search:
            self._look_for("")
        else:
            return self._cursor.press(key)
        return True

    def process(self) -> Named | None:
        return None

    def _look_for(self, text: str) -> None:
        self._search = text[:200]
        self._before.clear()
        self._turn_to(0, 0)

    def _turn_to(self, offset: int, index: int) -> None:
        self._offset = offset
        self._cursor.index, self._cursor.top = index, 0
        self._screen.read()

    def _summary(self) -> str:
        data = self._data
        if self._search:
            found = f"{data['total']:,} found" if data["total"] is not None else f"{len(data['rows'])} found here"
            return f" {self._search}: {found}{', PgDn looks on' if data.get('next') is not None else ''}"
        kind = f"{data['type']}, {data['protection']}" if data.get("protection") else data["type"]
        return f" {self._offset + self._cursor.index + 1:,} of {data['objects']:,}   {kind}   * is the key"


def _widths(rows: list[list[str]], columns: int, width: int) -> list[int]:
    """How wide each column is: as its widest cell, and the last as wide as can be."""
    widths: list[int] = []
    for number in range(max(1, columns)):
        widest = max((columns_of(row[number][:200]) for row in rows if number < len(row)), default=1)
        widths.append(max(2, min(widest, MOST_WIDE)))
    widths[-1] = max(widths[-1], width - sum(widths[:-1]) - len(widths) + 1)
    return widths


def _cells(each: dict[str, Any]) -> dict[str, Any]:
    owner = each["owner"]
    return {
        **each,
        "objects": count(each["objects"]),
        "memory": size(each["memory"]),
        "owner": "-" if owner is None else f"{owner['pid']} {owner['label'] or ''}",
    }
