"""Random programs of links, monitors, exit signals and names: the engine does what a small model of OTP's rules says.

Processes are puppets. A driver gives one order at a time, and compares the whole world with the model
(`signal_model`) after each. Programs that run at once are in `test_signals_at_once`; what both have found is at the
end.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, count, islice
from typing import Any

import pytest
import signal_model as model
from hypothesis import given
from hypothesis import strategies as st
from in_process import idle, in_process, messages
from program import leftovers
from signal_model import ALIVE, GONE, World
from signal_puppets import (
    KNOWN,
    MOST_PROCESSES,
    NAMES,
    SOON,
    attempt,
    come_to_rest,
    item,
    let_others_run,
    no_crash_reports,
    number,
    options,
    plain,
    puppet,
    random_programs,
)

import pyex
from pyex import Pid, Process, Reference, mailbox, receive, self, send, spawn, spawn_link, spawn_monitor
from pyex.scheduler import Scheduler

FEWEST_ALIVE = 4
REASONS = (
    "kill",
    "kill",
    "normal",
    "killed",
    "shutdown",
    ("shutdown", 1),
    "boom",
    ("deep", ("er", [1, None])),
    None,
    0,
)

stops = [("stop", "error", 1), ("stop", "return", "normal"), *(("stop", "exit", reason) for reason in REASONS)]
calls = st.one_of(
    # More links than else, and more who trap: little happens without.
    st.tuples(st.just("spawn"), st.sampled_from([["link"], ["link"], ["link", "monitor"], ["monitor"], []])),
    st.tuples(st.just("link"), number),
    st.tuples(st.just("link"), st.integers(0, 3)),
    st.tuples(st.just("unlink"), number),
    st.tuples(st.just("monitor"), item),
    st.tuples(st.just("demonitor"), number, options),
    st.tuples(st.just("send_exit"), number, st.sampled_from(REASONS)),
    st.sampled_from(stops),
    st.tuples(st.just("trap_exit"), st.sampled_from([True, True, False])),
    st.tuples(st.just("register"), number, st.sampled_from(NAMES)),
    st.tuples(st.just("unregister"), st.sampled_from(NAMES)),
    st.tuples(st.just("send"), item),
    st.just(("hibernate",)),
)
# Some thirty calls, each with the number of who is to make it; hypothesis alone prefers short lists.
programs = st.tuples(*[st.lists(st.tuples(number, calls))] * 6).map(lambda parts: [*chain(*parts)])


class Stage:
    """The engine's puppets and the model's actors, side by side."""

    def __init__(self) -> None:
        self.world = World()
        self.pids: list[Pid] = []
        self.references: list[Reference] = []
        self.watched: dict[Reference, Pid] = {}
        self.ends: dict[Pid, Any] = {}
        self.notes = count()

    def enter(self, me: Pid | None, options: list[str], started: Any) -> None:
        """Add a process that has been started, as both sides know it."""
        pid, *reference = started if isinstance(started, tuple) else (started,)
        model.spawn(self.world, me, options, pid, *reference)
        self.references += reference
        self.pids.append(pid)
        self.watched[Process.monitor(pid)] = pid

    def play(self, which: int, verb: str, *args: Any) -> None:
        """Have one of those alive make a call, and see that engine and model agree on what it returns."""
        while len(living := self.world.living()) < FEWEST_ALIVE and len(self.pids) < MOST_PROCESSES:
            self.enter(None, [], Process.spawn(puppet))
        if not living or (verb == "spawn" and len(self.pids) == MOST_PROCESSES):
            return
        if verb == "demonitor" and not self.references:
            return
        me = living[which % len(living)]
        call = self.complete(me, verb, *args)
        answer = self.order(me, call)
        match verb, answer:
            case "spawn", _:
                self.enter(me, args[0], answer)
            case "monitor", Reference():
                self.references.append(answer)
                model.monitor(self.world, me, call[1], answer)
            case _:
                assert answer == getattr(model, verb)(self.world, me, *call[1:]), call

    def complete(self, me: Pid, verb: str, *args: Any) -> tuple[Any, ...]:
        """A call with pids and references for their numbers."""
        match verb, args:
            case "demonitor", (which, options):
                return (verb, self.references[which % len(self.references)], options)
            case "send", (to,):
                return (verb, self.one(to), ("note", me, next(self.notes)))
            case (("link" | "unlink" | "monitor" | "send_exit" | "register"), (to, *more)):
                return (verb, self.one(to), *more)
        return (verb, *args)

    def one(self, item: int | str) -> Pid | str:
        return item if isinstance(item, str) else self.pids[item % len(self.pids)]

    def order(self, me: Pid, call: tuple[Any, ...]) -> Any:
        send(me, ("order", Process.self(), call))
        come_to_rest()
        return receive(("answer", ...), after=0, default=(None, GONE))[1]

    def compare(self) -> None:
        """Everything that can be known of everybody."""
        while down := receive(("DOWN", ..., "process", Pid, ...), after=0, default=None):
            self.ends[self.watched.pop(down[1])] = plain(down[4])
        for pid in self.pids:
            actor = self.world.actors[pid]
            assert Process.alive(pid) == (actor.end is ALIVE)
            if actor.end is ALIVE:
                self.compare_one(pid)
            else:
                assert Process.info(pid, "links") is None
                assert self.ends[pid] == actor.end
        assert {name: Process.whereis(name) for name in NAMES} == {name: self.world.whereis(name) for name in NAMES}

    def compare_one(self, pid: Pid) -> None:
        actor, monitors = self.world.actors[pid], self.world.monitors
        found = Process.info(pid, KNOWN)
        assert Counter(found["links"]) == Counter(self.world.linked_to(pid))
        assert Counter(what for _, what in found["monitors"]) == Counter(
            each.what for each in monitors if each.watcher == pid
        )
        watchers = [each.watcher for each in monitors if each.target == pid]
        assert Counter(found["monitored_by"]) == Counter([Process.self(), *watchers])
        assert found["trap_exit"] == actor.trapping
        assert found["registered_name"] == ([] if actor.name is None else actor.name)
        assert found["message_queue_len"] == len(actor.mailbox)
        assert by_sender(actor, map(plain, found["messages"])) == by_sender(actor, [each for _, each in actor.mailbox])


def by_sender(actor: model.Actor, messages: Any) -> dict[Any, list[Any]]:
    """The messages of each sender in their order, which is all that OTP promises; the model knows the senders."""
    senders = {repr(message): sender for sender, message in actor.mailbox}
    boxes: dict[Any, list[Any]] = {}
    for message in messages:
        boxes.setdefault(senders.get(repr(message), "an unknown message"), []).append(message)
    return boxes


def run_program(program: list[tuple[int, tuple[Any, ...]]]) -> None:
    """Give these orders, and compare after each."""
    stage = Stage()
    try:
        for which, call in program:
            stage.play(which, *call)
            stage.compare()
    finally:
        for pid in stage.pids:
            Process.exit(pid, "kill")
        come_to_rest()
        while receive(after=0, default=None):
            pass
    assert Process.info(self(), ["monitors", "links"]) == {"monitors": [], "links": []}


def test_the_engine_follows_the_model_step_by_step() -> None:
    """After every call of a random program engine and model agree on everything that can be known."""

    @random_programs
    @given(programs)
    def property_of_programs(program: list[tuple[int, tuple[Any, ...]]]) -> None:
        run_program(program)

    with no_crash_reports():
        pyex.run(property_of_programs)
    assert leftovers() == {}


# -- found by random programs, and shrunk


def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on others run before each critical section, as if a finaliser ran there that takes long."""
    enter = Scheduler.enter
    monkeypatch.setattr(Scheduler, "enter", lambda itself, *frames: (let_others_run(), enter(itself, *frames))[1])


