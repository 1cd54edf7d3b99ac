"""How values are shown: the configuration's `inspect`, its defaults, and what may be set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyex.errors import ArgumentError, describe
from pyex.inspection import INFINITY

DEFAULTS: dict[str, Any] = {"limit": 50, "width": None, "pretty": True, "printable_limit": 4096}


def checked_inspect(options: object) -> dict[str, Any]:
    """The configuration of `inspect`, when it can be one. Raises `ArgumentError`, which says what to write instead."""
    if not isinstance(options, Mapping):
        raise ArgumentError(f'inspect is a dict such as {{"limit": 100}}, got: {describe(options)}')
    for key, value in options.items():
        match key:
            case "limit" | "printable_limit":
                if value != INFINITY and not _is_number(value, 0):
                    raise ArgumentError(f'inspect[{key!r}] is a number from 0 on or "infinity", got: {describe(value)}')
            case "width":
                if value is not None and value != INFINITY and not _is_number(value, 1):
                    raise ArgumentError(
                        f'inspect["width"] is a number of columns, "infinity" or None (as wide as the console), '
                        f"got: {describe(value)}"
                    )
            case "pretty":
                if not isinstance(value, bool):
                    raise ArgumentError(f'inspect["pretty"] is True or False (all on one line), got: {describe(value)}')
            case _:
                raise ArgumentError(f"unknown key {describe(key)} in inspect; known are {', '.join(DEFAULTS)}")
    return dict(options)


def _is_number(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
