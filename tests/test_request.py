"""Requests: what a call leaves in the caller's mailbox and among its monitors, whatever happens meanwhile."""

from __future__ import annotations

from typing import Any

import greenlet
import pytest
from in_process import caught, in_process, messages, trap, until
from program import program
from steered_server import S

from pyex import GenServer, Pid, Process, ok, receive, self, send, spawn, trace
from pyex.otp.sys_messages import Sys

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 20_000


def monitors() -> list[Any]:
    return Process.info(self(), "monitors")[1]  # type: ignore[no-any-return]


def watched_by(pid: Pid) -> list[Any]:
    return Process.info(pid, "monitored_by")[1]  # type: ignore[no-any-return]


def during(act: Any) -> Any:
    """A request to a steered server: do something while the caller waits, then reply "done"."""
    return ("run", lambda _, state: (act(), ("reply", "done", state))[1])


@pytest.mark.process
def test_a_call_takes_only_its_reply() -> None:
    """What was in the mailbox before, and what comes while the caller waits, stays there in order."""
    pid, me = ok(S.start(0)), self()
    send(me, "before")
    assert GenServer.call(pid, during(lambda: send(me, "meanwhile"))) == "done"
    assert messages() == ["before", "meanwhile"]


@pytest.mark.process
def test_a_reply_is_found_behind_what_comes_first() -> None:
    """Messages that come before the reply wake the caller, which waits on."""
    pid, me = ok(S.start(0)), self()

    def disturb() -> None:
        for number in range(3):
            send(me, number)
            Process.sleep(1)

    assert GenServer.call(pid, during(disturb)) == "done"
    assert messages() == [0, 1, 2]


@pytest.mark.process
def test_a_timeout_counts_from_the_call() -> None:
    """Messages that come meanwhile do not start the clock anew."""
    pid, me = ok(S.start(0)), self()

    def disturb() -> None:
        while True:
            send(me, "meanwhile")
            Process.sleep(1)

    disturber = spawn(disturb)
    silence = ("run", lambda _, state: ("noreply", state))
    assert caught(lambda: GenServer.call(pid, silence, 50))[1][0] == "timeout"
    Process.exit(disturber, "kill")
    assert set(messages()) == {"meanwhile"}


@pytest.mark.process
def test_what_looks_like_a_reply_is_none() -> None:
    """A message with another reference, or with the server's pid, is left alone."""
    pid, me = ok(S.start(0)), self()
    fake = (("alias", Process.alias()), "fake")
    assert GenServer.call(pid, during(lambda: (send(me, fake), send(me, (pid, "fake"))))) == "done"
    assert messages() == [fake, (pid, "fake")]


@pytest.mark.process
def test_a_call_is_a_monitor_while_it_lasts() -> None:
    """The server is monitored by the caller during the call, and by nobody after it."""
    pid, me = ok(S.start(0)), self()
    assert GenServer.call(pid, ("run", lambda _, state: ("reply", watched_by(pid), state))) == [me]
    assert (monitors(), watched_by(pid)) == ([], [])


@pytest.mark.process
def test_a_server_that_replies_and_dies_leaves_no_message() -> None:
    """The reply is what the call returns; that the server is down is not told as well."""
    pid = ok(S.start(0))
    assert GenServer.call(pid, ("run", lambda _, state: ("stop", "normal", "bye", state))) == "bye"
    assert (messages(), monitors()) == ([], [])


@pytest.mark.process
def test_a_reply_and_a_death_before_the_caller_runs() -> None:
    """Who is replied to by another process, and hears of the server's end first, exits with its reason."""
    trap()
    pid, me = ok(S.start(0)), self()

    def hand_on(from_: Any, state: Any) -> Any:
        send(me, from_)
        Process.exit(self(), "kill")

    assert caught(lambda: GenServer.call(pid, ("run", hand_on)))[1][0] == "killed"
    from_ = receive(after=SOON)
    assert GenServer.reply(from_, "late") == "ok"
    assert (messages(), monitors()) == ([], [])


@pytest.mark.process
def test_the_server_dies_while_the_request_is_copied() -> None:
    """A request whose copying kills the server: the caller exits as with any server that is not there."""

    class Deadly:
        def __deepcopy__(self, memo: Any) -> Any:
            Process.exit(pid, "kill")
            return self

    pid = ok(S.start(0))
    assert caught(lambda: GenServer.call(pid, Deadly()))[1][0] == "noproc"
    assert (messages(), monitors()) == ([], [])


@pytest.mark.process
def test_a_request_that_cannot_be_sent_leaves_nothing() -> None:
    """An error while the request is copied is the caller's, and no monitor stays."""
    pid = ok(S.start(0))
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RecursionError):
        GenServer.call(pid, deep)
    assert (monitors(), watched_by(pid)) == ([], [])
    assert GenServer.call(pid, "get") == 0
    while deep:  # taken apart by hand: not every Python frees so deep a list without recursion
        deep = deep.pop()


