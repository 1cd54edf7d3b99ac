"""Stress: hundreds of processes at work of all kinds, killed at random; afterwards nothing is left, and all counts
agree.

It takes some seconds; PYEX_SOAK_SECONDS makes it longer.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from program import PATIENCE, PATIENCE_MS, leftovers, program

import pyex
from pyex import (
    ArgumentError,
    Pid,
    Process,
    become,
    blocking,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    spawn_monitor,
    submit,
    trace,
)
from pyex.control_block import ControlBlock, process_table
from pyex.exit_signal import unwinding
from pyex.scheduler import Carrier, scheduler
from pyex.time_slice import abandoned

SOAK_SECONDS = float(os.environ.get("PYEX_SOAK_SECONDS", "2"))
CROWD = 300
log = logging.getLogger("stress")


def write_files(folder: Path) -> None:
    path = folder / f"{Process.self().number}.json"
    while True:
        with path.open("w") as file:
            json.dump({"numbers": list(range(200))}, file)
        with path.open() as file:
            assert json.load(file)["numbers"][-1] == 199


def generate(folder: Path) -> None:
    def numbers(depth: int) -> Any:
        try:
            yield depth
            if depth:
                yield from numbers(depth - 1)
        finally:
            list(range(5))

    while True:
        for _ in range(20):
            assert sum(numbers(30)) == 465


def recurse(folder: Path) -> None:
    def deep(level: int) -> int:
        return 0 if level == 0 else 1 + deep(level - 1)

    while True:
        assert deep(random.randrange(10, 400)) >= 10


def overflow(folder: Path) -> None:
    def deep() -> None:
        send(Process.self(), "deep")
        deep()

    while True:
        try:
            deep()
        except RecursionError:
            Process.sleep(1)


def write_log(folder: Path) -> None:
    number = 0
    while True:
        log.info("record %s %s", number, "x" * 50)
        number += 1
        Process.sleep(1)


def fail(folder: Path) -> None:
    while True:
        try:
            try:
                raise KeyError("one")
            except KeyError as error:
                raise ValueError("two") from error
        except ValueError:
            pass


def crash(folder: Path) -> None:
    Process.sleep(random.randrange(5))
    raise LookupError("crashed")


def talk(folder: Path) -> None:
    partner = spawn_link(answer)
    while True:
        send(partner, (self(), ["a", {"list": [1, 2]}]))
        receive(("answer", ...), after=PATIENCE_MS)


def answer() -> None:
    while True:
        who, what = receive()
        send(who, ("answer", what))


def watch(folder: Path) -> None:
    while True:
        pid, reference = spawn_monitor(Process.sleep, random.randrange(3))
        if random.random() < 0.5:
            Process.exit(pid, "kill")
        if random.random() < 0.3:
            Process.demonitor(reference, ["flush"])
        else:
            receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)


def time_out(folder: Path) -> None:
    while True:
        reference = Process.send_after(self(), "tick", random.randrange(20))
        receive("tick", after=random.randrange(10), default=None)
        Process.cancel_timer(reference)


def block(folder: Path) -> None:
    while True:
        blocking(time.sleep, 0.002)


def stall(folder: Path) -> None:
    while True:
        time.sleep(0.001)
        Process.sleep(50)


def cleanup(folder: Path) -> None:
    try:
        with (folder / f"{Process.self().number}.lock").open("w"):
            receive("never")
    finally:
        (folder / f"{Process.self().number}.lock").unlink()


def print_much(folder: Path) -> None:
    while True:
        print(end="")
        Process.sleep(1)


def hibernate(folder: Path) -> None:
    server = spawn_link(Process.hibernate, serve, 0)
    while True:
        for _ in range(20):
            send(server, (self(), "count"))
            receive(("counted", ...), after=PATIENCE_MS)
        Process.sleep(1)


def serve(count: int) -> Any:
    who, _ = receive()
    send(who, ("counted", count))
    return Process.hibernate(serve, count + 1) if count % 2 else become(serve, count + 1)


def await_coroutine(folder: Path) -> None:
    while True:
        blocking(asyncio.sleep, 0.002)


def be_asked_from_outside(folder: Path) -> None:
    while True:
        assert blocking(lambda: submit(divmod, 7, 2).result(timeout=PATIENCE)) == (3, 1)


def trace_another(folder: Path) -> None:
    while True:
        pid = spawn(Process.sleep, 2)
        try:
            trace(pid, True, "all")
        except ArgumentError:
            continue  # it has been killed meanwhile
        send(pid, ["hello"])
        receive(("trace", ..., "exit", ...), after=PATIENCE_MS)
        while receive(("trace", ..., ..., ...), after=0, default=None):
            pass


WORKS: list[Callable[[Path], None]] = [
    write_files, generate, recurse, overflow, write_log, fail, crash, talk, watch, time_out, block, stall, cleanup,
    print_much, hibernate, await_coroutine, be_asked_from_outside, trace_another,
]  # fmt: skip


def check_counts() -> None:
    """What must hold between any two slices; in a process that has just run."""
    assert scheduler.critical == 0
    assert scheduler.current is not None and scheduler.current.pid == self()
    for block_ in list(process_table.values()):
        assert not block_.dying
        assert block_.pid.block is block_
        for peer in list(block_.links or ()):
            assert peer.links is not None and block_ in peer.links
        for number, (_, watcher, watched, *_) in list((block_.monitors or {}).items()):
            assert watcher is block_ and watched.monitored_by is not None and number in watched.monitored_by
        for number, (_, watcher, watched, *_) in list((block_.monitored_by or {}).items()):
            assert watched is block_ and watcher.monitors is not None and number in watcher.monitors


def atomically(check: Callable[[], None]) -> None:
    """Nobody else runs meanwhile: the check looks at tables that must agree."""
    Process.flag("priority", "max")
    deadline = time.monotonic() + 5
    while True:
        before = scheduler.switches
        try:
            check()
        except AssertionError:
            if scheduler.switches == before or time.monotonic() > deadline:
                raise
            continue
        return


def blocks() -> set[ControlBlock | Carrier]:
    """All control blocks, and all greenlets of processes, in memory."""
    gc.collect()
    return {each for each in gc.get_objects() if type(each) in (ControlBlock, Carrier)}


@pytest.mark.soak
def test_a_crowd_at_work_leaves_nothing_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Hundreds of processes do all there is to do and are killed at random; every link, monitor and timer agrees
    while they run, and nothing is left of them afterwards.
    """
    given_up = len(abandoned)
    earlier = blocks()

    def main() -> None:
        Process.flag("priority", "high")
        crowd: list[tuple[Pid, Any]] = []
        until = time.monotonic() + SOAK_SECONDS
        while time.monotonic() < until:
            while len(crowd) < CROWD:
                crowd.append(spawn_monitor(random.choice(WORKS), tmp_path))
            Process.sleep(2)
            random.shuffle(crowd)
            for pid, _ in crowd[: random.randrange(20)]:
                Process.exit(pid, random.choice(["kill", "shutdown", ("some", ["reason"])]))
            while (down := receive(("DOWN", ..., ..., ..., ...), after=0, default=None)) is not None:
                crowd.remove((down[3], down[1]))
            if random.random() < 0.1:
                atomically(check_counts)
        for pid, _ in crowd:
            Process.exit(pid, "kill")
        for _, reference in crowd:
            receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)
        while unwinding:
            Process.sleep(1)

    with caplog.at_level("INFO", logger="stress"):
        pyex.run(main)
    assert not leftovers()
    assert len(abandoned) == given_up
    assert not list(tmp_path.glob("*.lock"))
    caplog.clear()
    assert blocks() <= earlier


