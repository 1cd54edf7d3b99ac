"""`Task`: a process that runs one function, and whose result one can wait for.

    task = Task.async_(fetch, url)           # meanwhile, do something else
    page = Task.await_(task)                 # its result; where it crashed, so does the caller

    task = Task.async_(fetch, url)
    match Task.yield_(task, 1000) or Task.shutdown(task):
        case ("ok", page): ...
        case None: ...                       # it took too long, and is no more

    for result in Task.async_stream(urls, fetch, max_concurrency=8):
        ...                                  # ("ok", page), in the order of the urls

A task is linked to the caller: if one of them crashes, so does the other. Those of `Task.Supervisor.async_nolink` are
not. (`async` and `await` are words of Python's, hence the underscores.)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from pyex.atom import DOWN, INFINITY, KILL, KILLED, NOPROC, OK, Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.mailbox import receive, send
from pyex.otp.behaviour import Behaviour
from pyex.otp.mfa import mfa, name_of
from pyex.otp.task import process as task_process
from pyex.otp.task.process import SHUTDOWN, TIMEOUT, callers, hand_over, owner_of_tasks, unlink_and_exit
from pyex.otp.task.stream import check_options, spawn_linked, stream
from pyex.otp.task.supervisor import TaskSupervisor
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.self_ import self
from pyex.spawn import exit

# The exit reason's word for what a task that is gone came to, as `yield_` returns it.
ENDED = Atom("exit")


def start(function: Callable[..., Any], *args: Any) -> tuple[Atom, Pid]:
    """Start a task that nobody awaits, for what it does.

        >>> Task.start(print, "hello")[0]
        'ok'
        >>> Process.sleep(10)
        hello
        'ok'

    Takes `f, x, y` or `Module, "name", [x, y]`, as all functions of `Task`. Returns `("ok", pid)`. The task is not
    linked to the caller; its crash is reported. Mirrors `Task.start/1` and `/3`.
    """
    return task_process.start(owner_of_tasks(), callers(), mfa(1, function, args))


def start_link(function: Callable[..., Any], *args: Any) -> tuple[Atom, Pid]:
    """Start a task that nobody awaits, linked to the caller, as supervisors do.

        >>> pid = ok(Task.start_link(send, self(), "hello"))
        >>> receive()
        'hello'

    Returns `("ok", pid)`. Mirrors `Task.start_link/1` and `/3`.
    """
    return task_process.start_link(owner_of_tasks(), callers(), mfa(1, function, args))


def async_(function: Callable[..., Any], *args: Any) -> Task:
    """Start a task, whose result is to be awaited by the caller.

        >>> task = Task.async_(sum, [40, 2])
        >>> Task.await_(task)
        42

    The task is linked to the caller and monitored by it. Its result comes as the message `(task.ref, result)`, which
    `await_` and `yield_` take; then, unless they did, `("DOWN", task.ref, "process", task.pid, "normal")`.

    Returns a `Task`. Mirrors `Task.async/1` and `/3`.
    """
    call = mfa(1, function, args)
    _, pid = task_process.start_link(owner_of_tasks(), "nomonitor")
    return Task(name_of(call), self(), pid, hand_over(pid, call))


def completed(result: Any) -> Task:
    """A task that has its result already, and no process.

        >>> Task.await_(Task.completed(42))
        42

    Returns a `Task` whose `pid` is None. Mirrors `Task.completed/1`.
    """
    reference = make_ref()
    send(self(), (reference, result))
    return Task((Task, Atom("completed"), 1), self(), None, reference)


def async_stream(
    enumerable: Iterable[Any],
    function: Callable[..., Any],
    *args: Any,
    max_concurrency: int | None = None,
    ordered: bool = True,
    timeout: int | str = 5000,
    on_timeout: str = "exit",
    zip_input_on_exit: bool = False,
) -> Generator[tuple[Atom, Any], None, None]:
    """Call a function on each item, in a task of its own each, several at a time.

        >>> list(Task.async_stream([1, 2, 3], lambda x: x * x))
        [('ok', 1), ('ok', 4), ('ok', 9)]
        >>> list(Task.async_stream(["a", "b"], str.replace, "b", "c", max_concurrency=2))
        [('ok', 'a'), ('ok', 'c')]

    The item comes before `args`. At most `max_concurrency` tasks run at once; the default is the number of processors.
    With `ordered=False` results come as they are there. A task may take `timeout` milliseconds, or "infinity"; then it
    is killed, and the caller exits with `("timeout", (Task.Supervised, "stream", [timeout]))`, or with
    `on_timeout="kill_task"` the result is `("exit", "timeout")`.

    Returns an iterator, for the calling process, that gives `("ok", result)`, or `("exit", reason)` for a task that
    crashed, where the caller traps exits; else it takes the caller along. With `zip_input_on_exit` that is `("exit",
    (item, reason))`. Nothing runs before the first result is asked for. Whoever stops before the last, or ends, kills
    the tasks that run. Mirrors `Task.async_stream/3` and `/5`.
    """
    options = check_options(max_concurrency, ordered, timeout, on_timeout, zip_input_on_exit)
    call = mfa(2, function, args, extra=1)
    return stream(iter(enumerable), call, spawn_linked, options)


def await_(task: Task, timeout: int | str = 5000) -> Any:
    """Wait for the result of a task. Once only.

        >>> Task.await_(Task.async_(lambda: 40 + 2))
        42

    `timeout` is in milliseconds, or "infinity". Returns the result. The caller exits with `(reason, (Task, "await",
    [task, timeout]))` when the task has ended without one, and with "timeout" as the reason when the time is over: the
    task then ends with the caller; if that catches the exit the task goes on, and its result vanishes.

    Raises `ArgumentError` in another process than the one that started the task. Mirrors `Task.await/2`.
    """
    _check(task, timeout)
    answer = receive((task.ref, ...), (DOWN, task.ref, ..., ..., ...), after=timeout, default=None)
    call = (Task, Atom("await"), [task, timeout])
    if answer is None:
        Process.demonitor(task.ref, ["flush"])
        exit((TIMEOUT, call))
    if len(answer) == 5:
        exit((answer[4], call))
    Process.demonitor(task.ref, ["flush"])
    return answer[1]


def await_many(tasks: Iterable[Task], timeout: int | str = 5000) -> list[Any]:
    """Wait for the results of several tasks.

        >>> Task.await_many([Task.async_(sum, [1, 1]), Task.async_(sum, [2, 3])])
        [2, 5]

    `timeout` is for all of them together. Returns a list of the results, in the order of the tasks. The caller exits
    with `(reason, (Task, "await_many", [tasks, timeout]))` as soon as one of them has ended without a result, or when
    the time is over. Mirrors `Task.await_many/2`.
    """
    wanted = [*tasks]
    left = _countdown(timeout)
    for task in wanted:
        _check(task, timeout)
    awaited = {task.ref for task in wanted}
    results: dict[Reference, Any] = {}

    def is_awaited(reference: object) -> bool:
        return isinstance(reference, Reference) and reference in awaited

    while awaited:
        answer = receive((DOWN, is_awaited, ..., ..., ...), (is_awaited, ...), after=left(), default=None)
        if answer is None or len(answer) == 5:
            for each in awaited:
                Process.demonitor(each, ["flush"])
            reason = TIMEOUT if answer is None else answer[4]
            exit((reason, (Task, Atom("await_many"), [wanted, timeout])))
        reference, results[answer[0]] = answer
        Process.demonitor(reference, ["flush"])
        awaited.remove(reference)
    return [results[task.ref] for task in wanted]


def yield_(task: Task, timeout: int | str = 5000) -> Any:
    """Wait for the result of a task, and go on without when it takes too long.

        >>> task = Task.async_(Process.sleep, 30)
        >>> Task.yield_(task, 0) is None, Task.yield_(task)
        (True, ('ok', 'ok'))

    Returns `("ok", result)`; `("exit", reason)` when the task has ended without a result; None when the time is over:
    then one may ask again, or `shutdown` the task. Mirrors `Task.yield/2`.
    """
    _check(task, timeout)
    return _answer(receive((task.ref, ...), (DOWN, task.ref, ..., ..., ...), after=timeout, default=None))


def yield_many(tasks: Iterable[Task], timeout: int | str = 5000) -> list[tuple[Task, Any]]:
    """Wait for the results of several tasks, and go on without those that take too long.

        >>> tasks = [Task.async_(sum, [1, 1]), Task.async_(Process.sleep, "infinity")]
        >>> [result for task, result in Task.yield_many(tasks, 50)]
        [('ok', 2), None]

    `timeout` is for all of them together. Returns a list of `(task, result)` in the order of the tasks, each result as
    `yield_` returns it. Mirrors `Task.yield_many/2`.
    """
    left = _countdown(timeout)
    return [(task, yield_(task, left())) for task in [*tasks]]


def shutdown(task: Task, timeout: int | str = 5000) -> Any:
    """End a task, unless it has its result already.

        >>> Task.shutdown(Task.async_(Process.sleep, "infinity")) is None
        True

    The task is unlinked and told to exit with "shutdown"; after `timeout` milliseconds it is killed. With
    `"brutal_kill"` in place of the timeout it is killed at once.

    Returns None when that has ended it; `("ok", result)` when it had a result before; `("exit", reason)` when it ended
    otherwise ("noproc" for one that had been awaited before). Mirrors `Task.shutdown/2`.
    """
    brutally = timeout == "brutal_kill"
    wait = INFINITY if brutally else timeout
    _check(task, wait)
    if task.pid is None:
        raise ArgumentError(f"task {task!r} does not have an associated task process")
    monitor = Process.monitor(task.pid)
    unlink_and_exit(task.pid, KILL if brutally else SHUTDOWN)
    down = receive((DOWN, monitor, ..., ..., ...), after=wait, default=None)
    if down is None:
        Process.exit(task.pid, KILL)
        down = receive((DOWN, monitor, ..., ..., ...))
    if down[4] == NOPROC:
        # It had ended before: the task's own monitor may tell why.
        down = receive((DOWN, task.ref, ..., ..., ...), after=0, default=down)
    Process.demonitor(task.ref, ["flush"])
    result = receive((task.ref, ...), after=0, default=None)
    if result is None and down[4] == (KILLED if brutally else SHUTDOWN):
        return None
    return _answer(result or down)


def ignore(task: Task) -> Any:
    """Let a task go on, unlinked, and never hear of it again.

        >>> Task.ignore(Task.async_(Process.sleep, 10)) is None
        True

    Returns None; `("ok", result)` or `("exit", reason)` when it has ended before. Mirrors `Task.ignore/1`.
    """
    _check(task)
    answer = receive((task.ref, ...), (DOWN, task.ref, ..., ..., ...), after=0, default=None)
    if answer is None or len(answer) == 2:
        if task.pid is not None:
            Process.unlink(task.pid)
        Process.demonitor(task.ref, ["flush"])
    return _answer(answer)


def _answer(message: Any) -> Any:
    """What a task's message says, or None for none."""
    if message is None:
        return None
    if len(message) == 5:
        return (ENDED, message[4])
    Process.demonitor(message[0], ["flush"])
    return (OK, message[1])


