"""Tasks under a supervisor of tasks."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, dead, ends, messages, outcome, trap, until

import pyex
from pyex import ArgumentError, Pid, Process, exit, node, ok, receive, self, send
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor
from pyex.otp.task import Task


def boom_on_two(number: int) -> int:
    if number == 2:
        exit("boom")
    return number


def what_it_knows() -> Any:
    return Process.info(self(), "links")[1], Process.get("$callers"), Process.get("$ancestors")


def supervisor(**options: Any) -> Pid:
    pid: Pid = ok(Task.Supervisor.start_link(**options))
    return pid


@pytest.mark.process
def test_task_21_a_crash_without_a_link_does_not_reach_the_caller() -> None:
    """`yield_` tells of it, and `await_` exits."""
    pid = supervisor()

    def caller() -> Any:
        first, second = (Task.Supervisor.async_nolink(pid, exit, reason) for reason in ("boom", "bang"))
        return Task.yield_(first, 1000), caught(lambda: Task.await_(second)), messages()

    how, (first, (kind, (reason, _)), rest) = outcome(caller)
    assert (how, first, kind, reason, rest) == ("returned", ("exit", "boom"), "exit", "bang", [])


@pytest.mark.process
def test_task_21_async_links_the_task_to_the_caller_too() -> None:
    """It has both as links; without a link only the supervisor, which is its ancestor in both cases."""
    pid, me = supervisor(), self()
    links, callers, ancestors = Task.await_(Task.Supervisor.async_(pid, what_it_knows))
    assert (sorted(links, key=repr), callers, ancestors) == (sorted([pid, me], key=repr), [me], [pid, me])
    links, callers, ancestors = Task.await_(Task.Supervisor.async_nolink(pid, what_it_knows))
    assert (links, callers, ancestors) == ([pid], [me], [pid, me])
    assert outcome(lambda: Task.await_(Task.Supervisor.async_(pid, exit, "boom"))) == ("exited", "boom")
    assert Process.alive(pid)


@pytest.mark.process
def test_task_21_a_task_without_a_link_outlives_the_caller() -> None:
    """One with a link does not."""
    pid = supervisor()

    def caller(me: Pid, start: Callable[..., Task]) -> None:
        send(me, start(pid, Process.sleep, "infinity").pid)
        exit("boom")

    pyex.spawn(caller, self(), Task.Supervisor.async_nolink)
    assert ends(receive(Pid)) == "alive"
    pyex.spawn(caller, self(), Task.Supervisor.async_)
    assert ends(receive(Pid)) in ("boom", "noproc")


@pytest.mark.process
def test_task_22_start_child_starts_what_nobody_awaits() -> None:
    """It is a child, linked to the supervisor alone, and temporary: a crash ends it."""
    pid, me = supervisor(), self()
    task = ok(Task.Supervisor.start_child(pid, lambda: (send(me, what_it_knows()), Process.sleep("infinity"))))
    assert receive() == ([pid], [me], [pid, me])
    assert Task.Supervisor.children(pid) == [task]
    Process.exit(task, "kill")
    until(lambda: Task.Supervisor.children(pid) == [])
    assert Process.alive(pid)


@pytest.mark.process
def test_task_22_start_child_may_be_restarted() -> None:
    """A "transient" task is started again, with the same work, when it crashes, and not when it has done it."""
    pid, me = supervisor(), self()
    work = lambda: (send(me, ("started", self())), exit(receive()))  # noqa: E731
    first = ok(Task.Supervisor.start_child(pid, work, restart="transient"))
    assert receive() == ("started", first)
    send(first, "boom")
    _, second = receive(("started", ...))
    assert second != first
    send(second, "normal")
    until(lambda: Task.Supervisor.children(pid) == [])
    assert messages() == []
    third = ok(Task.Supervisor.start_child(pid, work, restart="permanent"))
    assert receive() == ("started", third)
    send(third, "normal")
    assert receive(("started", ...))[1] != third


@pytest.mark.process
def test_task_22_terminate_child_ends_one() -> None:
    """It is told to shut down; one that is not a child is not found."""
    pid = supervisor()
    task = ok(Task.Supervisor.start_child(pid, Process.sleep, "infinity"))
    monitor = Process.monitor(task)
    assert Task.Supervisor.terminate_child(pid, task) == "ok"
    assert receive(("DOWN", monitor, ..., ..., ...))[4] == "shutdown"
    assert Task.Supervisor.terminate_child(pid, task) == ("error", "not_found")
    with pytest.raises(ArgumentError, match="2nd argument: not a pid"):
        Task.Supervisor.terminate_child(pid, "x")  # type: ignore[arg-type]


@pytest.mark.process
def test_task_22_the_end_of_the_supervisor_is_that_of_the_tasks() -> None:
    """With the time that `shutdown` gives them."""
    trap()

    def stubborn(me: Pid) -> None:
        trap()
        send(me, "ready")
        Process.sleep("infinity")

    pid = supervisor()
    patient = Task.Supervisor.async_nolink(pid, Process.sleep, "infinity")
    stopped = Task.Supervisor.async_nolink(pid, stubborn, self(), shutdown=20)
    killed = ok(Task.Supervisor.start_child(pid, stubborn, self(), shutdown="brutal_kill"))
    monitor = Process.monitor(killed)
    assert [receive("ready"), receive("ready")] == ["ready", "ready"]
    Process.exit(pid, "shutdown")
    assert Task.yield_(patient) == ("exit", "shutdown")
    assert Task.yield_(stopped) == ("exit", "killed")
    assert receive(("DOWN", monitor, ..., ..., ...))[4] == "killed"


@pytest.mark.process
def test_task_36_max_children_is_a_limit() -> None:
    """For `start_child` it is a result, for those who want a task an error in Elixir's words."""
    pid = supervisor(max_children=1)
    task = ok(Task.Supervisor.start_child(pid, Process.sleep, "infinity"))
    assert Task.Supervisor.start_child(pid, print) == ("error", "max_children")
    for start in (Task.Supervisor.async_, Task.Supervisor.async_nolink):
        with pytest.raises(RuntimeError, match=r"^reached the maximum number of tasks for this .*start_link$"):
            start(pid, print)
    with pytest.raises(RuntimeError, match=r"^reached the maximum.* make sure to configure max_concurrency "):
        list(Task.Supervisor.async_stream(pid, [1], lambda n: n))
    assert Task.Supervisor.children(pid) == [task]
    assert messages() == []


