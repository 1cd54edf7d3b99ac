"""Supervisors: children start, end, and are started again."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from in_process import caught, ends, ends_after, idle, in_process, messages, outcome, trap, until
from supervised import (
    Worker,
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

from pyex import ArgumentError, Pid, Process, exit, ok, receive, self, send, spawn
from pyex.otp import restart_intensity
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


@in_process
def test_sup_01_children_start_in_order_and_stop_in_reverse() -> None:
    """The first child starts first and ends last; those that trap see "shutdown"."""
    supervisor = started([worker_spec(name, trap=True) for name in "abc"])
    assert Supervisor.stop(supervisor) == "ok"
    assert events() == [
        ("started", "a"), ("started", "b"), ("started", "c"),
        ("terminated", "c", "shutdown"), ("terminated", "b", "shutdown"), ("terminated", "a", "shutdown"),
    ]  # fmt: skip


@in_process
def test_sup_02_one_for_one_restarts_only_the_dead_child() -> None:
    """With one_for_one the others notice nothing."""
    started([worker_spec(name) for name in "abc"])
    started_again("a", "b", "c")
    before = pids("abc")
    kill("b")
    assert events() == [("started", "b")]
    assert changes(before) == {"a": "same", "b": "new", "c": "same"}


@in_process
def test_sup_03_one_for_all_ends_the_others_in_reverse_and_starts_all_in_order() -> None:
    """With one_for_all everything begins anew."""
    started([worker_spec(name, trap=True) for name in "abc"], "one_for_all")
    started_again("a", "b", "c")
    before = pids("abc")
    kill("b")
    assert events() == [
        ("terminated", "c", "shutdown"), ("terminated", "a", "shutdown"),
        ("started", "a"), ("started", "b"), ("started", "c"),
    ]  # fmt: skip
    assert changes(before) == {"a": "new", "b": "new", "c": "new"}


@in_process
def test_sup_04_rest_for_one_restarts_those_that_started_later() -> None:
    """With rest_for_one the dead child and those after it begin anew."""
    started([worker_spec(name, trap=True) for name in "abcd"], "rest_for_one")
    started_again("a", "b", "c", "d")
    before = pids("abcd")
    kill("b")
    assert events() == [
        ("terminated", "d", "shutdown"), ("terminated", "c", "shutdown"),
        ("started", "b"), ("started", "c"), ("started", "d"),
    ]  # fmt: skip
    assert changes(before) == {"a": "same", "b": "new", "c": "new", "d": "new"}


@in_process
def test_sup_05_one_for_all_also_when_a_permanent_child_ends_normally() -> None:
    """A permanent child is not allowed to end."""
    started([worker_spec("a"), worker_spec("b")], "one_for_all")
    started_again("a", "b")
    before = pids("ab")
    assert GenServer.call("a", ("stop", "normal")) == "ok"
    assert ("started", "b") in events()
    assert changes(before) == {"a": "new", "b": "new"}


@in_process
def test_sup_06_a_temporary_child_brings_nobody_down_and_is_not_started_again() -> None:
    """Its own death concerns nobody, and when the strategy ends it it is gone."""
    children = [worker_spec("a"), worker_spec("t", {"restart": "temporary"}), worker_spec("b")]
    supervisor = started(children, "one_for_all")
    before = pids("atb")
    kill("t")
    events()
    assert changes(before) == {"a": "same", "t": "gone", "b": "same"}
    Supervisor.stop(supervisor)
    supervisor = started(children, "one_for_all")
    before = pids("atb")
    kill("a")
    events()
    assert changes(before) == {"a": "new", "t": "gone", "b": "new"}
    assert Supervisor.count_children(supervisor)["specs"] == 2


@in_process
def test_sup_07_a_strategy_is_needed_and_has_to_be_one() -> None:
    """Without strategy: ArgumentError. With an unknown one: OTP's error."""
    with pytest.raises(ArgumentError, match="strategy"):
        Supervisor.start_link([])
    trap()
    assert Supervisor.start_link([], strategy="bogus") == (
        "error", ("supervisor_data", ("invalid_strategy", "bogus")),
    )  # fmt: skip