def test_recursion_to_the_limit_leaves_the_engine_whole() -> None:
    """Sends, receives, links, monitors, spawns, timers, calls and prints at every depth near the recursion limit, two
    hundred times over, break nothing.
    """
    ended = program(
        """
        import sys
        from pyex import *
        from pyex.scheduler import scheduler
        from pyex.control_block import process_table
        from pyex.exit_signal import unwinding

        class Echo(GenServer):
            @staticmethod
            def init(_):
                return ("ok", None)

            @staticmethod
            def handle_call(request, from_, state):
                return ("reply", request, state)

        def calls(me, idle, server):
            return [
                lambda: send(me, "x"),
                lambda: receive("x", after=0, default=None),
                lambda: receive("never", after=1, default=None),
                lambda: Process.link(idle),
                lambda: Process.unlink(idle),
                lambda: Process.demonitor(Process.monitor(idle)),
                lambda: spawn(int),
                lambda: Process.cancel_timer(Process.send_after(me, "late", 1000)),
                lambda: print(end=""),
                lambda: Process.sleep(0),
                lambda: Process.sleep(1),
                lambda: blocking(int),
                lambda: Process.exit(idle, "normal"),
                lambda: GenServer.call(server, [1]),
                lambda: GenServer.call(server, "x", "infinity"),
            ]

        def deep(levels, call):
            if levels:
                return deep(levels - 1, call)
            return call()

        def main():
            idle = spawn(Process.sleep, "infinity")
            server = ok(GenServer.start(Echo, None))
            before = len(Process.list())
            failed = done = 0
            limit = sys.getrecursionlimit()
            for number in range(200):
                for call in calls(self(), idle, server):
                    try:
                        deep(limit - 60 + number % 60, call)
                        done += 1
                    except RecursionError:
                        failed += 1
                    assert scheduler.critical == 0, (number, call)
            Process.unlink(idle)
            while len(Process.list()) > before:
                Process.sleep(1)
            while receive(after=1, default=None) is not None:
                pass
            assert done > 200 and failed > 200, (done, failed)
            assert not unwinding
            me = scheduler.current
            assert not me.links and not me.monitors, (me.links, me.monitors)
            assert not idle.block.links and not idle.block.monitored_by and not server.block.monitored_by
            assert GenServer.call(server, "y") == "y"
            assert scheduler.critical == 0
            # All the same afterwards.
            pid, ref = spawn_monitor(lambda: [0 for _ in iter(int, 1)])
            Process.sleep(10)
            Process.exit(pid, "kill")
            assert receive(("DOWN", ref, ..., ..., ...), after=30000)[4] == "killed"
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]


def test_a_slice_that_ends_near_the_recursion_limit_leaves_the_engine_whole() -> None:
    """Who is preempted with the last frames of its stack goes on, or gets a RecursionError; the others go on."""
    ended = program(
        """
        import signal
        from pyex import *
        from pyex.scheduler import scheduler

        def deep(levels, call, *args):
            return deep(levels - 1, call, *args) if levels else call(*args)

        def main():
            levels = failed = 0
            try:
                while True:
                    deep(levels, int)
                    levels += 1
            except RecursionError:
                pass
            before = runtime_info("preemptions")
            for depth in range(levels - 30, levels):
                Process.sleep(2)
                try:
                    deep(depth, signal.raise_signal, signal.SIGURG)
                except RecursionError:
                    failed += 1
                assert scheduler.critical == 0, depth - levels
                assert scheduler.current is self().block, depth - levels
            assert runtime_info("preemptions") > before
            pid, ref = spawn_monitor(int)
            assert receive(("DOWN", ref, ..., ..., ...), after=30000)[4] == "normal"
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]


