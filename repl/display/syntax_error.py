"""Syntax errors as the prompt shows them: the message, and the place in the line that it points at."""

from __future__ import annotations


def syntax_report(error: SyntaxError) -> str:
    """The report of a syntax error, with a line break at its end."""
    number = error.lineno or 1
    line = (error.text or "").rstrip("\n")
    where = f"{error.filename}:{number}:{error.offset or 1}: " if error.filename is not None else ""
    report = f"** ({type(error).__name__}) {where}{error.msg}"
    if line:
        gutter = " " * (len(str(number)) + 2)
        column = max((error.offset or 1) - 1, 0)
        report += f"\n{gutter}|\n {number} | {line}\n{gutter}| {' ' * column}^"
    return report + "\n"
