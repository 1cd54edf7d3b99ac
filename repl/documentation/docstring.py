"""The parts of a docstring, whichever way it is written: Markdown, reST, Google's style or numpydoc's.

    parse("Add.\\n\\nArgs:\\n    x: a number")
    # [Part("text", ["Add."]), Part("blank"), Part("heading", ["Args"]), Part("item", ["x: a number"], indent=4)]

Real docstrings mix those styles and break the rules of each, so nothing is ever refused: what is not recognised is
text, and every word of the docstring is in some part.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "blank", "heading", "item", "code", "as is"]


@dataclass
class Part:
    """One part: its lines, and how far they are indented. An item has a `marker` ("•", "1.") and `hanging`, the columns
    that its later lines stand further in; code may have a `language`."""

    kind: Kind
    lines: list[str] = field(default_factory=list)
    indent: int = 0
    marker: str = ""
    hanging: int = 0
    language: str = ""


_ITEM = re.compile(r"( *)([-*+•]|\d{1,3}[.)]|\(\d{1,3}\)|#\.) +(?=\S)")
_FENCE = re.compile(r" *(```+|~~~+) *([\w+-]*)[^`]*$")
_DIRECTIVE = re.compile(r" *\.\. (?:([\w:+.-]+)::(?: +|$)|)(.*)")
_TARGET = re.compile(r"_`?([^:`]+)`?: *(.*)$")
_OPTION = re.compile(r":[\w-]+:(?: |$)")
_FIELD = re.compile(
    r" *:(param|parameter|arg|argument|key|keyword|kwarg|kwparam|type|returns?|rtype|raises?|except|exception|var|ivar"
    r"|cvar|vartype|yields?|ytype|meta)( [^:]*)?:(?= |$)"
)
_FIELD_WORDS = {"type": "type of", "vartype": "type of", "rtype": "return type", "return": "returns"}
_UNDERLINE = re.compile(r" *([=\-~^\"*+#])\1+$")
_HASHES = re.compile(r"#{1,6} +\S")
_RULE_OF_TABLE = re.compile(r" *=+(?: +=+)+$")
_ROW_OF_TABLE = re.compile(r" *(\|.*\||\| .*|\|-.*|\+[-=+]+\+?)$")
_SECTION = re.compile(
    r" *(Args|Arguments|Attributes|Examples?|Keyword Args|Keyword Arguments|Methods|Notes?|Other Parameters|Parameters"
    r"|Raises|References|Returns?|See Also|Todo|Warns|Warnings?|Yields?|Tips?):$"
)
# An entry of one of Google's sections, and the line that names a parameter in numpydoc's.
_ENTRY = re.compile(r"\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*(?:,? and [\w.]+)?(?: ?\([^)]*\))?:(?: |$)")
_TERM = re.compile(r"\*{0,2}\w[\w.]*(?:, \*{0,2}\w+)* : \S")
# Two columns: a few words, a gap, and more; but not a sentence, two spaces and the next one.
_ROW = re.compile(r"(?:\S.{0,28}? {3,}|\S{0,28}[^\s.?!:;,)\"'] {2,})(?=\S)")
_CODE_NAMES = frozenset(
    {"code", "code-block", "sourcecode", "doctest", "testcode", "testoutput", "ipython", "parsed-literal"}
)
_LABELS = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
    "deprecated": "Deprecated since version",
    "deprecated-removed": "Deprecated since version",
    "seealso": "See also",
}
_ADMONITIONS = frozenset(
    {"note", "warning", "tip", "important", "caution", "danger", "attention", "hint", "error", "todo", "admonition"}
)


def parse(text: str) -> list[Part]:
    """The parts of a docstring whose margin has been taken off. Never raises."""
    return [*_Parser(text.expandtabs().split("\n")).parts()]


def indent_of(line: str) -> int:
    """How many columns a line is indented."""
    return len(line) - len(line.lstrip(" "))


def column_of_row(line: str) -> int:
    """Where the second column of a line like `name    what it is` begins; 0 when it is no such line."""
    found = _ROW.match(line)
    return found.end() if found else 0


class _Parser:
    """Goes through the lines once, part by part."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = [line.rstrip() for line in lines]
        self.at = 0
        self.in_list: int | None = None  # how far the outermost item that we are in is indented
        self.in_section: int | None = None  # the same for the heading of one of Google's sections

    def parts(self) -> Iterator[Part]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line:
                self.at += 1
                yield Part("blank")
                continue
            indent = indent_of(line)
            is_item = self._is_item(line) or bool(_FIELD.match(line))
            if self.in_section is not None and indent <= self.in_section:
                self.in_section = None
            if self.in_list is not None and indent <= self.in_list and not is_item:
                self.in_list = None
            if is_item and (self.in_list is None or indent < self.in_list):
                self.in_list = indent
            for part in self._parts_here(line, indent, is_item):
                # As in IEx, lists stand two columns in.
                part.indent += 2 if self.in_list is not None else 0
                yield part

    def _parts_here(self, line: str, indent: int, is_item: bool) -> list[Part]:
        if line.lstrip().startswith(">>>"):
            return [self._doctest(indent)]
        if fence := _FENCE.match(line):
            return [self._fenced(indent, fence[1], fence[2])]
        if _RULE_OF_TABLE.match(line) or _ROW_OF_TABLE.match(line):
            return [self._table(indent)]
        if heading := self._heading(line):
            return [heading]
        if directive := _DIRECTIVE.match(line):
            return self._directive(indent, directive[1] or "", directive[2])
        if found := _FIELD.match(line):
            return [self._field(indent, found)]
        if is_item:
            return [self._item(indent, line)]
        if self._begins_section(line, indent):
            self.in_section = indent
            self.at += 1
            return [Part("heading", [f"## {line.strip().rstrip(':')}"], indent)]
        # Python's own topics, as in h("for"), have their code three columns in.
        if indent >= 3 and self._after_blank() and self.in_section is None:
            region = self._deeper(indent - 1, peek=True)
            if is_code(region):
                self._deeper(indent - 1)
                return [_code(region)]
        return self._paragraph(indent)

    # Each of these takes its lines

    def _doctest(self, indent: int) -> Part:
        lines = []
        while self.at < len(self.lines) and self.lines[self.at]:
            lines.append(re.sub(r"\s*# doctest:.*", "", self.lines[self.at]))
            self.at += 1
        return Part("code", _cut(lines, indent), indent, language="pycon")

    def _fenced(self, indent: int, fence: str, language: str) -> Part:
        self.at += 1
        lines = []
        while self.at < len(self.lines) and not self.lines[self.at].strip().startswith(fence):
            lines.append(self.lines[self.at])
            self.at += 1
        self.at += 1
        return Part("code", _cut(lines, indent), indent, language=language)

    def _table(self, indent: int) -> Part:
        lines: list[str] = []
        is_ruled = bool(_RULE_OF_TABLE.match(self.lines[self.at]))
        while self.at < len(self.lines):
            line = self.lines[self.at]
            # A table between rules may have empty lines; it ends with a rule.
            if not line and not (is_ruled and any(_RULE_OF_TABLE.match(each) for each in self.lines[self.at :])):
                break
            if not line and _RULE_OF_TABLE.match(lines[-1]) and len(lines) > 2:
                break
            lines.append(line)
            self.at += 1
        return Part("as is", _cut(lines, indent), indent)

    def _heading(self, line: str) -> Part | None:
        if _HASHES.match(line) and self._after_blank():
            self.at += 1
            return Part("heading", [line])
        lines = [each.strip() for each in self.lines[self.at : self.at + 3]]
        if len(lines) == 3 and _is_underline(lines[0], lines[1]) and lines[2] == lines[0]:
            self.at += 3
            return Part("heading", [f"## {lines[1]}"], indent_of(line))
        if len(lines) > 1 and _is_underline(lines[1], lines[0]) and not self._is_item(self.lines[self.at]):
            self.at += 2
            return Part("heading", [f"## {lines[0]}"], indent_of(line))
        return None

    def _directive(self, indent: int, name: str, rest: str) -> list[Part]:
        first = self.lines[self.at]
        self.at += 1
        body = self._deeper(indent)
        name = name.rpartition(":")[2]
        if name in _CODE_NAMES:
            while body and _OPTION.match(body[0].strip()):
                body.pop(0)
            return [_code(body, "python" if name != "parsed-literal" and not rest else rest)] if any(body) else []
        if name in _LABELS or name in _ADMONITIONS:
            label = _LABELS.get(name, name.capitalize())
            if name == "admonition":
                label, rest = rest, ""
            is_version = " version" in label
            version, _, rest = rest.partition(" ") if is_version else ("", "", rest)
            label += f" {version}:" if version else ":"
            return [Part("text", [f"{label} {rest}".strip()], indent), *self._inside(body)]
        if name or not first.strip().startswith(".. "):
            return [Part("as is", [first.strip(), *_cut(body, indent)], indent)]
        if target := _TARGET.match(rest):
            # A place that other texts point to shows nothing, unless it is elsewhere.
            lead = [Part("text", [f"{target[1]}: {target[2]}"], indent)] if target[2] else []
            return [*lead, *self._inside(body)]
        return [Part("text", [rest, *_cut(body, indent)], indent)]

    def _inside(self, body: list[str]) -> list[Part]:
        return [*_Parser(body).parts()]

    def _field(self, indent: int, found: re.Match[str]) -> Part:
        line = self.lines[self.at]
        self.at += 1
        word, argument = found[1], (found[2] or "").strip()
        if word.startswith(("param", "arg", "key", "kw", "var", "ivar", "cvar")):
            *kinds, name = argument.split() or [""]
            head = f"{name} ({' '.join(kinds)})" if kinds else name
        else:
            head = f"{_FIELD_WORDS.get(word, word)} {argument}".strip()
        return self._continued("item", f"{head}: {line[found.end() :].strip()}".strip(), indent, "•")

    def _item(self, indent: int, line: str) -> Part:
        found = _ITEM.match(line)
        assert found is not None
        self.at += 1
        marker = "•" if found[2] in "-*+•" else found[2]
        return self._continued("item", line[found.end() :], indent, marker)

    def _continued(self, kind: Kind, first: str, indent: int, marker: str = "", hanging: int = 0) -> Part:
        """A part that goes on in the lines that are indented deeper."""
        lines = [first]
        while self.at < len(self.lines) and (line := self.lines[self.at]):
            if indent_of(line) <= indent or self._interrupts(line):
                break
            lines.append(line.strip())
            self.at += 1
        hanging = hanging or len(marker) + 1
        return self._literal_after(Part(kind, lines, indent, marker, hanging))

    def _paragraph(self, indent: int) -> list[Part]:
        lines = [self.lines[self.at].strip()]
        self.at += 1
        if self.in_section is not None and _ENTRY.match(lines[0]):
            return [self._continued("item", lines[0], indent, hanging=4)]
        if column_of_row(lines[0]):
            return [self._row(indent, lines[0])]
        if _TERM.match(lines[0]):
            return [Part("text", lines, indent)]
        while self.at < len(self.lines) and (line := self.lines[self.at]):
            if indent_of(line) != indent or self._interrupts(line) or _TERM.match(line.strip()):
                break
            if column_of_row(line.strip()) or (self.in_section is not None and _ENTRY.match(line.strip())):
                break
            # A heading follows without an empty line.
            if self.at + 1 < len(self.lines) and _is_underline(self.lines[self.at + 1].strip(), line.strip()):
                break
            lines.append(line.strip())
            self.at += 1
        part = self._literal_after(Part("text", lines, indent))
        return [part] if part.lines else [Part("blank")]

    def _row(self, indent: int, first: str) -> Part:
        """`name    what it is`, whose text goes on below itself."""
        column = column_of_row(first)
        lines = [first[column:]]
        while self.at < len(self.lines) and indent_of(self.lines[self.at]) == indent + column and self.lines[self.at]:
            lines.append(self.lines[self.at].strip())
            self.at += 1
        return Part("item", lines, indent, first[:column].rstrip(), column)

    def _literal_after(self, part: Part) -> Part:
        """Text that ends in `::` is followed by a literal block."""
        last = part.lines[-1]
        if last.endswith("::") and not last.startswith(".. "):
            rest = last[:-2].rstrip()
            # `text ::` has no colon, `text::` has one.
            part.lines[-1] = rest if not rest or last[:-2].endswith(" ") else f"{rest}:"
            part.lines = part.lines if part.lines != [""] else []
            self._mark_literal(part.indent)
        return part

    def _mark_literal(self, indent: int) -> None:
        """Make a fence of the block that is indented deeper, if there is one."""
        start = next((i for i in range(self.at, len(self.lines)) if self.lines[i]), None)
        if start is None or indent_of(self.lines[start]) <= indent:
            return
        self.at, before = start, self.at
        block = self._deeper(indent)
        margin = " " * min(indent_of(line) for line in block if line)
        fence = "~" * 12
        self.lines[start : self.at] = [f"{margin}{fence}", *block, f"{margin}{fence}"]
        self.at = before

    # Looking

    def _deeper(self, indent: int, *, peek: bool = False) -> list[str]:
        """The lines from here that are indented deeper than this, without the empty ones behind them."""
        end = last = self.at
        while end < len(self.lines) and (not self.lines[end] or indent_of(self.lines[end]) > indent):
            end += 1
            if self.lines[end - 1]:
                last = end
        lines = self.lines[self.at : last]
        if not peek:
            self.at = last
        return lines

    def _after_blank(self) -> bool:
        return self.at == 0 or not self.lines[self.at - 1] or self.lines[self.at - 1].endswith(":")

    def _is_item(self, line: str) -> bool:
        """Whether a line is an item. After a line of text it must be clear that a list begins."""
        if not _ITEM.match(line):
            return False
        return self._after_blank() or self.in_list is not None

    def _begins_section(self, line: str, indent: int) -> bool:
        following = next((each for each in self.lines[self.at + 1 : self.at + 3] if each), "")
        return bool(_SECTION.match(line)) and indent_of(following) > indent

    def _interrupts(self, line: str) -> bool:
        """Whether another part begins in the middle of a paragraph."""
        if line.lstrip().startswith((">>>", "```", ".. ")) or _FIELD.match(line) or _RULE_OF_TABLE.match(line):
            return True
        if _ITEM.match(line):
            return self.in_list is not None or self.lines[self.at - 1].endswith(":")
        return False


def is_code(lines: list[str]) -> bool:
    """Whether lines are Python, or a session of Python or of a command line; prose is none of these."""
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    if text.lstrip().startswith((">>> ", "$ ", "pyex(", "iex>", "iex(", "% ")):
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # A lone word or two are prose that happens to be Python.
    return not all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Name | ast.Constant) for each in tree.body)


def _code(lines: list[str], language: str = "python") -> Part:
    while lines and not lines[0]:
        lines = lines[1:]
    indent = min((indent_of(line) for line in lines if line), default=0)
    return Part("code", _cut(lines, indent), indent, language=language)


def _cut(lines: list[str], indent: int) -> list[str]:
    """The lines without this much of their margin."""
    return [line[min(indent, indent_of(line)) :] for line in lines]


def _is_underline(line: str, text: str) -> bool:
    if not text or not _UNDERLINE.match(line) or _UNDERLINE.match(text):
        return False
    return len(line) >= max(2, len(text) - 2)
