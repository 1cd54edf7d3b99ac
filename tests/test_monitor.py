"""Monitors: being told, once, that a process has ended."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import dead, ends, ends_after, idle, messages, outcome, trap

from pyex import (
    ArgumentError,
    Process,
    Reference,
    exit,
    make_ref,
    node,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    spawn_monitor,
)

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000


def forever() -> None:
    Process.sleep("infinity")


def exit_when_told(reason: Any) -> None:
    receive("go")
    exit(reason)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda: "ok", "normal"),
        (lambda: exit("normal"), "normal"),
        (lambda: exit("boom"), "boom"),
        (lambda: Process.exit(self(), "kill"), "killed"),
    ],
)
@pytest.mark.process
def test_mon_01_down_tells_of_every_kind_of_end(function: Any, reason: str) -> None:
    """The DOWN message is `("DOWN", reference, "process", pid, reason)`, however the process ended."""
    pid, reference = spawn_monitor(function)
    assert receive(after=SOON) == ("DOWN", reference, "process", pid, reason)


@pytest.mark.process
def test_mon_02_monitoring_a_dead_process_says_noproc_at_once() -> None:
    """For a process that is dead the DOWN message is there already, with noproc."""
    pid = dead()
    reference = Process.monitor(pid)
    assert receive(after=0) == ("DOWN", reference, "process", pid, "noproc")


@pytest.mark.process
def test_mon_04_the_watchers_death_does_not_touch_the_watched() -> None:
    """A monitor works one way: the process watched outlives a watcher that crashes."""
    pid = idle()
    assert outcome(lambda: Process.monitor(pid) and exit("boom")) == ("exited", "boom")
    assert Process.alive(pid)


@pytest.mark.process
def test_mon_05_demonitor_is_always_true_and_no_down_comes() -> None:
    """`demonitor` returns True, also a second time and for an unknown reference, and nothing is heard afterwards."""
    pid = idle()
    reference = Process.monitor(pid)
    assert [Process.demonitor(each) for each in (reference, reference, make_ref())] == [True, True, True]
    Process.exit(pid, "kill")
    assert messages() == []


@pytest.mark.process
def test_mon_06_demonitor_leaves_a_down_that_is_there() -> None:
    """`demonitor` does not take back a DOWN message that has come."""
    pid, reference = spawn_monitor(exit, "boom")
    ends(pid, SOON)
    Process.demonitor(reference)
    assert messages() == [("DOWN", reference, "process", pid, "boom")]


@pytest.mark.process
def test_mon_06_demonitor_with_flush_removes_a_down_that_is_there() -> None:
    """`demonitor` with "flush" also takes the DOWN message out of the mailbox."""
    pid, reference = spawn_monitor(exit, "boom")
    ends(pid, SOON)
    assert Process.demonitor(reference, ["flush"]) is True
    assert messages() == []


@pytest.mark.process
def test_mon_08_a_monitor_by_name_tells_the_name() -> None:
    """For a registered name the DOWN message holds `(name, node())` in the pid's place."""
    pid = idle()
    Process.register(pid, "shop")
    reference = Process.monitor("shop")
    Process.exit(pid, "boom")
    assert messages() == [("DOWN", reference, "process", ("shop", node()), "boom")]


@pytest.mark.process
def test_mon_09_a_monitor_by_a_name_that_nobody_has() -> None:
    """Monitoring a name that nobody has raises nothing: DOWN says noproc."""
    reference = Process.monitor("nobody")
    assert messages() == [("DOWN", reference, "process", ("nobody", node()), "noproc")]


@pytest.mark.process
def test_mon_10_a_monitor_by_name_stays_with_the_process_that_had_it() -> None:
    """A monitor by name watches the process that had the name then, not who has it later."""
    first, second = idle(), idle()
    Process.register(first, "shop")
    reference = Process.monitor("shop")
    Process.unregister("shop")
    Process.register(second, "shop")
    Process.exit(second, "boom")
    assert messages() == []
    Process.exit(first, "bang")
    assert messages() == [("DOWN", reference, "process", ("shop", node()), "bang")]


