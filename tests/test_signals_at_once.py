"""Random programs of links, monitors, exit signals and names that run at once: what holds in every order of events.

Puppets run lists of calls, and are interrupted between and within them.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import leftovers
from signal_model import ALIVE, GONE
from signal_puppets import (
    KNOWN,
    NAMES,
    attempt,
    come_to_rest,
    item,
    let_others_run,
    no_crash_reports,
    number,
    options,
    plain,
    random_programs,
)

import pyex
from pyex import Pid, Process, Reference, receive, self, send, spawn_monitor
from pyex.scheduler import Scheduler, scheduler

SCRIPTS = 5
pause = ("pause",)
# Reasons that are told apart by their numbers; to copy one takes so long that others run meanwhile.
slow_calls = st.one_of(
    st.sampled_from([("spawn", []), ("spawn", ["link"]), ("spawn", ["monitor"]), ("spawn", ["link", "monitor"])]),
    st.tuples(st.sampled_from(["link", "link", "unlink"]), number),
    st.tuples(st.just("monitor"), item),
    st.tuples(st.just("demonitor"), number, options),
    st.tuples(st.just("send_exit"), number, st.sampled_from(["kill", "signal", "signal"])),
    st.sampled_from([("stop", "exit", "stopped"), ("stop", "error", 1), ("stop", "return", "normal")]),
    st.tuples(st.just("trap_exit"), st.booleans()),
    st.tuples(st.just("register"), number, st.sampled_from(NAMES)),
    st.tuples(st.just("unregister"), st.sampled_from(NAMES)),
    st.tuples(st.just("send"), item),
    st.just(("take",)),
    st.just(pause),
    st.just(pause),
)
scripts = st.tuples(*[st.tuples(*[st.lists(slow_calls)] * 2).map(lambda parts: [*chain(*parts)])] * SCRIPTS)


class Slow:
    """A value that gives others a turn while it is copied."""

    def __init__(self, *what: Any) -> None:
        self.what = what

    def __deepcopy__(self, memo: Any) -> Slow:
        let_others_run()
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slow) and self.what == other.what

    def __hash__(self) -> int:
        return hash(self.what)

    def __repr__(self) -> str:
        return f"Slow{self.what}"


def slow_to_look(message: Any) -> bool:
    let_others_run()
    return True


class Crowd:
    """What all puppets of a program share, as a module's globals are: who there is, and what each has done."""

    def __init__(self) -> None:
        self.pids: list[Pid] = []
        self.references: list[Reference] = []
        self.log: list[tuple[Pid, tuple[Any, ...], Any]] = []
        # Those who were seen to end by a signal, and the reason that this gave them.
        self.ended: dict[Pid, Any] = {}
        self.notes = count()

    def complete(self, me: Pid, verb: str, *args: Any) -> tuple[Any, ...]:
        match verb, args:
            case "demonitor", (which, options):
                return (verb, self.references[which % len(self.references)], options)
            case "send", (to,):
                return (verb, self.one(to), Slow("note", me, next(self.notes)))
            case "send_exit", (to, "signal"):
                return (verb, self.one(to), Slow("signal", next(self.notes)))
            case "stop", ("exit", reason):
                return (verb, "exit", Slow(reason, me))
            case (("link" | "unlink" | "monitor" | "send_exit" | "register"), (to, *more)):
                return (verb, self.one(to), *more)
        return (verb, *args)

    def one(self, item: int | str) -> Pid | str:
        return item if isinstance(item, str) else self.pids[item % len(self.pids)]

    def play(self, script: list[tuple[Any, ...]]) -> None:
        """Make these calls, in the process that runs this."""
        me = Process.self()
        for call in script:
            if call == pause:
                let_others_run()
            elif call == ("stop", "return", "normal"):
                return
            elif call == ("take",):
                self.log.append((me, call, receive(slow_to_look, after=0, default=None)))
            elif call[0] != "demonitor" or self.references:
                self.make(me, self.complete(me, *call))
        receive("never")

    def make(self, me: Pid, call: tuple[Any, ...]) -> None:
        entry = len(self.log)
        # The process may end in the call.
        self.log.append((me, call, GONE))
        switches, alive = scheduler.switches, call[0] == "send_exit" and Process.alive(call[1])
        answer = attempt(call)
        self.log[entry] = (me, call, answer)
        if alive and not Process.alive(call[1]) and scheduler.switches == switches:
            self.ended[call[1]] = "killed" if call[2] == "kill" else call[2]
        match call[0], answer:
            case "spawn", (pid, reference):
                self.pids.append(pid)
                self.references.append(reference)
            case "spawn", pid:
                self.pids.append(pid)
            case "monitor", reference:
                self.references.append(reference)


