"""What came of checking a file, as plain data: the worker that plays it tells it line by line, in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Difference:
    """An input whose output is not the one that is written.

    `numbers` are the lines of the file that `written` stands in, and `after` the last line of the input. `is_broken`:
    the input did not come to its end, so that nothing is known of its output.
    """

    line: int
    after: int
    text: str
    written: list[str]
    printed: list[str]
    numbers: list[int]
    reasons: list[str] = field(default_factory=list)
    may_fail: bool = False
    is_broken: bool = False


@dataclass
class Outcome:
    """What came of one file. `problem` is what is wrong with the file as a whole, or what became of its interpreter;
    `digest` is that of the bytes that were played."""

    path: str
    inputs: int = 0
    skipped: int = 0
    differences: list[Difference] = field(default_factory=list)
    problem: str = ""
    line: int = 0
    digest: str = ""

    @property
    def failures(self) -> list[Difference]:
        """The differences that count."""
        return [each for each in self.differences if not each.may_fail]

    @property
    def is_right(self) -> bool:
        return not self.problem and not self.failures


def counted(number: int, word: str) -> str:
    """`counted(1, "file")` is "1 file", and `counted(2, "file")` "2 files"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def summary(outcomes: Sequence[Outcome]) -> str:
    """What came of all files, in one line."""
    inputs = sum(each.inputs for each in outcomes)
    broken = sum(bool(each.problem) for each in outcomes)
    differing = sum(len(each.failures) for each in outcomes)
    files = sum(bool(each.failures) for each in outcomes)
    told = []
    if differing:
        told.append(f"{differing} of {counted(inputs, 'input')} {_verb(differing)}, in {counted(files, 'file')}")
    if broken:
        told.append(f"{counted(broken, 'file')} could not be played to the end")
    return "; ".join(told) or f"{counted(len(outcomes), 'file')}, {counted(inputs, 'input')}, all as written"


def summary_of(outcome: Outcome) -> str:
    """What came of one file, in one line."""
    differing = len(outcome.failures)
    told = f"{differing} of {counted(outcome.inputs, 'input')} {_verb(differing)}"
    if not differing:
        told = f"{counted(outcome.inputs, 'input')}, all as written" if outcome.inputs else "no inputs"
        if outcome.problem:
            told = f"{counted(outcome.inputs, 'input')}, not played to the end" if outcome.inputs else "not played"
    if others := len(outcome.differences) - differing:
        told += f"; {others} that may fail {_verb(others)}"
    if outcome.skipped:
        told += f"; {counted(outcome.skipped, 'session')} skipped"
    return f"{outcome.path}: {told}"


def _verb(count: int) -> str:
    return "differs" if count == 1 else "differ"
