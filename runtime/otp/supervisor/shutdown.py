"""How supervisors end their children: one after the other, or all at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyex.atom import DOWN, EXIT, INFINITY, KILL, KILLED, NORMAL, PROCESS, Atom
from pyex.mailbox import receive
from pyex.otp.supervisor.child import BRUTAL_KILL, PERMANENT, Child
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.self_ import self

SHUTDOWN, TIMEOUT = Atom("shutdown"), Atom("timeout")
_NOTHING: Any = object()


def stop_child(child: Child) -> Any:
    """Ask a child to end, and kill it when it does not within its time.

    Returns None, or the reason it ended with where that is not one to expect. It is monitored, for it may have unlinked
    itself. Mirrors `supervisor:shutdown/1`.
    """
    pid = child.pid
    reference = Process.monitor(pid)
    if child.shutdown == BRUTAL_KILL:
        Process.exit(pid, KILL)
        down = receive((DOWN, reference, PROCESS, ..., ...))
    else:
        Process.exit(pid, SHUTDOWN)
        down = receive((DOWN, reference, PROCESS, ..., ...), after=child.shutdown, default=None)
        if down is None:
            Process.exit(pid, KILL)
            down = receive((DOWN, reference, PROCESS, ..., ...))
    Process.unlink(pid)
    # Where it had ended by itself before, its exit signal tells why.
    signal = receive((EXIT, pid, ...), after=0, default=None)
    reason = down[4] if signal is None else signal[2]
    return None if _is_expected(reason, child) else reason


def _is_expected(reason: Any, child: Child) -> bool:
    if reason == (KILLED if child.shutdown == BRUTAL_KILL else SHUTDOWN):
        return True
    return child.restart != PERMANENT and is_normal(reason)


def is_normal(reason: Any) -> bool:
    """Whether a transient child that ends so has done its work: "normal", "shutdown" or `("shutdown", term)`."""
    if isinstance(reason, str):
        return reason in (NORMAL, SHUTDOWN)
    return type(reason) is tuple and len(reason) == 2 and isinstance(reason[0], str) and reason[0] == SHUTDOWN


def stop_all(children: Iterable[Child]) -> list[tuple[Child, Any]]:
    """Ask children to end, all at once, and kill those that do not within their times.

    Returns those that ended for a reason not to expect, each with the reason.
    """
    alive: dict[Pid, Child] = {}
    for child in children:
        Process.monitor(child.pid)
        Process.unlink(child.pid)
        alive[child.pid] = child
    reasons: dict[Pid, Any] = {}
    # Those that had ended by themselves have sent their exit signals; no other can come now.
    one_of_them = (EXIT, lambda pid: isinstance(pid, Pid) and pid in alive, ...)
    while (signal := receive(one_of_them, after=0, default=None)) is not None:
        reasons[signal[1]] = signal[2]
    timers = _ask_to_end([child for pid, child in alive.items() if pid not in reasons])
    abnormal: list[tuple[Child, Any]] = []
    waiting = len(alive)
    while waiting:
        message = receive((DOWN, ..., PROCESS, ..., ...), (TIMEOUT, Reference, KILL))
        if message[0] == TIMEOUT:
            for pid in timers.pop(message[1], (None, ()))[1]:
                Process.exit(pid, KILL)
        elif isinstance(message[3], Pid) and (ended := alive.get(message[3])) is not None:
            waiting -= 1
            own = reasons.get(ended.pid, _NOTHING)
            if not _was_expected(message[4] if own is _NOTHING else own, ended, by_itself=own is not _NOTHING):
                abnormal.append((ended, message[4] if own is _NOTHING else own))
    for reference, (timer, _) in timers.items():
        Process.cancel_timer(timer)
        receive((TIMEOUT, reference, KILL), after=0, default=None)
    return abnormal


def _ask_to_end(children: list[Child]) -> dict[Reference, tuple[Reference, list[Pid]]]:
    """Returns the timers, one for each time that children have, and the pids that are to be killed then."""
    by_time: dict[int, list[Pid]] = {}
    for child in children:
        if child.shutdown == BRUTAL_KILL:
            Process.exit(child.pid, KILL)
            continue
        Process.exit(child.pid, SHUTDOWN)
        if child.shutdown != INFINITY:
            by_time.setdefault(child.shutdown, []).append(child.pid)
    timers = {}
    for time, pids in by_time.items():
        reference = make_ref()
        timers[reference] = (Process.send_after(self(), (TIMEOUT, reference, KILL), time), pids)
    return timers


def _was_expected(reason: Any, child: Child, *, by_itself: bool) -> bool:
    if by_itself:
        return child.restart != PERMANENT and isinstance(reason, str) and reason == NORMAL
    if child.shutdown == BRUTAL_KILL:
        return isinstance(reason, str) and reason == KILLED
    if isinstance(reason, str) and reason == NORMAL:
        return child.restart != PERMANENT
    return is_normal(reason)
