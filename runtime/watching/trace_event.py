"""What traced processes do, as data: one event for each thing that happens, whoever of the two was traced.

The engine tells of a message twice where both its sender and its receiver are traced, and so of a spawn and a link;
`EventReader` makes one event of the two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyex import Atom, Pid, Process, Reference
from pyex.watching.initial_call import otp_initial_call

# By what is asked for: the flag of the engine's `trace` that brings it.
FLAGS = {
    "send": "send",
    "receive": "receive",
    "spawn": "procs",
    "exit": "procs",
    "link": "procs",
    "register": "procs",
}
# What has been sent and has not arrived, by receiver: it arrives at once, or never.
_MOST_UNDER_WAY = 100
_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that has happened.

        "send"        pid has sent `what` to `other`; that is a pid, or the destination as it was written where nobody
                      is known by it
        "lost"        the same, where nobody was there
        "receive"     `what` has come to pid: from `other`, or None where nobody has sent it that is traced
        "spawn"       pid has spawned `other`; `what` is the `(module, function, arity)` that it runs
        "exit"        pid has ended with reason `what`
        "link"        pid has linked itself to `other`, and "unlink"
        "register"    pid has the name `what`, and "unregister"

    `at` is the time in seconds since 1970.
    """

    at: float
    kind: str
    pid: Pid
    other: Any = None
    what: Any = None

    @property
    def topic(self) -> str:
        """What one asks for to be told of such events: a key of `FLAGS`."""
        return {"lost": "send"}.get(self.kind, self.kind.removeprefix("un"))


class EventReader:
    """Makes events of what a tracer is told, and remembers the names of those that it has seen."""

    def __init__(self) -> None:
        self.names: dict[Pid, object] = {}
        self._under_way: dict[Pid, deque[Any]] = {}
        # By the alias that a reply is to come through: who has called whom.
        self._calls: dict[Reference, tuple[Pid, Pid | None]] = {}
        self._spawned: set[Pid] = set()
        self._linked: tuple[Pid, Pid] | None = None
        self._ended: Pid | None = None

    def read(self, message: tuple[Any, ...], at: float) -> Event | None:
        """The event that a message of the engine's `trace` tells of; None where another has told of it."""
        _, pid, kind, *details = message
        self._learn(pid, *details)
        linked, self._linked = self._linked, None
        match kind, details:
            case "send", [what, to]:
                return self._sent(at, pid, what, to)
            case "send_to_non_existing_process", [what, to]:
                return Event(at, "lost", pid, self._resolved(to), what)
            case "receive", [what]:
                return self._received(at, pid, what)
            case "spawn", [child, call]:
                self._spawned.add(child)
                return Event(at, "spawn", pid, child, otp_initial_call(child.block) or call)
            case "spawned", [parent, call]:
                if pid in self._spawned:
                    self._spawned.discard(pid)
                    return None
                return Event(at, "spawn", parent, pid, otp_initial_call(pid.block) or call)
            case "link" | "unlink", [other]:
                self._linked = (pid, other)
                return Event(at, str(kind), pid, other)
            case "getting_linked" | "getting_unlinked", [other]:
                told = linked == (other, pid)
                return None if told else Event(at, str(kind).removeprefix("getting_").removesuffix("ed"), other, pid)
            case "register", [name]:
                self.names[pid] = name
                return Event(at, "register", pid, what=name)
            case "unregister", [name]:
                return None if pid == self._ended else Event(at, "unregister", pid, what=name)
            case "exit", [reason]:
                self._ended = pid
                self._under_way.pop(pid, None)
                return Event(at, "exit", pid, what=reason)
        return None

    def _learn(self, *terms: Any) -> None:
        """Note the names that these have now: the dead have none."""
        for pid in terms:
            if type(pid) is Pid and pid.block is not None and pid.block.name is not None:
                self.names[pid] = pid.block.name
        for memory in (self.names, self._under_way, self._calls, self._spawned):
            if len(memory) > _MOST_KNOWN:
                memory.clear()

    def _sent(self, at: float, pid: Pid, what: Any, to: Any) -> Event:
        receiver = self._resolved(to)
        self._note_call(what, receiver if isinstance(receiver, Pid) else None)
        if isinstance(receiver, Pid):
            self._learn(receiver)
            self._under_way.setdefault(receiver, deque(maxlen=_MOST_UNDER_WAY)).append(what)
        return Event(at, "send", pid, receiver, what)

    def _note_call(self, what: Any, server: Pid | None) -> None:
        """Note whom the aliases in a message stand for, while they do."""
        for reference in _references(what):
            if reference.alias is not None:
                self._calls.setdefault(reference, (reference.alias[0], server))
        match what:
            case (str(), (Pid() as caller, ("alias", Reference() as reference)), _):
                self._calls.setdefault(reference, (caller, server))

    def _received(self, at: float, pid: Pid, what: Any) -> Event | None:
        sent = self._under_way.get(pid, ())
        for place, each in enumerate(sent):
            if looks_like(each, what):
                # Those before it have not arrived, or nobody was told of that.
                for _ in range(place + 1):
                    self._under_way[pid].popleft()
                return None
        sender = self._sender_in(what)
        self._note_call(what, pid)
        return Event(at, "receive", pid, sender, what)

    def _sender_in(self, what: Any) -> Pid | None:
        """Who has sent a message, as far as that itself tells."""
        match what:
            case ("EXIT" | "ack", Pid() as sender, _) | ("DOWN", _, _, Pid() as sender, _):
                return sender
            case (str(), (Pid() as caller, (str(), Reference())), _):
                return caller
            case (("alias", Reference() as reference), _) if reference in self._calls:
                return self._calls[reference][1]
        return None

    def _resolved(self, to: Any) -> Any:
        """Whom a destination names, as far as that is known."""
        match to:
            case Reference():
                if to.alias is not None:
                    return to.alias[0]
                return self._calls[to][0] if to in self._calls else to
            case (str() | type() as name, str()):
                return Process.whereis(name) or to
            case str() | type():
                return Process.whereis(to) or to
        return to


def _references(term: Any, depth: int = 3) -> Iterator[Reference]:
    """The references in a message, not far inside."""
    if type(term) is Reference:
        yield term
    elif type(term) is tuple and depth:
        for each in term:
            yield from _references(each, depth - 1)


def looks_like(one: Any, other: Any) -> bool:
    """Whether two messages may be copies of the same. The user's own classes are not compared, only named."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is tuple:
        return len(one) == len(other) and all(map(looks_like, one, other))
    if kind in (str, Atom, int, bool, Pid, Reference):
        return bool(one == other)
    return True
