"""Marks within a line of text: code, emphasis, links and Sphinx's roles.

With colours they become colours, as in IEx. Without, the text stays as it would be typed: `code` in backquotes, and
**emphasis** with its stars.
"""

from __future__ import annotations

import re

from pyex.inspection.text_width import columns_of
from pyex.repl.documentation.paint import Paint

_CODE = re.compile(
    r"(?P<double>(?<!`)``(?=\S)(?P<literal>.+?)(?<=\S)``(?!`)_{0,2})"
    r"|(?P<role>:[a-z][\w:+.-]*:`(?P<target>[^`]+)`)"
    r"|(?P<link>`(?P<linked>[^`<]+?)\s*<(?P<address>[^`>]+)>`__?)"
    r"|(?P<reference>(?<![\w`])`(?P<referred>[^`]+)`__?(?!\w))"
    r"|(?P<single>(?<![\w`])`(?P<code>[^`]+)`(?!`))"
    r"|(?P<footnote>\[[#*\w-]+\])_(?!\w)"
    r"|(?P<markdown>(?<!!)\[(?P<text>[^][\n]+)\]\((?P<url>[^()\s]+)\))"
    r"|(?P<strong>(?<![\w*])\*\*(?=[^\s*])(?P<bold>[^*]*?[^\s*])\*\*(?![\w*]))"
    r"|(?P<emphasis>(?<![\w*\\])\*(?=[^\s*])(?P<underlined>[^*\n]*?[^\s*\\])\*(?![\w*]))"
    r"|\\(?P<escaped>[*_`|])",
    re.DOTALL,
)
_ROLE_TITLE = re.compile(r"(?s)(.+?)\s*<(.+)>$")
_ANSI = re.compile(r"\x1b\[[\d;]*m")


def rendered(text: str, paint: Paint) -> str:
    """The text with its marks rendered; each word is coloured by itself, so that lines can be broken anywhere."""
    return _CODE.sub(lambda found: _rendered(found, paint), text)


def width_of(text: str) -> int:
    """How many columns a text takes that may be coloured."""
    return columns_of(_ANSI.sub("", text))


def _rendered(found: re.Match[str], paint: Paint) -> str:
    if found["literal"] is not None:
        return _code(found["literal"], paint)
    if found["target"] is not None:
        kind = found["role"].split("`")[0].strip(":").upper()
        return f"{kind} {found['target']}" if kind in ("PEP", "RFC") else _code(_target(found["target"]), paint)
    if found["linked"] is not None:
        return f"{found['linked']} ({found['address']})"
    if found["referred"] is not None:
        return _code(found["referred"], paint)
    if found["code"] is not None:
        return _code(found["code"], paint)
    if found["footnote"] is not None:
        return str(found["footnote"])
    if found["url"] is not None:
        return f"{found['text']} ({found['url']})"
    if found["bold"] is not None:
        return paint.words(found["bold"], "doc_bold") if paint.has_colours else found[0]
    if found["underlined"] is not None:
        return paint.words(found["underlined"], "doc_underline") if paint.has_colours else found[0]
    return str(found["escaped"])


def _code(text: str, paint: Paint) -> str:
    return paint.words(text, "doc_inline_code") if paint.has_colours else f"`{text}`"


def _target(text: str) -> str:
    """What a role like :class:`~a.b.C` or :ref:`title <target>` shows."""
    if found := _ROLE_TITLE.match(text):
        return found[1]
    if text.startswith("~"):
        return text[1:].rpartition(".")[2]
    return text.removeprefix("!")
