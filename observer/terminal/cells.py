"""Lines of a screen: pieces of text with their styles, as many columns wide as they are to be.

    fitted("漢字", 6)           # "漢字  "
"""

from __future__ import annotations

from collections.abc import Iterable

from pyex.inspection.safe_text import one_line
from pyex.inspection.text_width import columns_of, cut

# A piece is a style, as prompt_toolkit knows them, and a text.
Line = list[tuple[str, str]]

# Only the terminal's own colours, and not those which are hard to read on light or on dark.
CHOSEN, HEAD, STRONG = "reverse", "bold underline", "bold"
NEW, BAD, PID = "ansigreen bold", "ansired bold", "ansicyan"
# No cell is longer: what is not shown need not be looked at.
_MOST = 1000


def shown(text: object) -> str:
    """A text on one line, with nothing in it that the terminal would obey."""
    return one_line(str(text)[:_MOST])


def fitted(text: object, width: int, *, right: bool = False) -> str:
    """A text in so many columns, cut or padded."""
    if width <= 0:
        return ""
    words = cut(shown(text), width)
    padding = " " * (width - columns_of(words))
    return padding + words if right else words + padding


def line(width: int, *pieces: tuple[str, str]) -> Line:
    """Pieces in a line, cut where it ends."""
    found: Line = []
    for style, text in pieces:
        words = cut(shown(text), width)
        width -= columns_of(words)
        found.append((style, words))
        if width <= 0:
            break
    return found


def wrapped(text: str, width: int) -> list[str]:
    """A line in as many as it takes; at least one."""
    found, rest = [], one_line(text)
    while columns_of(rest[: width + 1]) > width:
        end = width
        while end > 1 and columns_of(rest[:end]) > width:
            end -= 1
        found.append(rest[:end])
        rest = rest[end:]
    return [*found, rest]


def spread(width: int, parts: Iterable[str], separator: str = "   ") -> str:
    """As many of the parts as there is room for, from the first."""
    text = ""
    for part in parts:
        longer = f"{text}{separator}{part}" if text else part
        if columns_of(longer) > width:
            break
        text = longer
    return text


def chosen(pieces: Line, width: int) -> Line:
    """A line as the one that the cursor is on."""
    text = "".join(text for _, text in pieces)
    return [(CHOSEN, fitted(text, width))]
