"""Output as a screen shows it: without colours, and with what a carriage return has overwritten gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Sequences of a terminal: those with parameters, strings such as a window's title, and short ones.
_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-Z\\^-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_SEQUENCES = re.compile(_SEQUENCE)
_PIECE = re.compile(rf"{_SEQUENCE}|.", re.DOTALL)
_OTHER_THAN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Halves of surrogate pairs that stand for no byte.
_NO_BYTES = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
_ERASE_TO_END, _ERASE_LINE = ("\x1b[K", "\x1b[0K"), "\x1b[2K"


def screen_text(text: str) -> str:
    """The text as it stands on a screen: `screen_text("\\x1b[31mred")` is `"red"`, and of `"1 %\\r9 %"` stays `"9 %"`.

    What moves the cursor from line to line, or clears the screen, is left out. Returns other text as it is.
    """
    if not _OTHER_THAN_TEXT.search(text):
        return text
    text = _NO_BYTES.sub("?", text)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\r\n", "\n")
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if "\r" not in line and "\b" not in line:
        return _OTHER_THAN_TEXT.sub("", _SEQUENCES.sub("", line))
    cells: list[str] = []
    at = 0
    for piece in _pieces(line):
        if piece == "\r":
            at = 0
        elif piece == "\b":
            at = max(0, at - 1)
        elif piece in _ERASE_TO_END:
            del cells[at:]
        elif piece == _ERASE_LINE:
            cells = [" "] * at
        elif len(piece) == 1 and not _OTHER_THAN_TEXT.match(piece):
            cells[at : at + 1] = [piece]
            at += 1
    return "".join(cells)


def _pieces(line: str) -> Iterator[str]:
    return (found[0] for found in _PIECE.finditer(line))
