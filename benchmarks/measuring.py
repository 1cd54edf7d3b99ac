"""What the files in peers/ share: the clock, the scale, and the command line `PEER.py MEASUREMENT SIZE`.

The answer is one line of JSON: the figures, as `{"round_trip": 1.2}`, or `{"missing": "why"}`, where "" is the usual
reason, which work.py has.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
from collections.abc import Callable
from time import monotonic, perf_counter

# How long the greedy actor of `preemption` computes.
GREEDY_SECONDS = 1.0

Figures = dict[str, float]
Measurement = Callable[[int], float | Figures]


def main(*measurements: Measurement, lacks: dict[str, str] | None = None, otherwise: str = "") -> None:
    """Take the measurement that the command line names; `lacks` and `otherwise` tell why others are not there."""
    name, size = sys.argv[1], int(sys.argv[2])
    by_name = {measurement.__name__: measurement for measurement in measurements}
    if name not in by_name:
        print(json.dumps({"missing": (lacks or {}).get(name, otherwise)}))
        return
    result = by_name[name](size)
    print(json.dumps(result if isinstance(result, dict) else {name: result}))


class Stopwatch:
    """Measures from the moment that it is made."""

    def __init__(self) -> None:
        self.start = perf_counter()

    def microseconds_each(self, count: int) -> float:
        return (perf_counter() - self.start) / count * 1e6

    def per_second(self, count: int) -> float:
        return count / (perf_counter() - self.start)

    def seconds(self) -> float:
        return perf_counter() - self.start

    def milliseconds(self) -> float:
        return self.seconds() * 1e3


def resident_bytes() -> int:
    """The memory that this process occupies now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def peak_bytes() -> int:
    """The most that it ever occupied."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def compute_until(deadline: float) -> None:
    """Keep the processor, and never wait."""
    while monotonic() < deadline:
        pass


def summary(waits: list[float]) -> Figures:
    """The figures of `preemption`, from the seconds that calls took meanwhile."""
    return {"preemption_median": statistics.median(waits) * 1e3, "preemption_max": max(waits) * 1e3}


def silence() -> None:
    """Send what libraries report about actors that crash on purpose nowhere: writing it is not what is measured."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
