"""What an input prints, while it prints: all of it, but of a flood only the beginning and the end."""

from __future__ import annotations

from collections import deque

# How many characters are kept of the beginning, and how many pieces that long, at most, of the end.
MOST_KEPT, MOST_PIECES = 100_000, 1000


class KeptOutput:
    """Text that grows: `add` takes what comes, `text` returns it, where a flood has a line in place of its middle.

    There is no lock: who prints may be interrupted, and others may print meanwhile, at any place.
    """

    def __init__(self, text: str = "") -> None:
        self._size = 0
        # In pieces: to add to a long text copies it.
        self._beginning: list[str] = []
        self._end: deque[str] = deque(maxlen=MOST_PIECES)
        # The beginning of the line that is not finished yet.
        self.last_line = ""
        self.add(text)

    def add(self, text: str) -> None:
        line = text.rpartition("\n")[2]
        self.last_line = (line if len(line) < len(text) else self.last_line + line)[:MOST_KEPT]
        rest = text
        if self._size < MOST_KEPT:
            self._beginning.append(text[:MOST_KEPT])
            rest = text[MOST_KEPT:]
        self._size += len(text)
        if rest:
            self._end.append(rest[-MOST_KEPT:])

    def text(self) -> str:
        beginning, end = "".join(self._beginning), "".join(self._end)
        left_out = self._size - len(beginning) - len(end)
        return f"{beginning}\n[{left_out} characters are left out here]\n{end}" if left_out > 0 else beginning + end
