"""The view `load`: how busy the runtime has been in the last ten minutes, second by second."""

from __future__ import annotations

from typing import Any

from pyex.observer.recording.load_samples import FIELDS, INTERVAL_MS, KEPT, samples
from pyex.observer.view import Query, number


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    return {"interval": INTERVAL_MS, "fields": [*FIELDS], "samples": samples()[-number(query, "last", KEPT, 1, KEPT) :]}
