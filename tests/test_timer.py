"""Messages sent later, and the timers that they wait on."""

from __future__ import annotations

from time import monotonic

import pytest
from in_process import dead, ends, ends_after, idle, messages, outcome

from pyex import ArgumentError, Process, Reference, make_ref, receive, run, self, send

SOON = 5000
# Long enough never to fire during a test.
LATER = 60_000


@pytest.mark.process
def test_timer_01_a_message_sent_after_50_ms_does_not_come_before() -> None:
    """send_after returns a reference at once, and the message comes when the time has gone by."""
    started = monotonic()
    reference = Process.send_after(self(), "tick", 50)
    assert isinstance(reference, Reference)
    assert receive(after=SOON) == "tick"
    assert monotonic() - started >= 0.05


@pytest.mark.process
def test_send_after_does_not_wait() -> None:
    """The caller goes on while the time runs."""
    Process.send_after(self(), "later", 200)
    send(self(), "now")
    assert [receive(after=SOON), receive(after=SOON)] == ["now", "later"]


@pytest.mark.process
def test_timer_02_cancelling_tells_the_milliseconds_left() -> None:
    """Stopping a timer returns how many milliseconds it had left, a whole number."""
    left = Process.cancel_timer(Process.send_after(self(), "tick", LATER))
    assert type(left) is int
    assert 0 < left <= LATER


@pytest.mark.process
def test_timer_02_a_cancelled_timer_sends_nothing() -> None:
    """After I have stopped a timer its message does not come."""
    reference = Process.send_after(self(), "stopped", 300)
    Process.cancel_timer(reference)
    Process.send_after(self(), "other", 310)
    assert receive(after=SOON) == "other"
    assert messages() == []


@pytest.mark.process
def test_cancelling_a_timer_that_has_fired_is_false() -> None:
    """Once the message is there, there is nothing to stop."""
    reference = Process.send_after(self(), "tick", 1)
    receive("tick", after=SOON)
    assert Process.cancel_timer(reference) is False


@pytest.mark.process
def test_cancelling_too_late_leaves_the_message() -> None:
    """A message that has arrived stays in the mailbox when its timer is stopped afterwards."""
    reference = Process.send_after(self(), "tick", 0)
    while Process.info(self(), "message_queue_len") == ("message_queue_len", 0):
        Process.sleep(1)
    assert Process.cancel_timer(reference) is False
    assert messages() == ["tick"]


@pytest.mark.process
def test_cancelling_twice_is_false_the_second_time() -> None:
    """A timer can be stopped once."""
    reference = Process.send_after(self(), "tick", LATER)
    assert Process.cancel_timer(reference) is not False
    assert Process.cancel_timer(reference) is False


@pytest.mark.process
def test_cancelling_a_reference_of_something_else_is_false() -> None:
    """A reference that is no timer's has nothing to stop."""
    assert Process.cancel_timer(make_ref()) is False


@pytest.mark.parametrize("ask", [Process.cancel_timer, Process.read_timer])
@pytest.mark.parametrize("wrong", ["tick", None, 7])
def test_only_references_can_be_asked_about(ask: object, wrong: object) -> None:
    """cancel_timer and read_timer refuse what is no reference."""

    def ask_it() -> None:
        with pytest.raises(ArgumentError, match="1st argument: not a reference"):
            ask(wrong)  # type: ignore[operator]

    run(ask_it)


@pytest.mark.process
def test_timer_04_read_timer_tells_what_is_left() -> None:
    """A timer that is running can be asked how many milliseconds it has left."""
    left = Process.read_timer(Process.send_after(self(), "tick", LATER))
    assert type(left) is int
    assert LATER - 30_000 < left <= LATER


@pytest.mark.process
def test_timer_04_read_timer_is_false_for_a_timer_that_is_gone_or_unknown() -> None:
    """A stopped timer, and a reference that never was one, have no time left: False."""
    reference = Process.send_after(self(), "tick", LATER)
    Process.cancel_timer(reference)
    assert Process.read_timer(reference) is False
    assert Process.read_timer(make_ref()) is False


@pytest.mark.process
def test_read_timer_is_false_for_a_timer_that_has_fired() -> None:
    """When the message has come, the timer is gone."""
    reference = Process.send_after(self(), "tick", 1)
    receive("tick", after=SOON)
    assert Process.read_timer(reference) is False


@pytest.mark.process
def test_reading_a_timer_does_not_stop_it() -> None:
    """I may look at a timer as often as I like, and it fires all the same."""
    reference = Process.send_after(self(), "tick", 50)
    Process.read_timer(reference)
    Process.read_timer(reference)
    assert receive(after=SOON) == "tick"


@pytest.mark.process
def test_timer_05_timers_fire_in_the_order_of_their_times() -> None:
    """What is due first comes first, whichever was started first; 0 milliseconds is a time too."""
    Process.send_after(self(), "c", 500)
    Process.send_after(self(), "b", 250)
    Process.send_after(self(), "a", 0)
    assert [receive(after=SOON) for _ in range(3)] == ["a", "b", "c"]


@pytest.mark.process
def test_timers_of_the_same_time_fire_in_the_order_of_their_start() -> None:
    """Messages that I send for the same moment come in the order in which I sent them."""
    for number in range(100):
        Process.send_after(self(), number, 20)
    assert [receive(after=SOON) for _ in range(100)] == list(range(100))


