"""`Supervisor.Spec`: how children and supervisors were specified until 2017, and are in many books.

    class MyFancySupervisor(Supervisor):
        def start_link():
            return Supervisor.start_link(MyFancySupervisor, [])

        def init(_):
            return supervise([worker(MyFancyProcess, [0])], strategy="one_for_one")

`Supervisor.init` and dicts have taken its place; both are understood everywhere.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import INFINITY, OK, Atom
from pyex.errors import ArgumentError, describe
from pyex.otp.supervisor.child import PERMANENT, SHUTDOWN_MS, SUPERVISOR, WORKER, atom
from pyex.otp.supervisor.child_spec import is_old_spec
from pyex.otp.term import identity

_NOTHING: Any = object()


def worker(
    module: Any,
    args: list[Any],
    *,
    id: Any = _NOTHING,
    function: str = "start_link",
    restart: str = PERMANENT,
    shutdown: int | str = SHUTDOWN_MS,
    modules: Any = None,
) -> tuple[Any, ...]:
    """The spec of a worker, which is started by `module.start_link(*args)`.

        >>> worker(Agent, [lambda: 0], id="counter", restart="transient")[2:]
        ('transient', 5000, 'worker', [Agent])

    Returns `(id, (module, function, args), restart, shutdown, "worker", modules)`. Mirrors `Supervisor.Spec.worker/3`.
    """
    return _child(WORKER, module, args, id, function, restart, shutdown, modules)


def supervisor(
    module: Any,
    args: list[Any],
    *,
    id: Any = _NOTHING,
    function: str = "start_link",
    restart: str = PERMANENT,
    shutdown: int | str = INFINITY,
    modules: Any = None,
) -> tuple[Any, ...]:
    """The spec of a supervisor, which is started by `module.start_link(*args)`; it has all the time it needs to end.

        >>> supervisor(DynamicSupervisor, [{"name": "workers"}], id="workers")[2:5]
        ('permanent', 'infinity', 'supervisor')

    Returns as `worker`. Mirrors `Supervisor.Spec.supervisor/3`.
    """
    return _child(SUPERVISOR, module, args, id, function, restart, shutdown, modules)


def supervise(children: list[Any], *, strategy: str | None = None, max_restarts: int = 3, max_seconds: int = 5) -> Any:
    """What a supervisor's `init` returns.

        >>> supervise([], strategy="one_for_one")
        ('ok', (('one_for_one', 3, 5), []))

    Takes what `worker` and `supervisor` made, and a strategy. Raises `ArgumentError` when that is missing, and for
    children that have the same id, or another form. Mirrors `Supervisor.Spec.supervise/2`.
    """
    if strategy is None:
        raise ArgumentError('expected strategy option to be given: write strategy="one_for_one"')
    seen = set()
    for child in children:
        if not is_old_spec(child):
            raise ArgumentError(
                "invalid tuple specification given to supervise. For modules, (module, arg) and dicts use "
                f"Supervisor.init instead. Got: {describe(child)}"
            )
        key = identity(child[0])
        if key in seen:
            raise ArgumentError(
                f"duplicated id {describe(child[0])} found in the supervisor specification, please explicitly pass "
                "id=... when defining this worker/supervisor"
            )
        seen.add(key)
    return (OK, ((atom(strategy), max_restarts, max_seconds), children))


def _child(
    kind: Atom, module: Any, args: Any, id: Any, function: str, restart: str, shutdown: int | str, modules: Any
) -> tuple[Any, ...]:
    return (
        module if id is _NOTHING else atom(id),
        (module, Atom(function), args),
        atom(restart),
        atom(shutdown),
        kind,
        [module] if modules is None else modules,
    )
