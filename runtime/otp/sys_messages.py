"""`Sys`: looking into a server from outside, and the messages by which it answers.

They are answered between two messages of its own, without its callbacks: also by a server that is suspended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import time
from typing import TYPE_CHECKING, Any

from pyex.atom import ERROR, OK, Atom
from pyex.errors import ArgumentError, ErlangError, Exit, Unwind, describe, safe_repr
from pyex.exit_reason import clone
from pyex.otp import gen
from pyex.otp.behaviour import Behaviour, name_text
from pyex.otp.gen_server.report import shown_state
from pyex.otp.server_name import shown
from pyex.process import Process
from pyex.self_ import self

if TYPE_CHECKING:
    from pyex.otp.gen_server.loop import Server

EXIT_CLASS = Atom("exit")
CALLBACK_FAILED, REPLACE_STATE = Atom("callback_failed"), (Atom("gen_server"), Atom("system_replace_state"))
STATISTICS, TRACE = "statistics", "trace"
NO_STATISTICS, RUNNING, SUSPENDED = Atom("no_statistics"), Atom("running"), Atom("suspended")


class Debug:
    """What a server that is looked at keeps beside its state."""

    __slots__ = ("messages_in", "messages_out", "since", "statistics", "trace")

    def __init__(self) -> None:
        self.trace = False
        self.statistics = False
        self.since = 0.0
        self.messages_in = 0
        self.messages_out = 0

    def count(self, on: bool) -> None:
        self.statistics, self.since, self.messages_in, self.messages_out = on, time(), 0, 0


def debug_options(options: Iterable[Any]) -> Debug | None:
    """What the option `debug` of `start_link` asks for."""
    debug = None
    for option in (options,) if isinstance(options, str) else options:
        debug = debug or Debug()
        match option:
            case "trace":
                debug.trace = True
            case "statistics":
                debug.count(True)
            case _:
                raise ArgumentError(f'invalid debug option: {describe(option)}; known are "trace" and "statistics"')
    return debug


class Sys(metaclass=Behaviour):
    """Looking into servers: their state, and what they do. A namespace: `Sys.get_state(server)`."""

    @staticmethod
    def get_state(server: Any, timeout: int | str = 5000) -> Any:
        """The state of a server.

            >>> pid = ok(Agent.start_link(lambda: 42))
            >>> Sys.get_state(pid)
            42

        Returns a copy of it. Where there is no such server the caller exits, as in `GenServer.call`. Mirrors
        `:sys.get_state/2`.
        """
        return _result(_call(server, Atom("get_state"), timeout, "get_state", []))

    @staticmethod
    def replace_state(server: Any, function: Callable[[Any], Any], timeout: int | str = 5000) -> Any:
        """Replace the state of a server by what `function(state)` returns, in the server's process.

            >>> pid = ok(Agent.start_link(lambda: 42))
            >>> Sys.replace_state(pid, lambda state: state + 1)
            43

        Returns the new state. Where the function raises the state stays, and so does the caller:
        `ErlangError(("callback_failed", …))`. Mirrors `:sys.replace_state/3`.
        """
        return _result(_call(server, (Atom("replace_state"), function), timeout, "replace_state", [function]))

    @staticmethod
    def get_status(server: Any, timeout: int | str = 5000) -> Any:
        """All there is to know of a server.

            >>> pid = ok(Agent.start_link(lambda: 42))
            >>> status = Sys.get_status(pid)
            >>> status[:3] == ("status", pid, ("module", "gen_server"))
            True

        Returns `("status", pid, ("module", "gen_server"), [dictionary, "running" or "suspended", parent, [], [
        ("header", text), ("data", [(key, value), …]), ("data", [("State", state)])]])`; what the module's
        `format_status` makes of the state is shown in its place. Mirrors `:sys.get_status/2`.
        """
        status = _call(server, Atom("get_status"), timeout, "get_status", [])
        return _result(status) if status[0] == ERROR else status

    @staticmethod
    def suspend(server: Any, timeout: int | str = 5000) -> Any:
        """Have a server handle nothing but messages of `Sys`, until `Sys.resume`.

            >>> pid = ok(Agent.start_link(lambda: 42))
            >>> Sys.suspend(pid), Sys.get_state(pid), Sys.resume(pid)
            ('ok', 42, 'ok')

        Returns "ok". Mirrors `:sys.suspend/2`.
        """
        return _call(server, Atom("suspend"), timeout, "suspend", [])

    @staticmethod
    def resume(server: Any, timeout: int | str = 5000) -> Any:
        """Have a server that is suspended go on. Returns "ok". Mirrors `:sys.resume/2`."""
        return _call(server, Atom("resume"), timeout, "resume", [])

    @staticmethod
    def trace(server: Any, on: bool, timeout: int | str = 5000) -> Any:
        """Have a server print what it gets, what it replies, and its new states.

            >>> pid = ok(Agent.start_link(lambda: 42, name="answer"))
            >>> Sys.trace(pid, True)
            'ok'
            >>> Agent.get(pid, str)  # doctest: +ELLIPSIS
            *DBG* 'answer' got call ('get', ...) from #PID<...>
            *DBG* 'answer' sent '42' to #PID<...>, new state 42
            '42'

        Returns "ok". Mirrors `:sys.trace/3`.
        """
        return _call(server, (Atom("debug"), (TRACE, on)), timeout, "trace", [on])

    @staticmethod
    def statistics(server: Any, flag: Any, timeout: int | str = 5000) -> Any:
        """Have a server count its messages (True), no more (False), or tell what it has counted ("get").

            >>> pid = ok(Agent.start_link(lambda: 42))
            >>> Sys.statistics(pid, True), Agent.get(pid, lambda state: state)
            ('ok', 42)
            >>> Sys.statistics(pid, "get")[1]["messages_in"]
            1

        Returns "ok"; for "get" `("ok", {"start_time": …, "current_time": …, "reductions": …, "messages_in": …,
        "messages_out": …})` with the times in seconds since 1970, or `("ok", "no_statistics")`. Mirrors
        `:sys.statistics/3`.
        """
        return _call(server, (Atom("debug"), (STATISTICS, flag)), timeout, "statistics", [flag])

    @staticmethod
    def no_debug(server: Any, timeout: int | str = 5000) -> Any:
        """End `trace` and `statistics`. Returns "ok". Mirrors `:sys.no_debug/2`."""
        return _call(server, (Atom("debug"), Atom("no_debug")), timeout, "no_debug", [])

    @staticmethod
    def terminate(server: Any, reason: Any, timeout: int | str = "infinity") -> Atom:
        """End a server, as `GenServer.stop` does. Returns "ok". Mirrors `:sys.terminate/3`."""
        _call(server, (Atom("terminate"), reason), timeout, "terminate", [reason])
        return OK


def _call(server: Any, request: Any, timeout: int | str, function: str, args: list[Any]) -> Any:
    return gen.call(server, gen.SYSTEM, request, timeout, (Sys, function, [server, *args]))


def _result(answer: tuple[str, Any]) -> Any:
    if answer[0] == OK:
        return answer[1]
    raise ErlangError(answer[1])


# In the server's process, all of these.


def handle(server: Server, from_: Any, request: Any) -> None:
    """Answer a system message."""
    answer = _answer(server, request)
    try:
        gen.reply(from_, answer)
    except Unwind:
        raise
    except BaseException as error:
        # To be looked at is no reason to end: a state may be nested too deeply to be copied.
        gen.reply(from_, (ERROR, (Atom("not_copied"), f"{type(error).__name__}: {error}")))


def _answer(server: Server, request: Any) -> Any:
    match request:
        case "get_state":
            return (OK, server.state)
        case ("replace_state", function):
            return _replace_state(server, function)
        case "get_status":
            return _status(server)
        case "suspend" | "resume":
            server.suspended = request == "suspend"
            return OK
        case ("debug", what):
            return _debug(server, what)
    return (ERROR, (Atom("unknown_system_msg"), request))


def _replace_state(server: Server, function: Any) -> Any:
    try:
        server.state = function(server.state)
    except Unwind:
        raise
    except BaseException as error:
        return (ERROR, (CALLBACK_FAILED, REPLACE_STATE, _class_and_reason(error)))
    return (OK, server.state)


def _class_and_reason(error: BaseException) -> tuple[Atom, Any]:
    return (EXIT_CLASS, error.reason) if isinstance(error, Exit) else (ERROR, clone(error))


def _status(server: Server) -> Any:
    state = Atom(SUSPENDED if server.suspended else RUNNING)
    return (
        Atom("status"),
        self(),
        (Atom("module"), Atom("gen_server")),
        [
            Process.get(),
            state,
            server.parent,
            [],
            [
                (Atom("header"), f"Status for generic server {name_text(shown(server.name) or self())}"),
                (Atom("data"), [("Status", state), ("Parent", server.parent), ("Logged events", [])]),
                (Atom("data"), [("State", shown_state(server.module, server.state))]),
            ],
        ],
    )


def _debug(server: Server, what: Any) -> Any:
    if server.debug is None:
        server.debug = Debug()
    debug = server.debug
    answer: Any = OK
    match what:
        case ("trace", bool() as on):
            debug.trace = on
        case ("statistics", "get"):
            answer = (OK, _counted(debug))
        case ("statistics", bool() as on):
            debug.count(on)
        case "no_debug":
            debug.trace = debug.statistics = False
        case _:
            answer = (ERROR, (Atom("unknown_debug"), what))
    if not (debug.trace or debug.statistics):
        server.debug = None
    return answer


def _counted(debug: Debug) -> Any:
    if not debug.statistics:
        return NO_STATISTICS
    return {
        "start_time": debug.since,
        "current_time": time(),
        "reductions": Process.info(self(), "reductions")[1],
        "messages_in": debug.messages_in,
        "messages_out": debug.messages_out,
    }


def report_in(server: Server, message: Any) -> None:
    """A server that is looked at has got a message."""
    match message:
        case ("system", _, _):
            return
        case ("$gen_call", (client, _), request):
            text = f"got call {safe_repr(request)} from {client!r}"
        case ("$gen_cast", request):
            text = f"got cast {safe_repr(request)}"
        case _:
            text = f"got {safe_repr(message)}"
    assert server.debug is not None
    server.debug.messages_in += 1
    _print(server, text)


def report_out(server: Server, from_: Any, answer: Any) -> None:
    """It has replied."""
    assert server.debug is not None
    server.debug.messages_out += 1
    _print(server, f"sent {safe_repr(answer)} to {from_[0]!r}, new state {safe_repr(server.state)}")


def report_state(server: Server) -> None:
    """It has a new state."""
    _print(server, f"new state {safe_repr(server.state)}")


def _print(server: Server, text: str) -> None:
    if server.debug is not None and server.debug.trace:
        print(f"*DBG* {name_text(shown(server.name) or self())} {text}")
