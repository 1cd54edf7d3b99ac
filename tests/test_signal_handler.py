"""Signal handlers of the program's own, and what they may do to the engine: nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from in_process import in_process, until
from program import PATIENCE_MS, leftovers, program

import pyex
from pyex import receive, runtime_info, self, send, spawn


class Struck(Exception):
    """What the handlers here raise."""


def strike(number: int, frame: FrameType | None) -> None:
    raise Struck


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The handler that was there before comes back."""
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_handlers_that_raise_leave_the_engine_whole() -> None:
    """Two processes talk to each other while a handler raises two thousand times wherever it strikes; no message is
    lost, and all goes on afterwards.
    """
    ended = program(
        """
        import signal
        from pyex import *
        from pyex.scheduler import scheduler

        class Struck(Exception):
            pass

        hits = 0

        def strike(number, frame):
            global hits
            hits += 1
            if hits < 2000:
                raise Struck
            signal.setitimer(signal.ITIMER_REAL, 0)

        def talk(partner):
            while hits < 2000:
                send(partner, hits)
                receive(int, after=30000)

        def persist(work, *args):
            while True:
                try:
                    return work(*args)
                except Struck:
                    pass

        def echo(client):
            while True:
                send(client, receive())

        def calm_down():
            # The last strike may be still to be heard.
            while receive(after=50, default=None) is not None:
                pass

        def main():
            partner = spawn(echo, self())
            signal.signal(signal.SIGALRM, strike)
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0007)
            persist(persist, persist, persist, talk, partner)
            persist(calm_down)
            send(partner, "still there")
            print(receive("still there", after=30000), scheduler.critical)

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "still there 0\n"), ended.stderr[-3000:]


@in_process
def test_what_a_handler_raises_while_all_wait_is_raised_in_the_main_process() -> None:
    """While the main process waits for a message, an exception of a handler ends its wait."""
    signal.signal(signal.SIGUSR1, strike)
    spawn(os.kill, os.getpid(), signal.SIGUSR1)
    with pytest.raises(Struck):
        receive(after=PATIENCE_MS)


@in_process
def test_a_handler_may_send() -> None:
    """A message that a handler sends arrives, wherever it struck."""
    me = self()
    signal.signal(signal.SIGUSR1, lambda number, frame: send(me, ("signal", number)))
    os.kill(os.getpid(), signal.SIGUSR1)
    assert receive(after=PATIENCE_MS) == ("signal", signal.SIGUSR1)


def test_handlers_are_what_the_program_says_they_are() -> None:
    """signal.getsignal and signal.signal tell of the program's handlers, before, in and after a run."""

    def other(number: int, frame: FrameType | None) -> None:
        pass

    signal.signal(signal.SIGUSR1, strike)
    seen: list[Any] = []

    def main() -> None:
        seen.append(signal.getsignal(signal.SIGUSR1))
        seen.append(signal.signal(signal.SIGUSR1, other))
        seen.append(signal.getsignal(signal.SIGUSR1))

    pyex.run(main)
    assert seen == [strike, strike, other]
    assert signal.getsignal(signal.SIGUSR1) is other
    assert signal.signal.__module__ == "signal" and leftovers() == {}


def test_a_finaliser_that_raises_hurts_nobody() -> None:
    """Objects whose `__del__` raises, dropped by processes that end, in messages and as garbage, cost nothing but
    Python's own note.
    """
    ended = program(
        """
        import gc
        from pyex import *

        class Bad:
            def __init__(self):
                self.cycle = self
            def __del__(self):
                raise ValueError("from __del__")

        def work(bad):
            Process.put("bad", Bad())
            receive("never", after=0, default=None)

        def main():
            for _ in range(100):
                pid, ref = spawn_monitor(work, Bad())
                send(pid, Bad())
                receive(("DOWN", ref, ..., ..., ...), after=30000)
            gc.collect()
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]
    assert "from __del__" in ended.stderr


def test_out_of_memory_in_one_process_ends_that_process() -> None:
    """Processes that take all memory, by large and by small objects and by messages, end one after
    another by `MemoryError`, while another goes on.
    """
    ended = program(
        """
        import resource
        from pyex import *

        def one_big():
            return [0] * 10**12

        def many_lists():
            kept = []
            while True:
                kept.append([0] * 1000)

        def a_dict():
            kept = {}
            while True:
                kept[len(kept)] = str(len(kept))

        def messages():
            me = self()
            while True:
                send(me, [0] * 1000)

        def echo():
            while True:
                who, what = receive()
                send(who, what)

        def main():
            other = spawn(echo)
            resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))
            for work in (one_big, many_lists, a_dict, messages):
                pid, ref = spawn_monitor(work)
                reason = receive(("DOWN", ref, ..., ..., ...), after=60000)[4]
                assert isinstance(reason[0], MemoryError), reason
                send(other, (self(), work.__name__))
                print(receive(work.__name__, after=30000))

        run(main)
        """
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split() == ["one_big", "many_lists", "a_dict", "messages"]


@in_process
def test_a_blocked_process_hears_a_handler_too() -> None:
    """A handler that raises while the main process sleeps in C ends that sleep, as in plain Python."""
    signal.signal(signal.SIGUSR1, strike)
    pid = os.getpid()

    def shoot() -> None:
        until(lambda: runtime_info("blocked"))
        os.kill(pid, signal.SIGUSR1)

    spawn(shoot)
    began = time.monotonic()
    with pytest.raises(Struck):
        time.sleep(30)
    assert time.monotonic() - began < 20


def test_handlers_may_be_set_by_keyword() -> None:
    """signal.signal takes its arguments by the names that Python's has."""

    def main() -> None:
        signal.signal(signalnum=signal.SIGUSR1, handler=strike)
        assert signal.getsignal(signalnum=signal.SIGUSR1) is strike

    pyex.run(main)


