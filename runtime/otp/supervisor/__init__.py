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

A child is a module, `(module, arg)`, or a dict (`Supervisor.child_spec` says what the first two stand for, and changes
some of the keys):

    id           what the supervisor knows it by; any term
    start        (module, "function", [arguments]) or (function, [arguments]), which starts it, linked, and returns
                 ("ok", pid), ("ok", pid, info), "ignore" or ("error", reason)
    restart      "permanent" (the default), "transient" (when it ended abnormally), "temporary" (never)
    shutdown     how long it may take to end: milliseconds (5000), "infinity" (supervisors), "brutal_kill"
    type         "worker" (the default) or "supervisor"
    significant  whether its end may end the supervisor: see auto_shutdown
    modules      a list of modules, or "dynamic"; only shown

The strategies: "one_for_one" restarts the child that ended; "one_for_all" ends and restarts all; "rest_for_one" those
that were started after it, too. More than `max_restarts` (3) within `max_seconds` (5), and the supervisor ends itself.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyex.atom import INFINITY, NORMAL, OK, Atom
from pyex.errors import ArgumentError, describe
from pyex.otp import gen_server
from pyex.otp.behaviour import Behaviour, OfItself
from pyex.otp.supervisor import child_spec as child_specs
from pyex.otp.supervisor import spec as supervisor_spec
from pyex.otp.supervisor.child import SUPERVISOR, atom
from pyex.otp.supervisor.child_spec import spec_of
from pyex.otp.supervisor.flags import NEVER
from pyex.otp.supervisor.server import SupervisorServer, start_supervisor


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
    options: Any = (),
    /,
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

    Takes a list of children, each a module, `(module, arg)` or a dict (see `Supervisor.child_spec`), and the options of
    `Supervisor.init` (by name, or as one dict); or a module with an `init` and the argument for it. `name` is a string,
    a class or `("via", module, term)`.

    Returns `("ok", pid)`, or "ignore" as the module says. `("error", reason)` with `("already_started", pid)` when the
    name is taken; `("shutdown", ("failed_to_start_child", id, reason))` when a child could not be started: those before
    it have been ended; `("start_spec", …)` and `("supervisor_data", …)` for wrong specs and options; `("bad_return",
    (module, "init", value))`. Raises `ArgumentError` for a list without a strategy and for what is no child. Mirrors
    `Supervisor.start_link/2` and `/3`.
    """
    if not isinstance(children_or_module, list):
        _check_module(children_or_module, strategy)
        argument = [] if init_arg is _NOTHING else init_arg
        return start_supervisor(SupervisorServer, children_or_module, argument, dict(options).get("name", name))
    options = {} if init_arg is _NOTHING else dict(init_arg)
    name = options.pop("name", name)
    given = {
        "strategy": strategy, "max_restarts": max_restarts, "max_seconds": max_seconds, "auto_shutdown": auto_shutdown,
        **options,
    }  # fmt: skip
    return start_supervisor(SupervisorServer, Default, init(children_or_module, **given), name)


def _check_module(module: Any, strategy: str | None) -> None:
    """Refuse what is neither a module nor a list of children."""
    if isinstance(module, type | ModuleType | str) and strategy is None:
        return
    if isinstance(module, _SupervisorFunctions):
        raise ArgumentError(f"strategy goes with a list of children; the init of {describe(module)} gives its own")
    children = module if isinstance(module, tuple) and not _is_child(module) else [module]
    raise ArgumentError(f"{describe(module)} is no list of children: write {describe(list(children))}")


def _is_child(given: tuple[Any, ...]) -> bool:
    return len(given) == 2 and isinstance(given[0], type | ModuleType) and not isinstance(given[1], type | ModuleType)


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

    The children are modules, `(module, arg)` or dicts: see `Supervisor.child_spec`. When one ends, the strategy
    "one_for_one" restarts it; "one_for_all" ends all others and restarts all; "rest_for_one" does so with those after
    it in the list. More than `max_restarts` restarts within `max_seconds` seconds, and the supervisor ends, with reason
    "shutdown". With `auto_shutdown` "any_significant" it ends, with the same reason, when a significant child has ended
    by itself and is not restarted; with "all_significant" when the last of them has.

    Returns `("ok", (flags, child_specs))`. Raises `ArgumentError` without a strategy, and for what is no child.
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

    `child` is a module, `(module, arg)` or a dict: see `Supervisor.child_spec`. It is the last to be started and the
    first to be ended. Returns `("ok", pid)`, `("ok", pid, info)`, or `("ok", "undefined")` where the child is to be
    ignored; `("error", ("already_started", pid))` where the id is known, and `("error", "already_present")` where it is
    and has no process; `("error", (reason, child))` when it could not be started: then it is not kept. Mirrors
    `Supervisor.start_child/2`.
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
    start_link = OfItself(start_link)
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
        """The spec of a child, a dict, with some of its keys changed.

            >>> class Stack(GenServer, restart="transient"):
            ...     def start_link(items):
            ...         return GenServer.start_link(Stack, items)
            >>> spec = Supervisor.child_spec((Stack, [1, 2]), id="numbers", shutdown="brutal_kill")
            >>> spec["id"], spec["restart"], spec["shutdown"], spec["start"][1:]
            ('numbers', 'transient', 'brutal_kill', ('start_link', [[1, 2]]))

        A child is a module, whose own `child_spec([])` is taken; `(module, arg)`, for its `child_spec(arg)`; or a dict.
        The overrides are the keys of such a dict, by name:

            id           by what the supervisor knows it: any term; the class, for a child given as a module
            start        (module, "function", [args]) or (function, [args]): starts the process, linked to the caller,
                         and returns ("ok", pid), ("ok", pid, info), "ignore" or ("error", reason). For a child given
                         as a module (module, "start_link", [arg])
            restart      "permanent": always start it again; "transient": when it ended for another reason than
                         "normal", "shutdown" or ("shutdown", term); "temporary": never. "permanent" if left out
            shutdown     milliseconds that it has to end when it is told to, before it is killed; "infinity"; or
                         "brutal_kill", to kill it at once. 5000 if left out, "infinity" for a supervisor
            type         "worker" or "supervisor". "worker" if left out
            significant  whether its end may end the supervisor (see auto_shutdown of `Supervisor.init`). False if left
                         out; a "permanent" child cannot be
            modules      a list of modules, or "dynamic"; only shown. The module of start if left out

        id and start must be there in the end. All but start and modules may be class keywords as well, as above.

        Returns a dict. Raises `ArgumentError` for what is no child, and for an unknown key; whether the values are good
        is seen when the child is to be started. Called on a supervisor module, `Shop.child_spec(arg)`, it returns
        how another supervisor is to start that. Mirrors `Supervisor.child_spec/2`.
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

    A module has one callback, `init(arg)`, which returns `Supervisor.init(children, strategy=…)`, or "ignore". With a
    `start_link(arg)` of its own it may be a child of another; a class keyword says how that treats it: `class
    Shop(Supervisor, restart="transient")`. Without a module: `Supervisor.start_link(children, strategy=…)`. What can be
    said of a child is in `Supervisor.child_spec`, the options in `Supervisor.init`. Mirrors `Supervisor`.
    """
