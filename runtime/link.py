"""Links: two processes, of which each is sent an exit signal when the other ends."""

from __future__ import annotations

from pyex import exit_signal
from pyex.atom import EXIT, NOPROC
from pyex.delivery import deliver
from pyex.errors import ErlangError
from pyex.pid import Pid, check_pid
from pyex.scheduler import scheduler


def link(pid: Pid) -> bool:
    """Link the caller and another process: when one ends, the other is sent an exit signal.

        >>> Process.link(spawn(Process.sleep, "infinity"))
        True

    Returns True. When the other is dead: raises `ErlangError("noproc")`, or, for a caller that traps exits,
    sends it `("EXIT", pid, "noproc")`. Raises `ArgumentError` for anything but a pid. Mirrors `Process.link/1`.
    """
    peer = check_pid(pid)
    me = scheduler.me()
    if me.dying:
        return True
    scheduler.enter()
    try:
        linked = exit_signal.link_to_pid(me, peer)
        if not linked and me.trap_exit:
            deliver(me, (EXIT, peer, NOPROC))
    finally:
        scheduler.leave()
    if not linked and not me.trap_exit:
        raise ErlangError(NOPROC, f"{peer!r} does not refer to a living process")
    return True


def unlink(pid: Pid) -> bool:
    """Take a link away, if there is one.

        >>> Process.unlink(self())
        True

    Returns True. Mirrors `Process.unlink/1`.
    """
    peer = check_pid(pid)
    me = scheduler.me()
    if me.dying:
        return True
    scheduler.enter()
    try:
        # A peer that is being unwound is linked still.
        block = peer.block or exit_signal.unwinding.get(peer.number)
        if block is not None:
            exit_signal.unlink(me, block)
    finally:
        scheduler.leave()
    return True
