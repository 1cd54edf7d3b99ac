"""What can be asked of a supervisor: its children, and to change them."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import caught, ends_after, idle, messages, trap, until
from supervised import Worker, a_process, events, kill, running, started, started_again, worker_spec

from pyex import Process, ok, receive, self, send, spawn
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


@pytest.mark.process
def test_sup_28_a_start_function_may_tell_more() -> None:
    """What it returns beside the pid reaches who called start_child."""
    supervisor = started([])
    status, pid, info = Supervisor.start_child(supervisor, running(lambda: (*a_process(), "info")))
    assert (status, info) == ("ok", "info")
    Supervisor.terminate_child(supervisor, "x")
    status, again, info = Supervisor.restart_child(supervisor, "x")
    assert (status, info) == ("ok", "info") and again != pid


@pytest.mark.process
def test_sup_40_which_children_has_the_newest_first() -> None:
    """(id, pid, type, modules), in the reverse order of their start."""
    supervisor = started([worker_spec(name) for name in "abc"])
    assert Supervisor.which_children(supervisor) == [
        (name, Process.whereis(name), "worker", [Worker]) for name in "cba"
    ]
    Supervisor.start_child(supervisor, worker_spec("d"))
    assert [id for id, _, _, _ in Supervisor.which_children(supervisor)] == ["d", "c", "b", "a"]


@pytest.mark.process
def test_sup_40_a_restart_does_not_change_the_order() -> None:
    """A child keeps its place."""
    supervisor = started([worker_spec(name) for name in "abc"], "rest_for_one")
    started_again("a", "b", "c")
    kill("b")
    started_again("b", "c")
    assert [id for id, _, _, _ in Supervisor.which_children(supervisor)] == ["c", "b", "a"]


@pytest.mark.process
def test_sup_41_count_children() -> None:
    """All, those that run, supervisors and workers."""
    inner = {
        "id": "s", "type": "supervisor",
        "start": (Supervisor, "start_link", [[], {"strategy": "one_for_one"}]),
    }  # fmt: skip
    supervisor = started([worker_spec("a"), worker_spec("b"), inner])
    Supervisor.terminate_child(supervisor, "a")
    assert Supervisor.count_children(supervisor) == {"active": 2, "specs": 3, "supervisors": 1, "workers": 2}


@pytest.mark.process
def test_sup_43_restart_child() -> None:
    """Only of a child that is known and has no process."""
    supervisor = started([worker_spec("a")])
    assert Supervisor.restart_child(supervisor, "a") == ("error", "running")
    Supervisor.terminate_child(supervisor, "a")
    assert Supervisor.restart_child(supervisor, "a") == ("ok", Process.whereis("a"))
    assert Supervisor.restart_child(supervisor, "zz") == ("error", "not_found")


@pytest.mark.process
def test_sup_43_a_restart_by_hand_that_fails() -> None:
    """The child stays without process, and the error is the start function's."""
    supervisor = started([running(lambda: "ignore"), {"id": "y", "start": (one_start_only, [])}])
    assert Supervisor.restart_child(supervisor, "x") == ("ok", "undefined")
    Supervisor.terminate_child(supervisor, "y")
    assert Supervisor.restart_child(supervisor, "y") == ("error", "only once")
    assert Supervisor.which_children(supervisor)[0][:2] == ("y", "undefined")


def one_start_only() -> Any:
    if Process.get("has started"):
        return ("error", "only once")
    Process.put("has started", True)
    return a_process()


@pytest.mark.process
def test_sup_44_delete_child() -> None:
    """Only of a child that has no process."""
    supervisor = started([worker_spec("a")])
    assert Supervisor.delete_child(supervisor, "a") == ("error", "running")
    assert Supervisor.terminate_child(supervisor, "a") == "ok"
    assert Supervisor.delete_child(supervisor, "a") == "ok"
    assert Supervisor.which_children(supervisor) == []
    assert Supervisor.delete_child(supervisor, "a") == ("error", "not_found")
    assert Supervisor.restart_child(supervisor, "a") == ("error", "not_found")


@pytest.mark.process
def test_sup_45_start_child() -> None:
    """An id is used once, also while its child has no process."""
    supervisor = started([])
    pid = ok(Supervisor.start_child(supervisor, worker_spec("a")))
    assert Supervisor.start_child(supervisor, worker_spec("a")) == ("error", ("already_started", pid))
    Supervisor.terminate_child(supervisor, "a")
    assert Supervisor.start_child(supervisor, worker_spec("a")) == ("error", "already_present")


