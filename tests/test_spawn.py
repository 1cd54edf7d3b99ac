"""Starting processes, and how they end on their own account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, dead, ends, ends_after, idle, messages, outcome, trap

from pyex import (
    ArgumentError,
    ErlangError,
    MatchError,
    Pid,
    Process,
    Reference,
    exit,
    ok,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    spawn_monitor,
)

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000


def down(reference: Reference) -> Any:
    """The reason in the DOWN message of a monitor."""
    return receive(("DOWN", reference, "process", ..., ...), after=SOON)[4]


def forever() -> None:
    Process.sleep("infinity")


@pytest.mark.process
def test_spawn_01_returns_a_pid_at_once_and_the_process_ends_normally() -> None:
    """`spawn` gives the pid of another process at once, which ends "normal" when its function returns."""
    pid = spawn(lambda: Process.sleep(20))
    assert isinstance(pid, Pid) and pid != self()
    assert ends(pid, SOON) == "normal"


@pytest.mark.process
def test_spawn_02_a_crash_leaves_the_parent_alone() -> None:
    """A process that was only spawned can crash without harm to its parent."""

    def parent() -> str:
        assert ends(spawn(exit, "boom"), SOON) in ("boom", "noproc")
        return "parent is fine"

    assert outcome(parent) == ("returned", "parent is fine")


@pytest.mark.process
def test_spawn_04_a_linked_child_that_ends_normally_does_no_harm() -> None:
    """A linked child may return, or exit "normal", and its parent goes on."""

    def parent() -> str:
        for child in (spawn_link(exit, "normal"), spawn_link(lambda: "returned")):
            ends(child, SOON)
        return "parent is fine"

    assert outcome(parent) == ("returned", "parent is fine")


@pytest.mark.parametrize("reason", ["shutdown", ("shutdown", 1)])
@pytest.mark.process
def test_spawn_05_shutdown_of_a_linked_child_ends_the_parent(reason: Any) -> None:
    """A linked child that exits "shutdown", or with a tuple of it, takes its parent along."""

    def parent() -> None:
        spawn_link(exit, reason)
        forever()

    assert outcome(parent) == ("exited", reason)


@pytest.mark.process
def test_spawn_06_spawn_monitor_tells_of_the_end_once() -> None:
    """`spawn_monitor` gives a pid and a reference, and one DOWN message with both."""
    pid, reference = spawn_monitor(exit, "boom")
    assert messages() == [("DOWN", reference, "process", pid, "boom")]


@pytest.mark.process
def test_spawn_09_an_error_ends_the_process_with_the_error_and_its_stacktrace() -> None:
    """A process that fails to catch an error ends with `(error, stacktrace)`; an ErlangError stands for its reason."""

    def erlang_error() -> None:
        raise ErlangError("foo")

    reasons = [down(spawn_monitor(each)[1]) for each in (erlang_error, lambda: 1 / 0, lambda: ok(("error", 1)))]
    errors = [error for error, _ in reasons]
    assert errors[0] == "foo"
    assert isinstance(errors[1], ZeroDivisionError) and isinstance(errors[2], MatchError)
    assert all(isinstance(stacktrace, list) and stacktrace for _, stacktrace in reasons)


@pytest.mark.parametrize("reason", ["boom", "normal", "shutdown", ("a", 1), 42, [1], None, {"why": 1}, b"kill", True])
@pytest.mark.process
def test_spawn_10_exit_takes_any_reason(reason: Any) -> None:
    """`exit` ends a process with the very term that it is given, whatever it is."""
    heard = down(spawn_monitor(exit, reason)[1])
    assert heard == reason and type(heard) is type(reason)


@pytest.mark.process
def test_spawn_12_a_trapping_parent_survives_a_child_that_exits_kill() -> None:
    """A child's own `exit("kill")` is an ordinary reason: a trapping parent is told "kill", and lives."""
    trap()
    child = spawn_link(exit, "kill")
    assert messages() == [("EXIT", child, "kill")]


@pytest.mark.process
def test_spawn_13_a_parent_dies_of_kill_when_its_child_exits_so() -> None:
    """A parent that does not trap dies of its child's `exit("kill")`, with "kill" and not "killed"."""

    def parent() -> None:
        spawn_link(exit, "kill")
        forever()

    assert outcome(parent) == ("exited", "kill")


