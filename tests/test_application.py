"""Applications: started with what they need, stopped as a whole, and what their end does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from applications import NO_FILE, PoolSupervisor, application, exit_with, hear, heard, idle, running, top, workers
from in_process import messages, until
from program import program

from pyex import ArgumentError, Atom, Process, receive, self, send, spawn, spawn_link
from pyex.otp.application import Application

# -- the facts


@pytest.mark.process
def test_app_01_starting_and_stopping_twice_and_what_is_not_there() -> None:
    """Starting and stopping an application says what it is by then."""
    assert [
        Application.start("pooly"),
        Application.start("pooly"),
        Application.start("nope"),
        Application.stop("pooly"),
        Application.stop("pooly"),
        Application.ensure_all_started("pooly"),
        Application.ensure_all_started("pooly"),
        Application.stop("pooly"),
    ] == [
        "ok",
        ("error", ("already_started", "pooly")),
        ("error", (NO_FILE, "nope.app")),
        "ok",
        ("error", ("not_started", "pooly")),
        ("ok", ["pooly"]),
        ("ok", []),
        "ok",
    ]


@pytest.mark.process
def test_app_02_started_applications_have_name_description_and_version() -> None:
    """The last started comes first, and pyex itself is among them."""
    Application.start("pooly")
    first, last = Application.started_applications()
    assert first == ("pooly", "pool of 5 workers", "0.1.0")
    assert last[0] == "pyex" and last[2] == "0.1.0"


@pytest.mark.process
def test_app_04_stopping_ends_the_tree() -> None:
    """When stop returns nobody of the tree is there any more."""
    Application.start("pooly")
    until(lambda: len(workers()) == 5)
    tree = [Process.whereis(PoolSupervisor), *workers()]
    assert Application.stop("pooly") == "ok"
    assert not any(Process.alive(pid) for pid in tree if pid is not None)
    assert Process.whereis(PoolSupervisor) is None


@pytest.mark.process
def test_app_05_a_temporary_application_whose_supervisor_dies_is_gone_and_can_be_started_again() -> None:
    """The runtime goes on without it."""
    hear()
    Application.start("pooly")
    Process.exit(top("pooly"), "kill")
    assert heard()[:2] == ("pooly", "killed")
    assert (running(), Application.start("pooly"), Application.stop("pooly")) == ([], "ok", "ok")


@pytest.mark.process
def test_app_06_a_worker_that_is_killed_is_replaced() -> None:
    """The pool has five workers again, one of them new."""
    Application.start("pooly")
    until(lambda: len(workers()) == 5)
    before = workers()
    Process.exit(before[0], "kill")
    until(lambda: before[0] not in workers() and len(workers()) == 5)
    assert len(set(workers()) - set(before)) == 1


# -- what the callbacks get and give


@pytest.mark.process
def test_the_callbacks_are_called_in_order_with_the_state() -> None:
    """start gets its type and args; what it gives beside the pid goes through prep_stop to stop."""
    application("shop", lambda: (*idle(), "state"), args=[1, 2])
    assert (Application.start("shop"), Application.stop("shop")) == ("ok", "ok")
    assert messages(0) == [
        ("start", "shop", "normal", [1, 2]),
        ("prep_stop", "shop", "state"),
        ("stop", "shop", ("prepared", "state")),
    ]


@pytest.mark.process
def test_the_state_is_an_empty_list_where_start_gives_none() -> None:
    """Without args and without a state both are []."""
    application("shop", idle)
    assert (Application.start("shop"), Application.stop("shop")) == ("ok", "ok")
    assert messages(0)[1:] == [("prep_stop", "shop", []), ("stop", "shop", ("prepared", []))]


@pytest.mark.process
def test_stop_is_called_after_the_tree_is_gone_and_also_when_it_dies_by_itself() -> None:
    """An application whose top process dies hears prep_stop and stop as well."""
    application("shop", idle)
    Application.start("shop")
    Process.exit(top("shop"), "boom")
    assert [receive(after=5000)[0] for _ in range(3)] == ["start", "prep_stop", "stop"]


@pytest.mark.process
def test_the_type_of_an_error_of_start() -> None:
    """Whatever start does instead of starting is in the error, with the call."""
    for returned in (("error", "why"), "ignore", None, 7, ("ok",), ["ok", 1]):
        module = application("shop", lambda returned=returned: returned)
        call = (module, "start", ["normal", []])
        wanted = ("why", call) if returned == ("error", "why") else ("bad_return", (call, returned))
        assert Application.start("shop") == ("error", wanted)
        assert running() == [] and Application.stop("shop") == ("error", ("not_started", "shop"))


@pytest.mark.process
def test_a_start_that_exits() -> None:
    """The reason of an exit is in the error; "normal" has a form of its own."""

    def leave(reason: str) -> Callable[[], Any]:
        return lambda: exit_with(reason)

    module = application("shop", leave("bye"))
    call = (module, "start", ["normal", []])
    assert Application.start("shop") == ("error", ("bad_return", (call, ("EXIT", "bye"))))
    module = application("shop", leave("normal"))
    assert Application.start("shop") == ("error", (("EXIT", "normal"), (module, "start", ["normal", []])))


@pytest.mark.process
def test_a_start_that_raises() -> None:
    """The exception and its stack are in the error."""
    application("shop", lambda: 1 // 0)
    match Application.start("shop"):
        case ("error", ("bad_return", (_, ("EXIT", (ZeroDivisionError(), [*stack]))))):
            assert stack
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_a_start_that_gives_something_that_is_no_pid() -> None:
    """It cannot be linked to: that error is the reason."""
    application("shop", lambda: ("ok", "nope"))
    match Application.start("shop"):
        case ("error", (ArgumentError(), [*_])):
            assert running() == []
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_an_application_without_start() -> None:
    """Its class has no start: undef, as for a module that is not there."""

    class Empty(Application):
        pass

    match Application.start("empty"):
        case ("error", ("bad_return", ((module, "start", ["normal", []]), ("EXIT", ("undef", _))))):
            assert module is Empty
        case other:
            raise AssertionError(other)


@pytest.mark.process
def test_a_top_process_that_ends_at_once() -> None:
    """The start was a success, and the application is not running."""
    hear()
    application("shop", lambda: ("ok", spawn(lambda: None)))
    assert Application.start("shop") == "ok"
    assert heard()[0] == "shop"
    assert running() == []


@pytest.mark.process
def test_callbacks_that_raise_when_stopping() -> None:
    """The state that prep_stop was to change stays; the error of stop is nobody's business."""
    to = self()

    class Bad(Application):
        @staticmethod
        def start(type: Any, args: Any) -> Any:
            return (*idle(), "state")

        @staticmethod
        def prep_stop(state: Any) -> Any:
            raise RuntimeError("prep")

        @staticmethod
        def stop(state: Any) -> Any:
            send(to, ("stopping", state))
            raise RuntimeError("stop")

    assert (Application.start("bad"), Application.stop("bad")) == ("ok", "ok")
    assert messages(0) == [("stopping", "state")]


