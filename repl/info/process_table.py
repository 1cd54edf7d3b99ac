"""What `processes()` prints: a table of processes, with the columns of the Observer."""

from __future__ import annotations

import heapq
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyex.errors import ArgumentError, describe
from pyex.inspection.text_width import columns_of, cut
from pyex.pid import Pid
from pyex.process import Process
from pyex.repl.display import inspect
from pyex.watching.initial_call import call_in_words, otp_initial_call

# What is left of the screen for the prompt, the heading and the line with the rest.
_LINES_BESIDE = 5
_FEWEST_ROWS = 5
_NARROWEST = 20
_GAP = "  "


@dataclass(frozen=True)
class _Column:
    """One column; what is `wide` gets what the others leave, and the last ones go first where there is little room."""

    title: str
    text: Callable[[Pid, dict[str, Any]], str]
    is_number: bool = False
    wide: bool = False
    importance: int = 0


_COLUMNS = (
    _Column("Pid", lambda pid, found: repr(pid), importance=9),
    _Column("Name or Initial Func", lambda pid, found: _name(pid, found), wide=True, importance=9),
    _Column("Reds", lambda pid, found: str(found["reductions"]), is_number=True, importance=2),
    _Column("Memory", lambda pid, found: str(found["memory"]), is_number=True, importance=3),
    _Column("MsgQ", lambda pid, found: str(found["message_queue_len"]), is_number=True, importance=8),
    _Column("Links", lambda pid, found: str(len(found["links"])), is_number=True, importance=1),
    _Column("Status", lambda pid, found: str(found["status"]), importance=1),
    _Column("Current Function", lambda pid, found: _function(found["current_function"]), wide=True, importance=4),
)
_ITEMS = (
    "registered_name", "initial_call", "reductions", "memory", "message_queue_len", "links", "status",
    "current_function",
)  # fmt: skip
_SORTED_BY = {"queue": "message_queue_len", "reductions": "reductions", "memory": "memory", "links": "links"}


def table(sort: str, limit: int | None, width: int) -> str:
    """The table in lines of at most `width` columns, with a line about the processes that are not shown."""
    if not isinstance(sort, str) or (sort != "pid" and sort not in _SORTED_BY):
        known = ", ".join(f'"{each}"' for each in ("pid", *_SORTED_BY))
        raise ArgumentError(f"processes(sort={describe(sort)}): write one of {known}")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise ArgumentError(f"processes(limit={describe(limit)}): write how many to show, 1 or more")
    pids = Process.list()
    shown = _first(pids, sort, limit or max(_FEWEST_ROWS, shutil.get_terminal_size().lines - _LINES_BESIDE))
    found = [(pid, told) for pid in shown if (told := Process.info(pid, _ITEMS)) is not None]
    lines = _laid_out([[column.text(pid, told) for column in _COLUMNS] for pid, told in found], width)
    more = len(pids) - len(shown)
    return "\n".join([*lines, f"… and {more} more"] if more else lines)


def _first(pids: list[Pid], sort: str, limit: int) -> list[Pid]:
    if sort == "pid":
        return pids[:limit]
    item = _SORTED_BY[sort]
    # The older of two with as much goes first.
    return heapq.nlargest(limit, pids, key=lambda pid: (_amount(pid, item), -pid.number))


def _amount(pid: Pid, item: str) -> int:
    told = Process.info(pid, item)
    if told is None:
        return -1
    return len(told[1]) if isinstance(told[1], list) else int(told[1])


def _name(pid: Pid, found: dict[str, Any]) -> str:
    if found["registered_name"] != []:
        return inspect(found["registered_name"]).removeprefix(":")
    return call_in_words(otp_initial_call(pid.block) or found["initial_call"])


def _function(call: Any) -> str:
    # A server that waits for a message has no stack: what it was started with would say nothing.
    return "" if call[0] == "pyex.otp.proc_lib" else call_in_words(call)


def _laid_out(rows: list[list[str]], width: int) -> list[str]:
    columns = [*enumerate(_COLUMNS)]
    while True:
        texts = {place: [column.title, *(row[place] for row in rows)] for place, column in columns}
        widths = {place: max(map(columns_of, texts[place])) for place in texts}
        wide = [place for place, column in columns if column.wide]
        room = width - len(_GAP) * (len(columns) - 1) - sum(widths[place] for place in widths if place not in wide)
        if room >= _NARROWEST * len(wide) or len(columns) <= 3:
            break
        columns.remove(min(columns, key=lambda each: each[1].importance))
    widths.update(_shared(room, {place: widths[place] for place in wide}))
    lines = [[column.title for column in _COLUMNS], *rows]
    return [
        _GAP.join(_cell(line[place], widths[place], column) for place, column in columns).rstrip() for line in lines
    ]


def _shared(room: int, wanted: dict[int, int]) -> dict[int, int]:
    """How wide each of the wide columns is: as wide as it wants, where the room suffices."""
    given: dict[int, int] = {}
    for place, want in sorted(wanted.items(), key=lambda each: each[1]):
        given[place] = max(4, min(want, room // (len(wanted) - len(given))))
        room -= given[place]
    return given


def _cell(text: str, width: int, column: _Column) -> str:
    text = cut(text, width)
    margin = " " * (width - columns_of(text))
    return margin + text if column.is_number else text + margin
