"""Tracing: a process is told what others do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from in_process import idle, in_process, messages
from program import PATIENCE_MS

import pyex
from pyex import ArgumentError, Pid, Process, receive, self, send, spawn, spawn_link, spawn_monitor, trace
from pyex.scheduler import scheduler
from pyex.trace import end_observation, observe
from pyex.trace import observed as observed_by


def told_of(pid: Pid, quiet: int = 50) -> list[Any]:
    """What the caller has been told of a process, without "trace" and its pid."""
    return [event[2:] for event in messages(quiet) if event[:2] == ("trace", pid)]


def waiting_for_go(work: Callable[[], Any]) -> Pid:
    """A process that does something once it is sent "go"."""

    def wait_and_work() -> None:
        receive("go")
        work()

    return spawn(wait_and_work)


@in_process
def test_a_message_is_traced_when_it_is_sent() -> None:
    """The tracer is told what a process sends, and to whom: the pid or the name that it wrote."""
    me, other = self(), idle()
    Process.register(other, "other")
    pid = waiting_for_go(lambda: (send(other, ["x"]), send("other", 1)))
    assert trace(pid, True, ["send"]) == 1
    send(pid, "go")
    assert told_of(pid) == [("send", ["x"], other), ("send", 1, "other")]
    assert me == self()


@in_process
def test_a_message_to_the_dead_is_traced_as_such() -> None:
    """A send that reaches nobody says so."""
    gone, reference = spawn_monitor(int)
    receive(("DOWN", reference, ..., ..., ...))
    pid = waiting_for_go(lambda: send(gone, "hello"))
    trace(pid, True, ["send"])
    send(pid, "go")
    assert told_of(pid) == [("send_to_non_existing_process", "hello", gone)]


@in_process
def test_a_message_is_traced_when_it_arrives() -> None:
    """The tracer hears of a message as it is put into the mailbox, whether it is taken out or not."""
    pid = idle()
    trace(pid, True, ["receive"])
    send(pid, "one")
    Process.send_after(pid, "two", 0)
    assert told_of(pid) == [("receive", "one"), ("receive", "two")]


@in_process
def test_what_is_traced_is_a_copy() -> None:
    """The tracer's message shares nothing with that of the receiver."""
    taken: list[Any] = ["x"]
    pid = waiting_for_go(lambda: send(self(), taken))
    trace(pid, True, ["send"])
    send(pid, "go")
    ((_, _, _, message, _),) = messages()
    assert message == taken and message is not taken


@in_process
def test_the_life_of_a_process_is_traced() -> None:
    """Links, names, spawns and the end are told in their order."""
    children: list[Pid] = []
    me = self()

    def work() -> None:
        Process.register(self(), "worker")
        child = spawn_link(Process.sleep, "infinity")
        send(me, ("child", child))
        Process.unlink(child)
        raise SystemExit("done")

    pid = waiting_for_go(work)
    trace(pid, True, "procs")
    send(pid, "go")
    children.append(receive(("child", ...), after=PATIENCE_MS)[1])
    assert told_of(pid) == [
        ("register", "worker"),
        ("spawn", children[0], ("pyex.process", "Process.sleep", 1)),
        ("link", children[0]),
        ("unlink", children[0]),
        ("exit", ("system_exit", "done")),
        ("unregister", "worker"),
    ]


@in_process
def test_the_other_end_of_a_link_is_traced() -> None:
    """A process that is linked and unlinked by others is told of by "getting_linked" and "getting_unlinked"."""
    pid = idle()
    trace(pid, True, "procs")
    Process.link(pid)
    Process.link(pid)
    Process.unlink(pid)
    assert told_of(pid) == [("getting_linked", self()), ("getting_unlinked", self())]


@in_process
def test_children_are_traced_with_set_on_spawn() -> None:
    """With "set_on_spawn" what a traced process spawns is traced likewise, from its first moment."""
    pid = waiting_for_go(lambda: spawn(int))
    trace(pid, True, ["procs", "set_on_spawn"])
    send(pid, "go")
    told = messages()
    child = next(event[3] for event in told if event[2] == "spawn")
    assert [event[2:] for event in told if event[1] == child] == [
        ("spawned", pid, ("builtins", "int", 0)),
        ("exit", "normal"),
    ]


