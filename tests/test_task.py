"""Tasks: starting them, waiting for their results; what they know of their caller."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, ends, messages, outcome, trap, until

import pyex
from pyex import ArgumentError, Exit, Pid, Process, Reference, become, exit, ok, receive, self, send
from pyex.format_exit import format_exit
from pyex.otp.supervisor import Supervisor
from pyex.otp.task import Task


def sleeper(milliseconds: int | str, result: Any = None) -> Any:
    Process.sleep(milliseconds)
    return result


def exits_with(function: Callable[[], Any]) -> Any:
    """The reason that a call exits the caller with."""
    with pytest.raises(Exit) as error:
        function()
    return error.value.reason


@pytest.mark.process
def test_task_01_await_returns_the_result_of_async() -> None:
    """A task knows its owner, its pid and its reference, and leaves nothing in the mailbox."""
    task = Task.async_(lambda: 40 + 2)
    assert Task.await_(task) == 42
    assert task.owner == self()
    assert isinstance(task.pid, Pid)
    assert isinstance(task.ref, Reference)
    assert messages() == []


@pytest.mark.process
def test_task_02_a_crash_of_the_task_takes_the_caller_along() -> None:
    """The task is linked to who started it."""
    how, reason = outcome(lambda: Task.await_(Task.async_(exit, "boom")))
    assert (how, reason) == ("exited", "boom")


@pytest.mark.process
def test_task_02_the_death_of_the_caller_ends_the_task() -> None:
    """The link works both ways; a caller that ends normally leaves the task alone."""
    owner = pyex.spawn(lambda me: send(me, Task.async_(sleeper, "infinity")) and sleeper("infinity"), self())
    task = receive(Task)
    Process.exit(owner, "kill")
    assert ends(task.pid) == "killed"
    pyex.spawn(lambda me: send(me, Task.async_(sleeper, "infinity")) and None, self())
    assert ends(receive(Task).pid) == "alive"


@pytest.mark.process
def test_task_03_a_caller_that_traps_exits_is_told_twice() -> None:
    """`await_` exits with the reason and what was called, and the exit signal is a message."""
    trap()
    task = Task.async_(exit, "boom")
    reason, (module, function, (awaited, timeout)) = exits_with(lambda: Task.await_(task))
    assert (reason, function, timeout) == ("boom", "await", 5000)
    assert module is Task
    assert awaited == task
    assert messages() == [("EXIT", task.pid, "boom")]


@pytest.mark.process
def test_task_04_an_exception_is_the_reason_with_its_stack() -> None:
    """A task that raises ends with `(exception, stacktrace)`."""
    trap()
    task = Task.async_(operator.truediv, 1, 0)
    (error, stack), _ = exits_with(lambda: Task.await_(task))
    assert isinstance(error, ZeroDivisionError)
    assert isinstance(stack, list)


@pytest.mark.process
def test_task_05_a_late_result_vanishes() -> None:
    """When the time is over the caller exits; if it catches that the task goes on, and its result never comes."""
    task = Task.async_(sleeper, 80, "late")
    reason, (_, _, (_, timeout)) = exits_with(lambda: Task.await_(task, 20))
    assert (reason, timeout) == ("timeout", 20)
    assert Process.alive(task.pid)
    assert messages(150) == []
    assert not Process.alive(task.pid)


@pytest.mark.process
def test_task_05_exits_are_printed_as_elixir_prints_them() -> None:
    """`exited in: Task.await(…)`."""
    reason = exits_with(lambda: Task.await_(Task.async_(sleeper, "infinity"), 10))
    assert format_exit(reason).startswith("exited in: Task.await(Task(mfa=")
    assert format_exit(reason).endswith("\n    ** (EXIT) time out")


@pytest.mark.process
def test_task_06_without_a_timeout_it_may_take_as_long_as_it_takes() -> None:
    """`"infinity"` is a timeout, and 0 takes only what is there."""
    assert Task.await_(Task.async_(sleeper, 30, "slow"), "infinity") == "slow"
    assert Task.await_(Task.completed("there"), 0) == "there"


@pytest.mark.process
def test_task_07_only_the_owner_may_ask() -> None:
    """For everybody else it is an error that names both, in Elixir's words."""
    task = Task.async_(lambda: 1)
    for ask in (Task.await_, Task.yield_, Task.shutdown, Task.ignore, lambda task: Task.await_many([task])):
        how, (kind, error) = outcome(lambda ask=ask: caught(lambda: ask(task)))  # type: ignore[misc]
        assert (how, kind) == ("returned", "error")
        assert isinstance(error, ArgumentError)
        assert str(error).startswith(f"task {task!r} must be queried from the owner but was queried from #PID<")
    assert Task.await_(task) == 1


@pytest.mark.process
def test_task_08_a_second_await_waits_in_vain() -> None:
    """The result comes once."""
    task = Task.async_(lambda: 1)
    assert Task.await_(task) == 1
    assert exits_with(lambda: Task.await_(task, 50))[0] == "timeout"


