"""Step 2: the same, as an application, and the end of a client or of a worker is noticed.

    PoolSupervisor -+- PoolServer
                    +- WorkerSupervisor -+- worker
                                         +- worker …

`Application.start("pooly")` imports this file, for it is named so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sample_worker import SampleWorker

from pyex import Application, Atom, DynamicSupervisor, GenServer, Pid, Process, Reference, Supervisor, ok


class Pooly(Application, version="0.1.0", description="pool of 5 workers", env={"size": 5}):
    """The application, and what others call."""

    @staticmethod
    def start(type: Any, args: Any) -> Any:
        return PoolSupervisor.start_link(Application.get_env("pooly", "size"))

    @staticmethod
    def checkout() -> Any:
        return GenServer.call(PoolServer, "checkout")

    @staticmethod
    def checkin(worker: Pid) -> Any:
        return GenServer.cast(PoolServer, ("checkin", worker))

    @staticmethod
    def status() -> Any:
        return GenServer.call(PoolServer, "status")


class PoolSupervisor(Supervisor):
    @staticmethod
    def start_link(size: int) -> Any:
        return Supervisor.start_link(PoolSupervisor, size, name=PoolSupervisor)

    @staticmethod
    def init(size: int) -> Any:
        # One for all: without the server nobody knows who has which worker, and without its workers it is wrong.
        return Supervisor.init([(WorkerSupervisor, []), (PoolServer, size)], strategy="one_for_all")


class WorkerSupervisor(DynamicSupervisor):
    @staticmethod
    def start_link(arg: Any) -> Any:
        return DynamicSupervisor.start_link(WorkerSupervisor, arg, name=WorkerSupervisor)

    @staticmethod
    def init(arg: Any) -> Any:
        return DynamicSupervisor.init(strategy="one_for_one")


@dataclass
class State:
    free: list[Pid] = field(default_factory=list)
    lent: dict[Pid, Reference] = field(default_factory=dict)  # the worker, and the monitor on who has it
    clients: dict[Reference, Pid] = field(default_factory=dict)  # the same the other way round


class PoolServer(GenServer):
    @staticmethod
    def start_link(size: int) -> Any:
        return GenServer.start_link(PoolServer, size, name=PoolServer)

    @staticmethod
    def init(size: int) -> Any:
        return ("ok", State(free=[new_worker() for _ in range(size)]))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: State) -> Any:
        match request:
            case "checkout" if state.free:
                client, _ = from_
                return ("reply", lend(state, client), state)
            case "checkout":
                return ("reply", Atom("noproc"), state)
            case "status":
                return ("reply", (len(state.free), len(state.lent)), state)

    @staticmethod
    def handle_cast(request: Any, state: State) -> Any:
        match request:
            case ("checkin", worker) if worker in state.lent:
                take_back(state, worker)
        return ("noreply", state)

    @staticmethod
    def handle_info(message: Any, state: State) -> Any:
        match message:
            case ("DOWN", reference, "process", _, _) if reference in state.clients:
                take_back(state, state.clients[reference])
            case ("DOWN", _, "process", worker, _):
                if worker in state.lent:
                    take_back(state, worker)
                state.free.remove(worker)
                state.free.append(new_worker())
        return ("noreply", state)


def new_worker() -> Pid:
    # Temporary: the supervisor is not to restart it, because the server would not know of the new one.
    spec = Supervisor.child_spec((SampleWorker, []), restart="temporary")
    worker: Pid = ok(DynamicSupervisor.start_child(WorkerSupervisor, spec))
    Process.monitor(worker)
    return worker


def lend(state: State, client: Pid) -> Pid:
    worker = state.free.pop(0)
    reference = Process.monitor(client)
    state.lent[worker] = reference
    state.clients[reference] = worker
    return worker


def take_back(state: State, worker: Pid) -> None:
    reference = state.lent.pop(worker)
    del state.clients[reference]
    Process.demonitor(reference, ["flush"])
    state.free.append(worker)
