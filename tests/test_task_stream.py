"""Streams of tasks: order, concurrency, time limits, crashes; and that nothing is left of one that is over."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from in_process import caught, ends, idle, messages, outcome, trap, until

import pyex
from pyex import ArgumentError, Exit, Pid, Process, exit, receive, self, send
from pyex.format_exit import format_exit
from pyex.otp.task import Task


def sleep(milliseconds: int) -> int:
    Process.sleep(milliseconds)
    return milliseconds


def boom_on_two(number: int) -> int:
    if number == 2:
        exit("boom")
    return number


def tell_and_wait(item: Any, to: Pid) -> None:
    send(to, ("started", item, self()))
    Process.sleep("infinity")


def first_at_once(item: Any, first: Any, to: Pid) -> Any:
    return item if item == first else tell_and_wait(item, to)


def nothing_is_left() -> bool:
    """The caller has no messages, links or monitors."""
    return [Process.info(self(), each)[1] for each in ("links", "monitors")] == [[], []] and messages() == []


@pytest.mark.process
def test_task_15_results_come_in_the_order_of_the_items() -> None:
    """Though the tasks end in another."""
    assert list(Task.async_stream([60, 10, 30], sleep, max_concurrency=3)) == [("ok", 60), ("ok", 10), ("ok", 30)]
    assert nothing_is_left()


@pytest.mark.process
def test_task_15_a_stream_may_be_long_or_empty() -> None:
    """From any iterable, with all items in order; more arguments come after the item."""
    numbers = iter(range(200))
    results = Task.async_stream(numbers, operator.add, 1, max_concurrency=7)
    assert list(results) == [("ok", n + 1) for n in range(200)]
    assert list(Task.async_stream([], operator.add, 1)) == []
    assert list(Task.async_stream([1, 2], operator, "sub", [10])) == [("ok", -9), ("ok", -8)]
    assert nothing_is_left()


@pytest.mark.process
def test_task_16_unordered_results_come_as_they_are_there() -> None:
    """`ordered=False`."""
    stream = Task.async_stream([90, 10, 50], sleep, max_concurrency=3, ordered=False)
    assert list(stream) == [("ok", 10), ("ok", 50), ("ok", 90)]


@pytest.mark.process
def test_task_17_too_slow_a_task_exits_the_caller() -> None:
    """With `on_timeout="kill_task"` it is a result."""

    def stream(**options: Any) -> list[Any]:
        return list(Task.async_stream([10, 300], sleep, timeout=80, max_concurrency=2, **options))

    with pytest.raises(Exit) as error:
        stream()
    assert error.value.reason == ("timeout", (Task.Supervised, "stream", [80]))
    assert format_exit(error.value.reason) == "exited in: Task.Supervised.stream(80)\n    ** (EXIT) time out"
    assert nothing_is_left()
    assert stream(on_timeout="kill_task") == [("ok", 10), ("exit", "timeout")]
    assert stream(on_timeout="kill_task", zip_input_on_exit=True) == [("ok", 10), ("exit", (300, "timeout"))]
    assert nothing_is_left()


@pytest.mark.process
def test_task_17_the_time_limit_is_each_tasks_own() -> None:
    """Several slow ones after each other take longer together; "infinity" is no limit."""
    assert list(Task.async_stream([40, 40, 40], sleep, timeout=80, max_concurrency=1)) == [("ok", 40)] * 3
    assert list(Task.async_stream([20], sleep, timeout="infinity")) == [("ok", 20)]


@pytest.mark.process
def test_task_18_no_more_tasks_run_than_asked_for() -> None:
    """And no fewer, while there are items."""
    running = most = 0

    def count(tell: str) -> None:
        nonlocal running, most
        running += 1 if tell == "start" else -1
        most = max(most, running)

    counter = pyex.spawn(lambda me: send(me, _watch(20)), self())
    list(Task.async_stream(range(10), _visit, counter, max_concurrency=3))
    for tell in receive(list):
        count(tell)
    assert most == 3


def _watch(number: int) -> list[str]:
    return [receive() for _ in range(number)]


def _visit(_: int, counter: Pid) -> None:
    send(counter, "start")
    Process.sleep(5)
    send(counter, "end")


@pytest.mark.process
def test_task_18_a_processor_each_is_the_default() -> None:
    """As many tasks run at once as there are processors."""
    stream = Task.async_stream(range(1000), tell_and_wait, self(), timeout=100, on_timeout="kill_task")
    assert next(stream) == ("exit", "timeout")
    stream.close()
    assert sum(each[0] == "started" for each in messages()) == (os.cpu_count() or 1)


@pytest.mark.process
def test_task_19_a_crash_is_a_result_to_who_traps_exits() -> None:
    """The others go on; a caller that does not trap exits is taken along."""

    def stream(**options: Any) -> Callable[[], Any]:
        return lambda: list(Task.async_stream([1, 2, 3], boom_on_two, **options))

    assert outcome(stream()) == ("exited", "boom")
    trap()
    assert stream()() == [("ok", 1), ("exit", "boom"), ("ok", 3)]
    assert stream(zip_input_on_exit=True)() == [("ok", 1), ("exit", (2, "boom")), ("ok", 3)]
    assert nothing_is_left()


@pytest.mark.process
def test_task_19_a_task_that_exits_normally_has_no_result_either() -> None:
    """It takes nobody along; `("shutdown", …)` does."""

    def leaving(reason: Any) -> Callable[[], Any]:
        return lambda: list(Task.async_stream([1, 2], lambda n: n if n == 1 else exit(reason)))

    assert leaving("normal")() == [("ok", 1), ("exit", "normal")]
    assert outcome(leaving(("shutdown", 1))) == ("exited", ("shutdown", 1))


@pytest.mark.process
def test_task_31_nothing_runs_before_the_first_result_is_asked_for() -> None:
    """And then only as many as may run at once."""
    stream = Task.async_stream(range(10), lambda n, to: send(to, n), self(), max_concurrency=2)
    assert messages() == []
    assert next(stream) == ("ok", 0)
    assert [each for each in messages() if type(each) is int] == [0, 1]
    stream.close()


@pytest.mark.process
def test_task_31_items_are_taken_when_there_is_room_for_them() -> None:
    """A source without end is no problem."""

    def naturals() -> Iterator[int]:
        n = 0
        while True:
            yield n
            n += 1

    results = Task.async_stream(naturals(), lambda n: n * n, max_concurrency=2)
    assert [next(results) for _ in range(3)] == [("ok", 0), ("ok", 1), ("ok", 4)]
    results.close()
    assert nothing_is_left()


@pytest.mark.process
def test_task_32_who_stops_early_kills_the_tasks() -> None:
    """After a `break` none of them is alive, and nothing comes from them."""
    before = Process.list()
    me = self()
    for result in Task.async_stream(["quick", 1, 2], first_at_once, "quick", me, max_concurrency=3):
        assert result == ("ok", "quick")
        break
    started = [receive(("started", ..., Pid))[2] for _ in range(2)]
    assert [Process.alive(pid) for pid in started] == [False, False]
    assert Process.list() == before
    assert nothing_is_left()


@pytest.mark.process
def test_task_32_also_who_traps_exits_is_left_alone_then() -> None:
    """Neither a result nor an exit signal is in the mailbox afterwards."""
    trap()
    for taken in (1, 2, 3, 4):
        stream = Task.async_stream([1, 2, 3, 4], lambda n: n, max_concurrency=4)
        assert [next(stream) for _ in range(taken)] == [("ok", n + 1) for n in range(taken)]
        del stream
        assert nothing_is_left()


@pytest.mark.process
def test_task_32_an_error_of_the_callers_kills_the_tasks() -> None:
    """Be it in the loop, or in where the items come from, it is raised to the caller as it is."""
    before = Process.list()

    def source() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    kind, error = caught(lambda: list(Task.async_stream(source(), tell_and_wait, self(), max_concurrency=2)))
    assert (kind, str(error)) == ("error", "no more")
    assert receive()[:2] == ("started", 1)
    with pytest.raises(ZeroDivisionError):
        for _, result in Task.async_stream([0, 1, 2], lambda n: n, max_concurrency=1):
            result / 0
    assert Process.list() == before
    assert nothing_is_left()


@pytest.mark.parametrize("traps", [False, True])
@pytest.mark.process
def test_task_33_the_death_of_the_caller_kills_the_tasks(traps: bool) -> None:
    """Whether it is killed, exits, or just ends, with a stream it has not come to the end of."""
    before = Process.list()

    def caller(me: Pid, last: Callable[[], Any]) -> None:
        Process.flag("trap_exit", traps)
        stream = Task.async_stream(["first", 1, 2], first_at_once, "first", me, max_concurrency=3)
        next(stream)
        receive("go")
        last()

    for last in (lambda: Process.exit(self(), "kill"), lambda: exit("boom"), lambda: None):
        pid = pyex.spawn(caller, self(), last)
        started = [receive(("started", ..., Pid))[2] for _ in range(2)]
        send(pid, "go")
        assert "alive" not in [ends(each) for each in started]
        until(lambda: Process.list() == before)


kept: list[Any] = []


@pytest.mark.process
def test_task_33_a_stream_that_outlives_its_process_leaves_no_tasks() -> None:
    """It belongs to the process that asked for its first result; no other can go on with it."""
    before = Process.list()

    def caller(me: Pid) -> None:
        kept.append(Task.async_stream([1, 2], tell_and_wait, me, max_concurrency=2, timeout=20, on_timeout="kill_task"))
        send(me, next(kept[0]))

    pyex.spawn(caller, self())
    assert receive(("exit", ...)) == ("exit", "timeout")
    until(lambda: Process.list() == before)
    with pytest.raises(ArgumentError, match="this stream belongs to #PID<"):
        next(kept.pop())


@pytest.mark.process
def test_task_34_the_tasks_work_on_behalf_of_the_caller() -> None:
    """Their "$callers" lead to it; their ancestor is the process that the tasks belong to."""
    [(_, (callers, ancestors))] = Task.async_stream([1], lambda _: (Process.get("$callers"), Process.get("$ancestors")))
    assert callers == [self()]
    assert len(ancestors) == 1
    assert ancestors != [self()]


@pytest.mark.process
def test_task_34_the_death_of_that_process_is_the_callers() -> None:
    """Its exit says where it was."""
    trap()
    stream = Task.async_stream([1], lambda _: Process.exit(Process.get("$ancestors")[0], "kill") and sleep(1000))
    with pytest.raises(Exit) as error:
        next(stream)
    assert error.value.reason == ("killed", (Task.Supervised, "stream", [5000]))
    assert nothing_is_left()


@pytest.mark.process
def test_task_34_a_streams_mailbox_is_the_callers_own() -> None:
    """Messages that have nothing to do with it stay, in order."""
    for n in range(3):
        send(self(), ("mine", n))
    assert list(Task.async_stream([1, 2], lambda n: n)) == [("ok", 1), ("ok", 2)]
    assert messages() == [("mine", 0), ("mine", 1), ("mine", 2)]


@pytest.mark.process
def test_task_34_streams_may_be_in_one_another() -> None:
    """Two that are taken from in turns do not disturb each other, nor does one in a task of another."""
    one, two = (Task.async_stream([base, base + 1], lambda n: n, max_concurrency=2) for base in (0, 10))
    assert list(zip(one, two, strict=True)) == [(("ok", 0), ("ok", 10)), (("ok", 1), ("ok", 11))]
    nested = Task.async_stream([1, 2], lambda n: list(Task.async_stream([n, n], lambda m: m * m)))
    assert list(nested) == [("ok", [("ok", 1)] * 2), ("ok", [("ok", 4)] * 2)]
    assert nothing_is_left()


@pytest.mark.process
def test_task_35_wrong_options_are_refused_at_once() -> None:
    """Before anything runs, in Elixir's words where it has any."""
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ArgumentError, match="max_concurrency must be an integer greater than zero"):
            Task.async_stream([1], sleep, max_concurrency=wrong)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="timeout=-1"):
        Task.async_stream([1], sleep, timeout=-1)
    with pytest.raises(ArgumentError, match='on_timeout=\'ignore\': write "exit" or "kill_task"'):
        Task.async_stream([1], sleep, on_timeout="ignore")
    with pytest.raises(ArgumentError, match=r"2nd argument: .* is not a function that takes 2 arguments"):
        Task.async_stream([1], sleep, 2)
    with pytest.raises(TypeError, match="not iterable"):
        Task.async_stream(1, sleep)  # type: ignore[arg-type]
    assert Process.alive(idle())


@pytest.mark.process
def test_task_35_an_item_that_cannot_be_sent_is_the_callers_error() -> None:
    """`self` without parentheses; the tasks that run are killed."""
    before = Process.list()
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        list(Task.async_stream([1, self], tell_and_wait, self(), max_concurrency=2))
    until(lambda: Process.list() == before)
