"""Exit signals: what one process does to another with `Process.exit`, and to itself."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Any

import pytest
from in_process import dead, ends, ends_after, idle, messages, outcome, trap, trapper

from pyex import (
    ArgumentError,
    Atom,
    Exit,
    Process,
    blocking,
    exit,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    spawn_monitor,
)

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000
# How long a process is watched that should live.
QUIET = 50


def forever() -> None:
    Process.sleep("infinity")


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("kill", "killed"),
        ("killed", "killed"),
        ("shutdown", "shutdown"),
        (("shutdown", "x"), ("shutdown", "x")),
        ("boom", "boom"),
        ("some text", "some text"),
    ],
)
@pytest.mark.process
def test_exit_01_a_process_that_does_not_trap_dies_of_a_signal(reason: Any, end: Any) -> None:
    """An exit signal ends another process with its reason; "kill" with "killed"."""
    pid = idle()
    assert ends_after(pid, lambda: Process.exit(pid, reason), SOON) == end


@pytest.mark.process
def test_exit_01_normal_does_nothing_to_another_process() -> None:
    """`Process.exit(pid, "normal")` returns True, and the process lives."""
    pid = idle()
    assert Process.exit(pid, "normal") is True
    assert ends(pid, QUIET) == "alive"


@pytest.mark.parametrize("reason", ["normal", "killed", "shutdown", ("shutdown", "x"), "boom"])
@pytest.mark.process
def test_exit_02_a_trapping_process_gets_a_message(reason: Any) -> None:
    """A process that traps exits gets `("EXIT", sender, reason)`, for "normal" too, and lives."""
    pid = trapper()
    Process.exit(pid, reason)
    assert receive(after=SOON) == ("got", ("EXIT", self(), reason))
    assert Process.alive(pid)


@pytest.mark.process
def test_exit_02_kill_cannot_be_trapped() -> None:
    """A process that traps exits dies of "kill" without a message."""
    pid = trapper()
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"
    assert messages() == []


@pytest.mark.parametrize(
    ("reason", "end"),
    [("normal", "normal"), ("kill", "killed"), ("killed", "killed"), ("shutdown", "shutdown"), ("boom", "boom")],
)
@pytest.mark.process
def test_exit_03_an_exit_signal_to_oneself_always_ends(reason: str, end: str) -> None:
    """A process that sends itself an exit signal dies, even of "normal"."""
    assert outcome(lambda: Process.exit(self(), reason) and "lived") == ("exited", end)


@pytest.mark.process
def test_exit_05_trapping_does_not_stop_ones_own_exit() -> None:
    """`exit` inside a process ends it, whether it traps exits or not."""
    assert outcome(lambda: trap() or exit("boom")) == ("exited", "boom")


@pytest.mark.process
def test_exit_06_nothing_runs_after_an_exit_signal_to_oneself() -> None:
    """`Process.exit(self(), reason)` acts before the next thing that the process would do."""
    caller = self()

    def end_myself() -> None:
        Process.exit(self(), "boom")
        send(caller, "ran on")

    for _ in range(200):
        spawn(end_myself)
    assert messages() == []


@pytest.mark.process
def test_exit_07_an_exit_signal_to_a_dead_process_is_lost() -> None:
    """`Process.exit` returns True for a process that is dead."""
    assert Process.exit(dead(), "boom") is True


@pytest.mark.process
def test_exit_09_a_killed_process_is_never_alive_afterwards() -> None:
    """Right after `Process.exit(pid, "kill")` the sender sees the process dead, always."""
    for _ in range(1000):
        pid = idle()
        Process.exit(pid, "kill")
        assert not Process.alive(pid)


@pytest.mark.process
def test_exit_10_a_message_sent_before_an_exit_signal_is_received_before_it() -> None:
    """Messages and exit signals from one process to another keep their order."""
    pid = trapper()
    for number in range(200):
        send(pid, number)
        Process.exit(pid, ("signal", number))
    for number in range(200):
        assert receive(after=SOON) == ("got", number)
        assert receive(after=SOON) == ("got", ("EXIT", self(), ("signal", number)))


@pytest.mark.process
def test_exit_11_the_sender_of_an_exit_signal_is_who_called() -> None:
    """The EXIT message names the process that called `Process.exit`, linked or not."""
    pid = trapper()
    caller = spawn(Process.exit, pid, "hello")
    assert receive(after=SOON) == ("got", ("EXIT", caller, "hello"))


@pytest.mark.process
def test_exit_13_normal_to_a_linked_process_harms_neither() -> None:
    """`Process.exit(pid, "normal")` to a linked process leaves both alive."""

    def parent() -> bool:
        pid = spawn_link(forever)
        Process.exit(pid, "normal")
        Process.sleep(QUIET)
        return Process.alive(pid)

    assert outcome(parent) == ("returned", True)


# -- neighbours


@pytest.mark.parametrize("reason", ["normal", "killed", "shutdown", "boom"])
@pytest.mark.process
def test_exit_signal_to_oneself_is_a_message_when_trapping(reason: str) -> None:
    """A trapping process that sends itself an exit signal gets the message, from itself, and goes on."""

    def trapping() -> bool:
        trap()
        Process.exit(self(), reason)
        return messages() == [("EXIT", self(), reason)]

    assert outcome(trapping) == ("returned", True)


@pytest.mark.process
def test_exit_kill_to_oneself_ends_also_a_trapping_process() -> None:
    """A process that kills itself dies "killed", trapping or not."""
    assert outcome(lambda: trap() or Process.exit(self(), "kill")) == ("exited", "killed")


@pytest.mark.process
def test_exit_signal_to_oneself_stands_among_the_messages_in_order() -> None:
    """A trapped exit signal to oneself comes between the messages sent before and after it."""
    trap()
    send(self(), 1)
    Process.exit(self(), "x")
    send(self(), 2)
    assert messages() == [1, ("EXIT", self(), "x"), 2]


@pytest.mark.process
def test_exit_normal_inside_ends_a_trapping_process() -> None:
    """`exit("normal")` ends the process that calls it, though it traps."""
    pid, reference = spawn_monitor(lambda: trap() or exit("normal"))
    assert receive(after=SOON) == ("DOWN", reference, "process", pid, "normal")


@pytest.mark.parametrize("what", ["foo", None, 12, self])
@pytest.mark.process
def test_exit_signals_go_to_pids_only(what: Any) -> None:
    """`Process.exit` of anything but a pid raises an ArgumentError that says so."""
    with pytest.raises(ArgumentError, match="1st argument: not a pid"):
        Process.exit(what, "boom")


@pytest.mark.parametrize("second", ["second", "kill", "normal"])
@pytest.mark.process
def test_exit_the_first_of_two_signals_counts(second: str) -> None:
    """A process dies of the first exit signal; a second changes nothing, not even a kill."""
    pid = idle()
    assert ends_after(pid, lambda: (Process.exit(pid, "first"), Process.exit(pid, second)), SOON) == "first"


@pytest.mark.process
def test_exit_signals_of_one_sender_arrive_in_order() -> None:
    """A trapping process gets the exit signals of one sender in the order in which they were sent."""
    pid = trapper()
    for number in range(20):
        Process.exit(pid, number)
    assert [receive(("got", ...), after=SOON)[1][2] for _ in range(20)] == list(range(20))


@pytest.mark.process
def test_exit_signal_of_a_sender_that_has_died_still_counts() -> None:
    """An exit signal reaches its target though the sender ended right after."""
    pid = idle()
    assert ends_after(pid, lambda: spawn(Process.exit, pid, "boom"), SOON) == "boom"


@pytest.mark.process
def test_exit_a_child_can_end_its_parent() -> None:
    """Anybody who knows a pid may send it an exit signal."""

    def parent() -> None:
        spawn(Process.exit, self(), "from the child")
        forever()

    assert outcome(parent) == ("exited", "from the child")


@pytest.mark.process
def test_exit_no_except_clause_keeps_a_process_alive() -> None:
    """A process that catches everything dies of an exit signal nevertheless."""
    caller = self()

    def stubborn() -> None:
        try:
            send(caller, "ready")
            forever()
        except BaseException:
            send(caller, "caught")
        forever()

    pid = spawn(stubborn)
    receive("ready", after=SOON)
    assert ends_after(pid, lambda: Process.exit(pid, "boom"), SOON) == "boom"
    assert messages() == []


@pytest.mark.process
def test_exit_a_dying_process_can_do_nothing_to_others() -> None:
    """What a killed process calls in `finally` has no effect: no message, signal, name or new process."""
    caller, other = self(), idle()

    def work() -> None:
        try:
            send(caller, "ready")
            forever()
        finally:
            send(caller, "from the dead")
            Process.exit(other, "kill")
            Process.link(other)
            Process.monitor(other)
            spawn(send, caller, "from the dead one's child")

    pid = spawn(work)
    receive("ready", after=SOON)
    ends_after(pid, lambda: Process.exit(pid, "kill"), SOON)
    assert messages() == [] and Process.alive(other)
    assert Process.info(other, ["links", "monitored_by"]) == {"links": [], "monitored_by": []}


@pytest.mark.process
def test_exit_a_dead_process_has_no_information_and_takes_no_messages() -> None:
    """As soon as a process is killed there is nothing to know of it, and what is sent to it vanishes."""
    pid = idle()
    Process.register(pid, "shop")
    Process.exit(pid, "kill")
    assert Process.info(pid) is None and Process.whereis("shop") is None and pid not in Process.list()
    assert send(pid, "hello") == "hello"


@pytest.mark.process
def test_exit_a_message_sent_after_a_kill_is_lost() -> None:
    """A process that is killed does not handle what was sent to it afterwards."""
    caller = self()
    pid = spawn(lambda: send(caller, ("got", receive())))
    Process.exit(pid, "kill")
    send(pid, "too late")
    assert messages() == []


@pytest.mark.process
def test_exit_signals_reach_a_process_that_waits_in_blocking() -> None:
    """A process whose blocking call runs in another thread dies at once all the same."""
    caller, gate = self(), threading.Event()

    def wait() -> None:
        send(caller, "ready")
        blocking(gate.wait, 5)

    pid = spawn(wait)
    receive("ready", after=SOON)
    assert ends_after(pid, lambda: Process.exit(pid, "boom"), 1000) == "boom"
    gate.set()


@pytest.mark.process
def test_exit_trap_exit_returns_the_old_value() -> None:
    """Setting "trap_exit" returns what it was."""
    assert [Process.flag("trap_exit", value) for value in (True, True, False, False)] == [False, True, True, False]


@pytest.mark.parametrize(("flag", "value"), [("trap_exit", 1), ("trap_exit", "true"), ("bogus", True)])
@pytest.mark.process
def test_exit_flags_and_values_that_there_are_not_are_refused(flag: str, value: Any) -> None:
    """A flag that is unknown, or a value that is no bool, raises an ArgumentError."""
    with pytest.raises(ArgumentError):
        Process.flag(flag, value)


ODD_REASONS = [None, True, 0, 1.5, [], (), {"a": 1}, b"kill", b"normal", ("kill",), ["normal"], ("normal", 1), "", {1}]


@pytest.mark.parametrize("reason", ODD_REASONS)
@pytest.mark.process
def test_exit_signals_may_carry_any_reason(reason: Any) -> None:
    """Only the words "kill" and "normal" are special: with every other reason the process ends."""
    pid = idle()
    assert ends_after(pid, lambda: Process.exit(pid, reason), SOON) == reason


@pytest.mark.parametrize("reason", ODD_REASONS)
@pytest.mark.process
def test_exit_any_reason_passes_through_links(reason: Any) -> None:
    """A linked process ends with whatever term its peer ended with."""

    def parent() -> None:
        spawn_link(exit, reason)
        forever()

    pid, reference = spawn_monitor(parent)
    assert receive(after=SOON) == ("DOWN", reference, "process", pid, reason)


class Word(StrEnum):
    """A user's own spelling of the words."""

    KILL = "kill"
    NORMAL = "normal"


