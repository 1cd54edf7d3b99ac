"""A line that one types at the foot of the screen: a reason, or what to search for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyex.inspection.text_width import columns_of, cut
from pyex.observer.terminal.cells import CHOSEN, STRONG, Line, fitted, line, shown

MOST = 500
# On a narrow screen the question is cut, so that so much of what is typed can be seen.
ROOM = 16


@dataclass
class Field:
    """A question, and what has been typed so far. `then(text)` is called with Enter, `on_change(text)` with every
    change, if it is given, and `on_leave()` with Escape. What is preset is replaced by the first character typed."""

    question: str
    then: Callable[[str], object]
    text: str = ""
    hint: str = ""
    on_change: Callable[[str], object] | None = None
    on_leave: Callable[[], object] | None = None
    is_preset: bool = False

    def press(self, key: str) -> bool:
        """Take a key; False when the field is done with."""
        match key:
            case "enter":
                self.then(self.text)
                return False
            case "escape" | "c-c" | "c-g":
                if self.on_leave is not None:
                    self.on_leave()
                return False
            case "backspace":
                self._set(self.text[:-1])
            case "c-u":
                self._set("")
            case "c-w":
                self._set(self.text.rstrip().rpartition(" ")[0])
            case _ if len(key) == 1 and key.isprintable():
                self._set(("" if self.is_preset else self.text) + key)
        return True

    def paste(self, text: str) -> None:
        """Take a text that was pasted."""
        self._set(("" if self.is_preset else self.text) + "".join(filter(str.isprintable, text)))

    def draw(self, width: int) -> Line:
        """The line, with the end of what was typed where it is too long."""
        question = f" {cut(shown(self.question), max(8, width - ROOM))} "
        room = width - columns_of(shown(question)) - 1
        words = self.text
        while columns_of(words) > max(1, room):
            words = words[1:]
        style = CHOSEN if self.is_preset else ""
        left = room - columns_of(words)
        hint = fitted(f"  {self.hint}", left) if self.hint and left > len(self.hint) + 2 else ""
        return line(width, (STRONG, question), (style, words), (CHOSEN, " "), ("", hint))

    def _set(self, text: str) -> None:
        self.is_preset = False
        self.text = text[:MOST]
        if self.on_change is not None:
            self.on_change(self.text)
