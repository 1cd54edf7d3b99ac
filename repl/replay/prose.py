"""What is to be read, laid out for the terminal as the shell's own documentation is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pyex.inspection.safe_text import safe
from pyex.repl.documentation.inline import width_of
from pyex.repl.documentation.layout import filled
from pyex.repl.documentation.paint import Paint
from pyex.repl.replay.inline import markdown, marked, rendered, without_tags
from pyex.repl.replay.table import table
from pyex.repl.transcript.document import Code, Heading, Prose
from pyex.repl.transcript.session import Session

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

WIDEST = 100
# Below this, nothing is moved to the right any more.
NARROWEST = 20
CODE_MARGIN = "    "


def lines_of(blocks: tuple[Heading | Prose | Code | Session, ...], columns: int, *, has_colours: bool) -> list[str]:
    """The lines of a page, without an empty one at its beginning or end."""
    paint = Paint(has_colours)
    columns = min(columns, WIDEST)
    return _apart(_lines_of(block, columns, paint) for block in blocks)


def _lines_of(block: Heading | Prose | Code | Session, columns: int, paint: Paint) -> list[str]:
    match block:
        case Heading():
            return heading_lines(block.title, columns, paint, level=block.level)
        case Code():
            return _code(block.text, block.language, paint)
        case Session():
            return _behind((safe(line) for line in _as_written(block)), CODE_MARGIN)
        case Prose():
            from markdown_it.tree import SyntaxTreeNode

            root = SyntaxTreeNode(markdown().parse(block.text))
            return _apart(_node(node, block.text.split("\n"), columns, paint) for node in root.children)


def heading_lines(title: str, columns: int, paint: Paint, *, level: int = 0) -> list[str]:
    """The lines of a heading, behind as many hashes as its level has."""
    marks = f"{paint.whole('#' * level, 'doc_headings')} " if level else ""
    return filled(marks + marked(title, paint, "doc_headings"), columns)


def _as_written(session: Session) -> Iterator[str]:
    """A session that is not played."""
    for number, step in enumerate(session.steps, start=1):
        first, *more = step.text.split("\n")
        yield f"pyex({number})> {first}"
        yield from (f"...({number})> {line}" for line in more)
        yield from (step.expected or "").rstrip("\n").split("\n")


def _node(node: SyntaxTreeNode, source: list[str], columns: int, paint: Paint) -> list[str]:
    """The lines of one block of Markdown; what it holds stands further to the right."""
    match node.type:
        case "paragraph":
            return _filled(rendered(node.children[0].to_tokens()[0].children or (), paint), columns)
        case "heading":
            return heading_lines(node.children[0].content, columns, paint, level=int(node.tag[1:]))
        case "bullet_list" | "ordered_list":
            return _list(node, source, columns, paint, "  ")
        case "blockquote":
            inner = _apart(_node(child, source, _room(columns, 2), paint) for child in node.children)
            return _behind(inner, "> ")
        case "code_block" | "fence":
            return _code(node.content, node.info if node.type == "fence" else "text", paint)
        case "html_block":
            return _filled(safe(without_tags(node.content)).strip("\n"), columns)
        case "table":
            begin, end = node.map or (0, 0)
            return table(source[begin:end], columns, paint)
    return []


def _list(node: SyntaxTreeNode, source: list[str], columns: int, paint: Paint, margin: str) -> list[str]:
    items = []
    for number, item in enumerate(node.children, start=int(node.attrs.get("start", 1))):
        marker = margin + ("• " if node.type == "bullet_list" else f"{number}{item.markup} ")
        room = _room(columns, len(marker))
        parts = [
            _list(child, source, room, paint, "") if child.type.endswith("_list") else _node(child, source, room, paint)
            for child in item.children
        ]
        lines = [line for part in parts for line in part] if _is_tight(item) else _apart(parts)
        first, *more = lines or [""]
        items.append([(marker + first).rstrip(), *_behind(more, " " * len(marker))])
    return [line for item in items for line in item] if all(map(_is_tight, node.children)) else _apart(items)


def _is_tight(item: SyntaxTreeNode) -> bool:
    """Whether there are no empty lines between what an item holds."""
    return all(child.hidden for child in item.children if child.type == "paragraph")


def _room(columns: int, margin: int) -> int:
    return max(columns - margin, NARROWEST)


def _filled(text: str, columns: int) -> list[str]:
    """The lines as they are where they have room."""
    lines = [line.rstrip() for line in text.split("\n")]
    if all(width_of(line) <= columns for line in lines):
        return lines if any(lines) else []
    return filled(text, columns)


def _code(text: str, language: str, paint: Paint) -> list[str]:
    return _behind(paint.code(safe(text).rstrip("\n").split("\n"), language or "text"), CODE_MARGIN)


def _behind(lines: Iterable[str], margin: str) -> list[str]:
    return [(margin + line).rstrip() for line in lines]


def _apart(parts: Iterable[list[str]]) -> list[str]:
    """The lines of parts that have some, with an empty line between them."""
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines
