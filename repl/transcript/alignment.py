"""Which line of an output is which of those that are written, so that what differs can be told from what does not.

    align(["a", "...", "z"], ["a", "b", "c", "z"], Labels())
    # [Matched("a", "a"), Skipped("..."), Matched("z", "z")]

A written line matches a printed one when nothing differs but times, the version in the banner, what `...` at its end
stands for, and labels; `...` on a line of its own stands for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyex.repl.transcript.labels import LABEL, Labels, pattern_of

DOTS = "..."
_CHANGING = re.compile(
    rf"{LABEL}|(?P<time>(?:\d{{4}}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:\.\d+)?)"
    r"|(?P<version>Pyex \([^)\s]*\))|(?P<rest>\.\.\.$)"
)
_ANY = {"time": r"(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:\.\d+)?", "version": r"Pyex \([^)\s]*\)", "rest": ".*"}
# What it costs to leave a line without a partner, and to take one whose labels stand for others.
_ALONE, _CONFLICT = 2, 1
# Beyond this many pairs of lines, only the beginning and the end of an output are aligned.
_MOST_PAIRS = 1_000_000


@dataclass(frozen=True)
class Matched:
    """A line that is written, and the one that was printed for it."""

    written: str
    printed: str


@dataclass(frozen=True)
class Missing:
    """A line that is written and was not printed."""

    written: str


@dataclass(frozen=True)
class Extra:
    """A line that was printed and is not written."""

    printed: str


@dataclass(frozen=True)
class Skipped:
    """`...`, for whatever lines it stands for."""

    written: str


Pair = Matched | Missing | Extra | Skipped


def align(written: Sequence[str], printed: Sequence[str], labels: Labels) -> list[Pair]:
    """Pair the lines so that as few as possible are left alone. No label is bound by that."""
    start, end = 0, 0
    shorter = min(len(written), len(printed))
    while start < shorter and _fits(written[start], printed[start], labels):
        start += 1
    while end < shorter - start and _fits(written[-1 - end], printed[-1 - end], labels):
        end += 1
    before = _side_by_side(written[:start], printed[:start])
    after = _side_by_side(written[len(written) - end :], printed[len(printed) - end :])
    middle = _aligned(written[start : len(written) - end], printed[start : len(printed) - end], labels)
    return [*before, *middle, *after]


def align_in_any_order(written: Sequence[str], printed: Sequence[str], labels: Labels) -> list[Pair]:
    """As `align`, where the lines may have come in any order; `...` on a line of its own allows for others."""
    free = list(range(len(printed)))
    partners: dict[int, int] = {}
    trial = labels.copy()
    # Those that can be but one line first.
    order = sorted(range(len(written)), key=lambda at: (len(_CHANGING.findall(written[at])), at))
    for at in order:
        fitting = [each for each in free if written[at].strip() != DOTS and _fits(written[at], printed[each], trial)]
        for each in fitting[:1]:
            partners[at] = each
            free.remove(each)
            bind(Matched(written[at], printed[each]), trial)
    pairs: list[Pair] = []
    for at, line in enumerate(written):
        if line.strip() == DOTS:
            pairs.append(Skipped(line))
            free = []
        else:
            pairs.append(Matched(line, printed[partners[at]]) if at in partners else Missing(line))
    return [*pairs, *(Extra(printed[each]) for each in free)]


def line_pattern(line: str) -> re.Pattern[str]:
    """A regular expression for one line that is written, whatever its labels stand for."""
    return _compiled(line)[0] or re.compile(re.escape(line))


def label_pairs(pair: Matched) -> list[tuple[str, str]]:
    """The labels in a written line, and what was printed for each."""
    pattern, names = _compiled(pair.written)
    found = pattern.fullmatch(pair.printed) if pattern is not None else None
    return [(label, found[group]) for group, label in names] if found is not None else []


def bind(pair: Matched, labels: Labels) -> bool:
    """Bind the labels of a line; returns whether each of them can stand for what was printed for it."""
    are_bound = [labels.bind(label, value) for label, value in label_pairs(pair)]
    return all(are_bound)


def relabelled(pair: Matched, labels: Labels) -> str:
    """The written line with the labels that what was printed has."""
    values = iter(label_pairs(pair))

    def label(found: re.Match[str]) -> str:
        return found[0] if found.lastgroup in _ANY else labels.label_for(next(values)[1])

    return _CHANGING.sub(label, pair.written)


def _fits(written: str, printed: str, labels: Labels) -> bool:
    return _cost(written, printed, labels) == 0


def _cost(written: str, printed: str, labels: Labels) -> int | None:
    """What it costs to take the two for the same; None where they are not."""
    pattern, _ = _compiled(written)
    if pattern is None:
        return 0 if written == printed else None
    if written.strip() == DOTS or not pattern.fullmatch(printed):
        return None
    return 0 if bind(Matched(written, printed), labels.copy()) else _CONFLICT


@lru_cache(maxsize=10_000)
def _compiled(line: str) -> tuple[re.Pattern[str] | None, tuple[tuple[str, str], ...]]:
    """A regular expression for a line, and the labels of its groups; no expression where it stands for itself."""
    names: list[tuple[str, str]] = []
    pattern, end = "", 0
    for found in _CHANGING.finditer(line):
        pattern += re.escape(line[end : found.start()])
        end = found.end()
        kind = str(found.lastgroup)
        if kind in _ANY:
            pattern += _ANY[kind]
        else:
            names.append((f"label{len(names)}", found[0]))
            pattern += f"(?P<{names[-1][0]}>{pattern_of(found[0])})"
    if not end:
        return None, ()
    return re.compile(pattern + re.escape(line[end:])), tuple(names)


def _side_by_side(written: Sequence[str], printed: Sequence[str]) -> list[Pair]:
    return [Matched(*pair) for pair in zip(written, printed, strict=True)]


def _aligned(written: Sequence[str], printed: Sequence[str], labels: Labels) -> list[Pair]:
    """The cheapest way from the first lines to the last, by dynamic programming from the end."""
    if len(written) * len(printed) > _MOST_PAIRS:
        return [*map(Missing, written), *map(Extra, printed)]
    costs = _costs(written, printed, lambda line, came: _cost(line, came, labels))
    pairs: list[Pair] = []
    at = came = 0
    while at < len(written) or came < len(printed):
        here = costs[at][came]
        if at < len(written) and written[at].strip() == DOTS:
            if came < len(printed) and here == costs[at][came + 1]:
                came += 1
                continue
            pairs.append(Skipped(written[at]))
            at += 1
            continue
        if at < len(written) and came < len(printed):
            cost = _cost(written[at], printed[came], labels)
            if cost is not None and here == cost + costs[at + 1][came + 1]:
                pairs.append(Matched(written[at], printed[came]))
                at, came = at + 1, came + 1
                continue
        if at < len(written) and here == _ALONE + costs[at + 1][came]:
            pairs.append(Missing(written[at]))
            at += 1
        else:
            pairs.append(Extra(printed[came]))
            came += 1
    return pairs


def _costs(written: Sequence[str], printed: Sequence[str], cost: Callable[[str, str], int | None]) -> list[list[int]]:
    """What the rest costs from each pair of lines on."""
    count = len(printed)
    rows = [[_ALONE * (count - came) for came in range(count + 1)]]
    for line in reversed(written):
        below, row = rows[-1], [0] * (count + 1)
        if line.strip() == DOTS:
            row[count] = below[count]
            for came in range(count - 1, -1, -1):
                row[came] = min(row[came + 1], below[came])
        else:
            row[count] = below[count] + _ALONE
            for came in range(count - 1, -1, -1):
                row[came] = _ALONE + min(row[came + 1], below[came])
                pair = cost(line, printed[came])
                if pair is not None:
                    row[came] = min(row[came], pair + below[came + 1])
        rows.append(row)
    return rows[::-1]
