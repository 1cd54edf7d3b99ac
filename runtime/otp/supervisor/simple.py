"""`simple_one_for_one`: a supervisor of any number of children that are all started by one spec.

Books of before 2018 have it; `DynamicSupervisor` has taken its place.

The children have no ids: they are named by their pids, and what `start_child` is given is put after the arguments of
the spec.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.mailbox import send
from pyex.otp.supervisor.child import (
    PERMANENT,
    RESTARTING,
    TEMPORARY,
    UNDEFINED,
    WORKER,
    Child,
    Invalid,
    check_specs,
    forget_arguments,
    nameless_entry,
    start_process,
)
from pyex.otp.supervisor.flags import ANY_SIGNIFICANT, NEVER, SIMPLE_ONE_FOR_ONE, Flags
from pyex.otp.supervisor.report import (
    CHILD_TERMINATED,
    SHUTDOWN,
    SHUTDOWN_ERROR,
    START_ERROR,
    TOO_MANY_RESTARTS,
    report_error,
    supervisor_name,
)
from pyex.otp.supervisor.restart_intensity import Restarts
from pyex.otp.supervisor.shutdown import is_normal, stop_all, stop_child
from pyex.otp.supervisor.tally import Tally
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self

NOREPLY, STOP = Atom("noreply"), Atom("stop")
NOT_FOUND = Atom("not_found")
START_SPEC, BAD_START_SPEC = Atom("start_spec"), Atom("bad_start_spec")
TRY_AGAIN, CAST = Atom("try_again_restart"), Atom("$gen_cast")


@dataclass(slots=True, eq=False)
class SimpleState:
    """What such a supervisor keeps: the one spec, and the children by the pids that they have, or had."""

    name: Any
    module: Any
    auto_shutdown: Atom
    restarts: Restarts
    template: Child
    children: dict[Pid, Child] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def __repr__(self) -> str:
        return f"<supervisor {supervisor_name(self.name)} simple_one_for_one {list(self.children.values())!r}>"


def start(name: Any, module: Any, flags: Flags, specs: Any) -> Any:
    """What `init` of the supervisor returns."""
    if not isinstance(specs, list) or len(specs) != 1:
        return (STOP, (BAD_START_SPEC, specs))
    try:
        (template,) = check_specs(specs, flags.auto_shutdown).values()
    except Invalid as error:
        return (STOP, (START_SPEC, error.reason))
    restarts = Restarts(flags.intensity, flags.period)
    return (OK, SimpleState(name, module, flags.auto_shutdown, restarts, template))


def answer(request: Any, state: SimpleState) -> Any:
    """The answer to a call; None where it is none that a supervisor knows."""
    match request:
        case ("start_child", list() as arguments):
            return _start_child(state, arguments)
        case "which_children":
            return [nameless_entry(child) for child in state.children.values()]
        case "count_children":
            return _count(state)
        case ("terminate_child", Pid() as pid):
            return _terminate_child(state, pid)
        case ("get_childspec", id):
            known = state.children if isinstance(id, Pid) else [state.template.id]
            return (OK, state.template.to_spec()) if id in known else (ERROR, NOT_FOUND)
        case ("terminate_child" | "restart_child" | "delete_child", _):
            return (ERROR, SIMPLE_ONE_FOR_ONE)
    return None


def child_ended(state: SimpleState, pid: Pid, reason: Any) -> Any:
    """A process linked to the supervisor has ended by itself."""
    child = state.children.get(pid)
    if child is None:
        return (NOREPLY, state)
    state.tally.ended += 1
    normal = is_normal(reason)
    if child.restart == PERMANENT or not normal:
        report_error(CHILD_TERMINATED, reason, child, state.name)
    if child.restart == PERMANENT or (child.restart != TEMPORARY and not normal):
        return _restart(state, pid, child)
    del state.children[pid]
    return (STOP, SHUTDOWN, state) if _shuts_down_with(state, child) else (NOREPLY, state)


def try_again(state: SimpleState, pid: Pid) -> Any:
    """Restart a child of which the last attempt failed."""
    child = state.children.get(pid)
    if child is None or not child.is_restarting():
        return (NOREPLY, state)
    return _restart(state, pid, child)


def terminate(state: SimpleState) -> None:
    """End all children, at once."""
    for child, reason in stop_all(child for child in state.children.values() if not child.is_restarting()):
        report_error(SHUTDOWN_ERROR, reason, child, state.name)


def _start_child(state: SimpleState, arguments: list[Any]) -> Any:
    start = state.template.start
    child = replace(state.template, start=(*start[:-1], start[-1] + arguments))
    result = start_process(child)
    if result[0] == OK and result[1] is not UNDEFINED:
        child.pid = result[1]
        if child.restart == TEMPORARY:
            child.start = forget_arguments(child.start)
        state.children[child.pid] = child
    return result


def _restart(state: SimpleState, old: Pid, child: Child) -> Any:
    if not state.restarts.add():
        report_error(SHUTDOWN, TOO_MANY_RESTARTS, child, state.name)
        del state.children[old]
        return (STOP, SHUTDOWN, state)
    result = start_process(child)
    if result[0] == ERROR:
        child.pid = (RESTARTING, old)
        report_error(START_ERROR, result[1], child, state.name)
        send(self(), (CAST, (TRY_AGAIN, old)))
        return (NOREPLY, state)
    del state.children[old]
    child.pid = result[1]
    if child.pid is not UNDEFINED:
        state.children[child.pid] = child
        state.tally.restarted(child)
    return (NOREPLY, state)


def _shuts_down_with(state: SimpleState, child: Child) -> bool:
    if state.auto_shutdown == NEVER or not child.significant:
        return False
    return state.auto_shutdown == ANY_SIGNIFICANT or not state.children


def _terminate_child(state: SimpleState, pid: Pid) -> Any:
    child = state.children.pop(pid, None)
    if child is None:
        # One that has ended was a child, for all the supervisor can know.
        return (ERROR, NOT_FOUND) if Process.alive(pid) else OK
    abnormal = None if child.is_restarting() else stop_child(child)
    if abnormal is not None:
        report_error(SHUTDOWN_ERROR, abnormal, child, state.name)
    return OK


def _count(state: SimpleState) -> dict[str, int]:
    active = sum(not child.is_restarting() for child in state.children.values())
    workers = len(state.children) if state.template.type == WORKER else 0
    return {"active": active, "specs": 1, "supervisors": len(state.children) - workers, "workers": workers}
