"""Links: the end of one process reaches those linked to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, dead, ends, ends_after, idle, messages, outcome, trap, trapper

from pyex import ArgumentError, ErlangError, Pid, Process, exit, receive, self, send, spawn, spawn_link, spawn_monitor

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000


def forever() -> None:
    Process.sleep("infinity")


def obey() -> None:
    """Run what is sent, and tell the sender that it is done."""
    while True:
        sender, order = receive()
        order()
        send(sender, "done")


def order(pid: Pid, action: Callable[[], object]) -> None:
    """Have a process that obeys do something, and wait until it has."""
    send(pid, (self(), action))
    receive("done", after=SOON)


def links(pid: Pid) -> list[Pid]:
    return Process.info(pid, "links")[1]  # type: ignore[no-any-return]


def exit_when_told(reason: Any) -> None:
    receive("go")
    exit(reason)


@pytest.mark.process
def test_link_01_both_sides_show_the_link() -> None:
    """`Process.link` returns True, and each of the two has the other among its links."""
    pid = idle()
    assert Process.link(pid) is True
    assert pid in links(self()) and self() in links(pid)


@pytest.mark.process
def test_link_02_the_parents_crash_kills_the_child() -> None:
    """A link works both ways: a child dies of its parent's reason."""
    caller = self()

    def parent() -> None:
        send(caller, spawn_link(forever))
        exit_when_told("boom")

    pid = spawn(parent)
    child = receive(Pid, after=SOON)
    assert ends_after(child, lambda: send(pid, "go"), SOON) == "boom"


@pytest.mark.process
def test_link_04_linking_twice_makes_one_link() -> None:
    """A second `link` to the same process adds nothing, and one `unlink` takes it all away."""
    pid = idle()
    Process.link(pid)
    Process.link(pid)
    assert links(self()).count(pid) == 1
    Process.unlink(pid)
    assert pid not in links(self())
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"


@pytest.mark.process
def test_link_05_linking_twice_gives_one_exit_message() -> None:
    """A trapping process that has linked twice hears once of the end."""
    trap()
    pid = idle()
    Process.link(pid)
    Process.link(pid)
    Process.exit(pid, "kill")
    assert messages() == [("EXIT", pid, "killed")]


@pytest.mark.process
def test_link_06_unlink_is_always_true() -> None:
    """`unlink` returns True for a process never linked, a dead one, and oneself."""
    assert [Process.unlink(idle()), Process.unlink(dead()), Process.unlink(self())] == [True, True, True]


@pytest.mark.process
def test_link_08_linking_a_dead_process_raises_noproc() -> None:
    """A process that does not trap gets an error from linking to a dead one, and can catch it."""
    pid = dead()
    _, (kind, error) = outcome(lambda: caught(lambda: Process.link(pid)))
    assert kind == "error" and isinstance(error, ErlangError)
    assert error.reason == "noproc" and str(error).startswith("Erlang error: :noproc")


@pytest.mark.process
def test_link_08_linking_a_dead_process_uncaught() -> None:
    """A process that does not catch the error of linking to a dead one ends with noproc and a stacktrace."""
    pid = dead()
    how, (reason, stacktrace) = outcome(lambda: Process.link(pid))
    assert (how, reason) == ("exited", "noproc") and stacktrace


@pytest.mark.process
def test_link_09_linking_a_dead_process_while_trapping() -> None:
    """A trapping process may link to a dead one: that returns True, and an EXIT message says noproc."""
    pid = dead()
    trap()
    assert Process.link(pid) is True
    assert messages() == [("EXIT", pid, "noproc")]


@pytest.mark.process
def test_link_10_a_group_of_linked_processes_falls_together() -> None:
    """In a chain of linked processes the crash of the last ends all, with its reason."""
    caller = self()

    def member(depth: int) -> None:
        if depth:
            spawn_link(member, depth - 1)
        send(caller, ("member", self()))
        exit_when_told("boom")

    spawn(member, 3)
    members = [receive(("member", ...), after=SOON)[1] for _ in range(4)]
    references = [Process.monitor(each) for each in members]
    send(members[-1], "go")
    assert [receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in references] == ["boom"] * 4


