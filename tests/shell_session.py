"""Sessions in a shell of their own, in this process: what is printed below each input."""

from __future__ import annotations

import textwrap

from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.transcript.play import play
from pyex.repl.transcript.session import Step


def said(*inputs: str) -> list[str]:
    """Type the inputs at a fresh shell; returns what each of them printed, without the last line end."""
    steps = [Step(number, textwrap.dedent(text).strip("\n"), None) for number, text in enumerate(inputs, start=1)]
    play(steps, PythonLanguage())
    return [step.printed.rstrip("\n") for step in steps]


def sections(text: str) -> dict[str, str]:
    """What `i(x)` has printed: the text below each heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("  "):
            found[heading].append(line[2:])
        else:
            heading = line
            assert heading not in found
            found[heading] = []
    return {heading: "\n".join(lines) for heading, lines in found.items()}


def told(*inputs: str) -> dict[str, str]:
    """What `i(x)`, the last of the inputs, tells."""
    return sections(said(*inputs)[-1])
