"""Where one is in a list that is longer than the screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cursor:
    """The row that is chosen, and the first that is shown."""

    index: int = 0
    top: int = 0
    count: int = 0
    height: int = 1

    def settle(self, count: int, height: int) -> None:
        """There are so many rows now, and room for so many."""
        self.count, self.height = count, max(1, height)
        self.index = max(0, min(self.index, count - 1))
        self.top = max(0, min(self.top, self.index, count - self.height))
        self.top = max(self.top, self.index - self.height + 1)

    def press(self, key: str) -> bool:
        """Go where a key leads; False for other keys."""
        match key:
            case "up":
                self.index -= 1
            case "down":
                self.index += 1
            case "pageup" | "c-b":
                self.index -= self.height
                self.top -= self.height
            case "pagedown" | "c-f" | " ":
                self.index += self.height
                self.top += self.height
            case "home" | "<":
                self.index = 0
            case "end" | ">":
                self.index = self.count - 1
            case _:
                return False
        self.settle(self.count, self.height)
        return True
