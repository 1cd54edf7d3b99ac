"""The process behind a `DynamicSupervisor`: it starts children when it is asked to, and ends them all at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pyex.atom import ERROR, INFINITY, OK, Atom
from pyex.errors import Exit, safe_repr
from pyex.exit_reason import reason_of
from pyex.mailbox import send
from pyex.otp.gen_server import GenServer
from pyex.otp.proc_lib import INITIAL_CALL
from pyex.otp.report import log
from pyex.otp.supervisor.child import (
    IGNORE,
    PERMANENT,
    RESTARTING,
    TEMPORARY,
    UNDEFINED,
    WORKER,
    Child,
    Invalid,
    call_start,
    forget_arguments,
    nameless_entry,
    word,
)
from pyex.otp.supervisor.flags import ONE_FOR_ONE, check_intensity, check_period
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
from pyex.otp.supervisor.server import call_init
from pyex.otp.supervisor.shutdown import is_normal, stop_all
from pyex.otp.supervisor.tally import Tally
from pyex.otp.undefined import function_clause
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self
from pyex.spawn import exit

NOREPLY, REPLY, STOP = Atom("noreply"), Atom("reply"), Atom("stop")
NOT_FOUND, MAX_CHILDREN = Atom("not_found"), Atom("max_children")
BAD_RETURN, SUPERVISOR_DATA = Atom("bad_return"), Atom("supervisor_data")
SUPERVISOR, INIT, RESTART = Atom("supervisor"), Atom("init"), Atom("$gen_restart")


@dataclass(slots=True, eq=False)
class State:
    """What a dynamic supervisor keeps: its children, by the pids that they have or had."""

    name: Any
    module: Any
    max_children: Any
    extra_arguments: list[Any]
    restarts: Restarts
    children: dict[Pid, Child] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def __repr__(self) -> str:
        return f"<supervisor {supervisor_name(self.name)} {list(self.children.values())!r}>"


class DynamicSupervisorServer(GenServer):
    """The callbacks of a dynamic supervisor's process."""

    @staticmethod
    def init(argument: Any, /) -> Any:
        name, module, init_argument = argument
        Process.flag("trap_exit", True)
        Process.put(INITIAL_CALL, (SUPERVISOR, module, 1))
        result = call_init(module, init_argument)
        match result:
            case ("ok", dict() as flags):
                try:
                    return (OK, _state(name if name is not None else (self(), module), module, flags))
                except Invalid as error:
                    return (STOP, (SUPERVISOR_DATA, error.reason))
            case "ignore":
                return IGNORE
        return (STOP, (BAD_RETURN, (module, INIT, result)))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any, /) -> Any:
        match request:
            case ("start_child", (start, restart, shutdown, kind, modules)):
                child = Child(UNDEFINED, UNDEFINED, start, restart, False, shutdown, kind, modules)
                return (REPLY, _start_new(state, child), state)
            case ("terminate_child", pid):
                return (REPLY, _terminate(state, pid), state)
            case "which_children":
                return (REPLY, [nameless_entry(child) for child in state.children.values()], state)
            case "count_children":
                return (REPLY, _count_children(state), state)
        return exit(function_clause(DynamicSupervisorServer, "handle_call", [request, from_, state]))

    @staticmethod
    def handle_cast(request: Any, state: Any, /) -> Any:
        return (NOREPLY, state)

    @staticmethod
    def handle_info(message: Any, state: Any, /) -> Any:
        match message:
            case ("EXIT", Pid() as pid, reason):
                child = state.children.get(pid)
                return (NOREPLY, state) if child is None else _carry_on(_ended(state, child, reason), state)
            case ("$gen_restart", Pid() as pid):
                child = state.children.get(pid)
                if child is None or not child.is_restarting():
                    return (NOREPLY, state)
                return _carry_on(_restart(state, pid, child), state)
        text = f"DynamicSupervisor received unexpected message: {safe_repr(message)}\n"
        label = (Atom("DynamicSupervisor"), Atom("unexpected_msg"))
        log("error", text, {"label": label, "report": {"msg": message}})
        return (NOREPLY, state)

    @staticmethod
    def terminate(reason: Any, state: Any, /) -> Any:
        _stop(state, [child for child in state.children.values() if not child.is_restarting()])


