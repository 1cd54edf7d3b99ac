"""blocking with coroutines: processes wait for what runs in an event loop in another thread."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
import weakref
from collections.abc import AsyncIterator, Callable
from queue import SimpleQueue
from typing import Any

import pytest
from in_process import in_process, messages
from program import PATIENCE, PATIENCE_MS, leftovers, program

from pyex import (
    ArgumentError,
    Pid,
    Process,
    blocking,
    exit,
    receive,
    run,
    self,
    send,
    spawn,
    spawn_monitor,
)


async def double(number: int) -> int:
    """Something that takes a turn of the loop."""
    await asyncio.sleep(0)
    return 2 * number


async def wait_for_ever(tell: Pid) -> None:
    """Tell that it has begun, and what ends it."""
    send(tell, "begun")
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        send(tell, "cancelled")
        raise


# -- what comes back


@in_process
def test_blocking_returns_what_the_coroutine_returns() -> None:
    """blocking(f, x) of a coroutine function is await f(x)."""
    assert blocking(double, 21) == 42


class Client:
    """Something with methods that are coroutine functions."""

    def __init__(self, number: int) -> None:
        self.number = number

    async def fetch(self, by: int = 1) -> int:
        """A method."""
        return self.number * by

    @staticmethod
    async def fixed() -> int:
        """A function of the class."""
        return 42

    async def __call__(self) -> int:
        """Called as a function."""
        return self.number


@pytest.mark.parametrize(
    "function",
    [
        Client(42).fetch,
        Client.fixed,
        Client(42),
        functools.partial(double, 21),
        functools.partial(Client(21).fetch, by=2),
        functools.partial(functools.partial(Client(42))),
    ],
)
def test_all_kinds_of_coroutine_functions(function: Callable[..., Any]) -> None:
    """Methods, partial calls and objects that are called as coroutine functions are awaited, too."""
    assert run(blocking, function) == 42


@in_process
def test_blocking_raises_what_the_coroutine_raises() -> None:
    """An exception of the coroutine is raised in the process, where it can be caught."""

    async def faulty() -> None:
        await asyncio.sleep(0)
        raise ValueError("out of tea")

    with pytest.raises(ValueError, match="out of tea"):
        blocking(faulty)
    with pytest.raises(TypeError, match="argument"):
        blocking(double, 1, 2, 3)


@in_process
def test_an_exit_inside_the_coroutine_ends_the_caller() -> None:
    """exit(reason) and sys.exit in the coroutine are the caller's own; the loop goes on."""

    async def leave(way: Callable[[int], object]) -> None:
        way(3)

    for way, reason in ((exit, 3), (sys.exit, ("system_exit", 3))):
        _, reference = spawn_monitor(lambda way=way: blocking(leave, way))
        assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == reason
    assert blocking(double, 21) == 42


@in_process
def test_an_exit_in_a_task_of_its_own_does_not_end_the_loop() -> None:
    """sys.exit in a task that a coroutine has started is raised where that is awaited."""

    async def leave() -> None:
        sys.exit(3)

    async def start() -> None:
        await asyncio.create_task(leave())

    with pytest.raises(SystemExit):
        blocking(start)
    assert blocking(double, 21) == 42


@in_process
def test_a_coroutine_that_is_cancelled_is_an_error() -> None:
    """When the coroutine is cancelled by its own world, the process gets an exception, as a thread would."""

    async def give_up() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(1000)

    with pytest.raises(concurrent.futures.CancelledError, match="the coroutine was cancelled"):
        blocking(give_up)


class Thing:
    """Something that can be looked for."""


@in_process
def test_an_exception_leaves_nothing() -> None:
    """Once it is handled, an exception keeps nothing alive of the coroutine that raised it."""
    seen: list[weakref.ref[Thing]] = []

    async def faulty() -> None:
        thing = Thing()
        seen.append(weakref.ref(thing))
        raise ValueError

    gc.disable()
    try:
        with pytest.raises(ValueError):
            blocking(faulty)
        # The loop forgets its task at the end of its turn.
        blocking(double, 1)
        assert seen[0]() is None
    finally:
        gc.enable()


@in_process
def test_function_and_arguments_are_not_copied() -> None:
    """The coroutine works on the caller's objects, and its result is handed over as it is."""
    basket: list[str] = []

    async def fill(given: list[str]) -> list[str]:
        given.append("tea")
        return given

    assert blocking(fill, basket) is basket
    assert basket == ["tea"]


@in_process
def test_the_coroutine_sees_the_context_variables_of_the_caller() -> None:
    """A context variable has in the coroutine the value that it has in the calling process."""
    language = contextvars.ContextVar("language", default="none")

    async def ask() -> str:
        await asyncio.sleep(0)
        return language.get()

    language.set("py")
    assert blocking(ask) == "py"


# -- one loop for all


