"""Documentation in colour, by IEx's names: `doc_title`, `doc_headings`, `doc_code`, `doc_inline_code` …"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyex.repl.display.colours import RESET, sequence_of


@dataclass(frozen=True)
class Paint:
    """Whether and how text is coloured. One is made for each page."""

    has_colours: bool = False

    def whole(self, text: str, kind: str) -> str:
        """The text in the colour of its kind."""
        begin = sequence_of(kind) if self.has_colours and text else ""
        return f"{begin}{text}{RESET}" if begin else text

    def words(self, text: str, kind: str) -> str:
        """As `whole`, each word by itself: what is between them may become the end of a line."""
        return re.sub(r"\S+", lambda word: self.whole(word[0], kind), text)

    def code(self, lines: list[str], language: str) -> list[str]:
        """Lines of code, highlighted where the language is known."""
        if not self.has_colours:
            return lines
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound

        try:
            lexer = get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            return [self.whole(line, "doc_code") for line in lines]
        text = highlight("\n".join(lines), lexer, TerminalFormatter(colorscheme=_colour_scheme()))
        return str(text).removesuffix("\n").split("\n")


def _colour_scheme() -> dict[object, tuple[str, str]]:
    """Colours of the terminal's own theme that can be read on light and on dark, as values have them."""
    from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, Token

    colours = {
        Token: "",
        Keyword: "magenta",
        Operator.Word: "magenta",
        Number: "magenta",
        String: "green",
        Name.Class: "cyan",
        Name.Function: "cyan",
        Name.Decorator: "cyan",
        Name.Exception: "red",
        Comment: "_gray_",
        Generic.Prompt: "*cyan*",
        Generic.Traceback: "red",
    }
    return {token: (colour, colour) for token, colour in colours.items()}
