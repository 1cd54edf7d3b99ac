"""What came of checking a file, as plain data: the worker that plays it tells it line by line, in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

# What a difference is about: the code of a set-up and the check of a lesson's task are no inputs.
Kind = Literal["input", "set-up", "check"]


@dataclass
class Difference:
    """An input whose output is not the one that is written; or a set-up or a check that went wrong.

    `numbers` are the lines of the file that `written` stands in, and `after` the last line of the input. `is_broken`:
    the input did not come to its end, so that nothing is known of its output. `is_flood`: it printed more than can be
    shown, and so many further lines are `left_out` of `printed`.
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
    kind: Kind = "input"
    is_flood: bool = False
    left_out: int = 0


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
    failures = [failure for each in outcomes for failure in each.failures]
    differing = _count(failures, "input")
    files = sum(_count(each.failures, "input") > 0 for each in outcomes)
    told = _beside_inputs(failures)
    if differing:
        told.append(f"{differing} of {counted(inputs, 'input')} {_verb(differing)}, in {counted(files, 'file')}")
    if broken:
        told.append(f"{counted(broken, 'file')} could not be played to the end")
    found = f"{counted(inputs, 'input')}, all as written" if inputs else "without an input that was checked"
    return "; ".join(told) or f"{counted(len(outcomes), 'file')}, {found}"


def summary_of(outcome: Outcome) -> str:
    """What came of one file, in one line."""
    told = _beside_inputs(outcome.failures)
    inputs = counted(outcome.inputs, "input")
    if differing := _count(outcome.failures, "input"):
        told.append(f"{differing} of {inputs} {_verb(differing)}")
    elif outcome.problem:
        told.append(f"{inputs}, not played to the end" if outcome.inputs else "not played")
    elif outcome.inputs:
        told.append(f"{inputs}, all as written")
    else:
        told.append("nothing was checked" if outcome.skipped else "no sessions, so nothing was checked")
    if others := len(outcome.differences) - len(outcome.failures):
        told.append(f"{others} that may fail {_verb(others)}")
    if outcome.skipped:
        told.append(f"{counted(outcome.skipped, 'session')} skipped")
    return f"{outcome.path}: {'; '.join(told)}"


def _beside_inputs(failures: Sequence[Difference]) -> list[str]:
    """How many set-ups and checks went wrong, which are no inputs."""
    set_ups, checks = _count(failures, "set-up"), _count(failures, "check")
    told = [f"{counted(set_ups, 'set-up')} failed"] if set_ups else []
    return [*told, f"{counted(checks, 'check')} failed"] if checks else told


def _count(differences: Sequence[Difference], kind: Kind) -> int:
    return sum(each.kind == kind for each in differences)


def _verb(count: int) -> str:
    return "differs" if count == 1 else "differ"
