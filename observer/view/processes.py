"""The view `processes`: the table of all processes, sorted, searched, and a page of it described."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import attrgetter
from sys import getsizeof
from typing import Any

from pyex.control_block import ControlBlock
from pyex.observer.looking import census
from pyex.observer.looking.current_call import current_call, status_of
from pyex.observer.looking.term import name_text, pid_text
from pyex.observer.view import Query, choice, number, searched
from pyex.process_info import snapshot
from pyex.registered_name import registered_names
from pyex.run_queue import READY

Key = Callable[[ControlBlock], Any]

SORTS = ("reductions", "pid", "label", "rate", "memory", "queue", "current", "status")
MOST_ROWS = 1000
# A stack that is looked at grows: to sort by memory the stacks of so many are measured that have used up time slices,
# and for the others this stands, in bytes.
MOST_STACKS = 1000
FRAME, STACK = 560, 1100
_PID_CHARACTERS = re.compile(r"[\d.]+")


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    sort = choice(query, "sort", SORTS)
    descending = choice(query, "order", ("desc", "asc")) == "desc"
    offset = number(query, "offset", 0, 0, 10**9)
    limit = number(query, "limit", 50, 1, MOST_ROWS)
    with_own = choice(query, "own", ("0", "1")) == "1"
    wanted = searched(query).strip()
    rates = census.rates()
    blocks = census.all_blocks()
    count = len(blocks)
    if not with_own:
        own = census.own_numbers()
        blocks = [block for block in blocks if block.pid.number not in own]
    current, complete = census.current_calls(blocks) if wanted or sort == "current" else ({}, True)
    if wanted:
        blocks = _found(blocks, wanted, current)
    ordered = sorted(blocks, key=_key(blocks, sort, rates, current), reverse=descending)
    rows = [row(block, rates) for block in ordered[offset : offset + limit] if block.pid.block is not None]
    # What is shown is newer than by what the order was found, or more exact.
    if sort == "memory":
        rows.sort(key=lambda each: each["memory"], reverse=descending)
    elif sort == "current":
        rows.sort(key=lambda each: each["current"].casefold(), reverse=descending)
    partial = {} if complete else {"partial": True}
    return {"count": count, "total": len(blocks), **partial, "rows": rows}


def _found(blocks: list[ControlBlock], wanted: str, current: dict[int, str]) -> list[ControlBlock]:
    """Those of which the pid, the name, what they run or are doing contains a text."""
    what = census.whats()
    # Few words are those of very many processes.
    matching = {text for text in {*what.values(), *current.values()} if wanted in text.casefold()}
    names = snapshot(lambda: [*registered_names.items()])
    named = {block.pid.number for name, block in names if wanted in name_text(name).casefold()}
    as_pid = wanted.removeprefix("#pid<").removesuffix(">")
    if _PID_CHARACTERS.fullmatch(as_pid):
        named.update(block.pid.number for block in blocks if as_pid in pid_text(block.pid))
    return [
        block
        for block in blocks
        if (number := block.pid.number) in named or what.get(number) in matching or current.get(number) in matching
    ]


def _key(blocks: list[ControlBlock], sort: str, rates: dict[int, float], current: dict[int, str]) -> Key:
    """By what the table is sorted. Of two that are alike the older is the first."""
    match sort:
        case "reductions":
            return attrgetter("reductions")
        case "pid":
            return attrgetter("pid.number")
        case "rate":
            return lambda block: rates.get(block.pid.number, 0.0)
        case "queue":
            return lambda block: len(block.mailbox) if block.mailbox else 0
        case "memory":
            return _memory_key(blocks)
        case "status":
            return lambda block: block.state is READY
        case "current":
            return lambda block: current.get(block.pid.number, "").casefold()
    what = census.whats()
    folded = {text: text.casefold() for text in {*what.values()}}
    return lambda block: (
        folded.get(what.get(block.pid.number, ""), "") if block.name is None else name_text(block.name).casefold()
    )


def _memory_key(blocks: list[ControlBlock]) -> Key:
    """The memory of each; of those that have hardly run as if their stacks were alike."""
    computed = sorted((block for block in blocks if block.reductions), key=attrgetter("reductions"), reverse=True)
    measured = {block.pid.number: census.memory_of(block) for block in computed[:MOST_STACKS]}

    def memory(block: ControlBlock) -> int:
        if block.reductions and block.pid.number in measured:
            return measured[block.pid.number]
        total = FRAME if block.greenlet is None else FRAME + STACK
        for part in (block.mailbox, block.links, block.monitors, block.monitored_by, block.dictionary):
            if part is not None:
                total += getsizeof(part)
        return total

    return memory


def row(block: ControlBlock, rates: dict[int, float]) -> dict[str, Any]:
    """A process in the table."""
    return {
        "pid": pid_text(block.pid),
        "label": census.label(block),
        "name": None if block.name is None else name_text(block.name),
        "what": census.what(block),
        "reductions": block.reductions,
        "rate": rates.get(block.pid.number, 0.0),
        "memory": census.memory_of(block),
        "queue": len(block.mailbox or ()),
        "current": current_call(block),
        "status": status_of(block),
        "own": census.is_own_process(block),
    }