@pytest.mark.process
def test_sup_46_start_child_that_is_ignored() -> None:
    """It is kept, without process; a temporary one is not."""
    supervisor = started([])
    assert Supervisor.start_child(supervisor, worker_spec("i", init=lambda: "ignore")) == ("ok", "undefined")
    temporary = worker_spec("t", {"restart": "temporary"}, init=lambda: "ignore")
    assert Supervisor.start_child(supervisor, temporary) == ("ok", "undefined")
    assert Supervisor.which_children(supervisor) == [("i", "undefined", "worker", [Worker])]


@pytest.mark.process
def test_sup_47_start_child_whose_name_is_taken_elsewhere() -> None:
    """The error holds the child as OTP's record of nine, and the spec is not kept."""
    pid = ok(GenServer.start(Worker, ("a", self(), {}), name="a"))
    supervisor = started([])
    match Supervisor.start_child(supervisor, worker_spec("a")):
        case ("error", (("already_started", other), child)):
            assert other == pid
            assert child[:3] == ("child", "undefined", "a") and len(child) == 9
            assert child[4:] == ("permanent", False, 5000, "worker", [Worker])
        case other:
            raise AssertionError(other)
    assert Supervisor.which_children(supervisor) == []


@pytest.mark.process
def test_sup_48_terminate_child_of_a_temporary_child_forgets_it() -> None:
    """Its spec goes with its process."""
    supervisor = started([worker_spec("a", {"restart": "temporary"})])
    assert Supervisor.terminate_child(supervisor, "a") == "ok"
    assert Supervisor.which_children(supervisor) == []
    assert Supervisor.restart_child(supervisor, "a") == ("error", "not_found")


@pytest.mark.process
def test_sup_48_the_arguments_of_a_temporary_child_are_not_kept() -> None:
    """It will not be started again; as in OTP they show as "undefined"."""
    supervisor = started([])
    Supervisor.start_child(supervisor, worker_spec("a", {"restart": "temporary"}))
    assert ok(Supervisor.get_childspec(supervisor, "a"))["start"] == (Worker, "start_link", "undefined")


@pytest.mark.process
def test_sup_49_terminate_child_is_not_followed_by_a_restart() -> None:
    """And counts for nothing; a transient child that has ended can be started again by hand."""
    supervisor = started([worker_spec("a", {"restart": "transient"}), worker_spec("b")], max_restarts=0)
    GenServer.call("a", ("stop", "normal"))
    until(lambda: Supervisor.which_children(supervisor)[1][1] == "undefined")
    assert Supervisor.restart_child(supervisor, "a") == ("ok", Process.whereis("a"))
    for _ in range(5):
        assert Supervisor.terminate_child(supervisor, "b") == "ok"
        assert Supervisor.restart_child(supervisor, "b")[0] == "ok"
    assert Process.alive(supervisor)


@pytest.mark.process
def test_sup_50_terminate_child_that_has_no_process_or_is_not_known() -> None:
    """The first is "ok" at once; a pid is no id."""
    supervisor = started([worker_spec("a")])
    assert Supervisor.terminate_child(supervisor, Process.whereis("a")) == ("error", "not_found")
    assert [Supervisor.terminate_child(supervisor, each) for each in ("a", "a", "zz")] == [
        "ok", "ok", ("error", "not_found"),
    ]  # fmt: skip


@pytest.mark.process
def test_sup_51_an_unknown_call_crashes_the_supervisor() -> None:
    """With function_clause, as in OTP; an unexpected message does not."""
    trap()
    supervisor = started([worker_spec("a", trap=True)])
    send(supervisor, "what")
    assert Supervisor.count_children(supervisor)["active"] == 1
    match caught(lambda: GenServer.call(supervisor, "unknown", 5000)):
        case ("exit", (("function_clause", list()), (_, "call", [_, "unknown", 5000]))):
            pass
        case other:
            raise AssertionError(other)
    until(lambda: not Process.alive(supervisor))
    assert ("terminated", "a", "shutdown") in events()


