"""Servers that do what they are told: for the tests of GenServer and what is built on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex import Process, send
from pyex.otp.gen_server import GenServer


class S(GenServer):
    """A server steered by functions. A state that is a dict with "to" has its ends and messages told to that one."""

    @staticmethod
    def start(arg: Any, **options: Any) -> Any:
        return GenServer.start(S, arg, **options)

    @staticmethod
    def start_link(arg: Any, **options: Any) -> Any:
        return GenServer.start_link(S, arg, **options)

    @staticmethod
    def init(arg: Any) -> Any:
        return arg() if callable(arg) else ("ok", arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        match request:
            case ("run", function):
                return function(from_, state)
            case "get":
                return ("reply", state, state)

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        match request:
            case ("run", function):
                return function(state)

    @staticmethod
    def handle_continue(function: Callable[[Any], Any], state: Any) -> Any:
        return function(state)

    @staticmethod
    def handle_info(message: Any, state: Any) -> Any:
        match message, state:
            case (("run", function), _):
                return function(state)
            case (_, {"to": to}):
                send(to, ("info", message))
                return ("noreply", state)

    @staticmethod
    def terminate(reason: Any, state: Any) -> None:
        match state:
            case {"to": to}:
                send(to, ("terminate", reason))


class Bare(GenServer):
    """A server with the defaults."""


def trapping(to: Any) -> Callable[[], Any]:
    """An `init` for S: traps exits, and tells `to`."""

    def init() -> Any:
        Process.flag("trap_exit", True)
        return ("ok", {"to": to})

    return init


def raises(error: BaseException) -> Callable[..., Any]:
    """A function that raises."""

    def fail(*_: Any) -> Any:
        raise error

    return fail
