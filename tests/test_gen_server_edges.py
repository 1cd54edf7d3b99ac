"""GenServer at its edges: bad arguments, requests that cannot be sent, servers that end while being stopped."""

from __future__ import annotations

import gc
import logging
import types
from typing import Any

import pytest
from in_process import caught, dead, ends, ends_after, messages, trap, until
from steered_server import Bare, S, raises

from pyex import ArgumentError, ErlangError, Process, exit, make_ref, node, ok, receive, self, send, spawn
from pyex.errors import NotRunning
from pyex.otp.gen_server import GenServer
from pyex.otp.registry import Registry
from pyex.otp.sys_messages import Sys

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000


def told() -> Any:
    """A server that tells the test of its messages and of its end."""
    return ok(S.start({"to": self()}))


def count_one(_: Any, s: int) -> Any:
    return ("reply", "counted", s + 1)


def busy(s: Any) -> Any:
    """A callback that waits until it is told to go on."""
    receive("go")
    return ("noreply", s)


# Bad arguments.


@pytest.mark.process
@pytest.mark.parametrize("timeout", [-1, 1.5, True, "soon", None, 2**32])
def test_a_bad_timeout_of_a_call_is_refused_before_anything_is_sent(timeout: Any) -> None:
    """The server does not get the request, and nothing stays with the caller: no monitor, no late reply."""
    pid = ok(S.start(0))
    with pytest.raises((ErlangError, ArgumentError)):
        GenServer.call(pid, ("run", count_one), timeout)
    with pytest.raises((ErlangError, ArgumentError)):
        GenServer.call("nobody_here", "hi", timeout)
    assert GenServer.call(pid, "get") == 0
    assert (Process.info(self(), "monitors")[1], messages()) == ([], [])


@pytest.mark.process
@pytest.mark.parametrize("timeout", [-1, "soon", None])
def test_a_bad_timeout_of_stop_leaves_the_server_alone(timeout: Any) -> None:
    """It is not stopped, and the caller finds no message of it."""
    pid = ok(S.start(0))
    with pytest.raises((ErlangError, ArgumentError)):
        GenServer.stop(pid, "normal", timeout)
    with pytest.raises((ErlangError, ArgumentError)):
        Sys.suspend(pid, timeout)
    assert GenServer.call(pid, "get") == 0
    assert (Process.info(self(), "monitors")[1], messages()) == ([], [])