@in_process
def test_sup_08_a_transient_child_is_restarted_when_it_ended_abnormally() -> None:
    """"normal", "shutdown" and ("shutdown", x) are its work done; all else is not."""
    supervisor = started([worker_spec("a", {"restart": "transient"})], max_restarts=10)
    for reason in ("normal", "shutdown", ("shutdown", "enough")):
        before = pids("a")
        GenServer.call("a", ("stop", reason))
        events()
        assert changes(before) == {"a": "gone"}, reason
        Supervisor.restart_child(supervisor, "a")
    for reason in ("boom", ("shutdown", 1, 2), ["shutdown"]):
        before = pids("a")
        GenServer.call("a", ("stop", reason))
        events()
        assert changes(before) == {"a": "new"}, reason


@in_process
def test_sup_09_a_temporary_child_is_never_restarted() -> None:
    """Not after a crash either; its spec is gone too."""
    supervisor = started([worker_spec("a", {"restart": "temporary"})])
    kill("a")
    until(lambda: Supervisor.which_children(supervisor) == [])
    assert Process.whereis("a") is None


@in_process
def test_sup_11_the_defaults() -> None:
    """permanent, 5000 ms, worker, three restarts in five seconds."""
    assert Supervisor.init([], strategy="one_for_one") == (
        "ok", ({"intensity": 3, "period": 5, "strategy": "one_for_one"}, []),
    )  # fmt: skip
    supervisor = started([worker_spec("x")])
    assert Supervisor.which_children(supervisor) == [("x", Process.whereis("x"), "worker", [Worker])]
    spec = ok(Supervisor.get_childspec(supervisor, "x"))
    assert spec.pop("start")[:2] == (Worker, "start_link")
    assert spec == {
        "id": "x", "modules": [Worker], "restart": "permanent", "shutdown": 5000, "significant": False, "type": "worker",
    }  # fmt: skip


@in_process
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


@in_process
def test_sup_13_no_restart_allowed() -> None:
    """With max_restarts 0 the first death ends the supervisor, and the other children with it."""
    trap()
    supervisor = started([worker_spec("a", trap=True), worker_spec("b")], max_restarts=0)
    events()
    assert ends_after(supervisor, lambda: kill("b")) == "shutdown"
    assert events() == [("terminated", "a", "shutdown")]
    assert Process.whereis("a") is None


@in_process
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


@in_process
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


@in_process
def test_sup_15_the_starter_dies_with_a_supervisor_that_gives_up() -> None:
    """It is linked: where it does not trap exits it ends with "shutdown"."""

    def starter() -> str:
        started([worker_spec("m")], max_restarts=0)
        kill("m")
        Process.sleep(2000)
        return "fine"

    assert outcome(starter) == ("exited", "shutdown")


@in_process
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


@in_process
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


@in_process
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


@in_process
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


@in_process
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


@in_process
def test_sup_20_a_child_that_does_not_start() -> None:
    """The earlier ones are ended, the later never start, and the starter hears why, twice."""
    trap()
    children = [worker_spec("a", trap=True), worker_spec("b", init=lambda: ("stop", "nope")), worker_spec("c")]
    why = ("shutdown", ("failed_to_start_child", "b", "nope"))
    assert Supervisor.start_link(children, strategy="one_for_one") == ("error", why)
    heard = messages()
    assert [each if each[0] != "EXIT" else ("EXIT", each[2]) for each in heard] == [
        ("started", "a"), ("terminated", "a", "shutdown"), ("EXIT", why),
    ]  # fmt: skip


@in_process
def test_sup_22_a_child_whose_init_raises() -> None:
    """The reason is the exception and its stack trace."""
    trap()

    def fail() -> None:
        raise RuntimeError("oops")

    match Supervisor.start_link([worker_spec("b", init=fail)], strategy="one_for_one"):
        case ("error", ("shutdown", ("failed_to_start_child", "b", (RuntimeError() as error, list())))):
            assert str(error) == "oops"
        case other:
            raise AssertionError(other)


