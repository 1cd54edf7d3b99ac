"""gevent: greenlets with a queue each; the actor is by hand, for gevent has none."""

from __future__ import annotations

import gc
from time import monotonic
from typing import Any

import gevent
from gevent.queue import SimpleQueue
from measuring import GREEDY_SECONDS, Figures, Stopwatch, compute_until, main, resident_bytes, silence, summary


def start(function: Any, *args: Any) -> tuple[SimpleQueue, gevent.Greenlet]:
    """Start an actor: a greenlet that calls `function(mailbox, *args)`."""
    mailbox = SimpleQueue()
    return mailbox, gevent.spawn(function, mailbox, *args)


def echo(mailbox: SimpleQueue) -> None:
    while True:
        mailbox.get().put("pong")


def counter(mailbox: SimpleQueue) -> None:
    """Counts what it is told, and says how much when asked."""
    count = 0
    while True:
        match mailbox.get():
            case ("call", client, _request):
                client.put(count)
            case ("cast", _request):
                count += 1


def ask(server: SimpleQueue, request: Any) -> Any:
    reply = SimpleQueue()
    server.put(("call", reply, request))
    return reply.get(timeout=5)


def round_trip(count: int) -> float:
    server, _ = start(echo)
    me = SimpleQueue()
    watch = Stopwatch()
    for _ in range(count):
        server.put(me)
        me.get()
    return watch.microseconds_each(count)


def call(count: int) -> float:
    server, _ = start(counter)
    watch = Stopwatch()
    for _ in range(count):
        ask(server, "get")
    return watch.microseconds_each(count)


def cast(count: int) -> float:
    server, _ = start(counter)
    watch = Stopwatch()
    for _ in range(count):
        server.put(("cast", "add"))
    assert ask(server, "get") == count
    return watch.per_second(count)


def nothing(_mailbox: SimpleQueue) -> None:
    pass


def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        start(nothing)[1].join()
    return watch.microseconds_each(count)


def pass_on(mailbox: SimpleQueue, neighbour: SimpleQueue) -> None:
    while True:
        neighbour.put(mailbox.get())


def ring(hops: int) -> float:
    nodes = 1000
    me = neighbour = SimpleQueue()
    for _ in range(nodes - 1):
        neighbour, _ = start(pass_on, neighbour)
    watch = Stopwatch()
    for _ in range(hops // nodes):
        neighbour.put("token")
        me.get()
    return watch.microseconds_each(hops // nodes * nodes)


def restart(count: int) -> float:
    boss = SimpleQueue()

    def worker(mailbox: SimpleQueue) -> None:
        boss.put(gevent.getcurrent())
        mailbox.get()

    def restarted(_dead: Any) -> None:
        start(worker)[1].link(restarted)

    restarted(None)
    watch = Stopwatch()
    for _ in range(count):
        boss.get().kill(block=False)
    boss.get()
    return watch.microseconds_each(count)


def preemption(_size: int) -> Figures:
    server, _ = start(counter)
    deadline = monotonic() + GREEDY_SECONDS
    gevent.spawn(compute_until, deadline)
    waits = []
    while (begin := monotonic()) < deadline:
        ask(server, "get")
        waits.append(monotonic() - begin)
    return summary(waits)


def parked(count: int) -> float:
    actors = [start(echo)]
    gevent.sleep(0.1)
    gc.collect()
    before = resident_bytes()
    actors += [start(echo) for _ in range(count)]
    gevent.sleep(0.1)
    gc.collect()
    return (resident_bytes() - before) / count


if __name__ == "__main__":
    silence()
    main(round_trip, call, cast, spawn_exit, ring, restart, preemption, parked)
