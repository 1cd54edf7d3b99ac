"""A child's arguments may end with options, as a dict: Elixir's `{Agent, :start_link, [fun, [name: :counter]]}`."""

from __future__ import annotations

from typing import Any

import pytest

from pyex import Agent, DynamicSupervisor, GenServer, Process, Supervisor, ok, worker


class Bare(GenServer):
    @staticmethod
    def init(state: Any) -> Any:
        return ("ok", state)


class Empty(Supervisor):
    @staticmethod
    def init(_: Any) -> Any:
        return Supervisor.init([], strategy="one_for_one")


class Workers(DynamicSupervisor):
    @staticmethod
    def init(_: Any) -> Any:
        return DynamicSupervisor.init(strategy="one_for_one")


STARTS = [
    (Agent, "start_link", [lambda: 0, {"name": "started"}]),
    (GenServer, "start_link", [Bare, 0, {"name": "started"}]),
    (Supervisor, "start_link", [Empty, 0, {"name": "started"}]),
    (Supervisor, "start_link", [[], {"strategy": "one_for_one", "name": "started"}]),
    (DynamicSupervisor, "start_link", [Workers, 0, {"name": "started"}]),
]


@pytest.mark.process
@pytest.mark.parametrize("start", STARTS, ids=lambda start: start[0].__name__)
def test_sup_16_the_start_of_a_child_takes_options_as_a_dict_at_the_end(start: Any) -> None:
    """The child is registered by the name among the options."""
    ok(Supervisor.start_link([{"id": "x", "start": start}], strategy="one_for_one"))
    assert Process.whereis("started") is not None


@pytest.mark.process
def test_a_dict_as_the_argument_of_a_server_is_no_options() -> None:
    """GenServer.start_link(Module, {"name": …}) starts a nameless server that is given the dict."""
    ok(Supervisor.start_link([worker(GenServer, [Bare, {"name": "started"}], id="x")], strategy="one_for_one"))
    assert Process.whereis("started") is None