@in_process
def test_new_processes_are_traced() -> None:
    """With "new" each process that is spawned from then on is traced, until that is ended."""
    assert trace("new", True, "procs") == 0
    pid = spawn(int)
    assert told_of(pid) == [("spawned", self(), ("builtins", "int", 0)), ("exit", "normal")]
    trace("new", False, "procs")
    spawn(int)
    assert messages() == []


@in_process
def test_tracing_all_spares_the_tracer() -> None:
    """ "all" are all but the one who is told."""
    pids = [idle(), idle()]
    assert trace("all", True, ["send", "receive"]) >= 2
    send(self(), "for me")
    assert messages() == ["for me"]
    for pid in pids:
        send(pid, "hello")
        assert told_of(pid) == [("receive", "hello")]


@in_process
def test_tracing_ends_when_it_is_ended() -> None:
    """After trace(pid, False, ...) nothing more is told; flags that are left go on."""
    pid = idle()
    trace(pid, True, ["receive", "procs"])
    trace(pid, False, ["receive"])
    send(pid, "hello")
    Process.exit(pid, "stop")
    assert told_of(pid) == [("exit", "stop")]


@in_process
def test_tracing_ends_with_the_tracer() -> None:
    """When the tracer has died the traced go on, and another may trace them."""
    pid = idle()
    tracer, reference = spawn_monitor(lambda: trace(pid, True, ["receive"]))
    receive(("DOWN", reference, ..., ..., ...))
    send(pid, "unheard")
    assert trace(pid, True, ["receive"]) == 1
    send(pid, "heard")
    assert told_of(pid) == [("receive", "heard")]
    assert not Process.alive(tracer)


@in_process
def test_another_process_can_be_told() -> None:
    """With ("tracer", pid) that process has the messages."""
    me, pid = self(), idle()

    def forward() -> None:
        send(me, ("forwarded", receive()))

    trace(pid, True, ["receive", ("tracer", spawn(forward))])
    send(pid, "hello")
    assert receive(after=PATIENCE_MS) == ("forwarded", ("trace", pid, "receive", "hello"))


@in_process
def test_one_process_has_one_tracer() -> None:
    """A second tracer is refused, and so is tracing oneself or the dead."""
    pid = idle()
    trace(pid, True, ["send"])
    other, reference = spawn_monitor(lambda: trace(pid, True, ["send"]))
    reason = receive(("DOWN", reference, ..., ..., ...))[4]
    assert isinstance(reason[0], ArgumentError)
    for wrong in (self(), other):
        with pytest.raises(ArgumentError, match="tracer itself"):
            trace(wrong, True, ["send"])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((42, True, ["send"]), "1st argument: not a pid: 42"),
        (("some", True, ["send"]), "1st argument: not a pid: 'some'"),
        (("all", "yes", ["send"]), "2nd argument: not a bool: 'yes'"),
        (("all", True, ["sends"]), "3rd argument: invalid flag: 'sends'; known are "),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[Any, ...], problem: str) -> None:
    """Wrong arguments are refused in Erlang's words, with what to write instead."""

    @in_process
    def main() -> None:
        with pytest.raises(ArgumentError) as caught:
            trace(*arguments)
        assert problem in str(caught.value)

    main()


@in_process
def test_the_tracer_of_a_receiver_has_a_message_of_its_own() -> None:
    """What the tracer does to a message that it is told of does not reach the receiver."""
    me = self()
    pid = spawn(lambda: (receive("go"), send(me, ("has", receive()))))
    trace(pid, True, ["receive"])
    send(pid, [1])
    told = receive(("trace", pid, "receive", ...), after=PATIENCE_MS)[3]
    told.append(2)
    trace(pid, False, ["receive"])
    send(pid, "go")
    assert receive(("has", ...), after=PATIENCE_MS) == ("has", [1])


