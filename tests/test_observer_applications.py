"""The Observer's view `applications`: the supervision trees, and how often children were started again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from in_process import idle, in_process, until

from pyex import (
    Agent,
    Atom,
    DynamicSupervisor,
    GenServer,
    Pid,
    Pool,
    Process,
    Supervisor,
    Sys,
    ok,
    receive,
    self,
    send,
    spawn,
    spawn_link,
)
from pyex.observer.view import Refused, read

Tree = dict[str, Any]


def agent(id: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "start": (Agent, "start_link", [int]), **more}


def supervisor(*children: Any, strategy: str = "one_for_one", **options: Any) -> Pid:
    pid: Pid = ok(Supervisor.start_link(list(children), {"strategy": strategy, "max_restarts": 100, **options}))
    return pid


def look(query: str = "") -> Tree:
    view: Tree = read(f"applications?{query}")
    return view


def nodes(roots: list[Tree]) -> Iterator[Tree]:
    for node in roots:
        yield node
        yield from nodes(node["children"])


def node_of(pid: Pid, query: str = "") -> Tree:
    """What the view shows of a process."""
    (found,) = [node for node in nodes(look(query)["roots"]) if node["pid"] == text(pid)]
    return found


def text(pid: Pid) -> str:
    return repr(pid)[5:-1]


def child(top: Pid, id: Any) -> Pid:
    return next(pid for each, pid, _, _ in Supervisor.which_children(top) if each == id)  # type: ignore[no-any-return]


def kill(pid: Pid, top: Pid) -> None:
    """Kill a child, and wait until its supervisor has seen that."""
    reference = Process.monitor(pid)
    Process.exit(pid, "kill")
    receive(("DOWN", reference, ..., ..., ...))
    Supervisor.which_children(top)


# What there is


@in_process
def test_a_tree_is_shown_with_what_each_process_is() -> None:
    """Names, ids, classes, strategies and restart types, from the top down in the order of the start."""
    top = supervisor(agent("one"), agent("two", restart="transient"), name="boss", strategy="rest_for_one")
    shown = node_of(top)
    kept = ("kind", "pid", "name", "label", "id", "status", "strategy", "dynamic", "queue", "count", "restarts", "own")
    assert {key: shown[key] for key in kept} == {
        "kind": "supervisor", "pid": text(top), "name": "boss", "label": "boss", "id": None, "status": "running",
        "strategy": "rest_for_one", "dynamic": False, "queue": 0, "count": 2, "restarts": 0, "own": False,
    }  # fmt: skip
    assert [(each["label"], each["id"], each["restart"], each["what"]) for each in shown["children"]] == [
        ("one", "one", "permanent", "int/0"),
        ("two", "two", "transient", "int/0"),
    ]
    assert [each["key"] for each in shown["children"]] == [f"{shown['key']}/one", f"{shown['key']}/two"]


@in_process
def test_links_are_those_that_the_tree_does_not_show() -> None:
    """Each once, the older process first; none between parent and child."""
    top = supervisor(agent("a"), agent("b"), agent("c"))
    a, b = child(top, "a"), child(top, "b")
    Agent.update(b, lambda state: Process.link(a) and state)
    assert look()["links"] == [[text(a), text(b)]]


@in_process
def test_the_runtimes_own_processes_are_shown_where_everything_is_asked_for() -> None:
    """They stand below a root of their own, and are marked."""
    assert not any(node["own"] for node in nodes(look()["roots"]))
    *others, last = look("everything=1")["roots"]
    assert (last["kind"], last["own"], all(each["own"] for each in last["children"])) == ("system", True, True)
    assert len(last["children"]) == last["count"] > 0
    assert not any(node["own"] for node in nodes(others))


# What changes


@in_process
def test_a_restarted_child_stands_where_its_predecessor_stood() -> None:
    """The key is the same, the pid another, and the restart is counted: of the child, and of its supervisor."""
    top = supervisor(agent("one"), agent("two"))
    before = node_of(top)["children"]
    kill(child(top, "one"), top)
    kill(child(top, "one"), top)
    shown = node_of(top)
    assert [each["key"] for each in shown["children"]] == [each["key"] for each in before]
    assert [each["pid"] == old["pid"] for each, old in zip(shown["children"], before, strict=True)] == [False, True]
    assert (shown["restarts"], shown["ended"], shown["restarted"]) == (2, 2, None)
    assert [(each["restarts"], each["restarted"]) for each in shown["children"]] == [(2, 2), (0, 0)]


@in_process
def test_restarts_by_strategy_count_for_each_child_that_was_started_again() -> None:
    """Where one child has ended and the strategy has three started again, there were three restarts."""
    top = supervisor(agent("a"), agent("b"), agent("c"), strategy="one_for_all")
    kill(child(top, "b"), top)
    shown = node_of(top)
    assert (shown["restarts"], shown["ended"]) == (3, 1)
    assert [each["restarts"] for each in shown["children"]] == [1, 1, 1]


@in_process
def test_what_a_person_starts_again_is_no_restart() -> None:
    """Only what the supervisor does by itself is counted."""
    top = supervisor(agent("a"))
    Supervisor.terminate_child(top, "a")
    Supervisor.restart_child(top, "a")
    assert (node_of(top)["restarts"], node_of(top)["ended"]) == (0, 0)


@in_process
def test_a_restart_that_fails_is_not_counted_until_it_succeeds() -> None:
    """The child is shown as restarting, under its key, without a pid."""

    def start() -> Any:
        return ("error", "broken") if Process.whereis("broken") else Agent.start_link(int)

    top = supervisor({"id": "a", "start": (start, [])}, max_restarts=10**6)
    key = node_of(top)["children"][0]["key"]
    Process.register(idle(), "broken")
    Process.exit(child(top, "a"), "kill")
    until(lambda: node_of(top)["children"][0]["status"] == "restarting")
    shown = node_of(top)
    assert (shown["restarts"], shown["ended"]) == (0, 1)
    (only,) = shown["children"]
    assert (only["key"], only["pid"], only["restarts"]) == (key, None, 0)
    Process.exit(Process.whereis("broken"), "kill")
    until(lambda: node_of(top)["children"][0]["status"] == "running")
    assert node_of(top)["restarts"] == node_of(top)["children"][0]["restarts"] == 1


@in_process
@pytest.mark.parametrize("strategy", ["dynamic", "simple_one_for_one"])
def test_children_without_ids_are_counted_too(strategy: str) -> None:
    """A dynamic supervisor's child keeps its count with another pid, which is its key."""
    if strategy == "dynamic":
        top = ok(DynamicSupervisor.start_link(strategy="one_for_one", max_restarts=10))
        one, other = (ok(DynamicSupervisor.start_child(top, agent("x"))) for _ in range(2))
    else:
        top = supervisor(agent("x"), strategy=strategy)
        one, other = (ok(Supervisor.start_child(top, [])) for _ in range(2))
    kill(one, top)
    shown = node_of(top)
    assert (shown["strategy"], shown["dynamic"]) == (
        "one_for_one" if strategy == "dynamic" else strategy,
        strategy == "dynamic",
    )
    assert (shown["restarts"], shown["ended"], shown["count"]) == (1, 1, 2)
    assert sorted(each["restarts"] for each in shown["children"]) == [0, 1]
    assert all(each["key"] == f"{shown['key']}/{each['pid']}" for each in shown["children"])
    assert text(other) in [each["pid"] for each in shown["children"]]


