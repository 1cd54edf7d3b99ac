"""The values of earlier inputs, for `v(n)`."""

from __future__ import annotations

from typing import Any

from pyex.errors import describe
from pyex.repl.configuration import settings


class ValueHistory:
    """The last values, by the numbers of their prompts; `settings.history_size` of them."""

    def __init__(self) -> None:
        self._values: dict[int, Any] = {}

    def append(self, number: int, value: Any) -> None:
        # A number that comes again is that of a later input, so it goes to the end.
        self._values.pop(number, None)
        self._values[number] = value
        size = settings.history_size
        while 0 <= size < len(self._values):
            del self._values[next(iter(self._values))]

    def nth(self, number: int) -> Any:
        """The value of prompt `number`, or of the last but so many when it is negative. Raises `RuntimeError` when it
        is not there (any more)."""
        if number < 0:
            numbers = [*self._values]
            number = numbers[number] if -number <= len(numbers) else number
        if number not in self._values:
            raise RuntimeError(f"v({describe(number)}) is out of bounds")
        return self._values[number]
