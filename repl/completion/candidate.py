"""What a completion consists of, and the order of its candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MOST = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on.

    `text` is what takes the place of `text[start:]`, `label` is what a list shows, and `kind` is one of "function",
    "class", "module", "variable", "property", "keyword", "parameter", "key", "name", "pid", "file", "folder" and
    "more". The last stands for all that are too many to be shown: its text is what all of them begin with.
    """

    text: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Completion:
    """All ways to go on from a text, and what there is to know about the call that the cursor stands in.

    `start` is where in the text the candidates' texts go. `signatures` are those of the innermost call, with the
    current parameter in « ». `documentation` is a short text on the one candidate, or else on the call; "" for none.
    """

    start: int
    candidates: tuple[Candidate, ...] = ()
    signatures: tuple[str, ...] = ()
    documentation: str = ""


def matching(names: Iterable[str], typed: str) -> list[str]:
    """The names that begin with what is typed, whatever the case where none does in that case; private ones only if
    `_` is typed. In alphabetical order, those of the form `__name__` last.
    """
    if not typed.startswith("_"):
        names = [name for name in names if not name.startswith("_")]
    else:
        names = [*names]
    found = [name for name in names if name.startswith(typed)]
    if not found:
        folded = typed.casefold()
        found = [name for name in names if name.casefold().startswith(folded)]
    return sorted(found, key=_place)


def _place(name: str) -> tuple[int, str, str]:
    rank = 0 if name[0] != "_" else 2 if name.startswith("__") and name.endswith("__") else 1
    return rank, name.lower(), name


def listed(
    texts: Sequence[str],
    make: Callable[[str], Candidate],
    typed: str = "",
    *,
    total: int = 0,
    write: Callable[[str], str] = str,
) -> tuple[Candidate, ...]:
    """The candidates for the texts; where they are too many, the first of them, and one that says how many more. Of
    `total` only the first may be given. `write` makes of a beginning of texts what stands in the code for it.
    """
    shown = [make(text) for text in texts[:MOST]]
    total = max(total, len(texts))
    if total > MOST:
        common = _common_start(texts) if total == len(texts) else ""
        common = common if common.startswith(typed) else typed
        shown.append(Candidate(write(common), f"... and {total - MOST:,} more", "more"))
    return tuple(shown)


def _common_start(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    differ = (place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differ, min(len(first), len(last)))]


def literal_of(value: object) -> str:
    """A plain value as it is written in code, strings in double quotes where that is as good."""
    if not isinstance(value, str):
        return repr(value)
    text = repr(str(value))
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text
