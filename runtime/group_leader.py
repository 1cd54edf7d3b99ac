"""Group leaders: the processes that own a device. Children inherit their parent's, so output goes where the
parent's goes.

Output goes straight to the leader's device, which never blocks; a line of input is waited for in another thread.
"""

from __future__ import annotations

from pyex.blocking import blocking
from pyex.control_block import ControlBlock
from pyex.device import Device, LineRequest
from pyex.mailbox import receive
from pyex.pid import Pid
from pyex.scheduler import scheduler

# The devices of the group leaders, by their pids. The first is the standard one.
_devices: dict[Pid, Device] = {}


def standard_device() -> Device | None:
    """Where everything goes that belongs to no leader; None while the runtime does not run."""
    return next(iter(_devices.values()), None)


def standard_leader() -> Pid | None:
    """The leader of processes that have no parent; None until there is one."""
    return next(iter(_devices), None)


def device_of(block: ControlBlock) -> Device:
    """The device that a process prints to; the standard one where its leader is no leader."""
    device = _devices.get(block.group_leader) if block.group_leader is not None else None
    device = device or standard_device()
    assert device is not None
    return device


def lead(block: ControlBlock, device: Device) -> None:
    """Make a process the leader of a device; its function is to be `serve`."""
    block.group_leader = block.pid
    _devices[block.pid] = device


def resign(block: ControlBlock) -> None:
    """A process is the leader of its device no more; what its group prints from here on goes to the standard one."""
    _devices.pop(block.pid, None)


def exchange_standard_device(device: Device) -> Device:
    """Have the output of all that belong to the standard leader go to this device; returns the one before."""
    leader = next(iter(_devices))
    before, _devices[leader] = _devices[leader], device
    return before


def dismiss_all() -> None:
    _devices.clear()


def serve() -> None:
    """What a group leader does: be there. Nobody needs to ask it, for its device is asked directly."""
    while True:
        receive()


def read_line(prompt: str) -> str:
    """The next line of the device of the caller's group leader, with its line break; "" at the end of the input."""
    device = device_of(scheduler.me())
    request = LineRequest(prompt)
    try:
        return str(blocking(device.read_line, request))
    except BaseException:
        # Killed or interrupted: what is typed next is for somebody else.
        device.withdraw(request)
        raise