@pytest.mark.parametrize("kill", ["kill", Atom("kill"), Word.KILL])
@pytest.mark.process
def test_exit_kill_is_meant_by_every_string_that_says_so(kill: str) -> None:
    """Plain strings, atoms and string enums mean the same word."""
    pid = trapper()
    assert ends_after(pid, lambda: Process.exit(pid, kill), SOON) == "killed"


class Agreeable:
    """Something that claims to equal everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


@pytest.mark.process
def test_exit_a_reason_that_equals_everything_is_no_kill() -> None:
    """A reason of the user's own class is never taken for one of the words."""
    pid = trapper()
    Process.exit(pid, Agreeable())
    _, (_, _, reason) = receive(("got", ...), after=SOON)
    assert isinstance(reason, Agreeable) and Process.alive(pid)


@pytest.mark.process
def test_exit_a_reason_is_copied_as_messages_are() -> None:
    """What the sender does to a mutable reason afterwards does not change what the receiver got."""
    pid = trapper()
    reason = ["before"]
    Process.exit(pid, reason)
    reason.append("after")
    assert receive(after=SOON) == ("got", ("EXIT", self(), ["before"]))


@pytest.mark.process
def test_exit_is_an_exception_that_carries_its_reason() -> None:
    """`exit` raises Exit, which no `except Exception` catches and which knows the reason."""
    with pytest.raises(Exit) as caught:
        exit(("my", "reason"))
    assert caught.value.reason == ("my", "reason") and not isinstance(caught.value, Exception)


@pytest.mark.process
def test_exit_two_linked_processes_ended_at_once_keep_their_own_reasons() -> None:
    """When two linked processes are both ended, each keeps the reason that reached it first."""
    caller, first = self(), idle()

    def linked() -> None:
        Process.link(first)
        send(caller, "linked")
        forever()

    second = spawn(linked)
    receive("linked", after=SOON)
    one, other = Process.monitor(first), Process.monitor(second)
    Process.exit(first, "of the first")
    Process.exit(second, "of the second")
    reasons = [receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in (one, other)]
    assert reasons == ["of the first", "of the second"]


@pytest.mark.parametrize(("reason", "end"), [("boom", "boom"), ("kill", "killed")])
@pytest.mark.process
def test_exit_signal_is_passed_on_by_its_target(reason: str, end: str) -> None:
    """A peer is told of the target's end by the target, and not by who sent the signal."""
    trap()
    pid = spawn_link(forever)
    spawn(Process.exit, pid, reason)
    assert receive(after=SOON) == ("EXIT", pid, end)
