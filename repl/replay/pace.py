"""How fast a person types: quickly within words, slower after punctuation and at the ends of lines, never evenly."""

from __future__ import annotations

import random
from dataclasses import dataclass

SLOWEST, FASTEST = 0.1, 20.0
# Seconds, at speed 1.
KEY, WORD_END, PUNCTUATION, LINE_END = 0.045, 0.075, 0.11, 0.35
BEFORE_INPUT, AFTER_OUTPUT, PER_WORD, SHORTEST_PAGE, LONGEST_PAGE, PAUSE = 0.5, 0.9, 0.28, 1.5, 45.0, 5.0
VARIES = 0.35


@dataclass
class Pace:
    """How long to wait, in seconds. `speed` 2 is twice as fast; `is_fast` is without any waiting."""

    speed: float = 1.0
    is_fast: bool = False

    def after(self, text: str) -> float:
        """Before the key that follows this text."""
        last, before = text[-1:], text[-2:-1]
        if last == "\n":
            base = LINE_END
        elif last in ",;:.=":
            base = PUNCTUATION
        elif last.isspace() and not before.isspace():
            base = WORD_END
        elif last.isspace():
            base = KEY / 2
        else:
            base = KEY
        return self.seconds(base * random.uniform(1 - VARIES, 1 + VARIES))

    def reading(self, text: str) -> float:
        """For a text to be read."""
        return self.seconds(min(max(len(text.split()) * PER_WORD, SHORTEST_PAGE), LONGEST_PAGE))

    def seconds(self, base: float) -> float:
        return 0.0 if self.is_fast else base / self.speed

    def change(self, factor: float) -> None:
        """Faster or slower from here on."""
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)
