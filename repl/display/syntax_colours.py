"""Values in colour: the tokens of a layout painted."""

from __future__ import annotations

from collections.abc import Iterable

from pyex.inspection.layout import Token


def painted(tokens: Iterable[Token], sequences: dict[str, str], reset: str) -> str:
    """The tokens' text with the escape sequences of their kinds; neighbours of one colour share a sequence, and no
    sequence reaches over the end of a line."""
    pieces: list[str] = []
    current = ""
    for kind, text in tokens:
        if not text:
            continue
        wanted = "" if text.isspace() else sequences.get(kind, sequences.get("", ""))
        if wanted != current:
            pieces.append((reset if current else "") + wanted)
            current = wanted
        pieces.append(text)
    return "".join(pieces) + (reset if current else "")
