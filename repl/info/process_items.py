"""What `process_info(pid)` prints: every item of a process, a line for each."""

from __future__ import annotations

from pyex.pid import Pid
from pyex.process import Process
from pyex.repl.display import inspect

# In the order of `Process.info(pid)`, with more beside it. Not the messages: there may be very many of them.
_ITEMS = (
    "registered_name", "current_function", "current_location", "initial_call", "status", "message_queue_len",
    "links", "monitors", "monitored_by", "parent", "dictionary", "trap_exit", "priority", "group_leader",
    "reductions", "memory",
)  # fmt: skip
_KEY_COLUMNS = 2 + max(map(len, _ITEMS))


def items(pid: Pid, width: int) -> str:
    """The items of a process, in lines of at most `width` columns where that is possible."""
    found = Process.info(pid, _ITEMS)
    if found is None:
        return f"{pid!r} is not alive"
    return "\n".join(_line(key, value, width) for key, value in found.items())


def _line(key: str, value: object, width: int) -> str:
    shown = inspect(value, width=max(20, width - _KEY_COLUMNS))
    return f"{key:<{_KEY_COLUMNS}}" + shown.replace("\n", "\n" + " " * _KEY_COLUMNS)
