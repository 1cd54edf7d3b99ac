"""Dynamic supervisors: children that come and go."""

from __future__ import annotations

import time
from typing import Any

import pytest
from in_process import caught, ends_after, idle, trap, until
from supervised import Worker, a_process, changes, events, kill, pids, running, started_again, worker_spec

from pyex import ArgumentError, Pid, Process, exit, ok, receive, self, send, spawn
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer


def dynamic(**options: Any) -> Pid:
    pid = ok(DynamicSupervisor.start_link(strategy="one_for_one", **options))
    assert isinstance(pid, Pid)
    return pid


@pytest.mark.process
def test_dsup_01_start_child() -> None:
    """The children have no ids."""
    supervisor = dynamic()
    children = [ok(DynamicSupervisor.start_child(supervisor, worker_spec(name))) for name in "ab"]
    assert DynamicSupervisor.which_children(supervisor) == [("undefined", pid, "worker", [Worker]) for pid in children]
    assert DynamicSupervisor.count_children(supervisor) == {"active": 2, "specs": 2, "supervisors": 0, "workers": 2}


@pytest.mark.process
def test_dsup_02_terminate_child_takes_a_pid() -> None:
    """The child ends, and is forgotten; others are not found."""
    supervisor = dynamic()
    pid = ok(DynamicSupervisor.start_child(supervisor, worker_spec("a", trap=True)))
    assert DynamicSupervisor.terminate_child(supervisor, pid) == "ok"
    assert DynamicSupervisor.terminate_child(supervisor, pid) == ("error", "not_found")
    assert DynamicSupervisor.terminate_child(supervisor, self()) == ("error", "not_found")
    assert events() == [("started", "a"), ("terminated", "a", "shutdown")]
    assert DynamicSupervisor.which_children(supervisor) == []
    with pytest.raises(ArgumentError, match="not a pid: 'a'"):
        DynamicSupervisor.terminate_child(supervisor, "a")  # type: ignore[arg-type]


@pytest.mark.process
def test_dsup_03_permanent_is_restarted_temporary_forgotten() -> None:
    """And an id may be used many times."""
    supervisor = dynamic()
    DynamicSupervisor.start_child(supervisor, worker_spec("a"))
    DynamicSupervisor.start_child(supervisor, {**worker_spec("t", {"restart": "temporary"}), "id": "a"})
    started_again("a", "t")
    before = pids("at")
    kill("a")
    kill("t")
    assert events() == [("started", "a")]
    assert changes(before) == {"a": "new", "t": "gone"}
    assert DynamicSupervisor.count_children(supervisor) == {"active": 1, "specs": 1, "supervisors": 0, "workers": 1}


@pytest.mark.process
def test_dsup_03_transient() -> None:
    """Restarted when it ended abnormally, forgotten when not."""
    supervisor = dynamic()
    DynamicSupervisor.start_child(supervisor, worker_spec("a", {"restart": "transient"}))
    started_again("a")
    GenServer.call("a", ("stop", "boom"))
    assert events() == [("terminated", "a", "boom"), ("started", "a")]
    GenServer.call("a", ("stop", ("shutdown", "done")))
    until(lambda: DynamicSupervisor.count_children(supervisor)["specs"] == 0)


@pytest.mark.process
def test_dsup_04_max_children() -> None:
    """One more than that is refused; one that has ended makes room."""
    supervisor = dynamic(max_children=1)
    pid = ok(DynamicSupervisor.start_child(supervisor, worker_spec("a")))
    assert DynamicSupervisor.start_child(supervisor, worker_spec("b")) == ("error", "max_children")
    DynamicSupervisor.terminate_child(supervisor, pid)
    assert DynamicSupervisor.start_child(supervisor, worker_spec("b"))[0] == "ok"
    nothing = dynamic(max_children=0)
    assert DynamicSupervisor.start_child(nothing, worker_spec("c")) == ("error", "max_children")