@pytest.mark.process
def test_spawn_14_link_and_monitor_at_once() -> None:
    """`Process.spawn` with "link" and "monitor" gives pid and reference, then an EXIT and a DOWN message."""
    trap()
    pid, reference = Process.spawn(lambda: exit("boom"), ["link", "monitor"])
    assert messages() == [("EXIT", pid, "boom"), ("DOWN", reference, "process", pid, "boom")]


@pytest.mark.process
def test_spawn_16_a_child_has_its_parents_group_leader() -> None:
    """What a child prints goes where its parent's output goes."""
    caller = self()
    spawn(lambda: send(caller, Process.group_leader()))
    assert receive(after=SOON) == Process.group_leader()


@pytest.mark.process
def test_spawn_17_finally_can_send_only_when_the_process_ended_itself() -> None:
    """A message sent in `finally` arrives after a process's own exit or error, never after an exit signal."""
    caller = self()

    def work(tag: str, body: Callable[[], object]) -> None:
        try:
            send(caller, ("ready", tag))
            body()
        finally:
            send(caller, ("finally", tag))

    _, by_exit = spawn_monitor(work, "own exit", lambda: exit("boom"))
    _, by_error = spawn_monitor(work, "own error", lambda: 1 / 0)
    signalled, by_signal = spawn_monitor(work, "signal", forever)
    killed, by_kill = spawn_monitor(work, "kill", forever)
    for tag in ("own exit", "own error", "signal", "kill"):
        receive(("ready", tag), after=SOON)
    Process.exit(signalled, "boom")
    Process.exit(killed, "kill")
    for reference in (by_exit, by_error, by_signal, by_kill):
        down(reference)
    assert sorted(messages()) == [("finally", "own error"), ("finally", "own exit")]


@pytest.mark.process
def test_spawn_18_exit_and_errors_can_be_caught_inside() -> None:
    """A process that catches its own exit or error lives on."""

    def fail() -> None:
        raise ValueError("c")

    def careful() -> list[Any]:
        exited, failed = caught(lambda: exit("a")), caught(fail)
        return [exited, failed[0], str(failed[1])]

    assert outcome(careful) == ("returned", [("exit", "a"), "error", "c"])


@pytest.mark.process
def test_spawn_20_what_is_no_function_is_refused_at_once() -> None:
    """`spawn` of something that is no function raises an ArgumentError that names it."""
    with pytest.raises(ArgumentError, match="1st argument: not a fun"):
        spawn("not a function")  # type: ignore[arg-type]


@pytest.mark.process
def test_spawn_20_a_function_that_wants_arguments_crashes_its_process() -> None:
    """A function spawned with too few arguments ends its own process with badarity, function and arguments."""
    trap()
    spawn_link(lambda x: x)
    _, _, ((word, (_, arguments)), stacktrace) = receive(("EXIT", ..., ...), after=SOON)
    assert (word, list(arguments), stacktrace) == ("badarity", [], [])


@pytest.mark.process
def test_spawn_20_spawn_monitor_refuses_a_function_that_wants_arguments() -> None:
    """`spawn_monitor` of a function that wants arguments raises at once."""
    with pytest.raises(ArgumentError):
        spawn_monitor(lambda x: x)


# -- neighbours


@pytest.mark.process
def test_spawn_a_linked_child_that_crashes_takes_its_parent_along() -> None:
    """A parent dies of the reason of its linked child."""

    def parent() -> None:
        spawn_link(exit, "boom")
        forever()

    assert outcome(parent) == ("exited", "boom")


@pytest.mark.process
def test_spawn_an_error_in_a_linked_child_is_the_parents_reason_too() -> None:
    """A parent that dies of its child's error ends with the same error and stacktrace."""

    def parent() -> None:
        spawn_link(lambda: 1 / 0)
        forever()

    how, (error, stacktrace) = outcome(parent)
    assert how == "exited" and isinstance(error, ZeroDivisionError) and stacktrace


@pytest.mark.process
def test_spawn_monitor_tells_of_a_normal_end_too() -> None:
    """A process that just returns gives a DOWN message with "normal"; what it returned is not in it."""
    assert down(spawn_monitor(lambda: "value")[1]) == "normal"


@pytest.mark.process
def test_spawn_linked_child_is_linked_on_both_sides_from_the_first() -> None:
    """Right after `spawn_link` parent and child each have the other among their links."""
    child = spawn_link(forever)
    assert Process.info(self(), "links") == ("links", [child])
    assert Process.info(child, "links") == ("links", [self()])