@pytest.mark.process
def test_sup_51_an_unknown_cast_crashes_the_supervisor_too() -> None:
    """OTP's has a clause for its own cast alone."""
    trap()
    supervisor = started([])
    match ends_after(supervisor, lambda: GenServer.cast(supervisor, "unknown"), 5000):
        case ("function_clause", list()):
            pass
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_sup_52_calls_to_nobody() -> None:
    """The caller exits, as that of GenServer.call."""
    assert caught(lambda: Supervisor.which_children("nobody_here")) == (
        "exit", ("noproc", (GenServer, "call", ["nobody_here", "which_children", "infinity"])),
    )  # fmt: skip


@pytest.mark.process
def test_sup_54_exit_signals_of_strangers_are_no_deaths_of_children() -> None:
    """A process linked to the supervisor that is no child of it may end as it likes."""
    supervisor = started([worker_spec("a")], max_restarts=0)
    stranger = idle()

    class Meddler(GenServer):
        @staticmethod
        def init(arg: Any) -> Any:
            Process.link(supervisor)
            return ("stop", "meddled")

    GenServer.start(Meddler, None)
    Process.exit(stranger, "kill")
    assert Supervisor.count_children(supervisor)["active"] == 1
    assert messages()[0] == ("started", "a")


@pytest.mark.process
@pytest.mark.parametrize(
    "id", ["text", 1, 1.0, True, None, ("a", 1), ["a", {"b": 1}], {"a": [1]}, {1, 2}, (1, ["x"]), Worker, print]
)
def test_an_id_is_any_term(id: Any) -> None:
    """Hashable or not, it is found again by what equals it."""
    supervisor = started([{**worker_spec("w"), "id": id}])
    assert Supervisor.restart_child(supervisor, id) == ("error", "running")
    assert Supervisor.terminate_child(supervisor, id) == "ok"
    assert Supervisor.delete_child(supervisor, id) == "ok"
    assert Supervisor.which_children(supervisor) == []


@pytest.mark.process
def test_ids_that_python_takes_for_equal_are_different() -> None:
    """1, 1.0 and True are three ids, also inside tuples."""
    ids = [1, 1.0, True, ("x", 1), ("x", True), 0, False, 0.0]
    supervisor = started([{"id": each, "start": (a_process, [])} for each in ids])
    assert [(each, type(each)) for each, _, _, _ in reversed(Supervisor.which_children(supervisor))] == [
        (each, type(each)) for each in ids
    ]
    assert Supervisor.terminate_child(supervisor, True) == "ok"
    assert Supervisor.restart_child(supervisor, 1) == ("error", "running")


@pytest.mark.process
def test_an_id_may_be_a_pid_or_a_reference() -> None:
    """Whatever is unique."""
    reference = Process.monitor(idle())
    supervisor = started([{"id": self(), "start": (a_process, [])}, {"id": reference, "start": (a_process, [])}])
    assert Supervisor.terminate_child(supervisor, self()) == "ok"
    assert Supervisor.terminate_child(supervisor, reference) == "ok"


@pytest.mark.process
def test_a_supervisor_of_a_thousand_children() -> None:
    """One child's restart does not touch the others, and all end in reverse."""
    supervisor = started([{"id": number, "start": (a_process, [])} for number in range(1000)], max_restarts=1000)
    before = {id: pid for id, pid, _, _ in Supervisor.which_children(supervisor)}
    for number in range(0, 1000, 10):
        Process.exit(before[number], "kill")
    until(lambda: Supervisor.count_children(supervisor)["active"] == 1000)
    after = {id: pid for id, pid, _, _ in Supervisor.which_children(supervisor)}
    assert [number for number in before if before[number] != after[number]] == [*range(990, -1, -10)]
    assert Supervisor.stop(supervisor) == "ok"
    assert not any(Process.alive(pid) for pid in after.values())


@pytest.mark.process
def test_calls_wait_while_a_child_takes_its_time_to_start() -> None:
    """Starting is synchronous: a start function that does not return holds up its supervisor, as in OTP."""
    me = self()

    def slow() -> Any:
        send(me, ("starting", self()))
        receive("go")
        return a_process()

    supervisor = started([])

    def ask() -> None:
        send(me, ("answer", Supervisor.start_child(supervisor, running(slow))))

    spawn(ask)
    assert receive(("starting", ...), after=5000)[1] == supervisor
    assert caught(lambda: GenServer.call(supervisor, "count_children", 20)) == (
        "exit", ("timeout", (GenServer, "call", [supervisor, "count_children", 20])),
    )  # fmt: skip
    send(supervisor, "go")
    assert receive(("answer", ...), after=5000)[1][0] == "ok"
    assert Supervisor.count_children(supervisor)["active"] == 1
