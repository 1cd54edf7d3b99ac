"""`Agent`: a state kept by a process, which others read and change by sending it functions.

    counter = ok(Agent.start_link(lambda: 0))
    Agent.update(counter, lambda n: n + 1)      # 'ok'
    Agent.get(counter, lambda n: n)             # 1

Usually a class of one's own hides the functions:

    class Counter(Agent):
        def start_link(start):
            return Agent.start_link(lambda: start, name=Counter)

        def increment():
            return Agent.update(Counter, lambda n: n + 1)

A function runs in the agent, one after the other, on the state itself: what is slow in it keeps the others waiting.
What it returns is sent back, and so copied. The function is sent too, with copies of what it uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyex.atom import NORMAL, Atom
from pyex.errors import ArgumentError, describe
from pyex.otp import gen_server
from pyex.otp.agent.server import AgentServer
from pyex.otp.behaviour import Behaviour
from pyex.otp.mfa import mfa, of_module

CAST, GET, UPDATE, GET_AND_UPDATE = Atom("cast"), Atom("get"), Atom("update"), Atom("get_and_update")


def start_link(
    function: Any,
    *args: Any,
    name: Any = None,
    timeout: int | str = "infinity",
    debug: Iterable[Any] = (),
    spawn_opt: Iterable[Any] = (),
    hibernate_after: int | str = "infinity",
) -> Any:
    """Start an agent that is linked to the caller; what the function returns there is its state.

        >>> pid = ok(Agent.start_link(lambda: 42, name="answer"))
        >>> Agent.get("answer", lambda state: state)
        42
        >>> pid = ok(Agent.start_link(dict, [[("a", 1)]]))
        >>> Agent.get(pid, lambda state: state)
        {'a': 1}

    Takes a function, a function and a list of its arguments, or `Module, "name", [args]`; the options are those of
    `GenServer.start_link`. Returns `("ok", pid)`, when the function has returned; `("error", reason)` when it has
    raised or exited, and `("error", ("already_started", pid))` when the name is taken. Mirrors `Agent.start_link/2` and
    `/4`.
    """
    if args and isinstance(args[-1], dict):
        return start_link(function, *args[:-1], **args[-1])
    call, _ = _call(1, function, args, None)
    options: dict[str, Any] = {"debug": debug, "spawn_opt": spawn_opt, "hibernate_after": hibernate_after}
    return gen_server.start_link(AgentServer, call, name=name, timeout=timeout, **options)


def start(
    function: Any,
    *args: Any,
    name: Any = None,
    timeout: int | str = "infinity",
    debug: Iterable[Any] = (),
    spawn_opt: Iterable[Any] = (),
    hibernate_after: int | str = "infinity",
) -> Any:
    """As `start_link`, without a link. Mirrors `Agent.start/2` and `/4`."""
    if args and isinstance(args[-1], dict):
        return start(function, *args[:-1], **args[-1])
    call, _ = _call(1, function, args, None)
    options: dict[str, Any] = {"debug": debug, "spawn_opt": spawn_opt, "hibernate_after": hibernate_after}
    return gen_server.start(AgentServer, call, name=name, timeout=timeout, **options)


def get(agent: Any, function: Any, *args: Any, timeout: int | str = 5000) -> Any:
    """Ask an agent what a function makes of its state.

        >>> pid = ok(Agent.start_link(lambda: [1, 2, 3]))
        >>> Agent.get(pid, sum), Agent.get(pid, lambda state: state[0])
        (6, 1)
        >>> Agent.get(pid, sum, [10]), Agent.get(pid, list, "index", [3], 1000)
        (16, 2)

    `agent` is a pid or a name, as for `GenServer.call`. Takes a function of the state; a function and a list of
    arguments that come after the state; or `Module, "name", [args]`. Behind them `timeout` may be written without its
    name; it is in milliseconds.

    Returns what the function returns. The caller exits as in `GenServer.call`, when the function raises, too: that ends
    the agent. Raises `ArgumentError` when it is no function of so many arguments. Mirrors `Agent.get/3` and `/5`.
    """
    call, timeout = _call(2, function, args, timeout)
    return gen_server.call(agent, (GET, call), timeout)


def update(agent: Any, function: Any, *args: Any, timeout: int | str = 5000) -> Any:
    """Have a function make a new state of an agent's state, and wait until it has.

        >>> pid = ok(Agent.start_link(lambda: 41))
        >>> Agent.update(pid, lambda state: state + 1), Agent.get(pid, lambda state: state)
        ('ok', 42)

    What the function returns is the new state (`list.append` returns None, so write `lambda items: [*items, item]`).
    Returns "ok". Takes and raises what `get` does. Mirrors `Agent.update/3` and `/5`.
    """
    call, timeout = _call(2, function, args, timeout)
    return gen_server.call(agent, (UPDATE, call), timeout)


def get_and_update(agent: Any, function: Any, *args: Any, timeout: int | str = 5000) -> Any:
    """Have a function return an answer and a new state: `(answer, state)`.

        >>> pid = ok(Agent.start_link(lambda: 42))
        >>> Agent.get_and_update(pid, lambda state: (state, state + 1)), Agent.get(pid, lambda state: state)
        (42, 43)

    Returns the answer. If the function returns something else, the agent ends with `("bad_return_value", it)`. Takes
    and raises what `get` does. Mirrors `Agent.get_and_update/3` and `/5`.
    """
    call, timeout = _call(2, function, args, timeout)
    return gen_server.call(agent, (GET_AND_UPDATE, call), timeout)


def cast(agent: Any, function: Any, *args: Any) -> Atom:
    """As `update`, but do not wait.

        >>> pid = ok(Agent.start_link(lambda: 41))
        >>> Agent.cast(pid, lambda state: state + 1), Agent.get(pid, lambda state: state)
        ('ok', 42)

    Returns "ok" at once, whether there is such an agent or not. Mirrors `Agent.cast/2` and `/4`.
    """
    call, _ = _call(2, function, args, None)
    return gen_server.cast(agent, (CAST, call))


def stop(agent: Any, reason: Any = NORMAL, timeout: int | str = "infinity") -> Atom:
    """End an agent, as `GenServer.stop` does.

        >>> pid = ok(Agent.start_link(lambda: 42))
        >>> Agent.stop(pid), Process.alive(pid)
        ('ok', False)

    Returns "ok". Mirrors `Agent.stop/3`.
    """
    return gen_server.stop(agent, reason, timeout)


def _call(position: int, function: Any, args: tuple[Any, ...], timeout: Any) -> tuple[Any, Any]:
    """What the agent is sent, `f`, `(f, [args])` or `(Module, "name", [args])`, and the timeout. None is one that may
    not stand among the arguments. The function, at `position`, gets the state first, unless it is to start the agent.
    """
    extra = position - 1
    call: Any
    match args:
        case (str() as name, list() as own, *more):
            call = of_module(position, function, name, own)
        case (list() as own, *more):
            call = mfa(position, function, own, extra)
        case _:
            call, more = mfa(position, function, (), extra)[0], [*args]
    if not more:
        return call, timeout
    if timeout is None or len(more) > 1:
        raise ArgumentError(f'{describe(args)} behind a function: write [args], or with a module "name", [args]')
    return call, more[0]


class _AgentFunctions(Behaviour):
    """What `Agent` offers."""

    start_link = staticmethod(start_link)
    start = staticmethod(start)
    get = staticmethod(get)
    update = staticmethod(update)
    get_and_update = staticmethod(get_and_update)
    cast = staticmethod(cast)
    stop = staticmethod(stop)

    Server = AgentServer


class Agent(metaclass=_AgentFunctions):
    """A state kept by a process.

        >>> class Counter(Agent):
        ...     def start_link(start):
        ...         return Agent.start_link(lambda: start, name="counter")
        ...     def next():
        ...         return Agent.get_and_update("counter", lambda n: (n, n + 1))
        >>> pid = ok(Counter.start_link(7))
        >>> Counter.next(), Counter.next()
        (7, 8)

    Such a class is a child for supervisors: `(Counter, 7)`. Mirrors `Agent`.
    """
