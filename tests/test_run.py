"""Running programs: how they end, what Ctrl+C does, and that a run leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import json
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process
from program import PATIENCE, PATIENCE_MS, leftovers, program, started

import pyex
from pyex import Process, receive, self, send, spawn, spawn_monitor

# -- how a program ends


def test_sys_exit_in_the_main_process_is_the_exit_status() -> None:
    """sys.exit(3) in the main function ends the program with status 3, other processes or not."""
    ended = program(
        """
        import sys
        from pyex import *

        run(lambda: (spawn(Process.sleep, "infinity"), sys.exit(3)))
        """
    )
    assert (ended.returncode, ended.stderr) == (3, "")


@in_process
def test_sys_exit_in_another_process_is_its_exit_reason() -> None:
    """sys.exit(3) ends the process that calls it, with the reason ("system_exit", 3), and no other."""
    _, reference = spawn_monitor(sys.exit, 3)
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == ("system_exit", 3)


def test_what_main_does_not_catch_comes_out_of_run() -> None:
    """An exception of the main process comes out of run as it is, with its traceback."""

    def fail() -> None:
        raise LookupError("not there")

    with pytest.raises(LookupError, match="not there") as caught:
        pyex.run(fail)
    assert caught.traceback[-1].name == "fail"
    assert not leftovers()


def test_an_exit_signal_to_main_comes_out_of_run() -> None:
    """When the main process is killed, or ended by a link, run raises Exit with the reason."""

    def killed() -> None:
        me = self()
        spawn(Process.exit, me, "kill")
        receive("never")

    def linked() -> None:
        pyex.spawn_link(lambda: pyex.exit("boom"))
        receive("never")

    with pytest.raises(pyex.Exit) as caught:
        pyex.run(killed)
    assert caught.value.reason == "killed"
    with pytest.raises(pyex.Exit) as caught:
        pyex.run(linked)
    assert caught.value.reason == "boom"
    assert not leftovers()


def test_an_exit_of_main_comes_out_of_run_with_its_place() -> None:
    """The traceback of what run raises leads to the line that called exit, and its text is the reason in words."""

    def leave() -> None:
        pyex.exit(("boom", 1))

    def main() -> None:
        leave()

    with pytest.raises(pyex.Exit) as caught:
        pyex.run(main)
    assert [entry.name for entry in caught.traceback][-3:] == ["main", "leave", "exit"]
    assert (caught.value.reason, caught.value.args, str(caught.value)) == (("boom", 1), (("boom", 1),), "('boom', 1)")
    assert not leftovers()


def test_an_exit_that_is_forgotten_frees_what_main_had() -> None:
    """Its traceback holds the frames of main no longer than that of an exception: no garbage collection is needed."""

    class Thing:
        pass

    seen: list[weakref.ref[Thing]] = []

    def main(reason: str) -> None:
        thing = Thing()
        seen.append(weakref.ref(thing))
        pyex.exit(reason)

    gc.collect()
    gc.disable()
    try:
        for reason in ("boom", "normal"):
            with contextlib.suppress(pyex.Exit):
                pyex.run(main, reason)
            assert seen.pop()() is None
    finally:
        gc.enable()


def test_the_text_of_an_exit_is_its_reason_in_words() -> None:
    """As `** (exit) …` has it."""
    assert str(pyex.Exit("killed")) == "killed"
    assert str(pyex.Exit(("shutdown", 1))) == "shutdown: 1"
    assert str(pyex.Exit(("noproc", (pyex.GenServer, "call", [1, 2, 5000])))).startswith(
        "exited in: GenServer.call(1, 2, 5000)\n    ** (EXIT) no process"
    )


def test_the_traceback_of_a_program_ends_in_its_own_line() -> None:
    """Plain Python shows the line that called exit, and why."""
    ended = program(
        """
        import pyex

        def main():
            pyex.exit("boom")

        pyex.run(main)
        """
    )
    assert ", in main\n" in ended.stderr
    assert ended.stderr.endswith("pyex.errors.Exit: 'boom'\n")


def test_run_inside_run_is_refused() -> None:
    """A process that calls run is told that it is in the runtime already; the runtime goes on."""

    @in_process
    def main() -> None:
        with pytest.raises(RuntimeError, match="this is a process of it"):
            pyex.run(lambda: None)
        send(self(), "still here")
        assert receive() == "still here"

    main()


def test_run_in_a_blocking_thread_is_refused() -> None:
    """A second runtime beside the first is refused."""

    @in_process
    def main() -> None:
        with pytest.raises(RuntimeError, match="runs on another thread already"):
            pyex.blocking(pyex.run, print)

    main()


def test_run_can_be_called_fifty_times() -> None:
    """Each run begins afresh, and leaves no process, timer, thread or handler behind."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGURG)]
    interval = sys.getswitchinterval()

    def main(number: int) -> int:
        spawn(receive)
        spawn(lambda: [0 for _ in iter(int, 1)])
        spawn(time.sleep, 1000)
        Process.send_after(self(), "never", 1_000_000)
        Process.sleep(1)
        return number

    assert [pyex.run(main, number) for number in range(50)] == list(range(50))
    assert not leftovers()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGURG)] == handlers
    assert sys.getswitchinterval() == interval
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"pyex watcher", "pyex output"}


