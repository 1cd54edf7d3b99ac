"""A GenServer in thirty lines, on nothing but pyex's public calls: enough to measure a call."""

from __future__ import annotations

from typing import Any

from pyex import Pid, Process, exit, receive, self, send, spawn


def start(callbacks: Any, state: Any) -> Pid:
    """Start a server; `callbacks` has `handle_call(request, client, state)` and `handle_cast(request, state)`."""
    return spawn(_loop, callbacks, state)


def call(server: Pid, request: Any, timeout: int | str = 5000) -> Any:
    """Ask, and wait for the reply."""
    ref = Process.monitor(server)
    send(server, ("$gen_call", (self(), ref), request))
    match receive((ref, ...), ("DOWN", ref, ..., ..., ...), after=timeout, default="timeout"):
        case (_, reply):
            Process.demonitor(ref, ["flush"])
            return reply
        case ("DOWN", _, _, _, reason):
            exit((reason, ("call", server, request)))
        case _:
            Process.demonitor(ref, ["flush"])
            exit(("timeout", ("call", server, request)))


def cast(server: Pid, request: Any) -> None:
    """Tell, and wait for nothing."""
    send(server, ("$gen_cast", request))


def _loop(callbacks: Any, state: Any) -> Any:
    match receive():
        case ("$gen_call", (client, ref), request):
            reply, state = callbacks.handle_call(request, (client, ref), state)
            send(client, (ref, reply))
        case ("$gen_cast", request):
            state = callbacks.handle_cast(request, state)
    return Process.hibernate(_loop, callbacks, state)
