"""submit: code outside the runtime has a function run as a process, and waits for what it returns."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest
from in_process import ends, in_process
from program import PATIENCE, PATIENCE_MS, leftovers, program

from pyex import ArgumentError, Exit, Pid, Process, become, blocking, exit, receive, run, self, send, spawn, spawn_link
from pyex.errors import ErlangError, NotRunning
from pyex.exit_signal import awaited
from pyex.submit import submit


def outside(work: Callable[[], Any]) -> Any:
    """What `work` returns in a thread that is no process, while a runtime runs whose main process waits for it."""
    return run(blocking, work)


def result(function: Callable[..., Any], *args: Any) -> Any:
    """What `submit` comes to."""
    return submit(function, *args).result(PATIENCE)


def shop() -> None:
    """A server that knows a price."""
    while True:
        match receive():
            case ("price?", who):
                send(who, ("price", 7))


def ask(name: str) -> int:
    """Ask the shop, from a process."""
    send(name, ("price?", self()))
    return int(receive(("price", int), after=PATIENCE_MS)[1])


def wait_for_ever(tell: Pid | None = None) -> None:
    """Tell who one is, and wait."""
    if tell is not None:
        send(tell, ("waits", self()))
    Process.sleep("infinity")


# -- what comes back


def test_a_thread_asks_a_process() -> None:
    """A thread that is no process calls a function that sends and receives, and has its answer."""

    def main() -> list[int]:
        Process.register(spawn(shop), "shop")
        me = self()
        thread = threading.Thread(target=lambda: send(me, result(ask, "shop")))
        thread.start()
        return [receive(after=PATIENCE_MS), blocking(thread.join)]

    assert run(main) == [7, None]
    assert not leftovers()


def test_a_coroutine_asks_a_process() -> None:
    """Code in an event loop of another thread awaits what a process returns."""

    async def client() -> int:
        return int(await asyncio.wrap_future(submit(ask, "shop")))

    def main() -> Any:
        Process.register(spawn(shop), "shop")
        return blocking(asyncio.run, client())

    assert run(main) == 7


def test_a_coroutine_of_the_runtime_asks_a_process() -> None:
    """A coroutine that a process waits for may in turn wait for a process."""

    async def client() -> int:
        return int(await asyncio.wrap_future(submit(ask, "shop")))

    def main() -> Any:
        Process.register(spawn(shop), "shop")
        return blocking(client)

    assert run(main) == 7


_shelf: list[str] = []


def test_nothing_is_shared_with_the_process() -> None:
    """The function's closure, its arguments and its result are copies."""
    basket = ["tea"]

    def fill(given: list[str]) -> list[str]:
        given.append("milk")
        basket.append("bread")
        _shelf[:] = given
        return _shelf

    def work() -> None:
        got = result(fill, basket)
        assert got == _shelf == ["tea", "milk"]
        assert got is not _shelf

    outside(work)
    assert basket == ["tea"]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda: become(lambda: 42), 42),
        (lambda: None, None),
        (lambda: ValueError("a value"), ValueError),
    ],
)
def test_what_the_function_returns_in_the_end(function: Callable[[], Any], expected: Any) -> None:
    """A function that becomes another returns what that returns; an exception may be a value."""
    got = outside(lambda: result(function))
    assert got == expected or type(got) is expected


def test_an_exception_is_raised_by_result(capfd: pytest.CaptureFixture[str]) -> None:
    """What the function does not catch is raised where somebody waits, says where it comes from, and is not reported
    as a crash.
    """

    def faulty() -> None:
        raise ValueError("out of tea")

    def work() -> None:
        with pytest.raises(ValueError, match="out of tea") as raised:
            result(faulty)
        (note,) = raised.value.__notes__
        assert note.startswith("raised in process #PID<0.")
        assert f"{__file__}:" in note
        assert note.endswith("faulty")

    outside(work)
    assert capfd.readouterr() == ("", "")


class Thing:
    """Something that can be looked for."""


def test_an_exception_leaves_nothing_of_its_process() -> None:
    """The exception does not keep alive what the function had in its variables."""
    seen: SimpleQueue[weakref.ref[Thing]] = SimpleQueue()  # not copied, for it holds a lock

    def faulty() -> None:
        thing = Thing()
        seen.put(weakref.ref(thing))
        raise ValueError

    def work() -> None:
        error = submit(faulty).exception(PATIENCE)
        assert isinstance(error, ValueError)
        gc.collect()
        assert seen.get(timeout=PATIENCE)() is None

    outside(work)