@in_process
def test_linking_again_after_a_kill_adds_nothing() -> None:
    """One link gives one EXIT message, also when `link` was called again between the kill and what follows from it."""
    Process.flag("trap_exit", True)
    pid = spawn_link(Process.sleep, "infinity")
    Process.exit(pid, "kill")
    assert Process.link(pid) is True
    assert messages() == [("EXIT", pid, "killed")]


@in_process
def test_a_monitor_that_comes_after_a_kill_does_not_overtake_one_that_came_before() -> None:
    """The real reason of an end comes first, and then the noproc for who asked too late."""
    pid = idle()
    first = Process.monitor(pid)
    Process.exit(pid, "kill")
    second = Process.monitor(pid)
    assert [(message[1], message[4]) for message in messages()] == [(first, "killed"), (second, "noproc")]


@in_process
def test_the_reason_of_a_death_is_shared_by_nobody_however_long_the_unwinding_takes() -> None:
    """Two who monitor a process get a reason each, also when its `finally` outlasts its time slice."""
    caller = self()

    def work() -> None:
        try:
            send(caller, "ready")
            Process.sleep("infinity")
        finally:
            while Process.info(caller, "message_queue_len") == ("message_queue_len", 0):
                pass

    pid = spawn(work)
    receive("ready", after=SOON)
    one, other = Process.monitor(pid), Process.monitor(pid)
    Process.exit(pid, ["mutable"])
    reasons = [receive(("DOWN", each, ..., ..., ...), after=SOON)[4] for each in (one, other)]
    assert reasons == [["mutable"], ["mutable"]] and reasons[0] is not reasons[1]


