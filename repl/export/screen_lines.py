"""Sessions line by line, as they stand in the file: with their prompts and in colours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pyex.repl.export.colouring import Piece, input_pieces, output_pieces
from pyex.repl.transcript.document import Document
from pyex.repl.transcript.session import Session, Step

# In front of a prompt may stand what a quotation or a list puts there.
_PROMPT = re.compile(r"[\s>]*((?:pyex|pry|\.\.\.)(?:\(\d+\))?>)")
_EMPTY_PROMPT = re.compile(r"[\s>]*((?:pyex|pry)(?:\(\d+\))?>)\s*")


@dataclass(frozen=True)
class Line:
    """A line of a session. "more" is one that goes on with the input above it; an output has no prompt."""

    kind: Literal["input", "more", "output"]
    prompt: str
    pieces: list[Piece]

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)


def lines_of(session: Session, document: Document) -> list[Line]:
    """The lines of a session. Inputs that were written without prompts get some, by their place in the document."""
    written = re.split(r"\r\n|\r|\n", document.text)
    numbers = {id(step): number for number, step in enumerate(document.steps, start=1)}
    lines: list[Line] = []
    end = 0
    for step in session.steps:
        lines += _empty_prompts(written, end, step.line - 1)
        lines += _input(step, written, numbers[id(step)])
        end = step.line + step.text.count("\n")
        outputs = (step.expected or "").split("\n")[:-1]
        for pieces, number in zip(output_pieces(outputs), step.output_lines, strict=True):
            # A prompt with nothing behind it, where a report came in between.
            lines += _empty_prompts(written, end, number - 1)
            lines.append(Line("output", "", pieces))
            end = number
    return lines + _empty_prompts(written, end, end + 1)


def _input(step: Step, written: list[str], counter: int) -> list[Line]:
    lines = []
    for number, pieces in enumerate(input_pieces(step.text)):
        at = step.line - 1 + number
        found = _PROMPT.match(written[at]) if at < len(written) else None
        prompt = found[1] if found else f"{'...' if number else 'pyex'}({counter})>"
        lines.append(Line("more" if number else "input", prompt, pieces))
    return lines


def _empty_prompts(written: list[str], start: int, end: int) -> list[Line]:
    if not start:
        return []
    found = (_EMPTY_PROMPT.fullmatch(line) for line in written[start:end])
    return [Line("input", prompt[1], []) for prompt in found if prompt]