def test_an_erlang_error_is_raised_as_it_is() -> None:
    """Also an error whose exit reason is a plain term is raised as the exception that it was."""
    with pytest.raises(ErlangError, match="noproc"):
        outside(lambda: result(Process.link, result(Process.self)))


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda: exit("boom"), "boom"),
        (lambda: exit("normal"), "normal"),
        (lambda: exit(("shutdown", [1])), ("shutdown", [1])),
        (lambda: sys.exit(3), ("system_exit", 3)),
        (lambda: Process.exit(self(), "kill"), "killed"),
        (lambda: (spawn_link(exit, "linked"), Process.sleep("infinity")), "linked"),
    ],
)
def test_an_exit_is_raised_by_result(end: Callable[[], Any], reason: Any) -> None:
    """A process that ends by an exit or an exit signal gives Exit with the reason."""

    def work() -> None:
        with pytest.raises(Exit) as raised:
            result(end)
        assert raised.value.reason == reason

    outside(work)


def test_an_exit_reaches_a_coroutine() -> None:
    """Exit is raised where the future is awaited, and does not end the loop."""

    async def client() -> list[object]:
        reasons: list[object] = []
        for end in (exit, sys.exit):
            try:
                await asyncio.wrap_future(submit(end, 3))
            except Exit as error:
                reasons.append(error.reason)
        return reasons

    assert run(blocking, client) == [3, ("system_exit", 3)]


def test_stop_iteration_reaches_a_coroutine() -> None:
    """An exception that no coroutine can be given comes as another one, and nobody waits for ever."""

    async def client() -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await asyncio.wait_for(asyncio.wrap_future(submit(next, iter(()))), PATIENCE)

    run(blocking, client)


def test_a_base_exception_is_no_crash_either(capfd: pytest.CaptureFixture[str]) -> None:
    """Also what is no Exception is raised by result, and not reported."""

    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop

    def work() -> None:
        with pytest.raises(Stop):
            result(stop)

    outside(work)
    assert capfd.readouterr().err == ""


def test_a_process_that_resists_a_kill_is_not_waited_for() -> None:
    """Who is killed and goes on all the same is dead for who waits."""

    def resist() -> None:
        send("main", self())
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    def main() -> None:
        Process.register(self(), "main")
        future = blocking(submit, resist)
        Process.exit(receive(after=PATIENCE_MS), "kill")
        with pytest.raises(Exit, match="killed"):
            blocking(future.result, PATIENCE)

    run(main)


def catch() -> int:
    """Catch whatever comes, and return."""
    try:
        wait_for_ever()
    except BaseException:
        return 7
    return 8


def fail() -> None:
    """Raise on the way out."""
    try:
        wait_for_ever()
    finally:
        raise ValueError


@pytest.mark.parametrize("function", [catch, fail])
def test_a_killed_process_does_not_return(function: Callable[[], Any]) -> None:
    """Whatever a killed process catches, returns or raises on its way out: it has been killed."""

    def main() -> None:
        future = blocking(submit, lambda: (Process.register(self(), "victim"), function())[1])
        while (pid := Process.whereis("victim")) is None:
            Process.sleep(1)
        Process.exit(pid, "kill")
        with pytest.raises(Exit) as raised:
            blocking(future.result, PATIENCE)
        assert raised.value.reason == "killed"

    run(main)


def test_many_threads_submit_at_once() -> None:
    """A thousand requests from ten threads are all answered, each with its own answer."""

    def work() -> None:
        with concurrent.futures.ThreadPoolExecutor(10) as threads:
            assert list(threads.map(lambda n: result(lambda: n), range(1000))) == list(range(1000))

    outside(work)
    assert not leftovers()
    assert not awaited


def test_requests_run_side_by_side() -> None:
    """Processes that wait for each other all come to an end: none waits for its turn."""

    def meet() -> int:
        send("main", self())
        return int(receive(after=PATIENCE_MS))

    def main() -> None:
        Process.register(self(), "main")
        futures = [blocking(submit, meet) for _ in range(50)]
        for number, pid in enumerate([receive(after=PATIENCE_MS) for _ in futures]):
            send(pid, number)
        done = blocking(concurrent.futures.wait, futures, PATIENCE).done
        assert sorted(future.result() for future in done) == list(range(50))

    run(main)


def test_the_answer_comes_beside_busy_processes() -> None:
    """Endless loops do not keep a thread from its answer."""

    def main() -> None:
        for _ in range(5):
            spawn(lambda: [0 for _ in iter(int, 1)])
        assert blocking(result, divmod, 7, 2) == (3, 1)

    run(main)


# -- which process it is