@pytest.mark.parametrize(
    "call",
    [
        "send(partner, me)",
        "spawn(int)",
        "Process.monitor(partner)",
        "receive()",
        "send(partner, me); receive('pong')",
        "GenServer.call(server, 1)",
    ],
)
def test_handlers_at_the_recursion_limit_leave_the_engine_whole(call: str) -> None:
    """A process that makes the engine's calls with the last frame of its stack, while signals come all the time, loses
    no message, and all goes on.
    """
    ended = program(
        f"""
        import signal, sys, time
        from pyex import *
        from pyex.scheduler import scheduler

        sys.setrecursionlimit(300)
        signal.signal(signal.SIGALRM, lambda number, frame: None)

        def deep(levels, call, *args):
            return deep(levels - 1, call, *args) if levels else call(*args)

        class Echo(GenServer):
            def init(_):
                return ("ok", None)
            def handle_call(request, from_, state):
                return ("reply", request, state)

        def echo():
            while True:
                send(receive(), "pong")

        def attempt(partner, me, server):
            {call}

        def main():
            me, partner, server = self(), spawn(echo), ok(GenServer.start(Echo, None))
            levels = 0
            try:
                while True:
                    deep(levels, int)
                    levels += 1
            except RecursionError:
                pass
            signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
            end = time.monotonic() + 1
            number = 0
            while time.monotonic() < end:
                number += 1
                if {call == "receive()"}:
                    send(me, number)
                try:
                    deep(levels - number % 8, attempt, partner, me, server)
                except RecursionError:
                    pass
                assert scheduler.critical == 0
                if number % 50 == 0:
                    while receive(after=0, default=None) is not None:
                        pass
            signal.setitimer(signal.ITIMER_REAL, 0)
            while receive(after=20, default=None) is not None:
                pass
            assert Process.info(partner, "status") == ("status", "waiting")
            assert Process.info(partner, "message_queue_len") == ("message_queue_len", 0)
            assert not server.block.monitored_by
            assert GenServer.call(server, 2) == 2
            send(partner, me)
            print(receive("pong", after=30000))

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "pong\n"), ended.stderr[-3000:]