def test_a_run_on_another_thread_warns_and_works() -> None:
    """Off the main thread processes switch when they wait, and the run says so."""
    answers: list[Any] = []

    def main() -> Any:
        pid, reference = spawn_monitor(receive)
        Process.exit(pid, "kill")
        answers.append(receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4])
        answers.append(pyex.blocking(threading.get_ident) != threading.get_ident())
        print(end="")
        return receive(after=1, default="nothing")

    def work() -> None:
        with pytest.warns(RuntimeWarning, match="not on the main thread"):
            answers.append(pyex.run(main))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == ["killed", True, "nothing"]
    assert not leftovers()


# -- Ctrl+C

CTRL_C = {
    "an endless loop": "while True: pass",
    "receive": "receive()",
    "time.sleep": "time.sleep(1000)",
    "Process.sleep": 'Process.sleep("infinity")',
    "blocking": "blocking(time.sleep, 1000)",
    "print": "while True: print('x' * 50)",
    "a lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "input": "input()",
    "a ping-pong": "pid = spawn(echo)\n    while True: send(pid, self()), receive()",
    "beside an endless loop": "spawn(loop); receive()",
    "beside fifty endless loops": "[spawn(loop) for _ in range(50)]; receive()",
    "beside one that sleeps": "spawn(time.sleep, 1000); receive()",
    "an import": "import endless_module",
    "spawning": "while True: spawn(int)",
    "logging": "while True: logging.getLogger().debug('x')",
    "json": "while True: json.loads(json.dumps(list(range(1000))))",
    "asyncio": "import asyncio; asyncio.run(asyncio.sleep(1000))",
}


@pytest.mark.parametrize("moment", CTRL_C)
def test_ctrl_c_ends_the_program_whatever_it_does(moment: str, tmp_path: Path) -> None:
    """KeyboardInterrupt comes out of run, `finally` runs, and the program ends as Python's do."""
    tmp_path.joinpath("endless_module.py").write_text("while True: pass\n")
    text = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import json, logging, os, threading, time
from pyex import *

def loop():
    while True:
        pass

def echo():
    while True:
        send(receive(), "pong")

def main():
    os.write(2, b"begun\\n")
    {CTRL_C[moment]}

try:
    run(main)
except KeyboardInterrupt:
    os.write(2, b"interrupted\\n")
    raise