def nested(levels: int) -> list[Any]:
    """A list in a list in a list …, too deep to be copied."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.process
def test_a_request_that_cannot_be_sent_leaves_no_monitor() -> None:
    """Neither one with a bare self nor one that is nested too deeply."""
    pid = ok(S.start(0))
    with pytest.raises(ArgumentError, match="write self"):
        GenServer.call(pid, ("hello", self))
    with pytest.raises(RecursionError):
        GenServer.call(pid, nested(5000))
    assert (Process.info(self(), "monitors")[1], GenServer.call(pid, "get")) == ([], 0)


@pytest.mark.process
def test_a_cast_by_way_of_a_registry_that_is_not_there() -> None:
    """It is "ok" as every cast (GS-40); a call raises what the registry does."""
    name = ("via", Registry, ("no_such_registry", "key"))
    assert GenServer.cast(name, "hi") == "ok"
    with pytest.raises(ArgumentError, match="unknown registry"):
        GenServer.call(name, "hi")


@pytest.mark.process
def test_a_reply_to_nobody_is_ok() -> None:
    """Also to a name that nobody has, as in gen:reply/2."""
    for to in (dead(), "nobody_here"):
        assert GenServer.reply((to, make_ref()), "late") == "ok"


def test_stop_outside_of_the_runtime() -> None:
    """It says so, as call does, and does not end the program."""
    with pytest.raises(NotRunning):
        GenServer.stop("anybody")


@pytest.mark.process
def test_a_name_that_cannot_be_one() -> None:
    """It is refused in the caller."""
    for name in ("", "undefined", ("via", "registry", 1)):
        with pytest.raises(ArgumentError):
            S.start(0, name=name)


@pytest.mark.process
def test_the_nodes_come_first() -> None:
    """In abcast/3 and multi_call/3 and /4, as in Elixir."""
    ok(S.start(7, name="everywhere"))
    assert GenServer.abcast([node()], "everywhere", ("run", lambda s: ("noreply", s + 1))) == "abcast"
    assert GenServer.multi_call([node()], "everywhere", "get") == ([(node(), 8)], [])
    assert GenServer.multi_call([node(), "a@b"], "everywhere", "get", 100) == ([(node(), 8)], ["a@b"])


# Replies.


@pytest.mark.process
def test_replies_beside_the_first_are_in_the_mailbox() -> None:
    """Those that were given before the caller went on, as in OTP; one that comes later vanishes."""
    pid = ok(S.start(0))
    thrice = ("run", lambda from_, s: (GenServer.reply(from_, 1), GenServer.reply(from_, 2), ("reply", 3, s))[2])
    assert GenServer.call(pid, thrice) == 1
    assert [value for _, value in messages()] == [2, 3]

    def late(from_: Any, s: Any) -> Any:
        GenServer.reply(from_, 1)
        receive("go")
        return ("reply", 2, s)

    assert GenServer.call(pid, ("run", late)) == 1
    send(pid, "go")
    assert GenServer.call(pid, "get") == 0
    assert messages() == []


@pytest.mark.process
def test_a_reply_that_cannot_be_sent_is_an_error_of_the_callback() -> None:
    """terminate is called, and the caller exits with the error."""
    pid = told()
    _, ((error, _), _) = caught(lambda: GenServer.call(pid, ("run", lambda _, s: ("reply", self, s))))
    assert "write self()" in str(error)
    [(word, (told_error, _))] = messages()
    assert (word, str(told_error)) == ("terminate", str(error))


# Results of callbacks.


@pytest.mark.process
def test_a_list_is_no_result() -> None:
    """A tuple is meant: OTP's lists are no tuples either."""
    assert S.start(lambda: ["ok", 0]) == ("error", ("bad_return_value", ["ok", 0]))
    pid = ok(S.start(0))
    assert ends_after(pid, lambda: GenServer.cast(pid, ("run", lambda s: ["noreply", s]))) == (
        "bad_return_value",
        ["noreply", 0],
    )
    pid = ok(S.start(0))
    result = ends_after(pid, lambda: GenServer.cast(pid, ("run", lambda s: ("noreply", s, ["continue", 1]))))
    assert result == ("bad_return_value", ("noreply", 0, ["continue", 1]))


def plain_module() -> Any:
    """A Python module that has only init."""
    module = types.ModuleType("plain")
    exec("def init(state): return ('ok', state)", vars(module))
    return module


@pytest.mark.process
def test_callbacks_that_a_module_lacks() -> None:
    """They are undefined functions; only handle_info may be left out."""
    pid = ok(GenServer.start(plain_module(), 0))
    _, ((why, stack), _) = caught(lambda: GenServer.call(pid, "hi"))
    assert (why, stack[0][:2]) == ("undef", ("plain", "handle_call"))
    pid = ok(GenServer.start(plain_module(), 0))
    why, stack = ends_after(pid, lambda: GenServer.cast(pid, "hi"))
    assert (why, stack[0][:3]) == ("undef", ("plain", "handle_cast", ["hi", 0]))
    pid = ok(GenServer.start(plain_module(), 0))
    assert ends_after(pid, lambda: send(pid, "hi")) == "alive"


@pytest.mark.process
def test_a_missing_handle_continue_is_an_undefined_function() -> None:
    """`use GenServer` has no default for it: ("undef", …), unlike handle_call and handle_cast."""

    class Continues(GenServer):
        @staticmethod
        def init(state: Any) -> Any:
            return ("ok", state, ("continue", "x"))

    trap()
    ok(GenServer.start_link(Continues, 0))
    why, stack = receive(("EXIT", ..., ...), after=SOON)[2]
    assert (why, stack[0][1:3]) == ("undef", ("handle_continue", ["x", 0]))


# Values that misbehave.


