"""become and hibernate: how a server runs for ever."""

from __future__ import annotations

import contextvars
import sys
import tracemalloc
import weakref
from typing import Any

import pytest
from in_process import caught, ends_after, in_process, outcome, until, waiting

from pyex import ArgumentError, Exit, Pid, Process, become, exit, receive, run, self, send, spawn, spawn_monitor

SOON = 5000
TURNS = 100_000


def ending(pid_and_reference: tuple[Pid, Any]) -> Any:
    """The reason that a process ends with, which was spawned with a monitor."""
    return receive(("DOWN", pid_and_reference[1], ..., ..., ...), after=SOON)[4]


def counter(n: int) -> Any:
    """The server of the tutorials."""
    match receive():
        case "count":
            return become(counter, n + 1)
        case ("get", who):
            send(who, n)
            return become(counter, n)
        case "stop":
            return exit(("stopped at", n))


@in_process
def test_a_server_goes_on_with_its_new_state() -> None:
    """return become(counter, n + 1) handles the next message with the new number."""
    pid = spawn(counter, 0)
    for _ in range(3):
        send(pid, "count")
    send(pid, ("get", self()))
    assert receive(after=SOON) == 3


@in_process
def test_it_stays_the_same_process() -> None:
    """A process that becomes another function keeps its pid, name, dictionary, flags, links and messages."""
    me = self()

    def before() -> Any:
        Process.register(self(), "same")
        Process.put("k", 1)
        Process.flag("trap_exit", True)
        send(self(), "waiting")
        return become(after, self())

    def after(pid: Pid) -> None:
        send(me, (pid == self(), Process.whereis("same") == pid, Process.get("k"), receive("waiting")))
        send(me, Process.flag("trap_exit", True))

    spawn(before)
    assert receive(after=SOON) == (True, True, 1, "waiting")
    assert receive(after=SOON) is True


@in_process
def test_functions_may_become_each_other() -> None:
    """The next function may be another one, with other arguments."""
    me = self()

    def tick(n: int) -> Any:
        send(me, ("tick", n))
        return become(tock, n, "after tick")

    def tock(n: int, note: str) -> Any:
        send(me, ("tock", note))
        return become(tick, n + 1) if n == 0 else None

    assert ending(spawn_monitor(tick, 0)) == "normal"
    assert [receive(after=SOON) for _ in range(4)] == [
        ("tick", 0), ("tock", "after tick"), ("tick", 1), ("tock", "after tick"),
    ]  # fmt: skip


@in_process
def test_the_state_is_not_copied() -> None:
    """The arguments of become stay in the process: they are passed on as they are."""
    me = self()

    def begin() -> Any:
        state = ["state"]
        return become(go_on, state, id(state))

    def go_on(state: list[str], identity: int) -> None:
        send(me, id(state) == identity)

    spawn(begin)
    assert receive(after=SOON) is True


@in_process
def test_a_hundred_thousand_turns_take_constant_memory_and_stack() -> None:
    """A server that runs for ever grows neither its stack nor its memory."""
    me = self()

    def depth() -> int:
        frame, frames = sys._getframe(), 0
        while frame.f_back is not None:
            frame, frames = frame.f_back, frames + 1
        return frames

    def turn(n: int) -> Any:
        if n in (1000, TURNS):
            send(me, (depth(), tracemalloc.get_traced_memory()[0]))
        return become(turn, n + 1) if n < TURNS else None

    tracemalloc.start()
    try:
        spawn(turn, 1)
        early_depth, early = receive(after=60_000)
        late_depth, late = receive(after=60_000)
    finally:
        tracemalloc.stop()
    assert late_depth == early_depth
    assert late - early < 50_000


@in_process
def test_a_hundred_thousand_messages_are_counted() -> None:
    """The tutorial's counter counts as far as one likes."""
    pid, reference = spawn_monitor(counter, 0)
    for _ in range(TURNS):
        send(pid, "count")
    send(pid, "stop")
    assert receive(("DOWN", reference, ..., ..., ...), after=60_000)[4] == ("stopped at", TURNS)


@in_process
def test_a_function_that_never_waits_can_be_killed_between_its_turns() -> None:
    """Endless becoming keeps neither others from running nor itself from being killed."""

    def forever() -> Any:
        return become(forever)

    pid = spawn(forever)
    assert ends_after(pid, lambda: Process.exit(pid, "kill"), SOON) == "killed"


