"""Killing: whatever a process does, it can be ended, and what it holds is let go."""

from __future__ import annotations

import gc
import json
import logging
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process
from program import PATIENCE, PATIENCE_MS, leftovers, program

import pyex
from pyex import Pid, Process, exit_signal, receive, self, send, spawn, spawn_link, spawn_monitor, time_slice

log = logging.getLogger("killing")
seen: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    seen.clear()


def begun(work: Callable[[], Any]) -> Pid:
    """A process that is in the middle of some work."""
    me = self()
    pid = spawn(lambda: (send(me, "begun"), work()))
    receive("begun", after=PATIENCE_MS)
    return pid


def killed(pid: Pid) -> Any:
    """Kill a process, and tell the reason that its monitors hear."""
    reference = Process.monitor(pid)
    Process.exit(pid, "kill")
    return receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4]


@in_process
def test_a_killed_process_is_dead_at_once() -> None:
    """Right after the kill the process is not alive and its name is free, though it has not had another slice."""

    def work() -> None:
        while True:
            pass

    pid = begun(work)
    Process.register(pid, "worker")
    Process.exit(pid, "kill")
    assert not Process.alive(pid)
    assert Process.whereis("worker") is None
    assert Process.info(pid) is None
    assert pid not in Process.list()


@in_process
def test_a_process_that_has_not_begun_can_be_killed() -> None:
    """A process killed before its first slice never runs."""
    pid = spawn(seen.append, "ran")
    assert killed(pid) == "killed"
    assert not seen


@in_process
def test_a_loop_that_catches_exceptions_can_be_killed() -> None:
    """`except Exception` does not keep a process alive."""

    def work() -> None:
        while True:
            try:
                while True:
                    json.loads("[1, 2]")
            except Exception:
                seen.append("caught")

    assert killed(begun(work)) == "killed"
    assert not seen


@in_process
def test_finally_clauses_run_when_a_process_is_killed() -> None:
    """A killed process lets go of what it holds, the innermost first, before others hear of its end."""

    def work() -> None:
        try:
            try:
                while True:
                    pass
            finally:
                seen.append("inner")
        finally:
            seen.append("outer")

    killed(begun(work))
    assert seen == ["inner", "outer"]


@in_process
def test_a_killed_process_closes_its_files_and_sockets(tmp_path: Path) -> None:
    """What a `with` or a `finally` closes is closed when the process is killed as it waits."""
    one, other = socket.socketpair()

    def work() -> None:
        try:
            with (tmp_path / "log").open("w") as file:
                file.write("kept")
                receive("never")
        finally:
            send("nobody", "even a send that would be refused is quiet now")
            one.close()

    killed(begun(work))
    other.settimeout(PATIENCE)
    assert other.recv(1) == b""
    assert (tmp_path / "log").read_text() == "kept"
    other.close()


@in_process
def test_a_send_in_the_finally_of_a_killed_process_does_nothing() -> None:
    """The dead send nothing, and are told no error."""
    me = self()

    def work() -> None:
        try:
            receive("never")
        finally:
            seen.append(send(me, "from the dead"))
            seen.append(Process.exit(me, "from the dead"))
            seen.append(Process.link(me))
            print("from the dead")

    killed(begun(work))
    assert seen == ["from the dead", True, True]
    assert receive(after=0, default="nothing") == "nothing"


@in_process
def test_a_receive_in_the_finally_of_a_killed_process_ends_it() -> None:
    """The dead do not wait: what would park is left at once."""

    def work() -> None:
        try:
            receive("never")
        finally:
            try:
                receive("never either")
                seen.append("went on")
            finally:
                seen.append("left")

    assert killed(begun(work)) == "killed"
    assert seen == ["left"]


@in_process
def test_no_process_is_started_by_the_dead() -> None:
    """A spawn in the finally of a killed process starts nothing."""

    def work() -> None:
        try:
            receive("never")
        finally:
            spawn(seen.append, "a ghost")

    killed(begun(work))
    Process.sleep(10)
    assert not seen


