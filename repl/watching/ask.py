"""Asking several servers the same at once, and not waiting for those that are busy."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

from pyex import Atom, Pid, Process, receive, self, send

GEN_CALL, SYSTEM = Atom("$gen_call"), Atom("system")


def ask_all(servers: Iterable[Pid], label: Atom, request: Any, timeout: int) -> dict[Pid, Any]:
    """The answers of those servers that give one within `timeout` milliseconds, which is for all of them together.

    `label` is `GEN_CALL`, or `SYSTEM` for what `Sys` asks. An answer that comes too late goes nowhere: it was to come
    through an alias, as that of `GenServer.call`.
    """
    me = self()
    asked = {}
    for server in servers:
        if server != me:
            reference = Process.monitor(server, alias="demonitor")
            asked[reference] = server
            send(server, (label, (me, (Atom("alias"), reference)), request))
    answers: dict[Pid, Any] = {}
    deadline = monotonic() + timeout / 1000
    for reference, server in asked.items():
        patterns = ((("alias", reference), ...), ("DOWN", reference, ..., ..., ...))
        left = max(0, int((deadline - monotonic()) * 1000))
        answer = receive(*patterns, after=left, default=None)
        Process.demonitor(reference, ["flush"])
        if answer is not None and answer[0] != "DOWN":
            answers[server] = answer[1]
    return answers
