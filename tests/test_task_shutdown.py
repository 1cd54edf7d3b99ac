"""Giving up on tasks: `Task.shutdown` and `Task.ignore`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from in_process import ends, messages, trap, until, waiting
from test_task import exits_with, sleeper

import pyex
from pyex import ArgumentError, Pid, Process, exit, receive, self, send
from pyex.otp.task import Task


@pytest.mark.process
def test_task_11_shutdown_returns_a_result_that_is_there() -> None:
    """None for a task that it has ended, and `yield_(…) or shutdown(…)` is how one gives up."""
    endless, done = Task.async_(sleeper, "infinity"), Task.async_(lambda: "done")
    until(lambda: not Process.alive(done.pid))
    another = Task.async_(sleeper, "infinity")
    assert Task.shutdown(endless) is None
    assert Task.shutdown(done) == ("ok", "done")
    assert (Task.yield_(another, 10) or Task.shutdown(another, "brutal_kill")) is None
    assert messages() == []
    assert not Process.alive(endless.pid)
    assert not Process.alive(another.pid)


@pytest.mark.process
def test_task_11_shutdown_of_a_task_that_has_crashed() -> None:
    """It tells the reason, and takes away its message, but not the exit signal that had come."""
    trap()
    task = Task.async_(exit, "boom")
    until(lambda: not Process.alive(task.pid))
    assert Task.shutdown(task) == ("exit", "boom")
    assert messages() == [("EXIT", task.pid, "boom")]


def trapping(then: Callable[[], Any]) -> Any:
    trap()
    receive(("EXIT", ..., "shutdown"))
    return then()


@pytest.mark.process
def test_task_11_a_task_that_traps_exits_may_still_answer() -> None:
    """Within the time it has it may return, or exit for a reason of its own; after that it is killed."""
    task = Task.async_(trapping, lambda: "bye")
    waiting(task.pid)
    assert Task.shutdown(task, 500) == ("ok", "bye")
    task = Task.async_(trapping, lambda: exit("other"))
    waiting(task.pid)
    assert Task.shutdown(task, 500) == ("exit", "other")
    task = Task.async_(trapping, lambda: sleeper("infinity"))
    waiting(task.pid)
    assert Task.shutdown(task, 20) == ("exit", "killed")
    assert messages() == []


@pytest.mark.process
def test_task_11_shutdown_of_a_task_that_was_awaited_before() -> None:
    """Nobody knows any more what came of it."""
    task = Task.async_(lambda: 1)
    Task.await_(task)
    until(lambda: not Process.alive(task.pid))
    assert Task.shutdown(task) == ("exit", "noproc")
    task = Task.async_(sleeper, "infinity")
    assert [Task.shutdown(task), Task.shutdown(task)] == [None, ("exit", "noproc")]
    assert Task.shutdown(task, "brutal_kill") == ("exit", "noproc")


@pytest.mark.process
def test_task_11_shutdown_does_not_kill_a_caller_that_is_linked() -> None:
    """Whatever the task then exits with stays with it."""
    task = Task.async_(trapping, lambda: exit("other"))
    waiting(task.pid)
    assert Task.shutdown(task) == ("exit", "other")
    assert Process.info(self(), "links") == ("links", [])


@pytest.mark.process
def test_task_11_a_task_that_resists_outlives_a_caller_that_dies_meanwhile() -> None:
    """It had been unlinked, and told to end, when the caller was killed."""

    def owner(me: Pid) -> None:
        task = Task.async_(trapping, lambda: sleeper("infinity"))
        send(me, waiting(task.pid))
        Task.shutdown(task, "infinity")

    pid = pyex.spawn(owner, self())
    task = receive(Pid)
    waiting(pid)
    until(lambda: Process.info(task, "links") == ("links", []))
    Process.exit(pid, "kill")
    assert ends(task) == "alive"
    Process.exit(task, "kill")


@pytest.mark.process
def test_task_24_completed_tasks_have_no_process() -> None:
    """They can be awaited and yielded, and not be shut down."""
    task = Task.completed(5)
    assert (task.pid, task.owner) == (None, self())
    assert Task.await_(task) == 5
    assert Task.yield_(Task.completed(6)) == ("ok", 6)
    with pytest.raises(ArgumentError, match="does not have an associated task process"):
        Task.shutdown(Task.completed(7))


@pytest.mark.process
def test_task_24_ignored_tasks_go_on_unlinked() -> None:
    """Their results, and their crashes, do not reach the caller."""
    done = Task.async_(lambda: "ignored")
    until(lambda: not Process.alive(done.pid))
    assert Task.ignore(done) == ("ok", "ignored")
    assert exits_with(lambda: Task.await_(done, 10))[0] == "timeout"
    task = Task.async_(lambda: exit(sleeper(30, "boom")))
    assert Task.ignore(task) is None
    assert Process.info(self(), "links") == ("links", [])
    assert ends(task.pid) == "boom"
    assert messages() == []
    trap()
    crashed = Task.async_(exit, "boom")
    until(lambda: not Process.alive(crashed.pid))
    assert Task.ignore(crashed) == ("exit", "boom")