@pytest.mark.process
def test_link_12_the_peers_of_a_killed_process_end_killed() -> None:
    """A killed process and those linked to it all end with "killed"."""
    caller = self()

    def parent() -> None:
        send(caller, spawn_link(forever))
        forever()

    pid = spawn(parent)
    child = receive(Pid, after=SOON)
    first, second = Process.monitor(pid), Process.monitor(child)
    Process.exit(pid, "kill")
    assert [receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in (first, second)] == ["killed", "killed"]


@pytest.mark.process
def test_link_13_the_exit_message_names_the_neighbour() -> None:
    """An EXIT message comes from the process that one is linked to, not from where the trouble began."""
    trap()
    caller = self()

    def neighbour() -> None:
        send(caller, ("origin", spawn_link(exit_when_told, "boom")))
        forever()

    pid = spawn_link(neighbour)
    send(receive(("origin", ...), after=SOON)[1], "go")
    assert receive(after=SOON) == ("EXIT", pid, "boom")


@pytest.mark.process
def test_link_14_after_unlink_a_crash_goes_unnoticed() -> None:
    """A process that has unlinked survives the crash of the other."""

    def careful() -> str:
        pid = spawn_link(exit_when_told, "boom")
        Process.unlink(pid)
        assert ends_after(pid, lambda: send(pid, "go"), SOON) == "boom"
        return "fine"

    assert outcome(careful) == ("returned", "fine")


@pytest.mark.process
def test_link_16_a_trapping_process_is_told_of_every_end() -> None:
    """A trapping process gets an EXIT message for every linked child, also when it ends normally."""
    trap()
    children: list[Callable[[], object]] = [
        lambda: "ok", lambda: exit("normal"), lambda: exit("shutdown"), lambda: exit("boom"),
    ]  # fmt: skip
    heard = [receive(("EXIT", spawn_link(child), ...), after=SOON)[2] for child in children]
    assert heard == ["normal", "normal", "shutdown", "boom"]


@pytest.mark.process
def test_link_17_trapping_can_begin_after_the_link_and_end_again() -> None:
    """What counts is whether a process traps when the signal comes, not when the link was made."""

    def fickle() -> None:
        pid = spawn_link(exit_when_told, "first")
        trap()
        send(pid, "go")
        reason = receive(("EXIT", pid, ...), after=SOON)[2]
        Process.flag("trap_exit", False)
        spawn_link(exit, ("second", reason))
        forever()

    assert outcome(fickle) == ("exited", ("second", "first"))


@pytest.mark.parametrize("what", ["foo", None, 12, self])
@pytest.mark.process
def test_link_18_only_a_pid_can_be_linked(what: Any) -> None:
    """Linking and unlinking anything but a pid raise an ArgumentError that says so."""
    for function in (Process.link, Process.unlink):
        with pytest.raises(ArgumentError, match="1st argument: not a pid"):
            function(what)


# -- neighbours


@pytest.mark.process
def test_link_to_oneself_does_nothing() -> None:
    """A process may link to itself, which makes no link."""
    assert Process.link(self()) is True
    assert links(self()) == []


@pytest.mark.process
def test_link_oneself_gives_no_exit_message_when_trapping() -> None:
    """A trapping process that has linked to itself hears nothing of that."""
    trap()
    Process.link(self())
    assert messages() == []


@pytest.mark.process
def test_link_a_parent_that_ends_normally_leaves_its_child() -> None:
    """A linked child lives on when its parent returns, and has no link any more."""
    caller = self()
    parent = spawn(lambda: send(caller, spawn_link(forever)))
    child = receive(Pid, after=SOON)
    ends(parent, SOON)
    assert Process.alive(child) and links(child) == []


