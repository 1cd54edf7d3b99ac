"""What the tests with random programs share: processes that do what they are told.

PYEX_SIGNAL_EXAMPLES=50000 makes these tests longer, by hand.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from signal_model import REFUSED

from pyex import ArgumentError, ErlangError, Pid, Process, become, exit, receive, run_queue, send
from pyex.scheduler import scheduler

EXAMPLES = int(os.environ.get("PYEX_SIGNAL_EXAMPLES", "300"))
MOST_PROCESSES = 15
NAMES = ("ann", "bob")
# Seconds, and milliseconds; everything settles at once.
PATIENCE = 10
SOON = 5000

# Without the phase that explains: it traces every line, and a process that is traced is hardly interrupted.
random_programs = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
KNOWN = ["links", "monitors", "monitored_by", "trap_exit", "registered_name", "messages", "message_queue_len"]

number = st.integers(0, MOST_PROCESSES - 1)
# A process by its number, or a name.
item = number | st.sampled_from(NAMES)
options = st.sampled_from([[], ["flush"], ["info"], ["flush", "info"]])


class Slip(Exception):
    """What a puppet raises when it is to fail."""


@contextmanager
def no_crash_reports() -> Iterator[None]:
    log = logging.getLogger("pyex")
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def come_to_rest() -> None:
    """Wait until all that follows from what was done has happened."""
    scheduler.settle(PATIENCE)
    # On a busy machine a puppet that is interrupted may look as if it blocked the thread.
    while run_queue.BLOCKED_QUEUE:
        Process.sleep(1)
        scheduler.settle(PATIENCE)


def let_others_run() -> None:
    """What the watcher does at the end of a time slice, here and now."""
    signal.raise_signal(signal.SIGURG)


def act(verb: str, *args: Any) -> Any:
    """Make one call in the process that runs this."""
    match verb, args:
        case "spawn", (options,):
            return Process.spawn(puppet, options)
        case "stop", ("error", reason):
            raise Slip(reason)
        case "stop", (_, reason):
            exit(reason)
        case "send_exit", (pid, reason):
            return Process.exit(pid, reason)
        case "trap_exit", (value,):
            return Process.flag("trap_exit", value)
        case "send", (destination, message):
            return send(destination, message)
    return getattr(Process, verb)(*args)


def attempt(call: tuple[Any, ...]) -> Any:
    try:
        return act(*call)
    except ErlangError as error:
        return error.reason
    except ArgumentError:
        return REFUSED


def puppet() -> Any:
    """Take an order, carry it out, answer, and so on. All other messages stay in the mailbox."""
    _, driver, call = receive(("order", Pid, tuple))
    if call == ("stop", "return", "normal"):
        return None
    if call == ("hibernate",):
        send(driver, ("answer", None))
        return Process.hibernate(puppet)
    send(driver, ("answer", attempt(call)))
    return become(puppet)


def plain(message: Any) -> Any:
    """A reason, or a message with one, without the stack trace of an error: its text is no concern of the model."""
    match message:
        case ("EXIT" | "DOWN", *inner, reason):
            return (message[0], *inner, plain(reason))
        case (Slip() as error, list()):
            return ("error", *error.args)
    return message
