"""What happens around one shell, as the checks of a lesson see it.

    observation = Observation(shell)
    observation.start()
    observation.begin_task()
    observation.names()["spawned"]()        # the pids of what was spawned since then

The shell process, and all that its evaluators start, are observed as `pyex.trace` does it, so nothing is lost between
two looks; but they are told to a queue and not to a process, and nobody who looks into the runtime sees it (`observe`
in `pyex.trace`). `record` is what has happened, `screen` what was printed, `vocabulary` the words of checks.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from pyex import Pid, Process
from pyex.control_block import process_table
from pyex.repl.lesson.observation.record import Record
from pyex.repl.lesson.observation.screen import Screen
from pyex.repl.lesson.observation.vocabulary import Vocabulary
from pyex.repl.shell.outcome import NO_RESULT
from pyex.trace import end_observation, observe
from pyex.watching.supervision_tree import system_processes

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

# So many values of inputs are kept; those of an evaluator that has died, too.
MOST_VALUES = 1000


class Observation:
    """What has happened around a shell since a task began."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.record = Record(shell)
        self.screen = Screen()
        self.values: deque[Any] = deque(maxlen=MOST_VALUES)
        # Who was alive when the task began.
        self.alive_before: frozenset[int] = frozenset()
        # The process that evaluates checks; see `pyex.repl.lesson.task_check`.
        self.checker: Pid | None = None
        # When it may be asked again, in seconds of the monotonic clock.
        self.checks_again_at = 0.0
        self._is_on = False

    def start(self) -> None:
        """Observe the shell from here on: its evaluator, those that will follow, and what its inputs have started."""
        if self._is_on:
            return
        self._is_on = True
        self.shell.on_evaluator.append(self._on_evaluator)
        self.shell.on_value.append(self._on_value)
        self.shell.console.listeners.append(self.screen.hear)
        evaluator: Pid | None = getattr(self.shell, "evaluator", None)
        if evaluator is not None:
            self._on_evaluator(evaluator)
            self._adopt_others_of(evaluator)
        self.begin_task()

    def stop(self) -> None:
        """Observe no more."""
        if not self._is_on:
            return
        self._is_on = False
        self.shell.on_evaluator.remove(self._on_evaluator)
        self.shell.on_value.remove(self._on_value)
        self.shell.console.listeners.remove(self.screen.hear)
        end_observation(self.record.events)

    def begin_task(self) -> None:
        """Forget what has happened so far; who was started by whom is remembered."""
        self.record.forget()
        self.screen.forget()
        self.values.clear()
        self.checks_again_at = 0.0
        self.alive_before = frozenset(process_table)

    def names(self) -> dict[str, object]:
        """The words for checks, which tell what has happened until now."""
        self.record.read()
        return Vocabulary(self).names()

    def in_words(self) -> list[str]:
        """What was seen since the task began, for who writes the lesson."""
        self.record.read()
        return self.record.in_words()

    def _on_evaluator(self, pid: Pid) -> None:
        self.record.shells.add(pid)
        if pid.block is not None:
            observe(pid.block, self.record.events)

    def _on_value(self, value: object) -> None:
        if value is not NO_RESULT:
            self.values.append(value)

    def _adopt_others_of(self, evaluator: Pid) -> None:
        """Observe the processes that the inputs have started before the lesson began."""
        leader = evaluator.block.group_leader if evaluator.block is not None else None
        own = system_processes()
        for pid in Process.list():
            block = pid.block
            if block is not None and block.group_leader == leader and pid not in own:
                self.record.adopt(pid, block.parent)
                observe(block, self.record.events)
