"""`Supervisor`: a process that starts other processes, and starts them again when they end.

    children = [
        (Stack, ["hello"]),
        {"id": "counter", "start": (Counter, "start_link", [0]), "restart": "transient"},
    ]
    pid = ok(Supervisor.start_link(children, strategy="one_for_one"))

or as a module:

    class MySupervisor(Supervisor):
        def start_link(arg):
            return Supervisor.start_link(MySupervisor, arg, name=MySupervisor)

        def init(arg):
            return Supervisor.init([(Stack, arg)], strategy="one_for_one")

A child is a module, `(module, arg)`, or a dict:

    id           what the supervisor knows it by; any term
    start        (module, "function", [arguments]) or (function, [arguments]), which starts it, linked, and returns
                 ("ok", pid), ("ok", pid, info), "ignore" or ("error", reason)
    restart      "permanent" (the default), "transient" (when it ended abnormally), "temporary" (never)
    shutdown     how long it may take to end: milliseconds (5000), "infinity" (supervisors), "brutal_kill"
    type         "worker" (the default) or "supervisor"
    significant  whether its end may end the supervisor: see auto_shutdown

The strategies: "one_for_one" restarts the child that ended; "one_for_all" ends and restarts all; "rest_for_one" those
that were started after it, too. More than `max_restarts` (3) within `max_seconds` (5), and the supervisor ends itself.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import INFINITY, NORMAL, OK, Atom
from pyex.errors import ArgumentError
from pyex.otp import gen_server, server_name
from pyex.otp.behaviour import Behaviour
from pyex.otp.supervisor import child_spec as child_specs
from pyex.otp.supervisor import spec as supervisor_spec
from pyex.otp.supervisor.child import SUPERVISOR, atom
from pyex.otp.supervisor.child_spec import spec_of
from pyex.otp.supervisor.flags import NEVER
from pyex.otp.supervisor.server import SupervisorServer


class Default:
    """The module of a supervisor that has none of its own: its `init` returns what it is given."""

    @staticmethod
    def init(argument: Any) -> Any:
        return argument


Default.__qualname__ = Default.__name__ = "Supervisor.Default"

_NOTHING: Any = object()


def start_link(
    children_or_module: Any,
    init_arg: Any = _NOTHING,
    *,
    name: Any = None,
    strategy: str | None = None,
    max_restarts: int = 3,
    max_seconds: int = 5,
    auto_shutdown: str = NEVER,
) -> Any:
    """Start a supervisor, linked to the caller, and its children, in order.

        >>> child = {"id": "counter", "start": (Agent, "start_link", [lambda: 0])}
        >>> pid = ok(Supervisor.start_link([child], strategy="one_for_one"))
        >>> Supervisor.count_children(pid)
        {'active': 1, 'specs': 1, 'supervisors': 0, 'workers': 1}

    Takes a list of children and the options of `Supervisor.init` (by name, or as one dict), or a module with an `init`
    and the argument for it. `name` is a string, a class or `("via", module, term)`.

    Returns `("ok", pid)`, or "ignore" as the module says. `("error", reason)` with `("already_started", pid)` when the
    name is taken; `("shutdown", ("failed_to_start_child", id, reason))` when a child could not be started: those before
    it have been ended; `("start_spec", …)` and `("supervisor_data", …)` for wrong specs and options; `("bad_return",
    (module, "init", value))`. Raises `ArgumentError` for a list without a strategy and for what is no child. Mirrors
    `Supervisor.start_link/2` and `/3`.
    """
    if not isinstance(children_or_module, list):
        return _start(children_or_module, [] if init_arg is _NOTHING else init_arg, name)
    options = {} if init_arg is _NOTHING else dict(init_arg)
    name = options.pop("name", name)
    given = {
        "strategy": strategy, "max_restarts": max_restarts, "max_seconds": max_seconds, "auto_shutdown": auto_shutdown,
        **options,
    }  # fmt: skip
    return _start(Default, init(children_or_module, **given), name)


def _start(module: Any, argument: Any, name: Any) -> Any:
    server_name.check(name)
    own_name = name if name is None or isinstance(name, tuple) else (Atom("local"), atom(name))
    return gen_server.start_link(SupervisorServer, (own_name, module, argument), name=name)


def init(
    children: list[Any],
    *,
    strategy: str | None = None,
    max_restarts: int = 3,
    max_seconds: int = 5,
    auto_shutdown: str = NEVER,
) -> Any:
    """What the `init` of a supervisor module returns.

        >>> Supervisor.init([], strategy="one_for_all")
        ('ok', ({'strategy': 'one_for_all', 'intensity': 3, 'period': 5}, []))

    The strategy is "one_for_one", "one_for_all" or "rest_for_one". With `auto_shutdown` "any_significant" the
    supervisor ends, with reason "shutdown", when a significant child has ended by itself and is not restarted; with
    "all_significant" when the last of them has. Raises `ArgumentError` without a strategy, and for what is no child.
    Mirrors `Supervisor.init/2`.
    """
    if strategy is None:
        raise ArgumentError('expected strategy option to be given: write strategy="one_for_one"')
    flags = {"strategy": atom(strategy), "intensity": max_restarts, "period": max_seconds}
    if auto_shutdown != NEVER:
        flags["auto_shutdown"] = atom(auto_shutdown)
    return (OK, (flags, [spec_of(child) for child in children]))


def which_children(supervisor: Any) -> list[tuple[Any, Any, Atom, Any]]:
    """The children of a supervisor, the last first.

        >>> child = {"id": "counter", "start": (Agent, "start_link", [lambda: 0])}
        >>> pid = ok(Supervisor.start_link([child], strategy="one_for_one"))
        >>> [(id, type) for id, _, type, _ in Supervisor.which_children(pid)]
        [('counter', 'worker')]

    Returns a list of `(id, pid, type, modules)`; for pid "restarting" while attempts to restart it fail, and
    "undefined" where it has no process. Mirrors `Supervisor.which_children/1`.
    """
    return _call(supervisor, Atom("which_children"))  # type: ignore[no-any-return]


def count_children(supervisor: Any) -> dict[str, int]:
    """How many children a supervisor has.

    Returns `{"active": those with a process, "specs": all, "supervisors": …, "workers": …}`. Mirrors
    `Supervisor.count_children/1`.
    """
    return _call(supervisor, Atom("count_children"))  # type: ignore[no-any-return]


def start_child(supervisor: Any, child: Any) -> Any:
    """Add a child to a supervisor, and start it.

        >>> pid = ok(Supervisor.start_link([], strategy="one_for_one"))
        >>> child = {"id": "counter", "start": (Agent, "start_link", [lambda: 0])}
        >>> counter = ok(Supervisor.start_child(pid, child))
        >>> Supervisor.start_child(pid, child) == ("error", ("already_started", counter))
        True

    Returns `("ok", pid)`, `("ok", pid, info)`, or `("ok", "undefined")` where the child is to be ignored; `("error",
    "already_present")` where the id is known and has no process; `("error", (reason, child))` when it could not be
    started: then it is not kept. Mirrors `Supervisor.start_child/2`.
    """
    if isinstance(child, list) or child_specs.is_old_spec(child):
        return _call(supervisor, (Atom("start_child"), child))
    return _call(supervisor, (Atom("start_child"), child_specs.child_spec(child)))


def terminate_child(supervisor: Any, id: Any) -> Any:
    """End a child; its spec stays, unless it is temporary.

    Returns "ok" or `("error", "not_found")`. Mirrors `Supervisor.terminate_child/2`.
    """
    return _call(supervisor, (Atom("terminate_child"), id))


def restart_child(supervisor: Any, id: Any) -> Any:
    """Start a child that has no process.

        >>> child = {"id": "counter", "start": (Agent, "start_link", [lambda: 0])}
        >>> pid = ok(Supervisor.start_link([child], strategy="one_for_one"))
        >>> Supervisor.restart_child(pid, "counter"), Supervisor.terminate_child(pid, "counter")
        (('error', 'running'), 'ok')
        >>> Supervisor.restart_child(pid, "counter")[0]
        'ok'

    Returns `("ok", pid)`, `("ok", pid, info)`, or `("error", reason)`: "not_found", "running", "restarting", or why it
    could not be started. Mirrors `Supervisor.restart_child/2`.
    """
    return _call(supervisor, (Atom("restart_child"), id))


def delete_child(supervisor: Any, id: Any) -> Any:
    """Forget a child that has no process.

    Returns "ok", or `("error", reason)`: "not_found", "running" or "restarting". Mirrors `Supervisor.delete_child/2`.
    """
    return _call(supervisor, (Atom("delete_child"), id))


def get_childspec(supervisor: Any, id: Any) -> Any:
    """The spec of a child, with all that was left out of it.

    Returns `("ok", spec)` or `("error", "not_found")`. Mirrors `:supervisor.get_childspec/2`.
    """
    return _call(supervisor, (Atom("get_childspec"), id))


def stop(supervisor: Any, reason: Any = NORMAL, timeout: int | str = INFINITY) -> Atom:
    """End a supervisor, which ends its children, the last first.

        >>> pid = ok(Supervisor.start_link([], strategy="one_for_one"))
        >>> Supervisor.stop(pid), Process.alive(pid)
        ('ok', False)

    Returns "ok" when it has ended. The caller exits as that of `GenServer.stop` does. Mirrors `Supervisor.stop/3`.
    """
    return gen_server.stop(supervisor, reason, timeout)


def _call(supervisor: Any, request: Any) -> Any:
    return gen_server.call(supervisor, request, INFINITY)


class Spec:
    """The specifications of before 2017: `worker`, `supervisor` and `supervise`. Mirrors `Supervisor.Spec`."""

    worker = staticmethod(supervisor_spec.worker)
    supervisor = staticmethod(supervisor_spec.supervisor)
    supervise = staticmethod(supervisor_spec.supervise)


class _SupervisorFunctions(Behaviour):
    """What `Supervisor` offers."""

    Spec = Spec
    start_link = staticmethod(start_link)
    init = staticmethod(init)
    which_children = staticmethod(which_children)
    count_children = staticmethod(count_children)
    start_child = staticmethod(start_child)
    terminate_child = staticmethod(terminate_child)
    restart_child = staticmethod(restart_child)
    delete_child = staticmethod(delete_child)
    get_childspec = staticmethod(get_childspec)
    stop = staticmethod(stop)

    def child_spec(cls, arg: Any, **overrides: Any) -> dict[str, Any]:
        """Of a supervisor module: how another supervisor is to start it. `Supervisor.child_spec(child, **overrides)`
        builds the spec of any child.
        """
        if cls is Supervisor:
            return child_specs.child_spec(arg, **overrides)
        return {"type": SUPERVISOR, **super().child_spec(arg)}


class Supervisor(metaclass=_SupervisorFunctions):
    """A process that starts other processes, and starts them again when they end.

        >>> class Counter(GenServer):
        ...     def start_link(start):
        ...         return GenServer.start_link(Counter, start, name="counter")
        ...     def init(start):
        ...         return ("ok", start)
        ...     def handle_call(request, from_, count):
        ...         return ("reply", count, count + 1)
        >>> class Shop(Supervisor):
        ...     def init(start):
        ...         return Supervisor.init([(Counter, start)], strategy="one_for_one")
        >>> pid = ok(Supervisor.start_link(Shop, 7))
        >>> GenServer.call("counter", "next"), GenServer.call("counter", "next")
        (7, 8)
        >>> Process.exit(Process.whereis("counter"), "kill"), Process.sleep(10)
        (True, 'ok')
        >>> GenServer.call("counter", "next")
        7

    A module has one callback, `init(arg)`, which returns `Supervisor.init(children, strategy=…)`, or "ignore". A class
    keyword says how other supervisors treat it: `class Shop(Supervisor, restart="transient")`. Mirrors `Supervisor`.
    """
