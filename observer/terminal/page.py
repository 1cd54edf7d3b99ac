"""What a page of the terminal's Observer is, and what the screen around it offers to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pyex.observer.terminal.cells import Line
from pyex.observer.terminal.field import Field

# A process, by its pid and by what it is called.
Named = tuple[str, str]
Keys = Sequence[tuple[str, str]]


class Screen(Protocol):
    """The screen, for its pages."""

    has_lines: bool  # whether the terminal can show the characters that lines are drawn with

    def open(self, page: Page) -> None:
        """Show a page in front of this one, until it is left."""
        ...

    def leave(self) -> bool:
        """Go back to the page before; False where there is none."""
        ...

    def read(self) -> None:
        """Read the page's view anew, at once."""
        ...

    def ask(self, field: Field) -> None:
        """Have the person type something."""
        ...

    def say(self, text: str, *, is_bad: bool = False) -> None:
        """Tell the person something, until the next key."""
        ...

    def act(self, name: str, body: dict[str, Any], then: Callable[[], object] | None = None) -> None:
        """Do something to a process: see `pyex.observer.action`. What comes of it is told."""
        ...


class Page(Protocol):
    """One page. All calls come in the terminal's thread."""

    title: str
    keys: Keys  # shown at the foot, the most useful first

    def view(self, height: int) -> str:
        """What to read for it."""
        ...

    def take(self, data: dict[str, Any]) -> None:
        """It has been read."""
        ...

    def draw(self, width: int, height: int) -> list[Line]:
        """At most `height` lines."""
        ...

    def press(self, key: str) -> bool:
        """Take a key; False for one that means nothing here."""
        ...

    def process(self) -> Named | None:
        """The process that the cursor is on."""
        ...
