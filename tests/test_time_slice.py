"""Time slices: whatever a process does, the others go on."""

from __future__ import annotations

import importlib
import re
import socket
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process
from program import PATIENCE_MS, program

from pyex import Process, receive, self, send, spawn, spawn_monitor


def loop() -> None:
    while True:
        pass


def echo() -> None:
    while True:
        who, what = receive()
        send(who, ("echo", what))


def others_go_on_beside(work: Callable[[], Any]) -> None:
    """Two processes talk while a third is at work; then the third is killed."""
    me = self()
    pid, reference = spawn_monitor(lambda: (send(me, "begun"), work()))
    receive("begun", after=PATIENCE_MS)
    partner = spawn(echo)
    for number in range(5):
        send(partner, (me, number))
        receive(("echo", number), after=PATIENCE_MS)
    assert Process.alive(pid)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"


@in_process
def test_an_endless_loop_leaves_the_others_alive() -> None:
    """A process that loops for ever stops nobody, and can be killed."""
    others_go_on_beside(loop)


@in_process
def test_an_endless_loop_inside_c_code_leaves_the_others_alive() -> None:
    """A comprehension over an iterator that never ends stops nobody, and can be killed."""
    others_go_on_beside(lambda: sum(0 for _ in iter(int, 1)))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has timers for it")
@in_process
def test_a_regular_expression_that_explodes_leaves_the_others_alive() -> None:
    """A match that would take for ever, and keeps the interpreter's lock, stops nobody, and can be killed."""
    others_go_on_beside(lambda: re.match(r"(a+)+$", "a" * 60 + "b"))


@in_process
def test_an_endless_generator_leaves_the_others_alive() -> None:
    """A loop that lives in a generator stops nobody, and can be killed."""

    def numbers() -> Any:
        while True:
            yield from range(10)

    others_go_on_beside(lambda: [None for number in numbers() if number > 10])


@in_process
def test_an_endless_sort_key_leaves_the_others_alive() -> None:
    """A loop in a function that C code calls back stops nobody, and can be killed."""
    others_go_on_beside(lambda: sorted([1, 2], key=lambda _: loop()))


@in_process
def test_an_endless_loop_in_a_class_body_leaves_the_others_alive() -> None:
    """A loop in the body of a class stops nobody, and can be killed."""

    def work() -> None:
        class Looping:
            while True:
                pass

    others_go_on_beside(work)


@in_process
def test_an_endless_comparison_of_a_pattern_leaves_the_others_alive() -> None:
    """A predicate of a receive that never returns stops nobody, and can be killed."""

    def work() -> None:
        send(self(), "anything")
        receive(lambda _: loop())

    others_go_on_beside(work)


@in_process
def test_a_sleeping_thread_call_leaves_the_others_alive() -> None:
    """time.sleep in a process does not stop the others."""
    others_go_on_beside(lambda: time.sleep(1000))


@in_process
def test_waiting_for_a_lock_leaves_the_others_alive() -> None:
    """A process that waits for a lock does not stop the others."""
    lock = threading.Lock()
    lock.acquire()
    others_go_on_beside(lock.acquire)


@in_process
def test_waiting_for_an_event_leaves_the_others_alive() -> None:
    """A process that waits for a thread's event does not stop the others."""
    others_go_on_beside(threading.Event().wait)


@in_process
def test_a_blocking_recv_leaves_the_others_alive() -> None:
    """A process that waits for a socket does not stop the others."""
    one, other = socket.socketpair()
    with one, other:
        others_go_on_beside(lambda: one.recv(1))


@in_process
def test_a_lock_taken_in_a_loop_keeps_its_meaning() -> None:
    """A process preempted while it holds a lock is not joined in there by another."""
    me = self()
    lock = threading.Lock()
    inside: list[int] = [0]
    globals()["_inside"] = inside

    def work() -> None:
        for _ in range(30):
            with lock:
                _inside[0] += 1  # type: ignore[name-defined]  # noqa: F821
                alone = _inside[0] == 1  # type: ignore[name-defined]  # noqa: F821
                sum(range(20_000))
                _inside[0] -= 1  # type: ignore[name-defined]  # noqa: F821
            if not alone:
                send(me, "together")
        send(me, "done")

    for _ in range(4):
        spawn(work)
    assert [receive(after=PATIENCE_MS) for _ in range(4)] == ["done"] * 4


