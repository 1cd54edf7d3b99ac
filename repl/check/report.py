"""What `pyex check` prints."""

from __future__ import annotations

import os
import sys

from pyex.repl.check.difference import difference
from pyex.repl.check.outcome import Difference, Outcome

_COLOURS = {"-": "31", "+": "32", "@": "36"}


def has_colours() -> bool:
    """Whether standard output is to have colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def report(outcome: Outcome, *, coloured: bool = False) -> list[str]:
    """The lines that tell what differs in a file, and what is wrong with it."""
    lines = []
    for each in outcome.differences:
        lines += [*told(outcome.path, each, coloured=coloured), ""]
    if outcome.problem:
        place = f"{outcome.path}:{outcome.line}" if outcome.line else outcome.path
        lines.append(f"{_paint(place, '1', coloured)}: {outcome.problem}")
    return lines


def told(path: str, each: Difference, *, coloured: bool = False) -> list[str]:
    """The lines that tell one difference: where, the input, the diff, and why."""
    may_fail = " (it may fail)" if each.may_fail else ""
    lines = [_paint(f"{path}:{each.line}{may_fail}", "1", coloured)]
    lines += [f"    {line}" for line in each.text.rstrip("\n").split("\n")]
    diff = difference(each.written, each.printed, each.numbers, left_out=each.left_out)
    changes = [_paint(line, _COLOURS.get(line[:1], ""), coloured) for line in diff[2:]]
    return [*lines, *diff[:2], *changes, *each.reasons]


def _paint(text: str, colour: str, coloured: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if coloured and colour else text