@pytest.mark.process
def test_start_phases() -> None:
    """Each phase is run in order before start returns."""
    application("shop", idle, start_phases={"one": 1, "two": 2})
    assert Application.start("shop") == "ok"
    assert messages(0)[1:] == [("phase", "one", "normal", 1), ("phase", "two", "normal", 2)]
    module = application("shop2", idle, start_phases=[("one", 1), ("two", ("error", "why")), ("three", 3)])
    call = (module, "start_phase", ["two", "normal", ("error", "why")])
    assert Application.start("shop2") == ("error", ("why", call))
    assert [each[0] for each in messages(0)] == ["start", "phase", "phase"]
    module = application("shop3", idle, start_phases=[("one", ("what", 7))])
    call = (module, "start_phase", ["one", "normal", ("what", 7)])
    assert Application.start("shop3") == ("error", ("bad_return_value", (call, ("what", 7))))


# -- dependencies


@pytest.mark.process
def test_what_an_application_needs_must_be_started_before() -> None:
    """start refuses, and ensure_all_started starts it first."""
    application("one", idle, applications=["two", "pyex"])
    application("two", idle, applications=["three"])
    Application.load(("application", "three", {"vsn": "3"}))
    assert Application.start("one") == ("error", ("not_started", "two"))
    assert Application.ensure_all_started("one") == ("ok", ["three", "two", "one"])
    assert running() == ["one", "two", "three"]
    assert Application.stop("three") == "ok"
    assert running() == ["one", "two"]


@pytest.mark.process
def test_where_one_of_them_fails_the_others_are_stopped_again() -> None:
    """The error says which, and nothing is left running."""
    application("one", idle, applications=["two", "three"])
    application("two", idle)
    assert Application.ensure_all_started("one") == ("error", ("three", (NO_FILE, "three.app")))
    assert running() == []
    module = application("three", lambda: ("error", "why"))
    call = (module, "start", ["normal", []])
    assert Application.ensure_all_started("one") == ("error", ("three", ("why", call)))
    assert running() == []


@pytest.mark.process
def test_an_optional_application_may_be_missing() -> None:
    """It is started where it is there, and not asked for where it is not."""
    application("one", idle, applications=["opt"], optional_applications=["opt"])
    assert Application.ensure_all_started("one") == ("ok", ["one"])
    Application.stop("one")
    Application.load(("application", "opt", {}))
    assert Application.start("one") == "ok"
    Application.stop("one")
    assert Application.ensure_all_started("one") == ("ok", ["opt", "one"])


