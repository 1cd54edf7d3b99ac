"""Monitors: one process is told, once, when another ends."""

from __future__ import annotations

from collections.abc import Iterable

from pyex import exit_signal, registered_name
from pyex.alias import DEMONITOR, EXPLICIT, UNTIL, end_with_monitor
from pyex.atom import DOWN, NOPROC, PROCESS
from pyex.control_block import ControlBlock
from pyex.delivery import deliver
from pyex.errors import bad_argument, describe
from pyex.node import is_this_node, node
from pyex.pid import Pid
from pyex.reference import Reference, Special, make_ref
from pyex.scheduler import scheduler


def monitor(item: object, *, alias: str | None = None) -> Reference:
    """Be told once when a process ends, by `("DOWN", reference, "process", pid, reason)`.

        >>> pid = spawn(exit, "boom")
        >>> ref = Process.monitor(pid)
        >>> receive() == ("DOWN", ref, "process", pid, "boom")
        True

    `item` is a pid, a registered name, or `(name, node())`; for a name the message holds `(name, node())` in
    the pid's place. Returns the reference. When the process is dead already the message comes at once, with
    "noproc".

    With `alias` the reference is an alias of the caller too, as `Process.alias()` makes one: until it is unaliased
    ("explicit_unalias"), until the monitor is gone ("demonitor"), or until a message has come through it, which also
    takes the monitor away ("reply_demonitor"). Mirrors `Process.monitor/2`.
    """
    me = scheduler.me()
    target, what = (item.block, item) if type(item) is Pid else _watched(item)
    if alias is not None and alias not in UNTIL:
        raise bad_argument(2, f"invalid alias: {describe(alias)}; known are {', '.join(sorted(UNTIL))}")
    reference = make_ref()
    if me.dying:
        return reference
    if alias is not None:
        reference.alias = (me.pid, alias)
        if alias == DEMONITOR:
            # Whenever that ends, `unwatch` or `end_with_monitor` hears of it.
            reference.block = me
    if target is None and isinstance(item, Pid):
        # Its end may not have been told yet: what is said of it to who asks now comes after that.
        target = exit_signal.unwinding.get(item.number)
    if target is not None:
        scheduler.critical = 1
        try:
            found = watch(me, target, what, reference)
        finally:
            scheduler.critical = 0
        if found:
            return reference
    scheduler.enter()
    try:
        end_with_monitor(reference)
        deliver(me, (DOWN, reference, PROCESS, what, NOPROC))
    finally:
        scheduler.critical = 0
    return reference


def _watched(item: object) -> tuple[ControlBlock | None, object]:
    """Whom a monitor is for, and as what its message names it."""
    match item:
        case Pid():
            return item.block, item
        case (name, on_node) if is_this_node(on_node):
            item = name
        case str() | type():
            pass
        case _:
            raise bad_argument(1, f"not a pid or a registered name: {describe(item)}")
    name = registered_name.normalise(item)
    return registered_name.whereis(name), (name, node())


def demonitor(reference: Reference, options: Iterable[str] = ()) -> bool:
    """Take a monitor away.

        >>> Process.demonitor(Process.monitor(self()))
        True

    Options: "flush" also removes its message from the mailbox; "info" has the call return whether there was a
    monitor. Returns True. Mirrors `Process.demonitor/2`.
    """
    if not isinstance(reference, Reference):
        raise bad_argument(1, f"not a reference: {describe(reference)}; write what Process.monitor returned")
    flush = info = False
    for option in (options,) if isinstance(options, str) else options:
        if option == "flush":
            flush = True
        elif option == "info":
            info = True
        else:
            raise bad_argument(2, f'invalid option: {option!r}; known are "flush" and "info"')
    me = scheduler.me()
    if me.dying:
        return True
    scheduler.critical = 1
    try:
        found = unwatch(me, reference)
    finally:
        scheduler.critical = 0
    if flush and not found and me.mailbox:
        scheduler.enter()
        try:
            _flush(me, reference)
        finally:
            scheduler.critical = 0
    return found if info else True


# In critical sections, all of these; and none calls another function, so that at the recursion limit they do all or
# nothing.


def watch(me: ControlBlock, target: ControlBlock, what: object, reference: Reference) -> bool:
    """Have `me` told once, as `what`, when `target` ends; False where that is over, and has been told. Nobody is told
    of its own end: a monitor of oneself is none.
    """
    if target.dying and target.announced:
        return False
    if target is me:
        return True
    if me.monitors is None:
        me.monitors = {}
    if target.monitored_by is None:
        target.monitored_by = {}
    number = reference.number
    me.monitors[number] = target.monitored_by[number] = (reference, me, target, what, target.dying)
    return True


def unwatch(me: ControlBlock, reference: Reference) -> bool:
    """Forget a monitor that `me` holds; False where there is none (any more)."""
    number = reference.number
    alias = reference.alias
    if alias is not None and alias[1] != EXPLICIT and alias[0] is me.pid:
        reference.alias = None
        reference.block = Special
    if me.monitors is None or number not in me.monitors:
        return False
    watched = me.monitors.pop(number)[2]
    if watched.monitored_by is not None:
        watched.monitored_by.pop(number, None)
        if not watched.monitored_by:
            watched.monitored_by = None
    return True


def _flush(me: ControlBlock, reference: Reference) -> None:
    """Take out one message of five items of which the second is the reference, as OTP does. In a critical section."""
    for place, message in enumerate(me.mailbox or ()):
        if type(message) is tuple and len(message) == 5 and message[1] is reference:
            del me.mailbox[place]  # type: ignore[union-attr]
            me.mark = None
            return