crowd = Crowd()


def play_script(script: list[tuple[Any, ...]]) -> None:
    receive("begin")
    crowd.play(script)


def run_scripts(program: tuple[list[tuple[Any, ...]], ...]) -> None:
    """Have everybody play a script at once; when all have come to rest, look at everything."""
    global crowd
    crowd = Crowd()
    watched = {}
    try:
        for script in program:
            pid, reference = spawn_monitor(play_script, script)
            crowd.pids.append(pid)
            watched[reference] = pid
        for pid in list(watched.values()):
            send(pid, "begin")
        come_to_rest()
        ends = {}
        while down := receive(("DOWN", ..., ..., ..., ...), after=0, default=None):
            assert down[1] not in ends
            ends[down[1]] = down[4]
        check_crowd({pid: ends.get(reference, ALIVE) for reference, pid in watched.items()})
    finally:
        for pid in crowd.pids:
            Process.exit(pid, "kill")
        come_to_rest()
        while receive(after=0, default=None):
            pass
    assert Process.info(self(), ["monitors", "links"]) == {"monitors": [], "links": []}


def check_crowd(ends: dict[Pid, Any]) -> None:
    """What holds in whatever order things happened. `ends`: how those with a script ended, or that they live."""
    known = {pid: Process.info(pid, KNOWN) for pid in crowd.pids if Process.alive(pid)}
    assert all((pid in known) == (reason is ALIVE) for pid, reason in ends.items())
    heard = {pid: list(found["messages"]) for pid, found in known.items()}
    for me, call, answer in crowd.log:
        if call == ("take",) and answer is not None and me in heard:
            heard[me].append(answer)
    check_ties(known)
    check_names(known)
    check_monitors(known, heard)
    check_reasons(ends, heard)
    for found in known.values():
        numbers: dict[Pid, list[int]] = {}
        for message in found["messages"]:
            if isinstance(message, Slow):
                _, sender, note = message.what
                numbers.setdefault(sender, []).append(note)
        assert all(notes == sorted(set(notes)) for notes in numbers.values())
        check_last_words(found["messages"])


def check_last_words(messages: list[Any]) -> None:
    """Who has heard of the end of a process hears no more from it."""
    gone: set[Pid] = set()
    for message in messages:
        match message:
            case ("DOWN", _, _, Pid() as pid, _):
                gone.add(pid)
            case Slow(what=("note", pid, _)):
                assert pid not in gone


def check_ties(known: dict[Pid, Any]) -> None:
    """Links and monitors show on both sides, once each link, and none leads to the dead."""
    links = [(pid, peer) for pid, found in known.items() for peer in found["links"]]
    assert Counter(links) == Counter({(peer, pid) for pid, peer in links})
    watched_by = Counter((watcher, pid) for pid, found in known.items() for watcher in found["monitored_by"])
    by_crowd = Counter({pair: times for pair, times in watched_by.items() if pair[0] != Process.self()})
    watching = Counter(pid for pid, found in known.items() for _ in found["monitors"])
    assert Counter(watcher for watcher, _ in by_crowd.elements()) == watching
    for pid, found in known.items():
        for _, what in found["monitors"]:
            assert isinstance(what, tuple) or by_crowd[pid, what] > 0


