"""Process groups: processes join a group by its name, and whoever wants to reach them asks for its members.

A namespace as Erlang's module `pg`: `pg.join("room", self())`. Groups live in scopes, which share nothing; each is a
server, and `pg.start_link()` starts the one that is meant where none is named. Groups are named by anything that can be
a key of a dict. As long as nobody is in it a group does not exist.
"""

from __future__ import annotations

from typing import Any, overload

from pyex.atom import INFINITY, OK, Atom
from pyex.errors import ErlangError, bad_argument, describe
from pyex.mailbox import receive
from pyex.otp.gen_server import GenServer
from pyex.otp.pg.server import JOIN, LEAVE, PgServer, groups_of
from pyex.pid import Pid
from pyex.reference import Reference

__all__ = [
    "demonitor",
    "get_local_members",
    "get_members",
    "join",
    "leave",
    "monitor",
    "monitor_scope",
    "start",
    "start_link",
    "which_groups",
    "which_local_groups",
]

Name = str | type
PG, NOLOCAL = Atom("pg"), Atom("nolocal")


def start_link(scope: Name = PG) -> Any:
    """Start a scope, linked to the caller. Its server is registered by its name.

        >>> pid = ok(pg.start_link())
        >>> Process.whereis("pg") == pid
        True

    Under a supervisor: `{"id": "pg", "start": (pg, "start_link", [])}`. Returns `("ok", pid)`, or `("error",
    ("already_started", pid))`. Mirrors `pg:start_link/0` and `/1`.
    """
    return GenServer.start_link(PgServer, _name(scope), name=scope)


def start(scope: Name) -> Any:
    """As `start_link`, without a link. Mirrors `pg:start/1`."""
    return GenServer.start(PgServer, _name(scope), name=scope)


@overload
def join(group: Any, pids: Pid | list[Pid], /) -> Atom: ...
@overload
def join(scope: Name, group: Any, pids: Pid | list[Pid], /) -> Atom: ...
def join(*arguments: Any) -> Atom:
    """Put a process, or a list of them, into a group: `pg.join(group, pids)`, `pg.join(scope, group, pids)`.

        >>> _ = pg.start_link()
        >>> pg.join("room", self())
        'ok'
        >>> for pid in pg.get_members("room"):
        ...     _ = send(pid, "hello, room")
        >>> receive()
        'hello, room'

    Who joins a group several times is in it as often. Who ends leaves all groups. Returns "ok". Raises
    `ErlangError(("nolocal", x))` for an item that is no pid; exits with `("noproc", …)` where there is no such scope.
    Mirrors `pg:join/2` and `/3`.
    """
    scope, group, pids = _scoped("join", arguments, 2)
    joined: Atom = _call(scope, ("join_local", _group(group), _pids(pids)))
    return joined


@overload
def leave(group: Any, pids: Pid | list[Pid], /) -> Atom: ...
@overload
def leave(scope: Name, group: Any, pids: Pid | list[Pid], /) -> Atom: ...
def leave(*arguments: Any) -> Atom:
    """Take a process, or a list of them, out of a group, once: `pg.leave(group, pids)`, `pg.leave(scope, group, pids)`.

        >>> _ = pg.start_link()
        >>> pg.join("room", self()), pg.leave("room", self()), pg.leave("room", self())
        ('ok', 'ok', 'not_joined')

    Returns "ok", or "not_joined" when none of them was in the group. Mirrors `pg:leave/2` and `/3`.
    """
    scope, group, pids = _scoped("leave", arguments, 2)
    left: Atom = _call(scope, ("leave_local", _group(group), _pids(pids)))
    return left


@overload
def get_members(group: Any, /) -> list[Pid]: ...
@overload
def get_members(scope: Name, group: Any, /) -> list[Pid]: ...
def get_members(*arguments: Any) -> list[Pid]:
    """The processes in a group, the newest first: `pg.get_members(group)`, `pg.get_members(scope, group)`.

        >>> _ = pg.start_link()
        >>> pg.join("room", [self(), self()]), pg.get_members("room") == [self(), self()]
        ('ok', True)
        >>> pg.get_members("attic")
        []

    Returns a list, empty also where there is no such scope. It is read without a message to the server, and may hold a
    process that has just ended. Mirrors `pg:get_members/1` and `/2`.
    """
    scope, group = _scoped("get_members", arguments, 1)
    groups = groups_of(scope)
    return [] if groups is None else [*groups.get(_group(group), ())]


@overload
def get_local_members(group: Any, /) -> list[Pid]: ...
@overload
def get_local_members(scope: Name, group: Any, /) -> list[Pid]: ...
def get_local_members(*arguments: Any) -> list[Pid]:
    """As `get_members`: there is one node. Mirrors `pg:get_local_members/1` and `/2`."""
    return get_members(*arguments)