@in_process
def test_the_process_has_no_parent() -> None:
    """It belongs to nobody but the standard group leader, and is named after its function."""

    def who() -> tuple[Any, ...]:
        keys = ["parent", "group_leader", "initial_call", "links", "monitored_by"]
        return tuple(Process.info(self(), keys).values())

    parent, leader, (_, name, _), links, monitors = blocking(result, who)
    assert (parent, leader, links, monitors) == (None, Process.group_leader(), [], [])
    assert name.endswith("who")


def test_what_it_prints_goes_to_the_output(capfd: pytest.CaptureFixture[str]) -> None:
    """print in the process prints."""
    outside(lambda: result(print, "hello"))
    assert capfd.readouterr().out == "hello\n"


# -- cancelling


@in_process
def test_cancel_kills_the_process() -> None:
    """A future that is cancelled ends its process, as a kill does."""
    future = blocking(submit, wait_for_ever, self())
    _, pid = receive(("waits", Pid), after=PATIENCE_MS)
    reference = Process.monitor(pid)
    assert blocking(future.cancel)
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(0)


@in_process
def test_who_is_cancelled_before_its_first_slice_never_runs() -> None:
    """A future that is cancelled at once has no process."""
    me = self()

    def work() -> None:
        assert submit(send, me, "called").cancel()

    async def hold_all_processes() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(PATIENCE)

    asyncio.run(hold_all_processes())
    assert blocking(result, int) == 0
    assert receive(after=0, default="nothing") == "nothing"


@in_process
def test_who_waits_for_several_hears_of_one_that_is_cancelled() -> None:
    """concurrent.futures.wait comes back when the last one is cancelled."""

    def work() -> None:
        futures = [submit(wait_for_ever), submit(int)]
        canceller = threading.Timer(0.01, futures[0].cancel)
        canceller.start()
        assert concurrent.futures.wait(futures, PATIENCE).not_done == set()
        canceller.join()

    blocking(work)


@in_process
def test_the_timeout_of_asyncio_kills_the_process() -> None:
    """asyncio.wait_for gives up, and the process with it."""

    async def client(tell: Pid) -> None:
        future = asyncio.wrap_future(submit(wait_for_ever, tell))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(future, 0.05)

    blocking(client, self())
    _, pid = receive(("waits", Pid), after=PATIENCE_MS)
    assert ends(pid, PATIENCE_MS) in ("killed", "noproc")


@in_process
def test_a_cancelled_task_kills_the_process() -> None:
    """A task that is cancelled while it awaits a process ends that."""
    me = self()

    async def client() -> None:
        await asyncio.wrap_future(submit(wait_for_ever, me))

    pid = spawn(blocking, client)
    _, worker = receive(("waits", Pid), after=PATIENCE_MS)
    Process.exit(pid, "kill")
    assert ends(worker, PATIENCE_MS) in ("killed", "noproc")


def test_what_has_ended_cannot_be_cancelled() -> None:
    """cancel() after the end says no, and the result stays."""

    def work() -> None:
        future = submit(int, "7")
        assert future.result(PATIENCE) == 7
        assert not future.cancel()
        assert future.result(0) == 7

    outside(work)


def test_cancelling_at_any_moment_leaves_nothing() -> None:
    """Futures that are cancelled while their processes begin, run and end: each is completed or cancelled."""

    def work() -> None:
        futures = []
        for number in range(500):
            future = submit(lambda: None)
            if number % 3 == 0:
                time.sleep(0)
            future.cancel()
            futures.append(future)
        assert concurrent.futures.wait(futures, PATIENCE).not_done == set()

    outside(work)
    assert not leftovers()
    assert not awaited


# -- callbacks


def test_a_callback_may_wait_and_submit() -> None:
    """A callback runs in a thread that stops no process; it can submit in turn."""
    answers: list[Any] = []

    def work() -> None:
        done = threading.Event()

        def then(future: concurrent.futures.Future[Any]) -> None:
            time.sleep(0.01)
            answers.append((future.result(), threading.current_thread().name))
            submit(int, "8").add_done_callback(then_again)

        def then_again(future: concurrent.futures.Future[Any]) -> None:
            answers.append(future.result())
            done.set()

        submit(lambda: receive(after=20, default=7)).add_done_callback(then)
        assert done.wait(PATIENCE)

    outside(work)
    assert answers == [(7, "pyex futures"), 8]


def test_a_callback_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """After a callback that raises whatever it likes, others have their answers."""

    def work() -> None:
        def fail(future: object) -> None:
            raise SystemExit

        submit(lambda: receive(after=20, default=7)).add_done_callback(fail)
        assert result(receive_nothing) == 8

    outside(work)
    assert "callback" in caplog.text