def check_names(known: dict[Pid, Any]) -> None:
    named = {found["registered_name"]: pid for pid, found in known.items() if found["registered_name"]}
    assert named == {name: Process.whereis(name) for name in NAMES if Process.whereis(name)}


def check_monitors(known: dict[Pid, Any], heard: dict[Pid, list[Any]]) -> None:
    """Each monitor on a pid has told once if that one is dead, never if it lives; taken away, once at most."""
    told = Counter(message[1] for box in heard.values() for message in box if is_word("DOWN", message))
    assert set(told.values()) <= {1}
    given_up = {(me, call[1]): call[2] for me, call, _ in crowd.log if call[0] == "demonitor"}
    for me, call, answer in crowd.log:
        if me not in known or call[0] != "monitor" or isinstance(call[1], str) or call[1] == me:
            continue
        if (me, answer) not in given_up:
            assert told[answer] == (call[1] not in known)
        elif "flush" in given_up[me, answer]:
            assert told[answer] == 0 or answer in taken(me)


def taken(me: Pid) -> set[Reference]:
    return {answer[1] for who, call, answer in crowd.log if (who, call) == (me, ("take",)) and is_word("DOWN", answer)}


def check_reasons(ends: dict[Pid, Any], heard: dict[Pid, list[Any]]) -> None:
    """All who hear of an end hear the same, once; nobody ends for a reason that was not in the program."""
    sent = {(call[1], call[2]) for _, call, _ in crowd.log if call[0] == "send_exit"}
    words = {"killed", "normal"} | {reason for _, reason in sent if isinstance(reason, Slow)}
    words |= {Slow("stopped", pid) for pid in crowd.pids}
    reasons: dict[Pid, set[Any]] = {pid: {plain(reason)} for pid, reason in ends.items() if reason is not ALIVE}
    for pid, box in heard.items():
        exits = Counter(message[1:] for message in map(plain, box) if is_word("EXIT", message))
        assert all(times == 1 for (_, reason), times in exits.items() if reason != "noproc")
        for sender, reason in exits:
            if reason != "noproc" and (pid, reason) not in sent:
                reasons.setdefault(sender, set()).add(reason)
        for message in map(plain, box):
            if is_word("DOWN", message) and isinstance(message[3], Pid) and message[4] != "noproc":
                reasons.setdefault(message[3], set()).add(message[4])
    for pid, reason in crowd.ended.items():
        assert reasons.setdefault(pid, {reason}) == {reason}
    for each in reasons.values():
        assert len(each) == 1 and each <= words | {("error", 1)}


def is_word(word: str, message: Any) -> bool:
    return isinstance(message, tuple) and message[0] == word


def test_whatever_the_order_of_events_the_rules_hold() -> None:
    """However random programs are interleaved, nothing is told twice or forgotten, and nothing leads to the dead."""

    @random_programs
    @given(scripts)
    def property_of_scripts(program: tuple[list[tuple[Any, ...]], ...]) -> None:
        run_scripts(program)

    with no_crash_reports():
        pyex.run(property_of_scripts)
    assert leftovers() == {}


def test_the_rules_hold_when_finalisers_interrupt_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finaliser may run wherever the engine is in no critical section, and others while it does: before each one."""
    enter = Scheduler.enter

    def enter_late(itself: Scheduler, *frames: int) -> None:
        let_others_run()
        enter(itself, *frames)

    @random_programs
    @given(scripts)
    def property_of_scripts(program: tuple[list[tuple[Any, ...]], ...]) -> None:
        monkeypatch.setattr(Scheduler, "enter", enter_late)
        try:
            run_scripts(program)
        finally:
            monkeypatch.setattr(Scheduler, "enter", enter)

    with no_crash_reports():
        pyex.run(property_of_scripts)
    assert leftovers() == {}