@pytest.mark.process
def test_task_37_streams_under_a_supervisor() -> None:
    """Linked, a crash reaches the caller; not linked, it is a result. The tasks are the supervisor's children."""
    pid = supervisor(name="tasks")
    assert list(Task.Supervisor.async_stream("tasks", [1, 2], operator.add, 10)) == [("ok", 11), ("ok", 12)]
    assert outcome(lambda: list(Task.Supervisor.async_stream(pid, [1, 2, 3], boom_on_two))) == ("exited", "boom")
    nolink = Task.Supervisor.async_stream_nolink
    assert list(nolink(pid, [1, 2, 3], boom_on_two)) == [("ok", 1), ("exit", "boom"), ("ok", 3)]
    slow = nolink(pid, [1, 200, 3], lambda ms: (Process.sleep(ms), ms)[1], timeout=50, on_timeout="kill_task")
    assert list(slow) == [("ok", 1), ("exit", "timeout"), ("ok", 3)]
    children = Task.Supervisor.async_stream(pid, [1], lambda _: (self(), Task.Supervisor.children(pid)))
    [(_, (own, listed))] = children
    assert listed == [own]
    assert messages() == []
    assert Process.alive(pid)


@pytest.mark.process
def test_task_37_who_stops_such_a_stream_early_kills_its_tasks() -> None:
    """Linked or not; other tasks of the supervisor live on."""
    pid = supervisor()
    other = ok(Task.Supervisor.start_child(pid, Process.sleep, "infinity"))
    for stream in (Task.Supervisor.async_stream, Task.Supervisor.async_stream_nolink):
        results = stream(pid, [0, "infinity", "infinity"], Process.sleep, max_concurrency=3)
        assert next(results) == ("ok", "ok")
        results.close()
        until(lambda: Task.Supervisor.children(pid) == [other])