@pytest.mark.process
def test_spawn_a_child_starts_with_nothing_of_its_parents_state() -> None:
    """Trapping, dictionary, messages, links and name of the parent are not the child's."""
    trap()
    Process.put("key", 1)
    Process.register(self(), "parent")
    Process.link(idle())
    caller = self()
    send(caller, "for the parent")

    def child() -> None:
        items = ["trap_exit", "message_queue_len", "links", "monitors", "registered_name", "dictionary"]
        send(caller, ("child", Process.info(self(), items)))

    spawn(child)
    assert receive(("child", ...), after=SOON)[1] == {
        "trap_exit": False,
        "message_queue_len": 0,
        "links": [],
        "monitors": [],
        "registered_name": [],
        "dictionary": {},
    }


@pytest.mark.process
def test_spawn_a_grandchild_outlives_the_process_that_started_it() -> None:
    """The end of a process does not touch those it merely spawned."""
    caller = self()
    parent = spawn(lambda: send(caller, idle()))
    grandchild = receive(Pid, after=SOON)
    ends(parent, SOON)
    assert Process.alive(grandchild)


@pytest.mark.process
def test_spawn_a_message_may_be_sent_before_the_process_has_run() -> None:
    """A message sent right after `spawn` is there when the process first looks."""
    caller = self()
    pid = spawn(lambda: send(caller, ("got", receive())))
    send(pid, "early")
    assert receive(after=SOON) == ("got", "early")


@pytest.mark.process
def test_spawn_passes_arguments_on() -> None:
    """`spawn(f, a, b)` calls `f(a, b)`."""
    spawn(send, self(), ("a", "b"))
    assert receive(after=SOON) == ("a", "b")


@pytest.mark.process
def test_spawn_never_uses_a_pid_again() -> None:
    """The pids of many processes, dead ones among them, are all different."""
    pids = [dead() for _ in range(50)] + [idle() for _ in range(50)]
    assert len(set(pids)) == 100


@pytest.mark.process
def test_spawn_a_process_killed_before_its_first_turn_never_runs() -> None:
    """A process that is killed right after `spawn` does nothing at all."""
    pid, reference = spawn_monitor(send, self(), "I ran")
    Process.exit(pid, "kill")
    assert messages() == [("DOWN", reference, "process", pid, "killed")]


@pytest.mark.process
def test_spawn_an_exit_in_except_replaces_the_error() -> None:
    """A process that catches an error and exits ends with the reason of the exit."""

    def careful() -> None:
        try:
            raise ValueError("first")
        except ValueError:
            exit("second")

    assert outcome(careful) == ("exited", "second")


@pytest.mark.process
def test_spawn_an_error_in_finally_replaces_the_exit() -> None:
    """An error raised in `finally` is the reason, and not the exit under way."""

    def clumsy() -> None:
        try:
            exit("first")
        finally:
            raise ValueError("second")

    _, (error, _) = outcome(clumsy)
    assert isinstance(error, ValueError) and str(error) == "second"


@pytest.mark.process
def test_spawn_except_exception_lets_an_exit_pass() -> None:
    """`except Exception` does not catch `exit`."""

    def careless() -> None:
        try:
            exit("boom")
        except Exception:
            return

    assert down(spawn_monitor(careless)[1]) == "boom"


@pytest.mark.parametrize("reason", ["kill", "boom"])
@pytest.mark.process
def test_spawn_finally_has_run_when_others_hear_of_a_death_from_outside(reason: str) -> None:
    """When the DOWN message of a process that was ended comes, it has cleaned up after itself."""
    closed = threading.Event()
    caller = self()

    def work() -> None:
        try:
            send(caller, "ready")
            forever()
        finally:
            closed.set()

    pid = spawn(work)
    receive("ready", after=SOON)
    ends_after(pid, lambda: Process.exit(pid, reason), SOON)
    assert closed.is_set()


@pytest.mark.process
def test_spawn_a_process_in_an_endless_loop_can_be_killed() -> None:
    """A kill also ends a process that never waits for anything."""
    caller = self()

    def loop() -> None:
        send(caller, "in the loop")
        while True:
            pass

    pid = spawn(loop)
    receive("in the loop", after=SOON)
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"


@pytest.mark.process
def test_spawn_unknown_options_are_refused() -> None:
    """`Process.spawn` with an option that there is not raises an ArgumentError."""
    with pytest.raises(ArgumentError):
        Process.spawn(lambda: None, ["bogus"])
