"""The two kinds of files that a session is written to: Markdown, and plain sessions that end in `.pyex`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from pyex.repl.record.comment import Comment
from pyex.repl.transcript.document import SESSION, Document, parse
from pyex.repl.transcript.errors import BadTranscript

_DUMMY_INPUT = "recorded_below"
_DUMMY = f"\n```{SESSION}\npyex> {_DUMMY_INPUT}\n```\n"


class Style(Protocol):
    """How a session, and what stands between its inputs, is written."""

    name: str
    # Whether there are directives and notes.
    has_directives: bool

    def opening(self, mark: str, directives: Sequence[str]) -> str:
        """What stands above inputs."""
        ...

    def closing(self, mark: str) -> str:
        """What stands below them."""
        ...

    def mark(self, lines: Sequence[str]) -> str:
        """The mark of a fence that holds these lines of output."""
        ...

    def prose(self, said: Sequence[Comment], *, before_session: bool) -> str:
        """What comments become; at the file's end, or where inputs follow."""
        ...

    def is_misread(self, line: str, before: str) -> bool:
        """Whether this line of output, below the line `before`, would be read as something else."""
        ...


class Markdown:
    name = "text.md"
    has_directives = True

    def opening(self, mark: str, directives: Sequence[str]) -> str:
        return "".join(f"<!-- pyex: {each} -->\n" for each in directives) + f"{mark}{SESSION}\n"

    def closing(self, mark: str) -> str:
        return f"{mark}\n"

    def mark(self, lines: Sequence[str]) -> str:
        longest = max((len(run[1]) for line in lines if (run := re.match(r" {0,3}(`{3,})\s*$", line))), default=2)
        return "`" * (longest + 1)

    def prose(self, said: Sequence[Comment], *, before_session: bool) -> str:
        """What is no transcript yet, as a fence that is still to be closed, waits for what follows; where nothing more
        can follow, its marks are taken for letters."""
        text = _markdown(said)
        if _is_sound(text, before_session=True) and (before_session or _is_sound(text, before_session=False)):
            return text
        if not before_session:
            return ""
        return re.sub(r"[`~<]", r"\\\g<0>", text)

    def is_misread(self, line: str, before: str) -> bool:
        return False


class Plain:
    name = "text.pyex"
    has_directives = False

    def opening(self, mark: str, directives: Sequence[str]) -> str:
        return ""

    def closing(self, mark: str) -> str:
        return ""

    def mark(self, lines: Sequence[str]) -> str:
        return ""

    def prose(self, said: Sequence[Comment], *, before_session: bool) -> str:
        return "".join(f"# {line}".rstrip() + "\n" if line else "\n" for line in _markdown(said).split("\n")[:-1])

    def is_misread(self, line: str, before: str) -> bool:
        return re.match(r"#+( |$)", line) is not None and not before.strip()


def _markdown(said: Sequence[Comment]) -> str:
    """Comments in Markdown: kinds that differ stand apart."""
    lines: list[str] = []
    kind = ""
    for index, each in enumerate(said):
        is_break = each.kind == "prose" and not each.text
        if lines and lines[-1] and (is_break or each.kind != kind or each.kind in ("heading", "directive")):
            lines.append("")
        kind = each.kind
        match each.kind:
            case "prose" if each.text:
                lines.append(each.text)
            case "heading":
                lines.append(f"{'#' * each.level} {each.text}")
            case "directive":
                lines.append(f"<!-- pyex: {each.text} -->")
            case "note":
                first = index == 0 or said[index - 1].kind != "note"
                last = index + 1 == len(said) or said[index + 1].kind != "note"
                lines += [*(["<!-- pyex: note"] if first else []), each.text, *(["-->"] if last else [])]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def takes_session_below(document: Document) -> bool:
    """Whether a session below it would be read as one."""
    texts = [step.text for step in document.steps]
    return _texts(document.text + _DUMMY) == [*texts, _DUMMY_INPUT]


def _is_sound(text: str, *, before_session: bool) -> bool:
    """Whether a text can be read, and a session below it as well."""
    return _texts(text + _DUMMY * before_session) == [_DUMMY_INPUT] * before_session


def _texts(text: str) -> list[str] | None:
    """The inputs in a text; None where it is no transcript."""
    try:
        return [step.text for step in parse(text).steps]
    except BadTranscript:
        return None