@in_process
def test_sup_23_a_child_that_is_to_be_ignored() -> None:
    """It has a spec and no process; a temporary one has no spec either."""
    ignored = worker_spec("i", init=lambda: "ignore")
    temporary = worker_spec("t", {"restart": "temporary"}, init=lambda: "ignore")
    supervisor = started([worker_spec("a"), ignored, temporary])
    assert Supervisor.which_children(supervisor) == [
        ("i", "undefined", "worker", [Worker]), ("a", Process.whereis("a"), "worker", [Worker]),
    ]  # fmt: skip
    assert Supervisor.count_children(supervisor) == {"active": 1, "specs": 2, "supervisors": 0, "workers": 2}


@in_process
def test_sup_27_a_name_is_given_once() -> None:
    """The second supervisor of a name is told who has it."""
    first = started([], name="sup27")
    assert Supervisor.start_link([], strategy="one_for_one", name="sup27") == ("error", ("already_started", first))
    assert Process.whereis("sup27") == first


@in_process
def test_sup_31_brutal_kill() -> None:
    """The child is killed, and its terminate not called."""
    supervisor = started([worker_spec("a", {"shutdown": "brutal_kill"}, trap=True)])
    started_again("a")
    child = Process.whereis("a")
    assert child is not None
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "killed"
    assert events() == []


@in_process
def test_sup_32_a_child_that_takes_too_long_is_killed() -> None:
    """After the milliseconds of its spec."""
    supervisor = started([worker_spec("a", {"shutdown": 50}, trap=True, slow=5000)])
    started_again("a")
    child = Process.whereis("a")
    assert child is not None
    before = time.monotonic()
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "killed"
    assert 0.05 <= time.monotonic() - before < 2
    assert events() == []


@in_process
def test_sup_33_a_child_that_may_take_as_long_as_it_wants() -> None:
    """With "infinity" the supervisor waits."""
    supervisor = started([worker_spec("a", {"shutdown": "infinity"}, trap=True, slow=300)])
    child = Process.whereis("a")
    started_again("a")
    assert child is not None
    before = time.monotonic()
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "shutdown"
    assert time.monotonic() - before >= 0.3
    assert events() == [("terminated", "a", "shutdown")]


@in_process
def test_sup_32_a_child_that_never_stops_is_killed() -> None:
    """A process that ignores all that it is told, trapping exits, does not hold up its supervisor."""

    def deaf() -> Any:
        def ignore_all() -> None:
            Process.flag("trap_exit", True)
            send(me, "deaf")
            while True:
                receive()

        me = self()
        pid = spawn(ignore_all)
        Process.link(pid)
        receive("deaf")
        return ("ok", pid)

    supervisor = started([Supervisor.child_spec(running(deaf), shutdown=20)])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    assert ends_after(pid, lambda: Supervisor.stop(supervisor), 5000) == "killed"


@in_process
def test_sup_34_a_child_that_has_unlinked_itself_is_ended_all_the_same() -> None:
    """The supervisor monitors what it ends."""

    def unlinked() -> Any:
        pid = idle()
        return ("ok", pid)

    supervisor = started([running(unlinked), worker_spec("b")])
    ((_, _, _, _), (_, pid, _, _)) = Supervisor.which_children(supervisor)
    assert ends_after(pid, lambda: Supervisor.stop(supervisor), 5000) == "shutdown"


@in_process
def test_sup_34_a_child_that_died_unseen_does_not_hold_up_the_stop() -> None:
    """One that was not linked and is dead: there is nothing to wait for."""
    supervisor = started([running(lambda: ("ok", idle()))])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    Process.exit(pid, "kill")
    assert ends(pid) in ("killed", "noproc")
    assert Supervisor.count_children(supervisor)["active"] == 0
    assert Supervisor.stop(supervisor, "normal", 5000) == "ok"


