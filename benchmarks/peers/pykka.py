"""pykka: an actor is a thread."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import Any

from measuring import GREEDY_SECONDS, Figures, Stopwatch, compute_until, main, resident_bytes, summary
from pykka import ActorRef, ActorRegistry, ThreadingActor


class Counter(ThreadingActor):
    """Counts what it is told, and says how much when asked."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_receive(self, message: Any) -> Any:
        if message == "get":
            return self.count
        self.count += 1
        return None


class Node(ThreadingActor):
    """Passes a token on, and the number of hops that it has left, until there are none."""

    def __init__(self, done: Event) -> None:
        super().__init__()
        self.neighbour: ActorRef[Any] | None = None
        self.done = done

    def on_receive(self, message: Any) -> None:
        if isinstance(message, ActorRef):
            self.neighbour = message
        elif message == 0:
            self.done.set()
        elif self.neighbour is not None:
            self.neighbour.tell(message - 1)


class Greedy(ThreadingActor):
    def on_receive(self, message: float) -> None:
        compute_until(message)


def microseconds_per_hop(nodes: int, hops: int) -> float:
    done = Event()
    refs = [Node.start(done) for _ in range(nodes)]
    for node, neighbour in zip(refs, refs[1:] + refs[:1], strict=True):
        node.tell(neighbour)
    watch = Stopwatch()
    refs[0].tell(hops)
    done.wait()
    each = watch.microseconds_each(hops)
    ActorRegistry.stop_all()
    return each


def round_trip(count: int) -> float:
    return 2 * microseconds_per_hop(2, 2 * count)


def ring(hops: int) -> float:
    return microseconds_per_hop(1000, hops)


def call(count: int) -> float:
    server = Counter.start()
    watch = Stopwatch()
    for _ in range(count):
        server.ask("get")
    each = watch.microseconds_each(count)
    server.stop()
    return each


def cast(count: int) -> float:
    server = Counter.start()
    watch = Stopwatch()
    for _ in range(count):
        server.tell("add")
    assert server.ask("get") == count
    rate = watch.per_second(count)
    server.stop()
    return rate


def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        Counter.start().stop(block=True)
    return watch.microseconds_each(count)


def preemption(_size: int) -> Figures:
    server, greedy = Counter.start(), Greedy.start()
    deadline = monotonic() + GREEDY_SECONDS
    greedy.tell(deadline)
    waits = []
    while (start := monotonic()) < deadline:
        server.ask("get")
        waits.append(monotonic() - start)
    ActorRegistry.stop_all()
    return summary(waits)


def parked(count: int) -> float:
    # As many threads as any machine allows.
    count = min(count, 1000)
    Counter.start()
    before = resident_bytes()
    for _ in range(count):
        Counter.start()
    each = (resident_bytes() - before) / count
    ActorRegistry.stop_all()
    return each


if __name__ == "__main__":
    main(round_trip, call, cast, spawn_exit, ring, preemption, parked, lacks={"restart": "no supervisor"})
