"""What is reported of a server that ends, and what is not."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from in_process import caught, messages
from steered_server import Bare, S, raises

from pyex import Logger, Process, exit, ok, receive, self, send, spawn
from pyex.otp.gen_server import GenServer

SOON = 2000


def reported(caplog: pytest.LogCaptureFixture) -> str:
    """The one report that was made, with what changes from run to run replaced."""
    messages(30)
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    text = re.sub(r"#PID<[^>]*>", "#PID<_>", record.getMessage())
    return re.sub(r"    \S+\.py:\d+: ", "    FILE: ", text)


def cast_and_report(caplog: pytest.LogCaptureFixture, function: Any, **options: Any) -> str:
    pid = ok(S.start({"n": 0}, **options))
    GenServer.cast(pid, ("run", function))
    text = reported(caplog)
    return re.sub(r"Last message: .*", "Last message: _", text)


@pytest.mark.process
def test_a_cast_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    """Who, what, where, the last message and the state."""
    assert cast_and_report(caplog, raises(RuntimeError("oops"))) == (
        "GenServer #PID<_> terminating\n** (RuntimeError) oops\n    FILE: raises.<locals>.fail\n"
        "    FILE: S.handle_cast\nLast message: _\nState: {'n': 0}"
    )


@pytest.mark.process
def test_a_named_server_is_reported_by_its_name(caplog: pytest.LogCaptureFixture) -> None:
    """A string as it is written, a class as a module is."""
    assert cast_and_report(caplog, raises(RuntimeError("oops")), name="shop").startswith("GenServer 'shop' terminating")
    caplog.clear()
    assert cast_and_report(caplog, raises(RuntimeError("oops")), name=S).startswith("GenServer S terminating")


@pytest.mark.process
def test_a_stop(caplog: pytest.LogCaptureFixture) -> None:
    """There is no stack: nothing was raised."""
    assert cast_and_report(caplog, lambda s: ("stop", "boom", s)) == (
        "GenServer #PID<_> terminating\n** (stop) 'boom'\nLast message: _\nState: {'n': 0}"
    )


@pytest.mark.process
def test_an_exit(caplog: pytest.LogCaptureFixture) -> None:
    """exit(reason) in a callback is shown with its place."""

    def leave(_: Any) -> Any:
        exit("my_reason")

    text = cast_and_report(caplog, leave)
    assert "** (stop) 'my_reason'\n    FILE: test_an_exit.<locals>.leave\n" in text


@pytest.mark.process
def test_a_bad_return_value(caplog: pytest.LogCaptureFixture) -> None:
    """What was returned stands in the report."""
    assert "** (stop) bad return value: 'not a reply'\n" in cast_and_report(caplog, lambda _: "not a reply")


@pytest.mark.process
def test_a_request_without_a_case(caplog: pytest.LogCaptureFixture) -> None:
    """OTP's missing clause, with the arguments; and who has asked, and where that one waits."""
    pid = ok(S.start(0))
    caught(lambda: GenServer.call(pid, "nope"))
    text = reported(caplog)
    assert text.startswith(
        "GenServer #PID<_> terminating\n** (FunctionClauseError) no function clause matching in S.handle_call/3\n"
        "    FILE: S.handle_call('nope', (#PID<_>, ('alias', #Reference<"
    )
    assert "\nLast message (from #PID<_>): 'nope'\nState: 0\n" in text
    assert "\nClient #PID<_> is alive\n\n    pyex.otp.gen_server.call/3\n" in text


@pytest.mark.process
def test_a_client_that_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    """It is reported as dead."""
    pid, caller = ok(S.start(0)), self()

    def slow(from_: Any, _: Any) -> Any:
        send(caller, from_[0])
        receive("go")
        raise RuntimeError("oops")

    spawn(lambda: GenServer.call(pid, ("run", slow)))
    client = receive(after=SOON)
    reference = Process.monitor(client)
    Process.exit(client, "kill")
    receive(("DOWN", reference, ..., ..., ...), after=SOON)
    send(pid, "go")
    assert reported(caplog).endswith("State: 0\nClient #PID<_> is dead")


@pytest.mark.process
def test_a_missing_cast_reads_as_in_elixir(caplog: pytest.LogCaptureFixture) -> None:
    """The article's slip: a cast to a server that has no handle_cast."""
    GenServer.cast(ok(GenServer.start(Bare, 3, name="MyFancyProcess")), "nope")
    assert reported(caplog) == (
        "GenServer 'MyFancyProcess' terminating\n"
        "** (RuntimeError) attempted to cast GenServer 'MyFancyProcess' but no handle_cast/2 clause was provided\n"
        "Last message: ('$gen_cast', 'nope')\nState: 3"
    )


