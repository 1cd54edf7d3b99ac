"""Views as JSON, in small steps: a long one holds up no other thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pyex.observer.view import Refused

# So many rows are written in one step.
STEP = 100
# So deep down what is written may be long: in a snapshot, "views" has views with lists of rows.
DEPTH = 4


def encoded(data: dict[str, Any]) -> str:
    """The text of a view. Raises `Refused` for what no JSON can hold."""
    try:
        return "".join(_pieces(data, DEPTH))
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(f"the answer cannot be written: {error}", 500) from None


def _pieces(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth:
        yield "{"
        for number, (key, part) in enumerate(value.items()):
            yield f"{', ' if number else ''}{json.dumps(str(key))}: "
            yield from _pieces(part, depth - 1)
        yield "}"
    elif isinstance(value, list) and len(value) > STEP:
        yield "["
        for start in range(0, len(value), STEP):
            yield (", " if start else "") + json.dumps(value[start : start + STEP], allow_nan=False)[1:-1]
        yield "]"
    else:
        yield json.dumps(value, allow_nan=False)
