"""What is measured: each piece of work, how much of it, and the figures that come of it."""

from __future__ import annotations

from dataclasses import dataclass

QUICK = 0.1


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    key: str
    title: str
    unit: str
    more_is_better: bool = False


@dataclass(frozen=True)
class Work:
    """What one subprocess does: a function of the same name in the peer's script."""

    name: str
    size: int
    figures: tuple[Figure, ...]
    # Work that is counted in repetitions can be scaled; 100,000 timers must be 100,000.
    scaled: bool = True
    # Memory, and what is a median itself, is measured in the first pass only.
    once: bool = False
    quick_size: int | None = None
    # The beginning of the names of those who are asked; "" is everybody's.
    only: str = ""
    # Another script than the contestant's own.
    script: str | None = None
    timeout: float = 60
    # Left out of a quick run.
    slow: bool = False
    # Why a script does not have it, unless it says so itself.
    usually_missing: str = "not measured"

    def size_for(self, speed: float, quick: bool) -> int:
        if not self.scaled:
            return self.quick_size if quick and self.quick_size is not None else self.size
        return max(1000 if self.name == "ring" else 10, int(self.size * speed * (QUICK if quick else 1)))


WORK = (
    Work("round_trip", 200_000, (Figure("round_trip", "message round trip", "µs"),)),
    Work("call", 50_000, (Figure("call", "GenServer-style call", "µs"),)),
    Work("cast", 300_000, (Figure("cast", "casts handled", "per s", more_is_better=True),)),
    Work("spawn_exit", 50_000, (Figure("spawn_exit", "spawn, exit noticed", "µs"),)),
    Work("ring", 300_000, (Figure("ring", "hop in a ring of 1,000", "µs"),)),
    Work("restart", 10_000, (Figure("restart", "restart after a crash", "µs"),)),
    Work(
        "preemption",
        1,
        (
            Figure("preemption_median", "others wait while one computes for 1 s: median", "ms"),
            Figure("preemption_max", "others wait while one computes for 1 s: longest", "ms"),
        ),
        scaled=False,
        once=True,
    ),
    Work("parked", 10_000, (Figure("parked", "a parked actor", "bytes"),), scaled=False, once=True),
    Work(
        "hibernated",
        100_000,
        (Figure("hibernated", "a hibernated actor", "bytes"),),
        scaled=False,
        quick_size=20_000,
        once=True,
        usually_missing="no hibernation",
    ),
    Work(
        "selective",
        10_000,
        (
            Figure("selective_none", "selective receive, round trip, nothing queued", "µs"),
            Figure("selective_many", "selective receive, round trip, 10,000 refused queued", "µs"),
            Figure("refused_none", "message that a waiting receive refuses, nothing queued", "µs"),
            Figure("refused_many", "message that a waiting receive refuses, 10,000 queued", "µs"),
        ),
        scaled=False,
        usually_missing="no selective receive",
    ),
    Work(
        "timers",
        100_000,
        (
            Figure("timers_none", "round trip, no timer pending", "µs"),
            Figure("timers_many", "round trip, 100,000 timers pending", "µs"),
        ),
        scaled=False,
        usually_missing="no timers of its own",
    ),
    Work(
        "long_queue",
        1_000_000,
        (
            Figure("queue_empty", "send to an empty mailbox", "µs"),
            Figure("queue_million", "send to a mailbox of a million", "µs"),
        ),
        scaled=False,
    ),
    Work(
        "depth",
        100_000,
        (
            Figure("depth_1", "round trip at stack depth 1", "µs"),
            Figure("depth_200", "round trip at stack depth 200", "µs"),
        ),
        only="pyex",
    ),
    Work(
        "million",
        1_000_000,
        (
            Figure("million_seconds", "a million hibernated: spawn, and one answer each", "s"),
            Figure("million_peak", "a million hibernated: peak memory", "GB"),
            Figure("million_pause", "a million hibernated: longest collector pause", "ms"),
        ),
        scaled=False,
        once=True,
        only="pyex",
        timeout=180,
        slow=True,
    ),
    Work(
        "shell",
        1000,
        (
            Figure("idle_answer_median", "shell, idle: 1+1 answered, median", "ms"),
            Figure("idle_answer_max", "shell, idle: 1+1 answered, longest", "ms"),
            Figure("idle_key_p50", "shell, idle: key painted, p50", "ms"),
            Figure("idle_key_p95", "shell, idle: key painted, p95", "ms"),
            Figure("busy_answer_median", "shell, 1,000 endless loops: 1+1 answered, median", "ms"),
            Figure("busy_answer_max", "shell, 1,000 endless loops: 1+1 answered, longest", "ms"),
            Figure("busy_key_p50", "shell, 1,000 endless loops: key painted, p50", "ms"),
            Figure("busy_key_p95", "shell, 1,000 endless loops: key painted, p95", "ms"),
        ),
        scaled=False,
        once=True,
        only="pyex",
        script="pyex_shell.py",
        timeout=90,
    ),
    Work(
        "observer_cost",
        3,
        (
            Figure("observer_share_0", "Observer of 1,000 processes, nobody looks", "% of a CPU"),
            Figure("observer_share_1", "Observer of 1,000 processes, one viewer", "% of a CPU"),
            Figure("observer_share_10", "Observer of 1,000 processes, ten viewers", "% of a CPU"),
            Figure("observer_share_stopped", "Observer of 1,000 processes, stopped", "% of a CPU"),
            Figure("observer_busy", "busy program slower, ten viewers", "%"),
        ),
        scaled=False,
        quick_size=1,
        once=True,
        only="pyex",
        script="pyex_observer.py",
        timeout=120,
    ),
    *(
        Work(
            name,
            size,
            (
                Figure(f"view_system_{suffix}", f"Observer of {size:,}: figures of the whole read", "ms"),
                Figure(f"view_applications_{suffix}", f"Observer of {size:,}: trees read", "ms"),
                Figure(f"view_processes_{suffix}", f"Observer of {size:,}: 100 rows of the table read", "ms"),
                Figure(f"view_search_{suffix}", f"Observer of {size:,}: searched in vain", "ms"),
                Figure(f"view_process_{suffix}", f"Observer of {size:,}: one process read", "ms"),
            ),
            scaled=False,
            once=True,
            only="pyex",
            script="pyex_observer.py",
            timeout=120,
        )
        for name, size, suffix in (("observer_views", 10_000, "some"), ("observer_views_many", 100_000, "many"))
    ),
)

FIGURES = tuple(figure for work in WORK for figure in work.figures)
