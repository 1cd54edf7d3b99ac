"""Texts that come from who knows where, made fit for a terminal: nothing in them is obeyed."""

from __future__ import annotations

_TAB = 8


def safe(text: str) -> str:
    """The text without anything that a terminal would obey, or that would turn it around: `\\x1b` for an escape.

    Line breaks stay, and tabs become spaces.
    """
    text = str.__str__(text).replace("\r\n", "\n")
    if text.isprintable():
        return text
    return "".join(map(_shown, text.expandtabs(_TAB) if "\t" in text else text))


def one_line(text: str) -> str:
    """The same on one line, with line breaks and tabs spelt out too."""
    return safe(str.replace(text, "\t", "\\t")).replace("\n", "\\n")


def _shown(char: str) -> str:
    # Some spaces count as not printable, and are harmless; the separators U+2028 and U+2029 are not.
    if char == "\n" or char.isprintable() or (char.isspace() and char >= "\xa0" and char not in "\u2028\u2029"):
        return char
    return char.encode("unicode_escape").decode()
