"""The action `child`: a supervisor terminates, restarts or deletes one of its children."""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.control_block import ControlBlock
from pyex.observer.action.asking import CHILD_MS, answer
from pyex.observer.action.body import Body, living, text, word
from pyex.observer.looking.term import id_text, label_of, pid_of, shown
from pyex.observer.view import Refused
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor.server import State
from pyex.pid import Pid
from pyex.process_info import snapshot
from pyex.watching.initial_call import SUPERVISOR, otp_initial_call
from pyex.watching.server_state import server_of

DONE = {"terminate": "has been terminated", "restart": "runs again", "delete": "is no child any more"}
# What is to be done about an answer of OTP's.
HINTS = {
    "running": "it runs: terminate it first",
    "restarting": "its supervisor is trying to start it again",
    "not_found": "there is no such child any more",
}


def child(body: Body) -> str:
    """Have it done, in the supervisor's process."""
    what = word(body, "do", tuple(DONE))
    asked = text(body, "child")
    block = living(body, "supervisor")
    state = _state(block)
    id = _id_in(state, asked, block.pid) if type(state) is State else _pid_in(what, asked, block.pid)
    request = (Atom(f"{what}_child"), id)
    return _told(answer(block.pid, CHILD_MS, lambda: GenServer.call(block.pid, request, CHILD_MS)), what, asked)


def _state(block: ControlBlock) -> Any:
    call = otp_initial_call(block)
    if call is None or call[0] != SUPERVISOR:
        raise Refused(f"supervisor is the pid of a supervisor; {block.pid!r} ({label_of(block)}) is none", 409)
    server = server_of(block)
    if server is None:
        raise Refused(f"{block.pid!r} is still starting its children", 409)
    return server.state


def _id_in(state: State, asked: str, supervisor: Pid) -> Any:
    """The id of a child that a view writes so, or whose pid that is. Raises `Refused`."""
    children = snapshot(lambda: list(state.children.values()))
    pid = _pid(asked)
    found = [each.id for each in children if id_text(each.id) == asked]
    found = found or [each.id for each in children if pid is not None and each.pid == pid]
    if not found:
        raise Refused(f"{supervisor!r} has no child {asked!r:.80}", 404)
    if len(found) > 1:
        raise Refused(f"{supervisor!r} has {len(found)} children that are written {asked!r:.80}: name a pid", 409)
    return found[0]


def _pid_in(what: str, asked: str, supervisor: Pid) -> Pid:
    pid = _pid(asked)
    if pid is None:
        raise Refused(f"{supervisor!r} knows its children by pids: child is one such as 0.98.0, not {asked!r:.80}")
    if what != "terminate":
        raise Refused(f"{supervisor!r} knows its children by pids: it can terminate them, but not {what} them", 409)
    return pid


def _pid(asked: str) -> Pid | None:
    try:
        return pid_of(asked)
    except Refused:
        return None


def _told(told: Any, what: str, asked: str) -> str:
    match told:
        case "ok":
            return f"{asked} {DONE[what]}"
        case ("ok", Pid() as pid, *_):
            return f"{asked} {DONE[what]}: {pid!r}"
        case ("ok", *_):
            return f"{asked} is to be ignored, as its start function says"
        case ("error", str() as reason) if reason in HINTS:
            raise Refused(f"{what}_child: {shown(reason, pretty=False)}; {HINTS[reason]}", 409)
    reason = told[1] if type(told) is tuple and len(told) == 2 else told
    raise Refused(f"{what}_child: {shown(reason, pretty=False)}", 409)
