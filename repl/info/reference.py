"""What `i(ref)` tells of a reference: whether it stands for a table, timer, monitor or alias."""

from __future__ import annotations

from typing import Any

from pyex.otp import ets
from pyex.otp.ets.owner import find
from pyex.process import Process
from pyex.process_info import snapshot
from pyex.reference import Reference
from pyex.repl.display import inspect
from pyex.repl.info.protocol import Entry, info
from pyex.repl.info.words import counted
from pyex.scheduler import scheduler


@info.register
def _(reference: Reference) -> list[Entry]:
    entries: list[Entry] = [("Data type", "Reference")]
    if find(reference) is not None:
        return [*entries, *table_entries(reference), ("Reference modules", "ets")]
    milliseconds = Process.read_timer(reference)
    if milliseconds is not False:
        how = "Use Process.cancel_timer(ref) to stop it"
        entries += [("Timer", f"fires in {milliseconds} ms"), ("Description", how), ("Reference modules", "Process")]
    watched = _watched(reference)
    if watched is not None:
        how = "Use Process.demonitor(ref) to end it"
        entries += [("Monitors", inspect(watched)), ("Description", how), ("Reference modules", "Process")]
    if reference.alias is not None:
        pid, until = reference.alias
        entries += [("Alias of", f"{pid!r}, until: {until}"), ("Reference modules", "Process")]
    return entries


def table_entries(handle: Any) -> list[Entry]:
    """What there is to say of a table."""
    told = ets.info(handle)
    heir = told["heir"]
    access = {"public": "all may read and write", "protected": "others may read", "private": "others may do nothing"}
    return [
        ("ETS table", inspect(told["name"])),
        ("Type", f"{told['type']}, keys at position {told['keypos']}"),
        ("Size", counted(told["size"], "object")),
        ("Owner", inspect(told["owner"]) + ("" if heir == "none" else f", heir {heir!r}")),
        ("Protection", f"{told['protection']}: {access[told['protection']]}"),
        ("Description", "Use ets.tab2list(table) to see what is in it, and ets.info(table) for more about it"),
    ]


def _watched(reference: Reference) -> Any:
    """What the caller watches by it: a pid or a name."""
    me = scheduler.me()
    monitor = snapshot(lambda: (me.monitors or {}).get(reference.number))
    return None if monitor is None else monitor[3]
