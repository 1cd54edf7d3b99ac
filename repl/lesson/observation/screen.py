"""What appears on the learner's screen, but for what the lesson itself says."""

from __future__ import annotations

import re
from collections import deque

from pyex.scheduler import scheduler

_LESSONS = "pyex.repl.lesson"
# Of long outputs the end is kept.
MOST_PIECES, MOST_CHARACTERS = 10_000, 200_000
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


class Screen:
    """The text that a console was given to show."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque(maxlen=MOST_PIECES)
        self._text = ""

    def hear(self, text: str) -> None:
        """Take down what is written. Called by who writes it, so nothing else is done here."""
        writer = scheduler.current
        if writer is None or not str(getattr(writer.initial_call, "__module__", "")).startswith(_LESSONS):
            self._pieces.append(text)

    def text(self) -> str:
        """What was written, without colours."""
        while self._pieces:
            self._text += self._pieces.popleft()
        self._text = _ESCAPE.sub("", self._text)[-MOST_CHARACTERS:]
        return self._text

    def forget(self) -> None:
        self._pieces.clear()
        self._text = ""
