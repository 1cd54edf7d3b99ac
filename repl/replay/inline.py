"""Marks within a line of Markdown, for a terminal: `marked("**so** and `so`", Paint())` is ``"so and `so`"``.

With colours they become colours. Without, only code keeps its marks: it would read as words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pyex.inspection.safe_text import safe
from pyex.repl.documentation.paint import Paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Tags that a page has for its looks; `list<int>` is no such tag, and stays.
_TAG = re.compile(
    r"<!--.*?-->|</?(?:a|abbr|b|br|center|code|del|details|div|em|h[1-6]|hr|i|img|ins|kbd|li|ol|p|picture|pre|s|small"
    r"|source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul|video)(?=[\s/>])[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ADDRESS = re.compile(r"[a-z]+://|mailto:")


@cache
def markdown() -> MarkdownIt:
    """What reads Markdown here: links and all that stands in a text are kept, as nothing is opened."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").enable("table")
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return reader


def marked(text: str, paint: Paint, kind: str = "") -> str:
    """The text with its marks rendered; words without marks are painted as this kind."""
    tokens = markdown().parseInline(text)
    return "".join(rendered(token.children or (), paint, kind) for token in tokens)


def plain(text: str) -> str:
    """The words of a title, without marks: for a list, or to be looked for."""
    return marked(text, Paint()).replace("`", "")


def without_tags(text: str) -> str:
    """The text without the tags that only a page has."""
    return _TAG.sub("", text)


def rendered(tokens: Sequence[Token], paint: Paint, kind: str = "") -> str:
    """The marks within a paragraph; each word is coloured by itself, so that lines can be broken anywhere."""
    kinds = [kind]
    addresses: list[tuple[str, int]] = []
    parts: list[str] = []

    def write(text: str, kind: str) -> None:
        text = safe(text)
        parts.append(paint.words(text, kind) if kind else text)

    for token in tokens:
        match token.type:
            case "text" | "text_special":
                write(token.content, kinds[-1])
            case "code_inline":
                mark = "" if paint.has_colours else "`" * (_longest_run(token.content) + 1)
                space = " " if mark and (token.content[:1] == "`" or token.content[-1:] == "`") else ""
                write(f"{mark}{space}{token.content}{space}{mark}", "doc_inline_code")
            case "strong_open":
                kinds.append(kind or "doc_bold")
            case "em_open":
                kinds.append(kind or "doc_underline")
            case "strong_close" | "em_close":
                kinds.pop()
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "link_open":
                addresses.append((str(token.attrGet("href") or ""), len(parts)))
            case "link_close":
                address, start = addresses.pop()
                is_shown = token.info == "auto" or address in "".join(parts[start:])
                if _ADDRESS.match(address) and not is_shown:
                    write(f" ({address})", kinds[-1])
            case "image":
                write(token.content, kinds[-1])
            case "html_inline":
                write(without_tags(token.content), kinds[-1])
    return "".join(parts)


def _longest_run(text: str) -> int:
    """How many backquotes follow each other in a text, at most."""
    return max(map(len, re.findall("`+", text)), default=0)
