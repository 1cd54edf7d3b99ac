"""Processes whose libraries run greenlets of their own."""

from __future__ import annotations

import time
from typing import Any

import greenlet
import pytest
from in_process import in_process, until, waiting
from program import PATIENCE_MS

from pyex import Pid, Process, receive, self, send, spawn, spawn_monitor
from pyex.scheduler import scheduler


def others_are_ready() -> None:
    """Processes that could run now, and carriers that are free for them."""
    for _ in range(4):
        spawn(lambda: None)


def free_carriers() -> None:
    for _ in range(5):
        spawn(Process.sleep, 1)
    until(lambda: len(scheduler.carriers) >= 5)


@in_process
def test_a_greenlet_may_wait_for_a_message() -> None:
    """A `receive` in a greenlet goes on there when the message comes, and the greenlet's caller after that."""
    free_carriers()

    def worker(client: Pid) -> None:
        log: list[Any] = []
        inner = greenlet.greenlet(lambda: log.append(receive(("a", ...))) or "inner is over")
        others_are_ready()
        log.append(inner.switch())
        send(client, (log, inner.dead))

    pid = waiting(spawn(worker, self()))
    send(pid, ("a", 1))
    assert receive(after=PATIENCE_MS) == ([("a", 1), "inner is over"], True)


@in_process
def test_a_paused_greenlet_stays_paused() -> None:
    """A greenlet that has waited once and gave way to its caller is not woken by what that one waits for."""
    free_carriers()

    def worker(client: Pid) -> None:
        log: list[Any] = []
        outer = greenlet.getcurrent()

        def pause() -> None:
            Process.sleep(5)
            outer.switch("paused")
            log.append("resumed by nobody")

        inner = greenlet.greenlet(pause)
        log.append(inner.switch())
        send(client, "paused")
        others_are_ready()
        log.append(receive())
        send(client, log)

    pid = spawn(worker, self())
    receive("paused", after=PATIENCE_MS)
    send(waiting(pid), "hello")
    assert receive(after=PATIENCE_MS) == ["paused", "hello"]


def test_a_process_that_waits_in_a_greenlet_can_be_killed(capfd: pytest.CaptureFixture[str]) -> None:
    """The greenlet is unwound first, then the process."""

    def wait() -> None:
        try:
            receive("never")
        finally:
            print("greenlet")

    def worker() -> None:
        others_are_ready()
        try:
            greenlet.greenlet(wait).switch()
        finally:
            print("process")

    @in_process
    def main() -> None:
        free_carriers()
        pid, reference = spawn_monitor(worker)
        Process.exit(waiting(pid), "kill")
        assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"

    main()
    assert capfd.readouterr().out.split() == ["greenlet", "process"]


@in_process
def test_a_process_is_preempted_in_a_greenlet() -> None:
    """A loop in a greenlet of a process stops nobody."""

    def loop() -> None:
        while True:
            time.time()

    pid, reference = spawn_monitor(lambda: greenlet.greenlet(loop).switch())
    until(lambda: Process.info(pid, "reductions")[1] >= 2)
    Process.exit(pid, "kill")
    assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"
