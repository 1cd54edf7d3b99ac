"""The application controller: the process that loads, starts and stops applications, and hears when they end.

It is registered as "application_controller", and started by the first call. Its rules are those of OTP's:

- An application is *loaded*, *starting*, *running* (its master lives) and *started* (it was started, and has not been
  stopped: one that has ended by itself is started, and no longer running).
- Everybody who starts an application while it is starting is answered when it is started.
- The end of an application that is permanent, or transient and not "normal", stops the runtime.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

import pyex
from pyex.atom import DOWN, ERROR, EXIT, KILL, NORMAL, OK, Atom
from pyex.mailbox import receive
from pyex.otp.application import master as application_master
from pyex.otp.application import table as application_table
from pyex.otp.application.report import report_exited, report_started
from pyex.otp.application.spec import Spec, spec_of
from pyex.otp.application.table import ENV, LOADED, MASTER, loaded
from pyex.otp.gen_server import GenServer
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self
from pyex.spawn import spawn_link

CONTROLLER = Atom("application_controller")
CALL_MS = 5000
PERMANENT, TRANSIENT, TEMPORARY = Atom("permanent"), Atom("transient"), Atom("temporary")
ALREADY_LOADED, ALREADY_STARTED = Atom("already_loaded"), Atom("already_started")
NOT_LOADED, NOT_RUNNING, NOT_STARTED = Atom("not_loaded"), Atom("not_running"), Atom("not_started")
INFO, RUNNING, SHUTDOWN, STOPPED = Atom("info"), Atom("running"), Atom("shutdown"), Atom("stopped")


@dataclass(slots=True)
class State:
    """The masters of what runs (None where there is nothing to run), and restart types; the newest comes last."""

    running: dict[Atom, Pid | None] = field(default_factory=dict)
    started: dict[Atom, Atom] = field(default_factory=dict)
    starting: dict[Atom, Atom] = field(default_factory=dict)
    # Who waits for an application that is starting.
    waiting: dict[Atom, list[Any]] = field(default_factory=dict)
    # What was put into environments to stay there, also when an application is loaded.
    persistent: dict[Atom, dict[Any, Any]] = field(default_factory=dict)
    # Why the runtime is to stop.
    ending: Any = None


def ensure() -> None:
    """Have the controller run."""
    if Process.whereis(CONTROLLER) is None:
        GenServer.start(ApplicationController, None, name=CONTROLLER)


def call(request: Any, timeout: int | str = "infinity") -> Any:
    """Ask the controller."""
    ensure()
    return GenServer.call(CONTROLLER, request, timeout)


class ApplicationController(GenServer):
    """The process."""

    @staticmethod
    def init(arg: None) -> Any:
        Process.flag("trap_exit", True)
        application_table.clear()
        state = State()
        keys = {"description": "Erlang/OTP's process model for Python", "vsn": pyex.__version__}
        spec = spec_of(("application", "pyex", keys))
        _load(state, spec)
        state.running[spec.name], state.started[spec.name] = None, PERMANENT
        return (OK, state)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: State) -> Any:
        match request:
            case ("load", given, [Spec() as spec, *included]):
                return ("reply", _load_all(state, given, spec, included), state)
            case ("unload", name):
                return ("reply", _unload(state, name), state)
            case ("start", name, restart_type):
                return _start(state, name, restart_type, from_)
            case ("stop", name):
                return ("reply", _stop(state, name), state)
            case "which_applications":
                names = reversed(state.running)
                return ("reply", [entry(each) for name in names if (each := loaded(name)) is not None], state)
            case ("is_running", name):
                return ("reply", name in state.running, state)
            case ("set_env", name, values, persistent):
                for key, value in values.items():
                    application_table.insert((ENV, name, key), value)
                    if persistent:
                        state.persistent.setdefault(name, {})[key] = value
                return ("reply", OK, state)
            case ("unset_env", name, key, persistent):
                application_table.delete((ENV, name, key))
                if persistent:
                    state.persistent.get(name, {}).pop(key, None)
                return ("reply", OK, state)

    @staticmethod
    def handle_cast(request: Any, state: State) -> Any:
        match request:
            case ("application_started", name, result):
                return _application_started(state, name, result)

    @staticmethod
    def handle_info(message: Any, state: State) -> Any:
        match message:
            case ("EXIT", pid, reason):
                return _ended(state, pid, reason)
        return ("noreply", state)

    @staticmethod
    def terminate(reason: Any, state: State) -> None:
        for master in reversed(state.running.values()):
            if master is not None:
                _shut_down(master)
        if state.ending is not None:
            _stop_runtime(state.ending)


def entry(spec: Spec) -> tuple[Atom, str, str]:
    """An application as lists of them have it."""
    return (spec.name, spec.keys["description"], spec.keys["vsn"])


# -- loading


def _load_all(state: State, given: Any, spec: Spec, included: list[Spec]) -> Any:
    known = loaded(spec.name)
    if known is None:
        for each in [spec, *included]:
            if loaded(each.name) is None:
                _load(state, each)
        return OK
    idle = spec.name not in state.running and spec.name not in state.starting
    if idle and known.definition is not None and spec.definition is not known.definition:
        # Its class was defined anew meanwhile. What is in the environment stays.
        env = {**spec.env, **application_table.all_env(spec.name)}
        _load(state, Spec(spec.name, spec.keys, env, spec.definition))
    return (ERROR, (ALREADY_LOADED, given))


def _load(state: State, spec: Spec) -> None:
    for key, value in {**spec.env, **state.persistent.get(spec.name, {})}.items():
        application_table.insert((ENV, spec.name, key), value)
    application_table.insert((LOADED, spec.name), spec)


def _unload(state: State, name: Atom) -> Any:
    spec = loaded(name)
    if name in state.running:
        return (ERROR, (RUNNING, name))
    if spec is None:
        return (ERROR, (NOT_LOADED, name))
    application_table.delete_all_env(name)
    application_table.delete((LOADED, name))
    for each in spec.keys["included_applications"]:
        if loaded(each) is not None:
            _unload(state, each)
    return OK


# -- starting


def _start(state: State, name: Atom, restart_type: Any, from_: Any) -> Any:
    if name in state.starting:
        state.waiting[name].append(from_)
        return ("noreply", state)
    problem = _problem(state, name, restart_type)
    if problem is not None:
        return ("reply", (ERROR, problem), state)
    state.starting[name] = Atom(restart_type)
    state.waiting[name] = [from_]
    spawn_link(_start_in_own_process, self(), loaded(name), [*state.running])
    return ("noreply", state)


def _problem(state: State, name: Atom, restart_type: Any) -> Any:
    """Why an application cannot be started; None where it can."""
    if restart_type not in (PERMANENT, TRANSIENT, TEMPORARY):
        return (Atom("invalid_restart_type"), restart_type)
    spec = loaded(name)
    if spec is None:
        return (NOT_LOADED, name)
    if name in state.running:
        return (ALREADY_STARTED, name)
    for each in _needed(spec):
        if each not in state.started:
            return (NOT_STARTED, each)
    return None


def _needed(spec: Spec) -> list[Atom]:
    return [each for each in spec.keys["applications"] if each not in spec.keys["optional_applications"]]


def _start_in_own_process(controller: Pid, spec: Spec, running: list[Atom]) -> None:
    Process.flag("trap_exit", True)
    result: Any = (OK, None)
    if spec.keys["mod"] != []:
        missing = [each for each in _needed(spec) if each not in running]
        if missing:
            result = (INFO, (NOT_RUNNING, missing[0]))
        else:
            result = application_master.start_link(controller, spec, NORMAL)
    GenServer.cast(controller, (Atom("application_started"), spec.name, result))


def _application_started(state: State, name: Atom, result: Any) -> Any:
    restart_type = state.starting.pop(name)
    kind, value = result
    for from_ in state.waiting.pop(name):
        GenServer.reply(from_, OK if kind == OK else (ERROR, value))
    if kind == OK:
        report_started(name)
        state.running[name], state.started[name] = value, restart_type
        return ("noreply", state)
    if kind == ERROR:
        report_exited(name, value, restart_type)
    match value:
        case (("EXIT", "normal"), _) if restart_type == TRANSIENT:
            return ("noreply", state)
    if restart_type == TEMPORARY:
        return ("noreply", state)
    return _end_all(state, (Atom("application_start_failure"), name, value))


# -- ending


def _stop(state: State, name: Atom) -> Any:
    if name not in state.started:
        return (ERROR, (NOT_STARTED, name))
    restart_type = state.started.pop(name)
    if name in state.running:
        master = state.running.pop(name)
        if master is not None:
            Process.unlink(master)
            application_master.stop(master)
        report_exited(name, STOPPED, restart_type)
        application_table.delete((MASTER, name))
    return OK


def _ended(state: State, pid: Pid, reason: Any) -> Any:
    """A linked process has ended: a master, or somebody who has started one."""
    application_table.forget_master(pid)
    name = next((each for each, master in state.running.items() if master is pid), None)
    if name is None:
        return ("noreply", state)
    del state.running[name]
    restart_type = state.started[name]
    report_exited(name, reason, restart_type)
    if restart_type == TEMPORARY or (restart_type == TRANSIENT and reason == NORMAL):
        return ("noreply", state)
    return _end_all(state, (Atom("application_terminated"), name, reason))


def _end_all(state: State, why: Any) -> Any:
    state.ending = why
    return ("stop", SHUTDOWN, state)


def _shut_down(master: Pid) -> None:
    reference = Process.monitor(master)
    Process.unlink(master)
    Process.exit(master, SHUTDOWN)
    # Where the master had ended before it was unlinked, both messages are there.
    receive((DOWN, reference, ..., ..., ...))
    receive((EXIT, master, ...), after=0, default=None)


def _stop_runtime(why: Any) -> None:
    """End the main process, and so the runtime."""
    print(f"Kernel pid terminated ({CONTROLLER}) ({why!r})", file=sys.stderr)
    # Who has been answered is to see the answer first.
    Process.sleep(1)
    for pid in Process.list():
        about = Process.info(pid, ["parent", "initial_call", "trap_exit"])
        # Those without a parent are the runtime's two servants, and then the main process.
        if about and about["parent"] is None and about["initial_call"][0] not in ("pyex.group_leader", "pyex.logger"):
            Process.exit(pid, KILL if about["trap_exit"] else why)
            return