@in_process
def test_fifty_loops_get_their_share() -> None:
    """Of fifty endless loops none starves, and none gets far ahead."""
    loops = [spawn(loop) for _ in range(50)]

    def slices() -> list[int]:
        return [Process.info(pid, "reductions")[1] for pid in loops]

    while min(slices()) < 3:
        Process.sleep(5)
    assert max(slices()) < 100


@in_process
def test_a_loop_of_low_priority_does_not_starve() -> None:
    """Beside loops of normal priority one of low priority still gets a turn now and then."""
    me = self()

    def low() -> None:
        Process.flag("priority", "low")
        for _ in range(3):
            sum(range(200_000))
        send(me, "the low one is through")

    for _ in range(3):
        spawn(loop)
    spawn(low)
    receive("the low one is through", after=PATIENCE_MS)


@in_process
def test_a_loop_of_high_priority_stops_nobody() -> None:
    """A process of the highest priority that never waits leaves the others their turns."""
    me = self()

    def high() -> None:
        Process.flag("priority", "max")
        send(me, "begun")
        loop()

    spawn(high)
    receive("begun", after=PATIENCE_MS)
    partner = spawn(echo)
    send(partner, (me, 1))
    receive(("echo", 1), after=PATIENCE_MS)


@in_process
def test_timers_fire_beside_loops() -> None:
    """Messages sent later arrive although every process is busy."""
    for _ in range(10):
        spawn(loop)
    Process.send_after(self(), "tick", 20)
    assert receive(after=PATIENCE_MS) == "tick"


def test_a_call_that_blocks_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    """A process that holds the thread without using it is named in one warning that says what to use instead."""

    @in_process
    def main() -> None:
        pid = spawn(lambda: time.sleep(1000))
        while not caplog.records:
            Process.sleep(5)
        Process.sleep(300)
        assert Process.alive(pid)

    main()
    (record,) = caplog.records
    assert "is blocked in" in record.getMessage()
    assert "time.sleep(1000)" in record.getMessage()
    assert "use blocking(fn, ...)" in record.getMessage()


def test_short_waits_in_c_are_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    """Who holds the thread for a moment now and then is not said to be blocked: the moments do not add up."""

    def work() -> None:
        for _ in range(4):
            time.sleep(0.03)
            Process.sleep(300)

    @in_process
    def main() -> None:
        _, reference = spawn_monitor(work)
        receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)

    main()
    assert caplog.records == []


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Writes modules that can be imported for the length of a test."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, text: str) -> None:
        monkeypatch.delitem(sys.modules, name, raising=False)
        tmp_path.joinpath(f"{name}.py").write_text(textwrap.dedent(text))
        importlib.invalidate_caches()

    return write


@in_process
def test_a_module_that_waits_while_it_is_imported_is_refused(modules: Callable[[str, str], None]) -> None:
    """A receive at the top of a module says which import it is in, for the import's lock would stop everybody."""
    modules("waits_in_import", "import pyex\npyex.receive()\n")
    with pytest.raises(RuntimeError, match="cannot wait while importing waits_in_import"):
        importlib.import_module("waits_in_import")
    assert "waits_in_import" not in sys.modules


@in_process
def test_sleeping_in_an_import_is_refused(modules: Callable[[str, str], None]) -> None:
    """Process.sleep and blocking at the top of a module are refused as receive is."""
    modules("sleeps_in_import", "import pyex\npyex.Process.sleep(1)\n")
    modules("blocks_in_import", "import pyex, time\npyex.blocking(time.sleep, 0)\n")
    with pytest.raises(RuntimeError, match="cannot wait while importing sleeps_in_import"):
        importlib.import_module("sleeps_in_import")
    with pytest.raises(RuntimeError, match="cannot wait while importing blocks_in_import"):
        importlib.import_module("blocks_in_import")


@in_process
def test_a_module_may_start_processes_and_send_while_it_is_imported(modules: Callable[[str, str], None]) -> None:
    """What does not wait is allowed at the top of a module."""
    modules("starts_in_import", "import pyex\npid = pyex.spawn(lambda: pyex.send(pyex.receive(), 'here'))\n")
    module = importlib.import_module("starts_in_import")
    send(module.pid, self())
    assert receive(after=PATIENCE_MS) == "here"


