"""blocking: calls that would stop the one thread of all processes."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import http.server
import importlib
import multiprocessing
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from in_process import ends, in_process, messages
from program import program

from pyex import (
    ArgumentError,
    Exit,
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
from pyex.blocking import MOST_THREADS, _pool

SOON = 5000


class Gate:
    """A call that blocks its thread until somebody opens it; it tells when it has begun and when it is over."""

    def __init__(self, tell: Any) -> None:
        self.tell = tell
        self.opened = threading.Event()

    def wait(self) -> str:
        send(self.tell, "begun")
        self.opened.wait(10)
        send(self.tell, "over")
        return "result"


@pytest.fixture
def module_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that modules are imported from."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    importlib.invalidate_caches()


@in_process
def test_blocking_returns_what_the_call_returns() -> None:
    """blocking(f, x, y) is f(x, y)."""
    assert blocking(divmod, 7, 2) == (3, 1)
    assert blocking(lambda: None) is None


@in_process
def test_blocking_raises_what_the_call_raises() -> None:
    """An exception of the call is raised in the caller, where it can be caught."""
    with pytest.raises(ZeroDivisionError):
        blocking(divmod, 1, 0)


@in_process
def test_an_exit_inside_the_call_ends_the_caller() -> None:
    """exit(reason) in the call is the caller's own, as if it had been called directly."""
    _, reference = spawn_monitor(lambda: blocking(exit, "boom"))
    assert receive(("DOWN", reference, ..., ..., ...), after=SOON)[4] == "boom"


@in_process
def test_a_process_lives_on_after_an_error_in_the_call() -> None:
    """The threads of the pool survive the exceptions of the calls they run."""
    for _ in range(100):
        with pytest.raises(ValueError, match="x"):
            blocking(int, "x")
    assert blocking(int, "1") == 1


@in_process
def test_others_run_while_one_is_blocked() -> None:
    """Only the caller waits: I can go on, and even end its wait."""
    gate = Gate(self())
    me = self()
    spawn(lambda: send(me, ("got", blocking(gate.wait))))
    assert receive(after=SOON) == "begun"
    gate.opened.set()
    assert receive(("got", ...), after=SOON) == ("got", "result")


@in_process
def test_many_at_once_run_at_the_same_time() -> None:
    """Twenty calls that each wait for all the others come to an end: none waits for its turn."""
    me = self()
    together = threading.Barrier(20)
    for _ in range(20):
        spawn(lambda: send(me, blocking(together.wait, 10)))
    assert sorted(receive(after=20_000) for _ in range(20)) == [*range(20)]


@in_process
def test_more_calls_than_threads_are_all_made() -> None:
    """Of very many calls some wait for a thread, and all are made in the end."""
    me = self()
    for number in range(300):
        spawn(lambda number=number: send(me, blocking(lambda: number)))
    assert sorted(receive(after=SOON) for _ in range(300)) == [*range(300)]


@in_process
def test_the_caller_can_be_killed_meanwhile() -> None:
    """A process that waits for a blocking call dies of a kill at once; the call goes on, its result is dropped."""
    gate = Gate(self())
    pid, reference = spawn_monitor(lambda: blocking(gate.wait))
    receive("begun", after=SOON)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=SOON)[4] == "killed"
    assert not gate.opened.is_set()
    gate.opened.set()
    assert receive(after=SOON) == "over"
    assert messages() == []
    assert blocking(int, "1") == 1


@in_process
def test_finally_runs_when_the_caller_is_killed() -> None:
    """The caller's finally clauses run while the call is still going on."""
    me = self()
    gate = Gate(me)

    def call() -> None:
        try:
            blocking(gate.wait)
        finally:
            gate.opened.set()

    pid = spawn(call)
    receive("begun", after=SOON)
    Process.exit(pid, "kill")
    assert receive(after=SOON) == "over"


def test_the_runtime_ends_while_a_call_is_still_blocked() -> None:
    """pyex.run does not wait for calls that nobody waits for any more."""
    opened = threading.Event()

    def main() -> str:
        spawn(lambda: blocking(opened.wait, 10))
        Process.sleep(1)
        return "done"

    assert run(main) == "done"
    opened.set()
    assert run(lambda: blocking(int, "1")) == 1


