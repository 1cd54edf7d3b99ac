"""The mailbox: sending a message, and receiving the oldest that matches."""

from __future__ import annotations

from itertools import count
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_process import dead, ends, idle, messages, outcome

from pyex import (
    ArgumentError,
    Atom,
    Process,
    ReceiveTimeout,
    make_ref,
    node,
    receive,
    run,
    self,
    send,
    spawn,
    spawn_monitor,
)

SOON = 5000
NOTHING = Atom("nothing")


def send_to_self(*what: object) -> None:
    for each in what:
        send(self(), each)


# -- sending


@pytest.mark.process
def test_mbox_02_messages_from_one_sender_arrive_in_order() -> None:
    """What one process sends me reaches me in the order in which it was sent."""
    me = self()
    spawn(lambda: [send(me, number) for number in range(1000)])
    assert [receive(after=SOON) for _ in range(1000)] == list(range(1000))


@pytest.mark.process
def test_each_of_several_senders_keeps_its_own_order() -> None:
    """When several processes send to me at once, the messages of each stay in its own order."""
    me = self()
    for who in ("ann", "bob", "cid"):
        spawn(lambda who=who: [send(me, (who, number)) for number in range(200)])
    taken = [receive(after=SOON) for _ in range(600)]
    for who in ("ann", "bob", "cid"):
        assert [number for sender, number in taken if sender == who] == list(range(200))


@pytest.mark.process
def test_a_process_can_send_to_itself() -> None:
    """A message to self() waits in my own mailbox until I receive it."""
    send(self(), "a note to myself")
    assert receive(after=0) == "a note to myself"


@pytest.mark.process
def test_send_returns_the_message() -> None:
    """send gives back the very message that I passed, so that it can be shown or used on."""
    message = ["fresh", "list"]
    assert send(self(), message) is message


@pytest.mark.process
def test_mbox_08_a_message_to_a_dead_process_vanishes() -> None:
    """Sending to a process that has ended raises nothing, and returns the message."""
    assert send(dead(), "hi") == "hi"


@pytest.mark.process
def test_a_message_to_a_process_killed_just_before_vanishes() -> None:
    """As soon as I have killed a process, messages to it vanish."""
    pid = idle()
    Process.exit(pid, "kill")
    assert send(pid, "hi") == "hi"
    assert ends(pid, SOON) == "noproc"


@pytest.mark.process
def test_sending_to_a_name_that_nobody_has_raises() -> None:
    """A name that nobody is registered under is an error at once, which shows the name."""
    with pytest.raises(ArgumentError, match=r"1st argument: invalid destination.*'nobody_here'"):
        send("nobody_here", "hi")


@pytest.mark.process
def test_sending_to_a_name_raises_as_soon_as_its_process_has_died() -> None:
    """The name of a process that has just been killed is nobody's."""
    pid = idle()
    Process.register(pid, "short_lived")
    Process.exit(pid, "kill")
    with pytest.raises(ArgumentError):
        send("short_lived", "hi")


@pytest.mark.process
def test_mbox_10_a_message_to_a_name_on_this_node_that_nobody_has_vanishes() -> None:
    """With (name, node()) an unknown name is no error: the message is dropped and returned."""
    assert send(("nobody_here", node()), "hi") == "hi"


@pytest.mark.process
def test_a_message_to_a_name_on_a_node_that_is_not_there_vanishes() -> None:
    """A message to (name, node) of a node that cannot be reached is dropped and returned, as from any lone node."""
    assert send(("somebody", "other@host"), "hi") == "hi"


@pytest.mark.process
def test_mbox_11_a_process_is_reached_by_its_name_and_by_name_and_node() -> None:
    """A registered process gets what is sent to its name, and to (name, node())."""
    Process.register(self(), "mbox11")
    send("mbox11", 1)
    send(("mbox11", node()), 2)
    assert messages() == [1, 2]


@pytest.mark.process
def test_mbox_12_process_send_returns_ok_and_raises_for_an_unknown_name() -> None:
    """Process.send delivers as send does, but returns "ok"."""
    assert Process.send(self(), "m") == "ok"
    assert messages() == ["m"]
    with pytest.raises(ArgumentError):
        Process.send("nobody_here", "m")


@pytest.mark.process
def test_process_send_takes_the_options_of_otp_and_no_others() -> None:
    """The options "noconnect" and "nosuspend" are accepted, an unknown one is refused."""
    assert Process.send(self(), "m", ["noconnect", "nosuspend"]) == "ok"
    with pytest.raises(ArgumentError, match="3rd argument: invalid option"):
        Process.send(self(), "m", ["bogus"])


