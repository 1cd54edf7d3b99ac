"""Labels: what differs from run to run and yet must be the same wherever it is written, as pids.

The first `#PID<0.98.0>` in a file stands for the pid that really comes, there and everywhere after; another label for
another pid. So do references, the addresses in `<object object at 0x7f0a>`, and numbers as large as `id(x)` gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# `kind` tells what a label can stand for: a pid never for a reference.
_KINDS = {
    "pid": r"#PID<[\d.]+>",
    "reference": r"#Reference<[\d.]+>",
    "address": r"(?<=at )0x[0-9a-fA-F]{4,16}\b",
    # Where the memory of a 64-bit program is.
    "id": r"(?<![\w.])(?:9[3-9]\d{12}|1[0-4]\d{13})(?![\w.])",
}
# How an input names one: "0.98.0", as in `pid("0.98.0")`, or `pid(0, 98, 0)`.
_NAMED = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])|\bpid\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)")
LABEL = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())


def kind_of(label: str) -> str:
    """What kind of label this is."""
    return "pid" if label[1:2] == "P" else "reference" if label[0] == "#" else "address" if label[1] == "x" else "id"


def pattern_of(label: str) -> str:
    """A regular expression for what a label can stand for."""
    return _KINDS[kind_of(label)]


@dataclass
class Labels:
    """What each label of a session stands for; one label each. `written` are those that the file has anywhere."""

    meant: dict[str, str] = field(default_factory=dict)
    written: frozenset[str] = frozenset()

    def bind(self, label: str, value: str) -> bool:
        """Whether the label can stand for the value; from here on it does."""
        if label in self.meant:
            return self.meant[label] == value
        if value in self.meant.values():
            return False
        self.meant[label] = value
        return True

    def conflict(self, label: str, value: str) -> str:
        """Why a label cannot stand for a value, in words for who wrote it; "" where it can."""
        if (meant := self.meant.get(label)) is not None and meant != value:
            return f"{label} stands for another {_word(label)} already: write one that is not used yet"
        other = self.label_of(value)
        if other is not None and other != label:
            return f"{label} would be the {_word(label)} that is {other} already: write {other}"
        return ""

    def label_of(self, value: str) -> str | None:
        """The label that stands for a value."""
        return next((label for label, meant in self.meant.items() if meant == value), None)

    def label_for(self, value: str) -> str:
        """The label that stands for a value; a new one where there is none yet."""
        label = self.label_of(value)
        if label is None:
            label = self._new_label(value)
            self.meant[label] = value
        return label

    def put_on(self, line: str) -> str:
        """A line that was printed, with labels in the place of what they stand for."""
        return re.sub(LABEL, lambda found: self.label_for(found[0]), line)

    def _new_label(self, value: str) -> str:
        """What came itself where the file has no such labels, or else the one after the last of them."""
        taken = [label for label in {*self.written, *self.meant} if kind_of(label) == kind_of(value)]
        return _following(max(taken, key=_rank)) if taken else value

    def copy(self) -> Labels:
        return Labels(dict(self.meant), self.written)

    def put_in(self, text: str) -> str:
        """An input with what its labels stand for: `pid("0.98.0")` and `pid(0, 98, 0)` name the pid that came."""
        real = {}
        for label, value in self.meant.items():
            if label.startswith("#"):
                real[_numbers(label)] = _numbers(value)

        def put(found: re.Match[str]) -> str:
            numbers = _named_by(found)
            if numbers not in real:
                return found[0]
            return real[numbers] if found[1] is None else f"pid({', '.join(real[numbers].split('.'))})"

        return _NAMED.sub(put, text)


def numbers_in(text: str) -> list[tuple[str, str]]:
    """What in an input may name a label, as it is written and as the label's numbers."""
    return [(found[0], _named_by(found)) for found in _NAMED.finditer(text)]


def _named_by(found: re.Match[str]) -> str:
    return ".".join(found.groups()) if found[1] is not None else found[0]


def _numbers(label: str) -> str:
    return label.partition("<")[2].rstrip(">")


def labels_in(text: str) -> frozenset[str]:
    """All labels in a text."""
    return frozenset(labels_of_line(text))


def labels_of_line(line: str) -> list[str]:
    """The labels in a line, in their order."""
    return [found[0] for found in re.finditer(LABEL, line)]


def _rank(label: str) -> tuple[int, ...]:
    """What is greater the later a label comes."""
    return tuple(int(number, 16 if label.startswith("0x") else 10) for number in _parts(label))


def _parts(label: str) -> list[str]:
    return re.findall(r"\d+", label) if label.startswith("#") else [label]


def _following(label: str) -> str:
    """The label after this one: a pid has its number in the middle."""
    if not label.startswith("#"):
        number = _rank(label)[0] + 16
        return f"{number:#x}" if label.startswith("0x") else str(number)
    parts = _parts(label)
    at = -2 if label.startswith("#PID") and len(parts) > 1 else -1
    parts[at] = str(int(parts[at]) + 1)
    return f"{label.partition('<')[0]}<{'.'.join(parts)}>"


def _word(label: str) -> str:
    return {"pid": "pid", "reference": "reference", "address": "address", "id": "id"}[kind_of(label)]
