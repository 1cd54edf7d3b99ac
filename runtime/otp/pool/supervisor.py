"""The supervision tree of a pool.

    PoolSupervisor -+- WorkerSupervisor -+- worker
                    |                    +- worker …
                    +- PoolServer

Only the supervisors are linked to the workers; the server monitors them.

The strategy is "one_for_all". Without the server nobody knows who has which worker, so the workers end with it and are
started anew; the server without the workers is wrong about all of them. At the end the server goes first, so that it
lends nothing that is about to end.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.pool.server import Options, PoolServer
from pyex.otp.supervisor import Supervisor
from pyex.pid import Pid
from pyex.process import Process

# A supervisor calls the start functions of its children in its own process. So what its dictionary has under these keys
# is up to date, and can be read without a call to it.
SERVER, WORKERS = Atom("$pool_server"), Atom("$pool_workers")


class PoolSupervisor(Supervisor):
    """The supervisor of a pool: the process that a pool is known by."""

    @staticmethod
    def start_link(name: Any, options: Options) -> Any:
        return Supervisor.start_link(PoolSupervisor, (name, options), name=name)

    @staticmethod
    def init(argument: Any, /) -> Any:
        name, options = argument
        children = [
            {
                "id": WorkerSupervisor,
                "start": (start_workers, [name]),
                "type": "supervisor",
                "modules": [WorkerSupervisor],
            },
            {"id": PoolServer, "start": (start_server, [name, options]), "modules": [PoolServer]},
        ]
        return Supervisor.init(children, strategy="one_for_all")


class WorkerSupervisor(DynamicSupervisor):
    """The supervisor of a pool's workers. They are temporary: the server asks for another when one has ended."""

    @staticmethod
    def init(argument: Any, /) -> Any:
        return DynamicSupervisor.init(strategy="one_for_one")


def start_workers(name: Any) -> Any:
    result = DynamicSupervisor.start_link(WorkerSupervisor, None, name=_name_of(WorkerSupervisor, name))
    return _remember(WORKERS, result)


def start_server(name: Any, options: Options) -> Any:
    result = GenServer.start_link(PoolServer, (options, Process.get(WORKERS)), name=_name_of(PoolServer, name))
    return _remember(SERVER, result)


def server_of(supervisor: Pid) -> Pid | None:
    """The server of the pool whose supervisor this is; None where there is none."""
    found = Process.info(supervisor, "dictionary")
    return None if found is None else found[1].get(SERVER)


def _remember(key: Atom, result: Any) -> Any:
    match result:
        case ("ok", pid):
            Process.put(key, pid)
    return result


def _name_of(part: type, name: Any) -> str | None:
    """The name of a part of the pool of this name: "downloads.PoolServer"."""
    match name:
        case str():
            return f"{name}.{part.__name__}"
        case type():
            return f"{name.__qualname__}.{part.__name__}"
    return None