@pytest.mark.process
def test_one_that_has_ended_is_started_but_not_running() -> None:
    """What needs it is told "not_running"; when it is stopped, "not_started"."""
    hear()
    application("one", idle)
    application("two", idle, applications=["one"])
    Application.start("one")
    Process.exit(top("one"), "kill")
    heard()
    assert Application.start("two") == ("error", ("not_running", "one"))
    assert (Application.stop("one"), Application.stop("one")) == ("ok", ("error", ("not_started", "one")))
    assert Application.start("two") == ("error", ("not_started", "one"))


@pytest.mark.process
def test_all_who_start_an_application_at_once_are_answered() -> None:
    """It is started once, and everybody gets the same answer."""
    me = self()
    application("shop", lambda: (Process.sleep(30), idle())[1])
    for _ in range(3):
        spawn(lambda: send(me, ("answer", Application.start("shop"))))
    assert [receive(("answer", ...), after=5000)[1] for _ in range(3)] == ["ok"] * 3
    assert messages(0) == [("start", "shop", "normal", [])]


@pytest.mark.process
def test_an_application_may_be_started_from_the_start_of_another() -> None:
    """The controller is not held up by a start that takes its time."""
    application("inner", idle)
    application("outer", lambda: (Application.start("inner"), idle())[1])
    assert Application.start("outer") == "ok"
    assert running() == ["outer", "inner"]


# -- the tree, and who belongs to it


@pytest.mark.process
def test_the_processes_of_an_application_have_its_master_as_group_leader() -> None:
    """So get_application tells whose they are, and the tree can be walked: master, starter, top."""
    seen = []
    application("shop", lambda: (seen.append(Application.get_application()), idle())[1])
    Application.start("shop")
    assert seen == ["shop"]
    pid = top("shop")
    master = Process.info(pid, "group_leader")[1]
    starter = Process.info(pid, "parent")[1]
    controller = Process.whereis("application_controller")
    assert Process.info(pid, "links")[1] == [starter]
    assert set(Process.info(starter, "links")[1]) == {master, pid}
    assert set(Process.info(master, "links")[1]) == {controller, starter}
    assert Application.get_application(pid) == Application.get_application(master) == "shop"
    assert Application.get_application(self()) is None
    Application.stop("shop")
    assert Application.get_application(pid) is None and not Process.alive(master) and not Process.alive(starter)


@pytest.mark.process
def test_what_an_application_leaves_behind_is_killed_with_it() -> None:
    """Also processes that are in no tree, and trap exits."""
    me = self()

    def stray() -> None:
        Process.flag("trap_exit", True)
        send(me, ("stray", spawn(Process.sleep, "infinity"), self()))
        Process.sleep("infinity")

    application("shop", lambda: (spawn(stray), idle())[1])
    Application.start("shop")
    _, one, other = receive(("stray", ..., ...), after=5000)
    assert Process.alive(one) and Process.alive(other)
    Application.stop("shop")
    assert not Process.alive(one) and not Process.alive(other)


@pytest.mark.process
def test_a_master_or_starter_that_is_killed_takes_the_application_with_it() -> None:
    """It is reported as killed, and can be started again."""
    hear()
    for victim in ("group_leader", "parent"):
        application("shop", idle)
        assert Application.start("shop") == "ok"
        pid = top("shop")
        Process.exit(Process.info(pid, victim)[1], "kill")
        assert heard()[:2] == ("shop", "killed")
        until(lambda pid=pid: not Process.alive(pid))
        assert running() == []


@pytest.mark.process
def test_output_of_an_application_goes_where_all_goes(capfd: pytest.CaptureFixture[str]) -> None:
    """Its master is no device: print works all the same."""
    application("shop", lambda: (print("opening"), idle())[1])
    Application.start("shop")
    shown: list[str] = []
    until(lambda: shown.append(capfd.readouterr().out) or "opening\n" in "".join(shown))


# -- reports, and the end


@pytest.mark.process
def test_the_end_of_an_application_is_a_notice() -> None:
    """The words are Elixir's; the data are OTP's."""
    hear()
    application("shop", idle)
    Application.start("shop")
    Application.stop("shop")
    assert heard() == ("shop", "stopped", "temporary", "notice", "Application shop exited: :stopped")
    Application.start("shop", "transient")
    Application.stop("shop")
    assert heard()[:3] == ("shop", "stopped", "transient")


