"""How a described value is broken into lines: IEx's way, with simple elements filling lines and nested ones listed.

A value is described (`describe`) as words and groups of them; the layout is decided on their plain text. What comes
out is a list of tokens, each a text and the kind of thing that it is, for whoever paints them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyex.inspection.text_width import columns_of

# The kind says how it is coloured, "" not at all: ("atom", ":ok").
Token = tuple[str, str]
COMMA: Token = ("", ",")


@dataclass(slots=True)
class Word:
    """What is not broken, unless it brings line breaks of its own."""

    tokens: list[Token]
    width: int = field(init=False)
    is_line: bool = field(init=False)

    def __post_init__(self) -> None:
        self.width = sum(columns_of(text) for _, text in self.tokens)
        self.is_line = not any("\n" in text for _, text in self.tokens)


@dataclass(slots=True)
class Group:
    """A container; each item is a prefix (`'key': ` or nothing) and what follows it."""

    open: list[Token]
    items: list[tuple[list[Token], Document]]
    close: list[Token]
    fill: bool
    width: int = field(init=False)
    is_line: bool = field(init=False)

    def __post_init__(self) -> None:
        ends = width_of(self.open) + width_of(self.close)
        inner = sum(width_of(prefix) + item.width for prefix, item in self.items)
        self.width = ends + inner + 2 * max(len(self.items) - 1, 0)
        self.is_line = all(item.is_line for _, item in self.items)


Document = Word | Group


def width_of(tokens: Iterable[Token]) -> int:
    return sum(columns_of(text) for _, text in tokens)


def flat(document: Document) -> list[Token]:
    """All of it on one line."""
    if isinstance(document, Word):
        return document.tokens
    tokens = [*document.open]
    for position, (prefix, item) in enumerate(document.items):
        tokens += [COMMA, ("", " ")] if position else []
        tokens += prefix
        tokens += flat(item)
    return tokens + document.close


def laid_out(document: Document, width: int) -> list[Token]:
    """The document in lines of at most `width` columns, where that is possible."""
    page = _Page(width)
    page.write(document, indent=0, after=0)
    return page.tokens


class _Page:
    """The tokens so far, and the column that comes next."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.tokens: list[Token] = []
        self.column = 0

    def write(self, document: Document, indent: int, after: int) -> None:
        """Write a document. Lines that it opens start at `indent` or deeper; `after` columns stay free behind it."""
        if isinstance(document, Word):
            self._put(document.tokens)
        elif not document.items or self._fits(document, after):
            self._put(flat(document))
        elif document.fill:
            self._write_filled(document, indent, after)
        else:
            self._write_listed(document, indent)

    def _write_listed(self, group: Group, indent: int) -> None:
        self._put(group.open)
        for position, (prefix, item) in enumerate(group.items, 1):
            comma = [COMMA] if position < len(group.items) else []
            self._begin_line(indent + 2)
            self._put(prefix)
            self.write(item, indent + 2, len(comma))
            self._put(comma)
        self._begin_line(indent)
        self._put(group.close)

    def _write_filled(self, group: Group, indent: int, after: int) -> None:
        self._put(group.open)
        for position, (_, item) in enumerate(group.items, 1):
            last = position == len(group.items)
            behind = width_of(group.close) + after if last else 1
            if position > 1 and self._fits(item, 1 + behind):
                self._put([("", " ")])
            elif position > 1:
                self._begin_line(indent + 1)
            self.write(item, indent + 1, behind)
            self._put([] if last else [COMMA])
        self._put(group.close)

    def _fits(self, document: Document, after: int) -> bool:
        return document.is_line and self.column + document.width + after <= self.width

    def _begin_line(self, indent: int) -> None:
        self.tokens.append(("", "\n" + " " * indent))
        self.column = indent

    def _put(self, tokens: list[Token]) -> None:
        """Write tokens; the lines of one with line breaks stand below each other."""
        start = self.column
        for kind, text in tokens:
            first, *others = text.split("\n")
            self.tokens.append((kind, first))
            self.column += columns_of(first)
            for line in others:
                self._begin_line(start)
                self.tokens.append((kind, line))
                self.column += columns_of(line)
