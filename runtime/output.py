"""What processes print: the objects that stand for `sys.stdout` and `sys.stderr` while the runtime runs.

A write neither switches in the middle of a line nor touches a stream: it hands whole lines to the device of the
process's group leader, and keeps the rest until the line is whole, or the process has done something else for a
while.
"""

from __future__ import annotations

import errno
import io
import sys
from collections import deque
from typing import Any, TextIO

from pyex import group_leader
from pyex.control_block import ControlBlock
from pyex.device import Device
from pyex.scheduler import Flag, scheduler
from pyex.stack import Owner, module_importing, owner_of

# A process that has printed more than HIGH_WATER characters ahead of the device waits until there are fewer than
# LOW_WATER.
HIGH_WATER = 64 * 1024
LOW_WATER = 16 * 1024
POLL_SECONDS = 0.002
# Each poll wakes a few: were all woken at once, each would print one line and wait again.
WOKEN_AT_ONCE = 64
LONGEST_PARTIAL = 4096

_waiting: dict[Device, deque[tuple[ControlBlock, Flag]]] = {}


class ProcessOutput(io.TextIOBase):
    """`sys.stdout`, or `sys.stderr`, of every process."""

    def __init__(self, stream: TextIO, *, error: bool) -> None:
        self.original = stream
        self._error = error
        self.partial: dict[ControlBlock, str] = {}

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self.original, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return getattr(self.original, "errors", None)

    @property
    def buffer(self) -> BinaryOutput:
        """The same for bytes."""
        return BinaryOutput(self)

    def reconfigure(self, **settings: Any) -> None:
        """As that of the stream behind it, if it has one."""
        if isinstance(self.original, io.TextIOWrapper):
            self.original.reconfigure(**settings)

    @property
    def name(self) -> str:
        return str(getattr(self.original, "name", "<output of processes>"))

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self.original.isatty()

    def fileno(self) -> int:
        return self.original.fileno()

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        me = scheduler.current
        if me is None or not scheduler.is_inside():
            self._hand_over(group_leader.standard_device(), text)
            return len(text)
        whole = self.partial.pop(me, "") + text
        end = len(whole) if len(whole) > LONGEST_PARTIAL else whole.rfind("\n") + 1
        if end < len(whole):
            self.partial[me] = whole[end:]
        if end:
            device = group_leader.device_of(me)
            if me.dying and device.backlog > HIGH_WATER:
                return len(text)
            if device.broken:
                raise BrokenPipeError(errno.EPIPE, "nobody reads the output any more")
            self._hand_over(device, whole[:end])
            if device.backlog > HIGH_WATER:
                _wait_for_room(me, device)
        return len(text)

    def writelines(self, lines: Any, /) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        me = scheduler.current if scheduler.is_inside() else None
        if me is None:
            if group_leader.standard_device() is None:
                self.original.flush()
            return
        device = group_leader.device_of(me)
        if me in self.partial:
            self._hand_over(device, self.partial.pop(me))
        device.flush()

    def flush_partial_lines(self) -> None:
        """Hand over what has been kept. In the hub: no process is in the middle of a print then."""
        while self.partial:
            block, text = self.partial.popitem()
            self._hand_over(group_leader.device_of(block), text)

    def _hand_over(self, device: Device | None, text: str) -> None:
        if device is None:
            # The runtime has stopped, and somebody has kept this object.
            self.original.write(text)
        elif self._error:
            device.write_error(text)
        else:
            device.write(text)


class BinaryOutput(io.BufferedIOBase):
    """`sys.stdout.buffer`: bytes on their way through a text device, which lets through what is no text."""

    def __init__(self, output: ProcessOutput) -> None:
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._output.write(bytes(data).decode(self._output.encoding, "surrogateescape"))
        return len(data)

    def flush(self) -> None:
        self._output.flush()


def unfinished_line(block: ControlBlock) -> bool:
    """Whether a process has printed a line's beginning, and not its end."""
    return any(isinstance(each, ProcessOutput) and block in each.partial for each in (sys.stdout, sys.stderr))


def forget_waiting() -> None:
    """When the runtime stops."""
    _waiting.clear()


def _wait_for_room(me: ControlBlock, device: Device) -> None:
    """Park a process that prints faster than its device takes it; only where its own code printed, as a preemption
    would.
    """
    frame = sys._getframe(2)
    if owner_of(frame) is not Owner.USER or module_importing(frame):
        return
    scheduler.enter()
    try:
        if not _waiting:
            scheduler.timers.start(POLL_SECONDS, _poll)
        has_room = Flag()
        _waiting.setdefault(device, deque()).append((me, has_room))
        # A message wakes it too.
        while not has_room.is_set and me.pending is None:
            scheduler.park()
    finally:
        scheduler.leave()


def _poll() -> None:
    for device, blocks in list(_waiting.items()):
        if device.backlog < LOW_WATER:
            for _ in range(min(WOKEN_AT_ONCE, len(blocks))):
                block, has_room = blocks.popleft()
                has_room.set()
                scheduler.wake(block)
        if not blocks:
            del _waiting[device]
    if _waiting:
        scheduler.timers.start(POLL_SECONDS, _poll)