@in_process
def test_a_become_may_be_returned_through_other_functions() -> None:
    """What counts is that the process's own function returns it in the end."""

    def handle(n: int) -> Any:
        return become(exit, ("became", n))

    assert ending(spawn_monitor(lambda: handle(7))) == ("became", 7)


@in_process
def test_finally_runs_before_the_next_function() -> None:
    """The function that returns become is over when the next begins."""
    me = self()

    def first() -> Any:
        try:
            return become(send, me, "second function")
        finally:
            send(me, "finally of the first")

    spawn(first)
    assert [receive(after=SOON), receive(after=SOON)] == ["finally of the first", "second function"]


@pytest.mark.parametrize("next_step", [become, Process.hibernate], ids=["become", "hibernate"])
def test_a_next_step_that_is_not_returned_is_a_crash_that_says_so(next_step: Any) -> None:
    """Who forgets the return is told what to write."""

    def forget() -> None:
        next_step(counter, 0)

    def check() -> None:
        error, _ = ending(spawn_monitor(forget))
        assert isinstance(error, RuntimeError)
        assert "`return become(...)`" in str(error)

    run(check)


@in_process
def test_waiting_after_a_become_that_was_not_returned_is_a_crash_too() -> None:
    """A loop that calls become instead of returning it fails at its next receive, and does not hang."""

    def loop() -> None:
        while True:
            become(counter, 0)
            receive("never")

    error, _ = ending(spawn_monitor(loop))
    assert "`return become(...)`" in str(error)


@in_process
def test_of_two_becomes_both_must_be_returned() -> None:
    """A become that was made and dropped is a crash, also when another one is returned."""

    def slip() -> Any:
        become(exit, "first")
        return become(exit, "second")

    assert "`return become(...)`" in str(ending(spawn_monitor(slip)))


@in_process
def test_becoming_what_is_no_function_raises() -> None:
    """become(42), and a call in the place of a function, are refused at once."""
    how, error = caught(lambda: become(42))  # type: ignore[arg-type]
    assert how == "error"
    assert isinstance(error, ArgumentError)
    assert "1st argument: not a function: 42" in str(error)


@in_process
def test_a_function_that_does_not_take_the_arguments_crashes_the_process() -> None:
    """become(f, too, many) ends the process with badarity, as a spawn would, and the reason tells what was given."""

    def begin() -> Any:
        return become(lambda one: one, 1, 2)

    (word, (_, args)), _ = ending(spawn_monitor(begin))
    assert (word, args) == ("badarity", (1, 2))


def test_becoming_outside_a_process_raises() -> None:
    """become needs a process."""
    with pytest.raises(RuntimeError, match="no process here"):
        become(counter, 0)


def test_the_main_process_can_become_too() -> None:
    """pyex.run returns what the last function returns."""
    assert run(lambda: become(lambda a, b: a + b, 1, 2)) == 3
    with pytest.raises(Exit):
        run(lambda: become(exit, "boom"))


# -- hibernate


def echo() -> Any:
    who, what = receive()
    send(who, what)
    return Process.hibernate(echo)


@in_process
def test_a_process_that_hibernates_wakes_at_a_message() -> None:
    """Process.hibernate(echo) calls echo when a message comes, and echo finds it in the mailbox."""
    pid = spawn(Process.hibernate, echo)
    for number in range(3):
        send(pid, (self(), number))
        assert receive(after=SOON) == number


@in_process
def test_a_process_with_a_message_does_not_sleep() -> None:
    """When a message is there already, hibernating goes on at once."""
    me = self()

    def begin() -> Any:
        send(self(), (me, "was there"))
        return Process.hibernate(echo)

    spawn(begin)
    assert receive(after=SOON) == "was there"


@in_process
def test_a_process_that_hibernates_holds_nothing_of_its_stack() -> None:
    """What the function before had in its variables is freed when the process goes to sleep."""
    me = self()

    class Thing:
        pass

    def begin() -> Any:
        thing = Thing()
        watch.append(weakref.ref(thing, lambda _: send(me, "freed")))
        return Process.hibernate(echo)

    watch: list[Any] = []
    pid = spawn(begin)
    assert receive(after=SOON) == "freed"
    assert Process.alive(pid)


