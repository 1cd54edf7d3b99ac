"""What the tests of processes share: running a test as a process, and the helpers of the semantics' snippets."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import pyex
from pyex import Exit, Pid, Process, receive, self, send, spawn, spawn_monitor


def in_process(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test function as the main process of a runtime of its own; its fixtures are passed on."""

    @functools.wraps(test)
    def run_in_process(**fixtures: Any) -> None:
        pyex.run(lambda: test(**fixtures))

    return run_in_process


def messages(quiet: int = 50) -> list[Any]:
    """All messages there are, in order, after `quiet` milliseconds without a new one."""
    taken = []
    while (message := receive(after=quiet, default=messages)) is not messages:
        taken.append(message)
    return taken


def outcome(function: Callable[[], Any]) -> tuple[str, Any]:
    """Run in a fresh process, and tell how it ended: ("returned", value) or ("exited", reason)."""
    _, reference = spawn_monitor(lambda: pyex.exit(("returned it", function())))
    reason = receive(("DOWN", reference, ..., ..., ...), after=4000)[4]
    match reason:
        case ("returned it", value):
            return ("returned", value)
    return ("exited", reason)


def ends(pid: Pid, wait: int = 100) -> Any:
    """The reason that a process ends with, or "alive" when it does not within `wait` milliseconds."""
    return ends_after(pid, lambda: None, wait)


def ends_after(pid: Pid, action: Callable[[], Any], wait: int = 100) -> Any:
    """Monitor a process, do something, and tell as `ends` does."""
    reference = Process.monitor(pid)
    action()
    down = receive(("DOWN", reference, ..., ..., ...), after=wait, default=None)
    if down is None:
        Process.demonitor(reference, ["flush"])
        return "alive"
    return down[4]


def caught(function: Callable[[], Any]) -> tuple[str, Any]:
    """("value", v), ("error", exception) or ("exit", reason)."""
    try:
        return ("value", function())
    except Exit as error:
        return ("exit", error.reason)
    except Exception as error:
        return ("error", error)


def until(holds: Callable[[], object]) -> None:
    """Wait until it is so; whoever waits in vain fails."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        Process.sleep(1)


def waiting(pid: Pid) -> Pid:
    """The process, when it has come to wait."""
    until(lambda: Process.info(pid, "status") == ("status", "waiting"))
    return pid


def idle() -> Pid:
    """A process that waits for ever."""
    return spawn(Process.sleep, "infinity")


def dead() -> Pid:
    """A process that has ended."""
    pid, reference = spawn_monitor(lambda: None)
    receive(("DOWN", reference, ..., ..., ...))
    return pid


def trapper() -> Pid:
    """A process that traps exits, and forwards every message to the caller as ("got", message)."""
    caller = self()

    def forward() -> None:
        Process.flag("trap_exit", True)
        send(caller, "trapper is ready")
        while True:
            send(caller, ("got", receive()))

    pid = spawn(forward)
    receive("trapper is ready")
    return pid


def trap() -> bool:
    """Have the caller trap exits."""
    return bool(Process.flag("trap_exit", True))