@in_process
@pytest.mark.parametrize("reason", ["boom", "normal", "shutdown"])
def test_sup_35_the_supervisor_ends_with_its_starter(reason: str) -> None:
    """Whatever the starter's reason, it is the supervisor's, after its children have ended."""
    me = self()

    def starter() -> None:
        child = {"id": "a", "start": (Worker, "start_link", [("a", me, {"trap": True})])}
        send(me, ("supervisor", started([child])))
        receive("go")
        exit(reason)

    pid = spawn(starter)
    supervisor = receive(("supervisor", ...))[1]
    assert ends_after(supervisor, lambda: send(pid, "go"), 5000) == reason
    assert events() == [("started", "a"), ("terminated", "a", "shutdown")]


@in_process
def test_sup_36_exit_signals_of_others_are_ignored() -> None:
    """Who is not the parent cannot end a supervisor, but by "kill"."""
    me = self()

    def starter() -> None:
        send(me, ("supervisor", started([])))
        receive("never")

    spawn(starter)
    supervisor = receive(("supervisor", ...))[1]
    for reason in ("normal", "shutdown", "boom"):
        assert ends_after(supervisor, lambda reason=reason: Process.exit(supervisor, reason)) == "alive"  # type: ignore[misc]
    assert ends_after(supervisor, lambda: Process.exit(supervisor, "kill"), 5000) == "killed"


@in_process
@pytest.mark.parametrize("reason", ["normal", "shutdown", "boom"])
def test_sup_37_an_exit_signal_of_the_parent_is_an_orderly_stop(reason: str) -> None:
    """The supervisor ends its children, and then with that reason."""
    trap()
    supervisor = started([worker_spec("a", trap=True)])
    assert ends_after(supervisor, lambda: Process.exit(supervisor, reason), 5000) == reason
    assert events() == [("started", "a"), ("terminated", "a", "shutdown")]


@in_process
def test_sup_38_a_supervisor_that_is_killed_takes_its_children_along_by_their_links() -> None:
    """They end with "killed"; nobody calls terminate."""
    trap()
    supervisor = started([worker_spec("a")])
    child = Process.whereis("a")
    assert child is not None
    assert ends_after(child, lambda: Process.exit(supervisor, "kill"), 5000) == "killed"
    assert events() == [("started", "a")]


@in_process
def test_sup_39_stop_with_a_reason() -> None:
    """The supervisor ends with it; stopping nobody exits the caller."""
    trap()
    supervisor = started([])
    assert ends_after(supervisor, lambda: Supervisor.stop(supervisor, "boom")) == "boom"
    assert caught(lambda: Supervisor.stop("nobody_here")) == (
        "exit", ("noproc", (GenServer, "stop", ["nobody_here", "normal", "infinity"])),
    )  # fmt: skip


@in_process
def test_sup_53_a_supervisor_that_gives_up_is_restarted_by_its_own() -> None:
    """So trouble climbs the tree step by step."""
    me = self()

    def inner() -> Any:
        leaf = {"id": "leaf", "start": (Worker, "start_link", [("leaf", me, {})])}
        return Supervisor.start_link([leaf], strategy="one_for_one", max_restarts=0, name="inner53")

    started([{"id": "inner", "type": "supervisor", "start": (inner, [])}])
    started_again("leaf")
    before = Process.whereis("inner53")
    kill("leaf")
    started_again("leaf")
    assert Process.whereis("inner53") not in (None, before)


@in_process
def test_sup_55_auto_shutdown_with_any_significant_child() -> None:
    """The supervisor ends with the first significant child that ends and is not restarted."""
    trap()
    significant = {"significant": True, "restart": "transient"}
    supervisor = started(
        [worker_spec("x", significant), worker_spec("y", {"restart": "transient"}), worker_spec("z", significant)],
        auto_shutdown="any_significant",
    )
    assert ends_after(supervisor, lambda: GenServer.call("y", ("stop", "normal"))) == "alive"
    assert ends_after(supervisor, lambda: GenServer.call("x", ("stop", "boom"))) == "alive"
    until(lambda: Process.whereis("x"))
    assert ends_after(supervisor, lambda: GenServer.call("x", ("stop", "normal")), 5000) == "shutdown"
    assert Process.whereis("z") is None


