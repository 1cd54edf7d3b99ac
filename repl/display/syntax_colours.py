"""Values in colour: the tokens of a layout painted, and the text of a `repr` told apart into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyex.repl.display.layout import Token

# `Point(x=1, y='a')`: what looks like a call holds literals. Of other reprs nobody knows what a number in them means.
_CALL = re.compile(r"[^\W\d][\w.]*\(.*\)", re.DOTALL)
_LONGEST = 2000
_LITERALS = re.compile(
    r"""(?P<string>[rbu]{0,2}(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))"""
    r"""|(?P<pid>\#PID<[\d.]+>)|(?P<reference>\#Reference<[\d.]+>)"""
    r"""|(?P<key>\b[^\W\d]\w*(?==[^=]))"""
    r"""|(?P<nil>\bNone\b)|(?P<boolean>\b(?:True|False)\b)"""
    r"""|(?P<number>(?<![\w.])-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?j?)\b)"""
)


def tokens_of_call(text: str) -> list[Token]:
    """The tokens of a repr. Only what looks like a call, `Point(x=1)`, is taken apart."""
    if len(text) > _LONGEST or not _CALL.fullmatch(text):
        return [("", text)]
    tokens: list[Token] = []
    end = 0
    for found in _LITERALS.finditer(text):
        tokens += [("", text[end : found.start()]), (str(found.lastgroup), found[0])]
        end = found.end()
    return [*tokens, ("", text[end:])]


def painted(tokens: Iterable[Token], sequences: dict[str, str], reset: str) -> str:
    """The tokens' text with the escape sequences of their kinds; neighbours of one colour share a sequence, and no
    sequence reaches over the end of a line."""
    pieces: list[str] = []
    current = ""
    for kind, text in tokens:
        if not text:
            continue
        wanted = "" if text.isspace() else sequences.get(kind, sequences.get("", ""))
        if wanted != current:
            pieces.append((reset if current else "") + wanted)
            current = wanted
        pieces.append(text)
    return "".join(pieces) + (reset if current else "")
