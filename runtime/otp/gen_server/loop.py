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
from types import CoroutineType, GeneratorType
from typing import Any

from pyex.atom import ERROR, EXIT, INFINITY, NORMAL, OK, Atom
from pyex.errors import Unwind, safe_repr
from pyex.exit_reason import accepts, reason_of
from pyex.mailbox import receive
from pyex.otp import behaviour, gen, proc_lib, server_name, sys_messages
from pyex.otp.behaviour import Module, check_module, module_name, own_function
from pyex.otp.crash_report import report_crash
from pyex.otp.gen_server.report import NO_HANDLE_INFO, bad_return_hint, is_regular, report_end, report_none
from pyex.otp.report import log
from pyex.otp.undefined import function_clause, undefined_function
from pyex.pid import Pid
from pyex.request import answer
from pyex.self_ import self
from pyex.spawn import become, exit, plan

INIT = Atom("init")
# What the call of a function returns that has not run yet.
UNFINISHED = frozenset({GeneratorType, CoroutineType})
CALL, CAST, SYSTEM = Atom("$gen_call"), Atom("$gen_cast"), Atom("system")
ALREADY_STARTED, BAD_RETURN, IGNORE = Atom("already_started"), Atom("bad_return_value"), Atom("ignore")
TIMEOUT = Atom("timeout")
# What a callback is given, in words, where that is no request.
_GIVEN = {"handle_info": "message", "handle_continue": "argument"}


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
    check_module(module)
    watched = sys_messages.debug_options(debug)
    owner = server_name.whereis(name)
    if owner is not None:
        return (ERROR, (ALREADY_STARTED, owner))
    call = (module, INIT, 1)
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
        if type(result) in UNFINISHED:
            raise not_plain(module, "init", result)
    except Unwind:
        raise
    except BaseException as error:
        explain(error, module.init, (arg,))
        return _refuse(server, starter, (ERROR, reason := reason_of(error)), reason, error)
    if isinstance(result, list):
        return _refuse_result(server, starter, result)
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
    return _refuse_result(server, starter, result)


def _refuse_result(server: Server, starter: Pid, result: Any) -> None:
    bad = (BAD_RETURN, result)
    if result is None:
        report_none(server.module)
    _refuse(server, starter, (ERROR, bad), bad, hint=bad_return_hint(server.module, "init", result))


def _refuse(
    server: Server, starter: Pid, answer: Any, reason: Any, error: BaseException | None = None, hint: str = ""
) -> None:
    """The server is not to be: first its name is free again, then the starter is told, then it ends."""
    server_name.unregister(server.name)
    proc_lib.init_ack(starter, answer)
    if not is_regular(reason):
        report_crash(reason, error, hint)
    exit(reason)


def _last_item(more: list[Any]) -> Any:
    """What follows the state in a callback's result: a timeout, "hibernate" or ("continue", x); "infinity" where
    nothing does, and None where that is none of these.
    """
    match more:
        case []:
            return INFINITY
        case ["infinity" | "hibernate" | ("continue", _) as last] if type(last) is not list:
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
    return plan(_loop, (server,), drop_stack=True)


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
    if type(message) is tuple and message and isinstance(message[0], str):
        match message:
            case ("$gen_call", from_, request):
                return _handle_call(server, message, from_, request)
            case ("$gen_cast", request):
                return _go_on(server, _run(server, "handle_cast", message, None, request, server.state))
            case ("system", from_, request):
                return _system(server, message, from_, request)
            case ("EXIT", Pid() as who, reason) if who == server.parent:
                end(server, reason, message)
    return _go_on(server, _run(server, "handle_info", message, None, message, server.state))


def _handle_call(server: Server, message: Any, from_: Any, request: Any) -> Any:
    """Handle a call: as `_run` and `_go_on` do, in fewer steps where it is replied to at once, as most are."""
    state, is_done = server.state, False
    try:
        result = server.module.handle_call(request, from_, state)
        if type(result) is tuple and len(result) == 3 and result[0] == "reply" and server.debug is None:
            _, value, server.state = result
            if not answer(from_, value):
                gen.reply(from_, value)
            is_done = True
        elif type(result) in UNFINISHED:
            raise not_plain(server.module, "handle_call", result)
    except Unwind:
        raise
    except BaseException as error:
        _fail(server, "handle_call", message, from_, (request, from_, state), error)
    if is_done:
        server.wait = None
        return plan(_loop, (server,), drop_stack=True)
    return _go_on(server, _act_on(result, server, "handle_call", message, from_, (request, from_, state)))


def _run(server: Server, callback: str, message: Any, from_: Any, *args: Any) -> Any:
    """Call a callback, and do as its result says. Returns its last item; "infinity" where there is none."""
    try:
        result = getattr(server.module, callback)(*args)
        if type(result) in UNFINISHED:
            raise not_plain(server.module, callback, result)
    except Unwind:
        raise
    except BaseException as error:
        return _fail(server, callback, message, from_, args, error)
    return _act_on(result, server, callback, message, from_, args)


