"""Links and exit signals: how the end of one process reaches others.

The rules, in OTP's words. An exit signal carries a reason to a process:

- `kill` sent by `Process.exit` cannot be trapped; those who hear of it are told `killed`.
- A process that traps exits gets the message `("EXIT", sender, reason)` instead.
- `normal` does nothing to others, but ends a process that sends it to itself.
- Everything else ends the receiver, which passes its reason on to those that it is linked to.

A process that ends is dead at once for everyone who asks: its name is free and messages to it vanish. If it was
ended from outside, its stack is unwound next; then those linked to it and those that monitor it are told
(`announce`).

All functions here run in a critical section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pyex import registered_name
from pyex.alias import end_with_monitor
from pyex.atom import DOWN, EXIT, KILL, KILLED, NOPROC, NORMAL, PROCESS, Atom
from pyex.control_block import ControlBlock, process_table
from pyex.delivery import PROCS, deliver, trace_event
from pyex.errors import Unwind
from pyex.pid import Pid
from pyex.scheduler import scheduler
from pyex.timer import drop_timers_for

# The processes that have been ended from outside and have not yet been unwound, by the numbers of their pids.
unwinding: dict[int, ControlBlock] = {}
# Who waits outside for the end of a process is called with its block then, once.
awaited: dict[ControlBlock, Callable[[ControlBlock], None]] = {}


def deliver_exit(sender: Pid, target: ControlBlock, reason: Any, *, by_link: bool) -> None:
    """Send one exit signal; `by_link` tells a peer's end from a `Process.exit`."""
    if target.dying:
        return
    # Only strings are compared, and as plain ones: the `==` of somebody's own class would be user code in a critical
    # section.
    word = str.__str__(reason) if isinstance(reason, str) else None
    if word == KILL and not by_link:
        terminate(target, KILLED)
    elif target.trap_exit:
        deliver(target, (EXIT, sender, reason))
    elif word != NORMAL or (sender is target.pid and not by_link):
        terminate(target, reason)


def terminate(block: ControlBlock, reason: Any) -> None:
    """End a process from outside; its stack, if it has one, is unwound in its next slice, which comes first."""
    if block.dying:
        return
    bury(block, reason)
    block.pending = Unwind
    unwinding[block.pid.number] = block
    if block is not scheduler.current:
        scheduler.make_ready_first(block)


def bury(block: ControlBlock, reason: Any) -> None:
    """From here on it is dead for everyone who asks."""
    if block.tracer is not None:
        trace_event(block, PROCS, Atom("exit"), reason)
        if block.name is not None:
            trace_event(block, PROCS, Atom("unregister"), block.name)
    block.dying = block.special = True
    block.exit_reason = reason
    block.pid.block = None
    del process_table[block.pid.number]
    if block.name is not None:
        registered_name.release(block)
    if block.timers is not None:
        drop_timers_for(block)
    if block.wake_timer is not None:
        block.wake_timer.cancel()
        block.wake_timer = None


def announce(block: ControlBlock, reasons: Iterable[Any] = ()) -> None:
    """Tell those linked to a dead process, those that monitor it, and who waits outside; once. `reasons` has a copy
    for each of the first two.
    """
    block.announced = True
    own = iter(reasons)
    links, block.links = block.links, None
    held, block.monitors = block.monitors, None
    watchers, block.monitored_by = block.monitored_by, None
    if links:
        for peer in links:
            if peer.links is not None:
                del peer.links[block]
            deliver_exit(block.pid, peer, next(own, block.exit_reason), by_link=True)
    if watchers:
        for reference, watcher, _, what, was_late in watchers.values():
            if watcher.monitors is not None and watcher.monitors.pop(reference.number, None) is not None:
                reason = NOPROC if was_late else next(own, block.exit_reason)
                end_with_monitor(reference)
                deliver(watcher, (DOWN, reference, PROCESS, what, reason))
    if held:
        for reference, _, watched, *_ in held.values():
            end_with_monitor(reference)
            if watched.monitored_by is not None:
                watched.monitored_by.pop(reference.number, None)
    if awaited and (tell := awaited.pop(block, None)) is not None:
        tell(block)


def link(me: ControlBlock, peer: ControlBlock) -> None:
    """Link two live processes; once is enough."""
    if me is peer:
        return
    if me.links is None:
        me.links = {}
    if peer.links is None:
        peer.links = {}
    if (me.special or peer.special) and peer not in me.links:
        trace_event(me, PROCS, Atom("link"), peer.pid)
        trace_event(peer, PROCS, Atom("getting_linked"), me.pid)
    me.links[peer] = peer.links[me] = None


def link_to_pid(me: ControlBlock, pid: Pid) -> bool:
    """Link to whom a pid names; False where that one is dead, and there was no link before."""
    if pid.block is not None:
        link(me, pid.block)
        return True
    ending = unwinding.get(pid.number)
    return ending is not None and me.links is not None and ending in me.links


def unlink(me: ControlBlock, peer: ControlBlock) -> None:
    if me.special or peer.special:
        trace_event(me, PROCS, Atom("unlink"), peer.pid)
        trace_event(peer, PROCS, Atom("getting_unlinked"), me.pid)
    for one, other in ((me, peer), (peer, me)):
        if one.links is not None and other in one.links:
            del one.links[other]