@in_process
def test_a_process_that_hibernates_is_waiting() -> None:
    """It is alive, waits, has no stack, and keeps its name and dictionary."""
    me = self()

    def begin() -> Any:
        Process.register(self(), "sleeper")
        Process.put("k", 1)
        send(me, "asleep soon")
        return Process.hibernate(echo)

    pid = spawn(begin)
    receive(after=SOON)
    while Process.info(pid, "status") != ("status", "waiting"):
        Process.sleep(1)
    assert Process.info(pid, ["current_stacktrace", "registered_name", "dictionary"]) == {
        "current_stacktrace": [], "registered_name": "sleeper", "dictionary": {"k": 1},
    }  # fmt: skip


@in_process
def test_the_state_survives_hibernation() -> None:
    """The arguments of hibernate are there when it wakes."""
    me = self()

    def wake(state: list[int]) -> Any:
        send(me, [*state, receive()])
        return None

    pid = spawn(Process.hibernate, wake, [1, 2])
    send(pid, 3)
    assert receive(after=SOON) == [1, 2, 3]


@in_process
def test_a_process_that_hibernates_can_be_killed() -> None:
    """A sleeping process dies of a kill, and of an exit signal that it does not trap, as any other."""
    for reason, seen in (("kill", "killed"), ("boom", "boom")):
        pid = spawn(Process.hibernate, echo)
        Process.sleep(1)
        assert ends_after(pid, lambda pid=pid, reason=reason: Process.exit(pid, reason), SOON) == seen


@in_process
def test_a_trapped_exit_wakes_a_process_that_hibernates() -> None:
    """An exit signal that is trapped is a message, and wakes."""
    me = self()

    def wake() -> None:
        send(me, receive())

    def begin() -> Any:
        Process.flag("trap_exit", True)
        send(me, "ready")
        return Process.hibernate(wake)

    pid = spawn(begin)
    receive("ready", after=SOON)
    Process.exit(pid, "boom")
    assert receive(after=SOON) == ("EXIT", me, "boom")


@in_process
def test_a_process_can_hibernate_ten_thousand_times() -> None:
    """Sleeping and waking may go on for ever."""
    pid = spawn(Process.hibernate, echo)
    for number in range(10_000):
        send(pid, (self(), number))
        assert receive(after=SOON) == number


def test_the_main_process_can_hibernate() -> None:
    """The main process may sleep too; pyex.run returns what the function returns that it wakes with."""

    def main() -> Any:
        Process.send_after(self(), "morning", 10)
        return Process.hibernate(receive)

    assert run(main) == "morning"


@in_process
def test_a_process_that_ends_in_its_second_function_ends_with_that_ones_reason() -> None:
    """The end of the last function is the end of the process."""
    assert outcome(lambda: "value") == ("returned", "value")
    assert ending(spawn_monitor(lambda: become(exit, "boom"))) == "boom"


@pytest.mark.parametrize("how", ["become", "hibernate", "hibernate with a message there"])
@in_process
def test_context_variables_outlast_the_stack(how: str) -> None:
    """What a process has set in a context variable is there in its next function, however that is reached."""
    variable = contextvars.ContextVar("variable", default="lost")

    def second(client: Pid) -> None:
        send(client, variable.get())

    def first(client: Pid) -> Any:
        variable.set("kept")
        if how == "become":
            return become(second, client)
        if how != "hibernate":
            send(self(), "wake up")
        return Process.hibernate(second, client)

    pid = spawn(first, self())
    if how == "hibernate":
        send(waiting(pid), "wake up")
    assert receive(after=5000) == "kept"


@in_process
def test_context_variables_end_with_the_process() -> None:
    """The next process does not see what the last one has set, and its values are not kept."""
    variable: contextvars.ContextVar[object] = contextvars.ContextVar("variable", default="default")

    class Big:
        pass

    def user(client: Pid) -> None:
        big = Big()
        variable.set(big)
        send(client, weakref.ref(big))

    pid = spawn(user, self())
    gone = receive(after=5000)
    until(lambda: not Process.alive(pid) and gone() is None)
    caller = self()
    spawn(lambda: send(caller, variable.get()))
    assert receive(after=5000) == "default"
