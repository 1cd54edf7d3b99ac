"""blocking: calls that would stop the one thread of all processes."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from in_process import ends, in_process, messages

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