@in_process
def test_messages_wait_for_a_caller_that_is_blocked() -> None:
    """What is sent to a process during its blocking call is in its mailbox afterwards, in order, and does not end the
    call early.
    """
    me = self()
    gate = Gate(me)
    pid = spawn(lambda: send(me, (blocking(gate.wait), receive(), receive())))
    receive("begun", after=SOON)
    send(pid, 1)
    send(pid, 2)
    assert Process.info(pid, "message_queue_len") == ("message_queue_len", 2)
    assert ends(pid, 20) == "alive"
    gate.opened.set()
    assert receive((..., ..., ...), after=SOON) == ("result", 1, 2)


@in_process
def test_a_blocked_caller_is_waiting() -> None:
    """In Process.info a process in a blocking call is one that waits."""
    gate = Gate(self())
    pid = spawn(lambda: blocking(gate.wait))
    receive("begun", after=SOON)
    assert Process.info(pid, "status") == ("status", "waiting")
    gate.opened.set()
    receive("over", after=SOON)


@in_process
def test_function_and_arguments_are_not_copied() -> None:
    """The call is the caller's own: it works on the caller's objects."""
    basket: list[str] = []
    blocking(basket.append, "tea")
    assert basket == ["tea"]


@in_process
def test_the_result_is_not_copied() -> None:
    """What the call returns is handed over as it is."""
    basket: list[str] = []
    assert blocking(lambda: basket) is basket


@in_process
def test_the_call_sees_the_context_variables_of_the_caller() -> None:
    """A context variable has in the call the value that it has in the calling process."""
    language = contextvars.ContextVar("language", default="none")
    language.set("py")
    assert blocking(language.get) == "py"


@in_process
def test_the_call_runs_on_another_thread() -> None:
    """The processes' own thread stays free."""
    assert blocking(threading.get_ident) != threading.get_ident()


@in_process
def test_send_works_inside_the_call() -> None:
    """From the call's thread a message can be sent to any process."""
    me = self()
    blocking(lambda: send(me, "from the thread"))
    assert receive(after=SOON) == "from the thread"


@in_process
def test_a_coroutine_runs_in_a_loop_of_its_own_there() -> None:
    """blocking(asyncio.run, coroutine) is the way to run a coroutine."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert blocking(asyncio.run, answer()) == 42


# -- from wrong places


@pytest.mark.parametrize(
    "call", [self, receive, lambda: Process.sleep(1), lambda: spawn(print), lambda: blocking(print)]
)
def test_there_is_no_process_inside_the_call(call: Any) -> None:
    """Inside the call nothing but send works, and the error says so."""

    def check() -> None:
        with pytest.raises(RuntimeError, match="this thread is no process"):
            blocking(call)

    run(check)


def test_blocking_outside_the_runtime_raises() -> None:
    """blocking needs a process that waits."""
    with pytest.raises(RuntimeError, match="no process here"):
        blocking(print)


@pytest.mark.parametrize("not_a_function", [42, None, "print"])
def test_blocking_what_is_no_function_raises(not_a_function: Any) -> None:
    """blocking(f(x)) is a slip, and the error says to leave the call to blocking."""

    def check() -> None:
        with pytest.raises(ArgumentError, match="without calling it"):
            blocking(not_a_function)

    run(check)


@in_process
def test_blocking_while_a_module_is_imported_is_refused(module_folder: Path) -> None:
    """At the top level of a module nobody may wait: the locks of the import would stop the others."""
    (module_folder / "waits_at_import.py").write_text("import pyex\npyex.blocking(print)\n")
    with pytest.raises(RuntimeError, match="cannot wait while importing waits_at_import"):
        importlib.import_module("waits_at_import")


@in_process
def test_blocking_inside_a_running_event_loop_is_refused() -> None:
    """A coroutine that runs on the processes' thread may not wait as a process."""

    async def wait() -> None:
        blocking(print)

    with pytest.raises(RuntimeError, match="asyncio"):
        asyncio.run(wait())


def test_the_main_process_may_exit_by_a_call() -> None:
    """An exit in a call of the main process is the exit of pyex.run."""
    with pytest.raises(Exit) as ended:
        run(lambda: blocking(exit, "boom"))
    assert ended.value.reason == "boom"


