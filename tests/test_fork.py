"""Forks and child programs: the child of a fork is a program without processes, and the parent goes on."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from in_process import in_process
from program import PATIENCE_MS, leftovers, program

import pyex
from pyex import Process, receive, self, send, spawn, spawn_monitor

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    # From 3.12 on Python warns about any fork beside threads.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"),
]


def status_of_child(child: Callable[[], Any]) -> int:
    """Fork in a process whose child goes on with `child`; the status that the child ends with."""
    me = self()

    def work() -> None:
        number = os.fork()
        if number == 0:
            child()
            return
        _, status = pyex.blocking(os.waitpid, number, 0)
        send(me, ("status", os.waitstatus_to_exitcode(status)))

    spawn(work)
    return int(receive(("status", int), after=PATIENCE_MS)[1])


@in_process
def test_a_child_that_returns_ends_with_status_0() -> None:
    """The child of a fork ends where the function of its process returns."""
    assert status_of_child(lambda: None) == 0


def test_a_child_that_raises_ends_with_status_1() -> None:
    """What the child does not catch is printed with its traceback, and is its end."""
    ended = program(
        """
        import os
        from pyex import *

        def main():
            child = os.fork()
            if child == 0:
                raise ValueError("in the child")
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

        run(main)
        """,
        "-W",
        "ignore",
    )
    assert (ended.returncode, ended.stdout) == (0, "1\n")
    assert ended.stderr.count("ValueError: in the child") == 1


@in_process
def test_a_child_that_exits_has_its_status() -> None:
    """sys.exit and os._exit in the child are its exit status."""
    assert status_of_child(lambda: sys.exit(3)) == 3
    assert status_of_child(lambda: os._exit(4)) == 4
    assert status_of_child(lambda: sys.exit()) == 0


@pytest.mark.parametrize(
    "call",
    [
        receive,
        self,
        lambda: send(self(), 1),
        lambda: spawn(print),
        lambda: Process.sleep(1),
        lambda: pyex.blocking(print),
    ],
)
def test_a_child_has_no_processes(call: Callable[[], Any]) -> None:
    """Whatever needs a process says in the child of a fork that only the parent has them."""

    @in_process
    def main() -> None:
        def child() -> None:
            try:
                call()
            except RuntimeError as error:
                sys.exit(5 if "in the child of a fork" in str(error) else 6)

        assert status_of_child(child) == 5

    main()
    assert not leftovers()


@in_process
def test_a_send_in_the_child_reaches_nobody() -> None:
    """The child cannot send to the processes of the parent: it is refused, or vanishes."""
    me = self()

    def child() -> None:
        try:
            send(me, "from the child")
        except RuntimeError:
            pass

    assert status_of_child(child) == 0
    assert receive(after=0, default="nothing") == "nothing"


@in_process
def test_a_child_loops_undisturbed_and_can_be_interrupted() -> None:
    """In the child signals mean what they meant before the run: nothing is preempted, and Ctrl+C raises."""

    def child() -> None:
        import signal

        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        for _ in range(500_000):
            pass
        signal.raise_signal(signal.SIGINT)

    assert status_of_child(child) == 1


def test_forks_in_the_middle_of_printing() -> None:
    """Children of a process that prints come to their end, and each line that is printed comes out once."""
    ended = program(
        """
        import os
        from pyex import *

        def talk():
            for number in range(20_000):
                print("parent", number)

        def main():
            pid, ref = spawn_monitor(talk)
            for number in range(20):
                child = os.fork()
                if child == 0:
                    print("child", number)
                    return
                _, status = os.waitpid(child, 0)
                assert status == 0, status
                Process.sleep(1)
            receive(("DOWN", ref, ..., ..., ...))

        run(main)
        """,
        "-W",
        "ignore",
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert sorted(lines) == sorted([f"parent {n}" for n in range(20_000)] + [f"child {n}" for n in range(20)])


@in_process
def test_the_parent_goes_on_after_a_fork() -> None:
    """After a fork the processes of the parent run, wait, are preempted and killed as before."""
    assert status_of_child(lambda: None) == 0
    me = self()
    pid, reference = spawn_monitor(lambda: [0 for _ in iter(int, 1)])
    spawn(send, me, "hello")
    assert receive("hello", after=PATIENCE_MS)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"


def test_a_fork_while_others_loop_and_block() -> None:
    """A fork beside busy processes, timers and blocking calls yields a child that ends."""

    @in_process
    def main() -> None:
        import time

        for _ in range(5):
            spawn(lambda: [0 for _ in iter(int, 1)])
            spawn(pyex.blocking, time.sleep, 1000)
            Process.send_after(self(), "later", 1_000_000)
        assert [status_of_child(lambda: None) for _ in range(5)] == [0] * 5

    main()
    assert not leftovers()


def test_the_child_may_start_a_runtime_of_its_own() -> None:
    """A program that forks in a plain thread of control before or after a run has a whole runtime in the child."""
    ended = program(
        """
        import os
        from pyex import *

        run(lambda: None)
        child = os.fork()
        if child == 0:
            print("child", run(lambda: (spawn(send, self(), 1), receive())[1]))
        else:
            os.waitpid(child, 0)
            print("parent", run(lambda: (spawn(send, self(), 2), receive())[1]))
        """,
        "-W",
        "ignore",
    )
    assert (ended.returncode, ended.stdout) == (0, "child 1\nparent 2\n"), ended.stderr


def double(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_works_in_a_process(method: str) -> None:
    """A pool of operating system processes can be used in a process, whichever way it starts them."""

    @in_process
    def main() -> None:
        context: Any = multiprocessing.get_context(method)

        def compute() -> Any:
            with context.Pool(2) as pool:
                return pool.map(double, range(10))

        spawn(lambda: [0 for _ in iter(int, 1)])
        assert compute() == [2 * number for number in range(10)]

    main()
    assert not leftovers()


@in_process
def test_programs_can_be_run_by_processes() -> None:
    """Several processes run programs at the same time, and get what those print."""
    me = self()

    def work(number: int) -> None:
        command = [sys.executable, "-S", "-c", f"print({number})"]
        send(me, subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    for number in range(5):
        spawn(work, number)
    assert sorted(receive(after=PATIENCE_MS) for _ in range(5)) == [f"{number}\n" for number in range(5)]


@in_process
def test_a_killed_process_ends_the_program_that_it_runs() -> None:
    """subprocess.run in a killed process kills its program, as for any exception."""
    me = self()

    def work() -> None:
        with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
            send(me, ("child", child.pid))
            try:
                child.wait()
            finally:
                child.kill()

    pid, reference = spawn_monitor(work)
    number = receive(("child", int), after=PATIENCE_MS)[1]
    Process.exit(pid, "kill")
    receive(("DOWN", reference, ..., ..., "killed"), after=PATIENCE_MS)
    while True:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            break
        Process.sleep(5)
