"""What comments at the prompt become in a transcript.

    # words                 words, in Markdown; those that follow each other are one paragraph, and # alone ends it
    ## Title                a heading; ### Title one below it; # # Title the highest
    #> words                a note for the speaker, that readers do not see
    #! timeout 30000        a directive, for the inputs up to the next comment

Other inputs are code, comments in them included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pyex.repl.transcript.directive import Directive, directives
from pyex.repl.transcript.errors import BadTranscript

# For the inputs that follow, or where they stand. What is set up or started afresh was not, in the session that runs.
_FOR_SESSIONS = ("skip", "may fail", "any order", "timeout")
_BETWEEN = ("pause", "note", "hint")

Kind = Literal["prose", "heading", "note", "directive", "problem"]


@dataclass(frozen=True)
class Comment:
    """One comment: its kind, and what it says. A directive's text is that between `<!-- pyex: ` and ` -->`."""

    kind: Kind
    text: str
    # The number of a heading's hashes.
    level: int = 0


def is_comment(text: str) -> bool:
    """Whether an input consists of comments only."""
    lines = [line.strip() for line in text.split("\n")]
    return any(lines) and all(not line or line.startswith("#") for line in lines)


def comments(text: str) -> list[Comment]:
    """The comments in such an input, one for each line; an empty line is prose without words."""
    return [_comment(line.strip()) for line in text.split("\n")]


def is_for_sessions(comment: Comment) -> bool:
    """Whether it is a directive that belongs to the inputs that follow."""
    return comment.kind == "directive" and _directive(comment.text).name in _FOR_SESSIONS


def _comment(line: str) -> Comment:
    if line.startswith("#>"):
        return Comment("note", line[2:].strip().replace("-->", "-- >"))
    if line.startswith("#!"):
        return _directed(line[2:].strip())
    heading = re.fullmatch(r"(#{2,6}) +(.*)|# +(#{1,6}) +(.*)", line)
    if heading:
        return Comment("heading", heading[2] or heading[4], len(heading[1] or heading[3]))
    return Comment("prose", line.removeprefix("#").removeprefix(" "))


def _directed(text: str) -> Comment:
    try:
        directive = _directive(text)
    except BadTranscript as error:
        return Comment("problem", error.problem)
    if directive.name not in _FOR_SESSIONS + _BETWEEN:
        return Comment("problem", f'"{directive.name}" is not recorded: write <!-- pyex: {text} --> into the file')
    return Comment("directive", text)


def _directive(text: str) -> Directive:
    return next(directives(f"<!-- pyex: {text} -->", 1, "<prompt>"))
