"""Group leaders: the processes that own a device. Children inherit their parent's, so output goes where the
parent's goes.

Output goes straight to the leader's device, which never blocks. Input is asked of the leader by OTP's I/O protocol:
`("io_request", from, reply_as, ("get_line", prompt))`, answered by `("io_reply", reply_as, line)`, one request
after the other.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.blocking import blocking
from pyex.control_block import ControlBlock
from pyex.device import Device
from pyex.mailbox import receive, send
from pyex.monitor import demonitor, monitor
from pyex.pid import Pid
from pyex.reference import make_ref
from pyex.scheduler import scheduler

# The devices of the group leaders, by their pids. The first is the standard one.
_devices: dict[Pid, Device] = {}


def standard_device() -> Device:
    return next(iter(_devices.values()))


def standard_leader() -> Pid | None:
    """The leader of processes that have no parent; None until there is one."""
    return next(iter(_devices), None)


def device_of(block: ControlBlock) -> Device:
    """The device that a process prints to; the standard one where its leader is no leader."""
    device = _devices.get(block.group_leader) if block.group_leader is not None else None
    return device or standard_device()


def lead(block: ControlBlock, device: Device) -> None:
    """Make a process the leader of a device; its function is to be `serve`."""
    block.group_leader = block.pid
    _devices[block.pid] = device


def dismiss_all() -> None:
    _devices.clear()


def serve(device: Device) -> None:
    """What a group leader does: read lines for those who ask."""
    while True:
        match receive():
            case ("io_request", Pid() as client, reply_as, ("get_line", str() as prompt)):
                send(client, (Atom("io_reply"), reply_as, blocking(device.read_line, prompt)))
            case ("io_request", Pid() as client, reply_as, _):
                send(client, (Atom("io_reply"), reply_as, (Atom("error"), Atom("request"))))


def read_line(prompt: str) -> str:
    """The next line of the caller's group leader, with its line break; "" at the end of the input."""
    me = scheduler.me()
    reference = make_ref()
    leader = me.group_leader
    assert leader is not None
    scheduler.enter()
    try:
        monitor(me, leader.block, leader, reference)
    finally:
        scheduler.critical -= 1
    try:
        send(leader, (Atom("io_request"), me.pid, reference, (Atom("get_line"), prompt)))
        reply: Any = receive(("io_reply", reference, ...), ("DOWN", reference, ..., ..., ...))
    finally:
        scheduler.critical += 1
        demonitor(me, reference)
        scheduler.critical -= 1
    if reply[0] == "DOWN":
        raise EOFError("the group leader has died")
    return str(reply[2])