@pytest.mark.process
def test_mon_12_info_shows_monitors_on_both_sides() -> None:
    """The watcher has the process among its monitors, and that one is monitored by the watcher."""
    pid = idle()
    Process.monitor(pid)
    assert Process.info(self(), "monitors") == ("monitors", [("process", pid)])
    assert Process.info(pid, "monitored_by") == ("monitored_by", [self()])


@pytest.mark.process
def test_mon_13_a_monitor_never_harms_the_watcher() -> None:
    """A crash watched by a process that does not trap exits is one message, and no more."""

    def watcher() -> Any:
        ends(spawn_monitor(exit, "boom")[0], SOON)
        return Process.info(self(), "message_queue_len")

    assert outcome(watcher) == ("returned", ("message_queue_len", 1))


@pytest.mark.process
def test_mon_14_the_reason_of_a_kill_is_killed() -> None:
    """A watcher is told "killed" of a process that was sent "kill"."""
    pid = idle()
    reference = Process.monitor(pid)
    Process.exit(pid, "kill")
    assert messages() == [("DOWN", reference, "process", pid, "killed")]


@pytest.mark.parametrize("options", [[], ["flush"], ["info"]])
@pytest.mark.process
def test_mon_16_only_its_owner_can_take_a_monitor_away(options: list[str]) -> None:
    """`demonitor` by a process that did not make the monitor has no effect."""
    pid = idle()
    reference = Process.monitor(pid)
    assert outcome(lambda: Process.demonitor(reference, options)) == ("returned", "info" not in options)
    Process.exit(pid, "boom")
    assert messages() == [("DOWN", reference, "process", pid, "boom")]


@pytest.mark.process
def test_mon_17_exit_comes_before_down() -> None:
    """A trapping process that is linked to and monitors another hears first EXIT, then DOWN."""
    trap()
    pid = spawn_link(exit_when_told, "boom")
    Process.monitor(pid)
    send(pid, "go")
    assert [message[0] for message in messages()] == ["EXIT", "DOWN"]


@pytest.mark.process
def test_mon_18_what_a_process_sent_comes_before_its_down() -> None:
    """The messages of a process are there before the DOWN message that tells of its end."""
    caller = self()
    for _ in range(200):
        pid, reference = spawn_monitor(lambda: [send(caller, number) for number in range(5)])
        heard = [receive(after=SOON) for _ in range(6)]
        assert heard == [0, 1, 2, 3, 4, ("DOWN", reference, "process", pid, "normal")]


# -- neighbours


@pytest.mark.process
def test_mon_two_monitors_on_one_process_give_two_downs() -> None:
    """Each monitor has its own reference and its own DOWN message."""
    pid = idle()
    first, second = Process.monitor(pid), Process.monitor(pid)
    Process.exit(pid, "boom")
    heard = messages()
    assert first != second and len(heard) == 2
    assert {message[1] for message in heard} == {first, second}


@pytest.mark.process
def test_mon_demonitor_takes_one_of_two_away() -> None:
    """Of two monitors on one process the other still tells."""
    pid = idle()
    first, second = Process.monitor(pid), Process.monitor(pid)
    Process.demonitor(first)
    Process.exit(pid, "boom")
    assert messages() == [("DOWN", second, "process", pid, "boom")]


@pytest.mark.process
def test_mon_two_monitors_on_one_process_both_show() -> None:
    """`Process.info` lists a process as often as it is monitored, on both sides."""
    pid = idle()
    Process.monitor(pid)
    Process.monitor(pid)
    assert Process.info(self(), "monitors") == ("monitors", [("process", pid)] * 2)
    assert Process.info(pid, "monitored_by") == ("monitored_by", [self()] * 2)


@pytest.mark.process
def test_mon_down_comes_once() -> None:
    """A second exit signal to a process that has been ended gives no second DOWN message."""
    pid = idle()
    Process.monitor(pid)
    Process.exit(pid, "first")
    Process.exit(pid, "second")
    assert [message[4] for message in messages()] == ["first"]


@pytest.mark.process
def test_mon_of_oneself_is_no_monitor() -> None:
    """Monitoring oneself returns a reference, and makes no monitor."""
    reference = Process.monitor(self())
    assert isinstance(reference, Reference)
    assert Process.info(self(), "monitors") == ("monitors", [])
    assert Process.demonitor(reference, ["info"]) is False


