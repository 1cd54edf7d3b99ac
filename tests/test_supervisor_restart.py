"""Restarts: how many are allowed, what they make, and those that fail."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from in_process import ends_after, messages, outcome, trap, until
from supervised import (
    a_process,
    changes,
    events,
    kill,
    pids,
    running,
    started,
    started_again,
    worker_spec,
)

from pyex import Process, receive, self, send, spawn
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor, restart_intensity


@pytest.mark.process
def test_sup_12_the_fourth_death_within_five_seconds_is_the_supervisors_too() -> None:
    """It exits with "shutdown"."""
    trap()
    supervisor = started([worker_spec("m")])
    receive()
    reference = Process.monitor(supervisor)
    for _ in range(3):
        kill("m")
        started_again("m")
        assert Process.alive(supervisor)
    kill("m")
    assert receive(("DOWN", reference, ..., ..., ...), after=5000)[4] == "shutdown"
    assert receive(("EXIT", supervisor, ...), after=5000)[2] == "shutdown"
    assert Process.whereis("m") is None


@pytest.mark.process
def test_sup_13_no_restart_allowed() -> None:
    """With max_restarts 0 the first death ends the supervisor, and the other children with it."""
    trap()
    supervisor = started([worker_spec("a", trap=True), worker_spec("b")], max_restarts=0)
    events()
    assert ends_after(supervisor, lambda: kill("b")) == "shutdown"
    assert events() == [("terminated", "a", "shutdown")]
    assert Process.whereis("a") is None


@pytest.mark.process
def test_sup_14_deaths_that_are_far_apart_do_not_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are older than the window are forgotten."""
    clock = SetClock(monkeypatch)
    supervisor = started([worker_spec("m")], max_restarts=1, max_seconds=1)
    receive()
    for now in (100.9, 102.0, 104.0, 106.9):
        clock.now = now
        kill("m")
        started_again("m")
    assert Process.alive(supervisor)


@pytest.mark.process
@pytest.mark.parametrize(("first", "second", "survives"), [(100.0, 101.99, False), (100.99, 102.0, True)])
def test_sup_14b_the_window_is_counted_in_whole_seconds_both_ends_included(
    monkeypatch: pytest.MonkeyPatch, first: float, second: float, survives: bool
) -> None:
    """With max_seconds 1 deaths of this second and of the one before count together, be they 1.99 s apart."""
    trap()
    clock = SetClock(monkeypatch)
    supervisor = started([worker_spec("m")], max_restarts=1, max_seconds=1)
    receive()
    clock.now = first
    kill("m")
    started_again("m")
    clock.now = second
    assert ends_after(supervisor, lambda: kill("m")) == ("alive" if survives else "shutdown")


