"""`PartitionSupervisor`: the same child several times, and a choice among them by key.

A process that everybody calls can become the one that everybody waits for. A partition supervisor starts several of its
kind, and `("via", PartitionSupervisor, (name, key))` is one of them, always the same for the same key:

    children = [(PartitionSupervisor, {"child_spec": DynamicSupervisor, "name": "workers", "partitions": 4})]
    Supervisor.start_link(children, strategy="one_for_one")
    DynamicSupervisor.start_child(("via", PartitionSupervisor, ("workers", self())), (Agent, lambda: 0))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zlib import crc32

from pyex.atom import INFINITY, NOPROC, NORMAL, Atom
from pyex.errors import ArgumentError, describe
from pyex.mailbox import send as send_message
from pyex.otp import ets, server_name
from pyex.otp.behaviour import Behaviour
from pyex.otp.mfa import run
from pyex.otp.supervisor import Supervisor
from pyex.otp.supervisor import child_spec as child_specs
from pyex.otp.supervisor.child import SUPERVISOR, modules_of
from pyex.otp.supervisor.flags import ONE_FOR_ONE
from pyex.otp.term import identity
from pyex.pid import Pid
from pyex.spawn import exit

PARTITIONS = Atom("partitions")


def start_link(
    options: Mapping[str, Any] | Iterable[Any] = (),
    /,
    *,
    name: Any = None,
    child_spec: Any = None,
    partitions: int = 1,
    with_arguments: Callable[[list[Any], int], list[Any]] | None = None,
    strategy: str = ONE_FOR_ONE,
    max_restarts: int = 3,
    max_seconds: int = 5,
) -> Any:
    """Start a partition supervisor, linked to the caller, and its children.

    `child_spec` is a child as `Supervisor` takes it. `partitions` is how many of it there are: 1 unless you say so, for
    the runtime has one scheduler. `with_arguments(args, partition)` returns the arguments of one of them, if they are
    to differ; the partitions count from 0. The rest is as for `Supervisor.start_link`.

    Returns `("ok", pid)`, or `("error", reason)` as `Supervisor.start_link`. Raises `ArgumentError` for options that
    are missing or wrong. Mirrors `PartitionSupervisor.start_link/1`.
    """
    if options:
        given = {
            "name": name, "child_spec": child_spec, "partitions": partitions, "with_arguments": with_arguments,
            "strategy": strategy, "max_restarts": max_restarts, "max_seconds": max_seconds, **dict(options),
        }  # fmt: skip
        return start_link(**given)
    if name is None:
        raise ArgumentError("the name option must be given to PartitionSupervisor")
    if child_spec is None:
        raise ArgumentError("the child_spec option must be given to PartitionSupervisor")
    if type(partitions) is not int or partitions < 1:
        raise ArgumentError(f"the partitions option must be a positive integer, got: {describe(partitions)}")
    if with_arguments is not None and not callable(with_arguments):
        raise ArgumentError(
            "the with_arguments option must be a function that receives two arguments, the current call arguments and "
            f"the partition, got: {describe(with_arguments)}"
        )
    children = [_child(child_spec, name, partition, with_arguments) for partition in range(partitions)]
    flags = {"strategy": strategy, "max_restarts": max_restarts, "max_seconds": max_seconds}
    return Supervisor.start_link(_Partitions, (name, partitions, children, flags), name=name)


def _child(spec: Any, name: Any, partition: int, with_arguments: Any) -> dict[str, Any]:
    checked = child_specs.child_spec(spec)
    *function, args = checked["start"]
    if with_arguments is not None:
        args = with_arguments(args, partition)
        if not isinstance(args, list):
            raise RuntimeError(f"the call to the function in with_arguments must return a list, got: {describe(args)}")
    start = (_start_partition, [(*function, args), name, partition])
    return {"modules": modules_of(checked["start"]), **checked, "id": partition, "start": start}


def _start_partition(start: Any, name: Any, partition: int) -> Any:
    """In the supervisor's process: start a child, and note its pid where `whereis_name` finds it."""
    result = run(start)
    match result:
        case ("ok", Pid() as pid) | ("ok", Pid() as pid, _) if not isinstance(name, tuple):
            ets.insert(name, (partition, pid))
    return result


class _Partitions:
    """The module of the supervisor."""

    @staticmethod
    def init(argument: Any) -> Any:
        name, partitions, children, flags = argument
        if not isinstance(name, tuple):
            ets.new(name, ["set", "named_table", "protected", ("read_concurrency", True)])
            ets.insert(name, (PARTITIONS, partitions))
        return Supervisor.init(children, **flags)


