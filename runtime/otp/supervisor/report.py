"""The reports of supervisors: children that started, ended, could not be started, or were one too many.

They are SASL's reports, hidden unless asked for, so their words are made only where somebody reads them.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.errors import safe_repr
from pyex.format_exit import format_exit
from pyex.otp.behaviour import module_name
from pyex.otp.report import log, wanted
from pyex.otp.supervisor.child import UNDEFINED, Child
from pyex.pid import Pid

SUPERVISOR = Atom("supervisor")
PROGRESS, START_ERROR, CHILD_TERMINATED = Atom("progress"), Atom("start_error"), Atom("child_terminated")
SHUTDOWN, SHUTDOWN_ERROR = Atom("shutdown"), Atom("shutdown_error")
TOO_MANY_RESTARTS = Atom("reached_max_restart_intensity")
_WORDS = {
    START_ERROR: "failed to start",
    CHILD_TERMINATED: "terminated",
    SHUTDOWN: "caused shutdown",
    SHUTDOWN_ERROR: "shut down abnormally",
}


def report_progress(child: Child, supervisor: Any) -> None:
    """A child has started."""
    if not wanted("info", sasl=True):
        return
    text = f"{_whose(child, supervisor)} started\nPid: {child.pid!r}{_describe(child)}"
    report = {"supervisor": supervisor, "started": offender(child)}
    log("info", text, {"label": (SUPERVISOR, PROGRESS), "report": report}, sasl=True)


def report_error(context: Atom, reason: Any, child: Child, supervisor: Any) -> None:
    """Something is wrong with a child; `context` says what."""
    if not wanted("error", sasl=True):
        return
    pid = f"\nPid: {child.pid!r}" if isinstance(child.pid, Pid) and context != SHUTDOWN else ""
    # What a start function raised stands in ("EXIT", reason).
    why = reason[1] if context == START_ERROR and type(reason) is tuple and reason[:1] == ("EXIT",) else reason
    text = f"{_whose(child, supervisor)} {_WORDS[context]}\n** (exit) {format_exit(why, show)}{pid}{_describe(child)}"
    data = {"supervisor": supervisor, "errorContext": context, "reason": reason, "offender": offender(child)}
    log("error", text, {"label": (SUPERVISOR, context), "report": data}, sasl=True)


def offender(child: Child) -> dict[str, Any]:
    """A child as the reports hold it."""
    return {
        "pid": child.pid,
        "id": child.id,
        "mfargs": child.start,
        "restart_type": child.restart,
        "significant": child.significant,
        "shutdown": child.shutdown,
        "child_type": child.type,
    }


def supervisor_name(name: Any) -> str:
    """A supervisor as its reports name it: `("local", name)`, `("via", module, term)` or `(pid, module)`."""
    match name:
        case ("via", _, term):
            return show(term)
        case ("local", local):
            return show(local)
        case (pid, module):
            return f"{pid!r} ({module_name(module)})"
    return show(name)


def show(term: Any) -> str:
    return module_name(term) if isinstance(term, type) else safe_repr(term)


def _whose(child: Child, supervisor: Any) -> str:
    return f"Child {show(child.id)} of Supervisor {supervisor_name(supervisor)}"


def _describe(child: Child) -> str:
    return (
        f"\nStart Call: {start_call(child.start)}"
        f"\nRestart: {child.restart!r}\nShutdown: {child.shutdown!r}\nType: {child.type!r}"
        + ("\nSignificant: True" if child.significant else "")
    )


def start_call(start: Any) -> str:
    """A start function and its arguments, as a call; `/?` where the arguments were not kept."""
    if len(start) == 2:
        name = getattr(start[0], "__qualname__", None) or safe_repr(start[0])
    else:
        name = f"{start[0] if isinstance(start[0], str) else module_name(start[0])}.{start[1]}"
    if start[-1] == UNDEFINED:
        return f"{name}/?"
    return f"{name}({', '.join(show(each) for each in start[-1])})"
