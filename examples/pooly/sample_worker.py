"""The worker that the pools of this folder lend: it does what it is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex import GenServer, Pid


class SampleWorker(GenServer):
    @staticmethod
    def start_link(arg: Any) -> Any:
        return GenServer.start_link(SampleWorker, arg)

    @staticmethod
    def work(worker: Pid, function: Callable[[], Any]) -> Any:
        return GenServer.call(worker, ("work", function))

    @staticmethod
    def init(arg: Any) -> Any:
        return ("ok", arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        match request:
            case ("work", function):
                return ("reply", function(), state)