def which_groups(scope: Name = PG) -> list[Any]:
    """The groups that have members.

        >>> _ = pg.start_link()
        >>> pg.join("room", self()), pg.which_groups()
        ('ok', ['room'])

    Returns a list. Raises `ArgumentError` where there is no such scope. Mirrors `pg:which_groups/0` and `/1`.
    """
    groups = groups_of(_name(scope))
    if groups is None:
        raise bad_argument(1, "the table identifier does not refer to an existing ETS table")
    return [*groups]


def which_local_groups(scope: Name = PG) -> list[Any]:
    """As `which_groups`: there is one node. Mirrors `pg:which_local_groups/0` and `/1`."""
    return which_groups(scope)


def monitor_scope(scope: Name = PG) -> tuple[Reference, dict[Any, list[Pid]]]:
    """Be told who joins and leaves any group of a scope, by `(reference, "join", group, pids)` and `(reference,
    "leave", group, pids)`.

        >>> _ = pg.start_link()
        >>> ref, groups = pg.monitor_scope()
        >>> groups, pg.join("room", self())
        ({}, 'ok')
        >>> receive() == (ref, "join", "room", [self()])
        True

    Returns `(reference, groups)`, a dict of those who are in each group now. Mirrors `pg:monitor_scope/0` and `/1`.
    """
    told: tuple[Reference, dict[Any, list[Pid]]] = _call(scope, "monitor")
    return told


@overload
def monitor(group: Any, /) -> tuple[Reference, list[Pid]]: ...
@overload
def monitor(scope: Name, group: Any, /) -> tuple[Reference, list[Pid]]: ...
def monitor(*arguments: Any) -> tuple[Reference, list[Pid]]:
    """Be told who joins and leaves one group, as by `monitor_scope`: `pg.monitor(group)`, `pg.monitor(scope, group)`.

        >>> _ = pg.start_link()
        >>> ref, members = pg.monitor("room")
        >>> members, pg.join("room", self()), pg.leave("room", self())
        ([], 'ok', 'ok')
        >>> receive() == (ref, "join", "room", [self()]), receive() == (ref, "leave", "room", [self()])
        (True, True)

    Returns `(reference, members)`. Mirrors `pg:monitor/1` and `/2`.
    """
    scope, group = _scoped("monitor", arguments, 1)
    told: tuple[Reference, list[Pid]] = _call(scope, ("monitor", _group(group)))
    return told


@overload
def demonitor(reference: Reference, /) -> Atom | bool: ...
@overload
def demonitor(scope: Name, reference: Reference, /) -> Atom | bool: ...
def demonitor(*arguments: Any) -> Atom | bool:
    """Be told no more, and take what was told already out of the mailbox: `pg.demonitor(reference)`,
    `pg.demonitor(scope, reference)`.

        >>> _ = pg.start_link()
        >>> ref, _ = pg.monitor("room")
        >>> pg.demonitor(ref), pg.demonitor(ref)
        ('ok', False)

    Returns "ok", or False where there is no such monitor. Mirrors `pg:demonitor/1` and `/2`.
    """
    scope, reference = _scoped("demonitor", arguments, 1)
    if _call(scope, ("demonitor", reference)) != OK:
        return False
    while receive((reference, JOIN, ..., ...), (reference, LEAVE, ..., ...), after=0, default=None) is not None:
        pass
    return OK


def _call(scope: Name, request: Any) -> Any:
    return GenServer.call(scope, request, INFINITY)


def _scoped(function: str, arguments: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    """The arguments with the scope before them, which may be left out."""
    if len(arguments) == count:
        return (PG, *arguments)
    if len(arguments) != count + 1:
        raise TypeError(f"pg.{function} takes {count} arguments, and a scope before them: not {len(arguments)}")
    _name(arguments[0])
    return arguments


def _name(scope: Any) -> Name:
    if isinstance(scope, str | type):
        return scope
    raise bad_argument(1, f"not the name of a scope: {describe(scope)}; a name is a string or a class")


def _group(group: Any) -> Any:
    try:
        hash(group)
    except TypeError:
        raise bad_argument(1, f"{describe(group)} cannot name a group: it has no hash") from None
    return group


def _pids(pids: Any) -> list[Pid]:
    if isinstance(pids, Pid):
        return [pids]
    if not isinstance(pids, list):
        raise bad_argument(2, f"neither a pid nor a list of pids: {describe(pids)}")
    for each in pids:
        if not isinstance(each, Pid):
            raise ErlangError((NOLOCAL, each))
    return pids
