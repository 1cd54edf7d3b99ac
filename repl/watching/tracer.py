"""The tracer of a terminal: the process that is told what traced processes do, and prints it.

It belongs to the terminal, as OTP's `dbg` to the node: it goes on when the evaluator dies, and ends with
`trace(False)`, or with the terminal. It must never be the slowest: while anything is in its mailbox it goes first, and
beyond some lines a second it only counts. Should its mailbox grow nevertheless, it ends the tracing.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import Any

from pyex import ArgumentError, Atom, Pid, Process, Reference, group_leader, make_ref, receive, self, send, spawn
from pyex.errors import Unwind
from pyex.pattern import matches
from pyex.repl.shell import current
from pyex.repl.watching.drawing import ascii_only, painted
from pyex.repl.watching.line_limit import LineLimit
from pyex.repl.watching.trace_text import event_line
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler
from pyex.trace import trace
from pyex.watching.trace_event import FLAGS, Event, EventReader

# More than can be told of: then all tracing ends.
MOST_WAITING = 200_000
TOPICS = frozenset(FLAGS)
ALL_FLAGS = ("send", "receive", "procs", "set_on_spawn")
NAME = "shell_tracer"
# What the tracer is asked.
WATCH, FORGET, LIST, END = Atom("watch"), Atom("forget"), Atom("list"), Atom("end")
_TICK: Any = object()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which things, and which messages, somebody wants to be told. A pattern of `...` is for all messages."""

    topics: frozenset[str] = TOPICS
    pattern: Any = ...
    children: bool = False

    def flags(self) -> list[Any]:
        """The flags of the engine's `trace` for it."""
        return [*{FLAGS[topic] for topic in self.topics}, *(["set_on_spawn"] if self.children else [])]

    def admits(self, event: Event) -> bool:
        if event.topic not in self.topics:
            return False
        return self.pattern is ... or (event.topic in ("send", "receive") and matches(self.pattern, event.what))


def is_shells_own(event: Event, hidden: set[Pid]) -> bool:
    """Whether it is the shell that talks here, and its evaluator that listens."""
    if event.other in hidden or event.pid in hidden:
        return True
    match event.what:
        case (Reference(), "evaluate", *_):
            return event.kind == "receive"
    return False


# -- called by the shell


def running() -> Pid | None:
    """The tracer of this terminal."""
    return Process.whereis(_name())


def start() -> Pid:
    """The tracer of this terminal, which is started if need be."""
    there = running()
    if there is not None:
        return there
    tracer = spawn(_serve, Process.group_leader())
    # Here, and not there: who asks next is to find it.
    Process.register(tracer, _name())
    return tracer


def watch(tracer: Pid, whom: Pid | str, wanted: Wanted, hidden: set[Pid]) -> int:
    """Have a process traced; or "all" or "new" ones, but for those that are hidden. Returns how many there are now.

    Raises `ArgumentError` for one that is dead, or is traced for somebody else.
    """
    if isinstance(whom, Pid):
        # As a new one: what was asked of it before does not count any more.
        release(tracer, whom)
    # First, for the tracer is told of events at once.
    send(tracer, (WATCH, whom, wanted, hidden))
    try:
        count = trace(whom, True, [*wanted.flags(), ("tracer", tracer)])
    except ArgumentError:
        send(tracer, (FORGET, whom))
        raise
    return count if isinstance(whom, Pid) else count - sum(release(tracer, pid) for pid in hidden)


def forget(tracer: Pid, whom: Pid | str) -> bool:
    """End the tracing of a process, or of all; False where there was none."""
    known = {each for each, _ in listed(tracer)}
    if isinstance(whom, Pid):
        send(tracer, (FORGET, whom))
        return bool(release(tracer, whom)) or whom in known
    trace(whom, False, [*ALL_FLAGS, ("tracer", tracer)])
    send(tracer, (FORGET, whom))
    return bool(known)


def listed(tracer: Pid) -> list[tuple[Pid | str, Wanted]]:
    """Whom the tracer watches, as they were named, and what of them it tells."""
    return _ask(tracer, LIST) or []


def end(tracer: Pid) -> None:
    """End all that the tracer watches, and itself."""
    trace("all", False, [*ALL_FLAGS, ("tracer", tracer)])
    _ask(tracer, END)


