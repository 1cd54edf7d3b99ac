"""Documentation laid out for a terminal, as IEx does it: text filled to the width, code four columns in, and nothing
drawn around anything, so that all of it can be copied.
"""

from __future__ import annotations

from pyex.repl.documentation.docstring import Part, is_code, parse
from pyex.repl.documentation.inline import rendered, width_of
from pyex.repl.documentation.paint import Paint

_CODE_INDENT = 4
_NARROWEST = 20


def laid_out(text: str, columns: int, paint: Paint) -> list[str]:
    """The lines of a docstring. Text is broken between words to fit; code and tables stay as they are."""
    lines: list[str] = []
    before = ""
    for part in parse(text):
        if _needs_blank(part, before, lines):
            lines.append("")
        if part.kind != "blank":
            lines += _lines_of(part, columns, paint)
        elif lines and lines[-1]:
            lines.append("")
        before = part.kind
    while lines and not lines[-1]:
        lines.pop()
    return lines


def centred(title: str, columns: int, paint: Paint) -> str:
    """A title in the middle of the line."""
    margin = max(0, (columns - width_of(title)) // 2) if title else 0
    return " " * margin + paint.whole(title, "doc_title")


def filled(text: str, columns: int, first: str = "", later: str = "") -> list[str]:
    """The words of a text in lines that fit; the first begins with `first`, the others with `later`."""
    lines: list[str] = []
    line, begins = first, True
    for word in text.split():
        if not begins and width_of(line) + 1 + width_of(word) > columns:
            lines.append(line)
            line, begins = later, True
        line += word if begins else f" {word}"
        begins = False
    return [*lines, line]


def _needs_blank(part: Part, before: str, lines: list[str]) -> bool:
    """Headings and code stand apart from what is around them."""
    if not lines or not lines[-1] or part.kind == "blank":
        return False
    return "heading" in (part.kind, before) or (part.kind == "code") != (before == "code")


def _lines_of(part: Part, columns: int, paint: Paint) -> list[str]:
    if part.kind == "heading":
        # A heading is emphasised as a whole.
        return filled(paint.words(rendered(part.lines[0].strip(), Paint()), "doc_headings"), columns)
    if part.kind == "as is":
        return _behind(part.lines, " " * part.indent)
    if part.kind == "code":
        language = part.language if part.language != "python" or is_code(part.lines) else ""
        return _behind(paint.code(part.lines, language), " " * max(part.indent, _CODE_INDENT))
    indent = part.indent if columns - part.indent >= _NARROWEST else 0
    hanging = part.hanging if columns - indent - part.hanging >= _NARROWEST else min(part.hanging, 2)
    first = " " * indent + (part.marker.ljust(part.hanging) if part.marker else "")
    later = " " * (indent + hanging)
    text = rendered("\n".join(part.lines), paint)
    kept = [(later if index else first) + line for index, line in enumerate(text.split("\n"))]
    if all(width_of(line) <= columns for line in kept):
        return kept
    return filled(text, columns, first, later)


def _behind(lines: list[str], margin: str) -> list[str]:
    return [(margin + line).rstrip() for line in lines]
