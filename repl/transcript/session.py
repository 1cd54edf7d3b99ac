"""A session as the screen shows it: inputs behind prompts, and below each what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyex.repl.transcript.directive import Directive
from pyex.repl.transcript.errors import BadTranscript

# How long one input may take, unless a directive says otherwise.
TIMEOUT = 10_000
# How long an output that is not yet all that is written is waited for, once the prompt is there: processes print late.
LATE = 1000

_PROMPT = re.compile(r"(?:pyex|pry)(?:\(\d+\))?> ?(.*)")
_CONTINUATION = re.compile(r"\.\.\.(?:\(\d+\))?> ?(.*)")
_OTHER_PROMPT = re.compile(r"(?:>>>|iex(?:\(\d+\))?>|In \[\d*\]:|\d+>|\$)(?: |$)")


@dataclass
class Step:
    """One input of a session, what is written below it (None: anything), and what came when it was played."""

    line: int
    text: str
    expected: str | None
    # The numbers of the lines of `expected`.
    output_lines: list[int] = field(default_factory=list)
    timeout: int = TIMEOUT
    late: int = LATE
    may_fail: bool = False
    any_order: bool = False
    # The prompt, and that of further lines; what was typed, where labels in it stood for others; what it printed; why
    # it could not be played to its end.
    prompts: tuple[str, str] = ("", "")
    typed: str = ""
    printed: str = ""
    problem: str = ""


@dataclass
class Session:
    """A fence: its steps, and how they are to be played.

    `is_fresh`: in a new shell. `is_answer`: it is the reference answer of a lesson, and not shown. `is_timed`: the file
    says how long its inputs may take.
    """

    line: int
    steps: list[Step]
    is_skipped: bool = False
    is_fresh: bool = False
    is_answer: bool = False
    is_timed: bool = False

    def direct(self, directive: Directive) -> None:
        """Take what a directive says."""
        match directive.name:
            case "skip":
                self.is_skipped = True
            case "fresh":
                self.is_fresh = True
            case "timeout":
                self.is_timed = True
        for step in self.steps:
            match directive.name:
                case "may fail":
                    step.may_fail = True
                case "any order":
                    step.any_order = True
                case "timeout" if directive.milliseconds is not None:
                    step.timeout = step.late = directive.milliseconds


def parse_session(text: str, line: int, path: str) -> list[Step]:
    """The steps of a session whose first line has this number. Raises `BadTranscript`."""
    steps: list[Step] = []
    typing = False
    for number, content in enumerate(text.split("\n")[:-1], start=line):
        if prompt := _PROMPT.fullmatch(content):
            # An empty prompt is where a session ends, or where a report came in between: no input.
            typing = bool(prompt[1].strip())
            if typing and not content.endswith(f" {prompt[1]}"):
                shown = content[: len(content) - len(prompt[1])]
                problem = f"there is no space behind the prompt: write {shown} {prompt[1]}"
                raise BadTranscript(path, number, problem)
            if typing:
                steps.append(Step(number, prompt[1], ""))
        elif typing and (prompt := _CONTINUATION.fullmatch(content)):
            steps[-1].text += "\n" + prompt[1]
        elif steps:
            steps[-1].expected = (steps[-1].expected or "") + content + "\n"
            steps[-1].output_lines.append(number)
            typing = False
        elif content.strip():
            raise BadTranscript(path, number, _no_input(content))
    if not steps:
        raise BadTranscript(path, max(line - 1, 1), "this session has no input: write one, as in pyex(1)> 1 + 1")
    return steps


def _no_input(content: str) -> str:
    """What is wrong with a line that stands before the first input."""
    if other := _OTHER_PROMPT.match(content):
        return f"the prompt is pyex(1)> and not {other[0].strip()}: write pyex(1)> {content[other.end() :]}"
    if _CONTINUATION.fullmatch(content):
        return "an input begins behind pyex(1)>; only its other lines stand behind ...(1)>"
    return "there is output before the first input: begin a session with its prompt, as in pyex(1)> 1 + 1"


def split_inputs(text: str) -> Iterator[tuple[int, str]]:
    """The inputs in a text without prompts, and the comments between them, each with the number of its line."""
    from pyex.repl.language.python_language import PythonLanguage

    lines = text.split("\n")
    at = 0
    pieces = PythonLanguage().split(text)
    for piece in pieces or [text]:
        piece_lines = piece.rstrip("\n").split("\n")
        while at < len(lines) and lines[at : at + len(piece_lines)] != piece_lines:
            if at + 1 >= len(lines):
                break
            at += 1
        start = at
        at += len(piece_lines)
        comments: list[str] = []
        while piece_lines and (not piece_lines[0].strip() or piece_lines[0].startswith("#")):
            if piece_lines[0].strip():
                comments.append(piece_lines[0])
            elif comments:
                yield start - len(comments) + 1, "\n".join(comments)
                comments = []
            piece_lines.pop(0)
            start += 1
        if comments:
            yield start - len(comments) + 1, "\n".join(comments)
        if piece_lines:
            ends_open = piece_lines[-1][:1].isspace()
            yield start + 1, "\n".join(piece_lines) + ("\n" if ends_open else "")
