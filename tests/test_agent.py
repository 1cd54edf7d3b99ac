"""Agents: a state that others read and change by sending functions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, dead, messages, outcome, trap, until
from test_task_report import reports

import pyex
from pyex import ArgumentError, Pid, Process, exit, ok, self, send
from pyex.otp.agent import Agent
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


def same(state: Any) -> Any:
    return state


def add_one(state: int) -> int:
    return state + 1


@pytest.mark.process
def test_agent_01_get_update_cast_and_stop() -> None:
    """Every one of them returns what Elixir's does."""
    agent = ok(Agent.start_link(lambda: 1))
    assert Agent.get(agent, same) == 1
    assert Agent.update(agent, add_one) == "ok"
    assert Agent.get_and_update(agent, lambda n: (n, n * 10)) == 2
    assert Agent.cast(agent, add_one) == "ok"
    assert Agent.get(agent, same) == 21
    assert Agent.stop(agent) == "ok"
    assert not Process.alive(agent)


@pytest.mark.process
def test_agent_02_the_function_runs_in_the_agent() -> None:
    """And the caller waits for it, in `update` too."""
    agent = ok(Agent.start_link(lambda: 0))
    assert Agent.get(agent, lambda _: self()) == agent
    me = self()
    Agent.update(agent, lambda n: (Process.sleep(30), send(me, "done"), n)[2])
    assert messages(0) == ["done"]


@pytest.mark.process
def test_agent_03_a_function_that_raises_ends_the_agent() -> None:
    """The caller exits with the reason, and what it has called."""
    agent = ok(Agent.start(lambda: 0))
    kind, (reason, (module, function, (server, request, timeout))) = caught(lambda: Agent.get(agent, lambda n: 1 / n))
    assert (kind, function, server, request[0], timeout) == ("exit", "call", agent, "get", 5000)
    assert module is GenServer
    error, stack = reason
    assert isinstance(error, ZeroDivisionError)
    assert isinstance(stack, list)
    assert not Process.alive(agent)


@pytest.mark.process
def test_agent_03_an_exit_in_a_function_is_the_agents_reason() -> None:
    """A linked caller is taken along."""
    how, reason = outcome(lambda: Agent.get(ok(Agent.start_link(lambda: 0)), lambda _: exit("boom")))
    assert how == "exited"
    assert reason == "boom" or reason[0] == "boom"


@pytest.mark.parametrize("wrong", [None, 42, ("reply", 1, 2), [1, 2], "ab"])
@pytest.mark.process
def test_agent_04_get_and_update_wants_a_pair(wrong: Any) -> None:
    """Everything else is a bad return value, and the end of the agent."""
    agent = ok(Agent.start(lambda: 0))
    kind, (reason, (_, function, _)) = caught(lambda: Agent.get_and_update(agent, lambda _: wrong))
    assert (kind, reason, function) == ("exit", ("bad_return_value", wrong), "call")
    assert not Process.alive(agent)


@pytest.mark.process
def test_agent_05_timeouts_are_those_of_a_call() -> None:
    """The agent goes on, and a late answer vanishes; `cast` never minds."""
    agent = ok(Agent.start(lambda: 0))
    slow = lambda _: Process.sleep(60)  # noqa: E731
    for ask in (lambda: Agent.get(agent, slow, 20), lambda: Agent.get(agent, slow, timeout=20)):
        kind, (reason, (_, _, (_, _, timeout))) = caught(ask)
        assert (kind, reason, timeout) == ("exit", "timeout", 20)
        assert Process.alive(agent)
        assert Agent.get(agent, same, "infinity") == 0
    assert messages() == []
    assert Agent.cast(dead(), same) == "ok"
    assert Agent.cast("nobody", same) == "ok"
    assert caught(lambda: Agent.get("nobody", same))[1][0] == "noproc"


@pytest.mark.process
def test_agent_06_names_and_functions_with_arguments() -> None:
    """The state comes first. A start that fails is a result."""
    trap()
    pid = ok(Agent.start_link(lambda: 5, name="ag06"))
    assert Agent.get("ag06", operator, "add", [10]) == 15
    assert Agent.get("ag06", operator.add, [10]) == 15
    assert Agent.start_link(lambda: 0, name="ag06") == ("error", ("already_started", pid))
    error, (reason, stack) = Agent.start(lambda: 1 / 0)
    assert (error, type(reason), type(stack)) == ("error", ZeroDivisionError, list)
    assert Agent.start(exit, ["boom"]) == ("error", "boom")


@pytest.mark.process
def test_agent_06_all_functions_take_arguments() -> None:
    """A function and a list of arguments, or a module, a name and a list; and then a timeout."""
    agent = ok(Agent.start(operator, "add", [1, 2]))
    assert Agent.update(agent, operator, "add", [10]) == "ok"
    assert Agent.update(agent, operator.add, [10], 1000) == "ok"
    assert Agent.cast(agent, operator, "mul", [2]) == "ok"
    assert Agent.cast(agent, operator.mul, [2]) == "ok"
    assert Agent.get(agent, operator, "floordiv", [2], 1000) == 46
    assert Agent.get_and_update(agent, divmod, [10], timeout=1000) == 9
    assert Agent.get(agent, same) == 2
    assert Agent.get(ok(Agent.start(list, [(1, 2)])), same) == [1, 2]
    assert Agent.get(ok(Agent.start(dict, [[("a", 1)]])), dict, "get", ["a"]) == 1


