"""The figures of the whole runtime."""

from __future__ import annotations

import pytest
from in_process import idle, in_process, waiting

from pyex import ArgumentError, Process, receive, runtime_info, self, send, spawn, spawn_monitor


@in_process
def test_processes_are_counted() -> None:
    """process_count is how many there are."""
    before = runtime_info("process_count")
    pids = [idle() for _ in range(10)]
    assert runtime_info("process_count") == before + 10 == len(Process.list())
    for pid in pids:
        Process.exit(pid, "kill")
    assert runtime_info("process_count") == before


@in_process
def test_the_run_queue_is_who_is_ready() -> None:
    """run_queue counts those that could run, and not those that wait."""
    waiting(idle())
    assert runtime_info("run_queue") == 0
    for _ in range(5):
        spawn(int)
    assert runtime_info("run_queue") == 5


@in_process
def test_switches_and_preemptions_are_counted() -> None:
    """Each switch counts, and those that were forced are preemptions."""

    def loop() -> None:
        while True:
            pass

    before = runtime_info()
    Process.sleep(0)
    spawn(loop)
    spawn(loop)
    while runtime_info("preemptions") < before["preemptions"] + 3:
        Process.sleep(5)
    assert runtime_info("context_switches") >= before["context_switches"] + 3


@in_process
def test_pending_timers_are_counted() -> None:
    """Timers count until they fire or are cancelled."""
    before = runtime_info("timers")
    reference = Process.send_after(spawn(Process.sleep, "infinity"), "late", 60_000)
    assert runtime_info("timers") == before + 1
    Process.cancel_timer(reference)
    assert runtime_info("timers") == before


@in_process
def test_time_and_memory() -> None:
    """uptime is in milliseconds and grows; memory is in bytes."""
    before = runtime_info("uptime")
    Process.sleep(20)
    assert 20 <= runtime_info("uptime") - before < 20_000
    assert 1_000_000 < runtime_info("memory") < 10_000_000_000


@in_process
def test_an_unknown_figure_is_refused() -> None:
    """The error names those that there are."""
    with pytest.raises(ArgumentError, match="invalid item: 'load'; known are abandoned, "):
        runtime_info("load")


@in_process
def test_messages_count_what_comes_into_mailboxes() -> None:
    """Each message counts once, whoever has sent it: a process, a timer, or the engine."""
    before = runtime_info("messages")
    send(self(), "one")
    Process.send_after(self(), "two", 1)
    spawn_monitor(lambda: None)
    for _ in range(3):
        receive()
    assert runtime_info("messages") == before + 3
