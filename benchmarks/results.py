"""The figures of a run: collected over the passes, asked for as medians."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass
class Results:
    """What came of it, by contestant and figure; and why something did not."""

    samples: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    # By contestant and piece of work.
    missing: dict[tuple[str, str], str] = field(default_factory=dict)
    # Contestants that could not take part at all.
    absent: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, contestant: str, figures: dict[str, float]) -> None:
        for key, value in figures.items():
            self.samples.setdefault((contestant, key), []).append(value)

    def value(self, contestant: str, key: str) -> float | None:
        samples = self.samples.get((contestant, key))
        return statistics.median(samples) if samples else None

    def spread(self, contestant: str, key: str) -> tuple[float, float] | None:
        """Between which values the middle half is."""
        samples = self.samples.get((contestant, key), [])
        if len(samples) < 2:
            return None
        low, _, high = statistics.quantiles(samples, n=4)
        return low, high

    def ratio(self, contestant: str, key: str, base: str, base_key: str | None = None) -> float | None:
        """How many times the value of `base` this is."""
        value, reference = self.value(contestant, key), self.value(base, base_key or key)
        return value / reference if value is not None and reference else None