@pytest.mark.process
def test_link_a_trapping_child_is_told_of_its_parents_normal_end() -> None:
    """A trapping process hears of the normal end of its parent as of any other peer's."""
    pid = trapper()
    parent = spawn(lambda: Process.link(pid))
    assert receive(after=SOON) == ("got", ("EXIT", parent, "normal"))


@pytest.mark.process
def test_link_a_trapping_process_stops_a_cascade() -> None:
    """In a chain the crash goes no further than to the process that traps."""
    middle, top = trapper(), spawn(obey)
    order(top, lambda: Process.link(middle))

    def lowest() -> None:
        Process.link(middle)
        exit_when_told("boom")

    low = spawn(lowest)
    send(low, "go")
    assert receive(("got", ...), after=SOON) == ("got", ("EXIT", low, "boom"))
    assert Process.alive(middle) and Process.alive(top)


@pytest.mark.process
def test_link_a_normal_end_in_the_middle_parts_a_chain() -> None:
    """When the middle one of three ends normally, the outer two are not linked to each other."""
    left, middle, right = spawn(obey), spawn(exit_when_told, "normal"), spawn(obey)
    for outer in (left, right):
        order(outer, lambda: Process.link(middle))
    assert ends_after(middle, lambda: send(middle, "go"), SOON) == "normal"
    assert ends_after(left, lambda: Process.exit(left, "boom"), SOON) == "boom"
    assert Process.alive(right)


@pytest.mark.process
def test_link_a_ring_falls_as_a_whole() -> None:
    """Processes linked in a ring all end with the reason of the first, each once."""
    ring = [spawn(obey) for _ in range(5)]
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        order(one, lambda other=other: Process.link(other))  # type: ignore[misc]
    references = [Process.monitor(each) for each in ring]
    Process.exit(ring[0], "boom")
    downs = messages()
    assert len(downs) == 5
    assert {(reference, reason) for _, reference, _, _, reason in downs} == {(each, "boom") for each in references}


@pytest.mark.process
def test_link_a_trapping_member_outlives_its_group() -> None:
    """Of a group only the member that traps remains, and it is told by its own neighbour."""
    first, second, member = spawn(obey), spawn(obey), trapper()
    order(first, lambda: (Process.link(second), Process.link(member)))
    references = [Process.monitor(first), Process.monitor(second)]
    Process.exit(second, "boom")
    assert [receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in references] == ["boom", "boom"]
    assert receive(("got", ...), after=SOON)[1] == ("EXIT", first, "boom")
    assert Process.alive(member)


@pytest.mark.process
def test_link_all_that_are_linked_to_one_process_hear_of_its_end() -> None:
    """Fifty children of one process all die with it."""
    caller = self()

    def parent() -> None:
        send(caller, [spawn_link(forever) for _ in range(50)])
        forever()

    pid = spawn(parent)
    references = [Process.monitor(child) for child in receive(list, after=SOON)]
    Process.exit(pid, "boom")
    assert {receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in references} == {"boom"}


@pytest.mark.process
def test_link_unlink_leaves_an_exit_message_that_is_there_already() -> None:
    """`unlink` does not take back an EXIT message that has come."""
    trap()
    pid = spawn_link(exit, "boom")
    ends(pid, SOON)
    assert Process.unlink(pid) is True
    assert messages() == [("EXIT", pid, "boom")]


@pytest.mark.process
def test_link_no_exit_message_comes_after_unlink() -> None:
    """A trapping process that has unlinked is told nothing of the end."""
    trap()
    pid = spawn_link(forever)
    Process.unlink(pid)
    Process.exit(pid, "boom")
    assert messages() == []


@pytest.mark.process
def test_link_either_side_can_unlink() -> None:
    """The side that did not make the link may take it away, for both."""

    def parent() -> str:
        me = self()

        def child() -> None:
            Process.unlink(me)
            send(me, "unlinked")
            exit_when_told("boom")

        pid = spawn_link(child)
        receive("unlinked", after=SOON)
        assert links(me) == []
        assert ends_after(pid, lambda: send(pid, "go"), SOON) == "boom"
        return "fine"

    assert outcome(parent) == ("returned", "fine")