@pytest.mark.process
def test_dsup_05_a_child_that_is_ignored_or_does_not_start_is_not_kept() -> None:
    """The answer is "ignore", or the error of its init."""
    supervisor = dynamic()
    assert DynamicSupervisor.start_child(supervisor, worker_spec("i", init=lambda: "ignore")) == "ignore"
    assert DynamicSupervisor.start_child(supervisor, worker_spec("s", init=lambda: ("stop", "nope"))) == (
        "error", "nope",
    )  # fmt: skip
    assert DynamicSupervisor.count_children(supervisor) == {"active": 0, "specs": 0, "supervisors": 0, "workers": 0}


@pytest.mark.process
def test_dsup_06_a_start_function_that_raises_exits_or_returns_rubbish() -> None:
    """Without the "EXIT" that `Supervisor` adds; the supervisor lives on."""
    supervisor = dynamic()

    def fail() -> Any:
        raise ValueError("oops")

    match DynamicSupervisor.start_child(supervisor, running(fail)):
        case ("error", (ValueError(), list())):
            pass
        case other:
            raise AssertionError(other)
    assert DynamicSupervisor.start_child(supervisor, running(lambda: exit("boom"))) == ("error", "boom")
    assert DynamicSupervisor.start_child(supervisor, running(lambda: 1)) == ("error", 1)
    assert DynamicSupervisor.start_child(supervisor, running(lambda: ("ok", 1))) == ("error", ("ok", 1))
    match DynamicSupervisor.start_child(supervisor, {"id": 1, "start": ("Nope", "start_link", [1])}):
        case ("error", ("undef", [("Nope", "start_link", [1], _)])):
            pass
        case other:
            raise AssertionError(other)
    assert DynamicSupervisor.start_child(supervisor, running(lambda: (*a_process(), "info")))[2] == "info"
    assert DynamicSupervisor.count_children(supervisor)["active"] == 1


@pytest.mark.process
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"strategy": "one_for_all"}, ("invalid_strategy", "one_for_all")),
        ({"max_restarts": -1}, ("invalid_intensity", -1)),
        ({"max_seconds": 0}, ("invalid_period", 0)),
        ({"max_children": -1}, ("invalid_max_children", -1)),
        ({"max_children": "many"}, ("invalid_max_children", "many")),
        ({"extra_arguments": 3}, ("invalid_extra_arguments", 3)),
    ],
    ids=str,
)
def test_dsup_07_only_one_for_one_and_other_options(options: dict[str, Any], reason: Any) -> None:
    """supervisor_data, and why."""
    trap()
    assert DynamicSupervisor.start_link(**options) == ("error", ("supervisor_data", reason))


@pytest.mark.process
def test_dsup_08_children_are_stopped_all_at_once() -> None:
    """Three that take half a second each take half a second together."""
    supervisor = dynamic()
    for name in "abc":
        DynamicSupervisor.start_child(supervisor, worker_spec(name, trap=True, slow=500))
    events()
    before = time.monotonic()
    DynamicSupervisor.stop(supervisor)
    assert 0.5 <= time.monotonic() - before < 1.4
    assert sorted(events()) == [("terminated", name, "shutdown") for name in "abc"]


@pytest.mark.process
def test_dsup_08_each_child_has_its_own_time() -> None:
    """One is killed at once, one after its milliseconds, one is waited for."""
    supervisor = dynamic()
    slow = {"brutal_kill": 10_000, 50: 10_000, "infinity": 200, 5000: 100}
    children = {
        shutdown: ok(
            DynamicSupervisor.start_child(
                supervisor, worker_spec(str(shutdown), {"shutdown": shutdown}, trap=True, slow=ms)
            )
        )
        for shutdown, ms in slow.items()
    }
    references = {shutdown: Process.monitor(pid) for shutdown, pid in children.items()}
    before = time.monotonic()
    assert DynamicSupervisor.stop(supervisor) == "ok"
    assert 0.2 <= time.monotonic() - before < 3
    reasons = {shutdown: receive(("DOWN", each, ..., ..., ...), after=0)[4] for shutdown, each in references.items()}
    assert reasons == {"brutal_kill": "killed", 50: "killed", "infinity": "shutdown", 5000: "shutdown"}


