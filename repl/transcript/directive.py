"""Directives: HTML comments that a reader does not see, and that say how a transcript is to be played.

    <!-- pyex: skip -->
    <!-- pyex: timeout 30000 -->
    <!-- pyex: note
    Ask the room what will happen, before the next key.
    -->

Other comments mean nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pyex.repl.transcript.errors import BadTranscript

Name = Literal["skip", "may fail", "any order", "fresh", "timeout", "pause", "set-up", "note", "hint"]

# What follows the name: nothing, or what it takes.
_TAKES: dict[Name, str] = {
    "skip": "",
    "may fail": "",
    "any order": "",
    "fresh": "",
    "timeout": "milliseconds",
    "pause": "milliseconds or nothing",
    "set-up": "code",
    "note": "text",
    "hint": "text",
}
_EXAMPLES = {"milliseconds": "5000", "milliseconds or nothing": "2000", "code": "\nx = 1\n", "text": "a few words"}
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_OPEN = re.compile(r"<!--(?!.*-->)", re.DOTALL)
_MARKED = re.compile(r"\s*pyex\b(\s*:)?(.*)", re.DOTALL)
_MISSPELLED: dict[str, Name] = {
    "setup": "set-up",
    "set up": "set-up",
    "may-fail": "may fail",
    "mayfail": "may fail",
    "any-order": "any order",
    "notes": "note",
    "hints": "hint",
    "wait": "pause",
    "time-out": "timeout",
}


@dataclass(frozen=True)
class Directive:
    """One directive: its name, and what it is given: milliseconds, or the text behind the name."""

    line: int
    name: Name
    text: str = ""
    milliseconds: int | None = None


def directives(text: str, line: int, path: str) -> Iterator[Directive]:
    """The directives in a piece of Markdown whose first line is this one. Raises `BadTranscript`."""
    if opened := _OPEN.search(text):
        place = line + text.count("\n", 0, opened.start())
        raise BadTranscript(path, place, "this comment has no end, and hides what follows: write --> behind it")
    for comment in _COMMENT.finditer(text):
        marked = _MARKED.fullmatch(comment[1])
        if marked is None:
            continue
        place = line + text.count("\n", 0, comment.start())
        if not marked[1]:
            words = " ".join(marked[2].split())
            raise BadTranscript(path, place, f"a directive has a colon: write <!-- pyex: {words} -->")
        yield _directive(marked[2], place, path)


def _directive(text: str, line: int, path: str) -> Directive:
    name = next((each for each in _TAKES if re.match(rf"\s*{re.escape(each)}(?![\w-])", text)), None)
    if name is None:
        raise BadTranscript(path, line, _unknown(text))
    rest = text.lstrip()[len(name) :]
    takes = _TAKES[name]
    # Code keeps its indentation.
    rest = rest.strip("\n").rstrip() if takes == "code" else rest.strip()
    if takes == "code" and "\n" not in rest:
        rest = rest.strip()
    if not takes and rest:
        raise BadTranscript(path, line, f'nothing follows "{name}": write <!-- pyex: {name} -->')
    if takes.startswith("milliseconds"):
        if not rest and takes != "milliseconds":
            return Directive(line, name)
        if not re.fullmatch(r"[1-9]\d*", rest):
            raise BadTranscript(path, line, f'"{name}" takes {takes}: write <!-- pyex: {name} {_EXAMPLES[takes]} -->')
        return Directive(line, name, milliseconds=int(rest))
    if takes and not rest:
        raise BadTranscript(path, line, f'"{name}" takes {takes}: write <!-- pyex: {name} {_EXAMPLES[takes]} -->')
    return Directive(line, name, rest)


def _unknown(text: str) -> str:
    words = text.split()
    if not words:
        return f"a directive needs a name; known are {_known()}"
    known: list[str] = [*_TAKES]
    starts = [" ".join(words[:length]).rstrip(":") for length in (2, 1)]
    guesses: list[tuple[str, str | None]] = [(written, _MISSPELLED.get(written)) for written in starts]
    guesses += [(written, meant) for written in starts for meant in get_close_matches(written, known, 1, 0.7)]
    for written, meant in guesses:
        if meant is not None:
            return f'unknown directive "{written}"; did you mean "{meant}"?'
    return f'unknown directive "{words[0]}"; known are {_known()}'


def _known() -> str:
    return ", ".join(f'"{each}"' for each in _TAKES)
