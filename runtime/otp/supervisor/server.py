"""The process behind a `Supervisor`: it starts its children in order, restarts those that end, and ends all in reverse.

A restart that fails is tried again by a message of the supervisor to itself, so that calls are answered meanwhile; each
try counts as a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import safe_repr
from pyex.otp import server_name
from pyex.otp.behaviour import newest, own_function
from pyex.otp.gen_server import GenServer, cast, start_link
from pyex.otp.proc_lib import INITIAL_CALL
from pyex.otp.report import log
from pyex.otp.supervisor import simple as supervisor_simple
from pyex.otp.supervisor.child import (
    IGNORE,
    PERMANENT,
    RESTARTING,
    TEMPORARY,
    UNDEFINED,
    WORKER,
    Child,
    Invalid,
    atom,
    check_spec,
    check_specs,
    forget_arguments,
    start_process,
)
from pyex.otp.supervisor.flags import ANY_SIGNIFICANT, NEVER, ONE_FOR_ALL, ONE_FOR_ONE, SIMPLE_ONE_FOR_ONE, check_flags
from pyex.otp.supervisor.report import (
    CHILD_TERMINATED,
    SHUTDOWN,
    SHUTDOWN_ERROR,
    START_ERROR,
    TOO_MANY_RESTARTS,
    report_error,
    report_progress,
    supervisor_name,
)
from pyex.otp.supervisor.restart_intensity import Restarts
from pyex.otp.supervisor.shutdown import is_normal, stop_child
from pyex.otp.supervisor.tally import Tally
from pyex.otp.term import identity
from pyex.otp.undefined import function_clause, undefined_function
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self
from pyex.spawn import exit

NOREPLY, REPLY, STOP = Atom("noreply"), Atom("reply"), Atom("stop")
NOT_FOUND, RUNNING = Atom("not_found"), Atom("running")
ALREADY_STARTED, ALREADY_PRESENT = Atom("already_started"), Atom("already_present")
BAD_RETURN, SUPERVISOR_DATA, START_SPEC = Atom("bad_return"), Atom("supervisor_data"), Atom("start_spec")
FAILED_TO_START, CHILD, TRY_AGAIN = Atom("failed_to_start_child"), Atom("child"), Atom("try_again_restart")
SUPERVISOR, INIT = Atom("supervisor"), Atom("init")


@dataclass(slots=True, eq=False)
class State:
    """What a supervisor keeps: its children in the order of their start, by the keys of their ids and by their pids."""

    name: Any
    module: Any
    strategy: Atom
    auto_shutdown: Atom
    restarts: Restarts
    children: dict[Any, Child] = field(default_factory=dict)
    by_pid: dict[Pid, Child] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def __repr__(self) -> str:
        return f"<supervisor {supervisor_name(self.name)} {self.strategy} {list(self.children.values())!r}>"


class SupervisorServer(GenServer):
    """The callbacks of a supervisor's process."""

    @staticmethod
    def init(argument: Any, /) -> Any:
        name, module, init_argument = argument
        Process.flag("trap_exit", True)
        Process.put(INITIAL_CALL, (SUPERVISOR, module, 1))
        result = call_init(module, init_argument)
        match result:
            case ("ok", (flags, specs)):
                return _start(name if name is not None else (self(), module), module, flags, specs)
            case "ignore":
                return IGNORE
        return (STOP, (BAD_RETURN, (module, INIT, result)))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any, /) -> Any:
        answer = _answer(request, state) if type(state) is State else supervisor_simple.answer(request, state)
        if answer is None:
            exit(function_clause(SupervisorServer, "handle_call", [request, from_, state]))
        return (REPLY, answer, state)

    @staticmethod
    def handle_cast(request: Any, state: Any, /) -> Any:
        match request:
            case ("try_again_restart", id):
                if type(state) is not State:
                    return supervisor_simple.try_again(state, id)
                child = _find(state, id)
                if child is None or not child.is_restarting():
                    return (NOREPLY, state)
                return _carry_on(_restart(state, child), state)
        return exit(function_clause(SupervisorServer, "handle_cast", [request, state]))

    @staticmethod
    def handle_info(message: Any, state: Any, /) -> Any:
        match message:
            case ("EXIT", Pid() as pid, reason):
                if type(state) is not State:
                    return supervisor_simple.child_ended(state, pid, reason)
                child = state.by_pid.get(pid)
                return (NOREPLY, state) if child is None else _carry_on(_ended(state, child, reason), state)
        text = f"Supervisor received unexpected message: {safe_repr(message)}\n"
        log("error", text, {"label": (SUPERVISOR, Atom("unexpected_msg")), "message": message})
        return (NOREPLY, state)

    @staticmethod
    def terminate(reason: Any, state: Any, /) -> Any:
        if type(state) is not State:
            return supervisor_simple.terminate(state)
        _stop_children(state, list(state.children))


