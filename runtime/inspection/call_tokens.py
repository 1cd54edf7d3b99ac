"""The text of a `repr` told apart into tokens."""

from __future__ import annotations

import re

from pyex.inspection.layout import Token

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