class Unequal:
    """It cannot be compared, like an array of several numbers."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("no truth in it")

    __hash__ = object.__hash__


class Unshowable:
    """Its repr fails."""

    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.mark.process
@pytest.mark.parametrize("length", [1, 3])
def test_a_message_whose_first_item_cannot_be_compared(length: int) -> None:
    """It goes to handle_info as every message."""
    caller = self()

    class Takes(GenServer):
        @staticmethod
        def handle_info(message: Any, state: Any) -> Any:
            send(caller, len(message))
            return ("noreply", state)

    pid = ok(GenServer.start(Takes, 0))
    send(pid, (Unequal(), 1, 2)[:length])
    assert receive(after=SOON) == length


@pytest.mark.process
def test_values_that_cannot_be_shown_change_nothing() -> None:
    """A server ends for its own reason, also where the report cannot show it; and a stray message ends none."""
    pid = ok(S.start(0))
    assert ends_after(pid, lambda: GenServer.cast(pid, ("run", lambda _: Unshowable())))[0] == "bad_return_value"
    pid = ok(S.start(0))
    stop = ("run", lambda s: ("stop", Unshowable(), s))
    assert isinstance(ends_after(pid, lambda: GenServer.cast(pid, stop)), Unshowable)
    pid = ok(S.start(Unshowable()))
    assert ends_after(pid, lambda: GenServer.cast(pid, "no such case"))[0] == "function_clause"
    pid = ok(GenServer.start(Bare, 0))
    assert ends_after(pid, lambda: send(pid, Unshowable())) == "alive"
    Sys.trace(pid, True)
    assert ends_after(pid, lambda: send(pid, Unshowable())) == "alive"


@pytest.mark.process
def test_to_look_at_a_state_never_ends_the_server() -> None:
    """Where it cannot be copied, for it is nested too deeply, the one who looks is told."""
    pid = ok(S.start(lambda: ("ok", nested(5000))))
    for look in (Sys.get_state, Sys.get_status):
        with pytest.raises(ErlangError, match="RecursionError"):
            look(pid)
    with pytest.raises(ErlangError):
        Sys.replace_state(pid, lambda state: state)
    assert Process.alive(pid)
    assert GenServer.call(pid, ("run", lambda _, s: ("reply", len(s), s))) == 1


@pytest.mark.process
@pytest.mark.parametrize("request_", [(), ("terminate",), ("sing", 1)])
def test_rubbish_for_a_system_message_ends_nobody(request_: Any) -> None:
    """The server says that it does not know it."""
    pid = ok(S.start(0))
    send(pid, ("system", (self(), "tag"), request_))
    assert receive(after=SOON) == ("tag", ("error", ("unknown_system_msg", request_)))


# Stopping.


@pytest.mark.process
def test_stop_of_a_server_that_is_killed_meanwhile() -> None:
    """The exit tells that it has never got to the order: (reason, (Sys, "terminate", …))."""
    pid = ok(S.start(0))
    GenServer.cast(pid, ("run", busy))
    spawn(lambda: (Process.sleep(20), Process.exit(pid, "kill")))
    _, ((why, (module, function, args)), (_, stop, _)) = caught(lambda: GenServer.stop(pid))
    assert (why, module, function, args, stop) == ("killed", Sys, "terminate", [pid, "normal", "infinity"], "stop")


@pytest.mark.process
def test_two_that_stop_one_server() -> None:
    """The first has stopped it; the other exits, for the server ended before it got to its order."""
    pid, caller = ok(S.start(0)), self()
    GenServer.cast(pid, ("run", busy))

    def stop(who: int) -> None:
        send(caller, (who, caught(lambda: GenServer.stop(pid))))

    for who in (1, 2):
        spawn(stop, who)
        until(lambda who=who: Process.info(pid, "message_queue_len")[1] >= who)  # type: ignore[misc]
    send(pid, "go")
    results = dict([receive(tuple, after=SOON), receive(tuple, after=SOON)])
    assert results[1] == ("value", "ok")
    kind, ((why, (_, function, _)), _) = results[2]
    assert (kind, why, function) == ("exit", "normal", "terminate")


@pytest.mark.process
def test_stop_of_a_process_that_is_no_server() -> None:
    """That it ended for the same reason does not make it stopped."""
    pid = spawn(Process.sleep, 30)
    kind, ((why, _), _) = caught(lambda: GenServer.stop(pid))
    assert (kind, why) == ("exit", "normal")


class EndsAs(GenServer):
    """A server whose state is what terminate does."""

    @staticmethod
    def terminate(reason: Any, state: Any) -> None:
        state()


@pytest.mark.process
def test_sys_terminate_does_not_wait() -> None:
    """It returns "ok" when the server has got the order, whatever becomes of terminate."""
    pid = ok(GenServer.start(EndsAs, lambda: receive("go")))
    assert (Sys.terminate(pid, "shutdown"), Process.alive(pid)) == ("ok", True)
    assert ends_after(pid, lambda: send(pid, "go")) == "shutdown"
    pid = ok(GenServer.start(EndsAs, raises(RuntimeError("in terminate"))))
    assert Sys.terminate(pid, "shutdown") == "ok"


@pytest.mark.process
def test_what_replace_state_says_of_a_failure() -> None:
    """The words of OTP: ("callback_failed", ("gen_server", "system_replace_state"), (class, reason))."""
    pid = ok(S.start(1))
    for function, failure in ((raises(RuntimeError("x")), "error"), (lambda _: exit("q"), "exit")):
        with pytest.raises(ErlangError) as caught_error:
            Sys.replace_state(pid, function)
        why, where, (kind, _) = caught_error.value.reason  # type: ignore[misc]
        assert (why, where, kind) == ("callback_failed", ("gen_server", "system_replace_state"), failure)


# Reports.


def reported(caplog: pytest.LogCaptureFixture) -> str:
    messages(30)
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return record.getMessage()


@pytest.mark.process
@pytest.mark.parametrize("reason", ["normal", "shutdown"])
def test_a_terminate_that_exits_is_reported(caplog: pytest.LogCaptureFixture, reason: str) -> None:
    """Also where the reason is a regular one: terminate has not done its work."""
    pid = ok(GenServer.start(EndsAs, lambda: exit(reason)))
    assert ends_after(pid, lambda: caught(lambda: GenServer.stop(pid))) == reason
    assert f"terminating\n** (stop) {reason}\n" in reported(caplog)


@pytest.mark.process
def test_a_server_of_a_registry_is_reported_by_its_key(caplog: pytest.LogCaptureFixture) -> None:
    """Not by the whole ("via", module, term), as in gen:name/1."""
    ok(Registry.start_link(keys="unique", name="shops"))
    pid = ok(S.start(0, name=("via", Registry, ("shops", "main"))))
    GenServer.stop(pid, "boom")
    assert reported(caplog).startswith("GenServer ('shops', 'main') terminating\n")
    assert caplog.records[-1].report["name"] == ("shops", "main")  # type: ignore[attr-defined]


@pytest.mark.process
def test_a_client_with_a_name_is_reported_by_it(caplog: pytest.LogCaptureFixture) -> None:
    """On both lines that speak of it."""
    Process.register(self(), "the_client")
    pid = ok(S.start(0))
    caught(lambda: GenServer.call(pid, ("run", lambda *_: exit("boom"))))
    text = reported(caplog)
    assert "\nLast message (from 'the_client'): " in text
    assert "\nClient 'the_client' is alive\n" in text


class Guarded(GenServer):
    """Its format_status, which is to hide the state, fails."""

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        raise RuntimeError("boom")

    @staticmethod
    def format_status(status: dict[str, Any]) -> Any:
        raise RuntimeError("format_status")


@pytest.mark.process
def test_a_format_status_that_fails_shows_nothing_of_the_state(caplog: pytest.LogCaptureFixture) -> None:
    """It may have been there to hide a password."""
    pid = ok(GenServer.start(Guarded, "password"))
    assert "password" not in repr(Sys.get_status(pid))
    GenServer.cast(pid, "boom")
    text = reported(caplog)
    assert "password" not in text
    assert "State: 'Guarded.format_status/1 crashed'" in text


# Memory.


@pytest.mark.process
def test_an_idle_server_keeps_nothing_of_its_start_and_calls() -> None:
    """No empty tables of monitors: they would be a fifth of its memory."""
    pid = ok(S.start(0))
    fresh = Process.info(pid, "memory")[1]
    GenServer.call(pid, "get")
    gc.collect()
    assert Process.info(pid, "memory")[1] == fresh
    other = ok(S.start(0))
    Process.demonitor(Process.monitor(other))
    assert Process.info(other, "memory")[1] == fresh
    assert fresh < 700
    assert ends(pid) == "alive"
