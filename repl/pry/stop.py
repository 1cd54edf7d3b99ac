"""The process's side of a pry: it stops, meets a shell, and runs what is typed there until it is let go."""

from __future__ import annotations

import math
import sys
from threading import get_ident
from types import FrameType
from typing import TYPE_CHECKING, Any

from pyex import Atom, Pid, Process, Reference, make_ref, receive, send
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.pry.instrument import STEP
from pyex.repl.pry.place import Place, place_of
from pyex.repl.pry.resume import CONTINUE, STOPPED, Resume
from pyex.repl.shell import current
from pyex.repl.shell.evaluator import EVALUATE, LEAVE, evaluate
from pyex.repl.shell.outcome import LeaveShell, Respawn
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler
from pyex.stack import check_may_wait, is_pyex

if TYPE_CHECKING:
    from pyex.repl.pry.breakpoint import Step
    from pyex.repl.pry.session import PrySession
    from pyex.repl.shell.shell import Shell

# What the stopped process hears, beside an evaluator's `(key, EVALUATE, …)`: `(key, RELEASE)`, and `(key, LEAVE)` where
# the shell is left with it.
RELEASE = Atom("release")
# What the shell hears of an input, beside an evaluator's verdicts: the process goes on.
RESUMED, RESPAWNED = Atom("resumed"), Atom("respawned")


class Stop:
    """One process that has stopped at one place: what it shows to the shell that it meets."""

    def __init__(self, frame: FrameType, step: Step | None, returned: Any) -> None:
        self.pid: Pid = Process.self()
        self.key: Reference = make_ref()
        self.frame = frame
        self.place: Place = place_of(frame)
        # Of a function with a breakpoint: what its next statements ask.
        self.step = step
        self.returned = returned
        # Where it goes on from an earlier stop there is no need to ask again.
        self.is_allowed = step is not None and bool(step.mode)
        # What it evaluates for, once the shell has let it in.
        self.session: PrySession | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Stop:
        """Sent as it is: the shell is to see the frame itself."""
        return self


def stop_in(frame: FrameType | None) -> None:
    """Stop in the innermost of these frames that is not the shell's own."""
    while frame is not None and is_pyex(frame) and frame.f_back is not None:
        frame = frame.f_back
    assert frame is not None
    step: Step | None = frame.f_locals.get(STEP)
    how = stop_at(frame, step)
    if step is not None:
        step.mode = how


def stop_at(frame: FrameType, step: Step | None = None, returned: Any = NOTHING) -> Atom | None:
    """Stop at the place that a frame is at. Returns how it is to go on, NEXT or OUT; None for just so."""
    shell = _shell_to_meet(frame)
    if shell is None:
        return None
    sys.stdout.flush()
    me = scheduler.me()
    before = (me.queue, me.blocked_since, me.become)
    # As an evaluator's.
    me.queue, me.blocked_since = HIGH_QUEUE, math.inf
    is_evaluator = me.pid == shell.evaluator
    try:
        return _meet(shell, Stop(frame, step, returned))
    finally:
        me.queue, me.blocked_since, me.become = before
        if is_evaluator and not me.dying:
            shell.console.foreground(me)


def current_stop() -> Stop | None:
    """The stop that the caller is typed at; None where that is no pry prompt."""
    if not current.shells():
        return None
    stop: Stop | None = getattr(current.current(), "stop", None)
    return stop if stop is not None and stop.pid == Process.self() else None


def _shell_to_meet(frame: FrameType) -> Shell | None:
    """The shell that is asked; None, and a warning, where there is none, or this is no place to wait."""
    if not scheduler.is_inside():
        # In the middle of the engine's own work, as a finaliser is, nothing may be printed.
        if not scheduler.critical or get_ident() != scheduler.owner:
            _warn(f"cannot pry at {place_of(frame)}: only processes can stop, and this is none")
        return None
    try:
        check_may_wait()
    except RuntimeError as error:
        _warn(f"cannot pry at {place_of(frame)}: {error}")
        return None
    if not current.shells():
        _warn(f"cannot pry {Process.self()!r} at {place_of(frame)}. Is a shell running? `pyex FILE` opens one")
        return None
    return current.current()


def _warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr, flush=True)


def _meet(shell: Shell, stop: Stop) -> Atom | None:
    send(shell.pid, (STOPPED, stop.pid, stop))
    while True:
        # Watched only while it waits: what is typed may empty the mailbox.
        watch = Process.monitor(shell.pid)
        message = receive((stop.key, ...), (stop.key, EVALUATE, ..., ..., ...), ("DOWN", watch, ..., ..., ...))
        Process.demonitor(watch, ["flush"])
        if message[0] == "DOWN" or message[1] == RELEASE:
            return None
        if message[1] == LEAVE:
            raise LeaveShell
        assert stop.session is not None
        verdict, how = _evaluated(stop.session, *message[2:])
        send(shell.pid, (stop.key, verdict))
        if verdict in (RESUMED, RESPAWNED):
            return how


def _evaluated(session: PrySession, text: str, filename: str, echoes: bool) -> tuple[Atom, Atom | None]:
    """What came of an input: a verdict, and how to go on where it is RESUMED."""
    try:
        return evaluate(text, filename, echoes, session), None
    except Resume as resume:
        session.how = resume.how
        return RESUMED, None if resume.how == CONTINUE else resume.how
    except Respawn:
        return RESPAWNED, None