@in_process
def test_workers_that_a_pool_replaces_are_told_as_ended() -> None:
    """They are temporary: their supervisor restarts none, and the pool has another started."""
    pool = ok(Pool.start_link(name="pool", worker=(Agent, int), size=3))
    workers = next(each for each in node_of(pool)["children"] if each["count"] == 3)
    first = next(block for block in Process.list() if text(block) == workers["children"][0]["pid"])
    kill(first, pool)
    until(lambda: Pool.status("pool")[1] == 3)
    workers = next(each for each in node_of(pool)["children"] if each["key"] == workers["key"])
    assert (workers["count"], workers["ended"], workers["restarts"]) == (3, 1, 0)
    assert text(first) not in [each["pid"] for each in workers["children"]]


# Supervisors that do not answer


@in_process
def test_who_is_suspended_is_shown_so_and_asked_nothing() -> None:
    """Also a supervisor, with its children; however many look, nothing comes into its mailbox."""
    top = supervisor(agent("a"), agent("b"))
    Sys.suspend(top)
    Sys.suspend(child_of := node_pid(node_of(top)["children"][1]))
    for _ in range(10):
        shown = node_of(top)
    assert (shown["status"], shown["queue"], [each["status"] for each in shown["children"]]) == (
        "suspended",
        0,
        ["running", "suspended"],
    )
    Sys.resume(child_of)
    Sys.resume(top)
    assert node_of(top)["status"] == node_of(top)["children"][1]["status"] == "running"


def node_pid(node: Tree) -> Pid:
    return next(pid for pid in Process.list() if text(pid) == node["pid"])


@in_process
def test_a_supervisor_that_is_starting_is_not_waited_for() -> None:
    """Its children are not known yet: it is shown without an answer, above what it has spawned."""

    def stuck() -> Any:
        send(tester, ("stuck", self()))
        return receive("go on") and Agent.start_link(int)

    tester = self()
    spawn_link(lambda: (supervisor(agent("a"), {"id": "b", "start": (stuck, [])}), Process.sleep("infinity")))
    top = receive(("stuck", ...))[1]
    began = monotonic()
    shown = node_of(top)
    assert monotonic() - began < 0.2
    assert (shown["status"], shown["count"], shown["restarts"]) == ("no answer", 1, None)
    send(top, "go on")
    until(lambda: node_of(top)["status"] == "running")
    assert [each["id"] for each in node_of(top)["children"]] == ["a", "b"]