@pytest.mark.process
def test_task_38_a_child_of_another_supervisor() -> None:
    """`(Task.Supervisor, {"name": …})` is a child, known by its name."""
    assert Task.Supervisor.child_spec() == {
        "id": Task.Supervisor,
        "start": (Task.Supervisor, "start_link", [{}]),
        "type": "supervisor",
    }
    assert Task.Supervisor.child_spec({"name": "tasks"})["id"] == "tasks"
    assert Task.Supervisor.child_spec({"name": ("via", object, "term")})["id"] == "term"
    pid = ok(Supervisor.start_link([(Task.Supervisor, {"name": "tasks", "max_children": 1})], strategy="one_for_one"))
    assert Supervisor.which_children(pid)[0][:3] == ("tasks", Process.whereis("tasks"), "supervisor")
    assert Task.await_(Task.Supervisor.async_("tasks", lambda: 42)) == 42


@pytest.mark.process
def test_task_38_a_supervisor_that_is_not_there() -> None:
    """The caller exits as in every call."""
    kind, (reason, (module, function, (server, *_))) = caught(lambda: Task.Supervisor.async_("nobody", print))
    assert (kind, reason, function, server) == ("exit", "noproc", "call", "nobody")
    assert module is GenServer


@pytest.mark.process
def test_task_38_wrong_arguments_start_nothing() -> None:
    """What is no function, or no way to shut down."""
    pid = supervisor()
    with pytest.raises(ArgumentError, match="2nd argument: not a function: 42"):
        Task.Supervisor.async_(pid, 42)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="3rd argument: not a function: 42"):
        Task.Supervisor.async_stream(pid, [1], 42)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="invalid_shutdown"):
        Task.Supervisor.async_(pid, print, shutdown="never")
    assert Task.Supervisor.start_child(pid, print, restart="never") == ("error", ("invalid_restart_type", "never"))
    assert Task.Supervisor.children(pid) == []


@pytest.mark.process
def test_task_38_a_task_whose_owner_dies_before_it_is_told_what_to_do() -> None:
    """It shuts down, without a word."""
    trap()
    owner = dead()
    pid = ok(Task.Supervised.start_link((node(), owner, owner), "monitor"))
    assert receive() == ("EXIT", pid, ("shutdown", "noproc"))


class Fetcher(GenServer):
    """A server that has its work done by a task, and waits for neither."""

    @staticmethod
    def init(arg: Pid, /) -> Any:
        return ("ok", (arg, None))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any, /) -> Any:
        tasks, _ = state
        task = Task.Supervisor.async_nolink(tasks, *request)
        return ("noreply", (tasks, (task.ref, from_)))

    @staticmethod
    def handle_info(message: Any, state: Any, /) -> Any:
        tasks, (reference, from_) = state
        match message:
            case (tag, result) if tag == reference:
                Process.demonitor(reference, ["flush"])
                GenServer.reply(from_, ("ok", result))
            case ("DOWN", tag, _, _, reason) if tag == reference:
                GenServer.reply(from_, ("failed", reason))
        return ("noreply", (tasks, None))


@pytest.mark.process
def test_task_39_a_server_may_take_the_messages_itself() -> None:
    """In `handle_info`: the result, or the end of the task."""
    server = ok(GenServer.start_link(Fetcher, supervisor()))
    assert GenServer.call(server, (operator.add, 40, 2)) == ("ok", 42)
    assert GenServer.call(server, (exit, "boom")) == ("failed", "boom")
