"""Supervisors: children start, end, and are started again."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import messages, trap, until
from supervised import (
    Worker,
    changes,
    events,
    kill,
    pids,
    started,
    started_again,
    worker_spec,
)

from pyex import ArgumentError, Pid, Process, ok, receive, self, send
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


@pytest.mark.process
def test_sup_01_children_start_in_order_and_stop_in_reverse() -> None:
    """The first child starts first and ends last; those that trap see "shutdown"."""
    supervisor = started([worker_spec(name, trap=True) for name in "abc"])
    assert Supervisor.stop(supervisor) == "ok"
    assert events() == [
        ("started", "a"), ("started", "b"), ("started", "c"),
        ("terminated", "c", "shutdown"), ("terminated", "b", "shutdown"), ("terminated", "a", "shutdown"),
    ]  # fmt: skip


@pytest.mark.process
def test_sup_02_one_for_one_restarts_only_the_dead_child() -> None:
    """With one_for_one the others notice nothing."""
    started([worker_spec(name) for name in "abc"])
    started_again("a", "b", "c")
    before = pids("abc")
    kill("b")
    assert events() == [("started", "b")]
    assert changes(before) == {"a": "same", "b": "new", "c": "same"}


@pytest.mark.process
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


@pytest.mark.process
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


@pytest.mark.process
def test_sup_05_one_for_all_also_when_a_permanent_child_ends_normally() -> None:
    """A permanent child is not allowed to end."""
    started([worker_spec("a"), worker_spec("b")], "one_for_all")
    started_again("a", "b")
    before = pids("ab")
    assert GenServer.call("a", ("stop", "normal")) == "ok"
    assert ("started", "b") in events()
    assert changes(before) == {"a": "new", "b": "new"}


@pytest.mark.process
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


@pytest.mark.process
def test_sup_07_a_strategy_is_needed_and_has_to_be_one() -> None:
    """Without strategy: ArgumentError. With an unknown one: OTP's error."""
    with pytest.raises(ArgumentError, match="strategy"):
        Supervisor.start_link([])
    trap()
    assert Supervisor.start_link([], strategy="bogus") == (
        "error", ("supervisor_data", ("invalid_strategy", "bogus")),
    )  # fmt: skip


@pytest.mark.process
def test_sup_08_a_transient_child_is_restarted_when_it_ended_abnormally() -> None:
    """Ends with "normal", "shutdown" and ("shutdown", x) are its work done; all others are not."""
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


@pytest.mark.process
def test_sup_09_a_temporary_child_is_never_restarted() -> None:
    """Not after a crash either; its spec is gone too."""
    supervisor = started([worker_spec("a", {"restart": "temporary"})])
    kill("a")
    until(lambda: Supervisor.which_children(supervisor) == [])
    assert Process.whereis("a") is None


@pytest.mark.process
def test_sup_11_the_defaults() -> None:
    """permanent, 5000 ms, worker, three restarts in five seconds."""
    assert Supervisor.init([], strategy="one_for_one") == (
        "ok", ({"intensity": 3, "period": 5, "strategy": "one_for_one"}, []),
    )  # fmt: skip
    supervisor = started([worker_spec("x")])
    assert Supervisor.which_children(supervisor) == [("x", Process.whereis("x"), "worker", [Worker])]
    spec = ok(Supervisor.get_childspec(supervisor, "x"))
    assert spec.pop("start")[:2] == (Worker, "start_link")
    assert spec.pop("modules") == [Worker]
    assert spec == {"id": "x", "restart": "permanent", "shutdown": 5000, "significant": False, "type": "worker"}


@pytest.mark.process
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


@pytest.mark.process
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


@pytest.mark.process
def test_sup_23_a_child_that_is_to_be_ignored() -> None:
    """It has a spec and no process; a temporary one has no spec either."""
    ignored = worker_spec("i", init=lambda: "ignore")
    temporary = worker_spec("t", {"restart": "temporary"}, init=lambda: "ignore")
    supervisor = started([worker_spec("a"), ignored, temporary])
    assert Supervisor.which_children(supervisor) == [
        ("i", "undefined", "worker", [Worker]), ("a", Process.whereis("a"), "worker", [Worker]),
    ]  # fmt: skip
    assert Supervisor.count_children(supervisor) == {"active": 1, "specs": 2, "supervisors": 0, "workers": 2}


@pytest.mark.process
def test_sup_27_a_name_is_given_once() -> None:
    """The second supervisor of a name is told who has it."""
    first = started([], name="sup27")
    assert Supervisor.start_link([], strategy="one_for_one", name="sup27") == ("error", ("already_started", first))
    assert Process.whereis("sup27") == first


@pytest.mark.process
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


@pytest.mark.process
def test_sup_56_who_started_a_supervisor_does_not_notice_a_restart() -> None:
    """The link is to the supervisor, not to its children."""
    supervisor = started([worker_spec("a")])
    started_again("a")
    kill("a")
    started_again("a")
    assert Process.alive(supervisor) and isinstance(Process.whereis("a"), Pid)


@pytest.mark.process
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


@pytest.mark.process
def test_a_module_may_decline() -> None:
    """init returns "ignore", and so does start_link."""

    class Shy(Supervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            return "ignore"

    assert Supervisor.start_link(Shy, None) == "ignore"


@pytest.mark.process
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
