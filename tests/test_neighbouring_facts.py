"""Facts of OTP that stand beside those of the other files, each tried on the real thing."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import caught, dead, ends_after, idle, messages, outcome, trap, trapper, waiting

from pyex import ArgumentError, Exit, Process, exit, make_ref, node, receive, self, send, spawn, spawn_link

SOON = 5000


def forever() -> None:
    Process.sleep("infinity")


# -- facts with an id


@pytest.mark.process
def test_link_06_unlink_is_true_the_second_time_too() -> None:
    """`unlink` returns True for a link that is there, and once it is gone."""
    pid = spawn_link(forever)
    assert [Process.unlink(pid), Process.unlink(pid)] == [True, True]
    assert Process.info(self(), "links") == ("links", [])


@pytest.mark.process
def test_info_12_names_are_of_this_node() -> None:
    """What is told of a name is told with the node of this system."""
    Process.monitor("nobody")
    assert receive(after=SOON)[3] == ("nobody", node()) == ("nobody", "nonode@nohost")


# -- exit signals


@pytest.mark.process
def test_a_message_that_looks_like_an_exit_signal_is_a_message() -> None:
    """A tuple ("EXIT", pid, reason) that somebody sends ends nobody."""

    def receiver() -> Any:
        send(self(), ("EXIT", self(), "boom"))
        return messages() == [("EXIT", self(), "boom")]

    assert outcome(receiver) == ("returned", True)


@pytest.mark.process
def test_an_exit_message_stays_when_trapping_ends() -> None:
    """An EXIT message that has come remains a message when its receiver does not trap any more."""
    trap()
    pid = spawn_link(exit, "boom")
    heard = receive(("EXIT", pid, ...), after=SOON)
    send(self(), heard)
    Process.flag("trap_exit", False)
    assert messages() == [("EXIT", pid, "boom")]


@pytest.mark.process
def test_an_exit_may_be_caught_and_passed_on_with_another_reason() -> None:
    """A process that catches its own exit can end with another reason."""

    def again() -> None:
        try:
            exit("first")
        except Exit as error:
            exit(("again", error.reason))

    assert outcome(again) == ("exited", ("again", "first"))


@pytest.mark.process
def test_an_exit_in_finally_replaces_the_exit_under_way() -> None:
    """The last exit is the reason."""

    def replace() -> None:
        try:
            exit("first")
        finally:
            exit("second")

    assert outcome(replace) == ("exited", "second")


@pytest.mark.process
def test_an_exit_signal_to_oneself_cannot_be_caught() -> None:
    """`Process.exit(self(), …)` is no exception: catching everything does not help."""

    def careless() -> str:
        try:
            Process.exit(self(), "boom")
        except BaseException:
            pass
        return "lived"

    assert outcome(careless) == ("exited", "boom")


@pytest.mark.process
def test_a_kill_reaches_a_process_that_waits_on_its_way_out() -> None:
    """A process that ends by itself, and waits in `finally`, can be killed: then "killed" is its reason."""
    caller = self()

    def work() -> None:
        try:
            exit("mine")
        finally:
            send(caller, "on the way out")
            forever()

    pid = spawn(work)
    receive("on the way out", after=SOON)
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"


@pytest.mark.process
def test_killing_a_linked_process_that_traps_ends_the_killer() -> None:
    """Who kills a process that it is linked to, and does not trap, dies of it, with "killed"."""

    def killer() -> None:
        caller = self()
        pid = spawn_link(lambda: (trap(), send(caller, "ready"), forever()))
        receive("ready")
        Process.exit(pid, "kill")
        forever()

    assert outcome(killer) == ("exited", "killed")


@pytest.mark.process
def test_an_exit_signal_by_hand_comes_back_through_the_link() -> None:
    """Who ends a process that it is linked to, and does not trap, dies of the same reason."""

    def sender() -> None:
        Process.exit(spawn_link(forever), "boom")
        forever()

    assert outcome(sender) == ("exited", "boom")


@pytest.mark.process
def test_a_killed_child_is_told_as_killed_all_the_way() -> None:
    """Trapping parent and trapping grandchild both hear "killed" of a child that was killed, each from the child."""
    trap()
    caller = self()

    def grandchild() -> None:
        trap()
        send(caller, "ready")
        send(caller, ("grandchild heard", receive()))

    def child() -> None:
        spawn_link(grandchild)
        forever()

    pid = spawn_link(child)
    receive("ready", after=SOON)
    Process.exit(pid, "kill")
    assert receive(("EXIT", ..., ...), after=SOON) == ("EXIT", pid, "killed")
    assert receive(("grandchild heard", ...), after=SOON) == ("grandchild heard", ("EXIT", pid, "killed"))


# -- links


@pytest.mark.process
def test_each_link_to_the_dead_gives_a_message_and_no_link() -> None:
    """A trapping process that links twice to a dead one hears noproc twice, whatever it unlinks, and has no link."""
    trap()
    pid = dead()
    Process.link(pid)
    Process.link(pid)
    Process.unlink(pid)
    assert messages() == [("EXIT", pid, "noproc")] * 2
    assert Process.info(self(), "links") == ("links", [])


@pytest.mark.process
def test_a_link_that_was_made_again_tells_once() -> None:
    """link, unlink, link is one link."""
    trap()
    pid = idle()
    Process.link(pid)
    Process.unlink(pid)
    Process.link(pid)
    Process.exit(pid, "kill")
    assert messages() == [("EXIT", pid, "killed")]


@pytest.mark.process
def test_one_end_unlinks_what_the_other_has_linked() -> None:
    """A link belongs to both: when both have linked, one `unlink` takes it from both."""
    caller = self()
    pid = spawn(lambda: (Process.link(caller), send(caller, "linked"), forever()))
    receive("linked", after=SOON)
    Process.link(pid)
    Process.unlink(pid)
    assert Process.info(self(), "links") == ("links", []) == Process.info(pid, "links")


@pytest.mark.process
def test_an_exit_signal_by_hand_to_a_linked_trapping_process_names_its_sender() -> None:
    """`Process.exit` to a trapping peer is a message from the caller, and the link stays."""
    pid = trapper()
    Process.link(pid)
    Process.exit(pid, "hello")
    assert receive(after=SOON) == ("got", ("EXIT", self(), "hello"))
    assert Process.info(self(), "links") == ("links", [pid])
    Process.unlink(pid)


# -- monitors and timers


@pytest.mark.process
def test_a_monitor_taken_away_after_a_kill_says_nothing() -> None:
    """Between the kill and the DOWN message the monitor is there, and taking it away means silence."""
    pid = idle()
    reference = Process.monitor(pid)
    Process.exit(pid, "kill")
    assert Process.demonitor(reference, ["info"]) is True
    assert messages() == []


@pytest.mark.process
def test_references_of_another_kind_are_unknown() -> None:
    """A monitor is no timer, and a timer no monitor."""
    monitor, timer = Process.monitor(idle()), Process.send_after(self(), "late", 60_000)
    assert [Process.cancel_timer(monitor), Process.read_timer(monitor)] == [False, False]
    assert Process.demonitor(timer, ["info"]) is False
    assert Process.read_timer(timer) is not False


# -- group leaders


@pytest.mark.process
def test_a_new_group_leader_is_for_later_children() -> None:
    """A child has the group leader that its parent had when it was spawned."""
    before, leader = Process.group_leader(), idle()
    older = idle()
    assert Process.group_leader(self(), leader) is True
    younger = idle()
    Process.group_leader(self(), before)
    assert Process.info(older, "group_leader") == ("group_leader", before)
    assert Process.info(younger, "group_leader") == ("group_leader", leader)


@pytest.mark.process
def test_the_end_of_a_group_leader_ends_nobody() -> None:
    """A group leader is not linked to those that it leads, and may even be dead when it is set."""
    leader, pid = idle(), idle()
    Process.group_leader(pid, leader)
    ends_after(leader, lambda: Process.exit(leader, "kill"), SOON)
    assert Process.alive(pid)
    assert Process.group_leader(pid, leader) is True


@pytest.mark.process
def test_the_dead_have_no_group_leader_to_set() -> None:
    """Setting the group leader of a dead process, or to anything but a pid, is refused."""
    for target, leader in ((dead(), self()), (self(), "user")):
        with pytest.raises(ArgumentError):
            Process.group_leader(target, leader)  # type: ignore[arg-type]


# -- found by a comparison with the real system


@pytest.mark.process
def test_the_keys_of_the_process_dictionary() -> None:
    """`get_keys` lists the keys, and those with a given value."""
    Process.put("a", 7)
    Process.put("b", 7)
    Process.put("c", 8)
    assert sorted(Process.get_keys()) == ["a", "b", "c"]
    assert sorted(Process.get_keys(7)) == ["a", "b"]


@pytest.mark.parametrize("name", [None, "undefined"])
@pytest.mark.process
def test_nobody_has_a_name_that_cannot_be_one(name: Any) -> None:
    """`whereis` answers None for any atom, also for one that cannot be registered."""
    assert Process.whereis(name) is None


@pytest.mark.process
def test_a_message_may_be_sent_after_more_than_seven_weeks() -> None:
    """2**32 milliseconds are too long for `after`, but not for `send_after`."""
    assert Process.cancel_timer(Process.send_after(self(), "far", 2**32)) == 2**32


@pytest.mark.process
def test_flush_takes_one_message_of_five_with_the_reference() -> None:
    """OTP flushes `{_, Ref, _, _, _}`, one of them."""
    reference = make_ref()
    for word in ("DOWN", "other"):
        send(self(), (word, reference, "process", self(), "made by hand"))
    assert Process.demonitor(reference, ["flush", "info"]) is False
    assert [message[0] for message in messages()] == ["other"]


@pytest.mark.process
def test_info_knows_the_current_location() -> None:
    """`current_location` is the current function, with file and line."""
    pid = spawn(spawn_link, forever)
    assert caught(lambda: Process.info(pid, "current_location"))[0] == "value"


@pytest.mark.process
def test_the_stack_trace_begins_with_the_current_function() -> None:
    """For a process that sleeps, `current_stacktrace` begins with what `current_function` says."""
    pid = waiting(idle())
    found = Process.info(pid, ["current_function", "current_stacktrace"])
    assert found["current_stacktrace"][0][:3] == found["current_function"]


@pytest.mark.process
def test_spawn_takes_a_priority() -> None:
    """The option ("priority", level) is the priority with which the process starts."""
    pid = Process.spawn(forever, [("priority", "low")])
    assert Process.info(pid, "priority") == ("priority", "low")


@pytest.mark.process
def test_a_timer_is_for_a_pid_or_a_name() -> None:
    """`send_after` refuses `(name, node())`, as erlang:send_after does."""
    with pytest.raises(ArgumentError):
        Process.send_after(("shop", node()), "late", 5)