class Meeting:
    """What is over when all have come."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.all_there = asyncio.Event()

    async def attend(self, number: int) -> int:
        self.people -= 1
        if not self.people:
            self.all_there.set()
        await asyncio.wait_for(self.all_there.wait(), PATIENCE)
        return number


_meeting = Meeting(0)


@in_process
def test_a_thousand_coroutines_at_once() -> None:
    """A thousand processes wait for coroutines that all wait for each other: none waits for its turn."""
    global _meeting
    _meeting = Meeting(1000)
    me = self()

    def work(number: int) -> None:
        send(me, blocking(_meeting.attend, number))

    for number in range(1000):
        spawn(work, number)
    assert sorted(receive(after=PATIENCE_MS) for _ in range(1000)) == list(range(1000))


@in_process
def test_all_coroutines_share_one_loop() -> None:
    """Whatever one coroutine has made another can use: they run in the same loop, in one thread."""

    async def where() -> tuple[int, str]:
        return (id(asyncio.get_running_loop()), threading.current_thread().name)

    me = self()
    for _ in range(5):
        spawn(lambda: send(me, blocking(where)))
    places = {receive(after=PATIENCE_MS) for _ in range(5)}
    assert len(places) == 1
    assert places.pop()[1] == "pyex event loop"


@in_process
def test_others_run_while_a_coroutine_is_waited_for() -> None:
    """Only the caller waits, and messages for it wait, too."""
    me = self()
    opened = threading.Event()

    async def wait() -> str:
        send(me, "begun")
        while not opened.is_set():
            await asyncio.sleep(0.001)
        return "result"

    pid = spawn(lambda: send(me, (blocking(wait), receive())))
    receive("begun", after=PATIENCE_MS)
    assert Process.info(pid, "status") == ("status", "waiting")
    send(pid, 1)
    assert Process.info(pid, "message_queue_len") == ("message_queue_len", 1)
    opened.set()
    assert receive(("result", ...), after=PATIENCE_MS) == ("result", 1)


@in_process
def test_a_coroutine_goes_on_beside_busy_processes() -> None:
    """Endless loops do not keep the event loop from its turn."""
    for _ in range(5):
        spawn(lambda: [0 for _ in iter(int, 1)])

    async def count() -> int:
        for _ in range(10):
            await asyncio.sleep(0.001)
        return 10

    assert blocking(count) == 10


@in_process
def test_programs_and_threads_are_awaited() -> None:
    """The loop has all that asyncio has: programs are run by it, and threads."""

    async def work() -> tuple[Any, ...]:
        command = [sys.executable, "-S", "-c", "print(42)"]
        program = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        out, _ = await program.communicate()
        return (out, await asyncio.to_thread(int, "7"))

    assert blocking(work) == (b"42\n", 7)


# -- killing and interrupting


@in_process
def test_a_kill_cancels_the_coroutine() -> None:
    """The coroutine of a killed process is cancelled."""
    pid = spawn(blocking, wait_for_ever, self())
    receive("begun", after=PATIENCE_MS)
    Process.exit(pid, "kill")
    receive("cancelled", after=PATIENCE_MS)
    assert not Process.alive(pid)


@in_process
def test_a_kill_does_not_wait_for_the_coroutine() -> None:
    """A process dies of a kill at once, whatever its coroutine thinks of being cancelled."""
    me = self()
    go = threading.Event()

    async def resist() -> None:
        send(me, "begun")
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            send(me, "resists")
            while not go.is_set():
                await asyncio.sleep(0.001)
            send(me, "over")

    pid, reference = spawn_monitor(lambda: blocking(resist))
    receive("begun", after=PATIENCE_MS)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"
    receive("resists", after=PATIENCE_MS)
    assert messages(0) == []
    go.set()
    receive("over", after=PATIENCE_MS)


@in_process
def test_a_process_that_is_killed_at_once_leaves_no_coroutine() -> None:
    """Kills at any moment, from before the first turn of the coroutine to its end, leave none running."""
    for number in range(200):
        pid = spawn(blocking, asyncio.sleep, 0.01)
        for _ in range(number % 3):
            Process.sleep(0)
        Process.sleep(number % 2 * 5)
        Process.exit(pid, "kill")

    async def others() -> int:
        return len(asyncio.all_tasks()) - 1

    blocking(asyncio.sleep, 0)
    assert blocking(others) == 0


@in_process
def test_ctrl_c_cancels_the_coroutine() -> None:
    """Ctrl+C is raised in the process that waits, and the coroutine is cancelled."""
    me = self()

    async def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await wait_for_ever(me)

    with pytest.raises(KeyboardInterrupt):
        blocking(interrupt)
    if receive(after=PATIENCE_MS) == "begun":
        assert receive(after=PATIENCE_MS) == "cancelled"


@in_process
def test_finally_runs_in_the_killed_process() -> None:
    """The process is unwound as it is anywhere else, and cannot wait for a coroutine then."""
    me = self()

    def work() -> None:
        try:
            blocking(wait_for_ever, me)
        finally:
            send(me, "finally")
            print(end="")
            try:
                blocking(double, 21)
            finally:
                os.write(writer, b"unwound")

    reader, writer = os.pipe()
    pid = spawn(work)
    receive("begun", after=PATIENCE_MS)
    Process.exit(pid, "kill")
    assert blocking(os.read, reader, 100) == b"unwound"
    os.close(reader)
    os.close(writer)


# -- inside the coroutine


@in_process
def test_there_is_no_process_inside_the_coroutine() -> None:
    """In the coroutine send works, and what needs a process says that there is none."""
    me = self()

    async def check() -> None:
        send(me, "from the loop")
        for call in (self, receive, lambda: Process.sleep(1), lambda: spawn(print), lambda: blocking(double, 1)):
            with pytest.raises(RuntimeError, match="this thread is no process"):
                call()

    blocking(check)
    assert receive(after=0) == "from the loop"


# -- wrong use


@in_process
def test_a_coroutine_in_the_place_of_its_function_is_refused() -> None:
    """blocking(f(x)) is a slip; the error says what to write, and Python has nothing to add."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ArgumentError, match=r"write blocking\(double, \.\.\.\), without calling it"):
            blocking(double(21))  # type: ignore[arg-type]
        gc.collect()
    assert caught == []


