"""What a GenServer's process does: start, take a message, have a callback handle it, wait for the next.

    init    ("ok", s) | ("ok", s, last) | "ignore" | ("stop", reason) | ("error", reason)
    call    ("reply", reply, s) | ("noreply", s) | ("stop", reason, reply, s) | ("stop", reason, s)
    others  ("noreply", s) | ("stop", reason, s)

"reply" and "noreply" may have a last item: a timeout in milliseconds, "hibernate" or ("continue", x).

A server that waits has returned from `_loop` and holds no stack: `Process.hibernate` calls it again at the next
message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyex.atom import ERROR, EXIT, INFINITY, NORMAL, OK, Atom
from pyex.errors import Unwind
from pyex.exit_reason import reason_of
from pyex.mailbox import receive
from pyex.otp import behaviour, gen, proc_lib, server_name, sys_messages
from pyex.otp.behaviour import Module, own_function
from pyex.otp.gen_server.report import report_end
from pyex.otp.undefined import function_clause, undefined_function
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self
from pyex.spawn import become, exit

CALL, CAST, SYSTEM = Atom("$gen_call"), Atom("$gen_cast"), Atom("system")
ALREADY_STARTED, BAD_RETURN, IGNORE = Atom("already_started"), Atom("bad_return_value"), Atom("ignore")
TIMEOUT = Atom("timeout")


class Server:
    """What a server's process keeps."""

    __slots__ = ("debug", "module", "name", "parent", "state", "suspended", "wait")

    def __init__(self, module: Any, name: Any, parent: Pid, state: Any, debug: sys_messages.Debug | None) -> None:
        self.module = module
        self.name = name
        self.parent = parent
        self.state = state
        # How long to wait for a message, in milliseconds, before "timeout" comes in its place; None for ever.
        self.wait: int | None = None
        self.suspended = False
        self.debug = debug


def start_server(
    module: Module,
    arg: Any,
    name: Any,
    timeout: int | str,
    debug: Iterable[Any],
    spawn_opt: Iterable[Any],
    *,
    link: bool,
) -> Any:
    """Start a server's process, and wait for what comes of its `init`."""
    server_name.check(name)
    watched = sys_messages.debug_options(debug)
    owner = server_name.whereis(name)
    if owner is not None:
        return (ERROR, (ALREADY_STARTED, owner))
    call = (module, Atom("init"), 1)
    return proc_lib.start(
        _init, (module, arg, name, watched, link), link=link, timeout=timeout, spawn_opt=spawn_opt, initial_call=call
    )


def _init(starter: Pid, module: Any, arg: Any, name: Any, debug: Any, linked: bool) -> Any:
    owner = server_name.register_self(name)
    if owner is not None:
        proc_lib.init_ack(starter, (ERROR, (ALREADY_STARTED, owner)))
        return None
    server = Server(module, name, starter if linked else self(), None, debug)
    if own_function(module, "init") is None:
        reason = undefined_function(module, "init", [arg])
        return _refuse(server, starter, (ERROR, reason), reason)
    try:
        result = module.init(arg)
    except Unwind:
        raise
    except BaseException as error:
        return _refuse(server, starter, (ERROR, reason := reason_of(error)), reason)
    match result:
        case ("ok", state, *more) if (last := _last_item(more)) is not None:
            server.state = state
            proc_lib.init_ack(starter, (OK, self()))
            return _go_on(server, last)
        case "ignore":
            return _refuse(server, starter, IGNORE, NORMAL)
        case ("stop", reason):
            return _refuse(server, starter, (ERROR, reason), reason)
        case ("error", reason):
            return _refuse(server, starter, (ERROR, reason), NORMAL)
    return _refuse(server, starter, (ERROR, bad := (BAD_RETURN, result)), bad)


def _refuse(server: Server, starter: Pid, answer: Any, reason: Any) -> None:
    """The server is not to be: first its name is free again, then the starter is told, then it ends."""
    server_name.unregister(server.name)
    proc_lib.init_ack(starter, answer)
    exit(reason)


def _last_item(more: list[Any]) -> Any:
    """What follows the state in a callback's result: a timeout, "hibernate" or ("continue", x); "infinity" where
    nothing does, and None where that is none of these.
    """
    match more:
        case []:
            return INFINITY
        case ["infinity" | "hibernate" | ("continue", _) as last]:
            return last
        case [int() as last] if last >= 0 and type(last) is int:
            return last
    return None


