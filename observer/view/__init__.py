"""What there is to see, as JSON: a view for each question.

    read("processes?sort=queue&limit=2")        # {"at": 1767225600000, "total": 42, "rows": [{"pid": "0.98.0", …}, …]}

Each is a function of its rest of the path and its query, in a file named as the view, called in a process of the
runtime. The same answers go to the page, to the terminal, into snapshots, and to programs that ask the server.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from time import time
from typing import Any
from urllib.parse import parse_qsl, unquote

# What is asked for: the words behind the view's name, and the query.
Query = dict[str, str]
View = Callable[[str, Query], dict[str, Any]]

VIEWS = ("system", "load", "applications", "processes", "process", "tables", "table", "trace", "log", "snapshot")
MOST_SEARCHED = 200

# Of a number in a query.
MOST_DIGITS = 18


class Refused(Exception):
    """What is asked for cannot be answered, or done; the text says why. `status` is HTTP's."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def read(view: str) -> dict[str, Any]:
    """The answer to a view, in the calling process. Raises `Refused`."""
    path, _, query = view.partition("?")
    name, _, rest = path.strip("/").partition("/")
    if name not in VIEWS:
        raise Refused(f"there is no view {name!r:.80}; there are {', '.join(VIEWS)}", 404)
    function: View = import_module(f"pyex.observer.view.{name}").read
    return {"at": round(time() * 1000), **function(unquote(rest), dict(parse_qsl(query)))}


def number(query: Query, name: str, default: int, least: int, most: int) -> int:
    """A number in a query. Raises `Refused`."""
    given = query.get(name, str(default))
    if not given.isdecimal() or len(given) > MOST_DIGITS or not least <= int(given) <= most:
        raise Refused(f"{name} is a number from {least} to {most}, not {given!r:.80}")
    return int(given)


def searched(query: Query) -> str:
    """The text that is searched for, in lower case; empty where there is none. Raises `Refused`."""
    wanted = query.get("search", "").casefold()
    if len(wanted) > MOST_SEARCHED:
        raise Refused(f"search is a text of at most {MOST_SEARCHED} characters")
    return wanted


def choice(query: Query, name: str, choices: tuple[str, ...]) -> str:
    """One of some words in a query, the first of them by default. Raises `Refused`."""
    given = query.get(name, choices[0])
    if given not in choices:
        raise Refused(f"{name} is one of {', '.join(choices)}, not {given!r:.80}")
    return given
