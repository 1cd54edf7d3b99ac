"""pyex."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic, perf_counter
from typing import Any

from measuring import (
    GREEDY_SECONDS,
    Figures,
    Measurement,
    Stopwatch,
    compute_until,
    main,
    peak_bytes,
    resident_bytes,
    summary,
)

import pyex
from pyex import GenServer, Pid, Process, Supervisor, ok, receive, self, send, spawn, spawn_link, spawn_monitor


def in_process(measurement: Measurement) -> Measurement:
    """Take a measurement in the main process of a runtime."""

    def run_it(size: int) -> float | Figures:
        result: float | Figures = pyex.run(measurement, size)
        return result

    run_it.__name__ = measurement.__name__
    return run_it


class Counter(GenServer):
    """A server that counts what it is told, and says how much when asked."""

    @staticmethod
    def handle_call(request: Any, from_: Any, state: int) -> Any:
        return ("reply", state, state)

    @staticmethod
    def handle_cast(request: Any, state: int) -> Any:
        return ("noreply", state + 1)


def echo() -> None:
    while True:
        match receive():
            case ("ping", client):
                send(client, "pong")


def exchange(server: Pid, count: int) -> float:
    ping = ("ping", self())
    watch = Stopwatch()
    for _ in range(count):
        send(server, ping)
        receive()
    return watch.microseconds_each(count)


@in_process
def round_trip(count: int) -> float:
    server = spawn(echo)
    exchange(server, count // 10)
    return exchange(server, count)


@in_process
def call(count: int) -> float:
    server = ok(GenServer.start(Counter, 0))
    for _ in range(count // 10):
        GenServer.call(server, "get")
    watch = Stopwatch()
    for _ in range(count):
        GenServer.call(server, "get")
    return watch.microseconds_each(count)


@in_process
def cast(count: int) -> float:
    server = ok(GenServer.start(Counter, 0))
    watch = Stopwatch()
    for _ in range(count):
        GenServer.cast(server, "add")
    assert GenServer.call(server, "get", "infinity") == count
    return watch.per_second(count)


def nothing() -> None:
    pass


@in_process
def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        spawn_monitor(nothing)
        receive()
    return watch.microseconds_each(count)


def pass_on(neighbour: Pid) -> None:
    while True:
        send(neighbour, receive())


@in_process
def ring(hops: int) -> float:
    nodes = 1000
    neighbour = self()
    for _ in range(nodes - 1):
        neighbour = spawn(pass_on, neighbour)
    watch = Stopwatch()
    for _ in range(hops // nodes):
        send(neighbour, "token")
        receive()
    return watch.microseconds_each(hops // nodes * nodes)


# A supervisor of one worker


def start_worker(boss: Pid) -> Any:
    def work() -> None:
        send(boss, ("up", self()))
        Process.sleep("infinity")

    return ("ok", spawn_link(work))


def next_worker() -> Pid:
    pid: Pid = receive(("up", ...))[1]
    return pid


def restart_hundred_times() -> None:
    # Supervisors remember each restart of the last seconds: a fresh one for each hundred, so that this does not count.
    worker = {"id": "worker", "start": (start_worker, [self()])}
    supervisor = ok(Supervisor.start_link([worker], strategy="one_for_one", max_restarts=100))
    pid = next_worker()
    for _ in range(100):
        Process.exit(pid, "kill")
        pid = next_worker()
    Supervisor.stop(supervisor)


@in_process
def restart(count: int) -> float:
    rounds = count // 100
    watch = Stopwatch()
    for _ in range(rounds):
        restart_hundred_times()
    return watch.microseconds_each(100 * rounds)


@in_process
def preemption(_size: int) -> Figures:
    server = ok(GenServer.start(Counter, 0))
    deadline = monotonic() + GREEDY_SECONDS
    spawn(compute_until, deadline)
    waits = []
    while (start := monotonic()) < deadline:
        GenServer.call(server, "get")
        waits.append(monotonic() - start)
    return summary(waits)


# Memory


def bytes_each(count: int, function: Callable[..., Any]) -> float:
    for _ in range(count // 10):  # what the first ones need once for all
        spawn(function)
    Process.sleep(100)
    gc.collect()
    before = resident_bytes()
    for _ in range(count):
        spawn(function)
    Process.sleep(100)
    gc.collect()
    return (resident_bytes() - before) / count


def park() -> None:
    receive()


def hibernate() -> Any:
    return Process.hibernate(answer)


def answer() -> Any:
    send(receive(), "here")
    return Process.hibernate(answer)


@in_process
def parked(count: int) -> float:
    return bytes_each(count, park)


@in_process
def hibernated(count: int) -> float:
    return bytes_each(count, hibernate)


@in_process
def million(count: int) -> Figures:
    pauses = watch_collector()
    watch = Stopwatch()
    pids = [spawn(hibernate) for _ in range(count)]
    chunk = 10_000
    for place in range(0, count, chunk):
        some = pids[place : place + chunk]
        for pid in some:
            send(pid, self())
        for _ in some:
            receive("here")
    return {
        "million_seconds": watch.seconds(),
        "million_peak": peak_bytes() / 1e9,
        "million_pause": max(pauses, default=0.0) * 1e3,
    }


def watch_collector() -> list[float]:
    """A list that is given the seconds of each garbage collection."""
    pauses: list[float] = []
    start = 0.0

    def on_collection(phase: str, _info: dict[str, int]) -> None:
        nonlocal start
        if phase == "start":
            start = perf_counter()
        else:
            pauses.append(perf_counter() - start)

    gc.callbacks.append(on_collection)
    return pauses


# Mailboxes, timers and stacks under load


def selective_exchange(server: Pid, count: int) -> float:
    watch = Stopwatch()
    for number in range(count):
        send(server, ("serial", self(), number))
        receive(("pong", number))
    return watch.microseconds_each(count)


def serial_echo() -> None:
    while True:
        _, client, number = receive()
        send(client, ("pong", number))


def refuse(boss: Pid) -> None:
    send(boss, receive("wanted"))


def refused(queued: int, count: int) -> float:
    """A round trip to an echo, and on the way a message to a receive that refuses it."""
    server = spawn(echo)
    choosy = spawn(refuse, self())
    for _ in range(queued):
        send(choosy, "noise")
    exchange(server, 100)
    ping = ("ping", self())
    watch = Stopwatch()
    for _ in range(count):
        send(choosy, "noise")
        send(server, ping)
        receive()
    each = watch.microseconds_each(count)
    send(choosy, "wanted")
    receive("wanted")
    return each


@in_process
def selective(queued: int) -> Figures:
    count = 1000
    server = spawn(serial_echo)
    none = selective_exchange(server, count)
    refused_figures = {"refused_none": refused(0, count), "refused_many": refused(queued, count)}
    for _ in range(queued):
        send(self(), "noise")
    return {"selective_none": none, "selective_many": selective_exchange(server, count), **refused_figures}


@in_process
def timers(count: int) -> Figures:
    server = spawn(echo)
    exchange(server, 10_000)
    none = exchange(server, 100_000)
    nobody = spawn(park)
    for _ in range(count):
        Process.send_after(nobody, "late", 3_600_000)
    return {"timers_none": none, "timers_many": exchange(server, 100_000)}


def sends(receiver: Pid, count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        send(receiver, "more")
    return watch.microseconds_each(count)


@in_process
def long_queue(count: int) -> Figures:
    busy = spawn(Process.sleep, "infinity")
    sample = count // 10
    empty = sends(busy, sample)
    sends(busy, count - sample)
    return {"queue_empty": empty, "queue_million": sends(busy, sample)}


def at_depth(levels: int, function: Callable[[], Any]) -> Any:
    return function() if levels <= 1 else at_depth(levels - 1, function)


@in_process
def depth(count: int) -> Figures:
    def exchange_at(levels: int) -> float:
        server = spawn(at_depth, levels, echo)
        each: float = at_depth(levels, lambda: exchange(server, count))
        return each

    return {"depth_1": exchange_at(1), "depth_200": exchange_at(200)}


if __name__ == "__main__":
    main(
        round_trip,
        call,
        cast,
        spawn_exit,
        ring,
        restart,
        preemption,
        parked,
        hibernated,
        million,
        selective,
        timers,
        long_queue,
        depth,
    )
