"""What drawings in the terminal are made with: the colours of their parts, and whether lines can be drawn at all."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pyex.repl.display.colours import coloured, paint
from pyex.repl.shell.current import has_colours

# What colours a part of a drawing, by its kind: "name", "pid", "supervisor", "trouble" or "faint".
Painter = Callable[[str, str], str]
_KINDS = {"name": "atom", "pid": "pid", "trouble": "warning"}
_FAINT = "\x1b[2m"


def painted(text: str, kind: str) -> str:
    """A part of a drawing in its colour."""
    if kind == "faint":
        return paint(text, _FAINT) if has_colours() else text
    return coloured(_KINDS[kind], text) if kind in _KINDS else text


def plain(text: str, kind: str) -> str:
    """The same without colours."""
    return text


def ascii_only() -> bool:
    """Whether the lines of drawings cannot be written here."""
    try:
        "│├┤└─╌┼╳…↔".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    return False
