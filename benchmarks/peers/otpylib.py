"""otpylib: OTP on asyncio."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from measuring import GREEDY_SECONDS, Figures, Measurement, Stopwatch, compute_until, main, resident_bytes, summary
from otpylib import gen_server, process, supervisor
from otpylib.module import GEN_SERVER, SUPERVISOR, OTPModule
from otpylib.runtime.backends.asyncio_backend.backend import AsyncIOBackend


def in_process(measurement: Callable[[int], Awaitable[float | Figures]]) -> Measurement:
    """Take a measurement in a process of a runtime."""

    def run_it(size: int) -> float | Figures:
        async def start() -> float | Figures:
            runtime = AsyncIOBackend()
            await runtime.initialize()
            process.use_runtime(runtime)
            done: asyncio.Future[float | Figures] = asyncio.Future()

            async def body() -> None:
                try:
                    done.set_result(await measurement(size))
                except Exception as error:
                    done.set_exception(error)

            await process.spawn(body)
            return await done

        return asyncio.run(start())

    run_it.__name__ = measurement.__name__
    return run_it


class Counter(metaclass=OTPModule, behavior=GEN_SERVER, version="1.0.0"):
    """Counts what it is told, and says how much when asked."""

    async def init(self, argument: int) -> int:
        return argument

    async def handle_call(self, _request: Any, _client: Any, state: int) -> tuple[Any, int]:
        return gen_server.Reply(state), state

    async def handle_cast(self, _request: Any, state: int) -> tuple[Any, int]:
        return gen_server.NoReply(), state + 1

    async def handle_info(self, _message: Any, state: int) -> tuple[Any, int]:
        return gen_server.NoReply(), state

    async def terminate(self, _reason: Any, _state: int) -> None:
        pass


async def echo() -> None:
    while True:
        await process.send(await process.receive(), "pong")


@in_process
async def round_trip(count: int) -> float:
    server, me = await process.spawn(echo), process.self()
    watch = Stopwatch()
    for _ in range(count):
        await process.send(server, me)
        await process.receive()
    return watch.microseconds_each(count)


@in_process
async def call(count: int) -> float:
    await gen_server.start(Counter, 0, "counter")
    watch = Stopwatch()
    for _ in range(count):
        await gen_server.call("counter", "get")
    return watch.microseconds_each(count)


@in_process
async def cast(count: int) -> float:
    await gen_server.start(Counter, 0, "counter")
    watch = Stopwatch()
    for _ in range(count):
        await gen_server.cast("counter", "add")
    assert await gen_server.call("counter", "get") == count
    return watch.per_second(count)


async def nothing() -> None:
    pass


@in_process
async def spawn_exit(count: int) -> float:
    watch = Stopwatch()
    for _ in range(count):
        await process.spawn_monitor(nothing)
        await process.receive()
    return watch.microseconds_each(count)


async def pass_on(neighbour: Any) -> None:
    while True:
        await process.send(neighbour, await process.receive())


@in_process
async def ring(hops: int) -> float:
    nodes = 1000
    neighbour: Any = process.self()
    for _ in range(nodes - 1):
        neighbour = await process.spawn(pass_on, [neighbour])
    watch = Stopwatch()
    for _ in range(hops // nodes):
        await process.send(neighbour, "token")
        await process.receive()
    return watch.microseconds_each(hops // nodes * nodes)


class Worker(Counter, metaclass=OTPModule, behavior=GEN_SERVER, version="1.0.0"):
    """Says that it is up, and crashes when told so."""

    async def init(self, boss: Any) -> int:
        await process.send(boss, process.self())
        return 0

    async def handle_call(self, request: Any, client: Any, state: int) -> tuple[Any, int]:
        return await super().handle_call(request, client, state)

    async def handle_cast(self, _request: Any, _state: int) -> tuple[Any, int]:
        raise RuntimeError

    async def handle_info(self, message: Any, state: int) -> tuple[Any, int]:
        return await super().handle_info(message, state)

    async def terminate(self, reason: Any, state: int) -> None:
        pass


class OneWorker(metaclass=OTPModule, behavior=SUPERVISOR, version="1.0.0"):
    """The supervisor of one worker."""

    async def init(self, boss: Any) -> tuple[Any, Any]:
        return [supervisor.child_spec("worker", Worker, boss, name="worker")], supervisor.options(
            max_restarts=1_000_000
        )

    async def terminate(self, reason: Any, state: Any) -> None:
        pass


@in_process
async def restart(count: int) -> float:
    boss = process.self()

    async def keep_a_supervisor() -> None:
        await supervisor.start_link(OneWorker, boss)
        await process.receive()

    await process.spawn(keep_a_supervisor)
    await process.receive()
    watch = Stopwatch()
    for _ in range(count):
        # Until it answers, for its supervisor monitors it only some time after its start.
        await gen_server.call("worker", "get")
        await gen_server.cast("worker", "crash")
        await process.receive()
    return watch.microseconds_each(count)


async def greedy(deadline: float) -> None:
    compute_until(deadline)


@in_process
async def preemption(_size: int) -> Figures:
    await gen_server.start(Counter, 0, "counter")
    deadline = monotonic() + GREEDY_SECONDS
    await process.spawn(greedy, [deadline])
    waits = []
    while (start := monotonic()) < deadline:
        await gen_server.call("counter", "get")
        waits.append(monotonic() - start)
    return summary(waits)


@in_process
async def parked(count: int) -> float:
    await process.spawn(echo)
    await asyncio.sleep(0.1)
    gc.collect()
    before = resident_bytes()
    for _ in range(count):
        await process.spawn(echo)
    await asyncio.sleep(0.1)
    gc.collect()
    return (resident_bytes() - before) / count


@in_process
async def timers(count: int) -> Figures:
    server, me = await process.spawn(echo), process.self()

    async def exchange(times: int) -> float:
        watch = Stopwatch()
        for _ in range(times):
            await process.send(server, me)
            await process.receive()
        return watch.microseconds_each(times)

    none = await exchange(10_000)
    nobody = await process.spawn(echo)
    for _ in range(count):
        await process.send_after(3600.0, nobody, "late")
    return {"timers_none": none, "timers_many": await exchange(10_000)}


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
        timers,
        lacks={"selective": "receive(match=...) exists, but not measured"},
    )
