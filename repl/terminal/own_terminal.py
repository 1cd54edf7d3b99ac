"""The terminal of the process itself: its keys, its screen, and whether it is to have colours."""

from __future__ import annotations

import os
import sys

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output


def has_environment_colours() -> bool:
    """Whether the environment speaks of no reason to do without colours."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def process_input() -> Input:
    """The process's own terminal, even when the program closes `sys.stdin`; keys come in an encoding that has ASCII."""
    if sys.__stdin__ is None:
        return create_input()
    has_ascii = "A".encode(sys.__stdin__.encoding) == b"A"
    stream = open(os.dup(sys.__stdin__.fileno()), encoding=sys.__stdin__.encoding if has_ascii else "utf-8")  # noqa: SIM115
    return create_input(stream)


def process_output() -> Output:
    """The process's own terminal, whatever `sys.stdout` is by now.

    Without cursor position requests: nothing here needs to know the row, each of them makes the prompt wait for the
    terminal's reply, and a reply that comes late is echoed.
    """
    output = create_output(sys.__stdout__)
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output
