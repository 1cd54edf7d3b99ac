"""`Pool`: a number of workers of one kind that are lent to whoever needs one.

    class Downloader(GenServer):
        def start_link(arg):
            return GenServer.start_link(Downloader, arg)

        def handle_call(url, from_, state):
            return ("reply", download(url), state)

    Pool.start_link(name="downloads", worker=(Downloader, None), size=5)
    Pool.transaction("downloads", lambda worker: GenServer.call(worker, url))

A worker that ends is replaced. A client that ends gives its worker back. Who asks when all workers are lent waits in a
queue. A pool is a supervision tree, and a child of another: `(Pool, {"name": "downloads", "worker": …})`; see
`pyex.otp.pool.supervisor`.

It has the rules and the words of Erlang's `poolboy`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pyex.atom import INFINITY, NORMAL, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.otp import gen, server_name
from pyex.otp.behaviour import Behaviour
from pyex.otp.gen_server import GenServer
from pyex.otp.gen_server.loop import CALL
from pyex.otp.pool.server import FIFO, LIFO, Options
from pyex.otp.pool.supervisor import PoolSupervisor, server_of
from pyex.otp.supervisor import Supervisor
from pyex.otp.supervisor.child import SUPERVISOR, TEMPORARY, atom
from pyex.pid import Pid
from pyex.reference import make_ref

Result = TypeVar("Result")

CHECKOUT, CHECKIN, CANCEL_WAITING, STATUS = (
    Atom("checkout"), Atom("checkin"), Atom("cancel_waiting"), Atom("status"),
)  # fmt: skip


def start_link(
    options: dict[str, Any] | None = None,
    *,
    name: Any = None,
    worker: Any = None,
    size: int = 5,
    max_overflow: int = 0,
    strategy: str = LIFO,
) -> Any:
    """Start a pool, linked to the caller, and its workers.

        >>> pid = ok(Pool.start_link(name="counters", worker=(Agent, lambda: 0), size=2))
        >>> Pool.status("counters")
        ('ready', 2, 0, 0)

    `worker` says what the workers are, as a supervisor is told of a child: a module, `(module, arg)` or a child spec;
    its "restart" does not matter. There are `size` of them, and when all are lent up to `max_overflow` more, which end
    when they come back and nobody waits for one. `strategy` says which goes out next: "lifo" the one that came back
    last, "fifo" the one that has been there longest. `name` is a string, a class or `("via", module, term)`. All this
    may also be given as one dict.

    Returns `("ok", pid)`, `("error", ("already_started", pid))` when the name is taken, and `("error", ("shutdown",
    …))` when a worker could not be started. Raises `ArgumentError` for wrong options. Mirrors `poolboy:start_link/2`.
    """
    if options is not None:
        return start_link(**options)
    if worker is None:
        raise ArgumentError("expected worker to be given: a module, (module, arg) or a child spec")
    for option, value in (("size", size), ("max_overflow", max_overflow)):
        if type(value) is not int or value < 0:
            raise ArgumentError(f"expected {option} to be a whole number from 0, got: {describe(value)}")
    if size + max_overflow == 0:
        raise ArgumentError("a pool of size 0 without overflow never has a worker")
    if strategy not in (LIFO, FIFO):
        raise ArgumentError(f'expected strategy to be "lifo" or "fifo", got: {describe(strategy)}')
    # Temporary: the server replaces workers, and knows of the new ones.
    spec = Supervisor.child_spec(worker, restart=TEMPORARY)
    return PoolSupervisor.start_link(name, Options(spec, size, max_overflow, Atom(strategy)))


def child_spec(options: dict[str, Any]) -> dict[str, Any]:
    """How a supervisor is to start a pool, which it knows by its name.

        >>> spec = Pool.child_spec({"name": "downloads", "worker": (Agent, lambda: 0)})
        >>> spec["id"], spec["type"], spec["start"][1]
        ('downloads', 'supervisor', 'start_link')

    Takes the options of `start_link` as a dict. So `(Pool, {"name": "downloads", …})` is a child, and a supervisor can
    have several. Returns a child spec. Mirrors `poolboy:child_spec/3`.
    """
    if not isinstance(options, dict):
        raise bad_argument(1, f"not a dict of options: {describe(options)}")
    match options.get("name"):
        case None:
            id: Any = Pool
        case ("via", _, term):
            id = term
        case name:
            id = atom(name)
    return {"id": id, "start": (Pool, Atom("start_link"), [options]), "type": SUPERVISOR}


def checkout(pool: Any, block: bool = True, timeout: int | str = 5000) -> Any:
    """Take a worker; `checkin` gives it back, and so does the end of the caller.

        >>> pool = ok(Pool.start_link(worker=(Agent, lambda: 42), size=1))
        >>> worker = Pool.checkout(pool)
        >>> Agent.get(worker, lambda state: state)
        42
        >>> Pool.checkout(pool, block=False)
        'full'

    Where no worker is free the caller waits, up to `timeout` milliseconds, behind those that have waited longer; with
    `block=False` it does not.

    Returns the pid of the worker, or "full". The caller exits with `(reason, (Pool, "checkout", [pool, block,
    timeout]))`: "timeout", "noproc" when there is no such pool, or why the pool has ended meanwhile. A worker that it
    had then been given goes back. Mirrors `poolboy:checkout/3`.
    """
    server, ticket = _server_of(pool), make_ref()
    try:
        return gen.call(server, CALL, (CHECKOUT, ticket, block), timeout, (Pool, "checkout", [pool, block, timeout]))
    except BaseException:
        # The worker may be on its way.
        GenServer.cast(server, (CANCEL_WAITING, ticket))
        raise


def checkin(pool: Any, worker: Pid) -> Atom:
    """Give a worker back.

        >>> pool = ok(Pool.start_link(worker=(Agent, lambda: 0)))
        >>> Pool.checkin(pool, Pool.checkout(pool))
        'ok'

    Returns "ok" at once; also for one that has ended, is back already or was never lent. Mirrors `poolboy:checkin/2`.
    """
    if not isinstance(worker, Pid):
        raise bad_argument(2, f"not a pid: {describe(worker)}; write what Pool.checkout returned")
    return GenServer.cast(_server_of(pool), (CHECKIN, worker))


def transaction(pool: Any, function: Callable[[Pid], Result], timeout: int | str = 5000) -> Result:
    """Take a worker, call `function(worker)`, and give it back, whatever happens.

        >>> pool = ok(Pool.start_link(worker=(Agent, lambda: 42)))
        >>> Pool.transaction(pool, lambda worker: Agent.get(worker, str))
        '42'

    `timeout` is for the checkout. Returns what the function returns. Mirrors `poolboy:transaction/3`.
    """
    worker = checkout(pool, True, timeout)
    try:
        return function(worker)
    finally:
        checkin(pool, worker)


def status(pool: Any) -> tuple[Atom, int, int, int]:
    """How a pool is.

        >>> pool = ok(Pool.start_link(worker=(Agent, lambda: 0), size=1, max_overflow=1))
        >>> Pool.status(pool), Pool.checkout(pool) in Process.list(), Pool.status(pool)
        (('ready', 1, 0, 0), True, ('overflow', 0, 0, 1))

    Returns `(state, free, overflow, lent)`: how many workers are free, how many there are beyond the size of the pool,
    and how many are lent. The state is "ready" where one is free, "overflow" where one more could be started, else
    "full". Mirrors `poolboy:status/1`.
    """
    return gen.call(_server_of(pool), CALL, STATUS, 5000, (Pool, "status", [pool]))  # type: ignore[no-any-return]


def stop(pool: Any, reason: Any = NORMAL, timeout: int | str = INFINITY) -> Atom:
    """End a pool and its workers.

        >>> pool = ok(Pool.start_link(worker=(Agent, lambda: 0)))
        >>> Pool.stop(pool), Process.alive(pool)
        ('ok', False)

    Who waits for a worker exits. Returns "ok" when it has ended. The caller exits as that of `GenServer.stop` does.
    Mirrors `poolboy:stop/1`.
    """
    return Supervisor.stop(pool, reason, timeout)


def _server_of(pool: Any) -> Pid | None:
    pid = server_name.whereis(pool)
    return None if pid is None else server_of(pid)


class Pool(metaclass=Behaviour):
    """A number of workers of one kind that are lent to whoever needs one. A namespace: `Pool.checkout(pool)`.

        >>> class Doubler(GenServer):
        ...     def start_link(arg):
        ...         return GenServer.start_link(Doubler, arg)
        ...     def handle_call(number, from_, state):
        ...         return ("reply", 2 * number, state)
        >>> pid = ok(Pool.start_link(name="doublers", worker=(Doubler, None), size=2))
        >>> Pool.transaction("doublers", lambda worker: GenServer.call(worker, 21))
        42

    Mirrors Erlang's `poolboy`.
    """

    start_link = staticmethod(start_link)
    child_spec = staticmethod(child_spec)
    checkout = staticmethod(checkout)
    checkin = staticmethod(checkin)
    transaction = staticmethod(transaction)
    status = staticmethod(status)
    stop = staticmethod(stop)
