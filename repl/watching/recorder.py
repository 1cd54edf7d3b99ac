"""Recording what processes do while a function runs, or for a while.

The recorder is a process that is told of everybody. It keeps what those do whom the function has to do with: its own
process, those given, those that they send to, spawn and link to, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import time
from typing import Any, Protocol

from pyex import Atom, Pid, Process, Reference, make_ref, receive, self, send, spawn
from pyex.repl.watching.tracer import ALL_FLAGS, MOST_WAITING, is_shells_own, release
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler
from pyex.trace import trace
from pyex.watching.initial_call import otp_initial_call, what_it_runs
from pyex.watching.trace_event import Event, EventReader

# More than anybody looks at.
MOST_EVENTS = 1000
# How long what a function has set off may go on, after it has returned.
SETTLE_SECONDS = 0.2
STOP = Atom("stop")
_OURS = Atom("$recorder")


@dataclass(slots=True)
class Recording:
    """What was recorded: the events, of which the last may be missing, and the names of processes; for those without
    one what they run.
    """

    events: list[Event] = field(default_factory=list)
    names: dict[Pid, object] = field(default_factory=dict)
    heads: dict[Pid, str] = field(default_factory=dict)
    left_out: int = 0


class Show(Protocol):
    """What shows events while they come."""

    def add(self, event: Event, recording: Recording) -> None: ...

    def end(self) -> None: ...


def record(
    function: Callable[[], Any],
    given: Iterable[Pid],
    hidden: set[Pid],
    when_alone: Callable[[Recording], None],
) -> tuple[Recording, Any, BaseException | None]:
    """Call a function in this process, and record what that sets off. Nothing of the `hidden` is.

    Returns the recording, and what the function has returned or raised. Where this process dies meanwhile the recorder
    calls `when_alone(recording)`. Raises `ArgumentError` where this process is traced already.
    """
    recorder = start_recorder({self(), *given}, hidden, None, when_alone)
    value, raised = None, None
    try:
        trace(self(), True, [*ALL_FLAGS, ("tracer", recorder)])
        trace("all", True, [*ALL_FLAGS, ("tracer", recorder)])
        for pid in hidden:
            release(recorder, pid)
        try:
            value = function()
        except BaseException as error:
            raised = error
        if not isinstance(raised, KeyboardInterrupt):
            scheduler.settle(SETTLE_SECONDS)
    finally:
        trace("all", False, [*ALL_FLAGS, ("tracer", recorder)])
        recording = stop_recorder(recorder)
    return recording, value, raised


def start_recorder(
    touched: set[Pid],
    hidden: set[Pid],
    show: Show | None,
    when_alone: Callable[[Recording], None],
) -> Pid:
    """Start the process that is told. With `show`, each event goes there and is not kept."""
    return spawn(_serve, self(), touched, hidden, show, when_alone)


def stop_recorder(recorder: Pid) -> Recording:
    """End the recorder; returns what it has."""
    reference = Process.monitor(recorder)
    tag = make_ref()
    send(recorder, (STOP, self(), tag))
    answer = receive((_OURS, tag, ...), ("DOWN", reference, ..., ..., ...))
    Process.demonitor(reference, ["flush"])
    return answer[2] if answer[0] == _OURS else Recording()


# -- in the recorder's process


def _serve(
    owner: Pid,
    touched: set[Pid],
    hidden: set[Pid],
    show: Show | None,
    when_alone: Callable[[Recording], None],
) -> None:
    scheduler.me().queue = HIGH_QUEUE
    ended = Process.monitor(owner)
    reader, recording = EventReader(), Recording(heads={owner: "shell"})
    hidden = hidden | {self()}
    while True:
        match receive():
            case ("trace", Pid(), str(), *_) as message:
                event = reader.read(message, time())
                if event is not None and _concerns(event, touched, hidden):
                    _keep(event, recording, reader, show)
                scheduler.give_way()
                if len(scheduler.me().mailbox or ()) > MOST_WAITING:
                    trace("all", False, ALL_FLAGS)
            case ("stop", asking, Reference() as tag):
                if show is not None:
                    show.end()
                recording.names = reader.names
                send(asking, (_OURS, tag, recording))
                return
            case ("DOWN", reference, _, _, _) if reference == ended:
                trace("all", False, ALL_FLAGS)
                recording.names = reader.names
                when_alone(recording)
                return


def _concerns(event: Event, touched: set[Pid], hidden: set[Pid]) -> bool:
    """Whether it is to be recorded. Whoever one of the touched acts on is touched by that, too."""
    if is_shells_own(event, hidden) or _is_ours(event):
        return False
    actor = event.other if event.kind == "receive" and event.other is not None else event.pid
    # Of a `Process.exit` nobody is told who has called it: whoever crashes now is taken to do so because of this.
    if actor in touched or (event.kind == "exit" and event.what not in ("normal", "shutdown")):
        for each in (event.pid, event.other):
            if isinstance(each, Pid):
                touched.add(each)
        return True
    return event.pid in touched and event.kind == "receive"


def _is_ours(event: Event) -> bool:
    match event.what:
        case ("$recorder", _, _):
            return True
    return False


def _keep(event: Event, recording: Recording, reader: EventReader, show: Show | None) -> None:
    for each in (event.pid, event.other):
        if not isinstance(each, Pid) or each in recording.heads:
            continue
        if (call := otp_initial_call(each.block)) is not None:
            recording.heads[each] = what_it_runs(call)
    recording.names = reader.names
    if show is not None:
        show.add(event, recording)
    elif len(recording.events) < MOST_EVENTS:
        recording.events.append(event)
    else:
        recording.left_out += 1
