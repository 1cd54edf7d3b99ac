"""A supervisor's flags: its strategy, its restart intensity, and whether it ends with its children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyex.atom import Atom
from pyex.otp.supervisor.child import Invalid, word

NEVER, ANY_SIGNIFICANT, ALL_SIGNIFICANT = Atom("never"), Atom("any_significant"), Atom("all_significant")
ONE_FOR_ONE, ONE_FOR_ALL, REST_FOR_ONE = Atom("one_for_one"), Atom("one_for_all"), Atom("rest_for_one")
SIMPLE_ONE_FOR_ONE = Atom("simple_one_for_one")
STRATEGIES = (ONE_FOR_ONE, ONE_FOR_ALL, REST_FOR_ONE, SIMPLE_ONE_FOR_ONE)


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags that a supervisor's `init` gave."""

    strategy: Atom
    intensity: int
    period: int
    auto_shutdown: Atom


def check_flags(flags: Any) -> Flags:
    """Flags as a dict, or as the tuple `(strategy, intensity, period)` of before 2014. Raises `Invalid`."""
    if isinstance(flags, tuple) and len(flags) == 3:
        flags = dict(zip(("strategy", "intensity", "period"), flags, strict=True))
    if not isinstance(flags, dict):
        raise Invalid((Atom("invalid_type"), flags))
    return Flags(
        word(flags.get("strategy", ONE_FOR_ONE), STRATEGIES, "invalid_strategy"),
        check_intensity(flags.get("intensity", 1)),
        check_period(flags.get("period", 5)),
        word(flags.get("auto_shutdown", NEVER), (NEVER, ANY_SIGNIFICANT, ALL_SIGNIFICANT), "invalid_auto_shutdown"),
    )


def check_intensity(intensity: Any) -> int:
    if type(intensity) is int and intensity >= 0:
        return intensity
    raise Invalid((Atom("invalid_intensity"), intensity))


def check_period(period: Any) -> int:
    if type(period) is int and period > 0:
        return period
    raise Invalid((Atom("invalid_period"), period))
