"""The colours of what is written: inputs as the prompt colours them, outputs as far as their text tells.

A `Piece` is a text and its style: the names of `display.colours.NAMES`, as ("magenta", "italic"). The colours are the
shell's defaults, whatever is configured here: the same file gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from pyex.inspection.safe_text import safe
from pyex.repl.display.colours import DEFAULTS, NAMES, RESET, SYNTAX_DEFAULTS

if TYPE_CHECKING:
    from pygments.token import _TokenType

Style = tuple[str, ...]
Piece = tuple[Style, str]

ERROR = re.compile(r"\s*\*\* \(")
REPORT = re.compile(r"\d\d:\d\d:\d\d\.\d{3} \[(?P<level>[a-z]+)\] ")
_BANNER = "Interactive Pyex ("
# A value's parts. What stands between two of them is a comma, a colon or a bracket; two words in a row are no value.
_VALUE = re.compile(
    r"""(?P<string>(?:r|b|rb)?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))"""
    r"""|(?P<pid>\#PID<[\d.]+>)|(?P<reference>\#Reference<[\d.]+>)"""
    r"""|(?P<atom>(?<![\w'")\]]):[^\W\d][\w@]*[?!]?)"""
    r"""|(?P<key>\b[^\W\d]\w*(?==[^=]))"""
    r"""|(?P<nil>\bNone\b)|(?P<boolean>\b(?:True|False)\b)"""
    r"""|(?P<number>(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?j?\b)"""
    r"""|(?P<name>\b[^\W\d][\w.]*|<[^<>]*>|\.\.\.)"""
    r"""|(?P<between>\s*[\[\](){}:,=]\s*)"""
)


def input_pieces(text: str) -> list[list[Piece]]:
    """The lines of an input, as the prompt colours it."""
    return code_pieces(text, "python")


def code_pieces(text: str, language: str) -> list[list[Piece]]:
    """The lines of a code in some language; without colours where the language is not known."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    lines: list[list[Piece]] = [[]]
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False)
    # Some know a comment only by the end of its line.
    for token, value in lexer.get_tokens(text + "\n"):
        style = _style_of(token)
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part and lines[-1] and lines[-1][-1][0] == style:
                lines[-1][-1] = (style, lines[-1][-1][1] + safe(part))
            elif part:
                lines[-1].append((style, safe(part)))
    return lines[: text.count("\n") + 1]


def output_pieces(lines: Iterable[str]) -> list[list[Piece]]:
    """The lines below an input: errors and reports in their colours, values by their parts, all else as it is."""
    coloured: list[list[Piece]] = []
    block: Style = ()
    after_blank = False
    for line in lines:
        line = safe(line)
        if report := REPORT.match(line):
            block = _named(DEFAULTS.get(f"log_{report['level']}", "default"))
        elif ERROR.match(line):
            block = _named(DEFAULTS["eval_error"])
        elif block and _ends_block(line, after_blank):
            block = ()
        after_blank = not line.strip()
        if after_blank:
            coloured.append([])
        elif block:
            coloured.append([(block, line)])
        else:
            coloured.append(list(_value_pieces(line)) or [((), line)])
    return coloured


def failure(lines: Iterable[str]) -> str:
    """The line in which an output says that its input failed, or that it cost the shell its life; "" where there is
    none. The report of another process is none."""
    in_report = False
    for line in lines:
        if REPORT.match(line):
            in_report = True
        elif line.startswith("** (") and (not in_report or line.startswith("** (EXIT from ")):
            return line
    return ""


def ansi(pieces: Iterable[Piece]) -> str:
    """The pieces as text for a terminal."""
    return "".join(f"{sequence(style)}{text}{RESET}" if style else text for style, text in pieces)


def sequence(style: Style) -> str:
    """The escape sequence that begins a style."""
    return f"\x1b[{';'.join(str(NAMES[name]) for name in style)}m" if style else ""


def _ends_block(line: str, after_blank: bool) -> bool:
    """Whether an error or report is over: by the banner, by a text behind an empty line, or by a value."""
    if line.startswith(_BANNER) or (after_blank and line[:1].strip()):
        return True
    return bool(line[:1].strip()) and bool(list(_value_pieces(line)))


def _value_pieces(line: str) -> Iterator[Piece]:
    """The parts of a line that is a value or a piece of one; none where it is no value."""
    pieces: list[Piece] = []
    end, after_word, words = 0, False, 0
    for found in _VALUE.finditer(line):
        kind = str(found.lastgroup)
        is_word = kind != "between"
        # `State: 2` and `share = 3` are told by somebody.
        is_told = len(pieces) == 1 and pieces[0][1][0].isalpha() and found[0].strip() in (":", "=")
        if found.start() != end or (is_word and after_word) or is_told:
            return
        words += kind not in ("name", "between")
        pieces.append((_named(SYNTAX_DEFAULTS.get(kind, "default")), found[0]))
        after_word = is_word
        end = found.end()
    # `Data type`, `dict` and `Length:` are words that somebody printed.
    if end == len(line) and words:
        yield from pieces


def _named(colour: str | list[str] | tuple[str, ...]) -> Style:
    names = (colour,) if isinstance(colour, str) else tuple(colour)
    return tuple(name for name in names if name not in ("default", "normal"))


@cache
def _style_of(token: _TokenType) -> Style:
    """The style of a token: that of the kinds it belongs to that the prompt has a colour for."""
    from pyex.repl.terminal.line_editor import COLOURS

    for kind in reversed(token.split()):
        name = "pygments." + ".".join(kind).lower()
        if name in COLOURS:
            return tuple(word.removeprefix("ansi") for word in COLOURS[name].split())
    return ()