@pytest.mark.process
def test_dsup_08_no_timer_is_left_of_a_child_that_ended_in_time(caplog: pytest.LogCaptureFixture) -> None:
    """It would come as an unexpected message."""
    supervisor = dynamic()
    pid = ok(DynamicSupervisor.start_child(supervisor, worker_spec("a", {"shutdown": 20}, trap=True)))
    assert DynamicSupervisor.terminate_child(supervisor, pid) == "ok"
    Process.sleep(50)
    assert DynamicSupervisor.count_children(supervisor)["specs"] == 0
    assert caplog.records == []


@pytest.mark.process
def test_dsup_08_children_that_are_dead_or_unlinked_do_not_hold_up_the_stop() -> None:
    """The supervisor monitors what it ends."""
    supervisor = dynamic()
    unlinked = ok(DynamicSupervisor.start_child(supervisor, running(lambda: ("ok", idle()))))
    dead = ok(DynamicSupervisor.start_child(supervisor, running(lambda: ("ok", idle()))))
    Process.exit(dead, "kill")
    assert ends_after(unlinked, lambda: DynamicSupervisor.stop(supervisor, "normal", 5000)) == "shutdown"


@pytest.mark.process
def test_dsup_08_ten_thousand_children_end_together() -> None:
    """The time grows with their number, not with its square."""
    supervisor = dynamic()
    start = {"id": 0, "start": (a_process, []), "restart": "temporary"}
    for _ in range(10_000):
        DynamicSupervisor.start_child(supervisor, start)
    before = time.monotonic()
    assert DynamicSupervisor.stop(supervisor) == "ok"
    assert time.monotonic() - before < 10


@pytest.mark.process
def test_dsup_09_extra_arguments_come_before_the_childs_own() -> None:
    """At the restart too."""
    me = self()

    def start(*arguments: Any) -> Any:
        send(me, ("arguments", arguments))
        return a_process()

    supervisor = dynamic(extra_arguments=["extra"])
    pid = ok(DynamicSupervisor.start_child(supervisor, {"id": 1, "start": (start, ["own"])}))
    Process.exit(pid, "kill")
    for _ in range(2):
        assert receive(("arguments", ...), after=5000)[1] == ("extra", "own")


@pytest.mark.process
def test_dsup_10_a_restart_that_fails_is_tried_again() -> None:
    """The child shows as "restarting", and can be terminated by the pid it had; then nothing is left of it."""
    trap()
    supervisor = dynamic(max_restarts=1_000_000)
    pid = ok(DynamicSupervisor.start_child(supervisor, running(starts_once)))
    Process.exit(pid, "kill")
    until(lambda: DynamicSupervisor.which_children(supervisor)[0][1] == "restarting")
    assert DynamicSupervisor.count_children(supervisor) == {"active": 0, "specs": 1, "supervisors": 0, "workers": 1}
    assert DynamicSupervisor.terminate_child(supervisor, pid) == "ok"
    assert DynamicSupervisor.count_children(supervisor)["specs"] == 0


@pytest.mark.process
def test_dsup_10_a_restart_that_is_ignored_forgets_the_child() -> None:
    """There is nothing to restart any more."""
    supervisor = dynamic()
    pid = ok(DynamicSupervisor.start_child(supervisor, running(lambda: starts_once("ignore"))))
    Process.exit(pid, "kill")
    until(lambda: DynamicSupervisor.which_children(supervisor) == [])


def starts_once(later: Any = ("error", "not again")) -> Any:
    return later if Process.put("started", True) else a_process()


@pytest.mark.process
def test_dsup_11_it_gives_up_as_others_do() -> None:
    """Three restarts in five seconds; with the fourth it ends, with "shutdown", and ends the others."""
    trap()
    supervisor = dynamic()
    DynamicSupervisor.start_child(supervisor, worker_spec("a"))
    DynamicSupervisor.start_child(supervisor, worker_spec("b", trap=True))
    started_again("a", "b")
    for _ in range(3):
        kill("a")
        started_again("a")
    assert ends_after(supervisor, lambda: kill("a"), 5000) == "shutdown"
    assert events() == [("terminated", "b", "shutdown")]


