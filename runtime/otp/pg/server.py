"""The server of a scope of process groups, and what it keeps for readers."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

from pyex.atom import OK, Atom
from pyex.errors import ArgumentError
from pyex.mailbox import send
from pyex.otp.gen_server import GenServer
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.self_ import self

JOIN, LEAVE, NOT_JOINED = Atom("join"), Atom("leave"), Atom("not_joined")


class Scope:
    """The groups of one scope. Only its server writes; all others read, without a message to it."""

    __slots__ = ("__weakref__", "groups", "server")

    def __init__(self, server: Pid) -> None:
        self.server = server
        self.groups: dict[Any, tuple[Pid, ...]] = {}


# By name; each is there as long as its server, which holds it.
_scopes: WeakValueDictionary[Any, Scope] = WeakValueDictionary()


def groups_of(name: Any) -> dict[Any, tuple[Pid, ...]] | None:
    """The groups of a scope; None where no server has this name."""
    scope = _scopes.get(name)
    return scope.groups if scope is not None and Process.alive(scope.server) else None


class State:
    """What the server knows beside the groups."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        # The monitor on each member, and the groups it is in, the newest first; a group as often as it has joined it.
        self.members: dict[Pid, tuple[Reference, list[Any]]] = {}
        # Who is told of all groups, and who of one; by the reference in their messages.
        self.scope_monitors: dict[Reference, Pid] = {}
        self.group_monitors: dict[Any, dict[Reference, Pid]] = {}
        self.monitored_group: dict[Reference, Any] = {}


class PgServer(GenServer):
    """Erlang's `pg`, as a server."""

    @staticmethod
    def init(name: Any) -> Any:
        scope = _scopes[name] = Scope(self())
        return (OK, State(scope))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: State) -> Any:
        match request:
            case ("join_local", group, pids):
                _join(state, group, pids)
                return ("reply", OK, state)
            case ("leave_local", group, pids):
                return ("reply", OK if _leave(state, group, pids) else NOT_JOINED, state)
            case "monitor":
                reference = Process.monitor(from_[0])
                state.scope_monitors[reference] = from_[0]
                everything = {group: [*pids] for group, pids in state.scope.groups.items()}
                return ("reply", (reference, everything), state)
            case ("monitor", group):
                reference = Process.monitor(from_[0])
                state.group_monitors.setdefault(group, {})[reference] = from_[0]
                state.monitored_group[reference] = group
                return ("reply", (reference, [*state.scope.groups.get(group, ())]), state)
            case ("demonitor", reference):
                if not _drop_monitor(state, reference):
                    return ("reply", False, state)
                Process.demonitor(reference)
                return ("reply", OK, state)
        raise ArgumentError("argument error")

    @staticmethod
    def handle_cast(request: Any, state: State) -> Any:
        raise ArgumentError("argument error")

    @staticmethod
    def handle_info(message: Any, state: State) -> Any:
        match message:
            case ("DOWN", reference, _, pid, _):
                if pid in state.members and state.members[pid][0] == reference:
                    for group in state.members.pop(pid)[1]:
                        _take_out(state, group, [pid])
                else:
                    _drop_monitor(state, reference)
                return ("noreply", state)
        raise ArgumentError("argument error")


def _join(state: State, group: Any, pids: list[Pid]) -> None:
    for pid in pids:
        if pid not in state.members:
            state.members[pid] = (Process.monitor(pid), [])
        state.members[pid][1].insert(0, group)
    groups = state.scope.groups
    groups[group] = (*pids, *groups.get(group, ()))
    _tell(state, JOIN, group, pids)


def _leave(state: State, group: Any, pids: list[Pid]) -> bool:
    """False where none of them is in the group."""
    left = False
    for pid in pids:
        reference, joined = state.members.get(pid, (None, []))
        if reference is None or group not in joined:
            continue
        left = True
        joined.remove(group)
        if not joined:
            Process.demonitor(reference, ["flush"])
            del state.members[pid]
    if left:
        _take_out(state, group, pids)
    return left


def _take_out(state: State, group: Any, pids: list[Pid]) -> None:
    """Each of them once."""
    groups = state.scope.groups
    if group not in groups:
        return
    others = [*groups[group]]
    for pid in pids:
        if pid in others:
            others.remove(pid)
    if others:
        groups[group] = tuple(others)
    else:
        del groups[group]
    _tell(state, LEAVE, group, pids)


def _tell(state: State, what: Atom, group: Any, pids: list[Pid]) -> None:
    for reference, pid in state.scope_monitors.items():
        send(pid, (reference, what, group, pids))
    for reference, pid in reversed(state.group_monitors.get(group, {}).items()):
        send(pid, (reference, what, group, pids))


def _drop_monitor(state: State, reference: Reference) -> bool:
    """False where there is none."""
    if state.scope_monitors.pop(reference, None) is not None:
        return True
    if reference not in state.monitored_group:
        return False
    group = state.monitored_group.pop(reference)
    monitors = state.group_monitors[group]
    del monitors[reference]
    if not monitors:
        del state.group_monitors[group]
    return True
