"""An ExActor in a file: with @staticmethod, type checkers accept it. Its client functions are not typed."""

from __future__ import annotations

from typing import Any

from pyex import ok
from pyex.otp.ex_actor import (
    ExActor,
    Response,
    defcall,
    defcast,
    definfo,
    defstart,
    initial_state,
    new_state,
    noreply,
    reply,
    set_and_reply,
)
from pyex.otp.gen_server import GenServer


class MyFancyProcess(ExActor, initial_state=0, restart="transient"):
    @defcall
    @staticmethod
    def hello(message: str, state: int) -> Response:
        print(f"Hello, {message}")
        return noreply()

    @defcall(timeout=1000)
    @staticmethod
    def counter(state: int) -> Response:
        return set_and_reply(state + 1, state + 1)

    @staticmethod
    @defcast
    def reset(state: int) -> Response:
        return new_state(0)

    @definfo(("tick", ...), "tick")
    @staticmethod
    def tick(message: object, state: int) -> Response:
        return new_state(state + 1)

    @definfo(int)
    @staticmethod
    def number(message: int, state: int) -> Response:
        return new_state(state + message)

    @definfo
    @staticmethod
    def rest(message: object, state: int) -> Response:
        return noreply()

    @staticmethod
    def handle_info(message: Any, state: int) -> Any:
        return noreply()


class Sum(ExActor, export=True):
    @defstart
    @staticmethod
    def start_link(x: int, y: int = 2) -> Response:
        return initial_state(x + y)

    @defstart(link=False)
    @staticmethod
    def begin() -> Response:
        return initial_state(0)

    @defcall
    @staticmethod
    def later(x: int, from_: Any, state: int) -> Any:
        GenServer.reply(from_, x)
        return ("noreply", state)

    @defcall
    @staticmethod
    def get(state: int) -> Response:
        return reply(state)


class Own(ExActor):
    @staticmethod
    def start_link(size: int, colour: str) -> Any:
        return GenServer.start_link(Own, (size, colour))


def main() -> None:
    pid = ok(MyFancyProcess.start_link())
    MyFancyProcess.hello(pid, "world")
    MyFancyProcess.counter(pid)
    MyFancyProcess.reset(pid)
    ok(Sum.start_link(1, name="sum"))
    ok(Sum.start(1))
    ok(Sum.begin())
    Sum.later(1)
    Sum.get()
    ok(Own.start_link(1, "red"))