@in_process
def test_a_supervisor_that_never_answers_is_shown_with_its_children() -> None:
    """One that waits for the start of another child, for ever, knows those that it has."""

    def stuck() -> Any:
        send(tester, "stuck")
        return receive("never")

    tester = self()
    top = supervisor(agent("a"))
    spawn(lambda: Supervisor.start_child(top, {"id": "b", "start": (stuck, [])}))
    receive("stuck")
    began = monotonic()
    assert [each["id"] for each in node_of(top)["children"]] == ["a"]
    assert monotonic() - began < 0.2


@in_process
def test_looking_leaves_no_trace() -> None:
    """No process is woken, sent anything or monitored by a look."""
    top = supervisor(agent("a"), agent("b"))
    items = ["reductions", "message_queue_len", "links", "monitored_by"]
    others = [pid for pid in Process.list() if pid != self()]
    until(lambda: all(Process.info(pid, "status")[1] == "waiting" for pid in others))
    before = [Process.info(pid, items) for pid in others]
    for _ in range(5):
        look("everything=1")
    assert [Process.info(pid, items) for pid in others] == before
    assert Process.alive(top)


# Bounds


@in_process
def test_of_many_children_the_first_are_shown() -> None:
    """All are counted."""
    top = ok(DynamicSupervisor.start_link(strategy="one_for_one"))
    for _ in range(300):
        DynamicSupervisor.start_child(top, agent("x"))
    shown = node_of(top, "limit=10")
    assert (shown["count"], len(shown["children"])) == (300, 10)


@in_process
def test_many_that_nobody_alive_has_started_stand_below_one_root() -> None:
    """A process that has ended leaves its own behind; few are roots themselves."""
    spawn(lambda: [spawn(Process.sleep, "infinity") for _ in range(30)])
    until(lambda: len(Process.list()) > 30)
    assert len([root for root in look("limit=20")["roots"] if root["kind"] == "process"]) == 31
    *_, last = look("limit=10")["roots"]
    assert (last["kind"], last["key"], last["count"], len(last["children"])) == ("others", "others:others", 31, 10)


@in_process
def test_so_many_processes_are_shown_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The upper ones first; the others are counted."""
    monkeypatch.setattr("pyex.observer.view.applications.MOST_NODES", 30)
    start = lambda: ("ok", supervisor(*map(agent, range(5))))  # noqa: E731
    top = supervisor(*({"id": number, "start": (start, []), "type": "supervisor"} for number in range(20)))
    assert len(list(nodes(look()["roots"]))) == 30
    assert [each["count"] for each in node_of(top)["children"]] == [5] * 20


@in_process
def test_a_very_high_tree_is_cut() -> None:
    """A chain of processes that each have spawned the next is shown as far down as JSON can hold it."""

    def link_of_chain(left: int) -> None:
        if left:
            spawn_link(link_of_chain, left - 1)
        else:
            send(tester, "all there")
        Process.sleep("infinity")

    tester = self()
    spawn_link(link_of_chain, 500)
    receive("all there")
    answer = look()
    assert json.loads(json.dumps(answer)) == answer
    lowest = list(nodes(answer["roots"]))[-1]
    assert 90 < len(list(nodes(answer["roots"]))) < 110
    assert (lowest["count"], lowest["children"]) == (1, [])


@in_process
def test_ids_are_only_text() -> None:
    """Markup stays as it is, control characters are written out, what is long is cut, and no `__repr__` is called."""

    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("it was called")

    ids = ["<script>", "a\nb\x1b[31m", "x" * 100_000, Loud(), ("pair", 1), Atom("two words"), Loud, 10**5000]
    top = supervisor(*(agent(id) for id in ids))
    shown = [each["id"] for each in node_of(top)["children"]]
    assert shown[0] == "<script>" and shown[1] == r"a\nb\x1b[31m" and shown[2] == "x" * 200
    assert shown[3].endswith("Loud>") and shown[6].endswith("Loud")
    assert shown[5] == "two words" and "pair" in shown[4]
    assert all(len(each) <= 200 for each in shown)


@in_process
def test_no_two_places_have_the_same_key() -> None:
    """Also where ids are written the same."""
    top = supervisor(agent(1), agent("1"), agent(Atom("a/b")), agent(("1",)))
    keys = [node["key"] for node in nodes(look("everything=1")["roots"])]
    assert len(set(keys)) == len(keys)
    assert {f"{node_of(top)['key']}/1", f"{node_of(top)['key']}/1~2"} <= set(keys)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "everything=yes", "limit=1000000"])
def test_nonsense_is_refused(query: str) -> None:
    """With what may be written instead."""

    @in_process
    def main() -> None:
        with pytest.raises(Refused, match=r"limit is a number from|everything is one of"):
            look(query)

    main()


@in_process
def test_a_server_is_no_supervisor_because_it_has_children() -> None:
    """A server whose state looks like a supervisor's is a process as others are."""

    class Parent(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            return ("ok", arg)

    class Family:
        def __init__(self) -> None:
            self.children = {"a": 1}

    pid = ok(GenServer.start_link(Parent, Family()))
    assert (node_of(pid)["kind"], node_of(pid)["count"], node_of(pid)["restarts"]) == ("process", 0, None)
