"""The words that checks are written in.

What is said with "has" is true from when it has happened until the task is over; the rest is about now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyex import Pid
from pyex.errors import Unwind
from pyex.message import copied
from pyex.pattern import matches
from pyex.repl.lesson.observation import process
from pyex.watching.server_state import server_state

if TYPE_CHECKING:
    from pyex.repl.lesson.observation import Observation

WORDS = (
    "shell_died", "spawned", "living", "died", "linked", "monitored", "trapping", "sent", "received", "mailbox",
    "printed", "shown", "servers", "state", "supervisors", "children", "restarted", "named",
)  # fmt: skip


class Vocabulary:
    """The words, about one shell. Patterns are those of `receive`; `...` is any."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._record = observation.record

    def names(self) -> dict[str, object]:
        """The words by their names; `shell` is the pid of the shell process."""
        return {"shell": self._shell, **{word: getattr(self, word) for word in WORDS}}

    @property
    def _shell(self) -> Pid:
        return self._observation.shell.evaluator

    # Processes that come and go

    def shell_died(self, reason: Any = ...) -> bool:
        """The shell process has died, with such a reason."""
        return any(each.pid in self._record.shells and _is_like(reason, each.reason) for each in self._record.deaths)

    def spawned(self) -> list[Pid]:
        """The processes that the shell, and those it has started, have spawned; the oldest first."""
        return [*self._record.spawned]

    def living(self) -> list[Pid]:
        """Those that were spawned and are alive."""
        return [pid for pid in self._record.spawned if pid.block is not None]

    def died(self, pid: Any = ..., reason: Any = ...) -> bool:
        """A process that the learner has started has died, or this one, with such a reason."""
        for each in self._record.deaths:
            is_meant = each.pid in self._record.parents if pid is ... else pid in (each.pid, each.name)
            if is_meant and pid is not None and _is_like(reason, each.reason):
                return True
        # Of others only their end is known.
        was_there = isinstance(pid, Pid) and pid.number in self._observation.alive_before
        is_other = pid not in self._record.parents and pid not in self._record.shells
        return was_there and is_other and pid.block is None and reason is ...

    # What the shell is bound to

    def linked(self, pid: Any = ...) -> bool:
        """The shell is linked to this process, or to any that the learner has started."""
        return self._has(pid, process.links(self._shell))

    def monitored(self, pid: Any = ...) -> bool:
        """The shell monitors this process, or any that the learner has started."""
        return self._has(pid, process.monitored(self._shell))

    def trapping(self) -> bool:
        """The shell traps exits."""
        block = self._shell.block
        return block is not None and block.trap_exit

    # Messages

    def sent(self, pattern: Any, to: Any = ...) -> bool:
        """The shell, or a process that the learner has started, has sent such a message, to this pid or name."""
        receiver = None if to is ... else process.found(to)
        return any(
            (to is ... or each.to == to or (receiver is not None and each.receiver == receiver))
            and _is_like(pattern, each.message)
            for each in self._record.sent
        )

    def received(self, pattern: Any, by: Any = ...) -> bool:
        """Such a message has reached the mailbox of one of them, or of this one."""
        receiver = None if by is ... else process.found(by)
        # The shell's processes follow one another.
        receivers = self._record.shells if receiver in self._record.shells else {receiver}
        return any(
            (by is ... or each.by in receivers) and _is_like(pattern, each.message) for each in self._record.received
        )

    def mailbox(self) -> list[Any]:
        """The messages in the shell's mailbox."""
        return [copied(each) for each in process.messages(self._shell) if not self._record.is_private(each)]

    # What the learner sees

    def printed(self, text: str) -> bool:
        """Something with this text has appeared on the screen."""
        return text in self._observation.screen.text()

    def shown(self, pattern: Any) -> bool:
        """An input has had a value like this."""
        return any(_is_like(pattern, value) for value in [*self._observation.values])

    # OTP

    def servers(self, callback: Any = ...) -> list[Pid]:
        """The living GenServers that the learner has started, or their supervisors have; of this class."""
        return [pid for pid in self._living() if process.is_server(pid, callback)]

    def state(self, server: Any) -> Any:
        """The state of a server, by its pid or name, after its last callback. The server is not asked."""
        pid = process.found(server)
        if pid is None:
            raise LookupError(f"nobody is registered as {server!r}")
        return server_state(pid)

    def supervisors(self) -> list[Pid]:
        """The living supervisors that the learner has started, or their supervisors have."""
        return [pid for pid in self._living() if process.is_supervisor(pid)]

    def children(self, supervisor: Any = None) -> list[Pid]:
        """The living children of a supervisor, by its pid or name, or of all of them."""
        if supervisor is None:
            return [child for pid in self.supervisors() for child in process.children(pid)]
        pid = process.found(supervisor)
        return [] if pid is None else process.children(pid)

    def restarted(self) -> list[Pid]:
        """The processes that a supervisor has started in the place of one that died."""
        return [*self._record.restarted]

    def named(self, name: Any) -> Pid | None:
        """The process registered under a name."""
        return process.found(name)

    def _has(self, pid: Any, bound: list[Pid]) -> bool:
        if pid is ...:
            return any(each in self._record.parents for each in bound)
        return process.found(pid) in bound

    def _living(self) -> list[Pid]:
        return [pid for pid in self._record.parents if pid.block is not None]


def _is_like(pattern: Any, value: object) -> bool:
    """Whether a value matches; a predicate that cannot be asked about it is for others."""
    try:
        return matches(pattern, value)
    except Unwind:
        raise
    except Exception:
        return False