@pytest.mark.process
def test_timer_06_a_message_to_a_name_that_nobody_has_then_vanishes() -> None:
    """A timer for an unknown name is no error, neither when it starts nor when it fires."""
    reference = Process.send_after("nobody_here", "x", 1)
    Process.send_after(self(), "fine", 2)
    assert receive(after=SOON) == "fine"
    assert Process.read_timer(reference) is False


@pytest.mark.process
def test_timer_06_the_name_is_looked_up_when_the_timer_fires() -> None:
    """The message goes to whoever has the name when the time has come."""
    Process.send_after("timer06", "late", 200)
    Process.register(self(), "timer06")
    assert receive(after=SOON) == "late"


@pytest.mark.process
def test_a_message_to_a_name_that_was_given_up_vanishes() -> None:
    """Who gave up the name before the time had come does not get the message."""
    Process.register(self(), "given_up")
    Process.send_after("given_up", "x", 200)
    Process.unregister("given_up")
    Process.send_after(self(), "after it", 210)
    assert receive(after=SOON) == "after it"


@pytest.mark.process
def test_another_process_can_read_and_cancel_a_timer() -> None:
    """A timer belongs to nobody: whoever has the reference can ask about it and stop it."""
    reference = Process.send_after(self(), "tick", LATER)
    how, (read, left) = outcome(lambda: (Process.read_timer(reference), Process.cancel_timer(reference)))
    assert how == "returned"
    assert type(read) is int and type(left) is int
    assert Process.read_timer(reference) is False


@pytest.mark.parametrize("milliseconds", [-1, 1.5, True, "infinity", None])
def test_timer_08_a_time_that_is_none_raises(milliseconds: object) -> None:
    """A negative time, and anything that is no whole number, is refused."""

    def start_it() -> None:
        with pytest.raises(ArgumentError):
            Process.send_after(self(), "x", milliseconds)  # type: ignore[arg-type]

    run(start_it)


@pytest.mark.parametrize("destination", [42, None, ["shop"], self])
def test_a_timer_for_a_destination_that_is_none_raises(destination: object) -> None:
    """Only a process or a name can be sent to later, and I hear of a slip at once."""

    def start_it() -> None:
        with pytest.raises(ArgumentError, match="1st argument: invalid destination"):
            Process.send_after(destination, "x", 0)

    run(start_it)


@pytest.mark.process
def test_timer_09_a_timer_outlives_the_process_that_set_it() -> None:
    """A message that somebody sends me later comes although the sender has died meanwhile."""
    me = self()
    how, _ = outcome(lambda: Process.send_after(me, "from the dead", 30))
    assert how == "returned"
    assert receive(after=SOON) == "from the dead"


@pytest.mark.process
def test_a_timer_for_a_dead_process_is_gone_at_once() -> None:
    """A timer whose receiver is dead already has no time left to tell."""
    reference = Process.send_after(dead(), "x", LATER)
    assert isinstance(reference, Reference)
    assert Process.read_timer(reference) is False


@pytest.mark.process
def test_a_timer_dies_with_its_receiver() -> None:
    """When the process that was to get the message ends, the timer is gone."""
    pid = idle()
    reference = Process.send_after(pid, "x", LATER)
    assert Process.read_timer(reference) is not False
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"
    assert Process.read_timer(reference) is False


@pytest.mark.process
def test_a_timer_that_fires_for_a_process_that_has_died_harms_nothing() -> None:
    """The message to a receiver that is gone vanishes."""
    pid = idle()
    Process.send_after(pid, "x", 20)
    Process.exit(pid, "kill")
    assert ends(pid, SOON) == "noproc"
    Process.send_after(self(), "fine", 20)
    assert receive(after=SOON) == "fine"


@pytest.mark.process
def test_the_message_is_the_one_of_when_the_timer_was_set() -> None:
    """What I do to the message afterwards does not change what is sent."""
    message = ["as it was"]
    Process.send_after(self(), message, 10)
    message.append("changed")
    assert receive(after=SOON) == ["as it was"]


@pytest.mark.process
def test_a_time_may_be_longer_than_four_weeks() -> None:
    """A timer for the far future does not hold up those that are due before."""
    far = Process.send_after(self(), "far", 2**32 - 1)
    Process.send_after(self(), "near", 5)
    assert receive(after=SOON) == "near"
    assert Process.cancel_timer(far) is not False


@pytest.mark.process
def test_thousands_of_timers_can_be_started_and_stopped() -> None:
    """Stopping many timers leaves those that were not stopped at work."""
    references = [Process.send_after(self(), "stopped", LATER) for _ in range(5000)]
    Process.send_after(self(), "kept", 20)
    assert all(Process.cancel_timer(reference) is not False for reference in references)
    assert receive(after=SOON) == "kept"


def test_timers_end_with_the_runtime() -> None:
    """A timer that was running when pyex.run ended is gone when it is called again."""
    reference = run(lambda: Process.send_after(self(), "x", LATER))
    assert run(lambda: Process.read_timer(reference)) is False


def test_starting_a_timer_outside_a_process_raises() -> None:
    """send_after needs a process that calls it."""
    with pytest.raises(RuntimeError, match="no process here"):
        Process.send_after("shop", "x", 0)
