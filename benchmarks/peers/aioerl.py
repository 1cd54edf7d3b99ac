"""aioerl: asyncio's tasks, with Erlang's names for spawn, send and receive. It has no server: the call is by hand."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from aioerl import receive, reply, send, spawn
from measuring import (
    GREEDY_SECONDS,
    Figures,
    Measurement,
    Stopwatch,
    compute_until,
    main,
    resident_bytes,
    silence,
    summary,
)


def in_loop(measurement: Callable[[int], Awaitable[float | Figures]]) -> Measurement:
    """Take a measurement as a process in an event loop."""

    def run_it(size: int) -> float | Figures:
        async def start() -> float | Figures:
            asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
            return await measurement(size)

        return asyncio.run(start())

    run_it.__name__ = measurement.__name__
    return run_it


async def echo() -> None:
    while True:
        await receive()
        await reply("pong")


async def counter() -> None:
    """Counts what it is told, and says how much when asked."""
    count = 0
    while True:
        if (await receive()).body == "get":
            await reply(count)
        else:
            count += 1


async def exchange(server: Any, message: Any) -> Any:
    await send(server, message)
    return (await receive()).body


@in_loop
async def round_trip(count: int) -> float:
    server = await spawn(echo())
    watch = Stopwatch()
    for _ in range(count):
        await exchange(server, "ping")
    return watch.microseconds_each(count)


@in_loop
async def call(count: int) -> float:
    server = await spawn(counter())
    watch = Stopwatch()
    for _ in range(count):
        await exchange(server, "get")
    return watch.microseconds_each(count)


@in_loop
async def cast(count: int) -> float:
    server = await spawn(counter())
    watch = Stopwatch()
    for _ in range(count):
        await send(server, "add")
    assert await exchange(server, "get") == count
    return watch.per_second(count)


async def nothing() -> None:
    pass


@in_loop
async def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        await spawn(nothing())
        await receive()
    return watch.microseconds_each(count)


async def pass_on(neighbour: Any) -> None:
    while True:
        await send(neighbour, (await receive()).body)


async def forward_to_me(me: asyncio.Queue[Any]) -> None:
    while True:
        me.put_nowait((await receive()).body)


@in_loop
async def ring(hops: int) -> float:
    nodes = 1000
    me: asyncio.Queue[Any] = asyncio.Queue()
    neighbour = await spawn(forward_to_me(me))
    for _ in range(nodes - 1):
        neighbour = await spawn(pass_on(neighbour))
    watch = Stopwatch()
    for _ in range(hops // nodes):
        await send(neighbour, "token")
        await me.get()
    return watch.microseconds_each(hops // nodes * nodes)


@in_loop
async def restart(count: int) -> float:
    worker = await spawn(echo())
    await exchange(worker, "ping")
    watch = Stopwatch()
    for _ in range(count):
        worker.kill()
        assert (await receive()).is_exit
        worker = await spawn(echo())
        await exchange(worker, "ping")
    return watch.microseconds_each(count)


async def greedy(deadline: float) -> None:
    compute_until(deadline)


@in_loop
async def preemption(_size: int) -> Figures:
    server = await spawn(counter())
    deadline = monotonic() + GREEDY_SECONDS
    await spawn(greedy(deadline))
    waits = []
    while (start := monotonic()) < deadline:
        await exchange(server, "get")
        waits.append(monotonic() - start)
    return summary(waits)


@in_loop
async def parked(count: int) -> float:
    await spawn(echo())
    await asyncio.sleep(0.1)
    gc.collect()
    before = resident_bytes()
    for _ in range(count):
        await spawn(echo())
    await asyncio.sleep(0.1)
    gc.collect()
    return (resident_bytes() - before) / count


if __name__ == "__main__":
    silence()
    main(round_trip, call, cast, spawn_exit, ring, restart, preemption, parked)
