"""The form of 2015: worker, supervisor and supervise."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import trap, until
from supervised import Worker, events, kill, started_again

from pyex import ArgumentError, Process, ok, receive, self
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor
from pyex.otp.supervisor.spec import supervise, supervisor, worker


class MyFancyProcess(GenServer):
    @staticmethod
    def start_link(_: Any) -> Any:
        return GenServer.start_link(MyFancyProcess, 0, name=MyFancyProcess)

    @staticmethod
    def counter() -> Any:
        return GenServer.call(MyFancyProcess, "counter")

    @staticmethod
    def init(start_counter: int) -> Any:
        return ("ok", start_counter)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: int) -> Any:
        match request:
            case "counter":
                return ("reply", state + 1, state + 1)


class MyFancySupervisor(Supervisor):
    @staticmethod
    def start_link() -> Any:
        return Supervisor.start_link(MyFancySupervisor, [])

    @staticmethod
    def init(_: Any) -> Any:
        return supervise([worker(MyFancyProcess, [0])], strategy="one_for_one")


@pytest.mark.process
def test_the_articles_supervisor_runs_as_it_stands() -> None:
    """Its worker counts, is killed, and counts anew."""
    pid = ok(MyFancySupervisor.start_link())
    assert [MyFancyProcess.counter(), MyFancyProcess.counter()] == [1, 2]
    ((id, worker_pid, kind, modules),) = Supervisor.which_children(pid)
    assert (id, kind, modules) == (MyFancyProcess, "worker", [MyFancyProcess])
    Process.exit(worker_pid, "kill")
    until(lambda: Process.whereis(MyFancyProcess) not in (None, worker_pid))
    assert MyFancyProcess.counter() == 1
    assert Supervisor.count_children(pid) == {"active": 1, "specs": 1, "supervisors": 0, "workers": 1}


@pytest.mark.process
def test_a_second_one_finds_the_name_of_its_worker_taken() -> None:
    """failed_to_start_child, already_started."""
    trap()
    pid = ok(MyFancySupervisor.start_link())
    ((_, worker_pid, _, _),) = Supervisor.which_children(pid)
    assert MyFancySupervisor.start_link() == (
        "error", ("shutdown", ("failed_to_start_child", MyFancyProcess, ("already_started", worker_pid))),
    )  # fmt: skip


@pytest.mark.process
def test_three_restarts_in_five_seconds_is_its_measure_too() -> None:
    """supervise has Elixir's defaults, not Erlang's."""
    trap()
    pid = ok(MyFancySupervisor.start_link())
    for _ in range(3):
        before = Process.whereis(MyFancyProcess)
        assert before is not None
        Process.exit(before, "kill")
        until(lambda before=before: Process.whereis(MyFancyProcess) not in (None, before))  # type: ignore[misc]
    assert Process.alive(pid)
    last = Process.whereis(MyFancyProcess)
    assert last is not None
    Process.exit(last, "kill")
    assert receive(("EXIT", pid, ...), after=5000)[2] == "shutdown"


def test_what_worker_and_supervisor_make() -> None:
    """Six items, as OTP had them before maps."""
    assert worker(Worker, [1, 2]) == (Worker, (Worker, "start_link", [1, 2]), "permanent", 5000, "worker", [Worker])
    options: dict[str, Any] = {"id": "w", "function": "start", "restart": "transient", "shutdown": 7}
    assert worker(Worker, [], **options)[:4] == ("w", (Worker, "start", []), "transient", 7)
    assert worker(Worker, [], modules="dynamic")[5] == "dynamic"
    assert supervisor(Worker, [])[3:5] == ("infinity", "supervisor")
    assert supervisor(Worker, [], id=None)[0] is None
    assert Supervisor.Spec.worker(Worker, []) == worker(Worker, [])


def test_supervise_wants_a_strategy_and_its_own_kind_of_children() -> None:
    """And ids that differ."""
    with pytest.raises(ArgumentError, match="expected strategy"):
        supervise([])
    with pytest.raises(ArgumentError, match="use Supervisor\\.init instead"):
        supervise([(Worker, 1)], strategy="one_for_one")
    with pytest.raises(ArgumentError, match=r"duplicated id .*Worker.* found in the supervisor specification"):
        supervise([worker(Worker, []), worker(Worker, [1])], strategy="one_for_one")


@pytest.mark.process
def test_old_specs_are_children_everywhere() -> None:
    """In start_link and start_child too."""
    pid = ok(Supervisor.start_link([worker(Worker, [("a", self(), {})], id="a")], strategy="one_for_one"))
    assert Supervisor.start_child(pid, worker(Worker, [("b", self(), {})], id="b"))[0] == "ok"
    kill("b")
    started_again("a", "b", "b")


class Workers(Supervisor):
    """The worker supervisor of the book's pool."""

    @staticmethod
    def start_link(restart: str) -> Any:
        return Supervisor.start_link(Workers, restart)

    @staticmethod
    def init(restart: str) -> Any:
        specs = [worker(GenServer, [Worker], restart=restart)]
        return supervise(specs, strategy="simple_one_for_one", max_restarts=2)


