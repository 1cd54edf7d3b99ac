"""The callbacks of a `Server`, as a GenServer calls them: they have the instance's methods do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyex.atom import Atom
from pyex.otp.server.method import Call, Cast, NoReply
from pyex.otp.server.operation import parse_request

if TYPE_CHECKING:
    from pyex.otp.server import Server

NOREPLY, REPLY, STOP = Atom("noreply"), Atom("reply"), Atom("stop")


def handle_call(request: Any, from_: Any, server: Server) -> Any:
    name, args = parse_request(request)
    operation = server.__operations__.get(name)
    server.from_ = from_
    try:
        if isinstance(operation, Call):
            value = operation.run(server, args)
        else:
            value = server.handle_call(request, from_)
    except NoReply:
        return done(server, None)
    finally:
        del server.from_
    match taken(server):
        case None:
            return (REPLY, value, server)
        case ("stop", reason):
            return (STOP, reason, value, server)
        case then:
            return (REPLY, value, server, then)


def handle_cast(request: Any, server: Server) -> Any:
    name, args = parse_request(request)
    operation = server.__operations__.get(name)
    if isinstance(operation, Cast):
        return done(server, operation.run(server, args))
    return done(server, server.handle_cast(request))


def handle_info(message: Any, server: Server) -> Any:
    return done(server, server.handle_info(message))


def handle_continue(argument: Any, server: Server) -> Any:
    return done(server, server.handle_continue(argument))


def terminate(reason: Any, server: Server) -> Any:
    return server.terminate(reason)


def format_status(status: dict[str, Any]) -> Any:
    return status["state"].format_status(status)


def done(server: Server, result: Any) -> Any:
    """What a method of no call makes the GenServer do. It may return what a GenServer's callback does, too."""
    then = taken(server)
    if result is not None:
        return result
    match then:
        case None:
            return (NOREPLY, server)
        case ("stop", reason):
            return (STOP, reason, server)
    return (NOREPLY, server, then)


def taken(server: Server) -> Any:
    """What `self.then` was set to, meanwhile; None where it was not."""
    then = getattr(server, "then", None)
    if then is not None:
        del server.then
    return then