def _check(task: Task, timeout: int | str = INFINITY) -> None:
    if not isinstance(task, Task):
        raise bad_argument(1, f"not a task: {describe(task)}; write what Task.async_ returned")
    _check_timeout(timeout)
    if task.owner != self():
        raise ArgumentError(f"task {task!r} must be queried from the owner but was queried from {self()!r}")


def _check_timeout(timeout: int | str) -> None:
    if timeout != INFINITY and (type(timeout) is not int or timeout < 0):
        raise bad_argument(2, f'not a timeout: {describe(timeout)}; write milliseconds, or "infinity"')


def _countdown(timeout: int | str) -> Callable[[], int | str]:
    """A function that tells what is left of a timeout, from now on."""
    _check_timeout(timeout)
    if isinstance(timeout, str):
        return lambda: timeout
    end = monotonic() + timeout / 1000
    return lambda: max(0, ceil((end - monotonic()) * 1000))


class _TaskFunctions(Behaviour):
    """What `Task` offers."""

    start = staticmethod(start)
    start_link = staticmethod(start_link)
    async_ = staticmethod(async_)
    async_stream = staticmethod(async_stream)
    completed = staticmethod(completed)
    await_ = staticmethod(await_)
    await_many = staticmethod(await_many)
    yield_ = staticmethod(yield_)
    yield_many = staticmethod(yield_many)
    shutdown = staticmethod(shutdown)
    ignore = staticmethod(ignore)

    Supervisor = TaskSupervisor
    Supervised = task_process.Supervised


@dataclass(frozen=True)
class Task(metaclass=_TaskFunctions, restart="temporary"):
    """A process that runs one function; and what `Task.async_` returns of it.

        >>> task = Task.async_(lambda: 42)
        >>> task.owner == self(), Process.alive(task.pid), Task.await_(task)
        (True, True, 42)

    `mfa` is `(module, name, arity)` of the function, `owner` the pid of who may await it, `pid` the task's, None where
    it has no process, and `ref` the reference that its messages come with.

    A class made of it is a child for supervisors, which they start but, unless it says otherwise, do not restart:

        >>> class Greeter(Task):
        ...     def start_link(name):
        ...         return Task.start_link(Greeter.run, name)
        ...     def run(name):
        ...         print("hello", name)
        >>> Greeter.child_spec("world")["restart"]
        'temporary'

    Mirrors `Task`.
    """

    mfa: tuple[Any, str, int]
    owner: Pid
    pid: Pid | None
    ref: Reference

    def __deepcopy__(self, memo: dict[int, object]) -> Task:
        return self
