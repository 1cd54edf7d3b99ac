"""thespian: an actor is an operating-system process, and messages go over TCP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from measuring import GREEDY_SECONDS, Figures, Stopwatch, compute_until, main, summary
from thespian.actors import Actor, ActorExitRequest, ActorSystem

PATIENCE_SECONDS = 50


class Counter(Actor):
    """Counts what it is told, and says how much when asked."""

    count = 0

    def receiveMessage(self, message: Any, sender: Any) -> None:
        if message == "get":
            self.send(sender, self.count)
        elif message == "add":
            self.count += 1


class Echo(Actor):
    def receiveMessage(self, message: Any, sender: Any) -> None:
        if message == "ping":
            self.send(sender, "pong")


class Pinger(Actor):
    """Exchanges so many messages with an actor of its own, and then says that it is done."""

    asker: Any = None
    server: Any = None
    left = 0

    def receiveMessage(self, message: Any, sender: Any) -> None:
        if isinstance(message, int):
            self.asker, self.left = sender, message
            self.server = self.createActor(Echo)
        elif message == "pong":
            self.left -= 1
        if self.left:
            self.send(self.server, "ping")
        else:
            self.send(self.asker, "done")


class Greedy(Actor):
    def receiveMessage(self, message: Any, sender: Any) -> None:
        if isinstance(message, float):
            compute_until(message)


@contextmanager
def system() -> Iterator[Any]:
    actors = ActorSystem("multiprocTCPBase")
    try:
        yield actors
    finally:
        actors.shutdown()


def round_trip(count: int) -> float:
    with system() as actors:
        client = actors.createActor(Pinger)
        watch = Stopwatch()
        assert actors.ask(client, count, PATIENCE_SECONDS) == "done"
        return watch.microseconds_each(count)


def spawn_exit(count: int) -> float:
    with system() as actors:
        watch = Stopwatch()
        for _ in range(count):
            address = actors.createActor(Echo)
            assert actors.ask(address, "ping", PATIENCE_SECONDS) == "pong"
            actors.tell(address, ActorExitRequest())
        return watch.microseconds_each(count)


def call(count: int) -> float:
    with system() as actors:
        server = actors.createActor(Counter)
        actors.ask(server, "get", PATIENCE_SECONDS)
        watch = Stopwatch()
        for _ in range(count):
            actors.ask(server, "get", PATIENCE_SECONDS)
        return watch.microseconds_each(count)


def cast(count: int) -> float:
    with system() as actors:
        server = actors.createActor(Counter)
        watch = Stopwatch()
        for _ in range(count):
            actors.tell(server, "add")
        assert actors.ask(server, "get", PATIENCE_SECONDS) == count
        return watch.per_second(count)


def preemption(_size: int) -> Figures:
    with system() as actors:
        server, greedy = actors.createActor(Counter), actors.createActor(Greedy)
        actors.ask(server, "get", PATIENCE_SECONDS)
        deadline = monotonic() + GREEDY_SECONDS
        actors.tell(greedy, deadline)
        waits = []
        while (start := monotonic()) < deadline:
            actors.ask(server, "get", PATIENCE_SECONDS)
            waits.append(monotonic() - start)
        return summary(waits)


if __name__ == "__main__":
    a_process_each = "each actor is an operating-system process"
    main(
        round_trip,
        call,
        cast,
        spawn_exit,
        preemption,
        lacks={"ring": a_process_each, "parked": a_process_each, "restart": "no supervisor"},
    )