def _go_on(server: Server, last: Any) -> Any:
    """Do as the last item of a callback's result says, and wait for the next message."""
    while type(last) is tuple:
        # ("continue", x): before any message is looked at.
        last = _run(server, "handle_continue", last, None, last[1], server.state)
    if type(last) is int:
        server.wait = last
        return become(_loop, server)
    server.wait = None
    return Process.hibernate(_loop, server)


def _loop(server: Server) -> Any:
    """Take one message, and act on it."""
    if server.suspended:
        message = receive((SYSTEM, ..., ...), (EXIT, server.parent, ...))
    elif server.wait is None:
        message = receive()
    else:
        message = receive(after=server.wait, default=TIMEOUT)
    if behaviour.any_replaced and behaviour.newest(server.module) is not server.module:
        _change_code(server, message)
    if server.debug is not None:
        sys_messages.report_in(server, message)
    if type(message) is tuple:
        match message:
            case ("$gen_call", from_, request):
                return _go_on(server, _run(server, "handle_call", message, from_, request, from_, server.state))
            case ("$gen_cast", request):
                return _go_on(server, _run(server, "handle_cast", message, None, request, server.state))
            case ("system", from_, request):
                return _system(server, message, from_, request)
            case ("EXIT", server.parent, reason):
                end(server, reason, message)
    return _go_on(server, _run(server, "handle_info", message, None, message, server.state))


def _run(server: Server, callback: str, message: Any, from_: Any, *args: Any) -> Any:
    """Call a callback, and do as its result says. Returns its last item; "infinity" where there is none."""
    try:
        result = getattr(server.module, callback)(*args)
    except Unwind:
        raise
    except BaseException as error:
        end(server, reason_of(error), message, from_, error=error)
    match result:
        case ("noreply", state) if server.debug is None:
            server.state = state
            return INFINITY
        case ("reply", answer, state) if from_ is not None and server.debug is None:
            server.state = state
            gen.reply(from_, answer)
            return INFINITY
        case ("reply", answer, state, *more) if from_ is not None and (last := _last_item(more)) is not None:
            server.state = state
            gen.reply(from_, answer)
            if server.debug is not None:
                sys_messages.report_out(server, from_, answer)
            return last
        case ("noreply", state, *more) if (last := _last_item(more)) is not None:
            server.state = state
            if server.debug is not None:
                sys_messages.report_state(server)
            return last
        case ("stop", reason, state):
            server.state = state
            end(server, reason, message, from_)
        case ("stop", reason, answer, state) if from_ is not None:
            server.state = state
            end(server, reason, message, from_, answer=(answer,))
        case None:
            # No `case` of its `match` was for this.
            end(server, function_clause(server.module, callback, [*args]), message, from_)
    end(server, (BAD_RETURN, result), message, from_)


def _system(server: Server, message: Any, from_: Any, request: Any) -> Any:
    """A message of `Sys`, or of `GenServer.stop`."""
    if type(request) is tuple and request[0] == "terminate":
        end(server, request[1], [])
    sys_messages.handle(server, from_, request)
    return _go_on(server, INFINITY if server.wait is None else server.wait)


def _change_code(server: Server, message: Any) -> None:
    """The class has been defined anew: go on with the new one."""
    old, server.module = server.module, behaviour.newest(server.module)
    change = getattr(server.module, "code_change", None)
    if change is None:
        return
    try:
        result = change(old, server.state, [])
    except Unwind:
        raise
    except BaseException as error:
        end(server, reason_of(error), message, error=error)
    match result:
        case ("ok", state):
            server.state = state
        case ("error", reason):
            end(server, reason, message)
        case _:
            end(server, (BAD_RETURN, result), message)


def end(
    server: Server,
    reason: Any,
    message: Any,
    from_: Any = None,
    *,
    answer: tuple[Any, ...] = (),
    error: BaseException | None = None,
) -> Any:
    """End the server: `terminate` is called, the caller answered, what is not a regular end reported."""
    try:
        terminate = getattr(server.module, "terminate", None)
        if terminate is not None:
            terminate(reason, server.state)
    except Unwind:
        raise
    except BaseException as failure:
        reason, error = reason_of(failure), failure
    if answer:
        gen.reply(from_, answer[0])
    report_end(server, reason, message, from_, error)
    exit(reason)
