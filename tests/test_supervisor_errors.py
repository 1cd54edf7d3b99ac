"""Wrong specs, wrong options and children that cannot be started: OTP's errors, and a tree that stays whole."""

from __future__ import annotations

import types
from typing import Any

import pytest
from in_process import messages, trap, until
from supervised import Worker, a_process, running, started, worker_spec

from pyex import ArgumentError, Process, exit, self
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor

GOOD: dict[str, Any] = {"id": "x", "start": (a_process, [])}


@pytest.mark.process
def test_sup_24_two_children_of_one_id() -> None:
    """The supervisor does not start, and the starter hears why twice."""
    trap()
    why = ("start_spec", ("duplicate_child_name", "a"))
    assert Supervisor.start_link([worker_spec("a"), worker_spec("a")], strategy="one_for_one") == ("error", why)
    assert [each[2] for each in messages()] == [why]
    assert Process.whereis("a") is None


@pytest.mark.process
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"restart": "often"}, ("invalid_restart_type", "often")),
        ({"restart": None}, ("invalid_restart_type", None)),
        ({"shutdown": -1}, ("invalid_shutdown", -1)),
        ({"shutdown": 1.5}, ("invalid_shutdown", 1.5)),
        ({"shutdown": True}, ("invalid_shutdown", True)),
        ({"shutdown": "soon"}, ("invalid_shutdown", "soon")),
        ({"type": "manager"}, ("invalid_child_type", "manager")),
        ({"modules": Worker}, ("invalid_modules", Worker)),
        ({"modules": [1]}, ("invalid_module", 1)),
        ({"start": 1}, ("invalid_mfa", 1)),
        ({"start": (Worker, "start_link")}, ("invalid_mfa", (Worker, "start_link"))),
        ({"start": (Worker, "start_link", (1,))}, ("invalid_mfa", (Worker, "start_link", (1,)))),
        ({"start": (Worker, Worker.start_link, [])}, ("invalid_mfa", (Worker, Worker.start_link, []))),
        ({"start": (Worker, [])}, ("invalid_mfa", (Worker, []))),
        ({"significant": 3}, ("invalid_significant", 3)),
    ],
    ids=str,
)
def test_a_wrong_field_of_a_spec(change: dict[str, Any], reason: Any) -> None:
    """start_link says start_spec and why; start_child says why, and lives."""
    trap()
    spec = {**GOOD, **change}
    assert Supervisor.start_link([spec], strategy="one_for_one") == ("error", ("start_spec", reason))
    supervisor = started([])
    assert Supervisor.start_child(supervisor, spec) == ("error", reason)
    assert Supervisor.which_children(supervisor) == []


@pytest.mark.process
def test_a_spec_without_id_or_start() -> None:
    """Both are needed."""
    supervisor = started([])
    assert Supervisor.start_child(supervisor, {"id": 1}) == ("error", "missing_start")
    assert Supervisor.start_child(supervisor, {"start": (a_process, [])}) == ("error", "missing_id")
    assert Supervisor.start_child(supervisor, {"start": 1}) == ("error", "missing_id")


@pytest.mark.process
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_restarts": -1}, ("invalid_intensity", -1)),
        ({"max_restarts": 1.5}, ("invalid_intensity", 1.5)),
        ({"max_restarts": True}, ("invalid_intensity", True)),
        ({"max_seconds": 0}, ("invalid_period", 0)),
        ({"max_seconds": "x"}, ("invalid_period", "x")),
    ],
    ids=str,
)
def test_a_wrong_restart_intensity(options: dict[str, Any], reason: Any) -> None:
    """supervisor_data, and why."""
    trap()
    assert Supervisor.start_link([], strategy="one_for_one", **options) == ("error", ("supervisor_data", reason))


