"""A document as plain text: prose filled to a width, sessions and code four columns in."""

from __future__ import annotations

from collections.abc import Iterable

from pyex.inspection.safe_text import safe
from pyex.inspection.text_width import columns_of
from pyex.repl.export.prose import prose_lines, title_lines
from pyex.repl.export.screen_lines import lines_of
from pyex.repl.transcript.document import Code, Document, Heading, Hint, Prose
from pyex.repl.transcript.session import Session

_MARGIN = "    "
_UNDERLINES = {1: "=", 2: "-"}


def plain_text(document: Document, *, columns: int = 80) -> str:
    """The text, filled to so many columns; what stands in a session is as long as it is."""
    blocks = (_block(block, document, columns) for block in document.blocks)
    return "\n\n".join("\n".join(line.rstrip() for line in lines) for lines in blocks if lines) + "\n"


def _block(block: object, document: Document, columns: int) -> list[str]:
    match block:
        case Heading(level=level, title=title):
            lines = title_lines(title, columns)
            underline = _UNDERLINES.get(level)
            return [*lines, underline * max(map(columns_of, lines))] if underline and lines else lines
        case Prose():
            return prose_lines(block, columns)
        case Hint(line=line, text=text):
            return prose_lines(Prose(line, f"Hint: {text}"), columns)
        case Code(text=text):
            return _behind(safe(text).rstrip("\n").split("\n"))
        case Session():
            lines = [f"{line.prompt} {line.text}" if line.prompt else line.text for line in lines_of(block, document)]
            return _behind(lines)
    return []


def _behind(lines: Iterable[str]) -> list[str]:
    return [_MARGIN + line for line in lines]