@in_process
def test_sup_55_auto_shutdown_with_all_significant_children() -> None:
    """The supervisor ends with the last of them; a terminate_child is no such end."""
    trap()
    significant = {"significant": True, "restart": "temporary"}
    supervisor = started(
        [worker_spec("x", significant), worker_spec("y", significant), worker_spec("z")],
        auto_shutdown="all_significant",
    )
    assert ends_after(supervisor, lambda: kill("x")) == "alive"
    assert ends_after(supervisor, lambda: kill("y"), 5000) == "shutdown"
    supervisor = started([worker_spec("x", significant)], auto_shutdown="any_significant")
    assert ends_after(supervisor, lambda: Supervisor.terminate_child(supervisor, "x")) == "alive"


@in_process
def test_sup_55_significant_needs_auto_shutdown_and_a_child_that_may_end() -> None:
    """Other combinations make no sense, and are refused."""
    trap()
    one = worker_spec("x", {"significant": True, "restart": "transient"})
    assert Supervisor.start_link([one], strategy="one_for_one") == (
        "error", ("start_spec", ("bad_combination", {"auto_shutdown": "never", "significant": True})),
    )  # fmt: skip
    other = worker_spec("x", {"significant": True})
    assert Supervisor.start_link([other], strategy="one_for_one", auto_shutdown="any_significant") == (
        "error", ("start_spec", ("bad_combination", {"restart": "permanent", "significant": True})),
    )  # fmt: skip
    assert Supervisor.start_link([], strategy="one_for_one", auto_shutdown="sometimes") == (
        "error", ("supervisor_data", ("invalid_auto_shutdown", "sometimes")),
    )  # fmt: skip


@in_process
def test_sup_56_who_started_a_supervisor_does_not_notice_a_restart() -> None:
    """The link is to the supervisor, not to its children."""
    supervisor = started([worker_spec("a")])
    started_again("a")
    kill("a")
    started_again("a")
    assert Process.alive(supervisor) and isinstance(Process.whereis("a"), Pid)


@in_process
def test_a_module_says_in_init_what_its_children_are() -> None:
    """The module-based form; the module is a child of others by its name, as a supervisor."""

    class MySupervisor(Supervisor):
        @staticmethod
        def start_link(arg: Any) -> Any:
            return Supervisor.start_link(MySupervisor, arg, name=MySupervisor)

        @staticmethod
        def init(arg: Any) -> Any:
            return Supervisor.init([worker_of(arg)], strategy="one_for_one")

    me = self()

    def worker_of(name: str) -> Any:
        return {"id": name, "start": (Worker, "start_link", [(name, me, {})])}

    assert MySupervisor.child_spec("m") == {
        "id": MySupervisor, "start": (MySupervisor, "start_link", ["m"]), "type": "supervisor",
    }  # fmt: skip
    outer = started([(MySupervisor, "m")])
    started_again("m")
    assert Supervisor.which_children(outer) == [
        (MySupervisor, Process.whereis(MySupervisor), "supervisor", [MySupervisor]),
    ]
    assert ok(Supervisor.get_childspec(outer, MySupervisor))["shutdown"] == "infinity"
    assert [id for id, _, _, _ in Supervisor.which_children(MySupervisor)] == ["m"]


@in_process
def test_a_module_may_decline() -> None:
    """init returns "ignore", and so does start_link."""

    class Shy(Supervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            return "ignore"

    assert Supervisor.start_link(Shy, None) == "ignore"


@in_process
def test_children_have_ancestors() -> None:
    """Each process of a tree knows those above it, the nearest first."""
    me = self()

    class Told(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            send(me, ("ancestors", Process.get("$ancestors")))
            return ("ok", None)

    def inner() -> Any:
        child = {"id": "t", "start": (GenServer, "start_link", [Told, None])}
        return Supervisor.start_link([child], strategy="one_for_one", name="inner")

    outer = started([{"id": "inner", "start": (inner, []), "type": "supervisor"}])
    ancestors = receive(("ancestors", ...), after=5000)[1]
    assert ancestors == ["inner", outer, me]


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