"""
    with started(text, stdin=subprocess.PIPE) as running:
        assert running.stderr is not None and running.stdout is not None
        assert running.stderr.readline() == "begun\n"
        threading.Timer(0.05, running.send_signal, [signal.SIGINT]).start()
        drain = threading.Thread(target=running.stdout.read)
        drain.start()
        errors = running.stderr.read()
        assert "interrupted\n" in errors
        assert "Traceback" in errors and errors.endswith("KeyboardInterrupt\n")
        assert running.wait(2 * PATIENCE) == -signal.SIGINT
        drain.join()


def test_ctrl_c_reaches_a_program_in_which_another_process_hangs_in_an_import(tmp_path: Path) -> None:
    """Ctrl+C, pressed until it helps, ends a program in which a process loops at the top of a module."""
    tmp_path.joinpath("endless_module.py").write_text("import os\nos.write(2, b'begun\\n')\nwhile True: pass\n")
    text = f"""
        import sys
        sys.path.insert(0, {str(tmp_path)!r})
        import importlib
        from pyex import *

        run(lambda: (spawn(importlib.import_module, "endless_module"), receive()))
        """
    running = started(text)
    try:
        assert running.stderr is not None
        assert running.stderr.readline() == "begun\n"
        # Pressed until it is clear that the import is what holds up the others.
        while running.poll() is None:
            running.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.5)
        assert running.returncode == -signal.SIGINT
    finally:
        running.kill()
        running.communicate()


def test_a_program_may_catch_ctrl_c_and_go_on() -> None:
    """KeyboardInterrupt is raised in the main process, once for each Ctrl+C, and can be caught there."""
    text = """
        import os
        from pyex import *

        def main():
            for number in range(20):
                try:
                    os.write(2, b"ready\\n")
                    if number % 2:
                        receive()
                    while True:
                        pass
                except KeyboardInterrupt:
                    continue
            return "over"

        print(run(main))
        """
    with started(text) as running:
        assert running.stderr is not None and running.stdout is not None
        for _ in range(20):
            assert running.stderr.readline() == "ready\n"
            # Python overlooks a signal that comes just before it waits for a lock, until the next one.
            threading.Event().wait(0.01)
            running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "over\n"
        assert running.wait(PATIENCE) == 0


def test_ctrl_c_while_processes_are_killed_at_the_end_is_no_crash() -> None:
    """Impatient Ctrl+C while a program winds up does not tear the engine."""
    text = """
        import os
        from pyex import *

        def stubborn():
            while True:
                try:
                    while True:
                        os.getpid()
                except BaseException:
                    continue

        def main():
            spawn(stubborn)
            Process.sleep(10)
            os.write(2, b"winding up\\n")

        run(main)
        print("over")
        """
    with started(text) as running:
        assert running.stderr is not None and running.stdout is not None
        assert running.stderr.readline() == "winding up\n"
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() in ("over\n", "")
        assert running.wait(PATIENCE) in (0, -signal.SIGINT)


# -- neighbours: threads, signals, collectors, tracers, event loops


def test_threads_send_while_processes_run() -> None:
    """A hundred thousand messages from four threads all arrive, those of each thread in order."""

    @in_process
    def main() -> None:
        me = self()
        spawn(lambda: [0 for _ in iter(int, 1)])

        def work(name: int) -> None:
            for number in range(25_000):
                send(me, (name, number))

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        following = [0] * 4
        for _ in range(100_000):
            name, number = receive(after=PATIENCE_MS)
            assert following[name] == number
            following[name] += 1
        for thread in threads:
            thread.join()

    main()
    assert not leftovers()


def test_signals_of_the_programs_own_reach_processes() -> None:
    """Thousands of signals whose handlers send messages disturb nobody, and each handler's message arrives."""

    @in_process
    def main() -> None:
        me = self()
        count = [0]

        def handler(number: int, frame: object) -> None:
            count[0] += 1
            send(me, ("signal", count[0]))

        before = signal.signal(signal.SIGUSR1, handler)
        stop = threading.Event()

        def storm() -> None:
            while not stop.is_set():
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGURG)

        thread = threading.Thread(target=storm)
        thread.start()
        partner = spawn(lambda: [send(me, ("pong", receive())) for _ in iter(int, 1)])
        for number in range(300):
            send(partner, number)
            assert receive(("pong", int), after=PATIENCE_MS)[1] == number
        stop.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
        assert [receive(("signal", int), after=PATIENCE_MS)[1] for _ in range(count[0])] == [*range(1, count[0] + 1)]

    main()
    assert not leftovers()


@in_process
def test_collections_with_finalisers_that_send() -> None:
    """Objects in cycles that send when they are collected do so, wherever the collector strikes."""
    import gc

    me = self()

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            send(me, "collected")

    def work() -> None:
        for _ in range(100):
            Cycle()
            if receive(after=0, default=None) is None:
                gc.collect(0)
        send(me, "done")

    threshold = gc.get_threshold()
    gc.set_threshold(5, 2, 2)
    try:
        for _ in range(10):
            spawn(work)
        for _ in range(10):
            receive("done", after=PATIENCE_MS)
        gc.collect()
    finally:
        gc.set_threshold(*threshold)
    assert [receive("collected", after=PATIENCE_MS) for _ in range(1000)] == ["collected"] * 1000