def start_supervisor(server: type, module: Any, argument: Any, name: Any) -> Any:
    """Start a supervisor's process, of this kind of server, linked to the caller."""
    server_name.check(name)
    own_name = name if name is None or isinstance(name, tuple) else (Atom("local"), atom(name))
    return start_link(server, (own_name, module, argument), name=name)


def call_init(module: Any, argument: Any) -> Any:
    """What a module's `init` says."""
    module = newest(module)
    init = own_function(module, "init")
    if init is None:
        exit(undefined_function(module, "init", [argument]))
    return init(argument)


def _start(name: Any, module: Any, flags: Any, specs: Any) -> Any:
    try:
        checked = check_flags(flags)
    except Invalid as error:
        return (STOP, (SUPERVISOR_DATA, error.reason))
    if checked.strategy == SIMPLE_ONE_FOR_ONE:
        return supervisor_simple.start(name, module, checked, specs)
    try:
        children = check_specs(specs, checked.auto_shutdown)
    except Invalid as error:
        return (STOP, (START_SPEC, error.reason))
    restarts = Restarts(checked.intensity, checked.period)
    state = State(name, module, checked.strategy, checked.auto_shutdown, restarts, children)
    failed = _start_children(state, list(children))
    if failed is None:
        return (OK, state)
    _stop_children(state, list(children))
    return (STOP, (SHUTDOWN, (FAILED_TO_START, *failed)))


def _carry_on(goes_on: bool, state: State) -> Any:
    return (NOREPLY, state) if goes_on else (STOP, SHUTDOWN, state)


# Starting and ending


def _start_children(state: State, keys: Iterable[Any]) -> tuple[Any, Any] | None:
    """Start children in order. Returns None, or the id of the one that could not be started, and why."""
    for key in keys:
        child = state.children[key]
        result = _start_child(state, child)
        if result[0] == ERROR:
            report_error(START_ERROR, result[1], child, state.name)
            return (child.id, result[1])
        if result[1] is UNDEFINED and child.restart == TEMPORARY:
            del state.children[key]
    return None


def _start_child(state: State, child: Child) -> tuple[Any, ...]:
    """Start a child, and note its pid."""
    result = start_process(child)
    if result[0] == OK:
        _set_pid(state, child, result[1])
        if result[1] is not UNDEFINED:
            report_progress(child, state.name)
    return result


def _set_pid(state: State, child: Child, pid: Any) -> None:
    if isinstance(child.pid, Pid):
        state.by_pid.pop(child.pid, None)
    child.pid = pid
    if isinstance(pid, Pid):
        state.by_pid[pid] = child


def _stop_children(state: State, keys: list[Any]) -> None:
    """End children, the last first; temporary ones are forgotten."""
    for key in reversed(keys):
        child = state.children[key]
        _stop_child(state, child)
        _forget_process(state, child)


def _stop_child(state: State, child: Child) -> None:
    if not isinstance(child.pid, Pid):
        return
    abnormal = stop_child(child)
    if abnormal is not None:
        report_error(SHUTDOWN_ERROR, abnormal, child, state.name)


def _forget_process(state: State, child: Child) -> None:
    """A child has no process any more; a temporary one is no child any more."""
    _set_pid(state, child, UNDEFINED)
    if child.restart == TEMPORARY:
        del state.children[identity(child.id)]


# What happens to children


def _ended(state: State, child: Child, reason: Any) -> bool:
    """A child has ended by itself. False where the supervisor is to end now."""
    state.tally.ended += 1
    normal = is_normal(reason)
    if child.restart == PERMANENT or not normal:
        report_error(CHILD_TERMINATED, reason, child, state.name)
    if child.restart == PERMANENT or (child.restart != TEMPORARY and not normal):
        return _restart(state, child)
    _forget_process(state, child)
    return not _shuts_down_with(state, child)


def _shuts_down_with(state: State, child: Child) -> bool:
    """Whether the supervisor is to end because this child has."""
    if state.auto_shutdown == NEVER or not child.significant:
        return False
    if state.auto_shutdown == ANY_SIGNIFICANT:
        return True
    return not any(each.significant and each.pid is not UNDEFINED for each in state.children.values())


