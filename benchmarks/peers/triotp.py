"""triotp: trio's tasks and channels."""

from __future__ import annotations

import gc
import sys
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import trio
import trio.testing
from measuring import GREEDY_SECONDS, Figures, Measurement, Stopwatch, compute_until, main, resident_bytes, summary
from triotp import gen_server, mailbox, node, supervisor
from triotp.application import app_spec

HERE = sys.modules[__name__]


def in_node(measurement: Callable[[int, trio.Nursery], Awaitable[float | Figures]]) -> Measurement:
    """Take a measurement as the application of a node, with a nursery for its actors."""

    def run_it(size: int) -> float | Figures:
        results: list[float | Figures] = []

        class Application:
            __name__ = "bench"

            @staticmethod
            async def start(_argument: Any) -> None:
                async with trio.open_nursery() as nursery:
                    results.append(await measurement(size, nursery))
                    nursery.cancel_scope.cancel()

        node.run([app_spec(Application(), None, permanent=False)])  # type: ignore[arg-type]
        return results[0]

    run_it.__name__ = measurement.__name__
    return run_it


# The callbacks of a server that counts what it is told, and says how much when asked: this module.


async def init(argument: int) -> int:
    return argument


async def handle_call(_request: Any, _client: Any, state: int) -> tuple[Any, int]:
    return gen_server.Reply(state), state


async def handle_cast(_request: Any, state: int) -> tuple[Any, int]:
    return gen_server.NoReply(), state + 1


async def start_counter(nursery: trio.Nursery) -> None:
    nursery.start_soon(gen_server.start, HERE, 0, "counter")
    await trio.testing.wait_all_tasks_blocked()


async def echo(task_status: Any = trio.TASK_STATUS_IGNORED) -> None:
    async with mailbox.open() as me:
        task_status.started(me)
        while True:
            await mailbox.send(await mailbox.receive(me), "pong")


@in_node
async def round_trip(count: int, nursery: trio.Nursery) -> float:
    server = await nursery.start(echo)
    async with mailbox.open() as me:
        watch = Stopwatch()
        for _ in range(count):
            await mailbox.send(server, me)
            await mailbox.receive(me)
        return watch.microseconds_each(count)


@in_node
async def call(count: int, nursery: trio.Nursery) -> float:
    await start_counter(nursery)
    watch = Stopwatch()
    for _ in range(count):
        await gen_server.call("counter", "get")
    return watch.microseconds_each(count)


@in_node
async def cast(count: int, nursery: trio.Nursery) -> float:
    await start_counter(nursery)
    watch = Stopwatch()
    for _ in range(count):
        await gen_server.cast("counter", "add")
    assert await gen_server.call("counter", "get") == count
    return watch.per_second(count)


async def open_and_end(nursery: trio.Nursery, noticed: trio.Event) -> None:
    async with mailbox.open():
        pass
    noticed.set()


@in_node
async def spawn_exit(count: int, nursery: trio.Nursery) -> float:
    watch = Stopwatch()
    for _ in range(count):
        noticed = trio.Event()
        nursery.start_soon(open_and_end, nursery, noticed)
        await noticed.wait()
    return watch.microseconds_each(count)


async def pass_on(neighbour: str, task_status: Any = trio.TASK_STATUS_IGNORED) -> None:
    async with mailbox.open() as me:
        task_status.started(me)
        while True:
            await mailbox.send(neighbour, await mailbox.receive(me))


@in_node
async def ring(hops: int, nursery: trio.Nursery) -> float:
    nodes = 1000
    async with mailbox.open() as me:
        neighbour = me
        for _ in range(nodes - 1):
            neighbour = await nursery.start(pass_on, neighbour)
        watch = Stopwatch()
        for _ in range(hops // nodes):
            await mailbox.send(neighbour, "token")
            await mailbox.receive(me)
        return watch.microseconds_each(hops // nodes * nodes)


async def worker(boss: str) -> None:
    """Says that it is up, and crashes when told so."""
    async with mailbox.open() as me:
        await mailbox.send(boss, me)
        await mailbox.receive(me)
        raise RuntimeError


@in_node
async def restart(count: int, nursery: trio.Nursery) -> float:
    async with mailbox.open() as me:
        children = [supervisor.child_spec("worker", worker, [me])]
        await nursery.start(supervisor.start, children, supervisor.options(max_restarts=1_000_000))
        watch = Stopwatch()
        for _ in range(count):
            await mailbox.send(await mailbox.receive(me), "crash")
        await mailbox.receive(me)
        return watch.microseconds_each(count)


async def greedy(deadline: float) -> None:
    compute_until(deadline)


@in_node
async def preemption(_size: int, nursery: trio.Nursery) -> Figures:
    await start_counter(nursery)
    deadline = monotonic() + GREEDY_SECONDS
    nursery.start_soon(greedy, deadline)
    waits = []
    while (start := monotonic()) < deadline:
        await gen_server.call("counter", "get")
        waits.append(monotonic() - start)
    return summary(waits)


@in_node
async def parked(count: int, nursery: trio.Nursery) -> float:
    await nursery.start(echo)
    gc.collect()
    before = resident_bytes()
    for _ in range(count):
        await nursery.start(echo)
    gc.collect()
    return (resident_bytes() - before) / count


if __name__ == "__main__":
    main(round_trip, call, cast, spawn_exit, ring, restart, preemption, parked)