@in_process
def test_context_variables_belong_to_a_process() -> None:
    """What one process sets in a context variable no other sees, its children and its successors included."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
    globals()["_variable"] = variable
    me = self()

    def work(name: str) -> None:
        before = _variable.get()  # type: ignore[name-defined]  # noqa: F821
        _variable.set(name)  # type: ignore[name-defined]  # noqa: F821
        Process.sleep(1)
        send(me, (before, _variable.get()))  # type: ignore[name-defined]  # noqa: F821

    variable.set("main")
    for name in "abc":
        spawn(work, name)
    assert sorted(receive(after=PATIENCE_MS) for _ in range(3)) == [("unset", "a"), ("unset", "b"), ("unset", "c")]
    spawn(work, "d")
    assert receive(after=PATIENCE_MS) == ("unset", "d")
    assert variable.get() == "main"


@in_process
def test_an_event_loop_runs_in_a_process() -> None:
    """asyncio.run works in a process, which is not preempted meanwhile; waiting inside it is refused."""
    me = self()

    async def wait() -> str:
        with pytest.raises(RuntimeError, match=r"blocking\(asyncio.run"):
            receive()
        with pytest.raises(RuntimeError, match=r"blocking\(asyncio.run"):
            Process.sleep(1)
        for _ in range(1_000_000):
            pass
        await asyncio.sleep(0.001)
        send(me, "from the loop")
        return "result"

    spawn(lambda: [0 for _ in iter(int, 1)])
    spawn(lambda: send(me, ("ran", asyncio.run(wait()))))
    assert receive(after=PATIENCE_MS) == "from the loop"
    assert receive(after=PATIENCE_MS) == ("ran", "result")
    assert pyex.blocking(asyncio.run, asyncio.sleep(0, "elsewhere")) == "elsewhere"


MIXED = """
import json, time
from pyex import *

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def worker(boss, n):
    send(boss, (n, fib(12), json.loads(json.dumps([n]))))

def main():
    me = self()
    loops = [spawn(lambda: [0 for _ in iter(int, 1)]) for _ in range(3)]
    for n in range(30):
        spawn(worker, me, n)
    got = sorted(receive()[0] for _ in range(30))
    assert got == list(range(30))
    for pid in loops:
        Process.exit(pid, "kill")
    blocking(time.sleep, 0.001)
    print("well")

run(main)
"""


def test_programs_run_in_developer_mode() -> None:
    """python -X dev has nothing to complain about."""
    ended = program(MIXED, "-X", "dev", "-W", "error")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "well\n", "")


def test_programs_run_under_a_tracer() -> None:
    """Under sys.settrace the same program works, and the tracer sees the calls of the main process."""
    traced = "import sys\nseen = set()\n"
    traced += "def see(frame, event, arg):\n    seen.add(frame.f_code.co_name)\n    return see\n"
    traced += "sys.settrace(see)\n" + MIXED + "\nsys.settrace(None)\nassert 'main' in seen\n"
    ended = program(traced)
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr


def test_programs_run_under_coverage(tmp_path: Path) -> None:
    """coverage with --concurrency=greenlet,thread sees the lines of processes."""
    pytest.importorskip("coverage")
    script = tmp_path / "mixed.py"
    script.write_text(MIXED)
    coverage = [sys.executable, "-m", "coverage"]
    run = [*coverage, "run", "--concurrency=greenlet,thread", f"--include={script}", "--rcfile=/dev/null", str(script)]
    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr
    report = [*coverage, "json", "-q", "--rcfile=/dev/null", "-o", "report.json"]
    subprocess.run(report, cwd=tmp_path, check=True, timeout=PATIENCE)
    (file,) = json.loads((tmp_path / "report.json").read_text())["files"].values()
    assert file["missing_lines"] == []


def test_a_runtime_that_cannot_start_its_watcher_leaves_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is told as it is, signals mean what they meant, and the next run works."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "pyex watcher":
            raise RuntimeError("can't start new thread")
        start(thread)

    before = signal.getsignal(signal.SIGURG), sys.getswitchinterval()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        pyex.run(lambda: None)
    monkeypatch.undo()
    assert (signal.getsignal(signal.SIGURG), sys.getswitchinterval()) == before
    assert pyex.run(lambda: 5) == 5 and leftovers() == {}


def test_a_become_that_is_not_returned_is_an_error_of_the_main_process_too() -> None:
    """`run` raises it, and it names the function."""

    def main() -> None:
        pyex.become(main)

    with pytest.raises(RuntimeError, match=r"(?s)write `return become\(\.\.\.\)`.*main"):
        pyex.run(main)
