"""The floor below everything in Python: generators and a run queue. Nothing can wait but the generator itself."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Generator
from typing import Any

from measuring import Stopwatch, main, resident_bytes

Body = Generator[None, Any, None]
ready: deque[tuple[Actor, Any]] = deque()


class Actor:
    """A generator that is sent its messages."""

    def __init__(self, body: Body) -> None:
        self.body = body
        next(body)


def send(actor: Actor, message: Any) -> None:
    ready.append((actor, message))


def run() -> None:
    """Deliver until there is nothing left to deliver."""
    while ready:
        actor, message = ready.popleft()
        try:
            actor.body.send(message)
        except StopIteration:
            pass


def echo() -> Body:
    while True:
        send((yield), "pong")


def client(server: Actor, count: int) -> Body:
    me = yield
    for _ in range(count):
        send(server, me)
        yield


def counter(total: list[int]) -> Body:
    while True:
        match (yield):
            case ("call", caller, reference):
                send(caller, (reference, total[0]))
            case ("cast", _):
                total[0] += 1


def caller(server: Actor, count: int) -> Body:
    me = yield
    for _ in range(count):
        send(server, ("call", me, object()))
        yield


def introduce(body: Body) -> Actor:
    """Start an actor and tell it who it is."""
    actor = Actor(body)
    send(actor, actor)
    return actor


def round_trip(count: int) -> float:
    introduce(client(Actor(echo()), count))
    watch = Stopwatch()
    run()
    return watch.microseconds_each(count)


def call(count: int) -> float:
    introduce(caller(Actor(counter([0])), count))
    watch = Stopwatch()
    run()
    return watch.microseconds_each(count)


def cast(count: int) -> float:
    total = [0]
    server = Actor(counter(total))
    watch = Stopwatch()
    for _ in range(count):
        send(server, ("cast", "add"))
    run()
    assert total == [count]
    return watch.per_second(count)


def end() -> Body:
    yield


def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        introduce(end())
        run()
    return watch.microseconds_each(count)


def pass_on(neighbour: list[Actor]) -> Body:
    while True:
        token = yield
        if token:
            send(neighbour[0], token - 1)


def ring(hops: int) -> float:
    last: list[Actor] = []
    neighbour = Actor(pass_on(last))
    last.append(neighbour)
    for _ in range(999):
        neighbour = Actor(pass_on([neighbour]))
    last[0] = neighbour
    send(neighbour, hops)
    watch = Stopwatch()
    run()
    return watch.microseconds_each(hops)


def parked(count: int) -> float:
    gc.collect()
    before = resident_bytes()
    actors = [Actor(echo()) for _ in range(count)]
    gc.collect()
    return (resident_bytes() - before) / len(actors)


if __name__ == "__main__":
    main(round_trip, call, cast, spawn_exit, ring, parked, otherwise="a floor only")
