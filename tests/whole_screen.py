"""A terminal with a second screen, as real ones have it: what draws on all of it leaves the first as it was."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pyte
from screen import Screen

ALTERNATE = 1049
ESCAPE, UP, DOWN, END = "\x1b", "\x1b[A", "\x1b[B", "\x1b[F"


class _TwoScreens(pyte.HistoryScreen):
    """pyte's, which knows of one only."""

    is_alternate = False

    def set_mode(self, *modes: int, **options: Any) -> None:
        if options.get("private") and ALTERNATE in modes and not self.is_alternate:
            self._usual = deepcopy(self.buffer), self.cursor.x, self.cursor.y
            self.is_alternate = True
            self.erase_in_display(2)
        super().set_mode(*modes, **options)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        if options.get("private") and ALTERNATE in modes and self.is_alternate:
            self.is_alternate = False
            self.reset_cells()
        super().reset_mode(*modes, **options)

    def reset_cells(self) -> None:
        buffer, self.cursor.x, self.cursor.y = self._usual
        self.erase_in_display(2)
        for number, row in buffer.items():
            self.buffer[number].update(row)


class WholeScreen(Screen):
    """The program at such a terminal."""

    def __init__(self, *command: str, rows: int = 30, columns: int = 100, first: str = "pyex(1)>") -> None:
        super().__init__(*command, rows=rows, columns=columns, first="")
        self.screen: _TwoScreens = _TwoScreens(columns, rows, history=100_000)
        self.stream = pyte.ByteStream(self.screen)
        if first:
            self.waits_for(lambda: self.last_line() == first, f"the first prompt, {first}")

    def opens(self, line: str = "observer.cli()") -> None:
        """Open the Observer, and wait until there are processes in it."""
        self.types(line)
        self.observes()

    def observes(self) -> None:
        """Wait until the Observer is there."""
        self.waits_for(lambda: self.screen.is_alternate and " of " in self.rows()[-2], "the Observer")

    def leaves(self, key: str = "q") -> None:
        """Leave the Observer."""
        self.presses(key)
        self.waits_for(lambda: not self.screen.is_alternate, "the usual screen")

    def rows(self) -> list[str]:
        """What stands on the screen."""
        return [row.rstrip() for row in self.screen.display]

    def chosen(self) -> str:
        """The line that the cursor is on."""
        width = self.screen.columns
        rows = [number for number in range(self.screen.lines) if self.screen.buffer[number][width - 1].reverse]
        return self.rows()[rows[0]] if rows else ""

    def row_with(self, text: str) -> str:
        """Wait for a row with this text; the row."""
        self.waits_for(lambda: any(text in row for row in self.rows()), text)
        return next(row for row in self.rows() if text in row)

    def moves_to(self, text: str) -> None:
        """Go down until the cursor is on a row with this text."""
        self.row_with(text)
        for _ in range(self.screen.lines):
            if text in self.chosen():
                return
            before = self.chosen()
            self.presses(DOWN)
            self.waits_for(lambda before=before: self.chosen() != before, "the next row")
        raise AssertionError(f"no row with {text}:\n" + "\n".join(self.rows()))

    def becomes(self, rows: int, columns: int) -> None:
        """Give the window another size."""
        self.screen.resize(rows, columns)
        self.screen.erase_in_display(2)
        self.process.setwinsize(rows, columns)
