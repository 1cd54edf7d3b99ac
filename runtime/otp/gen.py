"""Calls: a request, and its reply or the reason why there is none."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex.atom import DOWN, NOPROC, OK, Atom
from pyex.errors import Exit, bad_argument, describe
from pyex.mailbox import receive, send
from pyex.node import node
from pyex.otp import server_name
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.request import CALLING_SELF, TIMEOUT, NoAnswer, answer, ask, check_timeout
from pyex.self_ import self
from pyex.spawn import exit

NODEDOWN = Atom("nodedown")
SYSTEM, TERMINATE = Atom("system"), Atom("terminate")
_FLUSH = ("flush",)


def call(server: Any, label: str, request: Any, timeout: int | str, mfa: tuple[Any, str, list[Any]]) -> Any:
    """Send `(label, from_, request)` to a server and wait for the reply.

    The reply comes through an alias, so that one that is late vanishes. Where none comes the caller exits with
    `(reason, mfa)`. Mirrors `gen:call/4`.
    """
    try:
        return ask(find(server, timeout), label, request, timeout)
    except NoAnswer as error:
        reason = error.reason
    exit((reason, mfa))


def find(server: Any, timeout: int | str) -> Pid:
    """The server to ask, by its name; raises `NoAnswer` where there is none."""
    check_timeout(timeout)
    pid = server_name.whereis(server)
    if pid is None:
        raise NoAnswer(_why_nobody(server))
    return pid


def reply(from_: tuple[Pid, Any], value: Any) -> Atom:
    """Answer a call; `from_` is what came with it. Mirrors `gen:reply/2`."""
    if answer(from_, value):
        return OK
    if type(from_) is not tuple or len(from_) != 2:
        raise bad_argument(1, f"not who has called: {describe(from_)}; write the from_ that handle_call was given")
    pid, tag = from_
    match tag:
        case ("alias", Reference() as reference):
            send(reference, (tag, value))
        case _ if isinstance(pid, Pid) or server_name.is_somebody(pid):
            send(pid, (tag, value))
    return OK


def stop(server: Any, reason: Any, timeout: int | str, mfa: tuple[Any, str, list[Any]], sys: Any) -> None:
    """Have a server end itself, and wait until it has. Mirrors `gen:stop/3`.

    One that ends before it has got to the order gives `(its reason, (sys, "terminate", [pid, reason, timeout]))`.
    """
    check_timeout(timeout)
    me = self()
    pid = server_name.whereis(server)
    if pid is None:
        exit((_why_nobody(server), mfa))
    if pid == me:
        exit((CALLING_SELF, mfa))
    started = monotonic()
    ended = Process.monitor(pid)
    try:
        call(pid, SYSTEM, (TERMINATE, reason), timeout, (sys, "terminate", [pid, reason, timeout]))
        left = timeout if isinstance(timeout, str) else max(0, timeout - int((monotonic() - started) * 1000))
        down = receive((DOWN, ended, ..., ..., ...), after=left, default=None)
    except Exit as error:
        why = error.reason[0]  # type: ignore[index]
        exit((why if why in (NOPROC, TIMEOUT) else error.reason, mfa))
    finally:
        Process.demonitor(ended, _FLUSH)
    if down is None:
        exit((TIMEOUT, mfa))
    if down[4] != reason:
        exit((down[4], mfa))


def _why_nobody(server: Any) -> Any:
    match server:
        case (str() | type(), on_node) if on_node != node():
            return (NODEDOWN, on_node)
    return NOPROC
