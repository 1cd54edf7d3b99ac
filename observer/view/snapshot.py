"""The view `snapshot`: all of it at one time, to be kept as a file, opened elsewhere, and compared.

It is read piece by piece, with rests in between that are as long as the work: the program goes on meanwhile, so that
what is read last is some seconds younger than what was read first. What it may hold has limits, and says what was
left out.
"""

from __future__ import annotations

from time import monotonic, time
from typing import Any
from urllib.parse import quote

from pyex.control_block import ControlBlock
from pyex.node import node
from pyex.observer.looking import census
from pyex.observer.view import Query
from pyex.observer.view import read as read_view
from pyex.observer.view.processes import row
from pyex.process import Process

VERSION = 1
MOST_PROCESSES, MOST_DETAILED, MOST_TABLES = 20_000, 1_000, 200
# So long the details of processes, and those of tables, may take to read, and so many characters they may have.
MOST_SECONDS, MOST_CHARACTERS = 4.0, 16_000_000
# So many processes are described in one piece; and so long a piece of work may be until there is a rest.
PIECE, WORK_SECONDS, MOST_REST_MS = 100, 0.01, 20

Data = dict[str, Any]


class Pace:
    """Works and rests by turns."""

    def __init__(self) -> None:
        self._begun = monotonic()

    def rest(self) -> None:
        """Let the others run, if there has been enough work. This process may have a high priority."""
        spent = monotonic() - self._begun
        if spent >= WORK_SECONDS:
            Process.sleep(min(MOST_REST_MS, max(1, round(spent * 1000))))
            self._begun = monotonic()


def read(rest: str, query: Query) -> Data:
    """See the API's description."""
    pace, at = Pace(), round(time() * 1000)
    rows, count = _processes(pace)
    views: Data = {
        name: _view(asked, pace)
        for name, asked in {
            "system": "system",
            "load": "load",
            "applications": "applications?everything=1&limit=10000",
            "tables": "tables?limit=1000",
            "log": "log?after=0",
        }.items()
    }
    views["trace"] = _trace(pace)
    views["processes"] = {"at": at, "count": count, "total": len(rows), "rows": rows}
    views["process"] = _details([f"process/{each['pid']}" for each in _telling(rows)], pace)
    tables = (views["tables"] or {}).get("rows", [])
    ids = [table["id"] for table in sorted(tables, key=lambda each: bool(each["own"]))[:MOST_TABLES]]
    views["table"] = _details([f"table/{quote(each, safe='')}?limit=100" for each in ids], pace)
    left_out = {
        "processes": count - len(rows),
        "process": len(rows) - len(views["process"]),
        "table": len(tables) - len(views["table"]),
    }
    return {"pyex_snapshot": VERSION, "at": at, "node": str(node()), "left_out": left_out, "views": views}


def _view(asked: str, pace: Pace) -> Data | None:
    """The answer to a view; None where that fails: a snapshot without it is better than none."""
    try:
        answer = read_view(asked)
    except Exception:
        answer = None
    pace.rest()
    return answer


def _processes(pace: Pace) -> tuple[list[Data], int]:
    """The rows of the table of processes, and how many there are: of very many those that have done most."""
    blocks = census.all_blocks()
    count = len(blocks)
    if count > MOST_PROCESSES:
        busiest = sorted(blocks, key=_reductions, reverse=True)[:MOST_PROCESSES]
        blocks = sorted(busiest, key=lambda block: block.pid.number)
    rates = census.rates()
    rows: list[Data] = []
    for start in range(0, len(blocks), PIECE):
        rows += [row(block, rates) for block in blocks[start : start + PIECE] if block.pid.block is not None]
        pace.rest()
    return rows, count


def _reductions(block: ControlBlock) -> int:
    return block.reductions


def _telling(rows: list[Data]) -> list[Data]:
    """Those whose details are worth most, first: the program's own, with names, with long queues, the busy ones."""
    return sorted(rows, key=_worth)[:MOST_DETAILED]


def _worth(row: Data) -> tuple[bool, bool, int, int]:
    return row["own"], row["name"] is None, -row["queue"], -row["reductions"]


def _trace(pace: Pace) -> Data | None:
    """All that is kept of what was traced."""
    whole = _view("trace?after=0", pace)
    while whole is not None and whole["events"] and whole["events"][-1]["seq"] < whole["last"]:
        more = _view(f"trace?after={whole['events'][-1]['seq']}", pace)
        if more is None or not more["events"]:
            break
        whole["events"] += more["events"]
        whole["labels"].update(more["labels"])
    return whole


def _details(asked: list[str], pace: Pace) -> Data:
    """The answers to views of one thing, by what that is called, as long as there are time and room."""
    end, room = monotonic() + MOST_SECONDS, MOST_CHARACTERS
    found: Data = {}
    for view in asked:
        if monotonic() > end or room < 0:
            break
        try:
            answer = read_view(view)
        except Exception:
            continue  # it has ended meanwhile
        key = str(answer.get("id", answer.get("pid")))
        if answer.get("alive", True):
            found[key] = answer
            room -= _characters(answer)
        pace.rest()
    return found


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_characters(each) + len(key) for key, each in value.items())
    return sum(map(_characters, value)) if isinstance(value, list) else 8