@in_process
def test_imports_are_not_interleaved(modules: Callable[[str, str], None]) -> None:
    """Two processes that import the same slow module both get the whole of it."""
    modules("slow_import", "total = 0\nfor n in range(1_000_000): total += 1\n")
    me = self()
    for _ in range(3):
        spawn(lambda: send(me, importlib.import_module("slow_import").total))
    assert [receive(after=PATIENCE_MS) for _ in range(3)] == [1_000_000] * 3


@in_process
def test_a_process_can_be_killed_in_a_receive_that_a_killed_import_left(modules: Callable[[str, str], None]) -> None:
    """After an import that failed the process waits, and is killed, as any other."""
    modules("fails_in_import", "1 / 0\n")

    def work() -> None:
        with pytest.raises(ZeroDivisionError):
            importlib.import_module("fails_in_import")
        receive()

    pid, reference = spawn_monitor(work)
    while Process.info(pid, "status") != ("status", "waiting"):
        Process.sleep(1)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"


def test_deep_recursion_that_fails_all_the_time_leaves_the_others_alive() -> None:
    """A process that spends its life at the recursion limit is preempted there, and killed there."""
    ended = program(
        """
        from pyex import *

        def bomb():
            try:
                bomb()
            finally:
                bomb()

        def main():
            pid, ref = spawn_monitor(bomb)
            Process.sleep(5)
            Process.sleep(5)
            Process.exit(pid, "kill")
            assert receive(("DOWN", ref, ..., ..., ...), after=30000)[4] == "killed"
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr


@in_process
def test_who_waits_for_messages_is_not_held_up_by_endless_loops() -> None:
    """A hundred questions are answered while loops get a few time slices, not one for each question."""
    loops = [spawn(loop) for _ in range(3)]
    partner = spawn(echo)
    while any(Process.info(pid, "reductions") == ("reductions", 0) for pid in loops):
        Process.sleep(1)

    def slices() -> int:
        return sum(Process.info(pid, "reductions")[1] for pid in loops)

    before = slices()
    for number in range(100):
        send(partner, (self(), number))
        receive(("echo", number), after=PATIENCE_MS)
    assert slices() - before < 50


@in_process
def test_endless_loops_go_on_beside_those_that_never_rest() -> None:
    """Two processes that only talk to each other do not starve a loop."""
    me, pid = self(), spawn(loop)

    def talk(partner: Any) -> None:
        while True:
            send(partner, (self(), "hello"))
            receive()

    spawn(talk, spawn(echo))
    before = Process.info(pid, "reductions")[1]
    while Process.info(pid, "reductions")[1] < before + 3:
        Process.sleep(5)
    assert me == self()


@pytest.mark.parametrize("times", [1, 3])
def test_a_long_call_in_c_is_reported_with_its_place(times: int) -> None:
    """A warning says which process kept everybody waiting, for how long, and in which line; once for each line."""
    ended = program(
        f"""
        from pyex import *

        def work():
            for _ in range({times}):
                sum(range(30_000_000))

        def main():
            pid, ref = spawn_monitor(work)
            receive(("DOWN", ref, ..., ..., ...))
            print(pid)

        run(main)
        """
    )
    assert ended.returncode == 0
    (report,) = [line for line in ended.stderr.splitlines() if line]
    shape = r"\S+ \[warning\] Process (\S+) kept all others waiting for (\d+) ms in work at <string>:6"
    found = re.match(shape, report)
    assert found, report
    assert found[1] == ended.stdout.strip()
    assert int(found[2]) >= 100
    assert report.endswith("use blocking(fn, ...)")


@in_process
def test_a_busy_process_of_low_priority_holds_up_nobody() -> None:
    """Processes that talk to each other go on a thousand times for each slice of a loop of low priority."""
    pid = Process.spawn(loop, [("priority", "low")])
    partner = spawn(echo)
    while Process.info(pid, "reductions") == ("reductions", 0):
        Process.sleep(1)
    before = Process.info(pid, "reductions")[1]
    for number in range(2000):
        send(partner, (self(), number))
        receive(("echo", number), after=PATIENCE_MS)
    assert Process.info(pid, "reductions")[1] - before < 20
