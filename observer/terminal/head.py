"""The head of the screen: the system in a line or two."""

from __future__ import annotations

from typing import Any

from pyex.observer.terminal.cells import BAD, STRONG, Line, line, spread
from pyex.observer.terminal.figures import count, duration, rate, size

# A screen with more rows has a second line.
HIGH = 16


class Head:
    """What is known of the system."""

    def __init__(self) -> None:
        self._system: dict[str, Any] = {}
        self._sample: dict[str, float] = {}

    def take(self, system: dict[str, Any], load: dict[str, Any]) -> None:
        """It has been read."""
        self._system = system
        samples = load.get("samples") or []
        self._sample = dict(zip(load["fields"], samples[-1], strict=False)) if samples else {}

    def draw(self, width: int, height: int, state: str) -> list[Line]:
        """One line, or two where there is room. `state` says how the screen is refreshed."""
        system, sample = self._system, self._sample
        if not system:
            return [line(width, (STRONG, " pyex Observer"), ("", f"   {state}"))]
        memory = system.get("memory") or sample.get("memory")
        first = [
            f"up {duration(system['uptime'])}",
            f"processes {count(system['process_count'])}",
            f"run queue {count(system['run_queue'])}",
        ]
        second = [f"memory {size(memory)}"]
        if sample:
            second += [f"cpu {rate(sample.get('cpu'))}%", f"switches/s {rate(sample.get('switches'))}"]
        node = f" {system['node']}"
        troubled = BAD if system.get("blocked") else ""
        if height < HIGH:
            # The state first: where it is paused or has no answer, one is to know.
            parts = [*([state] if " " not in state else []), *first[1:], *second, first[0]]
            rest = spread(width - len(node) - 3, parts)
            return [line(width, (STRONG, node), (troubled, f"   {rest}"))]
        versions = f"pyex {system['versions']['pyex']} on {system['versions']['python']}"
        more = [*second, f"tables {count(system['tables'])}", f"threads {count(system['threads'])}", versions]
        return [
            line(width, (STRONG, node), ("", f"   {spread(width - len(node) - 3, [*first, state])}")),
            line(width, ("", f" {spread(width - 1, more)}")),
        ]