# -- the end of the runtime


def threads() -> list[str]:
    """The names of the loop's threads that there are."""
    return [thread.name for thread in threading.enumerate() if thread.name == "pyex event loop"]


def test_the_loop_ends_with_the_runtime() -> None:
    """Each run that waits for coroutines has a loop of its own, and leaves no thread of it."""
    for _ in range(20):
        assert run(blocking, double, 21) == 42
        assert threads() == []
    assert not leftovers()


def test_what_is_left_in_the_loop_is_ended_in_order() -> None:
    """Tasks that go on are cancelled when the runtime stops, and waited for; open generators are closed."""
    ended: list[str] = []

    async def generate() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            ended.append("generator")

    async def background() -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.01)
            ended.append("task")

    kept: list[Any] = []

    async def start() -> None:
        kept.append(asyncio.create_task(background()))
        generator = generate()
        kept.append(generator)
        async for _ in generator:
            break
        await asyncio.sleep(0)

    run(blocking, start)
    assert ended == ["task", "generator"]


def test_a_process_that_waits_at_the_end_is_no_problem() -> None:
    """The runtime stops while coroutines are waited for: they are cancelled."""
    ended: SimpleQueue[int] = SimpleQueue()  # not copied, for it holds a lock

    async def wait(tell: Pid, number: int) -> None:
        send(tell, "begun")
        try:
            await asyncio.sleep(1000)
        finally:
            ended.put(number)

    def main() -> None:
        for number in range(10):
            spawn(blocking, wait, self(), number)
            receive("begun", after=PATIENCE_MS)

    run(main)
    assert sorted(ended.get(timeout=PATIENCE) for _ in range(10)) == list(range(10))
    assert not leftovers()


def test_the_runtime_does_not_wait_for_what_resists() -> None:
    """A task that will not be cancelled holds up the end for a moment only."""
    go = threading.Event()
    kept: list[Any] = []

    async def resist() -> None:
        while not go.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                pass

    async def start() -> None:
        kept.append(asyncio.create_task(resist()))

    began = time.monotonic()
    run(blocking, start)
    assert time.monotonic() - began < PATIENCE
    assert run(blocking, double, 21) == 42
    go.set()
    while threads():
        time.sleep(0.001)


def test_asyncio_is_not_imported_for_others() -> None:
    """Who waits for no coroutine does not pay for asyncio."""
    ended = program(
        """
        import sys, time
        from pyex import *

        run(lambda: blocking(time.sleep, 0))
        assert "asyncio" not in sys.modules
        """
    )
    assert ended.returncode == 0, ended.stderr


# -- forks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_beside_the_loop() -> None:
    """The child of a fork has no loop, and does not disturb the parent's."""
    ended = program(
        """
        import asyncio, gc, os
        from pyex import *

        async def double(number):
            await asyncio.sleep(0.001)
            return 2 * number

        def main():
            assert blocking(double, 21) == 42
            spawn(blocking, asyncio.sleep, 1000)
            Process.sleep(1)
            for _ in range(5):
                child = os.fork()
                if child == 0:
                    gc.collect()
                    assert asyncio.run(double(1)) == 2
                    return
                assert blocking(os.waitpid, child, 0)[1] == 0
                assert blocking(double, 21) == 42
            return "well"

        print(run(main))
        """,
        "-X",
        "dev",
        "-W",
        "error",
        "-W",
        "ignore:This process:DeprecationWarning",
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "well\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("call", ["fork", "fork_in_coroutine"])
def test_the_child_of_a_fork_in_the_call_ends_with_it(call: str) -> None:
    """Who forks in a call or a coroutine that a process waits for has a child that ends where that ends."""
    ended = program(
        f"""
        import os, sys
        from pyex import *

        def fork():
            child = os.fork()
            if child == 0:
                print("child")
            return child

        async def fork_in_coroutine():
            return fork()

        def main():
            child = blocking({call})
            print("parent", os.waitstatus_to_exitcode(blocking(os.waitpid, child, 0)[1]))

        run(main)
        """,
        "-W",
        "ignore",
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(ended.stdout.splitlines()) == ["child", "parent 0"]