def new_worker(pid: Any, name: str, **options: Any) -> Any:
    return ok(Supervisor.start_child(pid, [(name, self(), options)]))


@pytest.mark.process
def test_simple_one_for_one_starts_children_of_one_spec() -> None:
    """What start_child is given is put after the arguments of the spec; the children have no ids."""
    pid = ok(Workers.start_link("permanent"))
    assert Supervisor.count_children(pid) == {"active": 0, "specs": 1, "supervisors": 0, "workers": 0}
    a, b = new_worker(pid, "a"), new_worker(pid, "b")
    assert Supervisor.which_children(pid) == [
        ("undefined", a, "worker", [GenServer]), ("undefined", b, "worker", [GenServer]),
    ]  # fmt: skip
    assert Supervisor.count_children(pid) == {"active": 2, "specs": 1, "supervisors": 0, "workers": 2}


@pytest.mark.process
def test_simple_one_for_one_restarts_with_the_same_arguments() -> None:
    """And gives up as the others do."""
    trap()
    pid = ok(Workers.start_link("permanent"))
    a, b = new_worker(pid, "a"), new_worker(pid, "b")
    for victim in (a, b):
        Process.exit(victim, "kill")
    started_again("a", "b", "a", "b")
    third = Supervisor.which_children(pid)[0][1]
    Process.exit(third, "kill")
    assert receive(("EXIT", pid, ...), after=5000)[2] == "shutdown"


@pytest.mark.process
def test_simple_one_for_one_names_its_children_by_pid() -> None:
    """terminate_child takes a pid; what takes an id is refused."""
    pid = ok(Workers.start_link("temporary"))
    a, b = new_worker(pid, "a", trap=True), new_worker(pid, "b", trap=True)
    assert Supervisor.terminate_child(pid, a) == "ok"
    assert Supervisor.terminate_child(pid, a) == "ok"
    assert Supervisor.terminate_child(pid, self()) == ("error", "not_found")
    for call in (Supervisor.terminate_child, Supervisor.restart_child, Supervisor.delete_child):
        assert call(pid, "a") == ("error", "simple_one_for_one")
    assert Supervisor.stop(pid) == "ok"
    assert events() == [
        ("started", "a"), ("started", "b"), ("terminated", "a", "shutdown"), ("terminated", "b", "shutdown"),
    ]  # fmt: skip
    assert not Process.alive(b)


@pytest.mark.process
def test_simple_one_for_one_forgets_a_child_that_is_not_restarted() -> None:
    """A temporary one always, a transient one that ended normally."""
    for restart, reason in (("temporary", "boom"), ("transient", "normal")):
        pid = ok(Workers.start_link(restart))
        GenServer.call(new_worker(pid, "a"), ("stop", reason))
        until(lambda pid=pid: Supervisor.which_children(pid) == [])  # type: ignore[misc]


@pytest.mark.process
def test_simple_one_for_one_tries_a_failing_restart_again() -> None:
    """The child shows as "restarting" meanwhile, under the pid it had."""
    trap()
    pid = ok(Supervisor.start_link([{"id": "x", "start": (fails_once, [])}], strategy="simple_one_for_one"))
    child = ok(Supervisor.start_child(pid, []))
    Process.exit(child, "kill")
    until(lambda: Supervisor.which_children(pid)[0][1] not in (child, "restarting"))
    assert Supervisor.count_children(pid)["active"] == 1


def fails_once() -> Any:
    number = Process.put("starts", (Process.get("starts") or 0) + 1) or 0
    if number == 1:
        return ("error", "not yet")
    return GenServer.start_link(Worker, (f"w{number}", self(), {}))


@pytest.mark.process
def test_simple_one_for_one_wants_one_spec() -> None:
    """bad_start_spec otherwise."""
    trap()
    assert Supervisor.start_link([], strategy="simple_one_for_one") == ("error", ("bad_start_spec", []))
