"""A Markdown table for a terminal: columns as wide as they need to be, cells broken between words where they must."""

from __future__ import annotations

import re

from pyex.inspection.text_width import columns_of
from pyex.repl.documentation.inline import width_of
from pyex.repl.documentation.layout import filled
from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.inline import marked

GAP = 2
# Where there is less room for each column, the cells of a row stand one below the other.
NARROWEST = 12

_SEPARATOR = re.compile(r"(?<!\\)\|")


def table(lines: list[str], columns: int, paint: Paint) -> list[str]:
    """The lines of a table, of which the second says how columns are aligned; at most so many columns wide."""
    rows = [_cells(line) for line in lines if line.strip()]
    heading, rows = rows[0], rows[2:]
    count = len(heading)
    rows = [(row + [""] * count)[:count] for row in rows]
    every = [[marked(cell, paint) for cell in row] for row in rows]
    names = [marked(cell, paint, "doc_headings") for cell in heading]
    widths = _widths([names, *every], columns - GAP * (count - 1))
    if not widths:
        return _stacked(names, every, columns)
    laid: list[str] = []
    if any(heading):
        laid += [*_row(names, widths), (" " * GAP).join("─" * width for width in widths)]
    for row in every:
        laid += _row(row, widths)
    return laid


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell.strip().replace("\\|", "|") for cell in _SEPARATOR.split(line)]


def _widths(rows: list[list[str]], room: int) -> list[int]:
    """How wide each column is; nothing where they have no room beside each other."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    if room < sum(min(width, NARROWEST) for width in widths):
        return []
    while sum(widths) > room:
        widest = max(widths)
        next_widest = max((width for width in widths if width < widest), default=0)
        share = -(-(sum(widths) - room) // widths.count(widest))
        narrower = max(widest - share, next_widest, NARROWEST)
        widths = [narrower if width == widest else width for width in widths]
        if sum(widths) > room and narrower == NARROWEST:
            return []
    return widths


def _row(cells: list[str], widths: list[int]) -> list[str]:
    broken = [_broken(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, broken))):
        parts = [(cell[number] if number < len(cell) else "") for cell in broken]
        padded = [part + " " * (width - width_of(part)) for part, width in zip(parts, widths, strict=True)]
        lines.append((" " * GAP).join(padded).rstrip())
    return lines


def _broken(cell: str, width: int) -> list[str]:
    lines: list[str] = []
    for line in filled(cell, width):
        # A word that is wider than its column.
        while width_of(line) > width and columns_of(line) == len(line) and "\x1b" not in line:
            lines.append(line[:width])
            line = line[width:]
        lines.append(line)
    return lines


def _stacked(names: list[str], rows: list[list[str]], columns: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for number, (name, cell) in enumerate(zip(names, row, strict=True)):
            if cell:
                front = f"{name}: " if name else ""
                lines += filled(front + cell, columns, "  " if number else "", "  ")
    return lines
