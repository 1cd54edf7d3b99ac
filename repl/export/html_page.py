"""A document as one page that needs nothing else: no network, no other file, no fonts.

It may come from a stranger, so nothing in it is obeyed: HTML is shown as it is written, links go where they can do no
harm, pictures are links, and the page allows no script but its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from pyex.repl.export.colouring import Piece, code_pieces
from pyex.repl.export.markdown_html import Markdown
from pyex.repl.export.palette import DARK, LIGHT, LINES
from pyex.repl.export.prose import title_line
from pyex.repl.export.screen_lines import lines_of
from pyex.repl.transcript.document import Code, Document, Heading, Hint, Prose
from pyex.repl.transcript.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

# Fewer headings need no table of contents.
CONTENTS_FROM = 3
_HERE = Path(__file__).parent


def html_page(document: Document, *, language: str = "en") -> str:
    """The page. `language` is the one that the prose is in, as "de"."""
    return _Page(document).text(language)


class _Page:
    """A page while it is made: which anchors are taken, and which headings there are."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.markdown = Markdown(document.text)
        self.anchors: set[str] = set()
        self.headings: list[tuple[int, str, str]] = []
        self.sessions = 0

    def text(self, language: str) -> str:
        blocks = [*self.document.blocks]
        # The title stands above the table of contents.
        has_title = bool(blocks) and isinstance(blocks[0], Heading)
        title = f"<header>\n{self._block(blocks.pop(0))}\n</header>\n" if has_title else ""
        body = "\n".join(filter(None, map(self._block, blocks)))
        script = (_HERE / "copy.js").read_text(encoding="utf-8")
        contents = self._contents()
        allowed = b64encode(sha256(script.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'; base-uri 'none'"
        return (
            f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="pyex export">\n'
            f"<title>{escape(title_line(self.document.title))}</title>\n<style>\n{_variables()}"
            f"{(_HERE / 'page.css').read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
            '<a class="skip" href="#text">Skip to the text</a>\n'
            f'<main class="layout{" contents" if contents else ""}">\n{title}{contents}'
            f'<div id="text" tabindex="-1">\n{body}\n</div>\n</main>\n'
            '<div class="status" role="status"></div>\n'
            f"<script>{script}</script>\n</body>\n</html>\n"
        )

    def _block(self, block: object) -> str:
        match block:
            case Heading():
                return self._heading(block)
            case Prose(text=text):
                return self.markdown.blocks(text)
            case Code(language=language, text=text):
                code = _lines(code_pieces(text.removesuffix("\n"), language))
                name = f"Code, {language}" if language else "Code"
                start = f'<pre class="code" tabindex="0" role="region" aria-label="{escape(name)}">'
                return f"{start}<code>{code}</code></pre>"
            case Session():
                session = self._session(block)
                return _details("Answer", session) if block.is_answer else session
            case Hint(text=text):
                return _details("Hint", self.markdown.blocks(text))
        return ""

    def _heading(self, heading: Heading) -> str:
        anchor = self._anchor(heading.title)
        title = self.markdown.line(heading.title)
        self.headings.append((heading.level, anchor, self.markdown.line(heading.title, links=False)))
        # A title with links of its own cannot be one.
        inner = title if "<a " in title else f'<a class="anchor" href="#{anchor}">{title}</a>'
        return f'<h{heading.level} id="{anchor}">{inner}</h{heading.level}>'

    def _anchor(self, title: str) -> str:
        """The name of a heading, as GitHub makes it: links within the text find it."""
        words = re.sub(r"\]\([^)]*\)", "", title).lower()
        name = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-") or "section"
        anchor, number = name, 0
        while anchor in self.anchors or anchor == "text":
            number += 1
            anchor = f"{name}-{number}"
        self.anchors.add(anchor)
        return escape(anchor)

    def _session(self, session: Session) -> str:
        self.sessions += 1
        lines = []
        for line in lines_of(session, self.document):
            text = _line(line.pieces)
            if line.kind == "output":
                lines.append(f'<span class="output">{text}</span>')
                continue
            is_input = line.pieces or line.kind == "more"
            prompt = f'<span class="prompt">{escape(line.prompt)} </span>'
            lines.append(prompt + (f'<span class="input">{text}</span>' if is_input else ""))
        return (
            f'<div class="session">\n<pre tabindex="0" role="region" aria-label="Session {self.sessions}">'
            f"<code>{chr(10).join(lines)}</code></pre>\n"
            f'<button type="button" class="copy" aria-label="Copy the inputs of session {self.sessions}" hidden>'
            "Copy</button>\n</div>"
        )

    def _contents(self) -> str:
        """The headings below the first, as a list of lists."""
        headings = self.headings[1:] if self.headings and self.headings[0][0] == 1 else self.headings
        if len(headings) < CONTENTS_FROM:
            return ""
        parts = ['<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ol>']
        levels = [headings[0][0]]
        for number, (level, anchor, title) in enumerate(headings):
            if number and level > levels[-1]:
                parts.append("<ol>")
                levels.append(level)
            elif number:
                while len(levels) > 1 and level < levels[-1]:
                    parts.append("</li></ol>")
                    levels.pop()
                parts.append("</li>")
            parts.append(f'\n<li><a href="#{anchor}">{title}</a>')
        return "".join(parts) + "</li></ol>" * len(levels) + "\n</nav>\n"


def _details(summary: str, inner: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n{inner}\n</details>"


def _lines(lines: Iterable[list[Piece]]) -> str:
    return "\n".join(map(_line, lines))


def _line(pieces: Iterable[Piece]) -> str:
    return "".join(
        f'<span class="{" ".join(style)}">{escape(text, quote=False)}</span>' if style else escape(text, quote=False)
        for style, text in pieces
    )


def _variables() -> str:
    light = "".join(f" --{name}: {colour};" for name, colour in {**LIGHT, "line": LINES["light"]}.items())
    dark = "".join(f" --{name}: {colour};" for name, colour in {**DARK, "line": LINES["dark"]}.items())
    return f":root {{{light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{{dark} }} }}\n"
