"""What a terminal shows, on a paper without end: lines of coloured text, and where the cursor is after each event.

Only what recordings contain is understood: text, ends of lines, and the sequences for colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyex.inspection.text_width import columns_of
from pyex.repl.display.colours import NAMES
from pyex.repl.export.colouring import Style
from pyex.repl.export.recording import Event

_PART = re.compile(r"\x1b\[(?P<codes>[\d;]*)m|(?P<end>\r\n)|(?P<text>[^\x1b\r]+|.)", re.DOTALL)
_HUES = {NAMES[name]: name for name in ("red", "green", "magenta", "cyan", "yellow", "blue", "white", "black")}
_GREY = 90
# What the style's marks begin with, and the codes that end them.
_MARKS = {1: "bright", 3: "italic", 4: "underline", 7: "reverse"}
_ENDS = {22: "bright", 23: "italic", 24: "underline", 27: "reverse"}


@dataclass(frozen=True)
class Cell:
    """A character, where it stands, and how."""

    column: int
    width: int
    text: str
    style: Style


@dataclass(frozen=True)
class Cursor:
    """Where the cursor is from some second on."""

    seconds: float
    row: int
    column: int


def written(events: Iterable[Event], columns: int) -> tuple[list[list[Cell]], list[Cursor]]:
    """The lines that the events write on a terminal of so many columns, and the way of the cursor."""
    lines: list[list[Cell]] = [[]]
    way: list[Cursor] = []
    style: set[str] = set()
    column = 0
    for event in events:
        for part in _PART.finditer(event.text):
            if part["codes"] is not None:
                _apply(part["codes"], style)
            elif part["end"]:
                lines.append([])
                column = 0
            else:
                for character in part["text"]:
                    width = columns_of(character)
                    if not width and lines[-1]:
                        # An accent belongs to the character before it.
                        before = lines[-1].pop()
                        lines[-1].append(Cell(before.column, before.width, before.text + character, before.style))
                        continue
                    if column + width > columns:
                        lines.append([])
                        column = 0
                    lines[-1].append(Cell(column, width, character, tuple(sorted(style))))
                    column += width
        if way and way[-1].seconds == event.seconds:
            way.pop()
        way.append(Cursor(event.seconds, len(lines) - 1, column))
    return lines, way


def _apply(codes: str, style: set[str]) -> None:
    for code in [int(each or 0) for each in codes.split(";")]:
        if code == 0:
            style.clear()
        elif code in _HUES or code in (39, _GREY):
            style.difference_update([*_HUES.values(), "quiet"])
            if code != 39:
                style.add(_HUES.get(code, "quiet"))
        elif code in _MARKS:
            style.add(_MARKS[code])
        elif code in _ENDS:
            style.discard(_ENDS[code])
