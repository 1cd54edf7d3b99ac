"""The page Processes: the table of all of them, of which only the part on the screen is read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pyex.observer.terminal.cells import BAD, PID, Line, chosen, line
from pyex.observer.terminal.columns import Column, head, laid_out, row
from pyex.observer.terminal.cursor import Cursor
from pyex.observer.terminal.field import Field
from pyex.observer.terminal.figures import count, rate, size
from pyex.observer.terminal.page import Keys, Named, Screen

COLUMNS = (
    Column("pid", "PID", 10),
    Column("label", "NAME OR INITIAL CALL", 18, share=3),
    Column("reductions", "REDS", 7, right=True, rank=4),
    Column("rate", "REDS/S", 7, right=True, rank=3),
    Column("memory", "MEMORY", 8, right=True, rank=5),
    Column("queue", "MSGQ", 6, right=True, rank=1),
    Column("status", "STATUS", 9, rank=6),
    Column("current", "CURRENT FUNCTION", 16, share=2, rank=7),
)
SORT_KEYS = {"i": "pid", "n": "label", "r": "reductions", "s": "rate", "m": "memory", "u": "queue", "t": "status"}
# Those that begin with the least.
UPWARD = ("pid", "label", "current", "status")
# So many rows above and below what is shown are read too, so that one can scroll on at once.
MARGIN = 40
MOST = 1000


class ProcessesPage:
    """The table."""

    title = "Processes"
    keys: Keys = (
        ("Enter", "details"),
        ("k", "kill"),
        ("/", "search"),
        ("←→", "sort"),
        ("R", "reverse"),
        ("o", "own"),
        ("+-", "speed"),
        ("p", "pause"),
    )

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._sort, self._is_downward = "rate", True
        self._search = ""
        self._with_own = False
        self._cursor = Cursor()
        # The rows that have been read, and the number of the first; the process that the cursor stays with.
        self._rows: list[dict[str, Any]] = []
        self._first = 0
        self._asked = 0
        self._followed: str | None = None
        self._count = self._total = 0
        self._has_read = False
        self._error = ""

    def view(self, height: int) -> str:
        self._asked = max(0, self._cursor.top - MARGIN)
        order = "desc" if self._is_downward else "asc"
        limit = min(MOST, height + 2 * MARGIN)
        return (
            f"processes?sort={self._sort}&order={order}&offset={self._asked}&limit={limit}"
            f"&own={int(self._with_own)}&search={quote(self._search)}"
        )

    def take(self, data: dict[str, Any]) -> None:
        self._error = data.get("error", "")
        if self._error:
            return
        self._has_read = True
        self._rows, self._first = data["rows"], self._asked
        self._count, self._total = data["count"], data["total"]
        if self._followed is not None:
            for number, each in enumerate(self._rows, start=self._first):
                if each["pid"] == self._followed:
                    self._cursor.index = number
                    break
            else:
                self._followed = None
        self._cursor.settle(self._total, self._cursor.height)

    def draw(self, width: int, height: int) -> list[Line]:
        self._cursor.settle(self._total, height - 2)
        widths = laid_out(COLUMNS, width)
        sign = ("▼" if self._is_downward else "▲") if self._screen.has_lines else ("v" if self._is_downward else "^")
        lines = [head(widths, width, self._sort, sign)]
        for number in range(self._cursor.top, min(self._cursor.top + height - 2, self._total)):
            each = self._row(number)
            if each is None:
                lines.append([("", "…" if self._screen.has_lines else "...")])
                continue
            styles = {"pid": PID}
            if each["status"] == "suspended":
                styles["status"] = BAD
            pieces = row(widths, _cells(each), styles)
            lines.append(chosen(pieces, width) if number == self._cursor.index else pieces)
        lines += [[] for _ in range(height - 1 - len(lines))]
        return [*lines, self._summary(width)]

    def press(self, key: str) -> bool:
        if self._cursor.press(key):
            each = self._row(self._cursor.index)
            # At the top one looks at the first, whichever it is.
            self._followed = each["pid"] if each is not None and self._cursor.index else None
            last = self._cursor.top + self._cursor.height
            if self._row(self._cursor.top) is None or self._row(min(last, self._total - 1)) is None:
                self._screen.read()
            return True
        if key in ("left", "right"):
            names = [column.key for column in COLUMNS]
            self._sort_by(names[(names.index(self._sort) + (1 if key == "right" else -1)) % len(names)])
        elif key in SORT_KEYS:
            self._sort_by(SORT_KEYS[key])
        elif key == "R":
            self._is_downward = not self._is_downward
            self._anew()
        elif key == "o":
            self._with_own = not self._with_own
            self._anew()
        elif key == "/":
            before = self._search
            self._screen.ask(
                Field(
                    "Search:",
                    self._look_for,
                    text=self._search,
                    hint="Enter: keep it   Esc: as before",
                    on_change=self._look_for,
                    on_leave=lambda: self._look_for(before),
                )
            )
        elif key == "escape" and self._search:
            self._look_for("")
        else:
            return False
        return True

    def process(self) -> Named | None:
        each = self._row(self._cursor.index)
        return None if each is None else (each["pid"], each["label"])

    def _row(self, number: int) -> dict[str, Any] | None:
        place = number - self._first
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _sort_by(self, sort: str) -> None:
        self._sort, self._is_downward = sort, sort not in UPWARD
        self._anew()

    def _look_for(self, text: str) -> None:
        self._search = text[:200]
        self._anew()

    def _anew(self) -> None:
        self._cursor.index = self._cursor.top = 0
        self._followed = None
        self._screen.read()

    def _summary(self, width: int) -> Line:
        if self._error:
            return line(width, (BAD, f" {self._error}"))
        if not self._has_read:
            return line(width, ("", " reading"))
        place = f" {min(self._cursor.index + 1, self._total):,} of {self._total:,}"
        search = f"   search: {self._search}" if self._search else ""
        own = f"   o shows {self._count - self._total:,} of pyex's own" if not self._with_own and not search else ""
        return line(width, ("", place), ("bold", search), ("", own))


def _cells(each: dict[str, Any]) -> dict[str, Any]:
    return {
        **each,
        "reductions": count(each["reductions"]),
        "rate": rate(each["rate"]),
        "memory": size(each["memory"]),
        "queue": count(each["queue"]),
    }
