"""The actions `suspend`, `resume` and `stop`: orders to a server, an OTP process."""

from __future__ import annotations

from pyex.control_block import ControlBlock
from pyex.errors import Exit
from pyex.observer.action.asking import ANSWER_MS, answer, why
from pyex.observer.action.body import Body, living, not_own, text
from pyex.observer.action.literal import read_reason
from pyex.observer.looking.term import is_word, label_of, shown
from pyex.observer.view import Refused
from pyex.otp.gen_server import GenServer
from pyex.otp.sys_messages import Sys
from pyex.watching.server_state import server_of


def suspend(body: Body) -> str:
    """Have a server handle no messages until it is resumed."""
    pid = not_own(_server(body, "suspended")).pid
    answer(pid, ANSWER_MS, lambda: Sys.suspend(pid, ANSWER_MS))
    return f"{pid!r} is suspended: its messages wait"


def resume(body: Body) -> str:
    """Have a server go on."""
    pid = _server(body, "resumed").pid
    answer(pid, ANSWER_MS, lambda: Sys.resume(pid, ANSWER_MS))
    return f"{pid!r} goes on"


def stop(body: Body) -> str:
    """Have a server end itself, by its `terminate`, as `GenServer.stop` does."""
    reason = read_reason(text(body, "reason", "normal"))
    block = not_own(_server(body, "stopped"))
    pid = block.pid
    try:
        GenServer.stop(pid, reason, ANSWER_MS)
    except Exit as error:
        reason = why(error)
        if is_word(reason, "timeout"):
            raise Refused(f"{pid!r} did not end within {ANSWER_MS // 1000} s: it is busy", 504) from None
        if is_word(reason, "noproc"):
            raise Refused(f"{pid!r} is not alive", 404) from None
        return f"{pid!r} has ended, with another reason: {shown(reason, pretty=False)}"
    return f"{pid!r} has ended: {shown(reason, pretty=False)}"


def _server(body: Body, done: str) -> ControlBlock:
    block = living(body)
    if server_of(block) is None:
        raise Refused(
            f"{block.pid!r} ({label_of(block)}) cannot be {done}: only OTP processes can, such as GenServer, Agent and "
            "Supervisor, for they answer such orders. This is a plain process, or one that is still starting",
            409,
        )
    return block
