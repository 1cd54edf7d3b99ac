"""Processes that know their ancestors, and are started synchronously."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pyex.atom import DOWN, ERROR, EXIT, KILL, Atom
from pyex.mailbox import receive, send
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self

ANCESTORS, INITIAL_CALL = Atom("$ancestors"), Atom("$initial_call")
ACK, TIMEOUT = Atom("ack"), Atom("timeout")
_NOTHING: Any = object()


def start(
    function: Callable[..., Any],
    args: tuple[Any, ...] = (),
    *,
    link: bool,
    timeout: int | str = "infinity",
    spawn_opt: Iterable[Any] = (),
    initial_call: Any = None,
) -> Any:
    """Start a process and wait until it has called `init_ack`.

    Returns what it gave there; `("error", reason)` when it ended before, and `("error", "timeout")` when that took
    longer than `timeout` milliseconds: then it is killed. Mirrors `proc_lib:start/5` and `start_link/5`.
    """
    options = [*spawn_opt, "monitor", *(["link"] if link else [])]
    pid, reference = Process.spawn(_run, options, (self(), _ancestors(), initial_call, function, args))
    match receive((ACK, pid, ...), (DOWN, reference, ..., ..., ...), after=timeout, default=_NOTHING):
        case ("ack", _, result):
            Process.demonitor(reference, ["flush"])
            return result
        case ("DOWN", _, _, _, reason):
            receive((EXIT, pid, ...), after=0, default=None)
            return (ERROR, reason)
    Process.unlink(pid)
    Process.exit(pid, KILL)
    receive((DOWN, reference, ..., ..., ...))
    receive((EXIT, pid, ...), after=0, default=None)
    receive((ACK, pid, ...), after=0, default=None)
    return (ERROR, TIMEOUT)


def init_ack(starter: Pid, result: Any) -> None:
    """Tell who called `start` that the process is there, or is not to be."""
    send(starter, (ACK, self(), result))


def spawn(function: Callable[..., Any], *args: Any, options: Iterable[Any] = (), initial_call: Any = None) -> Any:
    """Start a process that knows its ancestors, with the options of `Process.spawn`. Mirrors `proc_lib:spawn_opt/4`."""
    return Process.spawn(_run, options, (None, _ancestors(), initial_call, function, args))


def spawn_link(function: Callable[..., Any], *args: Any) -> Pid:
    """Start a linked process that knows its ancestors. Mirrors `proc_lib:spawn_link/3`."""
    pid: Pid = spawn(function, *args, options=["link"])
    return pid


def _ancestors() -> list[Any]:
    name = Process.info(self(), "registered_name")[1]
    return [name if name != [] else self(), *(Process.get(ANCESTORS) or [])]


def _run(starter: Pid | None, ancestors: list[Any], initial_call: Any, function: Callable[..., Any], args: Any) -> Any:
    Process.put(ANCESTORS, ancestors)
    Process.put(INITIAL_CALL, initial_call)
    return function(*args) if starter is None else function(starter, *args)