# -- the threads


def test_five_slow_pages_take_the_time_of_one() -> None:
    """Five workers fetch from a server that answers only when all five have asked: they ask at the same time, and go
    on together.
    """
    all_have_asked = threading.Barrier(5)

    class SlowPage(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            all_have_asked.wait(SOON / 1000)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *_: object) -> None:
            pass

    def fetch(address: str) -> bytes:
        with urllib.request.urlopen(address, timeout=SOON / 1000) as page:
            return bytes(page.read())

    def main() -> list[bytes]:
        me = self()
        for number in range(5):
            address = f"http://127.0.0.1:{server.server_port}/{number}"
            spawn(lambda address: send(me, blocking(fetch, address)), address)
        return sorted(receive(after=2 * SOON) for _ in range(5))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowPage) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            assert run(main) == [b"/0", b"/1", b"/2", b"/3", b"/4"]
        finally:
            server.shutdown()
            serving.join()


def test_calls_that_end_with_a_run_do_not_count_in_the_next() -> None:
    """Runs that stop in the moment in which calls come to their end do not make later ones start ever more threads."""
    ended = program(
        """
        import asyncio, threading
        from pyex import *

        async def open_at_the_end(gate):
            try:
                await asyncio.sleep(1000)
            finally:
                gate.set()
                await asyncio.sleep(0.05)

        tasks = []

        async def start(gate):
            tasks.append(asyncio.create_task(open_at_the_end(gate)))
            await asyncio.sleep(0)

        def leave_three(gate):
            for _ in range(3):
                spawn(lambda: blocking(gate.wait, 10))
            blocking(start, gate)

        def one_after_the_other():
            for _ in range(20):
                blocking(int, "1")

        for _ in range(10):
            run(leave_three, threading.Event())
            run(one_after_the_other)
        print(sum(thread.name.startswith("pyex blocking") for thread in threading.enumerate()))
        """
    )
    assert 1 <= int(ended.stdout) <= 8, ended.stderr


def test_a_call_that_waits_for_a_thread_is_not_made_for_the_dead() -> None:
    """When all threads are busy, the calls of those who are killed meanwhile are not made later."""
    opened = threading.Event()
    made: SimpleQueue[int] = SimpleQueue()  # not copied, for it holds a lock

    def main() -> None:
        me = self()

        def hold() -> None:
            send(me, "holds")
            opened.wait(10)

        for _ in range(MOST_THREADS):
            spawn(blocking, hold)
        for _ in range(MOST_THREADS):
            receive("holds", after=SOON)
        late = [spawn(blocking, made.put, 1) for _ in range(10)]
        while any(Process.info(pid, "status") != ("status", "waiting") for pid in late):
            Process.sleep(1)
        for pid in late:
            Process.exit(pid, "kill")
        opened.set()
        # The threads are free before those who were killed have been unwound: this process keeps all others waiting.
        while not _pool.jobs.empty():
            time.sleep(0.001)
        assert blocking(int, "1") == 1

    run(main)
    assert made.empty()


# -- processes of the operating system


def square(number: int) -> int:
    """Something for a process of the operating system."""
    return number * number


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_is_waited_for(method: str) -> None:
    """A pool of operating system processes works in a blocking call, beside a busy process, whichever way it starts
    them.
    """
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not here")

    def compute() -> list[int]:
        with multiprocessing.get_context(method).Pool(2) as pool:
            return pool.map(square, range(10))

    def main() -> list[int]:
        spawn(lambda: [0 for _ in iter(int, 1)])
        return list(blocking(compute))

    assert run(main) == [number * number for number in range(10)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_process_pool_executor_is_waited_for(method: str) -> None:
    """concurrent.futures.ProcessPoolExecutor works: several processes wait for its futures."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not here")

    def main() -> list[int]:
        me = self()
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:

            def ask(number: int) -> None:
                send(me, blocking(executor.submit(square, number).result))

            for number in range(10):
                spawn(ask, number)
            return sorted(receive(after=10 * SOON) for _ in range(10))

    assert run(main) == [number * number for number in range(10)]
