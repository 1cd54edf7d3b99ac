"""How wide a text is on a terminal, where a character takes no column, one or two."""

from __future__ import annotations


def columns_of(text: str) -> int:
    """How many columns a line takes: `columns_of("漢字")` is 4."""
    if text.isascii():
        return len(text)
    # A session that is read from a stream does without it until here.
    from prompt_toolkit.utils import get_cwidth

    return get_cwidth(text)


def cut(text: str, columns: int, dots: str = "…") -> str:
    """The beginning of a line that takes at most so many columns; the dots say that there was more."""
    if columns_of(text) <= columns:
        return text
    room = columns - len(dots)
    if room < 0:
        return ""
    if text.isascii():
        return text[:room] + dots
    taken = 0
    for end, character in enumerate(text):
        taken += columns_of(character)
        if taken > room:
            return text[:end] + dots
    return text
