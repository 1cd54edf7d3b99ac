"""The actions `exit` and `send`: a signal, and a message, to a process."""

from __future__ import annotations

from pyex.mailbox import receive
from pyex.mailbox import send as send_message
from pyex.observer.action.body import Body, living, not_own, text
from pyex.observer.action.literal import read_reason, read_term
from pyex.observer.looking.term import is_word, shown
from pyex.process import Process

# So long is looked whether it ends.
ENDS_MS = 200


def exit(body: Body) -> str:
    """Send an exit signal; by default "kill", which nobody can trap."""
    reason = read_reason(text(body, "reason", "kill"))
    block = not_own(living(body))
    pid, traps = block.pid, block.trap_exit
    ended = Process.monitor(pid)
    Process.exit(pid, reason)
    down = receive(("DOWN", ended, ..., ..., ...), after=ENDS_MS, default=None)
    Process.demonitor(ended, ["flush"])
    if down is not None:
        return f"{pid!r} has ended: {shown(down[4], pretty=False)}"
    sent = f"{pid!r} was sent the exit signal {shown(reason, pretty=False)}"
    if traps and not is_word(reason, "kill"):
        return f"{sent}; it traps exits, so that this is a message to it"
    if is_word(reason, "normal"):
        return f"{sent}; a process takes no notice of that reason"
    return f"{sent}, and has not ended yet"


def send(body: Body) -> str:
    """Send a message."""
    message = read_term(text(body, "message"))
    pid = not_own(living(body)).pid
    send_message(pid, message)
    return f"{pid!r} was sent {shown(message, pretty=False, limit=10)}"
