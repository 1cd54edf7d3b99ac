"""The view `table`: what is in a table, page by page, or where a text occurs in it."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex.observer.looking.in_time import texts_in_time
from pyex.observer.looking.plain_text import contains
from pyex.observer.looking.table_list import Listed, some_of, table_of
from pyex.observer.looking.term import cut, shown
from pyex.observer.view import Query, Refused, number, searched
from pyex.observer.view.tables import row

MOST_ROWS = 1000
MOST_COLUMNS = 50
# Of a cell so much is shown, and so many elements of what is in it.
MOST_CHARACTERS, MOST_ELEMENTS = 500, 20
# So long a search may take before it says how far it has come, and so many objects are looked at in one piece.
SEARCH_SECONDS = 0.03
PIECE = 5000
MOST_AT_ONCE = 256


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    offset = number(query, "offset", 0, 0, 10**12)
    limit = number(query, "limit", 100, 1, MOST_ROWS)
    wanted = searched(query)
    table = table_of(rest)
    if table is None:
        raise Refused(f"there is no table {rest!r}; its owner may have ended", 404)
    about = {**row(table), "keypos": table.keypos}
    if not wanted:
        objects = some_of(table, offset, limit)
        more = offset + len(objects) < about["objects"] and bool(objects)
        following = offset + len(objects) if more else None
        return {**about, **_in_words(objects), "total": about["objects"], "next": following}
    objects, following = _search(table, wanted, offset, limit)
    # How many there are is known only where all of it has been looked at, from the beginning.
    total = len(objects) if offset == 0 and following is None else None
    return {**about, **_in_words(objects), "total": total, "partial": following is not None, "next": following}


def _in_words(objects: list[tuple[Any, ...]]) -> dict[str, Any]:
    columns = min(max(map(tuple.__len__, objects), default=0), MOST_COLUMNS)
    cells = [[*tuple.__iter__(item)][:columns] for item in objects]
    texts = iter(texts_in_time([cell for each in cells for cell in each], _cell))
    return {"columns": columns, "rows": [[next(texts) for _ in each] for each in cells]}


def _cell(term: Any) -> str:
    return cut(shown(term, pretty=False, limit=MOST_ELEMENTS), MOST_CHARACTERS)


def _search(table: Listed, wanted: str, start: int, most: int) -> tuple[list[tuple[Any, ...]], int | None]:
    """The objects from a place on in which the text occurs; and where to go on, None where the end was reached."""
    end = monotonic() + SEARCH_SECONDS
    found: list[tuple[Any, ...]] = []
    while True:
        piece = some_of(table, start, PIECE)
        for place, item in enumerate(piece):
            if contains(item, wanted):
                found.append(item)
                if len(found) >= most:
                    return found, start + place + 1
            if place % MOST_AT_ONCE == 0 and monotonic() >= end:
                return found, start + place + 1
        start += len(piece)
        if len(piece) < PIECE:
            return found, None