@pytest.mark.process
def test_mon_of_oneself_by_name_is_no_monitor() -> None:
    """Monitoring oneself by name makes no monitor either, and tells nothing."""
    Process.register(self(), "me")
    Process.monitor("me")
    assert Process.info(self(), "monitors") == ("monitors", [])
    assert messages() == []


@pytest.mark.process
def test_mon_of_oneself_does_no_harm_at_the_end() -> None:
    """A process that monitors itself ends as any other."""
    assert outcome(lambda: Process.monitor(self()) and exit("boom")) == ("exited", "boom")


@pytest.mark.process
def test_mon_monitors_vanish_with_the_watcher() -> None:
    """When a watcher has ended nobody monitors the process any more."""
    pid = idle()
    outcome(lambda: Process.monitor(pid))
    assert Process.info(pid, "monitored_by") == ("monitored_by", [])


@pytest.mark.process
def test_mon_is_gone_once_it_has_told() -> None:
    """After the DOWN message the watcher has no monitor left."""
    pid, reference = spawn_monitor(exit, "boom")
    receive(("DOWN", reference, "process", pid, "boom"), after=SOON)
    assert Process.info(self(), "monitors") == ("monitors", [])


@pytest.mark.process
def test_mon_all_watchers_are_told() -> None:
    """Every process that monitors another hears of its end, each with its own reference."""
    caller, pid = self(), idle()

    def watch() -> None:
        reference = Process.monitor(pid)
        send(caller, "watching")
        send(caller, ("heard", self(), receive() == ("DOWN", reference, "process", pid, "boom")))

    watchers = [spawn(watch) for _ in range(3)]
    for _ in watchers:
        receive("watching", after=SOON)
    Process.exit(pid, "boom")
    for watcher in watchers:
        assert receive(("heard", watcher, ...), after=SOON)[2] is True


@pytest.mark.process
def test_mon_two_processes_may_watch_each_other() -> None:
    """Monitors both ways are two, and taking one away leaves the other."""
    caller = self()

    def watch() -> None:
        Process.monitor(caller)
        send(caller, "watching")
        forever()

    pid = spawn(watch)
    receive("watching", after=SOON)
    Process.demonitor(Process.monitor(pid))
    assert pid in Process.info(self(), "monitored_by")[1]
    assert Process.info(pid, "monitored_by") == ("monitored_by", [])


@pytest.mark.process
def test_mon_does_not_protect_from_a_link() -> None:
    """A process that is both linked to and monitors another dies with it."""

    def watcher() -> None:
        Process.monitor(spawn_link(exit, "boom"))
        forever()

    assert outcome(watcher) == ("exited", "boom")


