"""`Task.Supervisor`: tasks as the children of a supervisor, which ends them with itself.

    ok(Task.Supervisor.start_link(name="tasks"))
    task = Task.Supervisor.async_nolink("tasks", fetch, url)    # its crash does not reach the caller
    match Task.yield_(task, 1000) or Task.shutdown(task):
        case ("ok", page): ...
        case ("exit", reason): ...

A task that nobody awaits is started by `start_child`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.otp.behaviour import Behaviour
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.mfa import mfa, name_of
from pyex.otp.task.process import Owner, Supervised, callers, hand_over, owner_of_tasks
from pyex.otp.task.stream import LINK, MAX_CHILDREN, TOO_MANY, check_options, stream
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self

if TYPE_CHECKING:
    from pyex.otp.task import Task

NOLINK = Atom("nolink")
TEMPORARY, UNDEFINED, WORKER = Atom("temporary"), Atom("undefined"), Atom("worker")


def start_link(options: Mapping[str, Any] | Iterable[Any] = (), /, **keywords: Any) -> Any:
    """Start a supervisor of tasks, linked to the caller.

        >>> pid = ok(Task.Supervisor.start_link(name="tasks"))
        >>> Task.Supervisor.children("tasks")
        []

    Options: `name`, `max_children`, `max_restarts` and `max_seconds`, as `DynamicSupervisor` takes them; a child spec
    may give them as a dict. Returns `("ok", pid)` or `("error", reason)`. Mirrors `Task.Supervisor.start_link/1`.
    """
    return DynamicSupervisor.start_link(strategy="one_for_one", **dict(options), **keywords)


def child_spec(options: Mapping[str, Any] | Iterable[Any] = ()) -> dict[str, Any]:
    """How a supervisor is to start a supervisor of tasks: `(Task.Supervisor, {"name": "tasks"})`.

    Returns a child spec; its id is the name. Mirrors `Task.Supervisor.child_spec/1`.
    """
    given = dict(options)
    name = given.get("name", TaskSupervisor)
    match name:
        case ("via", _, term) | ("global", term):
            name = term
    return {"id": name, "start": (TaskSupervisor, "start_link", [given]), "type": "supervisor"}


def async_(supervisor: Any, function: Callable[..., Any], *args: Any, shutdown: int | str | None = None) -> Task:
    """Start a task under a supervisor, linked to the caller, which is to await it.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> Task.await_(Task.Supervisor.async_(pid, sum, [40, 2]))
        42

    `shutdown` is what the supervisor gives it when it ends it: milliseconds (5000), "brutal_kill" or "infinity".
    Returns a `Task`. Raises `RuntimeError` when the supervisor has `max_children` already. Mirrors
    `Task.Supervisor.async/3` and `/5`.
    """
    return _async(supervisor, LINK, function, args, shutdown)


def async_nolink(supervisor: Any, function: Callable[..., Any], *args: Any, shutdown: int | str | None = None) -> Task:
    """As `async_`, without a link: a crash of the task does not reach the caller, nor one of the caller the task.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> Task.yield_(Task.Supervisor.async_nolink(pid, exit, "boom"))
        ('exit', 'boom')

    A server that does not want to wait takes the messages in its `handle_info`: `(task.ref, result)`, and then
    `("DOWN", task.ref, "process", pid, reason)`. Returns a `Task`. Mirrors `Task.Supervisor.async_nolink/3` and `/5`.
    """
    return _async(supervisor, NOLINK, function, args, shutdown)


def async_stream(
    supervisor: Any,
    enumerable: Iterable[Any],
    function: Callable[..., Any],
    *args: Any,
    max_concurrency: int | None = None,
    ordered: bool = True,
    timeout: int | str = 5000,
    on_timeout: str = "exit",
    zip_input_on_exit: bool = False,
    shutdown: int | str | None = None,
) -> Generator[tuple[Atom, Any], None, None]:
    """As `Task.async_stream`, with the tasks under a supervisor.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> list(Task.Supervisor.async_stream(pid, [1, 2], lambda x: x * x))
        [('ok', 1), ('ok', 4)]

    Mirrors `Task.Supervisor.async_stream/4` and `/6`.
    """
    options = check_options(max_concurrency, ordered, timeout, on_timeout, zip_input_on_exit)
    spawn = partial(_spawn_in_stream, supervisor, LINK, shutdown)
    return stream(iter(enumerable), mfa(3, function, args, extra=1), spawn, options)


def async_stream_nolink(
    supervisor: Any,
    enumerable: Iterable[Any],
    function: Callable[..., Any],
    *args: Any,
    max_concurrency: int | None = None,
    ordered: bool = True,
    timeout: int | str = 5000,
    on_timeout: str = "exit",
    zip_input_on_exit: bool = False,
    shutdown: int | str | None = None,
) -> Generator[tuple[Atom, Any], None, None]:
    """As `async_stream`, without links: a task that crashes is `("exit", reason)`, and the others go on.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> list(Task.Supervisor.async_stream_nolink(pid, [1, "boom"], lambda x: x if x == 1 else exit(x)))
        [('ok', 1), ('exit', 'boom')]

    Mirrors `Task.Supervisor.async_stream_nolink/4` and `/6`.
    """
    options = check_options(max_concurrency, ordered, timeout, on_timeout, zip_input_on_exit)
    spawn = partial(_spawn_in_stream, supervisor, NOLINK, shutdown)
    return stream(iter(enumerable), mfa(3, function, args, extra=1), spawn, options)


def start_child(
    supervisor: Any,
    function: Callable[..., Any],
    *args: Any,
    restart: str | None = None,
    shutdown: int | str | None = None,
) -> Any:
    """Start a task under a supervisor that nobody awaits, for what it does.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> task = ok(Task.Supervisor.start_child(pid, send, self(), "hello"))
        >>> receive()
        'hello'

    `restart` is "temporary", which is the default, "transient" or "permanent". Returns `("ok", pid)`, or `("error",
    "max_children")`. Mirrors `Task.Supervisor.start_child/3` and `/5`.
    """
    return _start(supervisor, [owner_of_tasks(), callers(), mfa(2, function, args)], restart, shutdown)


def terminate_child(supervisor: Any, pid: Pid) -> Any:
    """End one task. Returns "ok", or `("error", "not_found")`. Mirrors `Task.Supervisor.terminate_child/2`."""
    if not isinstance(pid, Pid):
        raise bad_argument(2, f"not a pid: {describe(pid)}")
    return DynamicSupervisor.terminate_child(supervisor, pid)


def children(supervisor: Any) -> list[Pid]:
    """The pids of the tasks, without those that are being restarted. Mirrors `Task.Supervisor.children/1`."""
    return [pid for _, pid, _, _ in DynamicSupervisor.which_children(supervisor) if isinstance(pid, Pid)]


def _async(supervisor: Any, link: Atom, function: Any, args: tuple[Any, ...], shutdown: int | str | None) -> Task:
    from pyex.otp.task import Task  # which lists this module among what it offers

    call = mfa(2, function, args)
    pid = _start_awaited(supervisor, owner_of_tasks(), link, shutdown)
    if pid is None:
        raise RuntimeError(TOO_MANY)
    return Task(name_of(call), self(), pid, hand_over(pid, call))


def _spawn_in_stream(supervisor: Any, link: Atom, shutdown: int | str | None, owner: Owner) -> tuple[Any, ...]:
    pid = _start_awaited(supervisor, owner, link, shutdown)
    return (ERROR, MAX_CHILDREN) if pid is None else (OK, link, pid)


def _start_awaited(supervisor: Any, owner: Owner, link: str, shutdown: int | str | None) -> Pid | None:
    """A task that will be told what to do; None where the supervisor has as many as it may have."""
    match _start(supervisor, [owner, Atom("monitor")], None, shutdown):
        case ("ok", Pid() as pid):
            if link == LINK:
                Process.link(pid)
            return pid
        case ("error", "max_children"):
            return None
        case (_, reason):
            raise ArgumentError(f"the supervisor did not start the task: {describe(reason)}")
    return None


def _start(supervisor: Any, args: list[Any], restart: str | None, shutdown: int | str | None) -> Any:
    spec = {
        "id": UNDEFINED,
        "start": (Supervised, Atom("start_link"), args),
        "restart": TEMPORARY if restart is None else restart,
        "shutdown": 5000 if shutdown is None else shutdown,
        "type": WORKER,
        "modules": [Supervised],
    }
    return DynamicSupervisor.start_child(supervisor, spec)


class TaskSupervisor(metaclass=Behaviour):
    """Tasks as the children of a supervisor.

        >>> pid = ok(Task.Supervisor.start_link())
        >>> Task.await_(Task.Supervisor.async_(pid, lambda: 42))
        42

    Mirrors `Task.Supervisor`.
    """

    __qualname__ = "Task.Supervisor"

    child_spec = staticmethod(child_spec)
    start_link = staticmethod(start_link)
    async_ = staticmethod(async_)
    async_nolink = staticmethod(async_nolink)
    async_stream = staticmethod(async_stream)
    async_stream_nolink = staticmethod(async_stream_nolink)
    start_child = staticmethod(start_child)
    terminate_child = staticmethod(terminate_child)
    children = staticmethod(children)