# Observers, which are no processes


def observed(pid: Pid) -> deque[Any]:
    """The queue of a new observer of this process."""
    queue: deque[Any] = deque()
    assert pid.block is not None
    observe(pid.block, queue)
    return queue


@in_process
def test_an_observer_sees_what_a_process_does_and_what_comes_of_it() -> None:
    """Its queue is told, and no mailbox; for what the process spawns, too."""
    pid = waiting_for_go(lambda: spawn(pyex.exit, "boom"))
    queue = observed(pid)
    send(pid, "go")
    assert messages() == []
    child = next(event[2] for event in queue if event[1] == "spawn")
    assert (pid, "receive", "go") in queue
    assert (child, "exit", "boom") in queue


@in_process
def test_observers_and_a_tracer_do_not_hear_of_each_other() -> None:
    """Each is told as if it were alone, whoever came first, and ends alone."""
    pid = idle()
    first = observed(pid)
    trace(pid, True, ["receive"])
    second = observed(pid)
    send(pid, "all hear it")
    trace(pid, False, ["receive"])
    send(pid, "both hear it")
    end_observation(first)
    send(pid, "one hears it")
    both = [(pid, "receive", "all hear it"), (pid, "receive", "both hear it")]
    assert [*first] == both
    assert [*second] == [*both, (pid, "receive", "one hears it")]
    assert told_of(pid) == [("receive", "all hear it")]


@in_process
def test_who_is_observed_may_trace_others_and_is_seen_to_be_told() -> None:
    """A tracer cannot be traced; it can be observed, and its news are what it receives."""
    other, queue = idle(), observed(self())
    assert trace(other, True, ["receive"]) == 1
    send(other, "hello")
    news = ("trace", other, "receive", "hello")
    assert receive() == news
    assert (self(), "receive", news) in queue


@in_process
def test_an_observer_stays_when_the_tracer_dies() -> None:
    """The one process that was told is gone; the other is told on."""
    pid, tracer = idle(), idle()
    queue = observed(pid)
    trace(pid, True, ["receive", ("tracer", tracer)])
    Process.exit(tracer, "kill")
    for number in range(3):
        send(pid, number)
    assert [event[2] for event in queue] == [0, 1, 2]
    assert trace(pid, True, ["send"]) == 1


@in_process
def test_new_processes_have_the_tracer_for_all_and_their_parents_observers() -> None:
    """A parent without a tracer of its own hands its observers on to a child that is traced as new."""
    pid = waiting_for_go(lambda: spawn(pyex.exit, "boom"))
    queue = observed(pid)
    trace("new", True, ["procs"])
    send(pid, "go")
    told = [event for event in messages() if event[2] == "exit"]
    trace("new", False, ["procs"])
    [(_, child, _, reason)] = told
    assert reason == "boom"
    assert (child, "exit", "boom") in queue


@in_process
def test_nothing_is_left_of_an_observer_that_ends() -> None:
    """Who is not observed any more is as quick as before."""
    pid = idle()
    queue = observed(pid)
    end_observation(queue)
    assert pid.block is not None
    assert (pid.block.tracer, pid.block.special) == (None, False)


@in_process
def test_observation_ends_for_one_alone() -> None:
    """Others go on to be observed by the same queue, and it is known who they are."""
    one, other = idle(), idle()
    queue = observed(one)
    assert other.block is not None and one.block is not None
    observe(other.block, queue)
    assert observed_by(queue) == [one.block, other.block]
    end_observation(queue, [one.block])
    send(one, "unseen")
    send(other, "seen")
    assert observed_by(queue) == [other.block]
    assert [*queue] == [(other, "receive", "seen")]


@in_process
def test_observation_may_be_ended_from_any_thread() -> None:
    """The hub does it, and the processes go on as before."""
    pid = idle()
    queue = observed(pid)
    scheduler.post(end_observation, queue)
    assert Process.sleep(1) == "ok"
    assert pid.block is not None and pid.block.tracer is None
