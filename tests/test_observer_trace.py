"""Tracing in the Observer: what chosen processes do, as data for its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from in_process import idle, in_process, until

import pyex
from pyex import GenServer, Pid, Process, Task, receive, self, send, spawn
from pyex.observer import recording
from pyex.observer.action import perform
from pyex.observer.recording import tracing
from pyex.observer.view import read

Event = dict[str, Any]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No trace is left to the next test."""
    yield
    tracing.end()


class Counter(GenServer):
    def init(number: int) -> Any:
        return "ok", number

    def handle_call(request: Any, caller: Any, number: int) -> Any:
        return "reply", number, number + 1

    def handle_cast(request: Any, number: int) -> Any:
        return "noreply", number


def text(pid: Pid) -> str:
    return repr(pid).removeprefix("#PID<").removesuffix(">")


def traced(*pids: Pid) -> None:
    assert "traced" in perform("trace", {"pids": [text(pid) for pid in pids], "on": True})["ok"]


def events(after: int = 0) -> list[Event]:
    return list(read(f"trace?after={after}")["events"])


def when(holds: Callable[[list[Event]], object]) -> list[Event]:
    """The events, when they are such."""
    until(lambda: holds(events()))
    return events()


def of(kind: str, found: list[Event]) -> list[Event]:
    return [event for event in found if event["kind"] == kind]


@in_process
def test_a_call_is_seen_as_a_request_and_a_reply() -> None:
    """Two arrows, each once, with the word that OTP has for them; the whole message is there for who asks."""
    _, pid = GenServer.start(Counter, 7)
    traced(pid)
    assert GenServer.call(pid, ("next", "one")) == 7
    call, reply = when(lambda found: len(found) == 2)
    assert (call["kind"], call["word"], call["short"]) == ("receive", "call", "('next', 'one')")
    assert (call["pid"], call["other"]) == (text(pid), text(self()))
    assert (reply["kind"], reply["word"], reply["short"], reply["other"]) == ("send", "reply", "7", text(self()))
    assert "$gen_call" in call["what"] and "('next', 'one')" in call["what"]
    assert read("trace")["labels"][text(pid)] == "Counter"


@in_process
def test_a_message_is_one_event_also_when_its_receiver_is_traced_later() -> None:
    """What was sent to somebody who was not traced yet does not confuse what is sent to him afterwards."""
    _, server = GenServer.start(Counter, 0)
    traced(server)
    GenServer.call(server, "first")
    when(lambda found: len(found) == 2)
    traced(self())
    GenServer.call(server, "second")
    found = when(lambda found: [event["word"] for event in found].count("reply") >= 2)
    assert [event["word"] for event in found if event["word"] in ("call", "reply")] == ["call", "reply"] * 2


@in_process
def test_the_answer_of_a_task_goes_to_who_has_started_it() -> None:
    """It is one arrow to the owner, though the alias that it went through is gone when it is read."""

    def owner() -> None:
        receive("go")
        Task.await_(Task.async_(lambda: 42))

    pid = spawn(owner)
    traced(pid)
    send(pid, "go")
    found = when(lambda found: [e for e in of("exit", found) if e["pid"] == text(pid)])
    assert [event["other"] for event in of("send", found) if ", 42)" in event["what"]] == [text(pid)]
    assert not [event for event in of("receive", found) if ", 42)" in event["what"]]


@in_process
def test_what_a_traced_process_spawns_is_traced_too() -> None:
    """Spawn, register, link, a message to nobody, and the end, in their order; the dead keep their names."""

    def child() -> None:
        Process.register(self(), "the_child")
        dead = Process.spawn(lambda: None, ["link"])
        until(lambda: not Process.alive(dead))
        send(dead, "are you there?")
        pyex.exit("boom")

    def parent() -> None:
        receive("go")
        spawn(child)

    pid = spawn(parent)
    traced(pid)
    send(pid, "go")
    found = when(lambda found: any(event["kind"] == "exit" and event["short"] == "'boom'" for event in found))
    the_child = of("spawn", found)[0]["other"]
    mine = [event["kind"] for event in found if event["pid"] == the_child]
    assert mine[0] == "register" and mine[-1] == "exit"
    assert {"spawn", "link", "lost"} < set(mine)
    assert of("lost", found)[0]["short"] == "'are you there?'"
    assert read("trace")["labels"][the_child] == "the_child"
    assert read("trace")["tracing"] == []


@in_process
def test_a_process_that_is_not_traced_and_ends_is_known_to_be_gone() -> None:
    """It takes part by a message that it was sent; no event tells of its end."""
    other, pid = idle(), spawn(lambda: send(receive(), "hello"))
    traced(pid)
    send(pid, other)
    when(lambda found: "exit" in [event["kind"] for event in found])
    assert text(other) not in read("trace")["gone"]
    Process.exit(other, "kill")
    until(lambda: read("trace")["gone"] == [text(other)])


