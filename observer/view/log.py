"""The view `log`: what has been logged since the Observer was started."""

from __future__ import annotations

from typing import Any

from pyex.observer.recording import log_book
from pyex.observer.view import Query, number


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    events, last, left_out = log_book.entries_after(number(query, "after", 0, 0, 10**15))
    return {"last": last, "left_out": left_out, "events": events}
