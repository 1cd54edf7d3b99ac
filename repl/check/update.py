"""Rewriting the outputs in a file: lines that match stay as they are written, and so does all that is no output."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher

from pyex.repl.check.outcome import Difference, Outcome

_PROMPT = re.compile(r"(?:pyex|pry)(?:\(\d+\))?>")
_FLOOD = "it prints too much to be written down; write ... on a line below it, which stands for any lines"


class CannotUpdate(Exception):
    """Why a file was left as it is; with its name, and a line where there is one."""

    def __init__(self, path: str, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


def update(outcome: Outcome) -> int:
    """Write what was printed into the file that was played, in one step; returns how many inputs that concerns.

    Those that may fail stay as they are. Raises `CannotUpdate` and changes nothing where the file was not played to its
    end, has been changed or cannot be written since, or cannot hold what was printed.
    """
    differences = outcome.failures
    if outcome.problem or not differences:
        return 0
    for each in differences:
        if each.is_broken:
            raise CannotUpdate(outcome.path, each.line, f"nothing was rewritten: {each.reasons[0]}")
        if each.is_flood:
            raise CannotUpdate(outcome.path, each.line, f"nothing was rewritten: {_FLOOD}")
    path = os.path.realpath(outcome.path)
    try:
        with open(path, "rb") as file:
            before = file.read()
        if hashlib.sha256(before).hexdigest() != outcome.digest:
            raise CannotUpdate(outcome.path, 0, "nothing was rewritten: the file has been changed meanwhile")
        text = before.decode()
        after = updated(text, differences)
        _see_that_it_reads_as_meant(outcome.path, text, after, differences)
        _write(path, after.encode())
    except OSError as error:
        raise CannotUpdate(outcome.path, 0, f"nothing was rewritten: {error.strerror or error}") from None
    return len(differences)


def updated(text: str, differences: list[Difference]) -> str:
    """A file's text with what was printed in the place of what was written."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    for each in sorted(differences, key=lambda each: -each.line):
        prompt = _PROMPT.search(lines[each.line - 1])
        margin = lines[each.line - 1][: prompt.start()] if prompt is not None else ""
        line_end = re.search(r"[\r\n]*\Z", lines[each.line - 1])
        end = line_end[0] if line_end is not None and line_end[0] else "\n"
        for place, count, put in _changes(each):
            if not lines[place - 1].endswith(("\r", "\n")):
                lines[place - 1] += end
            lines[place : place + count] = [(margin + line).rstrip(" " if not line else "") + end for line in put]
    return "".join(lines)


def _changes(difference: Difference) -> Iterator[tuple[int, int, list[str]]]:
    """From the last to the first: after which line of the file how many are replaced, and by what."""
    matcher = SequenceMatcher(None, difference.written, difference.printed, autojunk=False)
    for kind, first, end, put_first, put_end in reversed(matcher.get_opcodes()):
        if kind == "equal":
            continue
        put = difference.printed[put_first:put_end]
        # Those that are replaced go one by one: an empty prompt may stand between them.
        for index in range(end - 1, first - 1, -1):
            is_first = index == first
            yield difference.numbers[index] - 1, 1, put if is_first else []
        if first == end:
            yield (difference.numbers[first - 1] if first else difference.after), 0, put


def _see_that_it_reads_as_meant(path: str, before: str, after: str, differences: list[Difference]) -> None:
    """An output may look like something else: like a prompt, or the end of its fence."""
    from pyex.repl.transcript.document import parse
    from pyex.repl.transcript.errors import BadTranscript
    from pyex.repl.transcript.output import lines_of

    printed = {each.line: each.printed for each in differences}
    mark = "\ufeff"  # which may stand before all else
    steps = parse(before.removeprefix(mark), path).steps
    meant = [(step.line, step.text, printed.get(step.line, lines_of(step.expected or ""))) for step in steps]
    problem = "nothing was rewritten: its output cannot stand in a session"
    try:
        found = [(step.text, lines_of(step.expected or "")) for step in parse(after.removeprefix(mark), path).steps]
    except BadTranscript as error:
        raise CannotUpdate(path, differences[0].line, f"{problem} ({error.problem})") from None
    for index, (line, text, lines) in enumerate(meant):
        if found[index : index + 1] != [(text, lines)]:
            raise CannotUpdate(path, line, f"{problem}: a line of it reads as a prompt, or as the end of the fence")
    if len(found) > len(meant):
        raise CannotUpdate(path, meant[-1][0], f"{problem}: a line of it reads as a prompt")


def _write(path: str, content: bytes) -> None:
    mode = os.stat(path).st_mode
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    number, beside = tempfile.mkstemp(prefix=".pyex-", dir=os.path.dirname(path))
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            os.fchmod(number, mode & 0o7777)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
