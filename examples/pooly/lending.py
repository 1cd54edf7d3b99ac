"""Step 1: five workers, their supervisor, and a server that lends them.

    PoolSupervisor -+- PoolServer
                    +- WorkerSupervisor -+- worker
                                         +- worker …

It does not notice when a client or a worker ends.
"""

from __future__ import annotations

from typing import Any

from sample_worker import SampleWorker

from pyex import Atom, DynamicSupervisor, GenServer, Pid, Supervisor, ok


class PoolSupervisor(Supervisor):
    @staticmethod
    def start_link(size: int) -> Any:
        return Supervisor.start_link(PoolSupervisor, size, name=PoolSupervisor)

    @staticmethod
    def init(size: int) -> Any:
        # In this order: the server needs the other one from its first moment on.
        return Supervisor.init([(WorkerSupervisor, []), (PoolServer, size)], strategy="one_for_all")


class WorkerSupervisor(DynamicSupervisor):
    @staticmethod
    def start_link(arg: Any) -> Any:
        return DynamicSupervisor.start_link(WorkerSupervisor, arg, name=WorkerSupervisor)

    @staticmethod
    def init(arg: Any) -> Any:
        return DynamicSupervisor.init(strategy="one_for_one")


class PoolServer(GenServer):
    """Its state is `(free, lent)`, two lists of workers."""

    @staticmethod
    def start_link(size: int) -> Any:
        return GenServer.start_link(PoolServer, size, name=PoolServer)

    @staticmethod
    def checkout() -> Any:
        return GenServer.call(PoolServer, "checkout")

    @staticmethod
    def checkin(worker: Pid) -> Any:
        return GenServer.cast(PoolServer, ("checkin", worker))

    @staticmethod
    def status() -> Any:
        return GenServer.call(PoolServer, "status")

    @staticmethod
    def init(size: int) -> Any:
        free = [ok(DynamicSupervisor.start_child(WorkerSupervisor, (SampleWorker, []))) for _ in range(size)]
        return ("ok", (free, []))

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        free, lent = state
        match request:
            case "checkout" if free:
                return ("reply", free[0], (free[1:], [*lent, free[0]]))
            case "checkout":
                return ("reply", Atom("noproc"), state)
            case "status":
                return ("reply", (len(free), len(lent)), state)

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        free, lent = state
        match request:
            case ("checkin", worker) if worker in lent:
                return ("noreply", ([*free, worker], [each for each in lent if each != worker]))
        return ("noreply", state)