def receive_nothing() -> int:
    """Take longer than the one before."""
    Process.sleep(50)
    return 8


# -- the end of the runtime


def test_the_runtime_stops_before_the_process_has_ended() -> None:
    """Whoever waits is told when the runtime stops, also one who was just waiting; the reason is OTP's."""
    futures = []

    def main() -> None:
        for _ in range(10):
            futures.append(blocking(submit, wait_for_ever, self()))
            receive(("waits", ...), after=PATIENCE_MS)

    run(main)
    for future in futures:
        with pytest.raises(Exit) as raised:
            future.result(PATIENCE)
        assert raised.value.reason == "noconnection"
    assert not leftovers()
    assert not awaited


def test_who_submits_while_the_runtime_comes_and_goes_is_always_answered() -> None:
    """Threads that submit without end while runs begin and end: each request is refused, answered or told that the
    runtime is gone.
    """
    stop = threading.Event()
    futures: list[concurrent.futures.Future[Any]] = []
    refused: list[NotRunning] = []

    def work() -> None:
        while not stop.is_set():
            try:
                futures.append(submit(int, "7"))
            except NotRunning as error:
                refused.append(error)
            if len(futures) % 100 == 99:
                time.sleep(0.001)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        run(Process.sleep, 3)
    stop.set()
    for thread in threads:
        thread.join()
    assert concurrent.futures.wait(futures, PATIENCE).not_done == set()
    told = [future.exception() for future in futures]
    assert all(error is None or (isinstance(error, Exit) and error.reason == "noconnection") for error in told)
    assert None in told
    assert refused
    assert not leftovers()


# -- forks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_nobody_waits_for_ever_in_the_child_of_a_fork() -> None:
    """What a thread has submitted before it forks ends in the child; in the parent it is answered."""
    ended = program(
        """
        import os
        from pyex import *
        from pyex.submit import submit

        def wait():
            Process.register(self(), "waiter")
            return receive()

        def work():
            future = submit(wait)
            future.add_done_callback(lambda future: print("called", flush=True))
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    future.result(20)
                except Exit as error:
                    status = 2 if error.reason == "noconnection" else 3
                try:
                    submit(print)
                except RuntimeError as error:
                    status += 10 * ("in the child of a fork" in str(error))
                os._exit(status)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            submit(send, "waiter", "hello").result(20)
            print(future.result(20), flush=True)

        run(blocking, work)
        """,
        "-W",
        "ignore",
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(ended.stdout.split()) == ["12", "called", "hello"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_parent_and_child_of_a_fork_between_runs_both_go_on() -> None:
    """A program that forks between two runs has whole runtimes in both: with threads for what blocks, and requests."""
    ended = program(
        """
        import asyncio, os, threading
        from pyex import *
        from pyex.submit import submit

        def main(number):
            for _ in range(50):
                assert blocking(lambda: submit(int, "7").result(20)) == 7
                assert blocking(asyncio.sleep, 0, number) == number
            return number

        assert run(main, 1) == 1
        child = os.fork()
        assert run(main, 2) == 2
        if child:
            assert os.waitpid(child, 0)[1] == 0
            print("well")
        """,
        "-W",
        "ignore",
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "well\n", "")


# -- from wrong places


@in_process
def test_submit_in_a_process_is_refused() -> None:
    """A process that waited for a future would stop all others: it is told what to write."""
    with pytest.raises(RuntimeError, match="call the function, or spawn_monitor it"):
        submit(print)


@in_process
def test_submit_in_an_event_loop_of_a_process_is_refused() -> None:
    """An event loop that runs in a process is on the processes' thread, too."""

    async def client() -> None:
        submit(print)

    with pytest.raises(RuntimeError, match="for other threads"):
        asyncio.run(client())


def test_submit_without_a_runtime_is_refused() -> None:
    """When nothing runs, before and after, submit says so."""
    for _ in range(2):
        with pytest.raises(NotRunning, match="the runtime does not run"):
            submit(print)
        run(lambda: None)


async def coroutine() -> None:
    """A function whose call runs nothing."""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (42, r"not a function: 42; write submit\(f, x\)"),
        (coroutine, "coroutine function"),
        (lambda: (yield), "generator"),
    ],
)
def test_what_cannot_be_run_as_a_process_is_refused(wrong: Any, words: str) -> None:
    """As spawn does, submit tells at once what is wrong."""

    def work() -> None:
        with pytest.raises(ArgumentError, match=words):
            submit(wrong)

    outside(work)