def release(tracer: Pid, pid: Pid) -> int:
    """End the tracing of a process; returns how many it was, 0 or 1. It may have ended, or be traced by nobody."""
    try:
        return trace(pid, False, [*ALL_FLAGS, ("tracer", tracer)])
    except ArgumentError:
        return 0


def _ask(tracer: Pid, what: Atom) -> Any:
    reference = Process.monitor(tracer)
    tag = make_ref()
    send(tracer, (what, self(), tag))
    answer = receive((tag, ...), ("DOWN", reference, ..., ..., ...))
    Process.demonitor(reference, ["flush"])
    return answer[1] if answer[0] == tag else None


def _name() -> str:
    """Each terminal has one tracer; the first the plain name."""
    leader = Process.group_leader()
    return NAME if leader == group_leader.standard_leader() else f"{NAME}.{leader.number}"


# -- in the tracer's process


class _Tracer:
    """What a tracer keeps: whom it watches; and "all" or "new" for those whom nobody has named."""

    def __init__(self) -> None:
        self.watched: dict[Pid | str, Wanted] = {}
        self.inherited: dict[Pid, Wanted] = {}
        self.hidden: set[Pid] = {Process.self()}
        self.reader = EventReader()
        self.limit = LineLimit()
        self.ascii = ascii_only()

    def wanted(self, pid: Any) -> Wanted | None:
        found = self.watched.get(pid) or self.inherited.get(pid)
        return found or self.watched.get("all") or self.watched.get("new")

    def tell(self, message: tuple[Any, ...]) -> None:
        """Print what the engine tells, if it is wanted."""
        event = self.reader.read(message, time())
        if event is None or is_shells_own(event, self.hidden):
            return
        wanted = self.wanted(message[1])
        if event.kind == "spawn" and wanted is not None and wanted.children and message[1] == event.pid:
            self.inherited[event.other] = wanted
        if wanted is not None and self._admitted(wanted, event) and self.limit.admits():
            _print(
                event_line(event, self.reader.names, columns=current.columns(), ascii_only=self.ascii, paint=painted)
            )
        if event.kind == "exit":
            self.watched.pop(event.pid, None)
            self.inherited.pop(event.pid, None)

    def _admitted(self, wanted: Wanted, event: Event) -> bool:
        try:
            return wanted.admits(event)
        except Unwind:
            raise
        except Exception as error:
            self.watched = {whom: each for whom, each in self.watched.items() if each is not wanted}
            _print(f"trace: the pattern raised {type(error).__name__}: {error}; no more is shown of what it was for")
            return False

    def report(self) -> None:
        left_out = self.limit.report()
        if left_out:
            _print(painted(f"{'...' if self.ascii else '…'} {left_out}", "trouble"))


def _serve(leader: Pid) -> None:
    scheduler.me().queue = HIGH_QUEUE
    ended = Process.monitor(leader)
    state = _Tracer()
    while True:
        message = receive(after=state.limit.wait(), default=_TICK)
        state.report()
        match message:
            case ("trace", Pid(), str(), *_):
                state.tell(message)
                # Ahead of those that make the events, however long this has run.
                scheduler.give_way()
                if len(scheduler.me().mailbox or ()) > MOST_WAITING:
                    _give_up()
                    return
            case ("watch", whom, Wanted() as wanted, hidden):
                state.watched[whom] = wanted
                state.hidden |= hidden
            case ("forget", whom):
                state.watched.pop(whom, None)
            case ("list", asking, tag):
                send(asking, (tag, [each for each in state.watched.items() if _is_there(each[0])]))
            case ("end", asking, tag):
                send(asking, (tag, True))
                return
            case ("DOWN", reference, _, _, _) if reference == ended:
                return


def _is_there(whom: Pid | str) -> bool:
    return not isinstance(whom, Pid) or Process.alive(whom)


def _give_up() -> None:
    """End the tracing: there is more than can be told of, and it must not fill the memory."""
    trace("all", False, ALL_FLAGS)
    text = f"trace: more than {MOST_WAITING:,} events were waiting to be shown; all tracing has ended"
    _print(painted(text, "trouble"))


def _print(line: str) -> None:
    print(line, flush=True)
