"""Where a process has stopped: in which function, at which line, and how it got there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import CodeType, FrameType

from pyex.repl.display.colours import coloured
from pyex.repl.language.source_lines import line_of
from pyex.stack import Stacktrace, frame_entry, in_words, is_pyex

# How many lines above and below are shown when a process stops.
RADIUS = 3


@dataclass(frozen=True)
class Place:
    """One line of a function, with the stack that led to it."""

    function: str
    code: CodeType
    line: int
    stack: Stacktrace

    @property
    def file(self) -> str:
        return self.code.co_filename

    def __str__(self) -> str:
        return f"{self.function} ({short(self.file)}:{self.line})"


def place_of(frame: FrameType) -> Place:
    """The place that a frame is at now."""
    stack = []
    outer: FrameType | None = frame
    while outer is not None:
        if not is_pyex(outer):
            stack.append(frame_entry(outer, outer.f_lineno))
        outer = outer.f_back
    name = function_name(str(frame.f_globals.get("__name__", "?")), frame.f_code)
    return Place(name, frame.f_code, frame.f_lineno or frame.f_code.co_firstlineno, stack)


def function_name(module: str, code: CodeType) -> str:
    """A function as OTP names it, `Shop.add` or `shop.total`; of what is typed at the prompt the name alone."""
    module, name, _ = in_words(module, code.co_qualname, 0)
    return name if module == "__main__" else f"{module}.{name}"


def short(file: str) -> str:
    """The path of a file, from the current folder where it lies in that."""
    relative = os.path.relpath(file) if os.path.isabs(file) else file
    return file if relative.startswith(os.pardir) else relative


def source_around(place: Place, radius: int = RADIUS) -> str:
    """The lines around a place, numbered, with an arrow at its own; "" where there is no source."""
    if not line_of(place.code, place.line):
        return ""
    numbers = range(max(place.line - radius, 1), place.line + radius + 1)
    lines = [line_of(place.code, number) for number in numbers]
    while not lines[-1]:
        del lines[-1]
    width = max(len(str(numbers[len(lines) - 1])), 2)
    shown = []
    for number, line in zip(numbers, lines, strict=False):
        here = number == place.line
        row = f"{'=>' if here else '  '} {number:>{width}}: {line}".rstrip()
        shown.append(coloured("doc_bold", row) if here else row)
    return "\n".join(shown)