@pytest.mark.process
@pytest.mark.parametrize(("who", "seen"), [("caller", ["send", "receive"]), ("server", ["receive", "send"])])
def test_a_call_is_traced_on_either_side(who: str, seen: list[str]) -> None:
    """A tracer is told of the request and of the reply, as they leave the one and come to the other."""
    pid, me = ok(S.start(0)), self()

    def collect() -> None:
        trace(me if who == "caller" else pid, True, ["send", "receive"])
        send(me, "tracing")
        events = [receive(("trace", ..., ..., tuple), ("trace", ..., ..., tuple, ...))[2] for _ in range(2)]
        trace(me if who == "caller" else pid, False, ["all"])
        send(me, ("events", events))

    spawn(collect)
    receive("tracing", after=SOON)
    assert GenServer.call(pid, "get") == 0
    assert receive(("events", ...), after=SOON)[1] == seen
    assert (messages(), monitors()) == ([], [])


@pytest.mark.process
def test_a_server_under_debug_answers_the_same() -> None:
    """`Sys.trace` and `Sys.statistics` change nothing for who calls."""
    pid = ok(S.start(0))
    Sys.statistics(pid, True)
    assert GenServer.call(pid, "get") == 0
    assert dict(Sys.statistics(pid, "get")[1])["messages_in"] == 1


@in_process
def test_a_greenlet_of_a_library_may_call() -> None:
    """A call in a greenlet goes on there when the reply comes, and the greenlet's caller after that."""
    pid = ok(S.start(0))
    log: list[Any] = []
    inner = greenlet.greenlet(lambda: log.append(GenServer.call(pid, during(lambda: Process.sleep(5)))))
    inner.switch()
    assert (log, inner.dead, monitors()) == (["done"], True, [])


@pytest.mark.process
def test_who_is_killed_in_a_call_is_watching_nobody() -> None:
    """The monitor goes with the caller, also when the caller is killed while it waits."""
    pid, me = ok(S.start(0)), self()
    caller = spawn(GenServer.call, pid, ("run", lambda from_, state: (send(me, "called"), ("noreply", state))[1]))
    receive("called", after=SOON)
    assert watched_by(pid) == [caller]
    Process.exit(caller, "kill")
    until(lambda: watched_by(pid) == [])


class Echo(GenServer):
    """A server that replies with what it is asked; a function is called for the reply."""

    @staticmethod
    def init(arg: Any) -> Any:
        return ("ok", arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        return ("reply", request() if callable(request) else request, state)


class SlowToCopy:
    """Four tenths of a second go by until it is copied."""

    def __init__(self, copy: Any = None) -> None:
        self.copy = copy

    def __deepcopy__(self, memo: Any) -> Any:
        Process.sleep(400)
        return self.copy


def nap() -> str:
    Process.sleep(10)
    return "rested"


@pytest.mark.process
def test_the_time_limit_begins_when_the_request_is_sent() -> None:
    """How long the request takes to be copied is not counted."""
    assert GenServer.call(ok(GenServer.start(Echo, None)), SlowToCopy(nap), 300) == "rested"


@pytest.mark.process
def test_a_limit_of_nothing_waits_for_nobody() -> None:
    """A call with timeout 0 exits at once, however quick the server is; it has got the request."""
    pid, me = ok(GenServer.start(Echo, None)), self()
    assert caught(lambda: GenServer.call(pid, lambda: send(me, "asked"), 0))[1][0] == "timeout"
    assert messages() == ["asked"]


@pytest.mark.process
def test_a_reply_that_is_late_because_it_takes_long_to_copy_vanishes() -> None:
    """It does not arrive after the time limit, though the server began to reply before."""
    pid = ok(GenServer.start(Echo, None))
    assert caught(lambda: GenServer.call(pid, SlowToCopy, 50))[1][0] == "timeout"
    assert messages(500) == []


def test_a_call_at_the_recursion_limit_leaves_nothing_in_the_mailbox() -> None:
    """It raises RecursionError, before or after the request went out; a reply that nobody took is not left behind."""
    ended = program(
        """
        from pyex import *

        class Noisy(GenServer):
            def init(_):
                return ("ok", None)
            def handle_call(request, from_, state):
                send(from_[0], "noise")
                return ("reply", request, state)

        def deep(levels, call, *args):
            return deep(levels - 1, call, *args) if levels else call(*args)

        def main():
            server = ok(GenServer.start(Noisy, None))
            levels = replied = failed = 0
            try:
                while True:
                    deep(levels, int)
                    levels += 1
            except RecursionError:
                pass
            for depth in range(levels - 40, levels):
                try:
                    assert deep(depth, GenServer.call, server, "x", "infinity") == "x"
                    replied += 1
                except RecursionError:
                    failed += 1
                while (message := receive(after=5, default=None)) is not None:
                    assert message == "noise", message
            assert replied and failed, (replied, failed)
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]
