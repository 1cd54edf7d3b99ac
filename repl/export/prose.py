"""Prose for a terminal and for a text, as a replay shows it; what a terminal would obey in it is made visible."""

from __future__ import annotations

from dataclasses import replace

from pyex.repl.display.safe_text import safe
from pyex.repl.documentation.inline import rendered
from pyex.repl.documentation.layout import filled
from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.prose import lines_of
from pyex.repl.transcript.document import Heading, Prose


def prose_lines(block: Heading | Prose, columns: int, *, has_colours: bool = False) -> list[str]:
    """The lines of a heading or of prose, filled to a width."""
    match block:
        case Heading():
            block = replace(block, title=safe(block.title))
        case Prose():
            block = replace(block, text=safe(block.text))
    return lines_of((block,), columns, has_colours=has_colours)


def title_lines(title: str, columns: int) -> list[str]:
    """The lines of a heading, without the marks in front of it."""
    return filled(rendered(safe(title), Paint()), columns)
