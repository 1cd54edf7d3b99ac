"""Tables on a screen of any width: which columns there is room for, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyex.observer.terminal.cells import HEAD, Line, fitted


class Column(NamedTuple):
    """`least` is how wide it must be; of what is left over each has its `share`. Those of the highest `rank` go first
    where there is no room."""

    key: str
    title: str
    least: int
    right: bool = False
    share: int = 0
    rank: int = 0


Widths = list[tuple[Column, int]]


def laid_out(columns: Sequence[Column], width: int) -> Widths:
    """The columns that there is room for, with their widths."""
    kept = list(columns)
    while len(kept) > 1 and sum(column.least + 1 for column in kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    left = max(0, width - sum(column.least + 1 for column in kept))
    shares = sum(column.share for column in kept) or 1
    return [(column, column.least + left * column.share // shares) for column in kept]


def head(widths: Widths, width: int, sort: str = "", sign: str = "") -> Line:
    """The titles, with a sign at the one by which it is sorted."""
    titles = [
        fitted(f"{column.title}{sign if column.key == sort else ''}", wide, right=column.right)
        for column, wide in widths
    ]
    return [(HEAD, fitted(" ".join(titles), width))]


def row(widths: Widths, cells: dict[str, Any], styles: dict[str, str] | None = None) -> Line:
    """The cells of a row."""
    styles = styles or {}
    pieces: Line = []
    for column, wide in widths:
        pieces += [(styles.get(column.key, ""), fitted(cells.get(column.key, ""), wide, right=column.right)), ("", " ")]
    return pieces