@pytest.mark.process
def test_link_can_be_made_again_after_unlink() -> None:
    """A link made anew after `unlink` works as the first did."""
    trap()
    pid = idle()
    Process.link(pid)
    Process.unlink(pid)
    Process.link(pid)
    Process.exit(pid, "boom")
    assert messages() == [("EXIT", pid, "boom")]


@pytest.mark.process
def test_link_made_while_trapping_kills_once_trapping_is_over() -> None:
    """A process that links while it traps, and then stops trapping, dies with its peer."""

    def fickle() -> None:
        trap()
        pid = spawn_link(exit_when_told, "boom")
        Process.flag("trap_exit", False)
        send(pid, "go")
        forever()

    assert outcome(fickle) == ("exited", "boom")


@pytest.mark.process
def test_link_an_exit_message_stays_a_message_when_trapping_ends() -> None:
    """An EXIT message in the mailbox does no harm to a process that has stopped trapping."""

    def fickle() -> list[Any]:
        trap()
        ends(spawn_link(exit, "boom"), SOON)
        Process.flag("trap_exit", False)
        return [reason for _, _, reason in messages()]

    assert outcome(fickle) == ("returned", ["boom"])


@pytest.mark.process
def test_link_is_gone_when_the_peer_has_ended() -> None:
    """A dead process is no longer among the links of its peers."""
    trap()
    pid = spawn_link(exit, "boom")
    receive(("EXIT", pid, "boom"), after=SOON)
    assert links(self()) == []


@pytest.mark.process
def test_link_to_a_process_that_crashed_says_noproc_and_not_why() -> None:
    """Who links again to a peer that has ended is told noproc, whatever its reason was."""
    trap()
    pid = spawn_link(exit, "boom")
    receive(("EXIT", pid, "boom"), after=SOON)
    Process.link(pid)
    assert messages() == [("EXIT", pid, "noproc")]


@pytest.mark.process
def test_link_to_a_process_just_killed_says_noproc() -> None:
    """A process is gone for whoever links to it as soon as it has been killed."""
    trap()
    pid = idle()
    Process.exit(pid, "kill")
    Process.link(pid)
    assert messages() == [("EXIT", pid, "noproc")]


@pytest.mark.process
def test_link_to_a_dead_process_is_no_link() -> None:
    """Linking to a dead process while trapping adds nothing to the links."""
    trap()
    Process.link(dead())
    assert links(self()) == []


@pytest.mark.process
def test_link_messages_sent_before_the_end_come_before_the_exit_message() -> None:
    """What a linked process sent is there before the word of its end."""
    trap()
    caller = self()
    pid = spawn_link(lambda: [send(caller, number) for number in range(3)])
    assert messages() == [0, 1, 2, ("EXIT", pid, "normal")]


@pytest.mark.process
def test_link_an_exit_of_kill_goes_through_a_chain_as_kill() -> None:
    """A process's own `exit("kill")` ends its peers, and theirs, with "kill"."""
    caller = self()

    def middle() -> None:
        send(caller, spawn_link(exit_when_told, "kill"))
        forever()

    def top() -> None:
        spawn_link(middle)
        forever()

    pid, reference = spawn_monitor(top)
    send(receive(Pid, after=SOON), "go")
    assert receive(("DOWN", reference, ..., pid, ...), after=SOON)[4] == "kill"


@pytest.mark.process
def test_link_killed_is_an_ordinary_reason_for_a_peer_that_traps() -> None:
    """A trapping process survives the kill of a peer, and is told "killed"."""
    trap()
    pid = spawn_link(forever)
    Process.exit(pid, "kill")
    assert receive(after=SOON) == ("EXIT", pid, "killed")


@pytest.mark.process
def test_link_shows_in_the_order_in_which_links_were_made() -> None:
    """The links of a process are listed oldest first."""
    first, second, third = idle(), idle(), idle()
    for pid in (second, first, third):
        Process.link(pid)
    assert links(self()) == [second, first, third]
