"""How sections put numbers and places into words."""

from __future__ import annotations

from pyex.repl.language.source_lines import was_typed


def counted(number: int, what: str) -> str:
    """`1 worker`, `2 workers`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def place(filename: str, line: int | None = None) -> str:
    """Where something was defined, in words: a file and a line."""
    if was_typed(filename):
        return f"typed at the prompt, {filename}" + (f", line {line}" if line and line > 1 else "")
    return filename if line is None else f"{filename}:{line}"
