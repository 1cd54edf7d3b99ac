"""What the tests share that need a Python of its own: running a program, and looking whether a runtime is at rest."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

from pyex import exit_signal, logger, run_queue, timer
from pyex.control_block import process_table
from pyex.scheduler import scheduler

# How long a test waits for what should come at once: the machine may be busy.
PATIENCE = 30
PATIENCE_MS = PATIENCE * 1000


def program(text: str, *options: str, timeout: float = 2 * PATIENCE, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a program with the Python of the tests, and tell how it ended."""
    command = [sys.executable, *options, "-c", textwrap.dedent(text)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **more)


def started(text: str, *options: str, **more: Any) -> subprocess.Popen[str]:
    """Start a program, to be talked to and signalled while it runs."""
    command = [sys.executable, *options, "-c", textwrap.dedent(text)]
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen(command, text=True, **more)


def leftovers() -> dict[str, object]:
    """What the engine holds after a run that it should not; empty when all is well."""
    held = {
        "processes": list(process_table),
        "unwinding": len(exit_signal.unwinding),
        "ready": sum(len(queue) for queue in run_queue.BY_PRIORITY.values()),
        "blocked": len(run_queue.BLOCKED_QUEUE),
        "settling": len(scheduler.settling),
        "timers": len(scheduler.timers.heap),
        "messages later": len(timer._timers),
        "carriers": len(scheduler.carriers),
        "inbox": len(scheduler.inbox),
        "current": scheduler.current,
        "foreground": scheduler.foreground,
        "owner": scheduler.owner,
        "logger": logger._block,
        "critical": scheduler.critical - 1,
    }
    return {name: what for name, what in held.items() if what}
