"""The view `tables`: every table of ETS, and the registries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex.observer.looking import census
from pyex.observer.looking.table_list import Listed, all_tables
from pyex.observer.looking.term import pid_text
from pyex.observer.view import Query, choice, number

SORTS = ("name", "id", "type", "protection", "objects", "memory", "owner")
MOST_ROWS = 1000


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    sort = choice(query, "sort", SORTS)
    descending = choice(query, "order", ("asc", "desc")) == "desc"
    limit = number(query, "limit", MOST_ROWS, 1, MOST_ROWS)
    tables = all_tables()
    rows = [row(table) for table in sorted(tables, key=_KEYS[sort], reverse=descending)[:limit]]
    return {"count": len(tables), "rows": rows}


_KEYS: dict[str, Callable[[Listed], Any]] = {
    "name": lambda table: table.name.casefold(),
    "id": lambda table: table.id,
    "type": lambda table: table.kind,
    "protection": lambda table: table.protection,
    "objects": lambda table: table.objects,
    "memory": lambda table: table.memory,
    "owner": lambda table: table.owner.number,
}


def row(table: Listed) -> dict[str, Any]:
    """A table, without what is in it."""
    owner = table.owner.block
    return {
        "id": table.id,
        "name": table.name,
        "named": table.named,
        "type": table.kind,
        "protection": table.protection,
        "objects": table.objects,
        "memory": table.memory,
        "owner": {"pid": pid_text(table.owner), "label": None if owner is None else census.label(owner)},
        "own": table.own,
    }