def _restart(state: State, child: Child) -> bool:
    """Restart a child, and with it those that the strategy says. False where that is one restart too many."""
    if not state.restarts.add():
        report_error(SHUTDOWN, TOO_MANY_RESTARTS, child, state.name)
        _forget_process(state, child)
        return False
    failed = _restart_one(state, child) if state.strategy == ONE_FOR_ONE else _restart_several(state, child)
    if failed is not None:
        cast(self(), (TRY_AGAIN, failed))
    return True


def _restart_one(state: State, child: Child) -> Any:
    """Returns None, or the id of the child where it could not be started."""
    old = child.pid
    result = _start_child(state, child)
    if result[0] == OK:
        state.tally.restarted(child)
        return None
    _set_restarting(state, child, old)
    report_error(START_ERROR, result[1], child, state.name)
    return child.id


def _restart_several(state: State, child: Child) -> Any:
    """End all children, or those that were started after this one, and start them again with it. Returns None, or the
    id of the one that could not be started.
    """
    old, id = child.pid, child.id
    _set_pid(state, child, UNDEFINED)
    keys = list(state.children) if state.strategy == ONE_FOR_ALL else _keys_from(state, identity(id))
    _stop_children(state, keys)
    again = [state.children[key] for key in keys if key in state.children]
    failed = _start_children(state, [identity(each.id) for each in again])
    state.tally.restarted(*again)
    if failed is None:
        return None
    culprit = state.children[identity(failed[0])]
    _set_restarting(state, culprit, old if culprit is child else UNDEFINED)
    return culprit.id


def _keys_from(state: State, first: Any) -> list[Any]:
    keys = []
    for key in reversed(state.children):
        keys.append(key)
        if key == first:
            break
    return keys[::-1]


def _set_restarting(state: State, child: Child, old: Any) -> None:
    _set_pid(state, child, old if type(old) is tuple else (RESTARTING, old))


# What is asked of a supervisor


def _answer(request: Any, state: State) -> Any:
    """The answer to a call; None where it is none that a supervisor knows."""
    match request:
        case "which_children":
            return _which_children(state)
        case "count_children":
            return _count_children(state)
        case ("start_child", spec):
            return _start_new(state, spec)
        case ("terminate_child", id):
            return _terminate(state, id)
        case ("restart_child", id):
            return _restart_by_hand(state, id)
        case ("delete_child", id):
            return _delete(state, id)
        case ("get_childspec", id):
            child = _find(state, id)
            return (ERROR, NOT_FOUND) if child is None else (OK, child.to_spec())
    return None


def _find(state: State, id: Any) -> Child | None:
    return state.children.get(identity(id))


def _which_children(state: State) -> list[Any]:
    return [
        (child.id, RESTARTING if child.is_restarting() else child.pid, child.type, child.modules)
        for child in reversed(state.children.values())
    ]


def _count_children(state: State) -> dict[str, int]:
    children = state.children.values()
    workers = sum(child.type == WORKER for child in children)
    active = sum(isinstance(child.pid, Pid) and Process.alive(child.pid) for child in children)
    return {"active": active, "specs": len(children), "supervisors": len(children) - workers, "workers": workers}


def _start_new(state: State, spec: Any) -> Any:
    try:
        child = check_spec(spec, state.auto_shutdown)
    except Invalid as error:
        return (ERROR, error.reason)
    present = _find(state, child.id)
    if present is not None:
        return (ERROR, (ALREADY_STARTED, present.pid) if isinstance(present.pid, Pid) else ALREADY_PRESENT)
    result = _start_child(state, child)
    if result[0] == ERROR:
        return (ERROR, (result[1], child.to_tuple()))
    if child.restart == TEMPORARY:
        if result[1] is UNDEFINED:
            return result
        child.start = forget_arguments(child.start)
    state.children[identity(child.id)] = child
    return result


def _terminate(state: State, id: Any) -> Any:
    child = _find(state, id)
    if child is None:
        return (ERROR, NOT_FOUND)
    _stop_child(state, child)
    _forget_process(state, child)
    return OK


def _restart_by_hand(state: State, id: Any) -> Any:
    child = _find(state, id)
    if child is None:
        return (ERROR, NOT_FOUND)
    if child.pid is UNDEFINED:
        return _start_child(state, child)
    return (ERROR, RESTARTING if child.is_restarting() else RUNNING)


def _delete(state: State, id: Any) -> Any:
    child = _find(state, id)
    if child is None:
        return (ERROR, NOT_FOUND)
    if child.pid is not UNDEFINED:
        return (ERROR, RESTARTING if child.is_restarting() else RUNNING)
    del state.children[identity(id)]
    return OK