@pytest.mark.process
def test_mon_demonitor_with_info_tells_whether_there_was_a_monitor() -> None:
    """With "info" `demonitor` returns True for a monitor that was there, and False for one that was not."""
    reference = Process.monitor(idle())
    assert [Process.demonitor(reference, ["info"]) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(("options", "left"), [(["info"], 1), (["flush", "info"], 0)])
@pytest.mark.process
def test_mon_demonitor_with_info_after_the_down(options: list[str], left: int) -> None:
    """With "info" `demonitor` returns False when the DOWN message has come, flushed or not."""
    pid, reference = spawn_monitor(exit, "boom")
    ends(pid, SOON)
    assert Process.demonitor(reference, options) is False
    assert len(messages()) == left


@pytest.mark.process
def test_mon_demonitor_with_flush_before_the_end_means_silence() -> None:
    """`demonitor` with "flush" of a process still alive returns True, and no DOWN message comes."""
    pid = idle()
    assert Process.demonitor(Process.monitor(pid), ["flush", "info"]) is True
    Process.exit(pid, "kill")
    assert messages() == []


@pytest.mark.process
def test_mon_demonitor_with_flush_leaves_other_messages_in_order() -> None:
    """Only the DOWN message of that reference is removed from the mailbox."""
    first, flushed = spawn_monitor(exit, "first")
    ends(first, SOON)
    send(self(), "x")
    second, kept = spawn_monitor(exit, "second")
    ends(second, SOON)
    send(self(), "y")
    Process.demonitor(flushed, ["flush"])
    assert messages() == ["x", ("DOWN", kept, "process", second, "second"), "y"]


@pytest.mark.parametrize(("reference", "options"), [("no reference", []), (None, []), (make_ref, ["bogus"])])
@pytest.mark.process
def test_mon_demonitor_refuses_what_it_does_not_know(reference: Any, options: list[str]) -> None:
    """`demonitor` of no reference, or with an unknown option, raises an ArgumentError."""
    with pytest.raises(ArgumentError):
        Process.demonitor(reference() if callable(reference) else reference, options)


@pytest.mark.parametrize("what", [12, None, ("shop",), 1.5, self])
@pytest.mark.process
def test_mon_refuses_what_is_neither_pid_nor_name(what: Any) -> None:
    """`monitor` of anything but a pid or a name raises an ArgumentError."""
    with pytest.raises(ArgumentError, match="1st argument"):
        Process.monitor(what)


@pytest.mark.process
def test_mon_at_down_the_process_is_gone_and_its_name_free() -> None:
    """Who has the DOWN message can take over the name."""
    for _ in range(50):
        pid, reference = spawn_monitor(exit_when_told, "boom")
        Process.register(pid, "shop")
        send(pid, "go")
        receive(("DOWN", reference, ..., ..., ...), after=SOON)
        assert not Process.alive(pid) and Process.whereis("shop") is None
        Process.register(self(), "shop")
        Process.unregister("shop")


@pytest.mark.process
def test_mon_at_exit_the_process_is_gone_and_its_name_free() -> None:
    """Who has the EXIT message of a peer can take over its name."""
    trap()
    pid = spawn_link(exit_when_told, "boom")
    Process.register(pid, "shop")
    send(pid, "go")
    receive(("EXIT", pid, "boom"), after=SOON)
    assert not Process.alive(pid) and Process.register(self(), "shop")


@pytest.mark.process
def test_mon_by_name_and_node() -> None:
    """`(name, node())` can be monitored as the name can, and shows so among the monitors."""
    pid = idle()
    Process.register(pid, "shop")
    reference = Process.monitor(("shop", node()))
    assert Process.info(self(), "monitors") == ("monitors", [("process", ("shop", node()))])
    Process.exit(pid, "boom")
    assert messages() == [("DOWN", reference, "process", ("shop", node()), "boom")]


@pytest.mark.process
def test_mon_a_name_of_a_dead_process_is_nobodys() -> None:
    """Once a process has ended, monitoring the name that it had says noproc."""
    pid = idle()
    Process.register(pid, "shop")
    Process.exit(pid, "kill")
    reference = Process.monitor("shop")
    assert messages() == [("DOWN", reference, "process", ("shop", node()), "noproc")]


@pytest.mark.process
def test_mon_of_a_process_that_crashed_says_noproc_and_not_why() -> None:
    """Who monitors too late does not learn the reason."""
    pid, _ = spawn_monitor(exit, "boom")
    assert receive(after=SOON)[4] == "boom"
    assert ends(pid, SOON) == "noproc"


@pytest.mark.process
def test_mon_of_a_process_just_killed_says_noproc() -> None:
    """A process is gone for whoever monitors it as soon as it has been killed."""
    pid = idle()
    Process.exit(pid, "kill")
    assert ends(pid, SOON) == "noproc"


@pytest.mark.process
def test_mon_references_tell_downs_apart() -> None:
    """By the reference one can wait for the end of one process among many."""
    started = [spawn_monitor(exit, number) for number in range(3)]
    heard = [receive(("DOWN", reference, ..., ..., ...), after=SOON)[4] for _, reference in reversed(started)]
    assert heard == [2, 1, 0]


@pytest.mark.process
def test_mon_of_a_linked_pair_tells_of_both() -> None:
    """A watcher of two linked processes hears of both ends when one crashes, with the same reason."""
    caller = self()

    def parent() -> None:
        send(caller, spawn_link(forever))
        forever()

    parent_pid, first = spawn_monitor(parent)
    child = receive(lambda message: not isinstance(message, tuple), after=SOON)
    second = Process.monitor(child)
    assert ends_after(parent_pid, lambda: Process.exit(child, "boom"), SOON) == "boom"
    assert {(message[1], message[4]) for message in messages()} == {(first, "boom"), (second, "boom")}
