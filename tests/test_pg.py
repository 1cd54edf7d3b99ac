"""Process groups, as Erlang's `pg` of OTP 25.1."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import caught, dead, ends_after, idle, in_process, messages, trap, until

from pyex import ArgumentError, ErlangError, Pid, Process, ok, receive, self, send, spawn, spawn_monitor
from pyex.otp import pg
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


def error_of(function: Any) -> str:
    """The text of the `ArgumentError` that a call raises."""
    kind, error = caught(function)
    assert kind == "error" and isinstance(error, ArgumentError), (kind, error)
    return str(error)


@pytest.mark.process
def test_without_a_scope_there_are_no_groups() -> None:
    """To read is harmless, to ask which groups there are an error; to join is an exit that names the call."""
    me = self()
    assert (pg.get_members("g"), pg.get_local_members("g")) == ([], [])
    assert "does not refer to an existing ETS table" in error_of(pg.which_groups)
    assert caught(lambda: pg.join("g", me)) == (
        "exit",
        ("noproc", (GenServer, "call", ["pg", ("join_local", "g", [me]), "infinity"])),
    )
    assert caught(pg.monitor_scope)[0] == "exit"


@pytest.mark.process
def test_a_scope_is_a_server_by_its_name() -> None:
    """The one that is meant where none is named is "pg"."""
    pid = ok(pg.start_link())
    assert Process.whereis("pg") == pid
    assert pg.start_link() == ("error", ("already_started", pid))
    other = ok(pg.start("other"))
    assert Process.whereis("other") == other


@pytest.mark.process
def test_members_join_and_leave() -> None:
    """The newest comes first; who joins twice is in it twice."""
    pg.start_link()
    a, b = idle(), idle()
    assert (pg.join("g", a), pg.join("g", [a, b])) == ("ok", "ok")
    assert pg.get_members("g") == pg.get_local_members("g") == [a, b, a]
    assert pg.which_groups() == pg.which_local_groups() == ["g"]
    assert pg.leave("g", a) == "ok"
    assert pg.get_members("g") == [b, a]
    assert pg.leave("none", a) == "not_joined"
    assert pg.leave("g", self()) == "not_joined"
    assert pg.leave("g", [self(), b]) == "ok"
    assert pg.get_members("g") == [a]
    assert pg.leave("g", a) == "ok"
    assert (pg.get_members("g"), pg.which_groups()) == ([], [])


@pytest.mark.process
def test_monitors_are_told_in_order() -> None:
    """Those of the scope before those of the group; a list that joins is told as one."""
    pg.start_link()
    a, b = idle(), idle()
    group, members = pg.monitor("g")
    scope, groups = pg.monitor_scope()
    assert (members, groups) == ([], {})
    pg.join("g", a)
    pg.join("g", [a, b])
    pg.leave("g", [self(), b])
    pg.join("h", [b, b])
    assert messages() == [
        (scope, "join", "g", [a]),
        (group, "join", "g", [a]),
        (scope, "join", "g", [a, b]),
        (group, "join", "g", [a, b]),
        (scope, "leave", "g", [self(), b]),
        (group, "leave", "g", [self(), b]),
        (scope, "join", "h", [b, b]),
    ]
    assert pg.monitor("h")[1] == [b, b]
    assert pg.monitor_scope()[1] == {"g": [a, a], "h": [b, b]}


@pytest.mark.process
def test_who_dies_leaves_all_groups() -> None:
    """Monitors are told once for each time it had joined, the last first."""
    pg.start_link()
    a, b = idle(), idle()
    pg.join("g", a)
    pg.join("h", [a, a, b])
    scope, _ = pg.monitor_scope()
    Process.exit(a, "kill")
    assert messages() == [(scope, "leave", "h", [a]), (scope, "leave", "h", [a]), (scope, "leave", "g", [a])]
    assert (pg.get_members("g"), pg.get_members("h"), pg.which_groups()) == ([], [b], ["h"])


@pytest.mark.process
def test_the_dead_join_and_leave_at_once() -> None:
    """As a monitor of a dead process tells at once."""
    pg.start_link()
    pid = dead()
    reference, _ = pg.monitor("g")
    assert pg.join("g", pid) == "ok"
    assert receive((reference, ..., ..., ...)) == (reference, "join", "g", [pid])
    assert receive((reference, ..., ..., ...)) == (reference, "leave", "g", [pid])
    assert pg.get_members("g") == []


@pytest.mark.process
def test_a_monitor_can_be_taken_away() -> None:
    """What was told already is taken out of the mailbox; other messages stay."""
    pg.start_link()
    reference, _ = pg.monitor("g")
    scope, _ = pg.monitor_scope()
    pg.join("g", self())
    assert pg.demonitor(reference) == "ok"
    assert pg.demonitor(reference) is False
    pg.leave("g", self())
    assert messages() == [(scope, "join", "g", [self()]), (scope, "leave", "g", [self()])]
    assert pg.demonitor(scope) == "ok"
    pg.join("g", self())
    assert messages() == []


@pytest.mark.process
def test_a_member_that_also_monitors_may_die() -> None:
    """It leaves, and its monitors with it; the scope goes on."""
    pid = ok(pg.start_link())
    me = self()

    def member() -> None:
        pg.monitor_scope()
        pg.monitor("g")
        pg.join("g", self())
        pg.monitor("g")
        send(me, "ready")
        Process.sleep("infinity")

    other = spawn(member)
    receive("ready")
    reference, _ = pg.monitor("g")
    Process.exit(other, "kill")
    assert receive((reference, ..., ..., ...)) == (reference, "leave", "g", [other])
    assert (pg.join("g", me), pg.get_members("g")) == ("ok", [me])
    assert Process.alive(pid)
    until(lambda: Process.info(pid, "monitors") == ("monitors", [("process", me), ("process", me)]))


@pytest.mark.process
def test_scopes_share_nothing() -> None:
    """Each function takes a scope before its other arguments."""
    pg.start_link()
    pg.start_link("other")
    me = self()
    assert pg.join("other", "g", me) == "ok"
    assert (pg.get_members("other", "g"), pg.get_local_members("other", "g"), pg.get_members("g")) == ([me], [me], [])
    assert (pg.which_groups("other"), pg.which_local_groups("other"), pg.which_groups()) == (["g"], ["g"], [])
    reference, members = pg.monitor("other", "g")
    assert (members, pg.demonitor("other", reference), pg.demonitor(reference)) == ([me], "ok", False)
    assert pg.monitor_scope("other")[1] == {"g": [me]}
    assert pg.leave("other", "g", [me, me]) == "ok"
    assert pg.which_groups("other") == []


@pytest.mark.process
def test_membership_does_not_survive_the_scope() -> None:
    """A scope that was restarted knows no groups."""
    child: dict[str, Any] = {"id": "pg", "start": (pg, "start_link", [])}
    ok(Supervisor.start_link([child], strategy="one_for_one"))
    pg.join("g", self())
    old = Process.whereis("pg")
    assert old is not None
    assert ends_after(old, lambda: Process.exit(old, "kill")) == "killed"
    assert pg.get_members("g") == []
    until(lambda: Process.whereis("pg") is not None)
    assert pg.which_groups() == []
    assert pg.join("g", self()) == "ok"


@pytest.mark.process
def test_bad_input_is_refused_before_the_scope_sees_it() -> None:
    """What is no pid, no scope, no group; and too few arguments."""
    pid = ok(pg.start_link())
    kind, error = caught(lambda: pg.join("g", ["x"]))  # type: ignore[list-item]
    assert kind == "error" and isinstance(error, ErlangError) and error.reason == ("nolocal", "x")
    assert "neither a pid nor a list" in error_of(lambda: pg.join("g", "x"))  # type: ignore[call-overload]
    assert "not the name of a scope" in error_of(lambda: pg.join(1, "g", self()))  # type: ignore[call-overload]
    assert "not the name of a scope" in error_of(lambda: pg.start(1))  # type: ignore[arg-type]
    assert "no hash" in error_of(lambda: pg.join(["g"], self()))
    kind, error = caught(lambda: pg.join("g"))  # type: ignore[call-overload]
    assert kind == "error" and isinstance(error, TypeError) and "pg.join takes 2" in str(error)
    assert Process.alive(pid)


@pytest.mark.process
def test_a_message_that_is_none_ends_the_scope() -> None:
    """As in OTP: it is an error in its callback."""
    trap()
    pid = ok(pg.start_link())
    assert ends_after(pid, lambda: send("pg", "junk"))[0] != "alive"
    assert not Process.alive(pid)


@pytest.mark.process
def test_a_broadcast_to_a_thousand_members() -> None:
    """Each gets it once; who has just died is no obstacle."""
    pg.start_link()
    me = self()

    def member(number: int) -> None:
        pg.join("room", self())
        send(me, "joined")
        send(me, (number, receive()))

    members: list[tuple[Pid, Any]] = [spawn_monitor(member, number) for number in range(1000)]
    for _ in members:
        receive("joined")
    for pid, _ in members[::10]:
        Process.exit(pid, "kill")
    for pid in pg.get_members("room"):
        send(pid, "hello")
    got = sorted(receive((int, "hello"))[0] for _ in range(900))
    assert got == [number for number in range(1000) if number % 10]
    for _, reference in members:
        receive(("DOWN", reference, ..., ..., ...))
    until(lambda: pg.which_groups() == [])


def test_nothing_is_left_for_the_next_run() -> None:
    """A scope ends with its runtime."""

    @in_process
    def first() -> None:
        pg.start_link()
        pg.join("g", self())

    @in_process
    def second() -> None:
        assert pg.get_members("g") == []
        pg.start_link()
        assert pg.which_groups() == []

    first()
    second()