def _fail(server: Server, callback: str, message: Any, from_: Any, args: tuple[Any, ...], error: BaseException) -> Any:
    """A callback has raised an error: the server ends, unless it is that there is no `handle_info`."""
    function = getattr(server.module, callback, None)
    if function is None:
        return _missing(server, callback, message, from_, [*args])
    explain(error, function, args)
    return end(server, reason_of(error), message, from_, error=error)


def _act_on(result: Any, server: Server, callback: str, message: Any, from_: Any, args: tuple[Any, ...]) -> Any:
    """Do as the result of a callback says. Returns its last item; "infinity" where there is none."""
    if type(result) is list:
        _end_by_result(server, callback, result, message, from_)
    match result:
        case ("noreply", state) if server.debug is None:
            server.state = state
            return INFINITY
        case ("reply", value, state, *more) if from_ is not None and (last := _last_item(more)) is not None:
            server.state = state
            _reply(server, from_, value, message)
            if server.debug is not None:
                sys_messages.report_out(server, from_, value)
            return last
        case ("noreply", state, *more) if (last := _last_item(more)) is not None:
            server.state = state
            if server.debug is not None:
                sys_messages.report_state(server)
            return last
        case ("stop", reason, state):
            server.state = state
            end(server, reason, message, from_)
        case ("stop", reason, value, state) if from_ is not None:
            server.state = state
            end(server, reason, message, from_, reply=(value,))
        case None:
            # No `case` of its `match` was for this.
            hint = f"it returned None: no case matched the {_GIVEN.get(callback, 'request')}, or a return is missing"
            end(server, function_clause(server.module, callback, [*args], hint), message, from_)
    _end_by_result(server, callback, result, message, from_)


def _end_by_result(server: Server, callback: str, result: Any, message: Any, from_: Any = None) -> None:
    """End the server: a callback has returned what it must not."""
    hint = bad_return_hint(server.module, callback, result)
    end(server, (BAD_RETURN, result), message, from_, hint=hint)


def explain(error: BaseException, function: Any, args: tuple[Any, ...]) -> None:
    """Say of an error what Python does not: that a callback has the wrong parameters."""
    if isinstance(error, TypeError) and not accepts(function, args):
        count = f"{len(args)} argument{'' if len(args) == 1 else 's'}"
        error.add_note(f"    (it is called with {count}; a callback of a GenServer has no self)")


def not_plain(module: Any, callback: str, result: Any) -> TypeError:
    """The error for a callback that has not run: it is a generator or coroutine function."""
    result.close()
    return TypeError(f"{module_name(module)}.{callback} is a generator or coroutine function: write a plain one")


def _missing(server: Server, callback: str, message: Any, from_: Any, args: list[Any]) -> Any:
    """The module has no such callback: OTP does without `handle_info`, and without no other."""
    if callback != "handle_info":
        end(server, undefined_function(server.module, callback, args), message, from_)
    text = f"** Undefined handle_info in {module_name(server.module)}\n** Unhandled message: {safe_repr(message)}\n"
    log("warning", text, {"label": NO_HANDLE_INFO, "module": server.module, "message": message})
    return INFINITY


def _reply(server: Server, from_: Any, value: Any, message: Any) -> None:
    """Give the answer; a server ends as by any error of its callback where that cannot be sent."""
    try:
        gen.reply(from_, value)
    except Unwind:
        raise
    except BaseException as error:
        end(server, reason_of(error), message, from_, error=error)


def _system(server: Server, message: Any, from_: Any, request: Any) -> Any:
    """A message of `Sys`, or of `GenServer.stop`."""
    match request:
        case ("terminate", reason):
            gen.reply(from_, OK)
            end(server, reason, [])
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
            _end_by_result(server, "code_change", result, message)


def end(
    server: Server,
    reason: Any,
    message: Any,
    from_: Any = None,
    *,
    reply: tuple[Any, ...] = (),
    error: BaseException | None = None,
    hint: str = "",
) -> Any:
    """End the server: `terminate` is called, what is not a regular end reported, the caller answered. `hint` is what
    the reports say below the reason.
    """
    quiet = is_regular(reason)
    try:
        terminate = getattr(server.module, "terminate", None)
        if terminate is not None:
            terminate(reason, server.state)
    except Unwind:
        raise
    except BaseException as failure:
        reason, error, quiet, hint = reason_of(failure), failure, False, ""
    if not quiet:
        report_end(server, reason, message, from_, error, hint)
    if not is_regular(reason):
        report_crash(reason, error, hint)
    if reply:
        gen.reply(from_, reply[0])
    exit(reason)