class SetClock:
    """A clock for the restart intensity that stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(restart_intensity, "monotonic", lambda: self.now)


@pytest.mark.process
def test_sup_15_the_starter_dies_with_a_supervisor_that_gives_up() -> None:
    """It is linked: where it does not trap exits it ends with "shutdown"."""

    def starter() -> str:
        started([worker_spec("m")], max_restarts=0)
        kill("m")
        Process.sleep(2000)
        return "fine"

    assert outcome(starter) == ("exited", "shutdown")


@pytest.mark.process
def test_sup_16_a_restart_makes_a_new_process_with_the_state_that_init_makes() -> None:
    """The old state is gone, the name is registered again."""

    class Counter(GenServer):
        @staticmethod
        def init(start: int) -> Any:
            return ("ok", start)

        @staticmethod
        def handle_call(request: Any, from_: Any, count: int) -> Any:
            return ("reply", count, count + request)

    started([running(lambda: GenServer.start_link(Counter, 0, name="sup16"))])
    GenServer.call("sup16", 5)
    before = Process.whereis("sup16")
    assert GenServer.call("sup16", 0) == 5
    kill("sup16")
    until(lambda: Process.whereis("sup16") not in (None, before))
    assert GenServer.call("sup16", 0) == 0


@pytest.mark.process
def test_sup_16_a_start_function_that_changes_its_arguments_gets_them_whole_the_next_time() -> None:
    """The arguments of the spec stay what they are."""
    me = self()

    def start(options: dict[str, Any]) -> Any:
        send(me, ("took", options.pop("take")))
        return a_process()

    supervisor = started([{"id": "x", "start": (start, [{"take": 1}])}])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    Process.exit(pid, "kill")
    assert [receive(("took", ...), after=5000), receive(("took", ...), after=5000)] == [("took", 1), ("took", 1)]


@pytest.mark.process
def test_sup_18_a_restart_that_fails_is_tried_again_at_once_and_each_try_counts() -> None:
    """Three tries, and then the supervisor gives up."""
    trap()
    me, tries = self(), counter()

    def start() -> Any:
        number = next_of(tries)
        send(me, ("try", number))
        return a_process() if number == 0 else ("error", "cannot")

    supervisor = started([running(start)])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    assert ends_after(supervisor, lambda: Process.exit(pid, "kill"), 5000) == "shutdown"
    assert [each[1] for each in messages() if each[0] == "try"] == [0, 1, 2, 3]


@pytest.mark.process
def test_sup_19_calls_are_answered_while_a_restart_keeps_failing() -> None:
    """The child shows as "restarting", and can be terminated for good."""
    trap()
    tries = counter()

    def start() -> Any:
        if next_of(tries) == 0:
            return a_process()
        Process.sleep(2)
        return ("error", "cannot")

    supervisor = started([running(start)], max_restarts=100_000)
    ((_, pid, _, modules),) = Supervisor.which_children(supervisor)
    Process.exit(pid, "kill")
    until(lambda: Supervisor.which_children(supervisor) == [("x", "restarting", "worker", modules)])
    assert Supervisor.count_children(supervisor) == {"active": 0, "specs": 1, "supervisors": 0, "workers": 1}
    assert Supervisor.restart_child(supervisor, "x") == ("error", "restarting")
    assert Supervisor.delete_child(supervisor, "x") == ("error", "restarting")
    assert Supervisor.start_child(supervisor, running(a_process)) == ("error", "already_present")
    assert Supervisor.terminate_child(supervisor, "x") == "ok"
    assert Supervisor.which_children(supervisor) == [("x", "undefined", "worker", modules)]


@pytest.mark.process
@pytest.mark.parametrize("strategy", ["one_for_all", "rest_for_one"])
def test_sup_19_a_restart_of_several_fails_at_one_and_goes_on_there(strategy: str) -> None:
    """The one that cannot be started is "restarting"; those after it start when it has, in order."""
    trap()
    tries = counter()

    def start() -> Any:
        # The second and the third time it does not work.
        return ("error", "cannot") if 0 < next_of(tries) < 3 else a_process()

    supervisor = started([worker_spec("a"), running(start), worker_spec("z")], strategy, max_restarts=10)
    started_again("a", "z")
    before = pids("az")
    kill("a")
    until(lambda: Process.whereis("z") not in (None, before["z"]))
    assert [id for id, _, _, _ in Supervisor.which_children(supervisor)] == ["z", "x", "a"]
    assert Supervisor.count_children(supervisor)["active"] == 3
    # With one_for_all each attempt begins with all of them, with rest_for_one at the one that failed.
    tries_of_a = 3 if strategy == "one_for_all" else 1
    assert events() == [("started", "a")] * tries_of_a + [("started", "z")]


HOT = """
class Hot(GenServer):
    def start_link(arg):
        return GenServer.start_link(Hot, arg, name=Hot)

    def handle_call(request, from_, state):
        return ("reply", {version}, state)
"""


@pytest.mark.process
def test_a_restart_uses_the_newest_version_of_the_module() -> None:
    """A class that was defined anew is started from then on; the child has the id it had."""
    code: dict[str, Any] = {"__name__": "hot_module", "GenServer": GenServer}
    exec(HOT.format(version=1), code)
    supervisor = started([(code["Hot"], 0)])
    assert GenServer.call(code["Hot"], "version") == 1
    exec(HOT.format(version=2), code)
    assert Supervisor.terminate_child(supervisor, code["Hot"]) == "ok"
    assert Supervisor.restart_child(supervisor, code["Hot"])[0] == "ok"
    assert GenServer.call(code["Hot"], "version") == 2
    ((id, _, _, _),) = Supervisor.which_children(supervisor)
    assert id == code["Hot"]


@pytest.mark.process
@pytest.mark.parametrize("strategy", ["one_for_one", "one_for_all", "rest_for_one"])
def test_children_that_die_together_are_all_started_again(strategy: str) -> None:
    """In order where the strategy says so; with it, it is one restart of all."""
    supervisor = started([worker_spec(name) for name in "abc"], strategy)
    started_again("a", "b", "c")
    before = pids("abc")
    for pid in before.values():
        assert pid is not None
        Process.exit(pid, "kill")
    assert events() == [("started", "a"), ("started", "b"), ("started", "c")]
    assert set(changes(before).values()) == {"new"}
    # one_for_one has used up its three restarts, the others have two left.
    for _ in range(0 if strategy == "one_for_one" else 2):
        kill("c")
        started_again(*("abc" if strategy == "one_for_all" else "c"))
    assert Process.alive(supervisor)


@pytest.mark.process
def test_a_child_that_dies_while_others_are_started_is_restarted_afterwards() -> None:
    """The supervisor hears of it when it is done."""
    me = self()

    def slow() -> Any:
        kill("a")
        Process.sleep(20)
        send(me, ("started", "slow"))
        return a_process()

    started([worker_spec("a"), running(slow)])
    started_again("a", "slow", "a")


_counters = itertools.count()


def counter() -> str:
    """The name of a process that counts, from 0."""
    name = f"counter {next(_counters)}"

    def count() -> None:
        number = 0
        while True:
            send(receive(), (name, number))
            number += 1

    Process.register(spawn(count), name)
    return name


def next_of(name: str) -> int:
    send(name, self())
    return int(receive((name, int), after=5000)[1])
