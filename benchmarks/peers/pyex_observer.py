"""pyex's Observer: what it costs the program that it looks at, and how soon its views are read."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from itertools import pairwise
from time import process_time
from typing import Any

from measuring import Figures, Measurement, Stopwatch, main

import pyex
from pyex import Pid, Process, Supervisor, blocking, observer, receive, self, send, spawn
from pyex.observer.view import read

IDLE = 1_000
# A window is so long that each view is read several times in it.
WINDOW_SECONDS = 2.0
TIMES = 5
# What three pages show: each is watched by every third viewer.
PAGES = ("applications?limit=100", "processes?order=desc&offset=0&limit=100", "load?last=5")
# In a process of its own: told how many they are to be, it opens so many streams, and says so when all have begun.
VIEWERS = """
import selectors, socket, sys
from urllib.parse import parse_qs, quote, urlsplit
pages, streams = sys.argv[1:], selectors.DefaultSelector()
streams.register(sys.stdin, selectors.EVENT_READ)
begun = wanted = 0
while True:
    for key, _ in streams.select():
        if key.fileobj is not sys.stdin:
            try:
                data = key.fileobj.recv(1 << 20)
            except OSError:
                data = b""
            if not data:
                streams.unregister(key.fileobj)
                key.fileobj.close()
            elif key.data is not None and b"event: view" in data:
                streams.modify(key.fileobj, selectors.EVENT_READ, None)
                begun += 1
                if begun == wanted:
                    print("all", flush=True)
            continue
        line = sys.stdin.readline().split()
        if not line:
            sys.exit()
        for other in [k.fileobj for k in streams.get_map().values() if k.fileobj is not sys.stdin]:
            streams.unregister(other)
            other.close()
        begun, wanted = 0, int(line[1])
        if wanted == 0:
            print("all", flush=True)
        parts = urlsplit(line[0])
        for number in range(wanted):
            stream = socket.create_connection((parts.hostname, parts.port))
            query = f"view=system&view={quote(pages[number % len(pages)])}&interval=1000"
            token = parse_qs(parts.query)["token"][0]
            head = f"GET /api/stream?{query} HTTP/1.1\\r\\nHost: {parts.netloc}\\r\\n"
            stream.sendall(f"{head}Authorization: Bearer {token}\\r\\n\\r\\n".encode())
            streams.register(stream, selectors.EVENT_READ, "waiting")
"""


def in_process(measurement: Measurement) -> Measurement:
    def run_it(size: int) -> Figures:
        result: Figures = pyex.run(measurement, size)
        return result

    run_it.__name__ = measurement.__name__
    return run_it


def echo() -> None:
    while True:
        match receive():
            case ("ping", client):
                send(client, "pong")


def exchanges_per_second(server: Pid) -> float:
    """How much the program gets done."""
    ping, count = ("ping", self()), 0
    watch = Stopwatch()
    while watch.seconds() < WINDOW_SECONDS:
        for _ in range(1000):
            send(server, ping)
            receive()
        count += 1000
    return watch.per_second(count)


def processor_share() -> float:
    """How many per cent of a processor the program takes, with all its threads, while nothing else happens in it."""
    begun, watch = process_time(), Stopwatch()
    receive(after=round(WINDOW_SECONDS * 1000), default=None)
    return 100 * (process_time() - begun) / watch.seconds()


def populate(count: int) -> None:
    """Processes that wait, most of them by themselves, some under supervisors."""
    for _ in range(10):
        children = [Supervisor.child_spec((Waiting, None), id=number) for number in range(10)]
        Supervisor.start_link(children, strategy="one_for_one")
    for _ in range(count - 110):
        spawn(Process.hibernate, receive)


class Waiting(pyex.GenServer):
    @staticmethod
    def start_link(arg: Any) -> Any:
        return pyex.GenServer.start_link(Waiting, arg)


@contextmanager
def viewers() -> Any:
    """`watch(number)` has so many look at the Observer, and waits until all of them do."""
    command = [sys.executable, "-I", "-c", VIEWERS, *PAGES]
    others = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert others.stdin is not None and others.stdout is not None

    def watch(number: int) -> None:
        others.stdin.write(f"{observer.start(browser=False)} {number}\n")  # type: ignore[union-attr]
        others.stdin.flush()  # type: ignore[union-attr]
        blocking(others.stdout.readline)  # type: ignore[union-attr]

    try:
        yield watch
    finally:
        others.kill()
        others.wait()


@in_process
def observer_cost(rounds: int) -> Figures:
    populate(IDLE)
    server = spawn(echo)
    exchanges_per_second(server)
    watched, without = [], [exchanges_per_second(server)]
    shares: dict[str, list[float]] = {"0": [], "1": [], "10": [], "stopped": []}
    with viewers() as watch:
        for _ in range(rounds):
            for number in (0, 1, 10):
                watch(number)
                shares[str(number)].append(processor_share())
            watched.append(exchanges_per_second(server))
            observer.stop()
            without.append(exchanges_per_second(server))
            shares["stopped"].append(processor_share())
    # Beside the windows before and after: the machine is not as quick in each minute.
    beside = [(one + other) / 2 for one, other in pairwise(without)]
    figures = {f"observer_share_{name}": statistics.median(found) for name, found in shares.items()}
    return {**figures, "observer_busy": slower(watched, beside)}


def slower(speeds: list[float], without: list[float]) -> float:
    """By how many per cent, at the median."""
    return 100 * statistics.median(1 - with_it / alone for with_it, alone in zip(speeds, without, strict=True))


@in_process
def observer_views(count: int) -> Figures:
    populate(count)
    last = spawn(receive)
    views = {
        "system": "system",
        "applications": "applications?limit=100",
        "processes": "processes?offset=0&limit=100",
        "search": "processes?search=nothing&limit=100",
        "process": f"process/{repr(last)[5:-1]}",
    }
    suffix = "many" if count > 10_000 else "some"
    return {f"view_{name}_{suffix}": milliseconds(lambda view=view: read(view)) for name, view in views.items()}  # type: ignore[misc]


def milliseconds(read_it: Callable[[], object]) -> float:
    """The median of some times."""
    times = []
    for _ in range(TIMES):
        watch = Stopwatch()
        read_it()
        times.append(watch.milliseconds())
    return statistics.median(times)


def observer_views_many(count: int) -> Figures:
    return observer_views(count)  # another name, as each piece of work has


main(observer_cost, observer_views, observer_views_many)
