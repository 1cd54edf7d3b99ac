"""What the BREAK menu tells of the system, as lines; those of tables are cut at a width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyex import Pid, Process

_HEADS = ("Pid", "State", "Queue", "Name or initial call", "Current function")
# Below this a process takes three lines.
_NARROW = 72


def processes(width: int) -> Iterator[str]:
    """All processes with what they do, one to a line."""
    rows = [_HEADS, *(row for pid in Process.list() if (row := _row(pid)))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if width < _NARROW:
        for row in rows:
            yield "  ".join(cell.ljust(size) for cell, size in zip(row[:3], widths, strict=False)).rstrip()
            yield from ("  " + _ending(cell, width - 2) for cell in row[3:])
    else:
        # The last two share what is left.
        room = width - sum(widths[:3]) - 4 * 2
        widths[3] = min(widths[3], max(room - widths[4], room // 2))
        widths[4] = min(widths[4], room - widths[3])
        for row in rows:
            yield "  ".join(_ending(cell, size).ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
    yield f"{len(rows) - 1} processes"


def process(pid: Pid) -> list[str]:
    """One process in full; nothing when it has ended."""
    items = ("registered_name", "status", "initial_call", "current_function", "message_queue_len", "links", "monitors")
    about = Process.info(pid, [*items, "monitored_by", "reductions", "memory", "parent"])
    if about is None:
        return []
    named = [f"Name: {about['registered_name']}"] if about["registered_name"] != [] else []
    return [
        f"=proc:{pid!r}",
        f"State: {about['status'].capitalize()}",
        *named,
        f"Spawned as: {_call(about['initial_call'])}",
        f"Spawned by: {about['parent'] or []}",
        f"Current call: {_call(about['current_function'])}",
        f"Message queue length: {about['message_queue_len']}",
        f"Link list: {about['links']}",
        f"Monitors: {about['monitors']}, monitored by {about['monitored_by']}",
        f"Reductions: {about['reductions']}",
        f"Memory: {about['memory']}",
    ]


def figures(width: int) -> Iterator[str]:
    """Figures of the system, in sections."""
    import gc
    import sys
    import threading

    from pyex.runtime_info import runtime_info

    about = runtime_info()
    sections: dict[str, dict[str, Any]] = {
        "memory": {"total": about["memory"]},
        "processes": {name: about[name] for name in ("process_count", "run_queue", "blocked", "abandoned")},
        "scheduler": {name: about[name] for name in ("uptime", "context_switches", "preemptions", "timers")},
        "garbage_collector": {
            "collections": [each["collections"] for each in gc.get_stats()],
            "objects_since": list(gc.get_count()),
            "frozen": gc.get_freeze_count(),
        },
        "system": {
            "threads": threading.active_count(),
            "loaded_modules": len(sys.modules),
            "ets_tables": len(_all_tables()),
        },
    }
    for title, section in sections.items():
        yield f"={title}"
        for name, value in section.items():
            yield f"{name}: {value}"


def modules(width: int) -> Iterator[str]:
    """The modules that are loaded, with their files."""
    import sys
    from types import ModuleType

    found = {name: module for name, module in sorted(sys.modules.items()) if isinstance(module, ModuleType)}
    yield f"Loaded modules: {len(found)}"
    longest = min(max(map(len, found)), width // 2)
    for name, module in found.items():
        yield f"{name:{longest}} {vars(module).get('__file__') or 'built in'}"[:width]


def version(width: int) -> Iterator[str]:
    import platform

    import pyex

    yield f"Pyex ({platform.python_implementation()} {platform.python_version()}) version {pyex.__version__}"


def tables(width: int) -> Iterator[str]:
    """The ETS tables."""
    from pyex.otp import ets

    found = [about for table in _all_tables() if isinstance(about := ets.info(table), dict)]
    for about in found:
        yield f"=ets:{about['owner']!r}"
        yield f"Table: {about['id']!r}"
        yield f"Name: {about['name']}"
        yield f"Objects: {about['size']}"
        yield f"Words: {about['memory']}"
        yield f"Type: {about['type']}"
        yield f"Protection: {about['protection']}"
    if not found:
        yield "There are no ETS tables"


def distribution(width: int) -> Iterator[str]:
    from pyex import node

    yield f"=node:'{node()}'"
    if str(node()) == "nonode@nohost":
        yield "=no_distribution"


def _all_tables() -> list[Any]:
    from pyex.otp import ets

    return list(ets.all())


def _row(pid: Pid) -> tuple[str, ...]:
    about = Process.info(pid, ["registered_name", "status", "initial_call", "current_function", "message_queue_len"])
    if about is None:
        return ()
    name = _call(about["initial_call"]) if about["registered_name"] == [] else str(about["registered_name"])
    queue = str(about["message_queue_len"])
    return (repr(pid), str(about["status"]), queue, name, _call(about["current_function"]))


def _call(call: tuple[str, str, int]) -> str:
    module, function, arity = call
    return f"{module}.{function}/{arity}"


def _ending(text: str, size: int) -> str:
    """As much of it as there is room for: of a function its name, rather than its module's."""
    return text if len(text) <= size else f"…{text[1 - size :]}"