@pytest.mark.parametrize("destination", [42, None, ["name"], (1, "nonode@nohost"), ("a", "b", "c"), b"name"])
def test_a_destination_that_is_none_raises(destination: object) -> None:
    """Only a pid, a name or (name, node()) can be sent to."""

    def send_there() -> None:
        with pytest.raises(ArgumentError, match="1st argument"):
            send(destination, "hi")

    run(send_there)


@pytest.mark.process
def test_self_without_parentheses_as_a_destination_says_what_to_write() -> None:
    """send(self, ...) is refused, and the error says to write self()."""
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        send(self, "hi")


def test_sending_where_no_runtime_runs_raises() -> None:
    """A pid of a runtime that has ended belongs to a dead process: messages to it vanish, names are an error."""
    pid = run(self)
    assert send(pid, "hi") == "hi"
    with pytest.raises(ArgumentError):
        send("anybody", "hi")


# -- receiving


@pytest.mark.process
def test_receive_without_patterns_takes_the_oldest_message() -> None:
    """receive() hands me my messages one by one, the oldest first."""
    send_to_self("a", ("b",), 3)
    assert [receive(after=0), receive(after=0), receive(after=0)] == ["a", ("b",), 3]


@pytest.mark.process
def test_receive_waits_for_a_message() -> None:
    """receive() in a process whose mailbox is empty returns when the first message comes."""
    me = self()
    pid = spawn(lambda: send(me, ("got", receive())))
    while Process.info(pid, "status") != ("status", "waiting"):
        Process.sleep(1)
    send(pid, "at last")
    assert receive(after=SOON) == ("got", "at last")


@pytest.mark.process
def test_none_is_a_message() -> None:
    """None can be sent and received, and is not taken for an empty mailbox."""
    send(self(), None)
    assert receive(after=0, default=NOTHING) is None


@pytest.mark.process
def test_mbox_03_a_selective_receive_leaves_the_other_messages_in_order() -> None:
    """With a pattern I get the first message that matches, and the others wait as they were."""
    send_to_self("a", ("x", 1), "b", ("x", 2), "c")
    assert receive(("x", int)) == ("x", 1)
    assert messages() == ["a", "b", ("x", 2), "c"]


@pytest.mark.process
def test_mbox_04_the_oldest_message_matching_any_pattern_wins() -> None:
    """Of several patterns none comes first: the oldest message that matches one of them is taken."""
    send_to_self("second pattern", "first pattern")
    assert receive("first pattern", "second pattern") == "second pattern"


@pytest.mark.process
def test_after_0_on_an_empty_mailbox_returns_at_once() -> None:
    """after=0 looks into the mailbox, and does not wait when nothing is there."""
    assert receive(after=0, default=NOTHING) is NOTHING


@pytest.mark.process
def test_after_0_takes_a_message_that_is_there() -> None:
    """after=0 takes a message that is waiting already, in preference to the default."""
    send(self(), "there")
    assert receive(after=0, default=NOTHING) == "there"


@pytest.mark.process
def test_after_0_looks_through_all_messages_that_are_there() -> None:
    """after=0 finds a matching message behind others that do not match."""
    send_to_self("a", "b", ("x", 1))
    assert receive(("x", ...), after=0, default=NOTHING) == ("x", 1)


@pytest.mark.process
def test_after_0_leaves_what_does_not_match() -> None:
    """When nothing matches, after=0 gives the default and leaves the mailbox as it was."""
    send_to_self("a", "b")
    assert receive("x", after=0, default=NOTHING) is NOTHING
    assert messages() == ["a", "b"]


@pytest.mark.process
def test_a_timeout_without_default_raises() -> None:
    """Where I give no default, waiting in vain raises ReceiveTimeout."""
    with pytest.raises(ReceiveTimeout, match="10 ms"):
        receive(after=10)


@pytest.mark.process
def test_none_can_be_the_default() -> None:
    """default=None is a default like any other: None is returned, nothing raised."""
    assert receive(after=0, default=None) is None


@pytest.mark.process
def test_after_does_not_return_too_early() -> None:
    """after=50 waits for 50 milliseconds at least."""
    started = monotonic()
    receive(after=50, default=NOTHING)
    assert monotonic() - started >= 0.05


@pytest.mark.process
def test_mbox_06_messages_that_do_not_match_do_not_restart_the_clock() -> None:
    """The time of `after` is counted from the call, however much noise arrives meanwhile."""
    me = self()

    def make_noise() -> None:
        for _ in range(100):
            send(me, "noise")
            Process.sleep(20)

    noisy = spawn(make_noise)
    started = monotonic()
    assert receive("never", after=100, default=NOTHING) is NOTHING
    assert monotonic() - started >= 0.1
    # If the clock started again at each noise, this would be after the last one.
    assert Process.alive(noisy)
    assert receive(after=SOON) == "noise"


