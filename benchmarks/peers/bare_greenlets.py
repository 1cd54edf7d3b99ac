"""The floor below pyex: greenlets and a run queue, with no names, no links, no time slices and no safety."""

from __future__ import annotations

import gc
from collections import deque
from typing import Any

from greenlet import getcurrent, greenlet
from measuring import Stopwatch, main, resident_bytes

ready: deque[Actor] = deque()


class Actor:
    """A greenlet and its mailbox."""

    def __init__(self, body: greenlet) -> None:
        self.body = body
        self.mailbox: deque[Any] = deque()
        self.waits = False


current = Actor(getcurrent())


def spawn(function: Any, *args: Any) -> Actor:
    actor = Actor(greenlet(run))
    # Begun here, for a greenlet's stack begins at the depth of whoever switches to it first.
    actor.body.switch(getcurrent(), function, args)
    ready.append(actor)
    return actor


def run(spawner: greenlet, function: Any, args: Any) -> None:
    global current
    spawner.switch()
    function(*args)
    current = ready.popleft()
    # Where a greenlet goes when it ends.
    getcurrent().parent = current.body


def switch() -> None:
    """Go on as whoever is ready."""
    global current
    current = ready.popleft()
    current.body.switch()


def send(actor: Actor, message: Any) -> None:
    actor.mailbox.append(message)
    if actor.waits:
        actor.waits = False
        ready.append(actor)


def receive() -> Any:
    me = current
    while not me.mailbox:
        me.waits = True
        switch()
    return me.mailbox.popleft()


def echo() -> None:
    while True:
        send(receive(), "pong")


def counter() -> None:
    """Counts what it is told, and says how much when asked."""
    count = 0
    while True:
        match receive():
            case ("call", client, reference):
                send(client, (reference, count))
            case ("cast", _):
                count += 1


def ask(server: Actor) -> Any:
    reference = object()
    send(server, ("call", current, reference))
    return receive()[1]


def round_trip(count: int) -> float:
    server = spawn(echo)
    watch = Stopwatch()
    for _ in range(count):
        send(server, current)
        receive()
    return watch.microseconds_each(count)


def call(count: int) -> float:
    server = spawn(counter)
    watch = Stopwatch()
    for _ in range(count):
        ask(server)
    return watch.microseconds_each(count)


def cast(count: int) -> float:
    server = spawn(counter)
    watch = Stopwatch()
    for _ in range(count):
        send(server, ("cast", "add"))
    assert ask(server) == count
    return watch.per_second(count)


def end(boss: Actor) -> None:
    send(boss, "down")


def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        spawn(end, current)
        receive()
    return watch.microseconds_each(count)


def pass_on(neighbour: Actor) -> None:
    while True:
        send(neighbour, receive())


def ring(hops: int) -> float:
    nodes = 1000
    neighbour = current
    for _ in range(nodes - 1):
        neighbour = spawn(pass_on, neighbour)
    watch = Stopwatch()
    for _ in range(hops // nodes):
        send(neighbour, "token")
        receive()
    return watch.microseconds_each(hops // nodes * nodes)


def parked(count: int) -> float:
    actors = [spawn(echo)]
    round_trip(1)
    gc.collect()
    before = resident_bytes()
    actors += [spawn(echo) for _ in range(count)]
    round_trip(1)
    gc.collect()
    return (resident_bytes() - before) / count


if __name__ == "__main__":
    main(round_trip, call, cast, spawn_exit, ring, parked, otherwise="a floor only")