@pytest.mark.process
@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ("rubbish", ("bad_return", "rubbish")),
        (("ok", 3), ("bad_return", ("ok", 3))),
        (None, ("bad_return", None)),
        (("ok", (3, [])), ("supervisor_data", ("invalid_type", 3))),
        (("ok", ({}, 3)), ("start_spec", ("invalid_child_spec", 3))),
        (("ok", ({}, [3])), ("start_spec", ("invalid_child_spec", 3))),
        (("ok", (("one_for_none", 1, 1), [])), ("supervisor_data", ("invalid_strategy", "one_for_none"))),
    ],
    ids=str,
)
def test_what_a_module_returns_from_init_has_a_shape(result: Any, answer: Any) -> None:
    """Other values are reported with the module and the function."""
    trap()

    class Odd(Supervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            return arg

    if answer[0] == "bad_return":
        answer = ("bad_return", (Odd, "init", answer[1]))
    assert Supervisor.start_link(Odd, result) == ("error", answer)


@pytest.mark.process
def test_a_module_without_init() -> None:
    """What Supervisor itself offers under that name is not taken for it."""
    trap()

    class Empty(Supervisor):
        pass

    match Supervisor.start_link(Empty, 7):
        case ("error", ("undef", [(name, "init", [7], _)])):
            assert name.endswith("Empty")
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_a_module_whose_init_raises() -> None:
    """The reason is the exception."""
    trap()

    class Broken(Supervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            raise LookupError("no such thing")

    match Supervisor.start_link(Broken, None):
        case ("error", (LookupError(), list())):
            pass
        case other:
            raise AssertionError(other)


@pytest.mark.process
@pytest.mark.parametrize(
    "rubbish", ["rubbish", None, 7, ("ok",), ("ok", "no pid"), ["ok", 1], ("ok", 1, 2, 3)], ids=repr
)
def test_sup_26_a_start_function_that_returns_rubbish(rubbish: Any) -> None:
    """That is the reason why it failed."""
    trap()
    assert Supervisor.start_link([running(lambda: rubbish)], strategy="one_for_one") == (
        "error", ("shutdown", ("failed_to_start_child", "x", rubbish)),
    )  # fmt: skip
    supervisor = started([])
    match Supervisor.start_child(supervisor, running(lambda: rubbish)):
        case ("error", (why, child)):
            assert why == rubbish and child[0] == "child"
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_sup_25_a_start_function_that_raises_or_exits() -> None:
    """("EXIT", reason), as `catch` in Erlang makes it; the supervisor of a start_child lives on."""
    trap()

    def fail() -> Any:
        raise ValueError("oops")

    match Supervisor.start_link([running(fail)], strategy="one_for_one"):
        case ("error", ("shutdown", ("failed_to_start_child", "x", ("EXIT", (ValueError() as error, list()))))):
            assert str(error) == "oops"
        case other:
            raise AssertionError(other)
    assert Supervisor.start_link([running(lambda: exit("boom"))], strategy="one_for_one") == (
        "error", ("shutdown", ("failed_to_start_child", "x", ("EXIT", "boom"))),
    )  # fmt: skip
    supervisor = started([])
    assert Supervisor.start_child(supervisor, running(lambda: exit("boom")))[1][0] == ("EXIT", "boom")
    assert Supervisor.count_children(supervisor)["specs"] == 0


@pytest.mark.process
def test_a_module_without_start_link_is_told_what_to_write() -> None:
    """The start_link that GenServer itself offers is not the module's own."""
    trap()

    class Forgetful(GenServer):
        pass

    match Supervisor.start_link([(Forgetful, 1)], strategy="one_for_one"):
        case ("error", ("shutdown", ("failed_to_start_child", id, ("EXIT", ("undef", [place]))))):
            name, function, args, hints = place
            assert (id, function, args) == (Forgetful, "start_link", [1]) and name.endswith("Forgetful")
            assert f"def start_link(arg): return GenServer.start_link({name}, arg)" in hints["hint"]
        case other:
            raise AssertionError(other)


@pytest.mark.process
@pytest.mark.parametrize("module", [Worker, types, "nowhere"], ids=repr)
def test_a_function_that_does_not_exist(module: Any) -> None:
    """undef, with module, function and arguments."""
    supervisor = started([])
    match Supervisor.start_child(supervisor, {"id": 1, "start": (module, "nothing", [1, 2])}):
        case ("error", (("EXIT", ("undef", [(_, "nothing", [1, 2], _)])), _)):
            pass
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_a_behaviour_itself_may_be_started() -> None:
    """What it offers is meant then: Supervisor.start_link, GenServer.start_link."""
    supervisor = started([])
    for id, start in {
        "s": (Supervisor, "start_link", [[], {"strategy": "one_for_one"}]),
        "g": (GenServer, "start_link", [Worker, ("w", self(), {})]),
    }.items():
        assert Supervisor.start_child(supervisor, {"id": id, "start": start})[0] == "ok"


@pytest.mark.process
@pytest.mark.parametrize("name", [3, ["x"], ("via", 1), ("local", "x")], ids=repr)
def test_a_name_that_is_none(name: Any) -> None:
    """ArgumentError, in words."""
    with pytest.raises(ArgumentError, match="expected name to be one of"):
        Supervisor.start_link([], strategy="one_for_one", name=name)


@pytest.mark.process
def test_the_tree_stays_whole_when_a_child_among_many_cannot_be_restarted() -> None:
    """The others run, and are stopped in order when the supervisor gives up."""
    trap()
    supervisor = started(
        [worker_spec("a", trap=True), {"id": "once", "start": (only_once, [])}, worker_spec("z", trap=True)],
        max_restarts=5,
    )
    ((_, _, _, _), (_, pid, _, _), (_, _, _, _)) = Supervisor.which_children(supervisor)
    Process.exit(pid, "kill")
    until(lambda: not Process.alive(supervisor))
    told = [each for each in messages() if each[0] in ("started", "terminated")]
    assert told == [
        ("started", "a"), ("started", "z"), ("terminated", "z", "shutdown"), ("terminated", "a", "shutdown"),
    ]  # fmt: skip


def only_once() -> Any:
    if Process.get("once"):
        return ("error", "only once")
    Process.put("once", True)
    return a_process()
