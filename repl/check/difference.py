"""The difference between what is written and what was printed, as a unified diff with the file's line numbers."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff

# How many lines of a diff are shown.
MOST_SHOWN = 100


def difference(
    written: Sequence[str], printed: Sequence[str], numbers: Sequence[int], *, left_out: int = 0
) -> list[str]:
    """The lines of a diff, none where the two are alike; of a long one the first. `numbers` are those of the written
    lines in the file, and so many printed lines are `left_out` already."""
    lines = list(unified_diff(written, printed, "written", "printed", lineterm=""))
    if not lines:
        return []
    shown = [*lines[:2], *(_placed(line, numbers) for line in lines[2 : MOST_SHOWN + 2])]
    more = len(lines) - len(shown) + left_out
    return [*shown, f"... {more} more lines of this difference are left out"] if more else shown


def _placed(line: str, numbers: Sequence[int]) -> str:
    """A hunk's first line names the line of the file in the place of that of the output; others stay."""
    if not line.startswith("@@ "):
        return line
    first = int(line.split()[1].lstrip("-").partition(",")[0])
    if not numbers:
        return "@@ nothing is written @@"
    return f"@@ line {numbers[min(max(first - 1, 0), len(numbers) - 1)]} @@"
