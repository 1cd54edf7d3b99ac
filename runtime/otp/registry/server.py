"""The processes of a registry: a supervisor that has its name, and one server for each partition, which removes the
entries of those that have died.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import OK, Atom
from pyex.otp.gen_server import GenServer
from pyex.otp.registry.table import Partition, Table, delete, open_table
from pyex.otp.supervisor import Supervisor
from pyex.process import Process
from pyex.self_ import self


class RegistrySupervisor(Supervisor):
    """Elixir's `Registry.Supervisor`. In a unique registry who has a key may be kept in one partition, and the key in
    another; so they start anew together.
    """

    __qualname__ = "Registry.Supervisor"  # as reports name it

    @staticmethod
    def init(table: Table) -> Any:
        open_table(table, self())
        children = [_child(table, number) for number in range(len(table.partitions))]
        return Supervisor.init(children, strategy="one_for_all" if table.unique else "one_for_one")


class RegistryPartition(GenServer):
    """Elixir's `Registry.Partition`. Who registers is linked to it, and it is told of their ends."""

    __qualname__ = "Registry.Partition"

    @staticmethod
    def start_link(name: Atom, table: Table, number: int) -> Any:
        return GenServer.start_link(RegistryPartition, (table, number), name=name)

    @staticmethod
    def init(arg: tuple[Table, int]) -> Any:
        table, number = arg
        Process.flag("trap_exit", True)
        table.partitions[number] = Partition(self())
        return (OK, arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: tuple[Table, int]) -> Any:
        match request:
            case "sync":
                return ("reply", OK, state)

    @staticmethod
    def handle_info(message: Any, state: tuple[Table, int]) -> Any:
        match message:
            case ("EXIT", pid, _):
                table, number = state
                for entry in table.partitions[number].by_owner.pop(pid, {}).values():
                    delete(table, entry)
                return ("noreply", state)


def _child(table: Table, number: int) -> dict[str, Any]:
    """A partition's server; it is registered as `MyRegistry.PIDPartition0`."""
    name = table.name
    if isinstance(name, type):
        name = name.__qualname__ if name.__module__ == "__main__" else f"{name.__module__}.{name.__qualname__}"
    server = Atom(f"{name}.PIDPartition{number}")
    return {"id": server, "start": (RegistryPartition, "start_link", [server, table, number])}
