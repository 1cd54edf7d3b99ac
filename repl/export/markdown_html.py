"""Markdown as HTML, by markdown-it: what a stranger wrote is shown, and nothing in it is obeyed."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from pyex.inspection.safe_text import safe

# What a link may begin with; without one of these it has no colon before its path.
_SCHEME = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_RELATIVE = re.compile(r"(?!//|/\\|\\)[^:/?#]*(?:[/?#]|$)")
_COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)


class Markdown:
    """Turns pieces of one text into HTML; links that are defined anywhere in it can be used in each."""

    def __init__(self, text: str) -> None:
        self._markdown = _MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable("table")
        self._env: dict[str, Any] = {}
        self._markdown.parse(text, self._env)

    def blocks(self, text: str) -> str:
        """Paragraphs, lists, tables."""
        return str(self._markdown.render(safe(text), self._env)).strip()

    def line(self, text: str, *, links: bool = True) -> str:
        """One line, with the marks within it."""
        html = str(self._markdown.renderInline(safe(text), self._env))
        return html if links else re.sub(r"</?a\b[^>]*>", "", html)


class _MarkdownIt(MarkdownIt):
    """Markdown in which a link is one to the web, a mail address, or a place near the page."""

    def validateLink(self, url: str) -> bool:
        return bool(_SCHEME.match(url) or _RELATIVE.match(url))


class _Renderer(RendererHTML):
    """HTML is text here, comments are nothing, and a picture is a link to it: the page loads nothing."""

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        text = _COMMENT.sub("", tokens[idx].content)
        return f"<p>{escape(text, quote=False).strip()}</p>\n" if text.strip() else ""

    def html_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        text = tokens[idx].content
        return "" if _COMMENT.fullmatch(text) else escape(text, quote=False)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        source = str(token.attrGet("src") or "")
        name = self.renderInlineAsText(token.children, options, env) if token.children else ""
        name = escape(name or source)
        kinds = [before.type for before in tokens[:idx]]
        is_in_link = kinds.count("link_open") > kinds.count("link_close")
        if not source or is_in_link:
            return name
        return f'<a href="{escape(source)}">{name}</a>'

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        return '<div class="table" tabindex="0" role="region" aria-label="Table"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return "</table></div>\n"
