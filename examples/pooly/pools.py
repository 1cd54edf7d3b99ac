"""Step 3: several pools, each with a name and a size; who asks for a worker when all are lent waits, and at rush hours
there are more of them.

    PoolsSupervisor -+- PoolSupervisor -+- "small.PoolServer"
                     |                  +- "small.WorkerSupervisor" -+- worker …
                     +- PoolSupervisor -+- "large.PoolServer"
                                        +- "large.WorkerSupervisor" -+- worker …
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sample_worker import SampleWorker

from pyex import Application, DynamicSupervisor, Exit, GenServer, Pid, Process, Reference, Supervisor, make_ref, ok


@dataclass(frozen=True)
class Options:
    """What a pool is to be: `overflow` is how many workers more there may be when all are lent."""

    name: str
    size: int
    overflow: int = 0


POOLS = [Options("small", size=1, overflow=1), Options("large", size=10)]


class Pools(Application, version="0.1.0", description="several pools", env={"pools": POOLS}):
    """The application, and what others call."""

    @staticmethod
    def start(type: Any, args: Any) -> Any:
        return PoolsSupervisor.start_link(Application.get_env("pools", "pools"))

    @staticmethod
    def checkout(pool: str, timeout: int | str = 5000) -> Pid:
        ticket = make_ref()
        try:
            worker: Pid = GenServer.call(f"{pool}.PoolServer", ("checkout", ticket), timeout)
        except Exit:
            # It took too long. Perhaps a worker is on its way just now, and must not be lost.
            GenServer.cast(f"{pool}.PoolServer", ("cancel", ticket))
            raise
        return worker

    @staticmethod
    def checkin(pool: str, worker: Pid) -> Any:
        return GenServer.cast(f"{pool}.PoolServer", ("checkin", worker))

    @staticmethod
    def transaction(pool: str, function: Callable[[Pid], Any], timeout: int | str = 5000) -> Any:
        worker = Pools.checkout(pool, timeout)
        try:
            return function(worker)
        finally:
            Pools.checkin(pool, worker)

    @staticmethod
    def status(pool: str) -> Any:
        return GenServer.call(f"{pool}.PoolServer", "status")


class PoolsSupervisor(Supervisor):
    @staticmethod
    def start_link(pools: list[Options]) -> Any:
        return Supervisor.start_link(PoolsSupervisor, pools, name=PoolsSupervisor)

    @staticmethod
    def init(pools: list[Options]) -> Any:
        # One for one: a pool that fails is no matter of the others.
        children = [Supervisor.child_spec((PoolSupervisor, options), id=options.name) for options in pools]
        return Supervisor.init(children, strategy="one_for_one")


class PoolSupervisor(Supervisor):
    @staticmethod
    def start_link(options: Options) -> Any:
        return Supervisor.start_link(PoolSupervisor, options)

    @staticmethod
    def init(options: Options) -> Any:
        children = [(DynamicSupervisor, {"name": f"{options.name}.WorkerSupervisor"}), (PoolServer, options)]
        return Supervisor.init(children, strategy="one_for_all")


@dataclass(eq=False)
class Loan:
    """A client that has a worker, or waits for one."""

    ticket: Reference
    from_: Any
    monitor: Reference


@dataclass
class State:
    options: Options
    workers: set[Pid] = field(default_factory=set)
    free: list[Pid] = field(default_factory=list)
    lent: dict[Pid, Loan] = field(default_factory=dict)
    waiting: list[Loan] = field(default_factory=list)


class PoolServer(GenServer):
    @staticmethod
    def start_link(options: Options) -> Any:
        return GenServer.start_link(PoolServer, options, name=f"{options.name}.PoolServer")

    @staticmethod
    def init(options: Options) -> Any:
        state = State(options)
        state.free = [new_worker(state) for _ in range(options.size)]
        return ("ok", state)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: State) -> Any:
        match request:
            case ("checkout", ticket):
                client, _ = from_
                state.waiting.append(Loan(ticket, from_, Process.monitor(client)))
                serve(state)
                return ("noreply", state)  # `serve` replies, now or when a worker comes back
            case "status":
                return ("reply", (len(state.free), len(state.lent), len(state.waiting)), state)

    @staticmethod
    def handle_cast(request: Any, state: State) -> Any:
        match request:
            case ("checkin", worker) if worker in state.lent:
                end_loan(state, state.lent[worker])
            case ("cancel", ticket):
                for loan in loans(state):
                    if loan.ticket == ticket:
                        end_loan(state, loan)
        serve(state)
        return ("noreply", state)

    @staticmethod
    def handle_info(message: Any, state: State) -> Any:
        match message:
            case ("DOWN", _, "process", worker, _) if worker in state.workers:
                if worker in state.lent:
                    end_loan(state, state.lent[worker])
                state.workers.remove(worker)
                state.free.remove(worker)
            case ("DOWN", reference, "process", _, _):
                for loan in loans(state):
                    if loan.monitor == reference:
                        end_loan(state, loan)
        serve(state)
        return ("noreply", state)


def serve(state: State) -> None:
    """Bring what has changed in order: enough workers, those who wait served, and no more workers than needed."""
    options = state.options
    while len(state.workers) < options.size:
        state.free.append(new_worker(state))
    while state.waiting and (state.free or len(state.workers) < options.size + options.overflow):
        loan = state.waiting.pop(0)
        worker = state.free.pop(0) if state.free else new_worker(state)
        state.lent[worker] = loan
        GenServer.reply(loan.from_, worker)
    while state.free and len(state.workers) > options.size:
        worker = state.free.pop()
        state.workers.remove(worker)
        DynamicSupervisor.terminate_child(f"{options.name}.WorkerSupervisor", worker)


def new_worker(state: State) -> Pid:
    spec = Supervisor.child_spec((SampleWorker, []), restart="temporary")
    worker: Pid = ok(DynamicSupervisor.start_child(f"{state.options.name}.WorkerSupervisor", spec))
    Process.monitor(worker)
    state.workers.add(worker)
    return worker


def loans(state: State) -> list[Loan]:
    return [*state.waiting, *state.lent.values()]


def end_loan(state: State, loan: Loan) -> None:
    Process.demonitor(loan.monitor, ["flush"])
    if loan in state.waiting:
        state.waiting.remove(loan)
        return
    worker = next(worker for worker, each in state.lent.items() if each is loan)
    del state.lent[worker]
    state.free.append(worker)
