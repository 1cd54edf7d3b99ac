"""A part of a document: a heading and all that stands below it."""

from __future__ import annotations

from difflib import get_close_matches

from pyex.repl.transcript.document import Document, Heading


class NoSuchSection(Exception):
    """There is no such heading; the text says which there are, or which is meant."""


def section(document: Document, title: str) -> Document:
    """The part of a document below a heading, up to the next of its level: capitals and marks make no difference.
    Raises `NoSuchSection`."""
    headings = [block for block in document.blocks if isinstance(block, Heading)]
    heading = next((each for each in headings if _plain(each.title) == _plain(title)), None)
    if heading is None:
        raise NoSuchSection(f'{document.path}: there is no heading "{title}"; {_those(headings, title)}')
    start = document.blocks.index(heading)
    end = next(
        (
            at
            for at, block in enumerate(document.blocks[start + 1 :], start=start + 1)
            if isinstance(block, Heading) and block.level <= heading.level
        ),
        len(document.blocks),
    )
    return Document(document.path, document.text, document.blocks[start:end])


def _plain(title: str) -> str:
    return " ".join(title.replace("`", "").replace("*", "").casefold().split())


def _those(headings: list[Heading], title: str) -> str:
    if not headings:
        return "it has no headings"
    titles = {_plain(each.title): each.title for each in headings}
    near = get_close_matches(_plain(title), titles, 1, 0.5)
    if near:
        return f'did you mean "{titles[near[0]]}"?'
    return "those there are: " + ", ".join(f'"{each.title}"' for each in headings)
