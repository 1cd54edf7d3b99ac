"""Sys: looking into servers from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from in_process import caught, dead, ends, messages, trap
from steered_server import Bare, S, trapping

from pyex import ArgumentError, ErlangError, Process, ok, receive, run, self, send
from pyex.otp.gen_server import GenServer
from pyex.otp.sys_messages import Sys

SOON = 2000


@pytest.mark.process
def test_gs_68_state_and_suspension() -> None:
    """The state can be read and replaced; a suspended server answers no calls until it is resumed."""
    pid = ok(S.start(1))
    assert (Sys.get_state(pid), Sys.replace_state(pid, lambda s: s + 10)) == (1, 11)
    assert Sys.suspend(pid) == "ok"
    assert caught(lambda: GenServer.call(pid, "get", 20))[1][0] == "timeout"
    assert Sys.get_state(pid) == 11
    assert Sys.resume(pid) == "ok"
    assert GenServer.call(pid, "get") == 11


@pytest.mark.process
def test_what_came_to_a_suspended_server_waits() -> None:
    """It is handled after the resumption, in order."""
    pid = ok(S.start({"to": self()}))
    Sys.suspend(pid)
    send(pid, 1), send(pid, 2)
    assert messages(20) == []
    Sys.resume(pid)
    assert messages() == [("info", 1), ("info", 2)]


@pytest.mark.process
def test_a_suspended_server_ends_with_its_parent() -> None:
    """Where it traps exits; and GenServer.stop ends it too."""
    trap()
    pid = ok(S.start_link(trapping(self())))
    Sys.suspend(pid)
    Process.exit(pid, "shutdown")
    assert ends(pid) in ("shutdown", "noproc")
    assert ("terminate", "shutdown") in messages()
    other = ok(S.start(0))
    Sys.suspend(other)
    assert GenServer.stop(other) == "ok"


@pytest.mark.process
def test_a_timeout_of_the_server_goes_on() -> None:
    """To look at a server does not cancel the timeout that it waits for."""
    caller = self()
    pid = ok(S.start(lambda: ("ok", {"to": caller}, 50)))
    Sys.get_state(pid)
    assert receive(after=SOON) == ("info", "timeout")


@pytest.mark.process
def test_a_function_that_raises_replaces_nothing() -> None:
    """The caller is told, and the server lives with the state it had."""
    pid = ok(S.start(1))
    with pytest.raises(ErlangError) as failure:
        Sys.replace_state(pid, lambda s: s / 0)
    assert failure.value.reason[0] == "callback_failed"  # type: ignore[index]
    assert Sys.get_state(pid) == 1


@pytest.mark.process
def test_the_state_that_is_shown_is_a_copy() -> None:
    """To change it changes nothing in the server."""
    pid = ok(S.start([1]))
    Sys.get_state(pid).append(2)
    assert Sys.get_state(pid) == [1]


@pytest.mark.process
def test_get_status() -> None:
    """It has the shape that OTP gives it."""
    pid = ok(S.start_link(3, name="shown"))
    status, who, behaviour, [dictionary, state, parent, debug, shown] = Sys.get_status("shown")
    assert (status, who, behaviour) == ("status", pid, ("module", "gen_server"))
    assert (dictionary["$initial_call"], state, parent, debug) == ((S, "init", 1), "running", self(), [])
    assert shown[0] == ("header", "Status for generic server 'shown'")
    assert shown[1] == ("data", [("Status", "running"), ("Parent", self()), ("Logged events", [])])
    assert shown[2] == ("data", [("State", 3)])
    Sys.suspend(pid)
    assert Sys.get_status(pid)[3][1] == "suspended"


class Secretive(Bare):
    """A server that shows less than it has."""

    @staticmethod
    def format_status(status: dict[str, Any]) -> dict[str, Any]:
        return {**status, "state": "hidden"}


@pytest.mark.process
def test_format_status() -> None:
    """What it says stands for the state wherever that is shown."""
    pid = ok(GenServer.start(Secretive, "password"))
    assert Sys.get_status(pid)[3][4][2] == ("data", [("State", "hidden")])
    assert Sys.get_state(pid) == "password"


def test_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """A traced server prints what it gets, what it replies, and its states; until it is told to stop."""

    def main() -> None:
        pid = ok(S.start(1, name="traced"))
        Sys.trace(pid, True)
        GenServer.call(pid, "get")
        GenServer.call(pid, ("run", more))
        send(pid, ("run", more))
        Sys.no_debug(pid)
        GenServer.call(pid, "get")

    run(main)
    lines = [re.sub(r"#PID<[^>]*>", "#PID<_>", line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "*DBG* 'traced' got call 'get' from #PID<_>",
        "*DBG* 'traced' sent 1 to #PID<_>, new state 1",
        f"*DBG* 'traced' got call ('run', {more!r}) from #PID<_>",
        "*DBG* 'traced' sent 'more' to #PID<_>, new state 2",
        f"*DBG* 'traced' got ('run', {more!r})",
        "*DBG* 'traced' new state 3",
    ]


def more(*args: Any) -> Any:
    """One more than the state: in a call with a reply."""
    return ("noreply", args[0] + 1) if len(args) == 1 else ("reply", "more", args[1] + 1)


@pytest.mark.process
def test_statistics() -> None:
    """A server counts its messages when it is told to."""
    pid = ok(S.start(1))
    assert Sys.statistics(pid, "get") == ("ok", "no_statistics")
    assert Sys.statistics(pid, True) == "ok"
    GenServer.call(pid, "get"), GenServer.cast(pid, ("run", lambda s: ("noreply", s)))
    counted = Sys.statistics(pid, "get")[1]
    assert (counted["messages_in"], counted["messages_out"]) == (2, 1)
    assert counted["start_time"] <= counted["current_time"]
    assert Sys.statistics(pid, False) == "ok"
    assert Sys.statistics(pid, "get") == ("ok", "no_statistics")


@pytest.mark.process
def test_debug_options_of_start() -> None:
    """A server can be looked at from its beginning."""
    pid = ok(S.start(1, debug=["statistics"]))
    GenServer.call(pid, "get")
    assert Sys.statistics(pid, "get")[1]["messages_in"] == 1
    with pytest.raises(ArgumentError, match='known are "trace"'):
        S.start(1, debug=["everything"])


@pytest.mark.process
def test_sys_of_what_is_not_there() -> None:
    """The caller exits, and the exit names the call."""
    pid = dead()
    assert caught(lambda: Sys.get_state(pid)) == ("exit", ("noproc", (Sys, "get_state", [pid])))
    assert caught(lambda: Sys.terminate(pid, "boom"))[1][0] == "noproc"


@pytest.mark.process
def test_terminate() -> None:
    """As GenServer.stop."""
    pid = ok(S.start({"to": self()}))
    assert Sys.terminate(pid, "boom") == "ok"
    assert messages() == [("terminate", "boom")]


@pytest.mark.process
def test_an_unknown_request() -> None:
    """The server says that it does not know it, and lives."""
    pid = ok(S.start(1))
    tag = ("alias", reference := Process.alias())
    send(pid, ("system", (self(), tag), "sing"))
    assert receive((("alias", reference), ...), after=SOON)[1] == ("error", ("unknown_system_msg", "sing"))
    assert Sys.get_state(pid) == 1
