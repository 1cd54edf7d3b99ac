"""The state of a server as it is now, without asking it: it may be busy, and its mailbox is its own."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from pyex.carrier import call
from pyex.control_block import ControlBlock
from pyex.message import copied
from pyex.otp.gen_server.loop import Server
from pyex.pid import Pid
from pyex.process_info import snapshot
from pyex.scheduler import scheduler


def server_state(pid: Pid) -> Any:
    """A copy of a server's state, that after its last callback. Raises `LookupError` where there is no server."""
    server = server_of(pid.block)
    if server is None:
        raise LookupError(f"{pid!r} is no living server")
    return copied(server.state)


def server_of(block: ControlBlock | None) -> Server | None:
    """What a server's process keeps, itself; None for other processes, and until its `init` has returned."""
    return None if block is None else snapshot(lambda: _server(block))


def _server(block: ControlBlock) -> Server | None:
    # One that waits has returned, to be called with the same again.
    if server := _among(block.entry[1]):
        return server
    if block is scheduler.current:
        frame: FrameType | None = sys._getframe()
    else:
        frame = block.greenlet.gr_frame if block.greenlet is not None else None
    # Of the others the lowest frame has it.
    while frame is not None and frame.f_code is not call.__code__:
        frame = frame.f_back
    return _among(frame.f_locals.get("args", ())) if frame is not None else None


def _among(args: tuple[Any, ...]) -> Server | None:
    return next((each for each in args if type(each) is Server), None)