@in_process
def test_a_target_may_end_while_an_exit_signal_is_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Process.exit` returns True, also when the target ends at this very moment."""
    pid = spawn(lambda: None)
    late(monkeypatch)
    assert Process.exit(pid, "boom") is True


@in_process
def test_a_peer_may_end_while_it_is_being_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not trap exits is never sent an EXIT message, also when the peer ends at this very moment."""
    pid = spawn(lambda: None)
    late(monkeypatch)
    assert attempt(("link", pid)) == "noproc"
    assert messages() == []


@in_process
def test_a_peer_may_end_while_another_is_being_unlinked(monkeypatch: pytest.MonkeyPatch) -> None:
    """`unlink` returns True, also when another link goes at this very moment."""
    spawn_link(lambda: None)
    kept = spawn_link(Process.sleep, "infinity")
    same = Pid.__eq__
    monkeypatch.setattr(Pid, "__eq__", lambda one, other: (let_others_run(), same(one, other))[1])
    monkeypatch.setattr(Pid, "__hash__", lambda pid: hash(("pid", pid.number)))
    assert Process.unlink(kept) is True


@in_process
def test_a_name_may_change_hands_while_it_is_being_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """`unregister` takes away the name that it was told, and no other."""
    caller, pid = self(), idle()
    Process.register(pid, "old")

    def rename() -> None:
        attempt(("unregister", "old"))
        Process.register(pid, "new")
        send(caller, "renamed")

    spawn(rename)
    late(monkeypatch)
    attempt(("unregister", "old"))
    receive("renamed", after=SOON)
    assert Process.whereis("new") == pid


@in_process
def test_a_receiver_may_end_while_a_timer_is_being_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer for a dead process is gone, also when the process ends at this very moment."""
    pid = spawn(lambda: None)
    late(monkeypatch)
    timer = Process.send_after(pid, "late", 60_000)
    assert Process.read_timer(timer) is False


@in_process
def test_a_message_may_come_while_a_receive_looks_at_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A selective receive goes on when a message comes at the very moment at which it looks into the mailbox."""
    for noise in (1, 2):
        send(self(), noise)
    spawn(send, self(), "wanted")
    monkeypatch.setattr(mailbox, "islice", lambda *args: (islice(*args), let_others_run())[0])
    assert receive("wanted", after=SOON) == "wanted"
    assert messages() == [1, 2]


@in_process
def test_monitors_may_go_while_they_are_being_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Process.info` answers also when the garbage that it finds has a finaliser during which a monitor goes."""
    for _ in range(2000):
        Process.monitor(spawn(Process.sleep, "infinity"))
    spawn_monitor(lambda: None)
    Litter()
    what, pids = Process.info(self(), "monitors")
    assert what == "monitors" and 2000 <= len(pids) <= 2001


class Litter:
    """Garbage that only the garbage collector finds, and whose finaliser takes long."""

    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        let_others_run()
