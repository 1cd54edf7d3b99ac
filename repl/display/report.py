"""Log lines and reports of crashes as a person at a terminal sees them: coloured by level, as Elixir's console does.

The runtime prints them as `\\n10:56:19.714 [error] Process #PID<0.112.0> raised an exception\\n…`, in one piece, and
knows no colours. They begin on a line of their own: the break in front ends a line that somebody has left unfinished.
"""

from __future__ import annotations

import re

from pyex.inspection.safe_text import safe
from pyex.repl.configuration import settings
from pyex.repl.display.colours import DEFAULTS, paint, sequence_of

_HEAD = re.compile(r"\n\d\d:\d\d:\d\d\.\d{3} \[(?P<level>[a-z]+)\] ")


def report(text: str, *, colours: bool) -> str:
    """What is written to the error output: a report or log line is coloured, if `colours` and the settings say so, and
    nothing in it can paint the terminal. Other text comes back as it is."""
    head = _HEAD.match(text)
    if head is None:
        return text
    shown = safe(text)
    kind = f"log_{head['level']}"
    if not colours or kind not in DEFAULTS or not settings.colors.get("enabled", True):
        return shown
    return paint(shown, sequence_of(kind))
