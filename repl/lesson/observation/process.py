"""Looking at a process as it is now, without asking it anything: it may be busy, and its mailbox is the learner's."""

from __future__ import annotations

from typing import Any

from pyex import Pid, registered_name
from pyex.control_block import ControlBlock
from pyex.otp.behaviour import newest
from pyex.process_info import snapshot
from pyex.run_queue import WAITING
from pyex.watching.initial_call import SUPERVISOR, otp_initial_call


def found(which: object) -> Pid | None:
    """The process of a pid or a name; None where there is none."""
    if which is None or isinstance(which, Pid):
        return which
    block = registered_name.whereis(registered_name.normalise(which))
    return None if block is None else block.pid


def links(pid: Pid) -> list[Pid]:
    """Whom it is linked to."""
    return _of_block(pid, lambda block: [peer.pid for peer in block.links or ()])


def monitored(pid: Pid) -> list[Pid]:
    """Whom it monitors."""
    return _of_block(pid, lambda block: [watched.pid for _, _, watched, *_ in (block.monitors or {}).values()])


def messages(pid: Pid) -> list[Any]:
    """What is in its mailbox: the messages themselves."""
    return _of_block(pid, lambda block: [*(block.mailbox or ())])


def children(supervisor: Pid) -> list[Pid]:
    """The living children of a supervisor: whom it has started, and is linked to."""

    def of(block: ControlBlock) -> list[Pid]:
        return [peer.pid for peer in block.links or () if peer.parent == supervisor and not peer.dying]

    return _of_block(supervisor, of)


def is_supervisor(pid: Pid) -> bool:
    call = otp_initial_call(pid.block)
    return call is not None and call[0] == SUPERVISOR


def is_server(pid: Pid, callback: object = ...) -> bool:
    """Whether it is a living GenServer, of this class or one below it."""
    call = otp_initial_call(pid.block)
    if call is None or call[1] != "init" or not isinstance(call[0], type):
        return False
    if callback is ...:
        return True
    # Classes that were redefined stand for their newest versions.
    return isinstance(callback, type) and issubclass(newest(call[0]), newest(callback))


def is_idle(pid: Pid | None) -> bool:
    """Whether a server waits for something to do."""
    block = pid.block if pid is not None else None
    return block is not None and block.state is WAITING and block.greenlet is None


def _of_block(pid: Pid, look: Any) -> list[Any]:
    block = pid.block
    return [] if block is None else snapshot(lambda: look(block))
