"""Whether an output is the one that is written, and how it is to be written where it is not.

What is written means itself, but for labels (see `labels`), which are bound; times and the version in the banner, which
may be any; and `...`: at the end of a line it stands for the rest of that line, on a line of its own for any lines.
"""

from __future__ import annotations

from pyex.repl.transcript.alignment import (
    DOTS,
    Extra,
    Matched,
    Missing,
    Pair,
    Skipped,
    align,
    align_in_any_order,
    bind,
    label_pairs,
    line_pattern,
    relabelled,
)
from pyex.repl.transcript.labels import Labels, kind_of, labels_of_line
from pyex.repl.transcript.screen_text import screen_text

__all__ = ["conflicts", "line_pattern", "lines_of", "matches", "matches_so_far", "rewritten"]


def matches(expected: str | None, printed: str, labels: Labels, *, any_order: bool = False) -> bool:
    """Whether an output is the one that is written (None: any); labels that it shows for the first time are bound."""
    if expected is None:
        return True
    trial = labels.copy()
    for pair in _pairs(expected, printed, labels, any_order):
        if isinstance(pair, Missing | Extra) or (isinstance(pair, Matched) and not bind(pair, trial)):
            return False
    labels.meant.update(trial.meant)
    return True


def rewritten(expected: str, printed: str, labels: Labels, *, any_order: bool = False) -> list[str]:
    """The lines that are to be written for an output: those that are written already where they match, and the others
    as they were printed. Labels stand for what they are bound to, or are bound; what has none gets a new one."""
    pairs = _pairs(expected, printed, labels, any_order)
    # First those that are written: a line that is not must not take the label of one that is.
    fitting = {id(pair): bind(pair, labels) for pair in pairs if isinstance(pair, Matched)}
    _bind_in_order(pairs, labels)
    lines: list[str] = []
    for pair in pairs:
        match pair:
            case Matched():
                lines.append(pair.written if fitting[id(pair)] else relabelled(pair, labels))
            case Skipped():
                lines.append(pair.written)
            case Extra():
                lines.append(labels.put_on(pair.printed))
    return lines


def _bind_in_order(pairs: list[Pair], labels: Labels) -> None:
    """Have the labels of lines that were not printed stand for what the lines in their place show: other lines of the
    file may have them, too."""
    free = [label for pair in pairs if isinstance(pair, Missing) for label in labels_of_line(pair.written)]
    came = [value for pair in pairs if isinstance(pair, Extra) for value in labels_of_line(pair.printed)]
    for value in came:
        fitting = [label for label in free if label not in labels.meant and kind_of(label) == kind_of(value)]
        if fitting and labels.label_of(value) is None:
            labels.bind(fitting[0], value)


def conflicts(expected: str | None, printed: str, labels: Labels, *, any_order: bool = False) -> list[str]:
    """What is wrong with the labels of the lines that are otherwise what is written, in words."""
    if expected is None:
        return []
    trial = labels.copy()
    problems = []
    for pair in _pairs(expected, printed, labels, any_order):
        for label, value in label_pairs(pair) if isinstance(pair, Matched) else ():
            problem = trial.conflict(label, value)
            if problem and problem not in problems:
                problems.append(problem)
            trial.bind(label, value)
    return problems


def matches_so_far(expected: str, printed: str) -> bool:
    """Whether an output can still become the one that is written, if more comes; labels are not looked at."""
    written, so_far = lines_of(expected), screen_text(printed).lstrip("\n").split("\n")
    # What stands behind the last line break may go on.
    unfinished = so_far.pop()
    if len(so_far) >= len(written) and not any(line.strip() == DOTS for line in written):
        return False
    for line, came in zip(written, so_far, strict=False):
        if line.strip() == DOTS:
            return True
        if not line_pattern(line).fullmatch(came):
            return False
    return len(so_far) + bool(unfinished) <= len(written)


def lines_of(text: str) -> list[str]:
    """The lines of an output; empty ones before and after it do not count."""
    stripped = text.strip("\n")
    return stripped.split("\n") if stripped else []


def _pairs(expected: str, printed: str, labels: Labels, any_order: bool) -> list[Pair]:
    aligned = align_in_any_order if any_order else align
    return aligned(lines_of(expected), lines_of(screen_text(printed)), labels)