@pytest.mark.process
@pytest.mark.parametrize("reason", ["normal", "shutdown", ("shutdown", 1)])
def test_text_07_a_regular_end_is_not_reported(caplog: pytest.LogCaptureFixture, reason: Any) -> None:
    """What a server was asked for, or decided itself, is no error."""
    GenServer.cast(ok(S.start(0)), ("run", lambda s: ("stop", reason, s)))
    messages(30)
    assert caplog.records == []


@pytest.mark.process
def test_text_07_what_came_from_outside_is_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    """An exit signal, a kill, and an init that fails are told to others, and not to the log."""
    Process.exit(ok(S.start(0)), "boom")
    Process.exit(ok(S.start(0)), "kill")
    S.start(raises(RuntimeError("x")))
    S.start(lambda: ("stop", "x"))
    messages(30)
    assert caplog.records == []


@pytest.mark.process
def test_a_report_is_data_too(caplog: pytest.LogCaptureFixture) -> None:
    """A handler finds at record.report what the text was made of."""
    pid = ok(S.start(0, name="shop"))
    GenServer.cast(pid, ("run", lambda s: ("stop", "boom", s)))
    messages(30)
    report = caplog.records[0].report  # type: ignore[attr-defined]
    assert report["label"] == ("gen_server", "terminate")
    assert (report["name"], report["state"], report["reason"]) == ("shop", 0, "boom")
    assert report["last_message"][0] == "$gen_cast"


class Unshowable:
    """A state whose repr fails."""

    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.mark.process
def test_a_state_that_cannot_be_shown(caplog: pytest.LogCaptureFixture) -> None:
    """The report is made all the same."""
    GenServer.cast(ok(S.start(Unshowable())), ("run", lambda s: ("stop", "boom", s)))
    assert "State: <Unshowable whose repr raises ValueError>" in reported(caplog)


@pytest.mark.process
def test_the_crash_report_is_hidden_unless_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """With SASL's reports on, a second one tells how the process was, as OTP's proc_lib does."""
    Logger.configure(handle_sasl_reports=True)
    pid = ok(S.start(0, name="shop"))
    GenServer.cast(pid, ("run", raises(RuntimeError("oops"))))
    messages(30)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("GenServer 'shop' terminating")
    lines = second.splitlines()
    assert lines[:2] == [f"Process 'shop' ({pid!r}) terminating", "** (RuntimeError) oops"]
    assert [line for line in lines if not line.startswith(" ")][2:-1] == [
        "Initial Call: S.init/1",
        f"Ancestors: [{self()!r}]",
        "Message Queue Length: 0",
        "Messages: []",
        "Links: []",
        "Dictionary: {}",
        "Trapping Exits: False",
        "Status: 'running'",
    ]
    assert caplog.records[1].report["label"] == ("proc_lib", "crash")  # type: ignore[attr-defined]


@pytest.mark.process
def test_an_init_that_fails_has_a_crash_report_alone(caplog: pytest.LogCaptureFixture) -> None:
    """It is told to the one who starts it; the hidden report has it too."""
    Logger.configure(handle_sasl_reports=True)
    S.start(lambda: ("stop", "nope"))
    messages(30)
    [text] = [record.getMessage() for record in caplog.records]
    assert "terminating\n** (exit) 'nope'\nInitial Call: S.init/1" in text


@pytest.mark.process
def test_a_callback_with_self_is_told_that_it_has_none(caplog: pytest.LogCaptureFixture) -> None:
    """A slip of everybody who has written classes before."""

    class Habit(GenServer):
        def handle_cast(self, request: Any, state: Any) -> Any:  # type: ignore[override]
            return ("noreply", state)

    GenServer.cast(ok(GenServer.start(Habit, 0)), "x")
    assert "(it is called with 2 arguments; a callback of a GenServer has no self)" in reported(caplog)


@pytest.mark.process
def test_a_coroutine_function_is_no_callback(caplog: pytest.LogCaptureFixture) -> None:
    """It would not run: the error says so, in init as in the others."""

    class Async(GenServer):
        @staticmethod
        async def handle_cast(request: Any, state: Any) -> Any:
            return ("noreply", state)

    GenServer.cast(ok(GenServer.start(Async, 0)), "x")
    assert "Async.handle_cast is a generator or coroutine function: write a plain one" in reported(caplog)

    class Lazy(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            yield arg

    _, (error, _) = GenServer.start(Lazy, 0)
    assert str(error).endswith("Lazy.init is a generator or coroutine function: write a plain one")