def test_two_hundred_processes_that_overflow_their_stacks_are_just_crashes() -> None:
    """Processes that recurse to the limit through the engine's calls crash one by one, and their report points to
    `become`.
    """
    ended = program(
        """
        from pyex import *
        from pyex.scheduler import scheduler

        def server(state):
            send(self(), state)
            receive(int)
            if state % 100 == 0:
                Process.sleep(0)
            server(state + 1)

        def main():
            references = [spawn_monitor(server, number)[1] for number in range(200)]
            for reference in references:
                reason = receive(("DOWN", reference, ..., ..., ...), after=60000)[4]
                assert isinstance(reason[0], RecursionError), reason
            assert scheduler.critical == 0
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]
    assert ended.stderr.count("return become(") == 200


def test_the_engine_forgets_fifty_thousand_processes() -> None:
    """Processes that have come and gone take no memory."""
    ended = program(
        """
        import gc, resource
        from pyex import *
        from pyex.control_block import ControlBlock

        def main():
            def batch():
                references = [spawn_monitor(int)[1] for _ in range(10_000)]
                for _ in references:
                    receive(("DOWN", ..., ..., ..., ...))

            batch()
            gc.collect()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(4):
                batch()
            gc.collect()
            blocks = sum(type(each) is ControlBlock for each in gc.get_objects())
            print(blocks < 10, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000)

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "True True\n"), ended.stderr
