"""What stands before the cursor: a scan of Python text that may be broken or unfinished anywhere.

`scan` never fails. It finds the tokens, which brackets are open, and whether the cursor is in a string or a comment.
Code in the braces of an f-string is code; a string that a line ends too early is taken to end there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>(?P<prefix>[bB]?[rR]|[rR][bB]|[bB]|[uU]|[fFtT][rR]?|[rR][fFtT])?(?P<quote>\"{3}|'{3}|["']))
    |(?P<number>0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?\w*)
    |(?P<name>[^\W\d]\w*)
    |(?P<space>(?:[ \t\r\f]|\\\r?\n)+)
    |(?P<newline>\n)
    |(?P<operator>\.\.\.|->|:=|\*\*=?|//=?|<<=?|>>=?|[-+*/%@&|^=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
# Statements of which more may follow on the line, after a colon.
_COMPOUND = frozenset(
    {"case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with"}
)


class Token(NamedTuple):
    kind: str  # "name", "number", "string", "operator" or "newline"
    text: str
    start: int
    # The index of the innermost bracket's token that it stands in, -1 for none. (Of a bracket: that around it.)
    bracket: int


class OpenString(NamedTuple):
    """The string that the cursor is in."""

    prefix: str
    quote: str
    # Where its text begins.
    start: int


class _Frame(NamedTuple):
    # What is open: "(", "[", "{"; "f", the text of an f-string; "f{", code in it; "f:", a format after that.
    kind: str
    # The index of the token of the bracket; of an f-string the number of the tokens before it.
    token: int
    string: OpenString | None = None


@dataclass
class Scan:
    """The tokens before the cursor, and where it stands."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    # The partner of each bracket that has one, by the indices of their tokens.
    partner: dict[int, int] = field(default_factory=dict)
    # The innermost open bracket, as the index of its token; -1 for none.
    bracket: int = -1
    # The index of the first token of the statement.
    statement: int = 0
    string: OpenString | None = None
    in_comment: bool = False

    def __post_init__(self) -> None:
        self._frames: list[_Frame] = []
        position = 0
        while position < len(self.text):
            if self._frames and self._frames[-1].kind in ("f", "f:"):
                position = self._formatted_text(position)
            else:
                position = self._code(position)
        if self._frames and self._frames[-1].kind == "f":
            self.string = self._frames[-1].string

    def _code(self, position: int) -> int:
        match = _TOKEN.match(self.text, position)
        assert match is not None
        kind, end = str(match.lastgroup), match.end()
        match kind:
            case "string":
                return self._string((match["prefix"] or "").lower(), match["quote"], position, end)
            case "comment":
                self.in_comment = end == len(self.text)
            case "operator":
                self._operator(match[0], position)
            case "newline":
                if self.bracket < 0:
                    self._add("newline", "\n", position)
                    self.statement = len(self.tokens)
            case "name" | "number":
                self._add(kind, match[0], position)
        return end

    def _add(self, kind: str, text: str, start: int) -> None:
        self.tokens.append(Token(kind, text, start, self.bracket))

    def _operator(self, text: str, start: int) -> None:
        frames = self._frames
        if text in "([{":
            frames.append(_Frame(text, len(self.tokens)))
            self._add("operator", text, start)
            self.bracket = len(self.tokens) - 1
        elif text in ")]}":
            self._close(text, start)
        elif text == ":" and frames and frames[-1].kind == "f{":
            frames.append(_Frame("f:", len(self.tokens), frames[-1].string))
        else:
            self._add("operator", text, start)
            if self.bracket < 0 and (text == ";" or (text == ":" and self.tokens[self.statement].text in _COMPOUND)):
                self.statement = len(self.tokens)

    def _close(self, text: str, start: int) -> None:
        frames = self._frames
        depth = len(frames) - 1
        while depth >= 0 and frames[depth].kind != _PAIRS[text]:
            if frames[depth].kind == "f{":
                if text == "}":
                    del frames[depth:]
                    self._set_bracket()
                return
            depth -= 1
        if depth < 0:
            return
        opener = frames[depth].token
        del frames[depth:]
        self._set_bracket()
        self.partner |= {len(self.tokens): opener, opener: len(self.tokens)}
        self._add("operator", text, start)

    def _set_bracket(self) -> None:
        self.bracket = next((frame.token for frame in reversed(self._frames) if frame.kind not in ("f", "f:")), -1)

    def _string(self, prefix: str, quote: str, start: int, content: int) -> int:
        opened = OpenString(prefix, quote, content)
        if "f" in prefix or "t" in prefix:
            self._frames.append(_Frame("f", len(self.tokens), opened))
            if content == len(self.text):
                self.string = opened
            return content
        pattern = rf"(?:\\.|(?!{quote}).)*" if len(quote) == 3 else rf"(?:\\.|[^\\\n{quote}])*"
        match = re.compile(pattern, re.DOTALL).match(self.text, content)
        assert match is not None
        end = match.end()
        if self.text.startswith(quote, end):
            end += len(quote)
        elif end >= len(self.text) - 1 and not self.text.endswith("\n"):
            # Not yet closed; a lone backslash may be at the end.
            self.string = opened
            return len(self.text)
        elif len(quote) == 3:
            self.string = opened
            return len(self.text)
        self._add("string", self.text[start:end], start)
        return max(end, content)

    def _formatted_text(self, position: int) -> int:
        frame = self._frames[-1]
        assert frame.string is not None
        quote, text = frame.string.quote, self.text
        if text.startswith(quote, position):
            return self._end_formatted(position + len(quote))
        character = text[position]
        if character == "\\":
            return min(position + 2, len(text))
        if character == "\n" and len(quote) == 1:
            return self._end_formatted(position)
        if frame.kind == "f" and text[position : position + 2] in ("{{", "}}"):
            return position + 2
        if character == "{":
            self._frames.append(_Frame("f{", len(self.tokens), frame.string))
            self._add("operator", "{", position)
            self.bracket = len(self.tokens) - 1
        elif character == "}" and frame.kind == "f:":
            del self._frames[-2:]
            self._set_bracket()
        return position + 1

    def _end_formatted(self, end: int) -> int:
        """The f-string ends here, with whatever is open in it."""
        frame = self._frames.pop()
        while frame.kind != "f":
            frame = self._frames.pop()
        assert frame.string is not None
        del self.tokens[frame.token :]
        self.partner = {place: other for place, other in self.partner.items() if place < frame.token}
        self._set_bracket()
        start = frame.string.start - len(frame.string.quote) - len(frame.string.prefix)
        self._add("string", self.text[start:end], start)
        return end


def scan(text: str) -> Scan:
    """Scan a text up to the cursor.

    scan("f(x, 'ab").string        # OpenString(prefix="", quote="'", start=6)
    scan("f(x, ").bracket          # 1: the token "(" is open
    """
    return Scan(text)
