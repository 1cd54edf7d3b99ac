"""`GenServer`: a process that keeps a state, answers calls, and is looked after by supervisors.

    class Stack(GenServer):
        def init(items):
            return ("ok", items)

        def handle_call(request, from_, items):
            match request:
                case "pop":
                    return ("reply", items[-1], items[:-1])

        def handle_cast(request, items):
            match request:
                case ("push", item):
                    return ("noreply", [*items, item])

    pid = ok(GenServer.start_link(Stack, ["hello"]))
    GenServer.call(pid, "pop")               # 'hello'
    GenServer.cast(pid, ("push", "world"))   # 'ok'

The callbacks run in the server's process, one at a time; `call` waits for the reply, `cast` does not. In a file write
`@staticmethod` above each callback; at the prompt it may be left out. Everything else (what the callbacks return, when
`terminate` is called, how errors reach the callers) is as in Elixir's `GenServer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyex.atom import INFINITY, NORMAL, OK, Atom
from pyex.errors import Exit, Unwind, safe_repr
from pyex.mailbox import send
from pyex.node import node
from pyex.otp import gen, server_name
from pyex.otp.behaviour import Behaviour, Module, OfItself, module_name, name_text
from pyex.otp.gen_server.loop import CALL, CAST, start_server
from pyex.otp.proc_lib import INITIAL_CALL
from pyex.otp.report import log
from pyex.otp.sys_messages import Sys
from pyex.otp.undefined import undefined_function
from pyex.pid import Pid
from pyex.process import Process
from pyex.request import NoAnswer, ask
from pyex.self_ import self
from pyex.spawn import exit

# Elixir's keyword list at the end of a child's arguments.
Options = Mapping[str, Any] | Iterable[tuple[str, Any]]
ABCAST = Atom("abcast")
NO_HANDLE_INFO = (Atom("gen_server"), Atom("no_handle_info"))


def start_link(
    module: Module,
    arg: Any,
    options: Options = (),
    /,
    *,
    name: Any = None,
    timeout: int | str = "infinity",
    debug: Iterable[Any] = (),
    spawn_opt: Iterable[Any] = (),
    hibernate_after: int | str = "infinity",
) -> Any:
    """Start a server that is linked to the caller, and wait until its `init(arg)` has returned.

        >>> class Counter(GenServer):
        ...     def init(start):
        ...         return ("ok", start)
        ...     def handle_call(request, from_, count):
        ...         return ("reply", count, count + 1)
        >>> pid = ok(GenServer.start_link(Counter, 7, name="counter"))
        >>> GenServer.call("counter", "next"), GenServer.call(pid, "next")
        (7, 8)

    `module` is a class with the callbacks, or a Python module of them. `name` is a string, a class or `("via", module,
    term)`. After `timeout` milliseconds without an answer of `init` the server is killed. `debug` takes "trace" and
    "statistics", `spawn_opt` what `Process.spawn` takes. (A server that waits holds no stack: `hibernate_after` is
    accepted and changes nothing.)

    Returns `("ok", pid)`; `"ignore"` or `("error", reason)` as `init` says, and `("error", ("already_started", pid))`
    when the name is taken. Mirrors `GenServer.start_link/3`.
    """
    if options:
        return start_link(module, arg, **dict(options))
    return start_server(module, arg, name, timeout, debug, spawn_opt, link=True)


def start(
    module: Module,
    arg: Any,
    options: Options = (),
    /,
    *,
    name: Any = None,
    timeout: int | str = "infinity",
    debug: Iterable[Any] = (),
    spawn_opt: Iterable[Any] = (),
    hibernate_after: int | str = "infinity",
) -> Any:
    """As `start_link`, without a link. Mirrors `GenServer.start/3`."""
    if options:
        return start(module, arg, **dict(options))
    return start_server(module, arg, name, timeout, debug, spawn_opt, link=False)


def call(server: Any, request: Any, timeout: int | str = 5000) -> Any:
    """Ask a server, and wait for its reply.

        >>> pid = ok(Agent.start_link(lambda: 42))
        >>> GenServer.call(pid, ("get", lambda state: state))
        42

    `server` is a pid, a name, `(name, node())` or `("via", module, term)`; `timeout` is in milliseconds. Returns what
    `handle_call` gave as the reply. The caller exits with `(reason, (GenServer, "call", [server, request, timeout]))`
    when the server is not there ("noproc"), ends meanwhile (its reason), or does not answer in time ("timeout"; a late
    reply vanishes). Mirrors `GenServer.call/3`.
    """
    try:
        # One call less than by `gen.call`; there and back, each frame of the stack that is switched from costs time.
        return ask(server if type(server) is Pid else gen.find(server, timeout), CALL, request, timeout)
    except NoAnswer as error:
        reason = error.reason
    exit((reason, (GenServer, "call", [server, request, timeout])))


def cast(server: Any, request: Any) -> Atom:
    """Tell a server something, and do not wait.

        >>> GenServer.cast("nobody", "hello")
        'ok'

    Returns "ok" at once, whether there is such a server or not. Mirrors `GenServer.cast/2`.
    """
    try:
        pid = server if type(server) is Pid else server_name.whereis(server)
    except Unwind:
        raise
    except Exception:
        if type(server) is tuple and server[:1] == ("via",):
            return OK  # What looks for the name has failed: there is nobody.
        raise
    if pid is not None:
        send(pid, (CAST, request))
    return OK


def stop(server: Any, reason: Any = NORMAL, timeout: int | str = "infinity") -> Atom:
    """End a server: its `terminate(reason, state)` is called, and then it exits with the reason.

        >>> pid = ok(Agent.start_link(lambda: 42))
        >>> GenServer.stop(pid), Process.alive(pid)
        ('ok', False)

    Returns "ok" when the server has ended. The caller exits with `(reason, (GenServer, "stop", [server, reason,
    timeout]))` when the server is not there, ends for another reason, or is not done in time. Mirrors
    `GenServer.stop/3`.
    """
    mfa = (GenServer, "stop", [server, reason, timeout])
    gen.stop(server, reason, timeout, mfa, Sys)
    return OK


def reply(from_: tuple[Pid, Any], value: Any) -> Atom:
    """Answer a call that `handle_call` has left open by `("noreply", state)`; from any process.

        >>> class Later(GenServer):
        ...     def init(_):
        ...         return ("ok", None)
        ...     def handle_call(request, from_, state):
        ...         spawn(GenServer.reply, from_, request * 2)
        ...         return ("noreply", state)
        >>> GenServer.call(ok(GenServer.start_link(Later, None)), 21)
        42

    Returns "ok". Mirrors `GenServer.reply/2`.
    """
    return gen.reply(from_, value)


def whereis(server: Any) -> Pid | None:
    """The process that a server's name stands for.

        >>> GenServer.whereis("nobody") is None, GenServer.whereis(self()) == self()
        (True, True)

    Returns its pid, or None. Mirrors `GenServer.whereis/1`.
    """
    return server_name.whereis(server)


def abcast(*args: Any) -> Atom:
    """Cast to the servers of one name on all nodes, `abcast(name, request)`, or on those of a list, `abcast(nodes,
    name, request)`. Returns "abcast". Mirrors `GenServer.abcast/2` and `/3`.
    """
    nodes, name, request = args if len(args) == 3 else ([node()], *args)
    for each in nodes:
        cast((name, each), request)
    return ABCAST


def multi_call(*args: Any) -> tuple[list[tuple[str, Any]], list[str]]:
    """Call the servers of one name on all nodes, `multi_call(name, request)`, or on those of a list, `multi_call(nodes,
    name, request)`, and `multi_call(nodes, name, request, timeout)`.

        >>> GenServer.multi_call("nobody", "hello")
        ([], ['nonode@nohost'])

    Returns `(replies, bad_nodes)`, the replies as `(node, reply)`. Mirrors `GenServer.multi_call/2`, `/3` and `/4`.
    """
    nodes, name, request, timeout = (*args, INFINITY)[:4] if len(args) > 2 else ([node()], *args, INFINITY)
    replies: list[tuple[str, Any]] = []
    bad: list[str] = []
    for each in nodes:
        try:
            replies.append((each, call((name, each), request, timeout)))
        except Exit:
            bad.append(each)
    return replies, bad


class _GenServerFunctions(Behaviour):
    """What `GenServer` offers."""

    start_link = OfItself(start_link)
    start = staticmethod(start)
    call = staticmethod(call)
    cast = staticmethod(cast)
    stop = staticmethod(stop)
    reply = staticmethod(reply)
    whereis = staticmethod(whereis)
    abcast = staticmethod(abcast)
    multi_call = staticmethod(multi_call)


class GenServer(metaclass=_GenServerFunctions):
    """A process that keeps a state and answers calls; this is what its module looks like.

        >>> class Stack(GenServer):
        ...     def init(items):
        ...         return ("ok", items)
        ...     def handle_call(request, from_, items):
        ...         match request:
        ...             case "pop":
        ...                 return ("reply", items[-1], items[:-1])
        ...     def handle_cast(request, items):
        ...         match request:
        ...             case ("push", item):
        ...                 return ("noreply", [*items, item])
        >>> pid = ok(GenServer.start_link(Stack, ["hello"]))
        >>> GenServer.call(pid, "pop"), GenServer.cast(pid, ("push", "world")), GenServer.call(pid, "pop")
        ('hello', 'ok', 'world')

    A class keyword says how supervisors treat it: `class Stack(GenServer, restart="transient")`. Mirrors `GenServer`.
    """

    @staticmethod
    def init(arg: Any, /) -> Any:
        """Called first, in the new process, while `start_link` waits.

        Returns `("ok", state)`, and as third item a timeout in milliseconds, "hibernate" or `("continue", x)`;
        "ignore"; `("stop", reason)`; or `("error", reason)`, which ends it quietly. Mirrors `init/1`.
        """
        return (OK, arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any, /) -> Any:
        """Answers `GenServer.call(server, request)`.

        Returns `("reply", reply, state)`, `("noreply", state)` (somebody will `GenServer.reply(from_, …)`), either with
        a last item as `init`; or `("stop", reason, reply, state)`, `("stop", reason, state)`. Mirrors `handle_call/3`.
        """
        raise RuntimeError(f"attempted to call GenServer {_own_name()} but no handle_call/3 clause was provided")

    @staticmethod
    def handle_cast(request: Any, state: Any, /) -> Any:
        """Does what `GenServer.cast(server, request)` asks for. Returns `("noreply", state)` with a last item as
        `init`, or `("stop", reason, state)`. Mirrors `handle_cast/2`.
        """
        raise RuntimeError(f"attempted to cast GenServer {_own_name()} but no handle_cast/2 clause was provided")

    @staticmethod
    def handle_info(message: Any, state: Any, /) -> Any:
        """Takes every other message, and "timeout". Returns as `handle_cast`. Mirrors `handle_info/2`."""
        module = module_name((Process.get(INITIAL_CALL) or [GenServer])[0])
        text = f"{module} {_own_name()} received unexpected message in handle_info/2: {safe_repr(message)}\n"
        log("error", text, {"label": NO_HANDLE_INFO, "module": module, "message": message})
        return ("noreply", state)

    @staticmethod
    def handle_continue(argument: Any, state: Any, /) -> Any:
        """Called at once after a callback that returned `("continue", argument)`. Returns as `handle_cast`. Mirrors
        `handle_continue/2`.
        """
        module = (Process.get(INITIAL_CALL) or [GenServer])[0]
        exit(undefined_function(module, "handle_continue", [argument, state]))

    @staticmethod
    def terminate(reason: Any, state: Any, /) -> Any:
        """Called before the server ends by itself, by `GenServer.stop`, by an error in a callback, or, where it traps
        exits, with its parent. Not when it is killed. Mirrors `terminate/2`.
        """

    @staticmethod
    def code_change(old: Any, state: Any, extra: Any, /) -> Any:
        """Called when the class has been defined anew, with the old class, before the next message. Returns
        `("ok", state)`, or `("error", reason)`, which ends the server. Mirrors `code_change/3`.
        """
        return (OK, state)


def _own_name() -> str:
    name = Process.info(self(), "registered_name")[1]
    return name_text(self() if name == [] else name)
