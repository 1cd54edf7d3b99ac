"""Calls: a request, and its reply or the reason why there is none."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex.atom import DOWN, NOPROC, OK, Atom
from pyex.errors import Exit, bad_argument, describe
from pyex.mailbox import LONGEST_TIMEOUT, receive, send, to_seconds
from pyex.node import node
from pyex.otp import server_name
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.self_ import self
from pyex.spawn import exit

ALIAS, CALLING_SELF, NODEDOWN, TIMEOUT = Atom("alias"), Atom("calling_self"), Atom("nodedown"), Atom("timeout")
SYSTEM, TERMINATE = Atom("system"), Atom("terminate")
_NOTHING: Any = object()
_FLUSH = ("flush",)


def call(server: Any, label: str, request: Any, timeout: int | str, mfa: tuple[Any, str, list[Any]]) -> Any:
    """Send `(label, from_, request)` to a server and wait for the reply.

    The reply comes through an alias, so that one that is late vanishes. Where none comes the caller exits with
    `(reason, mfa)`. Mirrors `gen:call/4`.
    """
    if type(timeout) is not int or not 0 <= timeout <= LONGEST_TIMEOUT:
        checked_timeout(timeout)
    pid = server if type(server) is Pid else server_name.whereis(server)
    me = self()
    if pid is None:
        exit((_why_nobody(server), mfa))
    if pid is me:
        exit((CALLING_SELF, mfa))
    # Until `demonitor`: what else is replied before the caller goes on is in its mailbox, as in OTP.
    reference = Process.monitor(pid, alias="demonitor")
    tag = (ALIAS, reference)
    try:
        send(pid, (label, (me, tag), request))
        answer = receive((tag, ...), (DOWN, reference, ..., ..., ...), after=timeout, default=_NOTHING)
    finally:
        # Also where the request cannot be sent.
        Process.demonitor(reference, _FLUSH)
    if answer is _NOTHING:
        exit((TIMEOUT, mfa))
    if answer[0] == DOWN:
        exit((answer[4], mfa))
    return answer[1]


def checked_timeout(timeout: Any) -> None:
    """Refuse what is no timeout before anything is sent."""
    if timeout is None:
        raise bad_argument(3, 'None is no timeout: write milliseconds, or "infinity"')
    to_seconds(timeout)


def reply(from_: tuple[Pid, Any], value: Any) -> Atom:
    """Answer a call; `from_` is what came with it. Mirrors `gen:reply/2`."""
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
    checked_timeout(timeout)
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