@pytest.mark.process
def test_agent_06_a_start_that_takes_too_long() -> None:
    """It is ended."""
    before = Process.list()
    assert Agent.start(lambda: Process.sleep("infinity"), timeout=20) == ("error", "timeout")
    assert Process.list() == before


@pytest.mark.process
def test_agent_07_the_state_is_never_copied_and_what_is_returned_is() -> None:
    """A big state costs nothing to update; nobody outside can change it."""
    agent = ok(Agent.start_link(list))
    where = Agent.get(agent, id)
    assert Agent.update(agent, lambda items: items.append(1) or items) == "ok"
    assert Agent.update(agent, same) == "ok"
    assert Agent.get(agent, id) == where
    outside = Agent.get(agent, same)
    outside.append(2)
    assert Agent.get(agent, same) == [1]
    given = [1]
    Agent.update(agent, lambda _: given)
    given.append(2)
    assert Agent.get(agent, same) == [1]


@pytest.mark.process
def test_agent_08_a_function_of_another_number_of_arguments_is_refused() -> None:
    """It is the caller's error, and the agent lives on; as for what is no function at all."""
    agent = ok(Agent.start(lambda: 0))
    asks: list[Callable[..., Any]] = [Agent.get, Agent.update, Agent.get_and_update, Agent.cast]
    for ask in asks:
        for wrong in ((lambda: 1,), (lambda a, b: a,), (same, [1]), (42,), ("add", [1]), ("operator", "add", [1])):
            with pytest.raises(ArgumentError, match="2nd argument"):
                ask(agent, *wrong)
        for wrong in ((same, "add"), (same, 1, 2), (operator, "add", [1], 2, 3)):
            if ask is Agent.cast or len(wrong) > 2:
                with pytest.raises(ArgumentError):
                    ask(agent, *wrong)
    with pytest.raises(ArgumentError, match="1st argument"):
        Agent.start(same)
    with pytest.raises(ArgumentError, match="1st argument"):
        Agent.start_link(42)
    assert Agent.get(agent, same) == 0
    kind, (reason, _) = caught(lambda: Agent.get(agent, operator, "nothing", [1]))
    assert (kind, reason[0], reason[1][0][:3]) == ("exit", "undef", ("operator", "nothing", [0, 1]))


class Counter(Agent):
    """Functions of its own, with the names of the agent's and signatures of their own."""

    @staticmethod
    def start_link(start: int) -> Any:
        return Agent.start_link(lambda: start, name=Counter)

    @staticmethod
    def get() -> int:
        return int(Agent.get(Counter, same))

    @staticmethod
    def update(by: int, times: int = 1) -> str:
        return Agent.update(Counter, lambda n: n + by * times)  # type: ignore[no-any-return]


@pytest.mark.process
def test_agent_09_a_class_of_agents_is_a_child_of_supervisors() -> None:
    """Restarted, it begins anew."""
    assert Counter.child_spec(7) == {"id": Counter, "start": (Counter, "start_link", [7])}
    assert Agent.child_spec(7) == {"id": Agent, "start": (Agent, "start_link", [7])}
    ok(Supervisor.start_link([(Counter, 7), (Agent, lambda: 0)], strategy="one_for_one"))
    assert (Counter.get(), Counter.update(5, times=2), Counter.get()) == (7, "ok", 17)
    first = GenServer.whereis(Counter)
    assert isinstance(first, Pid)
    Process.exit(first, "kill")
    until(lambda: GenServer.whereis(Counter) not in (None, first))
    assert Counter.get() == 7


@pytest.mark.process
def test_agent_10_stop_takes_a_reason() -> None:
    """It is that of the agent's end; who is linked and traps exits is told."""
    trap()
    agent = ok(Agent.start_link(lambda: 0))
    assert Agent.stop(agent, "shutdown") == "ok"
    assert messages() == [("EXIT", agent, "shutdown")]
    assert caught(lambda: Agent.stop(agent))[1][0] == "noproc"


@pytest.mark.process
def test_agent_11_it_is_a_gen_server_underneath() -> None:
    """It knows what it was started with, and reports what it does not understand."""
    agent = ok(Agent.start(same, [{"a": 1}]))
    assert Agent.get(agent, lambda _: Process.get("$initial_call")) == (__name__, "same", 1)
    with reports() as seen:
        send(agent, "unexpected")
        assert Agent.get(agent, same) == {"a": 1}
    text = f"Agent.Server {agent!r} received unexpected message in handle_info/2: 'unexpected'\n"
    assert [each.getMessage() for each in seen] == [text]


@pytest.mark.process
def test_agent_12_the_report_of_a_function_that_raises() -> None:
    """That of a GenServer, with the function as the last message."""
    agent = ok(Agent.start(lambda: 0, name="my_agent"))
    with reports() as seen:
        Agent.cast(agent, lambda n: 1 / n)
        until(lambda: not Process.alive(agent))
    lines = seen[0].getMessage().splitlines()
    assert lines[0] == "GenServer 'my_agent' terminating"
    assert lines[1] == "** (ZeroDivisionError) division by zero"
    assert lines[-2].startswith("Last message: ('$gen_cast', ('cast', <function ")
    assert lines[-1] == "State: 0"


@pytest.mark.process
def test_agent_13_requests_are_handled_in_order() -> None:
    """Those of many processes one by one, and none is lost."""
    agent = ok(Agent.start_link(lambda: 0))
    for _ in range(50):
        pyex.spawn(lambda: [Agent.update(agent, add_one) for _ in range(20)])
    until(lambda: Agent.get(agent, same) == 1000)
