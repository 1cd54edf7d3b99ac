"""Partition supervisors: one child several times, chosen by key."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import caught, until
from supervised import Worker, started, worker_spec

from pyex import ArgumentError, Process, ok, self
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.partition_supervisor import PartitionSupervisor


class Part(GenServer):
    @staticmethod
    def start_link(*args: Any) -> Any:
        return GenServer.start_link(Part, args)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        return ("reply", (self(), state), state)


def part_of(key: Any, name: Any = "parts") -> Any:
    return GenServer.call(("via", PartitionSupervisor, (name, key)), "who")[0]


def start(**options: Any) -> Any:
    return ok(PartitionSupervisor.start_link(name="parts", child_spec=(Part, 7), **options))


@pytest.mark.process
def test_dsup_12_a_key_has_always_the_same_partition() -> None:
    """Whole numbers by their remainder, other terms somehow."""
    start(partitions=3)
    assert PartitionSupervisor.partitions("parts") == 3
    by_partition = {id: pid for id, pid, _, _ in PartitionSupervisor.which_children("parts")}
    assert list(by_partition) == [2, 1, 0]
    assert [part_of(key) for key in (0, 1, 2, 3, -4)] == [by_partition[number] for number in (0, 1, 2, 0, 1)]
    for key in ("text", self(), ("a", [1]), {"x": 1}, None, 1.5):
        assert part_of(key) == part_of(key)
    assert {part_of(f"key {number}") for number in range(100)} == set(by_partition.values())


@pytest.mark.process
def test_dsup_12_counts_and_stop() -> None:
    """As a supervisor's."""
    pid = start(partitions=3)
    assert PartitionSupervisor.count_children("parts") == {"active": 3, "specs": 3, "supervisors": 0, "workers": 3}
    assert PartitionSupervisor.which_children("parts")[0][2:] == ("worker", [Part])
    assert PartitionSupervisor.stop("parts") == "ok"
    assert not Process.alive(pid)


@pytest.mark.process
def test_a_partition_that_is_restarted_is_found_again() -> None:
    """Under the same key."""
    start(partitions=2)
    before = part_of(1)
    Process.exit(before, "kill")
    until(lambda: Process.alive(PartitionSupervisor.whereis_name(("parts", 1))))
    assert part_of(1) != before


@pytest.mark.process
def test_with_arguments_gives_each_partition_its_own() -> None:
    """The function gets the arguments of the spec and the number."""
    start(partitions=2, with_arguments=lambda args, partition: [*args, partition])
    states = [GenServer.call(("via", PartitionSupervisor, ("parts", key)), "who")[1] for key in (0, 1)]
    assert states == [(7, 0), (7, 1)]


@pytest.mark.process
def test_dynamic_supervisors_are_what_it_is_for() -> None:
    """As a child of another supervisor, with a dict of options."""
    options = {"child_spec": DynamicSupervisor, "name": "parts", "partitions": 2}
    supervisor = started([(PartitionSupervisor, options)])
    assert PartitionSupervisor.count_children("parts")["specs"] == 2
    where = ("via", PartitionSupervisor, ("parts", self()))
    assert DynamicSupervisor.start_child(where, worker_spec("a"))[0] == "ok"
    assert DynamicSupervisor.which_children(where)[0][3] == [Worker]
    assert PartitionSupervisor.child_spec(options)["id"] == "parts"
    assert Process.alive(supervisor)


@pytest.mark.process
def test_the_name_may_be_a_class() -> None:
    """As for all servers."""
    ok(PartitionSupervisor.start_link(name=Part, child_spec=(Part, 7), partitions=2))
    assert part_of(1, Part) == part_of(3, Part)


@pytest.mark.process
def test_nobody_there() -> None:
    """The caller exits."""
    why = ("noproc", (PartitionSupervisor, "partitions", ["parts"]))
    assert caught(lambda: PartitionSupervisor.partitions("parts")) == ("exit", why)
    assert caught(lambda: part_of(1)) == ("exit", why)


@pytest.mark.process
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"child_spec": (Part, 1)}, "the name option must be given to PartitionSupervisor"),
        ({"name": "parts"}, "the child_spec option must be given to PartitionSupervisor"),
        ({"name": "parts", "child_spec": (Part, 1), "partitions": 0}, "must be a positive integer, got: 0"),
        ({"name": "parts", "child_spec": (Part, 1), "with_arguments": 3}, "must be a function that receives two arg"),
    ],
    ids=["name", "child_spec", "partitions", "with_arguments"],
)
def test_options_that_are_missing_or_wrong(options: dict[str, Any], text: str) -> None:
    """Elixir's words, by name or as a dict."""
    for call in (lambda: PartitionSupervisor.start_link(**options), lambda: PartitionSupervisor.start_link(options)):
        with pytest.raises(ArgumentError, match=text):
            call()


@pytest.mark.process
def test_nobody_is_registered_as_a_partition() -> None:
    """A partition's name is only for calling."""
    start()
    with pytest.raises(RuntimeError, match="cannot be given on registration"):
        PartitionSupervisor.register_name(("parts", 1), self())
    with pytest.raises(RuntimeError, match="must return a list"):
        PartitionSupervisor.start_link(name="other", child_spec=(Part, 7), with_arguments=lambda args, number: number)


@pytest.mark.process
def test_two_of_one_name() -> None:
    """The second is told who has it."""
    pid = start()
    assert PartitionSupervisor.start_link(name="parts", child_spec=(Part, 7)) == ("error", ("already_started", pid))