@pytest.mark.process
def test_a_message_that_matches_comes_through_noise() -> None:
    """A waiting receive takes the matching message when it comes, and leaves the noise before it in order."""
    me = self()
    spawn(lambda: [send(me, each) for each in ("noise 1", "noise 2", ("x", 1), "noise 3")])
    assert receive(("x", int), after=SOON) == ("x", 1)
    assert [receive(after=SOON) for _ in range(3)] == ["noise 1", "noise 2", "noise 3"]


@pytest.mark.process
def test_mbox_07_sleeping_leaves_the_mailbox_alone() -> None:
    """Process.sleep waits its time, returns "ok" and takes no message."""
    send(self(), "m")
    started = monotonic()
    assert Process.sleep(30) == "ok"
    assert monotonic() - started >= 0.03
    assert messages() == ["m"]


@pytest.mark.process
def test_nested_selective_receives_take_what_each_waits_for() -> None:
    """A receive inside the handling of a message may take older messages that the outer one passed over."""
    send_to_self("inner 2", "outer", "inner 1", "rest")
    taken = []
    if receive("outer", after=0):
        taken.append("outer")
        if receive("inner 1", after=0):
            taken.append("inner 1")
            taken.append(receive("inner 2", after=0))
    assert taken == ["outer", "inner 1", "inner 2"]
    assert messages() == ["rest"]


@pytest.mark.process
def test_mbox_14_a_message_that_fails_every_guard_stays() -> None:
    """A function among the patterns is a guard: what it refuses stays in the mailbox, in order."""
    send_to_self(1, 5, 10)
    assert receive(lambda n: n > 4) == 5
    assert messages() == [1, 10]


@pytest.mark.process
def test_mbox_15_only_the_reply_with_my_reference_is_taken() -> None:
    """With a reference in the pattern I get the reply to that request, and no other."""
    first, second = make_ref(), make_ref()
    send_to_self((first, "one"), (second, "two"))
    assert receive((second, ...)) == (second, "two")
    assert messages() == [(first, "one")]


@pytest.mark.process
def test_mbox_16_a_message_that_nobody_wants_waits_and_harms_nothing() -> None:
    """A message that matches nothing is no error: it stays in the mailbox of a process that lives on."""
    pid = spawn(receive, "known")
    send(pid, "unknown")
    assert ends(pid, 50) == "alive"
    assert Process.info(pid, "message_queue_len") == ("message_queue_len", 1)


@pytest.mark.process
def test_mbox_18_after_may_be_infinity() -> None:
    """after="infinity" waits for as long as it takes."""
    send(self(), "m")
    assert receive("m", after="infinity") == "m"
    Process.send_after(self(), "late", 20)
    assert receive("late", after="infinity", default=NOTHING) == "late"


@pytest.mark.parametrize("timeout", [-1, 1.5, True, "soon", "5"])
def test_mbox_18_a_timeout_that_is_none_raises(timeout: object) -> None:
    """A negative `after`, or one that is no whole number, ends the process with timeout_value."""

    def wait_for_it() -> object:
        return outcome(lambda: receive("m", after=timeout))  # type: ignore[arg-type]

    how, (reason, stack) = run(wait_for_it)
    assert (how, reason) == ("exited", "timeout_value")
    assert isinstance(stack, list)


@pytest.mark.process
def test_a_timeout_may_be_longer_than_four_weeks() -> None:
    """A huge `after` is only a long time, not an error, and a message ends the wait."""
    Process.send_after(self(), "soon", 5)
    assert receive(after=2**32 - 1) == "soon"


@pytest.mark.parametrize("milliseconds", [-1, 1.5, None, "5"])
def test_sleeping_for_no_time_that_exists_raises(milliseconds: object) -> None:
    """Process.sleep refuses what is no number of milliseconds, instead of sleeping for ever."""

    def sleep_so() -> None:
        _, reference = spawn_monitor(Process.sleep, milliseconds)
        assert receive(("DOWN", reference, ..., ..., ...), after=1000)[4][0] == "timeout_value"

    run(sleep_so)


@pytest.mark.process
def test_a_predicate_that_raises_takes_no_message() -> None:
    """An exception in a pattern's function reaches me, and the mailbox stays as it was."""
    send_to_self("a", "b")

    def fail(message: object) -> bool:
        raise KeyError(message)

    with pytest.raises(KeyError):
        receive(fail)
    assert messages() == ["a", "b"]


@pytest.mark.process
def test_a_predicate_that_receives_makes_no_other_message_be_missed() -> None:
    """A pattern's function that takes a message itself, unwise as it is, does not hide the others from the receive."""
    send_to_self("a", "b", "c")
    taken: list[object] = []

    def greedy(message: object) -> bool:
        if not taken:
            taken.append(receive())
        return message == "b"

    assert receive(greedy, after=0) == "b"
    assert taken == ["a"]
    assert messages() == ["c"]


