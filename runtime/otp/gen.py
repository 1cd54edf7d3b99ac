"""Calls: a request, and its reply or the reason why there is none."""

from __future__ import annotations

from typing import Any

from pyex.atom import DOWN, NOPROC, OK, Atom
from pyex.mailbox import receive, send
from pyex.node import node
from pyex.otp import server_name
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self
from pyex.spawn import exit

ALIAS, CALLING_SELF, NODEDOWN, TIMEOUT = Atom("alias"), Atom("calling_self"), Atom("nodedown"), Atom("timeout")
SYSTEM, TERMINATE = Atom("system"), Atom("terminate")
_NOTHING: Any = object()


def call(server: Any, label: str, request: Any, timeout: int | str, mfa: tuple[Any, str, list[Any]]) -> Any:
    """Send `(label, from_, request)` to a server and wait for the reply.

    The reply comes through an alias, so that one that is late vanishes. Where none comes the caller exits with
    `(reason, mfa)`. Mirrors `gen:call/4`.
    """
    pid = server if type(server) is Pid else server_name.whereis(server)
    me = self()
    if pid is None:
        exit((_why_nobody(server), mfa))
    if pid is me:
        exit((CALLING_SELF, mfa))
    reference = Process.monitor(pid, alias="reply_demonitor")
    tag = (ALIAS, reference)
    send(pid, (label, (me, tag), request))
    try:
        answer = receive((tag, ...), (DOWN, reference, ..., ..., ...), after=timeout, default=_NOTHING)
    except BaseException:
        # Ctrl+C: nobody waits for the reply any more.
        Process.demonitor(reference, ["flush"])
        raise
    if answer is _NOTHING:
        Process.demonitor(reference, ["flush"])
        exit((TIMEOUT, mfa))
    if answer[0] == DOWN:
        exit((answer[4], mfa))
    return answer[1]


def reply(from_: tuple[Pid, Any], value: Any) -> Atom:
    """Answer a call; `from_` is what came with it. Mirrors `gen:reply/2`."""
    pid, tag = from_
    match tag:
        case ("alias", reference):
            send(reference, (tag, value))
        case _:
            send(pid, (tag, value))
    return OK


def stop(server: Any, reason: Any, timeout: int | str, mfa: tuple[Any, str, list[Any]]) -> None:
    """Have a server end itself, and wait until it has. Mirrors `gen:stop/3`."""
    pid = server_name.whereis(server)
    if pid is None:
        exit((_why_nobody(server), mfa))
    if pid == self():
        exit((CALLING_SELF, mfa))
    reference = Process.monitor(pid)
    send(pid, (SYSTEM, (self(), reference), (TERMINATE, reason)))
    down = receive((DOWN, reference, ..., ..., ...), after=timeout, default=None)
    if down is None:
        Process.demonitor(reference, ["flush"])
        exit((TIMEOUT, mfa))
    if down[4] != reason:
        exit((down[4], mfa))


def _why_nobody(server: Any) -> Any:
    match server:
        case (str() | type(), on_node) if on_node != node():
            return (NODEDOWN, on_node)
    return NOPROC
