"""What is to be read, laid out for the terminal as the shell's own documentation is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyex.repl.documentation.layout import laid_out
from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.table import table
from pyex.repl.transcript.document import Code, Heading, Prose
from pyex.repl.transcript.session import Session

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
# Whatever begins first: code in a link's text belongs to the link, and what looks like a link in code is code.
_MARK = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|!\[(?P<picture>[^]]*)\]\([^)]*\)"
    r"|\[(?P<title>[^][]+)\]\((?P<address>[^()\s]+)(?:\s+\"[^\"]*\")?\)"
    r"|<(?P<bare>(?:https?|mailto):[^>\s]+)>"
    rf"|{_TAG.pattern}",
    re.DOTALL,
)
_ADDRESS = re.compile(r"[a-z]+://|mailto:")
WIDEST = 100


def lines_of(blocks: tuple[Heading | Prose | Code | Session, ...], columns: int, *, has_colours: bool) -> list[str]:
    """The lines of a page, without an empty one at its beginning or end."""
    paint = Paint(has_colours)
    columns = min(columns, WIDEST)
    lines: list[str] = []
    for block in blocks:
        lines += [""] if lines else []
        lines += _lines_of(block, columns, paint)
    return lines


def _lines_of(block: Heading | Prose | Code | Session, columns: int, paint: Paint) -> list[str]:
    match block:
        case Heading():
            return laid_out(f"{'#' * block.level} {_plain(block.title)}", columns, paint)
        case Code():
            language = block.language or "text"
            return [f"    {line}".rstrip() for line in paint.code(block.text.rstrip("\n").split("\n"), language)]
        case Session():
            return [f"    {line}".rstrip() for line in _as_written(block)]
        case Prose():
            return list(_prose(block.text, columns, paint))


def _as_written(session: Session) -> Iterator[str]:
    """A session that is not played."""
    for number, step in enumerate(session.steps, start=1):
        first, *more = step.text.split("\n")
        yield f"pyex({number})> {first}"
        yield from (f"...({number})> {line}" for line in more)
        yield from (step.expected or "").rstrip("\n").split("\n")


def _prose(text: str, columns: int, paint: Paint) -> Iterator[str]:
    from markdown_it import MarkdownIt

    lines = text.split("\n")
    shown = 0
    is_first = True
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.map is None or token.level or token.type not in ("table_open", "html_block", "hr"):
            continue
        begin, end = token.map
        pieces = [laid_out(_plain("\n".join(lines[shown:begin])), columns, paint)]
        if token.type == "table_open":
            pieces.append(table([_plain(line) for line in lines[begin:end]], columns, paint))
        elif token.type == "html_block":
            pieces.append(laid_out(_TAG.sub("", token.content), columns, paint))
        for piece in filter(None, pieces):
            if not is_first:
                yield ""
            is_first = False
            yield from piece
        shown = end
    rest = laid_out(_plain("\n".join(lines[shown:])), columns, paint)
    if rest and not is_first:
        yield ""
    yield from rest


def _plain(text: str) -> str:
    """The text without what is for a page only: pictures, tags, and the addresses of other files. Code stays."""
    return _MARK.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    if found["title"] is None:
        return found["code"] or found["picture"] or found["bare"] or ""
    title, address = found["title"], found["address"]
    return f"{title} ({address})" if _ADDRESS.match(address) and address != title else title
