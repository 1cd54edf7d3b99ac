"""Aliases: references that messages can be sent to, until they are taken back.

A late reply to a call vanishes, because the alias that it was to come through has ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyex.delivery import deliver, put
from pyex.errors import bad_argument, describe
from pyex.reference import Reference, Special, make_ref
from pyex.scheduler import scheduler

# Until when an alias is one: until `unalias`; until its monitor is gone; or until a message has come through it.
EXPLICIT = "explicit_unalias"
REPLY = "reply"
DEMONITOR = "demonitor"
REPLY_DEMONITOR = "reply_demonitor"
UNTIL = frozenset({EXPLICIT, DEMONITOR, REPLY_DEMONITOR})


def alias(options: Iterable[str] = ()) -> Reference:
    """Make a reference that others can send to instead of to the pid of the caller.

        >>> back = Process.alias()
        >>> _ = send(back, "hello")
        >>> receive(), Process.unalias(back), send(back, "late"), receive(after=0, default="nothing")
        ('hello', True, 'late', 'nothing')

    Options: "explicit_unalias", which is the default; "reply": the first message that comes through it ends it. What
    is sent to it after its end vanishes. Returns the reference. Mirrors `Process.alias/1`.
    """
    until = EXPLICIT
    for option in (options,) if isinstance(options, str) else options:
        if option not in (EXPLICIT, REPLY):
            raise bad_argument(1, f'invalid option: {describe(option)}; known are "explicit_unalias" and "reply"')
        until = option
    reference = make_ref()
    reference.alias = (scheduler.me().pid, until)
    return reference


def unalias(reference: Reference) -> bool:
    """End an alias of the caller.

        >>> back = Process.alias()
        >>> Process.unalias(back), Process.unalias(back)
        (True, False)

    Returns whether it was one. Mirrors `Process.unalias/1`.
    """
    if not isinstance(reference, Reference):
        raise bad_argument(1, f"not a reference: {describe(reference)}; write what Process.alias returned")
    if reference.alias is None or reference.alias[0] is not scheduler.me().pid:
        return False
    reference.alias = None
    reference.block = Special
    return True


# In critical sections, all of these.


def deliver_through(reference: Reference, message: Any, for_tracer: Any = None) -> None:
    """Deliver to whose alias a reference is; where it is none (any more), to nobody."""
    if reference.alias is None:
        return
    pid, until = reference.alias
    block = pid.block
    if block is None:
        return
    if until == REPLY_DEMONITOR:
        reference.alias = None
        number = reference.number
        if block.monitors is not None and number in block.monitors:
            watched = block.monitors.pop(number)[2]
            if watched.monitored_by is not None:
                watched.monitored_by.pop(number, None)
                if not watched.monitored_by:
                    watched.monitored_by = None
    elif until == REPLY:
        reference.alias = None
    if block.special:
        deliver(block, message, for_tracer)
    else:
        put(block, message)


def end_with_monitor(reference: Reference) -> None:
    """The monitor of a reference has gone off, and so its alias is over, if it was to last no longer."""
    if reference.alias is not None and reference.alias[1] != EXPLICIT:
        reference.alias = None
        reference.block = Special