def _state(name: Any, module: Any, flags: dict[str, Any]) -> State:
    """What these flags make of a supervisor. Raises `Invalid`."""
    word(flags.get("strategy", ONE_FOR_ONE), (ONE_FOR_ONE,), "invalid_strategy")
    restarts = Restarts(check_intensity(flags.get("intensity", 1)), check_period(flags.get("period", 5)))
    most = flags.get("max_children", INFINITY)
    if most != INFINITY and (type(most) is not int or most < 0):
        raise Invalid((Atom("invalid_max_children"), most))
    extra = flags.get("extra_arguments", [])
    if not isinstance(extra, list):
        raise Invalid((Atom("invalid_extra_arguments"), extra))
    return State(name, module, most, extra, restarts)


def _carry_on(goes_on: bool, state: State) -> Any:
    return (NOREPLY, state) if goes_on else (STOP, SHUTDOWN, state)


def _start_new(state: State, child: Child) -> Any:
    if state.max_children != INFINITY and len(state.children) >= state.max_children:
        return (ERROR, MAX_CHILDREN)
    result = _start_process(state, child)
    if result[0] == OK:
        if child.restart == TEMPORARY:
            child.start = forget_arguments(child.start)
        _add(state, child, result[1])
    return result


def _start_process(state: State, child: Child) -> Any:
    """As `call_start`; `("error", reason)` also where the start function raised or exited."""
    try:
        return call_start(child.start, state.extra_arguments)
    except (Exception, Exit, SystemExit) as error:
        return (ERROR, reason_of(error))


def _add(state: State, child: Child, pid: Pid) -> None:
    child.pid = pid
    state.children[pid] = child


def _ended(state: State, child: Child, reason: Any) -> bool:
    """A child has ended by itself. False where the supervisor is to end now."""
    pid = child.pid
    state.tally.ended += 1
    normal = is_normal(reason)
    if child.restart == PERMANENT or not normal:
        _report(CHILD_TERMINATED, reason, child, state)
    if child.restart == PERMANENT or (child.restart != TEMPORARY and not normal):
        return _restart(state, pid, child)
    del state.children[pid]
    return True


def _restart(state: State, old: Pid, child: Child) -> bool:
    """Restart a child; False where that is one restart too many."""
    if not state.restarts.add():
        _report(SHUTDOWN, TOO_MANY_RESTARTS, child, state)
        del state.children[old]
        return False
    result = _start_process(state, child)
    if result[0] == ERROR:
        child.pid = (RESTARTING, old)
        _report(START_ERROR, result[1], child, state)
        send(self(), (RESTART, old))
        return True
    del state.children[old]
    if result != IGNORE:
        _add(state, child, result[1])
        state.tally.restarted(child)
    return True


def _terminate(state: State, pid: Any) -> Any:
    child = state.children.get(pid) if isinstance(pid, Pid) else None
    if child is None:
        return (ERROR, NOT_FOUND)
    if not child.is_restarting():
        _stop(state, [child])
    del state.children[pid]
    return OK


def _stop(state: State, children: list[Child]) -> None:
    for child, reason in stop_all(children):
        _report(SHUTDOWN_ERROR, reason, child, state)


def _report(context: Atom, reason: Any, child: Child, state: State) -> None:
    if state.extra_arguments and child.start[-1] != UNDEFINED:
        child = replace(child, start=(*child.start[:-1], [*state.extra_arguments, *child.start[-1]]))
    report_error(context, reason, child, state.name)


def _count_children(state: State) -> dict[str, int]:
    children = state.children.values()
    workers = sum(child.type == WORKER for child in children)
    active = sum(not child.is_restarting() for child in children)
    return {"active": active, "specs": len(children), "supervisors": len(children) - workers, "workers": workers}
