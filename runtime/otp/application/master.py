"""The application master: the group leader of all processes of one application.

    controller -- master -- starter -- top supervisor -- …

The links go so. The starter runs the callbacks and is the parent of the top supervisor; meanwhile the master, which
traps exits, answers who asks for the tree or wants the application to stop. By their group leader the processes of an
application are known, and those that the tree leaves behind are killed when it has stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyex.atom import DOWN, ERROR, EXIT, KILL, NORMAL, OK, Atom
from pyex.errors import Unwind
from pyex.exit_reason import reason_of
from pyex.mailbox import receive, send
from pyex.otp import proc_lib
from pyex.otp.application import table as application_table
from pyex.otp.application.report import report_shutdown_error
from pyex.otp.application.spec import UNDEFINED, Spec
from pyex.otp.behaviour import newest, own_function
from pyex.otp.undefined import undefined_function
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.self_ import self
from pyex.spawn import exit, spawn_link

GET_CHILD, CHILD, STOP, TERMINATE = Atom("get_child"), Atom("child"), Atom("stop"), Atom("terminate")
START, START_PHASE, SHUTDOWN = Atom("start"), Atom("start_phase"), Atom("shutdown")
TIMEOUT, BAD_RETURN = Atom("timeout"), Atom("bad_return")


def start_link(controller: Pid, spec: Spec, start_type: Any) -> Any:
    """Start an application. Returns `("ok", master)` or `("error", reason)`."""
    call = ("application_master", Atom("init"), 4)
    return proc_lib.start(_init, (controller, spec, start_type), link=True, initial_call=call)


def stop(master: Pid) -> None:
    """Stop the application, and wait until that is done."""
    _call(master, STOP)


def get_child(master: Pid) -> Any:
    """The top supervisor of the application, and its callback module: `(pid, module)`; "error" while there is none."""
    return _call(master, GET_CHILD)


def _call(master: Pid, request: Atom) -> Any:
    tag, reference = make_ref(), Process.monitor(master)
    send(master, (request, tag, self()))
    match receive((DOWN, reference, ..., ..., ...), (tag, ...)):
        case ("DOWN", _, _, _, _):
            return OK
        case (_, answer):
            Process.demonitor(reference, ["flush"])
            return answer


# -- the master


@dataclass(slots=True)
class _Master:
    parent: Pid
    # The starter, while it lives.
    child: Pid | None
    # Who waits to hear of the top supervisor.
    requests: dict[Reference, tuple[Reference, Pid]]


def _init(starter: Pid, controller: Pid, spec: Spec, kind: Any) -> None:
    Process.link(controller)
    Process.flag("trap_exit", True)
    Process.group_leader(self(), self())
    application_table.insert((application_table.MASTER, spec.name), self())
    tag = make_ref()
    master = _Master(controller, spawn_link(_start_it, tag, spec, self(), kind), {})
    match _wait_for_start(master, tag):
        case ("ok", _):
            longest = spec.keys["maxT"]
            if longest != "infinity":
                Process.send_after(self(), (EXIT, self(), TIMEOUT), longest)
            Process.unlink(starter)
            proc_lib.init_ack(starter, (OK, self()))
            _serve(master)
        case ("error", reason):
            exit(reason)


def _wait_for_start(master: _Master, tag: Reference) -> Any:
    while True:
        match receive():
            case (Reference() as answered, result) if answered is tag:
                return result
            case ("EXIT", pid, reason) if pid is master.child:
                return (ERROR, reason)
            case other:
                _handle(master, other)


def _serve(master: _Master) -> None:
    while True:
        match receive():
            case ("EXIT", pid, reason) if pid is master.parent:
                _terminate(master)
                exit(reason)
            case ("EXIT", pid, reason) if pid is master.child:
                master.child = None
                _terminate(master)
                exit(reason)
            case ("EXIT", _, "timeout"):
                _terminate(master)
                exit(NORMAL)
            case other:
                _handle(master, other)


def _handle(master: _Master, message: Any) -> None:
    match message:
        case ("get_child", tag, from_):
            if master.child is None or not Process.alive(master.child):
                send(from_, (tag, ERROR))
                return
            reference = make_ref()
            master.requests[reference] = (tag, from_)
            send(master.child, (self(), GET_CHILD, reference))
        case ("child", Reference() as reference, top, module) if reference in master.requests:
            tag, from_ = master.requests.pop(reference)
            send(from_, (tag, (top, module)))
        case ("stop", tag, from_):
            _terminate(master)
            send(from_, (tag, OK))
            exit(NORMAL)


def _terminate(master: _Master) -> None:
    """Stop the tree, and kill what it leaves behind."""
    for tag, from_ in master.requests.values():
        send(from_, (tag, ERROR))
    master.requests = {}
    child, me = master.child, self()
    if child is not None:
        send(child, (me, TERMINATE))
        while True:
            match receive():
                case ("EXIT", pid, _) if pid is child:
                    break
                case other:
                    _handle(master, other)
    while left := [pid for pid in Process.list() if pid is not me and _leader(pid) is me]:
        for pid in left:
            Process.exit(pid, KILL)


def _leader(pid: Pid) -> Pid | None:
    found = Process.info(pid, "group_leader")
    return None if found is None else found[1]


# -- the starter


def _start_it(tag: Reference, spec: Spec, master: Pid, kind: Any) -> None:
    Process.flag("trap_exit", True)
    module, args = spec.keys["mod"]
    result = _started(newest(module), kind, args)
    if result[0] == ERROR:
        send(master, (tag, result))
        return
    _, pid, *state = result
    Process.link(pid)
    failure = _run_phases(spec, newest(module), kind)
    if failure is not None:
        Process.unlink(pid)
        send(master, (tag, failure))
        return
    send(master, (tag, (OK, self())))
    _keep(master, pid, module, state[0] if state else [])


def _started(module: Any, kind: Any, args: Any) -> Any:
    """What `start` has returned, or `("error", reason)`."""
    call = (module, START, [kind, args])
    result = _caught(module, START, [kind, args])
    if isinstance(result, tuple):
        match result:
            case ("ok", _) | ("ok", _, _):
                return result
            case ("EXIT", "normal"):
                return (ERROR, (result, call))
            case ("error", reason):
                return (ERROR, (reason, call))
    return (ERROR, (BAD_RETURN, (call, result)))


def _run_phases(spec: Spec, module: Any, kind: Any) -> Any:
    """Run the start phases; returns None, or `("error", reason)`."""
    phases = spec.keys["start_phases"]
    for phase, args in [] if phases == UNDEFINED else phases:
        call = (module, START_PHASE, [phase, kind, args])
        result = _caught(module, START_PHASE, [phase, kind, args])
        if result == OK:
            continue
        if isinstance(result, tuple) and len(result) == 2 and result[0] == ERROR:
            return (ERROR, (result[1], call))
        return (ERROR, (Atom("bad_return_value"), (call, result)))
    return None


def _caught(module: Any, name: Atom, args: list[Any]) -> Any:
    """Call a callback: its result, or `("EXIT", reason)`."""
    function = own_function(module, name)
    if function is None:
        return (EXIT, undefined_function(module, name, args))
    try:
        return function(*args)
    except Unwind:
        raise
    except BaseException as error:
        return (EXIT, reason_of(error))


def _keep(master: Pid, top: Any, module: Any, state: Any) -> None:
    while True:
        match receive():
            case (Pid() as pid, "get_child", reference) if pid is master:
                send(master, (CHILD, reference, top, module))
            case (Pid() as pid, "terminate") if pid is master:
                _stop_tree(top, SHUTDOWN, module, state)
                exit(NORMAL)
            case ("EXIT", pid, reason) if pid is master:
                _stop_tree(top, reason, module, state)
                exit(reason)
            case ("EXIT", pid, reason) if pid is top:
                _stopped(module, _prepared(module, state))
                exit(reason)


def _stop_tree(top: Pid, reason: Any, module: Any, state: Any) -> None:
    state = _prepared(module, state)
    Process.exit(top, reason)
    receive((EXIT, top, ...))
    _stopped(module, state)


def _prepared(module: Any, state: Any) -> Any:
    """The state as `prep_stop` leaves it."""
    module = newest(module)
    prep_stop = own_function(module, "prep_stop")
    if prep_stop is None:
        return state
    try:
        return prep_stop(state)
    except Unwind:
        raise
    except BaseException as error:
        report_shutdown_error(module, state, reason_of(error))
        return state


def _stopped(module: Any, state: Any) -> None:
    if own_function(newest(module), STOP) is not None:
        _caught(newest(module), STOP, [state])
