"""`DynamicSupervisor`: a supervisor that starts with no children and is given them one by one.

    supervisor = ok(DynamicSupervisor.start_link(strategy="one_for_one"))
    pid = ok(DynamicSupervisor.start_child(supervisor, (Stack, ["hello"])))

or as a child of another, `(DynamicSupervisor, {"name": "workers"})`, or as a module:

    class Workers(DynamicSupervisor):
        def start_link(arg):
            return DynamicSupervisor.start_link(Workers, arg, name=Workers)

        def init(arg):
            return DynamicSupervisor.init(strategy="one_for_one")

The children have no ids, and no order: when the supervisor ends it ends them all at once.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import ERROR, INFINITY, NORMAL, OK, Atom
from pyex.errors import bad_argument, describe
from pyex.otp import gen_server
from pyex.otp.behaviour import Behaviour, OfItself
from pyex.otp.dynamic_supervisor.server import DynamicSupervisorServer
from pyex.otp.supervisor import Default
from pyex.otp.supervisor import child_spec as child_specs
from pyex.otp.supervisor.child import (
    PERMANENT,
    SHUTDOWN_MS,
    SUPERVISOR,
    TEMPORARY,
    TRANSIENT,
    WORKER,
    Invalid,
    atom,
    check_modules,
    check_shutdown,
    check_start,
    modules_of,
    word,
)
from pyex.otp.supervisor.flags import ONE_FOR_ONE
from pyex.otp.supervisor.server import start_supervisor
from pyex.pid import Pid

_NOTHING: Any = object()


def start_link(
    module_or_options: Any = None,
    init_arg: Any = _NOTHING,
    module_options: Any = (),
    /,
    *,
    name: Any = None,
    **options: Any,
) -> Any:
    """Start a dynamic supervisor, linked to the caller.

        >>> pid = ok(DynamicSupervisor.start_link(strategy="one_for_one", name="workers"))
        >>> ok(DynamicSupervisor.start_child("workers", (Agent, lambda: 0))) in Process.list()
        True

    Takes the options of `DynamicSupervisor.init` (by name, or as one dict), or a module with an `init` and the argument
    for it; and `name`, a string, a class or `("via", module, term)`.

    Returns `("ok", pid)`, "ignore" as the module says, `("error", ("already_started", pid))` when the name is taken,
    `("error", ("supervisor_data", reason))` for wrong options and `("error", ("bad_return", (module, "init", value)))`.
    Mirrors `DynamicSupervisor.start_link/1` and `/3`.
    """
    if module_or_options is None or isinstance(module_or_options, dict | list):
        options = {**dict(module_or_options or {}), **options}
        name = options.pop("name", name)
        return start_supervisor(DynamicSupervisorServer, Default, init(**options), name)
    argument = [] if init_arg is _NOTHING else init_arg
    name = dict(module_options).get("name", name)
    return start_supervisor(DynamicSupervisorServer, module_or_options, argument, name)


def init(
    *,
    strategy: str = ONE_FOR_ONE,
    max_restarts: int = 3,
    max_seconds: int = 5,
    max_children: int | str = INFINITY,
    extra_arguments: list[Any] | tuple[()] = (),
) -> Any:
    """What the `init` of a dynamic supervisor's module returns.

        >>> DynamicSupervisor.init(max_children=10)[1]["max_children"]
        10

    The strategy can only be "one_for_one". More than `max_restarts` within `max_seconds`, and the supervisor ends.
    `extra_arguments` are put before the arguments of each child's start function. Mirrors `DynamicSupervisor.init/1`.
    """
    flags = {
        "strategy": atom(strategy),
        "intensity": max_restarts,
        "period": max_seconds,
        "max_children": max_children,
        "extra_arguments": [] if extra_arguments == () else extra_arguments,
    }
    return (OK, flags)


def start_child(supervisor: Any, child: Any) -> Any:
    """Start a child.

        >>> pid = ok(DynamicSupervisor.start_link(max_children=1))
        >>> DynamicSupervisor.start_child(pid, (Agent, lambda: 0))[0]
        'ok'
        >>> DynamicSupervisor.start_child(pid, (Agent, lambda: 0))
        ('error', 'max_children')

    `child` is a module, `(module, arg)` or a dict, as `Supervisor.child_spec` says; its id must be there, and does not
    matter. Returns `("ok", pid)`,
    `("ok", pid, info)` or "ignore", as the start function does; `("error", reason)` when it could not be started, or
    the spec is wrong. Mirrors `DynamicSupervisor.start_child/2`.
    """
    spec = child if child_specs.is_old_spec(child) else child_specs.child_spec(child)
    try:
        checked = _check(spec)
    except Invalid as error:
        return (ERROR, error.reason)
    return gen_server.call(supervisor, (Atom("start_child"), checked), INFINITY)


def _check(spec: Any) -> tuple[Any, ...]:
    """What the supervisor is sent: `(start, restart, shutdown, type, modules)`. Raises `Invalid`."""
    if isinstance(spec, tuple):
        spec = dict(zip(("id", "start", "restart", "shutdown", "type", "modules"), spec, strict=True))
    if "id" not in spec or not isinstance(spec.get("start"), tuple):
        raise Invalid((Atom("invalid_child_spec"), spec))
    start = check_start(spec["start"])
    restart = word(spec.get("restart", PERMANENT), (PERMANENT, TRANSIENT, TEMPORARY), "invalid_restart_type")
    kind = spec.get("type", WORKER)
    shutdown = check_shutdown(spec.get("shutdown", SHUTDOWN_MS if kind == WORKER else INFINITY), least=1)
    kind = word(kind, (WORKER, SUPERVISOR), "invalid_child_type")
    modules = check_modules(spec["modules"] if "modules" in spec else modules_of(start), "invalid_modules")
    return (start, restart, shutdown, kind, modules)


def terminate_child(supervisor: Any, pid: Pid) -> Any:
    """End a child, and forget it.

    Returns "ok", or `("error", "not_found")`. Mirrors `DynamicSupervisor.terminate_child/2`.
    """
    if not isinstance(pid, Pid):
        raise bad_argument(2, f"not a pid: {describe(pid)}; a DynamicSupervisor knows its children by their pids")
    return gen_server.call(supervisor, (Atom("terminate_child"), pid), INFINITY)


def which_children(supervisor: Any) -> list[tuple[Any, Any, Atom, Any]]:
    """The children.

    Returns a list of `("undefined", pid, type, modules)`; for pid "restarting" while attempts to restart it fail.
    Mirrors `DynamicSupervisor.which_children/1`.
    """
    return gen_server.call(supervisor, Atom("which_children"), INFINITY)  # type: ignore[no-any-return]


def count_children(supervisor: Any) -> dict[str, int]:
    """How many children there are.

        >>> DynamicSupervisor.count_children(ok(DynamicSupervisor.start_link()))
        {'active': 0, 'specs': 0, 'supervisors': 0, 'workers': 0}

    Returns `{"active": those that run, "specs": all, "supervisors": …, "workers": …}`. Mirrors
    `DynamicSupervisor.count_children/1`.
    """
    return gen_server.call(supervisor, Atom("count_children"), INFINITY)  # type: ignore[no-any-return]


def stop(supervisor: Any, reason: Any = NORMAL, timeout: int | str = INFINITY) -> Atom:
    """End the supervisor and all its children.

    Returns "ok" when they have ended. The caller exits as that of `GenServer.stop` does. Mirrors
    `DynamicSupervisor.stop/3`.
    """
    return gen_server.stop(supervisor, reason, timeout)


class _DynamicSupervisorFunctions(Behaviour):
    """What `DynamicSupervisor` offers."""

    start_link = OfItself(start_link)
    init = staticmethod(init)
    start_child = staticmethod(start_child)
    terminate_child = staticmethod(terminate_child)
    which_children = staticmethod(which_children)
    count_children = staticmethod(count_children)
    stop = staticmethod(stop)

    def child_spec(cls, arg: Any) -> dict[str, Any]:
        """How another supervisor is to start it. `DynamicSupervisor` itself is known by the name among its options."""
        if cls is not DynamicSupervisor:
            return {"type": SUPERVISOR, **super().child_spec(arg)}
        options = dict(arg or {})
        name = options.get("name")
        id = name[-1] if isinstance(name, tuple) else cls if name is None else atom(name)
        return {"id": id, "start": (cls, Atom("start_link"), [options]), "type": SUPERVISOR}


class DynamicSupervisor(metaclass=_DynamicSupervisorFunctions):
    """A supervisor that starts with no children and is given them one by one.

        >>> class Workers(DynamicSupervisor):
        ...     def init(most):
        ...         return DynamicSupervisor.init(strategy="one_for_one", max_children=most)
        >>> pid = ok(DynamicSupervisor.start_link(Workers, 1000))
        >>> child = ok(DynamicSupervisor.start_child(pid, (Agent, lambda: 0)))
        >>> DynamicSupervisor.terminate_child(pid, child)
        'ok'

    A module has one callback, `init(arg)`, which returns `DynamicSupervisor.init(…)`, or "ignore". Without one:
    `DynamicSupervisor.start_link(name="workers")`, or `(DynamicSupervisor, {"name": "workers"})` among the children of
    another supervisor. What can be said of a child is in `Supervisor.child_spec`. The children have no ids and no
    order; when the supervisor ends, it ends them all at once. Mirrors `DynamicSupervisor`.
    """
