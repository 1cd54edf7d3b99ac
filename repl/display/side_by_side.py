"""Names side by side, row by row, as IEx lists them: files by `ls()`, functions by `exports()`."""

from __future__ import annotations

from collections.abc import Mapping

from pyex.inspection.text_width import columns_of
from pyex.repl.display.colours import coloured

# What stands between two names, and how wide a name may make its column.
_GAP, _WIDEST = 5, 30


def side_by_side(names: Mapping[str, str], width: int) -> list[str]:
    """Names in lines of at most `width` columns, side by side; each is coloured by its kind, "" for none."""
    if not names:
        return []
    offset = min(max(map(columns_of, names)), _WIDEST) + _GAP
    lines: list[str] = []
    line, used = "", 0
    for name, kind in names.items():
        columns_taken = columns_of(name)
        # A name that is wider than its column takes several.
        start = -(-used // offset) * offset
        if used and start + columns_taken > width:
            lines.append(line)
            line, used, start = "", 0, 0
        line += " " * (start - used) + (coloured(kind, name) if kind else name)
        # At least two spaces before the next one.
        used = start + columns_taken + (0 if columns_taken + 2 <= offset else 2)
        line += " " * (used - start - columns_taken)
    return [each.rstrip() for each in [*lines, line]]
