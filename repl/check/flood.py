"""Outputs that are too long to be shown, and to be written into a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from pyex.repl.check.outcome import Difference

# How much more than is written is a flood.
MOST_LINES, MOST_CHARACTERS = 1000, 100_000
# What is passed on of a flood: lines, from shortly before the first that differs.
_LINES_KEPT, _LINES_BEFORE = 200, 3
# What is shown of one line, and of the lines that tell what went wrong.
_SHOWN_OF_LINE, _SHOWN_OF_LINES = 2000, 60


def without_flood(difference: Difference) -> Difference:
    """The difference; of a flood only its beginning, with the number of the lines that are left out."""
    reasons = middle_left_out(difference.reasons)
    written, printed = difference.written, difference.printed
    is_flood = len(printed) > len(written) + MOST_LINES or _size(printed) > _size(written) + MOST_CHARACTERS
    if not is_flood:
        return replace(difference, reasons=reasons)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(written, printed, strict=False)))
    kept = slice(max(0, alike - _LINES_BEFORE), max(0, alike - _LINES_BEFORE) + _LINES_KEPT)
    return replace(
        difference,
        written=written[kept],
        printed=[shortened(line) for line in printed[kept]],
        numbers=difference.numbers[kept],
        reasons=reasons,
        is_flood=True,
        left_out=max(0, len(printed) - kept.stop),
    )


def shortened(line: str) -> str:
    """A line as it is shown: of one that is very long the beginning, and how much more there is."""
    more = len(line) - _SHOWN_OF_LINE
    return f"{line[:_SHOWN_OF_LINE]}... ({more} more characters)" if more > 0 else line


def middle_left_out(lines: Sequence[str]) -> list[str]:
    """The lines; of very many the first and the last, and between them how many there are."""
    half = _SHOWN_OF_LINES // 2
    shown = [*lines]
    if len(lines) > _SHOWN_OF_LINES:
        shown = [*lines[:half], f"... {len(lines) - 2 * half} lines are left out here ...", *lines[-half:]]
    return [shortened(line) for line in shown]


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines))