@pytest.mark.process
def test_task_09_yield_may_be_asked_again() -> None:
    """None when the time is over, `("ok", result)` when it is there."""
    task = Task.async_(sleeper, 60, "v")
    assert Task.yield_(task, 10) is None
    assert Task.yield_(task, 200) == ("ok", "v")
    assert messages() == []


@pytest.mark.process
def test_task_10_yield_tells_how_a_task_ended() -> None:
    """`("exit", reason)` for one that ended without a result, to a caller that traps exits."""
    trap()
    assert Task.yield_(Task.async_(exit, "boom")) == ("exit", "boom")
    assert Task.yield_(Task.async_(exit, "normal")) == ("exit", "normal")


@pytest.mark.process
def test_task_12_the_result_is_a_message() -> None:
    """`(reference, result)`, and then the end of the task."""
    task = Task.async_(lambda: "v")
    assert messages() == [(task.ref, "v"), ("DOWN", task.ref, "process", task.pid, "normal")]


@pytest.mark.process
def test_task_13_await_many_keeps_the_order_of_the_tasks() -> None:
    """One time limit for all of them."""
    assert Task.await_many([Task.async_(sleeper, ms, ms) for ms in (60, 10, 30)]) == [60, 10, 30]
    tasks = [Task.async_(sleeper, ms, ms) for ms in (10, 500)]
    reason, (module, function, (listed, timeout)) = exits_with(lambda: Task.await_many(tasks, 50))
    assert (reason, function, listed, timeout) == ("timeout", "await_many", tasks, 50)
    assert module is Task
    assert messages() == []


@pytest.mark.process
def test_task_13_await_many_of_few() -> None:
    """None at all, and one task twice."""
    assert Task.await_many([]) == []
    task = Task.async_(lambda: 1)
    assert Task.await_many([task, task]) == [1, 1]
    assert Task.await_many(Task.completed(n) for n in range(3)) == [0, 1, 2]


@pytest.mark.process
def test_task_13_await_many_exits_with_the_first_crash() -> None:
    """The others are forgotten, though they go on."""
    trap()
    tasks = [Task.async_(sleeper, 50), Task.async_(exit, "boom")]
    assert exits_with(lambda: Task.await_many(tasks)) == ("boom", (Task, "await_many", [tasks, 5000]))
    assert messages(80) == [("EXIT", tasks[1].pid, "boom"), ("EXIT", tasks[0].pid, "normal")]


@pytest.mark.process
def test_task_13_await_many_leaves_other_messages_alone() -> None:
    """Whatever looks like a result of somebody else's stays, in order."""
    strangers = [(pyex.make_ref(), 1), ("DOWN", pyex.make_ref(), "process", self(), "normal"), ([], 2)]
    for each in strangers:
        send(self(), each)
    assert Task.await_many([Task.async_(lambda: 1)]) == [1]
    assert messages() == strangers


@pytest.mark.process
def test_task_14_yield_many_pairs_each_task_with_what_it_came_to() -> None:
    """`("ok", result)`, `("exit", reason)` or None, within one time limit; who was not ready may be asked again."""
    trap()
    tasks = [Task.async_(lambda: 1), Task.async_(exit, "boom"), Task.async_(sleeper, 200, 5)]
    assert Task.yield_many(tasks, 50) == [(tasks[0], ("ok", 1)), (tasks[1], ("exit", "boom")), (tasks[2], None)]
    assert Task.yield_many(tasks, 10) == [(task, None) for task in tasks]
    assert Task.yield_many(tasks[2:], 1000) == [(tasks[2], ("ok", 5))]
    assert Task.yield_many([], 50) == []


@pytest.mark.process
def test_task_20_only_start_link_links() -> None:
    """A crash of a task that was started with `start` does not reach the caller."""

    def starting(start: Callable[..., Any]) -> str:
        assert start(exit, "boom")[0] == "ok"
        Process.sleep(50)
        return "fine"

    assert outcome(lambda: starting(Task.start)) == ("returned", "fine")
    assert outcome(lambda: starting(Task.start_link)) == ("exited", "boom")


@pytest.mark.process
def test_task_23_a_task_knows_on_whose_behalf_it_runs() -> None:
    """Its "$callers" lead back to the caller, and on to its callers; its "$ancestors" to who started it."""
    me = self()

    def inner() -> Any:
        return Process.get("$callers"), Process.get("$ancestors")

    def outer() -> Any:
        return self(), inner(), Task.await_(Task.async_(inner))

    assert Task.await_(Task.async_(inner)) == ([me], [me])
    task, first, second = Task.await_(Task.async_(outer))
    assert first == ([me], [me])
    assert second == ([task, me], [task, me])


@pytest.mark.process
def test_task_23_a_registered_caller_is_an_ancestor_by_name() -> None:
    """But a caller by its pid; and the task knows what it was started with."""
    Process.register(self(), "boss")
    task = Task.async_(Process.get)
    assert Task.await_(task) == {
        "$initial_call": ("pyex.process_dictionary", "get", 0),
        "$ancestors": ["boss"],
        "$callers": [self()],
    }