def partitions(name: Any) -> int:
    """How many partitions there are.

    Returns a number. The caller exits with `("noproc", (PartitionSupervisor, "partitions", [name]))` when there is no
    such supervisor. Mirrors `PartitionSupervisor.partitions/1`.
    """
    if server_name.whereis(name) is None:
        exit((NOPROC, (PartitionSupervisor, "partitions", [name])))
    if isinstance(name, tuple):
        count: int = Supervisor.count_children(name)["specs"]
        return count
    found: int = ets.lookup_element(name, PARTITIONS, 2)
    return found


def whereis_name(name_and_key: tuple[Any, Any]) -> Any:
    """The process of a key; for `("via", PartitionSupervisor, (name, key))`. A whole number chooses by its remainder.

    Returns a pid, or "undefined". Mirrors `PartitionSupervisor.whereis_name/1`.
    """
    name, key = name_and_key
    partition = _partition_of(key, partitions(name))
    if isinstance(name, tuple):
        return next(pid for id, pid, _, _ in Supervisor.which_children(name) if id == partition)
    return ets.lookup_element(name, partition, 2)


def _partition_of(key: Any, count: int) -> int:
    if type(key) is int:
        return abs(key) % count
    # Text has the same partition in each run; Python's own hash of it has not.
    return (crc32(key.encode()) if isinstance(key, str) else hash(identity(key))) % count


def send(name_and_key: tuple[Any, Any], message: Any) -> Any:
    """Send to the process of a key; for `("via", PartitionSupervisor, (name, key))`. Mirrors
    `PartitionSupervisor.send/2`.
    """
    return send_message(whereis_name(name_and_key), message)


def register_name(name_and_key: Any, pid: Any) -> Any:
    """Nobody can be registered as a partition: raises `RuntimeError`."""
    raise RuntimeError('("via", PartitionSupervisor, _) cannot be given on registration')


def unregister_name(name_and_key: Any) -> Any:
    """Nobody can be registered as a partition: raises `RuntimeError`."""
    raise RuntimeError('("via", PartitionSupervisor, _) cannot be given on unregistration')


def which_children(name: Any) -> list[tuple[Any, Any, Atom, Any]]:
    """The children, the last partition first.

    Returns a list of `(partition, pid, type, modules)`. Mirrors `PartitionSupervisor.which_children/1`.
    """
    return Supervisor.which_children(name)


def count_children(name: Any) -> dict[str, int]:
    """How many children there are; as `Supervisor.count_children`. Mirrors `PartitionSupervisor.count_children/1`."""
    return Supervisor.count_children(name)


def stop(name: Any, reason: Any = NORMAL, timeout: int | str = INFINITY) -> Atom:
    """End the supervisor and its children. Returns "ok". Mirrors `PartitionSupervisor.stop/3`."""
    return Supervisor.stop(name, reason, timeout)


class _PartitionSupervisorFunctions(Behaviour):
    """What `PartitionSupervisor` offers."""

    start_link = staticmethod(start_link)
    partitions = staticmethod(partitions)
    whereis_name = staticmethod(whereis_name)
    send = staticmethod(send)
    register_name = staticmethod(register_name)
    unregister_name = staticmethod(unregister_name)
    which_children = staticmethod(which_children)
    count_children = staticmethod(count_children)
    stop = staticmethod(stop)

    def child_spec(cls, arg: Any) -> dict[str, Any]:
        """How another supervisor is to start it. It is known by the name among its options."""
        options = dict(arg or {})
        name = options.get("name", cls)
        id = name[-1] if isinstance(name, tuple) else name
        return {"id": id, "start": (cls, Atom("start_link"), [options]), "type": SUPERVISOR}


class PartitionSupervisor(metaclass=_PartitionSupervisorFunctions):
    """The same child several times, and a choice among them by key.

        >>> pid = ok(PartitionSupervisor.start_link(name="shops", child_spec=(Agent, lambda: 0), partitions=4))
        >>> PartitionSupervisor.partitions("shops"), PartitionSupervisor.count_children("shops")["active"]
        (4, 4)
        >>> shop = ("via", PartitionSupervisor, ("shops", "a customer"))
        >>> Agent.update(shop, lambda count: count + 1), Agent.get(shop, lambda count: count)
        ('ok', 1)

    Mirrors `PartitionSupervisor`.
    """
