"""What is aimed at, and whether it is met: computed from the figures of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contestants import ELIXIR, IEX, RIVALS, SHELLS, bare_prompt
from results import Results

# Noise that "costs nothing" and "constant" leave room for.
CONSTANT = 1.25


@dataclass(frozen=True)
class Target:
    """One row of the table of targets: a value, and the most or the least that it may be."""

    what: str
    measured: float | None
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def targets(results: Results, own: list[str], reference: str) -> Iterator[Target]:
    """All targets, for the columns that are pyex's own; `reference` is the one on the Python of the peers."""
    for key, what, least in (("round_trip", "round trip", 10), ("call", "call", 5)):
        best = _best_rival(results, key)
        mine = results.value(reference, key)
        times = best / mine if best is not None and mine else None
        yield Target(f"{what}: times faster than the best of {', '.join(RIVALS)}", times, least, "×", at_least=True)
    for name in own:
        yield from _against_elixir(results, name)
    for name in own:
        yield from _against_itself(results, name)
    yield from _memory(results, reference)
    yield from _shell(results, reference)
    yield from _observer(results, reference)
    for name in own:
        yield from _start(results, name)


def _best_rival(results: Results, key: str) -> float | None:
    values = [value for rival in RIVALS if (value := results.value(rival, key)) is not None]
    return min(values, default=None)


def _against_elixir(results: Results, name: str) -> Iterator[Target]:
    round_trip = 3.3 if name == "pyex 3.11" else 2.5
    for key, what, most in (
        ("round_trip", "round trip", round_trip),
        ("call", "call", 3.0),
        ("spawn_exit", "spawn and exit", 3.0),
        ("ring", "ring hop", 2.0),
    ):
        yield Target(f"{name}: {what}, times Elixir", results.ratio(name, key, ELIXIR.name), most, "×")


def _against_itself(results: Results, name: str) -> Iterator[Target]:
    for key, base, what in (
        ("refused_many", "refused_none", "a new message refused, with 10,000 refused before"),
        ("timers_many", "timers_none", "round trip with 100,000 timers pending"),
        ("queue_million", "queue_empty", "send to a mailbox of a million"),
    ):
        yield Target(f"{name}: {what}, times without", results.ratio(name, key, name, base), CONSTANT, "×")


def _memory(results: Results, name: str) -> Iterator[Target]:
    kilobytes = [
        (value / 1024 if value is not None else None)
        for value in (results.value(name, "parked"), results.value(name, "hibernated"))
    ]
    yield Target(f"{name}: a parked process", kilobytes[0], 8, "KB")
    yield Target(f"{name}: a hibernated process", kilobytes[1], 1, "KB")
    yield Target(f"{name}: a million hibernated, peak", results.value(name, "million_peak"), 1.5, "GB")
    yield Target(f"{name}: longest collector pause meanwhile", results.value(name, "million_pause"), 100, "ms")


def _shell(results: Results, name: str) -> Iterator[Target]:
    answer, key = results.value(name, "busy_answer_max"), results.value(name, "busy_key_p95")
    yield Target(f"{name}, 1,000 endless loops: 1+1 answered, longest", answer, 100, "ms")
    yield Target(f"{name}, 1,000 endless loops: a key painted, p95", key, 25, "ms")


def _observer(results: Results, name: str) -> Iterator[Target]:
    yield Target(f"{name}: an Observer with ten viewers", results.value(name, "observer_share_10"), 2, "% of a CPU")
    yield Target(f"{name}: a stopped Observer", results.value(name, "observer_share_stopped"), 0.2, "% of a CPU")


def _start(results: Results, name: str) -> Iterator[Target]:
    bare = bare_prompt(name.removeprefix("pyex ")).name
    yield Target(f"{name}: usable prompt, times {bare}", results.ratio(name, "prompt_usable", bare), 1.15, "×")
    others = [shell.name for shell in SHELLS if shell.requirements or shell is IEX]
    times = [ratio for other in others if (ratio := results.ratio(name, "prompt_usable", other)) is not None]
    yield Target(f"{name}: usable prompt, times the fastest of {', '.join(others)}", max(times, default=None), 1, "×")