@in_process
def test_events_have_numbers_that_count_up_and_a_time() -> None:
    """Who asks after a number is told of what came since."""
    pid = idle()
    traced(pid)
    send(pid, "one")
    send(pid, "two")
    first, second = when(lambda found: len(found) == 2)
    assert events(first["seq"]) == [second]
    assert read("trace")["last"] == second["seq"] == first["seq"] + 1
    assert 0 <= read("trace")["at"] - second["at"] < 30_000


@in_process
def test_tracing_ends_for_one_and_for_all() -> None:
    """What was seen stays until it is cleared, and numbers go on."""
    one, other = idle(), idle()
    traced(one, other)
    perform("trace", {"pids": [text(one)], "on": False})
    assert [each["pid"] for each in read("trace")["tracing"]] == [text(other)]
    assert not read(f"process/{text(one)}")["traced"] and read(f"process/{text(other)}")["traced"]
    send(one, "unseen")
    send(other, "seen")
    assert [event["short"] for event in when(len)] == ["'seen'"]
    perform("trace_stop", {})
    assert not read("trace")["running"]
    send(other, "unseen")
    perform("trace_clear", {})
    assert events() == [] and read("trace")["last"] == 1


@in_process
def test_a_flood_is_thinned_out_and_what_is_missing_is_counted() -> None:
    """No event is lost without being counted, and where is told, too."""
    pid = spawn(lambda: [receive() for _ in range(20_001)])
    traced(pid)
    for number in range(20_000):
        send(pid, number)
    until(lambda: read("trace")["left_out"] + read("trace")["last"] >= 20_000)
    send(pid, "the end")
    until(
        lambda: tracing._trace is not None and not tracing._trace.queue and "exit" in [e["kind"] for e in all_events()]
    )
    data, found = read("trace"), all_events()
    assert data["left_out"] + data["last"] == 20_002
    assert data["last"] < 3000
    assert data["left_out"] == sum(event["left_out"] for event in found)


def all_events() -> list[Event]:
    found: list[Event] = []
    while more := events(found[-1]["seq"] if found else 0):
        found += more
    return found


@in_process
def test_hostile_messages_are_text_and_cut() -> None:
    """Megabytes, control characters, and an `__eq__` and a `__repr__` that never end hold up nobody."""

    class Endless:
        def __eq__(self, other: object) -> bool:
            while True:
                pass

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            while True:
                pass

    pid = idle()
    traced(pid)
    send(pid, "x" * 1_000_000)
    send(pid, "\x1b[31m<script>")
    send(pid, Endless())
    send(pid, (Endless(), Endless()))
    found = when(lambda found: len(found) == 4)
    assert len(found[0]["what"]) <= 2000 and len(found[0]["short"]) <= 80
    assert "\x1b" not in found[1]["short"] + found[1]["what"] and "<script>" in found[1]["short"]
    assert "too long" in found[2]["short"]


@in_process
def test_nothing_is_traced_any_more_when_the_observer_is_closed() -> None:
    """Who was traced is as quick as before, and nothing is kept."""
    pid = idle()
    with recording.using():
        traced(pid)
        assert pid.block is not None and pid.block.tracer is not None
    until(lambda: pid.block is not None and pid.block.tracer is None)
    assert not pid.block.special
    data = read("trace")
    assert (data["events"], data["last"], data["running"], data["tracing"]) == ([], 0, False, [])


@in_process
def test_who_kills_the_process_that_reads_ends_no_trace() -> None:
    """Another goes on with what has come meanwhile."""
    pid = idle()
    traced(pid)
    assert tracing._trace is not None and tracing._trace.process is not None
    reader = tracing._trace.process
    Process.exit(reader, "kill")
    until(lambda: not Process.alive(reader))
    send(pid, "seen all the same")
    recording.tick()
    assert [event["short"] for event in when(len)] == ["'seen all the same'"]


@in_process
def test_the_process_that_reads_ends_with_those_that_are_traced() -> None:
    """It costs an idle program nothing."""
    pid = idle()
    traced(pid)
    assert tracing._trace is not None
    reader = tracing._trace.process
    assert reader is not None
    Process.exit(pid, "kill")
    until(lambda: not Process.alive(reader))
    assert [event["short"] for event in of("exit", events())] == [":killed"]


def test_a_trace_of_an_earlier_run_is_forgotten() -> None:
    """Pids of the runtime before say nothing to this one."""

    def trace_something() -> None:
        pid = idle()
        traced(pid)
        send(pid, "before")
        when(len)

    pyex.run(trace_something)
    pyex.run(lambda: tracing.begin())
    assert tracing._trace is None


@in_process
def test_bad_requests_are_refused_in_words() -> None:
    """A dead process, and what is no number."""
    pid = spawn(lambda: None)
    until(lambda: not Process.alive(pid))
    assert "is not alive" in perform("trace", {"pids": [text(pid)], "on": True})["error"]
    with pytest.raises(Exception, match="after is a number"):
        read("trace?after=x")
