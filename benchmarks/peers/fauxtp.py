"""fauxtp: OTP's patterns on anyio."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup
from fauxtp import ANY, PID, Actor, ChildSpec, GenServer, Mailbox, Supervisor, send
from fauxtp import call as ask
from fauxtp import cast as tell
from measuring import GREEDY_SECONDS, Figures, Measurement, Stopwatch, compute_until, main, resident_bytes, summary


def in_group(measurement: Callable[[int, TaskGroup], Awaitable[float | Figures]]) -> Measurement:
    """Take a measurement in a task group, which is for its actors."""

    def run_it(size: int) -> float | Figures:
        async def start() -> float | Figures:
            async with anyio.create_task_group() as group:
                result = await measurement(size, group)
                group.cancel_scope.cancel()
            return result

        return anyio.run(start)

    run_it.__name__ = measurement.__name__
    return run_it


def new_mailbox() -> PID:
    """A mailbox for one who is no actor."""
    return PID(_id=uuid4(), _mailbox=Mailbox())


async def take(me: PID) -> Any:
    return await me._mailbox.receive((ANY, lambda message: message))


class Echo(Actor):
    async def run(self, state: Any) -> Any:
        await send(await self.receive((ANY, lambda client: client)), "pong")


class PassOn(Actor):
    def __init__(self, neighbour: PID) -> None:
        super().__init__()
        self.neighbour = neighbour

    async def run(self, state: Any) -> Any:
        await send(self.neighbour, await self.receive((ANY, lambda message: message)))


class Counter(GenServer):
    """Counts what it is told, and says how much when asked."""

    async def init(self) -> int:
        return 0

    async def handle_call(self, request: Any, from_ref: Any, state: int) -> tuple[int, int]:
        return state, state

    async def handle_cast(self, request: Any, state: int) -> int:
        return state + 1


@in_group
async def round_trip(count: int, group: TaskGroup) -> float:
    me, server = new_mailbox(), await Echo.start(task_group=group)
    watch = Stopwatch()
    for _ in range(count):
        await send(server, me)
        await take(me)
    return watch.microseconds_each(count)


@in_group
async def call(count: int, group: TaskGroup) -> float:
    server = await Counter.start(task_group=group)
    watch = Stopwatch()
    for _ in range(count):
        await ask(server, "get")
    return watch.microseconds_each(count)


@in_group
async def cast(count: int, group: TaskGroup) -> float:
    server = await Counter.start(task_group=group)
    watch = Stopwatch()
    for _ in range(count):
        await tell(server, "add")
    assert await ask(server, "get", timeout=60) == count
    return watch.per_second(count)


class Nothing(Actor):
    async def run(self, state: Any) -> Any:
        self.stop()


@in_group
async def spawn_exit(count: int, group: TaskGroup) -> float:
    me = new_mailbox()

    async def notice(pid: PID, _reason: str) -> None:
        await send(me, pid)

    watch = Stopwatch()
    for _ in range(count):
        await Nothing.start_link(task_group=group, on_exit=notice)
        await take(me)
    return watch.microseconds_each(count)


@in_group
async def ring(hops: int, group: TaskGroup) -> float:
    nodes = 1000
    me = neighbour = new_mailbox()
    for _ in range(nodes - 1):
        neighbour = await PassOn.start(neighbour, task_group=group)
    watch = Stopwatch()
    for _ in range(hops // nodes):
        await send(neighbour, "token")
        await take(me)
    return watch.microseconds_each(hops // nodes * nodes)


class Worker(GenServer):
    """Says that it is up, and crashes when told so."""

    def __init__(self, boss: PID) -> None:
        super().__init__()
        self.boss = boss

    async def init(self) -> None:
        await send(self.boss, self.pid)

    async def handle_cast(self, request: Any, state: Any) -> Any:
        raise RuntimeError


@in_group
async def restart(count: int, group: TaskGroup) -> float:
    me = new_mailbox()
    await Supervisor.start([ChildSpec(Worker, "worker", (me,))], task_group=group)
    worker = await take(me)
    watch = Stopwatch()
    for _ in range(count):
        await tell(worker, "crash")
        worker = await take(me)
    return watch.microseconds_each(count)


class Greedy(Actor):
    def __init__(self, deadline: float) -> None:
        super().__init__()
        self.deadline = deadline

    async def run(self, state: Any) -> Any:
        compute_until(self.deadline)
        self.stop()


@in_group
async def preemption(_size: int, group: TaskGroup) -> Figures:
    server = await Counter.start(task_group=group)
    await ask(server, "get")
    deadline = monotonic() + GREEDY_SECONDS
    await Greedy.start(deadline, task_group=group)
    waits = []
    while (start := monotonic()) < deadline:
        await ask(server, "get")
        waits.append(monotonic() - start)
    return summary(waits)


@in_group
async def parked(count: int, group: TaskGroup) -> float:
    await Echo.start(task_group=group)
    await anyio.sleep(0.1)
    gc.collect()
    before = resident_bytes()
    for _ in range(count):
        await Echo.start(task_group=group)
    await anyio.sleep(0.1)
    gc.collect()
    return (resident_bytes() - before) / count


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
        lacks={"selective": "it has selective receive, but not measured"},
    )