@pytest.mark.process
def test_why_a_start_has_failed_is_said_in_words() -> None:
    """As Elixir's console says it."""
    hear()
    module = application("shop", lambda: ("error", "why"))
    Application.start("shop")
    name = module.__qualname__
    assert heard()[4] == f"Application shop exited: {name}.start(:normal, []) returned an error: 'why'"
    application("shop", lambda: "what")
    Application.start("shop")
    assert heard()[4] == f"Application shop exited: {name}.start(:normal, []) returned a bad value: 'what'"
    application("shop", lambda: exit_with(Atom("bye")))
    Application.start("shop")
    assert heard()[4] == f"Application shop exited: exited in: {name}.start(:normal, [])\n    ** (EXIT) :bye"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (("already_started", "x"), "already started application x"),
        (("not_started", "x"), "not started application x"),
        (("not_loaded", "x"), "not loaded application x"),
        (("already_loaded", "x"), "already loaded application x"),
        (("invalid_restart_type", 7), "invalid application restart type: 7"),
        (("bad_application", 7), "bad application: 7"),
        ((NO_FILE, "x.app"), "could not find application file: x.app"),
        (Atom("boom"), ":boom"),
        ("killed", "killed"),
    ],
)
def test_errors_in_words(reason: Any, words: str) -> None:
    """format_error knows OTP's reasons."""
    assert Application.format_error(reason) == words


@pytest.mark.parametrize(("type", "reason"), [("permanent", "kill"), ("permanent", "normal"), ("transient", "kill")])
def test_the_end_of_a_permanent_application_stops_the_runtime(type: str, reason: str) -> None:
    """The other applications are stopped first; the program ends with an error that says why."""
    ended = program(
        f"""
        from pyex import *
        from pyex.otp.agent import Agent
        from pyex.otp.application import Application

        class Other(Application):
            def start(type, args):
                return Agent.start_link(dict)
            def stop(state):
                print("other stopped")

        def wait():
            receive("go")

        class Shop(Application):
            def start(type, args):
                return ("ok", spawn_link(wait))

        def main():
            Application.start("other")
            Application.start("shop", {type!r})
            pid = ok(Application.get_supervisor("shop"))
            send(pid, "go") if {reason!r} == "normal" else Process.exit(pid, {reason!r})
            Process.sleep(5000)
            print("never")

        run(main)
        """
    )
    why = "normal" if reason == "normal" else "killed"
    assert ended.returncode == 1
    assert ended.stdout == "other stopped\n"
    assert f"Application shop exited: {why}" in ended.stderr
    text = f"('application_terminated', 'shop', '{why}')"
    assert f"Kernel pid terminated (application_controller) ({text})" in ended.stderr
    assert ended.stderr.rstrip().endswith(f"Exit: {text}")


def test_a_permanent_application_that_cannot_be_started_stops_the_runtime() -> None:
    """Who has started it is told why, and then all is over; also where the main process traps exits."""
    ended = program(
        """
        from pyex import *
        from pyex.otp.application import Application

        class Shop(Application):
            def start(type, args):
                return ("error", "why")

        def main():
            Process.flag("trap_exit", True)
            print(Application.start("shop", "permanent") == ("error", ("why", (Shop, "start", ["normal", []]))))
            Process.sleep(5000)

        run(main)
        """
    )
    assert ended.returncode == 1
    assert ended.stdout == "True\n"
    assert "application_start_failure" in ended.stderr


@pytest.mark.process
def test_a_transient_application_may_end_normally() -> None:
    """Only that is reported."""
    hear()
    application("shop", lambda: ("ok", spawn_link(receive)))
    Application.start("shop", "transient")
    send(top("shop"), "go")
    assert heard()[:3] == ("shop", "normal", "transient")
    assert running() == []


@pytest.mark.process
def test_an_application_that_may_run_for_so_long_only() -> None:
    """After maxT milliseconds it ends, as "normal"."""
    hear()
    application("shop", idle, maxT=20)
    Application.start("shop")
    assert heard()[:2] == ("shop", "normal")


@pytest.mark.process
def test_nothing_of_an_application_is_left_for_the_next_runtime() -> None:
    """What was loaded, started and put into environments is gone; the definition is not."""
    assert [name for name, _, _ in Application.loaded_applications()] == ["pyex"]
    assert Application.get_all_env("pooly") == {} and running() == []
    assert Application.start("pooly") == "ok"


@pytest.mark.process
def test_a_controller_that_is_killed_takes_all_applications_with_it() -> None:
    """The next call starts another, which knows of nothing."""
    application("shop", idle)
    Application.start("shop")
    pid, controller = top("shop"), Process.whereis("application_controller")
    assert controller is not None
    Process.exit(controller, "kill")
    until(lambda: not Process.alive(pid))
    assert running() == [] and Application.start("shop") == "ok"


def test_outside_the_runtime() -> None:
    """There are no processes, and so no applications: the error says so."""
    with pytest.raises(RuntimeError, match="no process here"):
        Application.start("pooly")
