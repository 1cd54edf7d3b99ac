"""What the terminal is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Answer = (
    tuple[Literal["input"], str] | tuple[Literal["interrupt"]] | tuple[Literal["eof"]] | tuple[Literal["switch"], str]
)


@dataclass(frozen=True)
class Prompt:
    """What to show in front of the input, and what kind of input it is.

    "code" is edited over several lines, highlighted, indented and remembered. "line" is one plain line, as `input()`
    reads it: Enter always accepts. `initial` is the text to begin with; when it is what Ctrl+G took away, the cursor
    comes back to its place as well.
    """

    text: str
    continuation: str = ""
    kind: Literal["code", "line"] = "code"
    initial: str = ""
