"""Figures in few characters."""

from __future__ import annotations

from time import localtime, strftime

_UNITS = ("B", "KB", "MB", "GB", "TB")


def size(number: float | None) -> str:
    """Bytes: `12.3 MB`."""
    if number is None:
        return "-"
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number /= 1024
        unit += 1
    return f"{number:.0f} B" if unit == 0 else f"{number:.{1 if number < 100 else 0}f} {_UNITS[unit]}"


def count(number: float | None) -> str:
    """`1,234,567`."""
    return "-" if number is None else f"{number:,.0f}"


def rate(number: float | None) -> str:
    """What happens in a second: few of it with a decimal."""
    return "-" if number is None else f"{number:.1f}" if 0 < number < 10 else f"{number:,.0f}"


def duration(ms: float) -> str:
    """`1d 02:03:04`."""
    seconds = int(ms // 1000)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{days}d {clock}" if days else clock


def clock(ms: float) -> str:
    """The time of day of a moment: `14:03:07`."""
    return strftime("%H:%M:%S", localtime(ms / 1000))
