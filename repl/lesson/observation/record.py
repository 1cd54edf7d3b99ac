"""What has happened in the runtime around a shell: the events of those observed, read and sorted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyex import Atom, Pid, Reference
from pyex.delivery import find
from pyex.errors import ArgumentError, describe
from pyex.format_exit import format_exit
from pyex.otp.application.controller import CONTROLLER
from pyex.repl.lesson.observation.process import is_idle, is_supervisor
from pyex.repl.pry.stop import RELEASE
from pyex.repl.shell.evaluator import EVALUATE, LEAVE
from pyex.watching.supervision_tree import is_of_system

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

# Events that wait to be read: the newest are kept, should there be more.
MOST_EVENTS = 100_000
# Messages that are remembered of one task.
MOST_MESSAGES = 10_000
_ORDERS = (EVALUATE, LEAVE, RELEASE)
_MOST_IN_WORDS = 10


@dataclass(slots=True)
class Death:
    pid: Pid
    reason: Any
    name: object = None


@dataclass(slots=True)
class Sent:
    """A message, to whom it was sent, and which process that was then."""

    message: Any
    to: object
    receiver: Pid | None


@dataclass(slots=True)
class Received:
    by: Pid
    message: Any


class Record:
    """The events since a task began. `parents` are all processes that are observed, and who has started them."""

    def __init__(self, shell: Shell) -> None:
        self.events: deque[Any] = deque(maxlen=MOST_EVENTS)
        self.shells: set[Pid] = set()
        self.parents: dict[Pid, Pid | None] = {}
        self.spawned: list[Pid] = []
        self.deaths: list[Death] = []
        self.sent: deque[Sent] = deque(maxlen=MOST_MESSAGES)
        self.received: deque[Received] = deque(maxlen=MOST_MESSAGES)
        self.restarted: list[Pid] = []
        self._shell = shell
        # Processes that helpers and OTP have started for themselves; the one that starts applications is one.
        self._own: dict[Pid, Pid | None] = {}
        self._controller: Pid | None = None
        self._takers: dict[str, Callable[..., None]] = {
            "spawned": self._on_spawned,
            "exit": self._on_exit,
            "register": self._on_register,
            "unregister": self._on_unregister,
            "send": self._on_sent,
            "send_to_non_existing_process": self._on_sent,
            "receive": self._on_received,
        }
        # The supervisors, and those that have lost a child; by their parents the children that such a one has started
        # since, until it is known whether somebody has asked for them; and those that somebody has.
        self._supervisors: set[Pid] = set()
        self._bereaved: set[Pid] = set()
        self._successors: dict[Pid, Pid] = {}
        self._asked_for: set[Pid] = set()

    def adopt(self, pid: Pid, parent: Pid | None) -> None:
        """Have a process be the learner's that was there before."""
        self.parents[pid] = parent

    def forget(self) -> None:
        """Forget what has happened; the processes that are alive are remembered."""
        self.read()
        self.parents = {pid: parent for pid, parent in self.parents.items() if pid.block is not None}
        self._own = {pid: parent for pid, parent in self._own.items() if pid.block is not None}
        for pids in (self._supervisors, self._bereaved, self._asked_for):
            pids.difference_update([pid for pid in pids if pid.block is None])
        for each in (self.spawned, self.deaths, self.sent, self.received, self.restarted):
            each.clear()

    def read(self) -> None:
        """Take in what has happened until now."""
        # Looked at first: when an idle supervisor has been asked for a child, its answer is among the events.
        known = {pid: parent for pid, parent in self._successors.items() if parent.block is None or is_idle(parent)}
        while self.events:
            pid, what, *details = self.events.popleft()
            take = self._takers.get(what)
            if take is not None and pid not in self._own:
                take(pid, *details)
        self._decide(known)

    def is_private(self, message: Any) -> bool:
        """Whether the shell orders its evaluator, or a process that has stopped, what to do."""
        is_order = type(message) is tuple and len(message) >= 2 and type(message[0]) is Reference
        return is_order and type(message[1]) is Atom and message[1] in _ORDERS

    def in_words(self) -> list[str]:
        """What was seen, in short."""
        words = [f"{pid!r} was spawned" for pid in self.spawned]
        for death in self.deaths:
            who = "the shell process" if death.pid in self.shells else repr(death.pid)
            words.append(f"{who} has died: {format_exit(death.reason, describe)}")
        words += [f"{describe(each.message)} was sent to {describe(each.to)}" for each in self.sent]
        more = len(words) - _MOST_IN_WORDS
        return [*words[:_MOST_IN_WORDS], f"and {more} more"] if more > 0 else words

    def _on_spawned(self, pid: Pid, parent: Pid, call: Any) -> None:
        # An application's master is started by a process that the controller has started for that.
        if is_of_system(str(call[0])) or self._controller in (parent, self._own.get(parent, parent)):
            self._own[pid] = parent
            return
        self.parents[pid] = parent
        self.spawned.append(pid)
        if is_supervisor(parent):
            self._supervisors.add(parent)
        if parent in self._bereaved:
            self._successors[pid] = parent

    def _on_exit(self, pid: Pid, reason: Any) -> None:
        self.deaths.append(Death(pid, reason))
        parent = self.parents.get(pid)
        if parent is not None and (parent in self._supervisors or is_supervisor(parent)):
            self._bereaved.add(parent)

    def _on_register(self, pid: Pid, name: object) -> None:
        if name == CONTROLLER and pid in self.parents:
            # Started by whoever was the first to need it.
            self._controller = pid
            self._own[pid] = self.parents.pop(pid)
            self.spawned = [each for each in self.spawned if each != pid]

    def _on_unregister(self, pid: Pid, name: object) -> None:
        # A name that is lost by a death comes right after it.
        if self.deaths and self.deaths[-1].pid == pid:
            self.deaths[-1].name = name

    def _on_sent(self, pid: Pid, message: Any, to: object) -> None:
        if to == self._shell.pid:
            return
        if self._successors and type(message) is tuple and len(message) == 2:
            answer = message[1]
            child = answer[1] if type(answer) is tuple and len(answer) >= 2 else None
            if type(child) is Pid and self._successors.get(child) == pid:
                self._asked_for.add(child)
        self.sent.append(Sent(message, to, to if isinstance(to, Pid) else _receiver(to)))

    def _on_received(self, pid: Pid, message: Any) -> None:
        if not self.is_private(message):
            self.received.append(Received(pid, message))

    def _decide(self, successors: Iterable[Pid]) -> None:
        """Those were restarted that nobody has asked their supervisor for; it has had the time to answer."""
        for pid in successors:
            del self._successors[pid]
            if pid not in self._asked_for:
                self.restarted.append(pid)
            self._asked_for.discard(pid)


def _receiver(name: object) -> Pid | None:
    """Who is named now; None where that one has ended."""
    try:
        block = find(name)
    except ArgumentError:
        return None
    return None if block is None else block.pid
