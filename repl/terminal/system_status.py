"""What the status line says about the system."""

from __future__ import annotations

from pyex import Pid, node
from pyex.control_block import process_table
from pyex.repl.terminal.status_line import SEPARATOR
from pyex.run_queue import length


def system_status(evaluator: Pid | None) -> str:
    """What stands in the line, for the shell whose evaluator this is. Callable from any thread.

    system_status(pid)
    # "nonode@nohost  #PID<0.105.0>  mailbox 0  processes 12  run queue 0"
    """
    block = process_table.get(evaluator.number) if evaluator is not None else None
    messages = len(block.mailbox or ()) if block is not None else 0
    parts = (
        str(node()),
        repr(evaluator) if evaluator is not None else "no shell",
        f"mailbox {messages}",
        f"processes {len(process_table)}",
        f"run queue {length()}",
    )
    return SEPARATOR.join(parts)