@pytest.mark.process
def test_task_25_a_regular_end_without_a_result_is_an_exit_too() -> None:
    """`await_` exits with "normal" as with any other reason."""
    trap()
    for reason in ("normal", "shutdown", ("shutdown", 1)):
        task = Task.async_(exit, reason)
        assert exits_with(lambda task=task: Task.await_(task))[0] == reason  # type: ignore[misc]


@pytest.mark.process
def test_task_26_functions_may_be_named_by_their_module() -> None:
    """`Module, "name", [args]`, as in Elixir, for classes and for Python's modules; looked up when the task runs."""
    assert Task.await_(Task.async_(operator, "add", [40, 2])) == 42
    assert Task.await_(Task.async_(str, "upper", ["hello"])) == "HELLO"
    task = Task.async_(operator, "add", [40, 2])
    assert task.mfa == (operator, "add", 2)
    assert Task.async_(operator.neg, 1).mfa == ("_operator", "neg", 1)
    trap()
    (reason, stack), _ = exits_with(lambda: Task.await_(Task.async_(operator, "nothing", [1])))
    assert (reason, stack[0][:3]) == ("undef", ("operator", "nothing", [1]))


class Greeter(Task):
    @staticmethod
    def start_link(to: Pid) -> Any:
        return Task.start_link(Greeter.run, to)

    @staticmethod
    def run(to: Pid) -> None:
        send(to, ("hello from", self()))


class Eager(Task, restart="permanent", id="eager"):
    pass


@pytest.mark.process
def test_task_27_a_class_of_tasks_is_a_child_of_supervisors() -> None:
    """It is temporary, unless it says otherwise; so is `Task` itself, with a function."""
    assert Greeter.child_spec(1) == {"id": Greeter, "start": (Greeter, "start_link", [1]), "restart": "temporary"}
    assert Eager.child_spec(1) == {"id": "eager", "start": (Eager, "start_link", [1]), "restart": "permanent"}
    assert Task.child_spec(1) == {"id": Task, "start": (Task, "start_link", [1]), "restart": "temporary"}
    me = self()
    pid = ok(Supervisor.start_link([(Greeter, me), (Task, lambda: send(me, "hello"))], strategy="one_for_one"))
    assert receive(("hello from", Pid))[0] == "hello from"
    assert receive("hello") == "hello"
    until(lambda: Supervisor.which_children(pid) == [])


@pytest.mark.process
def test_task_28_what_a_task_is_given_and_returns_is_copied() -> None:
    """Nothing that can change is shared with the task; the value of `Task` itself travels."""
    items = [1]
    task = Task.async_(lambda: (items.append(2), items)[1])
    assert Task.await_(task) == [1, 2]
    assert items == [1]
    send(self(), ("a task", task))
    assert receive() == ("a task", task)
    assert hash(task) == hash(task)
    with pytest.raises(AttributeError):
        task.ref = None  # type: ignore[misc, assignment]


@pytest.mark.process
def test_task_29_wrong_functions_are_refused_at_once() -> None:
    """What is no function, or one of another number of arguments, is the caller's error and starts nothing."""
    before = Process.list()

    async def coroutine() -> None:
        pass

    for start in (Task.async_, Task.start, Task.start_link):
        for wrong in ((42,), (lambda x: x,), (lambda: 1, 2), (coroutine,), ("operator", "add", [1, 2])):
            with pytest.raises(ArgumentError, match="1st argument"):
                start(*wrong)  # type: ignore[operator]
    with pytest.raises(ArgumentError, match="1st argument: not a task: 42"):
        Task.await_(42)  # type: ignore[arg-type]
    assert Process.list() == before


@pytest.mark.process
def test_task_29_wrong_timeouts_are_refused() -> None:
    """They are milliseconds or "infinity"; nothing has happened to the task."""
    task = Task.async_(sleeper, 50, "v")
    for wrong in (-1, 1.5, True, "forever", None):
        calls: list[Callable[..., Any]] = [Task.await_, Task.yield_, Task.shutdown]
        for call in calls:
            with pytest.raises(ArgumentError, match="2nd argument: not a timeout"):
                call(task, wrong)
        for many in (Task.await_many, Task.yield_many):
            with pytest.raises(ArgumentError, match="2nd argument: not a timeout"):
                many([task], wrong)  # type: ignore[arg-type, operator]
    assert Task.await_(task) == "v"


@pytest.mark.process
def test_task_29_what_cannot_be_sent_to_a_task_leaves_none_behind() -> None:
    """`self` without parentheses is refused, and the task that waited for its work is gone."""
    before = Process.list()
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        Task.async_(send, self, "hello")
    until(lambda: Process.list() == before)
    assert messages() == []


@pytest.mark.process
def test_task_30_a_task_of_nobody_may_become_another_function() -> None:
    """`return become(…)` works in what `start` runs."""

    def count(n: int, to: Pid) -> Any:
        return become(count, n - 1, to) if n else send(to, "counted")

    Task.start(count, 3000, self())
    assert receive(after=5000) == "counted"