@pytest.mark.process
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"restart": "often"}, ("invalid_restart_type", "often")),
        ({"shutdown": 0}, ("invalid_shutdown", 0)),
        ({"type": "manager"}, ("invalid_child_type", "manager")),
        ({"modules": [1]}, ("invalid_modules", [1])),
        ({"modules": 1}, ("invalid_modules", 1)),
        ({"start": (Worker, "start_link")}, ("invalid_mfa", (Worker, "start_link"))),
    ],
    ids=str,
)
def test_a_wrong_field_of_a_spec(change: dict[str, Any], reason: Any) -> None:
    """The caller is told at once."""
    supervisor = dynamic()
    assert DynamicSupervisor.start_child(supervisor, {**worker_spec("a"), **change}) == ("error", reason)


@pytest.mark.process
def test_a_spec_without_id_or_start() -> None:
    """Both are needed, though the id does not matter."""
    supervisor = dynamic()
    for spec in ({"id": 1}, {"start": (a_process, [])}):
        assert DynamicSupervisor.start_child(supervisor, spec) == ("error", ("invalid_child_spec", spec))


@pytest.mark.process
def test_a_module_says_in_init_how_it_works() -> None:
    """The module-based form, as a child of others a supervisor."""

    class Workers(DynamicSupervisor):
        @staticmethod
        def start_link(most: int) -> Any:
            return DynamicSupervisor.start_link(Workers, most, name=Workers)

        @staticmethod
        def init(most: int) -> Any:
            return DynamicSupervisor.init(strategy="one_for_one", max_children=most)

    assert Workers.child_spec(1) == {"id": Workers, "start": (Workers, "start_link", [1]), "type": "supervisor"}
    pid = ok(Workers.start_link(1))
    assert Process.whereis(Workers) == pid
    assert DynamicSupervisor.start_child(Workers, worker_spec("a"))[0] == "ok"
    assert DynamicSupervisor.start_child(Workers, worker_spec("b")) == ("error", "max_children")
    assert DynamicSupervisor.start_link(Workers, 1, name=Workers) == ("error", ("already_started", pid))


@pytest.mark.process
@pytest.mark.parametrize("result", ["rubbish", ("ok", []), None], ids=repr)
def test_what_a_module_returns_from_init_has_a_shape(result: Any) -> None:
    """bad_return; "ignore" is a good one."""
    trap()

    class Odd(DynamicSupervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            return arg

    assert DynamicSupervisor.start_link(Odd, result) == ("error", ("bad_return", (Odd, "init", result)))
    assert DynamicSupervisor.start_link(Odd, "ignore") == "ignore"


@pytest.mark.process
def test_an_unknown_call_crashes_it_and_an_unknown_cast_or_message_does_not() -> None:
    """As in Elixir."""
    trap()
    supervisor = dynamic()
    GenServer.cast(supervisor, "what")
    send(supervisor, "what")
    assert DynamicSupervisor.count_children(supervisor)["specs"] == 0
    match caught(lambda: GenServer.call(supervisor, "unknown", 5000)):
        case ("exit", (("function_clause", list()), _)):
            pass
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_a_process_linked_to_it_that_is_no_child_may_end() -> None:
    """Its exit signal is nobody's death."""
    supervisor = dynamic()
    reference = Process.monitor(spawn(lambda: (Process.link(supervisor), exit("boom"))))
    receive(("DOWN", reference, ..., ..., ...), after=5000)
    assert DynamicSupervisor.count_children(supervisor)["specs"] == 0


@pytest.mark.process
def test_the_order_of_which_children_is_that_of_their_pids() -> None:
    """A child that was restarted has a new pid, and comes last."""
    supervisor = dynamic()
    for name in "abc":
        DynamicSupervisor.start_child(supervisor, worker_spec(name))
    started_again("a", "b", "c")
    kill("a")
    started_again("a")
    assert [pid for _, pid, _, _ in DynamicSupervisor.which_children(supervisor)] == [
        Process.whereis(name) for name in "bca"
    ]