@pytest.mark.process
def test_a_predicate_that_receives_loses_no_other_message() -> None:
    """A pattern's function that takes the very message that it was asked about does not cost me another one."""
    send_to_self("a", "b", "c")
    taken: list[object] = []

    def greedy(message: object) -> bool:
        if not taken:
            taken.append(receive())
        return True

    taken.append(receive(greedy, after=0))
    assert [*taken, *messages()] == ["a", "b", "c"]


@pytest.mark.process
def test_messages_that_come_while_a_predicate_runs_are_seen() -> None:
    """A message that arrives while a pattern's function is looking at another one is not missed."""
    send(self(), "first")

    def send_the_one(message: object) -> bool:
        if message == "first":
            send(self(), "second")
        return message == "second"

    assert receive(send_the_one, after=SOON) == "second"
    assert messages() == ["first"]


@pytest.mark.process
def test_a_full_mailbox_is_searched_to_its_end() -> None:
    """Ten thousand messages that I do not want do not hide the one that I want."""
    for number in range(10_000):
        send(self(), number)
    send(self(), "needle")
    assert receive("needle", after=0) == "needle"
    assert receive(after=0) == 0


@pytest.mark.process
def test_a_message_wakes_only_the_process_it_was_sent_to() -> None:
    """Of two waiting processes only the one that I send to goes on."""
    me = self()
    one, other = (spawn(lambda name=name: send(me, (name, receive()))) for name in ("one", "other"))
    send(one, "hello")
    assert messages() == [("one", "hello")]
    assert Process.alive(other)


@pytest.mark.process
def test_a_mailbox_dies_with_its_process() -> None:
    """What a process had not received when it ended goes to nobody."""
    pid, reference = spawn_monitor(receive, "go")
    send(pid, "unread")
    send(pid, "go")
    assert receive(("DOWN", reference, ..., ..., ...), after=SOON)[4] == "normal"
    assert messages() == []


def test_receiving_outside_a_process_raises() -> None:
    """receive needs a process: elsewhere the error says how to start one."""
    with pytest.raises(RuntimeError, match="no process here"):
        receive(after=0)


KINDS = ["a", "b", "c"]
steps = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(KINDS)),
    st.tuples(st.just("take"), st.sampled_from(KINDS)),
    st.tuples(st.just("take either"), st.sampled_from(KINDS)),
    st.tuples(st.just("take by reference"), st.sampled_from(KINDS)),
    st.tuples(st.just("take any"), st.none()),
)
# Patterns as they stand in a program's text: the very same ones each time.
PATTERNS = {kind: (kind, ...) for kind in KINDS}


def taken(kind: str, kinds: tuple[str, ...], box: list[Any]) -> Any:
    """What a list gives in the place of a mailbox: the oldest message of one of those kinds."""
    place = next((place for place, message in enumerate(box) if message[0] in kinds), None)
    return None if place is None else box.pop(place)


def test_long_mailboxes_keep_their_order_whatever_is_taken_out_in_between() -> None:
    """With many refused messages, receives of all kinds, in any order, take what a list would give."""

    @settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(KINDS), min_size=30, max_size=80), st.lists(steps, max_size=40))
    def follows_a_list(queued: list[str], program: list[tuple[str, Any]]) -> None:
        numbers = count()
        box = [(kind, next(numbers)) for kind in queued]
        for message in box:
            send(self(), message)
        for what, kind in program:
            match what:
                case "send":
                    box.append((kind, next(numbers)))
                    send(self(), box[-1])
                case "take":
                    assert receive(PATTERNS[kind], after=0, default=None) == taken(kind, (kind,), box)
                case "take either":
                    found = receive(PATTERNS[kind], PATTERNS["c"], after=0, default=None)
                    assert found == taken(kind, (kind, "c"), box)
                case "take by reference":
                    reference = make_ref()
                    send(self(), (reference, kind))
                    assert receive((reference, ...)) == (reference, kind)
                case "take any":
                    assert receive(after=0, default=None) == (box.pop(0) if box else None)
        assert messages(quiet=0) == box

    run(follows_a_list)


@pytest.mark.process
def test_a_receive_in_a_pattern_waits_by_itself() -> None:
    """A pattern that receives is not held to the time limit of the receive that it belongs to."""
    me, taken = self(), []
    spawn(lambda: (send(me, "one"), Process.sleep(100), send(me, "two")))

    def take_both(message: object) -> bool:
        if not taken:
            taken.extend([receive(), receive()])
        return False

    assert receive(take_both, after=20, default="none") == "none"
    assert taken == ["one", "two"]