@in_process
def test_a_second_kill_during_finally_changes_nothing() -> None:
    """A process that is being unwound cannot be killed again, and its reason stays."""

    def work() -> None:
        try:
            receive("never")
        finally:
            for _ in range(3_000_000):
                pass
            seen.append("through")

    pid = begun(work)
    reference = Process.monitor(pid)
    Process.exit(pid, "first")
    Process.exit(pid, "second")
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "first"


@in_process
def test_an_exception_in_the_finally_of_a_killed_process_is_not_its_reason() -> None:
    """What goes wrong while a process is unwound does not hide why it ended."""

    def work() -> None:
        try:
            receive("never")
        finally:
            raise ValueError("too late")

    assert killed(begun(work)) == "killed"


@in_process
def test_a_long_finally_does_not_hold_up_the_others() -> None:
    """Monitors are told within a slice or two, even when the dead process takes its time."""
    me = self()

    def work() -> None:
        try:
            receive("never")
        finally:
            while True:
                pass

    assert killed(begun(work)) == "killed"
    spawn(send, me, "others run")
    receive("others run", after=PATIENCE_MS)


def stubborn() -> None:
    """Catches whatever is thrown at it. The `try` is inside the loop: the head of a loop lies outside its table."""
    while True:
        try:
            while True:
                time.monotonic()
        except BaseException:
            continue


class Teller(logging.Handler):
    """Sends what is logged to a process."""

    def __init__(self, pid: Pid) -> None:
        super().__init__()
        self.pid = pid

    def emit(self, record: logging.LogRecord) -> None:
        send(self.pid, ("logged", record.getMessage()))


@contextmanager
def told_of_reports() -> Iterator[None]:
    """The caller gets ("logged", text) for what the engine reports."""
    teller = Teller(self())
    logging.getLogger("pyex").addHandler(teller)
    try:
        yield
    finally:
        logging.getLogger("pyex").removeHandler(teller)


@in_process
def test_a_process_that_catches_its_own_death_is_given_up() -> None:
    """One that swallows everything is dead for the others within a slice, reported, and left behind in the end."""
    with told_of_reports():
        pid = begun(stubborn)
        before = len(time_slice.abandoned)
        assert killed(pid) == "killed"
        assert not Process.alive(pid)
        _, text = receive(("logged", ...), after=PATIENCE_MS)
        assert f"{pid!r} was killed and catches what is thrown at it" in text
        assert len(time_slice.abandoned) == before + 1


def is_gone_in_the_end(work: Callable[[], Any]) -> None:
    """Its monitors hear of its end, and after a while the engine has unwound it or given it up."""
    assert killed(begun(work)) == "killed"
    while exit_signal.unwinding:
        Process.sleep(5)


@in_process
def test_one_that_waits_again_and_again_is_gone_in_the_end() -> None:
    """A server loop that catches everything cannot outlive its kill by receiving."""

    def work() -> None:
        while True:
            try:
                receive("never")
            except BaseException:
                continue

    is_gone_in_the_end(work)


@in_process
def test_one_that_sleeps_through_its_death_is_gone_in_the_end() -> None:
    """A process that blocks its thread again and again, and catches everything, cannot outlive its kill."""

    def work() -> None:
        while True:
            try:
                time.sleep(1000)
            except BaseException:
                continue

    is_gone_in_the_end(work)


@in_process
def test_one_that_catches_everything_in_its_cleanup_is_gone_in_the_end() -> None:
    """A process that starts over in each finally cannot outlive its kill."""

    def work() -> None:
        try:
            stubborn()
        finally:
            work()

    is_gone_in_the_end(work)


