"""Prose for a terminal and for a text, as a replay shows it; what a terminal would obey in it is made visible."""

from __future__ import annotations

from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.inline import plain
from pyex.repl.replay.prose import heading_lines, lines_of
from pyex.repl.transcript.document import Heading, Prose


def prose_lines(block: Heading | Prose, columns: int, *, has_colours: bool = False) -> list[str]:
    """The lines of a heading or of prose, filled to a width."""
    return lines_of((block,), columns, has_colours=has_colours)


def title_lines(title: str, columns: int) -> list[str]:
    """The lines of a heading, without the marks in front of it."""
    return heading_lines(title, columns, Paint())


def title_line(title: str) -> str:
    """A heading as the name of a page or a picture, without any marks."""
    return " ".join(plain(title).split())