@pytest.mark.parametrize("number", [1, 20])
def test_a_program_with_stubborn_processes_ends_promptly(number: int) -> None:
    """A program is over when its main function is, whatever its processes catch."""
    ended = program(
        f"""
        import time
        from pyex import *

        def stubborn():
            while True:
                try:
                    while True:
                        time.monotonic()
                except BaseException:
                    continue

        def main():
            for _ in range({number}):
                spawn(stubborn)
            Process.sleep(20)

        run(main)
        print("over")
        run(Process.sleep, 1)
        print("over again")
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "over\nover again\n"), ended.stderr[-2000:]


class Slow:
    """Takes its time when it goes, and tells somebody."""

    def __init__(self, pid: Pid) -> None:
        self.pid = pid

    def __deepcopy__(self, memo: object) -> Slow:
        return self

    def __del__(self) -> None:
        for _ in range(500_000):
            pass
        send(self.pid, "gone")
        seen.append("gone")


@in_process
def test_slow_finalisers_of_a_living_process_may_send() -> None:
    """Objects that take long to go, and send messages as they do, harm nobody."""
    me = self()

    def work() -> None:
        mine = [Slow(me) for _ in range(5)]
        send(me, len(mine))

    for _ in range(5):
        spawn(work)
    answers = [receive(after=PATIENCE_MS) for _ in range(30)]
    assert sorted(map(str, answers)) == ["5"] * 5 + ["gone"] * 25


@in_process
def test_what_a_process_kept_goes_when_it_has_ended() -> None:
    """What is in the dictionary and the mailbox of a process goes after its end, slow or not, and tells nobody then."""
    me = self()

    def work() -> None:
        Process.put("kept", Slow(me))
        send(self(), Slow(me))

    _, reference = spawn_monitor(work)
    receive(("DOWN", reference, ..., ..., "normal"), after=PATIENCE_MS)
    while len(seen) < 2:
        Process.sleep(1)
    assert receive(after=0, default="nothing") == "nothing"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@in_process
def test_slow_finalisers_of_the_killed_are_quiet() -> None:
    """The objects of a killed process go, cut short if they take long, and can tell nobody any more."""
    me = self()

    def work() -> None:
        mine = [Slow(me) for _ in range(5)]
        receive("never")
        del mine

    is_gone_in_the_end(work)
    assert receive(after=0, default="nothing") == "nothing"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@in_process
def test_a_finaliser_that_never_returns_is_killed_with_its_process() -> None:
    """A process that hangs in a `__del__` is ended as any other."""
    me = self()

    class Endless:
        def __del__(self) -> None:
            send(me, "going")
            while True:
                pass

    def work() -> None:
        thing = Endless()
        del thing

    pid, reference = spawn_monitor(work)
    receive("going", after=PATIENCE_MS)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"


@in_process
def test_the_finaliser_of_an_exit_reason_runs_in_the_process() -> None:
    """The object that a process ends with is dropped where its finaliser stops nobody, and may ask who it is."""

    class Last:
        def __deepcopy__(self, memo: object) -> Last:
            return self

        def __del__(self) -> None:
            try:
                seen.append(Process.self())
            except RuntimeError as error:
                seen.append(error)

    pid = spawn(lambda: pyex.exit(Last()))
    while not seen:
        Process.sleep(1)
    assert seen == [pid]


WORKS: dict[str, Callable[[], Any]] = {
    "json": lambda: [json.dumps([{"a": n}] * 50) for n in iter(int, 1)],
    "deep recursion": lambda: [deep(300) for _ in iter(int, 1)],
    "generators": lambda: sum(1 for _ in endless()),
    "locks": lambda: [use(lock) for _ in iter(int, 1)],
    "exceptions": lambda: [fail() for _ in iter(int, 1)],
    "spawning": lambda: [ended(spawn_monitor(int)) for _ in iter(int, 1)],
    "sending to itself": lambda: [(send(self(), [n]), receive()) for n in iter(int, 1)],
    "monitors": lambda: [Process.demonitor(Process.monitor(self())) for _ in iter(int, 1)],
    "collecting garbage": lambda: [gc.collect(0) for _ in iter(int, 1)],
    "printing": lambda: [print(end="") for _ in iter(int, 1)],
    "sleeping": lambda: [Process.sleep(1) for _ in iter(int, 1)],
    "blocking": lambda: [pyex.blocking(time.sleep, 0) for _ in iter(int, 1)],
    "logging": lambda: [log.debug("%s", n) for n in iter(int, 1)],
}
lock = threading.Lock()


def deep(levels: int) -> int:
    return 1 + deep(levels - 1) if levels else 0


def endless() -> Iterator[int]:
    try:
        while True:
            yield from range(100)
    finally:
        seen.append("closed")


def ended(pair: tuple[Pid, Any]) -> None:
    receive(("DOWN", pair[1], ..., ..., ...))


def use(it: Any) -> None:
    with it:
        pass


def fail() -> None:
    try:
        raise KeyError("x") from ValueError("y")
    except KeyError:
        pass


@pytest.mark.parametrize("name", WORKS)
def test_work_can_be_killed_at_any_moment(name: str) -> None:
    """Five processes killed at different moments of the same work all end, and leave nothing behind."""

    @in_process
    def main() -> None:
        for number in range(5):
            pid = begun(WORKS[name])
            Process.sleep(number % 4)
            assert killed(pid) == "killed"
        assert lock.acquire(blocking=False)
        lock.release()

    main()
    assert not leftovers()


@in_process
def test_a_crowd_can_be_killed_at_once() -> None:
    """Two thousand linked processes end when one of them is killed."""
    me = self()

    def member(left: int) -> None:
        if left:
            spawn_link(member, left - 1)
        else:
            send(me, "all there")
        receive("never")

    first = spawn(member, 2000)
    receive("all there", after=PATIENCE_MS)
    before = len(Process.list())
    killed(first)
    while len(Process.list()) > before - 2001:
        Process.sleep(1)


@in_process
def test_a_killed_process_leaves_no_object_behind() -> None:
    """What only a killed process referred to is freed."""

    class Thing:
        pass

    alive = weakref.WeakSet[Thing]()
    globals()["_alive"] = alive

    def work() -> None:
        thing = Thing()
        _alive.add(thing)  # type: ignore[name-defined]  # noqa: F821
        receive("never")
        del thing

    pids = [begun(work) for _ in range(20)]
    assert len(alive) == 20
    for pid in pids:
        killed(pid)
    gc.collect()
    assert not alive


@in_process
def test_a_process_that_uses_greenlets_itself_can_be_preempted_and_killed() -> None:
    """A library that switches greenlets inside a process goes on where it was, and can be killed there."""
    from greenlet import greenlet

    def work() -> None:
        def inner() -> str:
            for _ in range(2_000_000):
                pass
            send(self(), "note")
            receive("note")
            Process.sleep(1)
            return "inner"

        seen.append(greenlet(inner).switch())
        greenlet(receive).switch("never")

    pid = begun(work)
    while not seen:
        Process.sleep(1)
    assert seen == ["inner"]
    assert killed(pid) == "killed"


@in_process
def test_greenlet_exit_is_an_exception_as_others() -> None:
    """A process that raises greenlet's own exception ends as with any other."""
    from greenlet import GreenletExit

    def work() -> None:
        raise GreenletExit("mine")

    _, reference = spawn_monitor(work)
    receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)


def test_a_finaliser_of_what_a_process_owned_cannot_wait() -> None:
    """A `__del__` that receives, when its owner has ended, is ended too: nobody spins, and nobody waits for ever."""
    ended = program(
        """
        from pyex import *

        class Asks:
            def __del__(self):
                receive(("reply", ...), after=10, default=None)

        class Waits:
            def __del__(self):
                receive(("reply", ...))

        def main():
            for kind in (Asks, Waits):
                pid, ref = spawn_monitor(lambda: Process.put("owned", kind()))
                receive(("DOWN", ref, ..., ..., ...), after=30000)
            before = runtime_info("context_switches")
            Process.sleep(200)
            print(runtime_info("context_switches") - before < 20)

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "True\n"), ended.stderr[-3000:]
