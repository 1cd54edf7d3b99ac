"""Playing a lesson as a learner does who types the reference answers, to prove that its checks and answers are right.

    document = read("links.md")
    [step.problem for step in play_lesson(document)]

All sections are played in one shell: the set-ups, the sessions, and for a task its answer. Then the steps of the
document hold what was printed, as after `play_document`; what is returned is what is wrong with the tasks themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from pyex import Exit, Process
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.lesson.lesson import Lesson, Task, parse_lesson
from pyex.repl.lesson.observation import Observation
from pyex.repl.lesson.task_check import Verdict, look
from pyex.repl.shell.shell import Shell
from pyex.repl.transcript.document import Block, Document, SetUp
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.play import Part, labels_of, play
from pyex.repl.transcript.session import Session, Step
from pyex.submit import submit

# How long something that a set-up has begun has to come to its end, before the check is looked at.
SETTLE_MS = 50
POLL_MS = 20
# What the runtime may take beyond a time that was given.
PATIENCE_SECONDS = 5.0


def play_lesson(document: Document, on_step: Callable[[Step], None] = lambda step: None) -> list[Step]:
    """Play a lesson with its answers. Returns, as `play_document` does, what went wrong beside outputs: the set-ups,
    and the checks as steps, with their `problem`. Raises `BadTranscript`.

    `on_step` is called, in the typist's thread, when a step or a set-up is about to be typed.
    """
    rehearsal = _Rehearsal(parse_lesson(document))
    labels = Labels(written=labels_of(document))
    failed = play(
        rehearsal.parts(),
        PythonLanguage(),
        path=document.path,
        labels=labels,
        on_step=on_step,
        prepare=rehearsal.attend,
    )
    return sorted([*failed, *rehearsal.failed], key=lambda step: step.line)


class _Rehearsal:
    """A lesson that is played, and the checks that were found wrong."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.failed: list[Step] = []
        self._observation: Observation
        # What the last look at the task has told; and what was seen until then, where it was not done.
        self._verdict = Verdict(False)
        self._seen: list[str] = []

    def attend(self, shell: Shell) -> None:
        """Watch this shell, which is about to begin."""
        self._observation = Observation(shell)
        self._observation.start()

    def parts(self) -> list[Part]:
        """What is to be typed and, in between, looked at."""
        parts: list[Part] = []
        for block in _in_order([*self.lesson.set_ups, *self.lesson.introduction]):
            parts += [block] if isinstance(block, SetUp) else block.steps
        for section in self.lesson.sections:
            task = section.task
            answer = [task.answer] if task is not None else []
            for block in _in_order([*section.set_ups, *section.shown, *answer, *section.after]):
                if isinstance(block, SetUp):
                    parts.append(block)
                elif task is not None and block is task.answer:
                    parts += self._answer(task)
                else:
                    parts += block.steps
        return parts

    def _answer(self, task: Task) -> list[Part]:
        parts: list[Part] = [partial(self._begin, task)]
        for step in task.answer.steps:
            parts += [step, partial(self._look, task)]
        return [*parts, partial(self._end, task)]

    # Between the inputs, in the typist's thread

    def _begin(self, task: Task) -> None:
        self._verdict = self._ask(self._begin_in_process, task)
        if self._verdict.is_done:
            self._fail(task, "the check is true before anything was done: it can not fail")

    def _look(self, task: Task) -> None:
        if not self._verdict.is_done:
            self._verdict = self._ask(look, task, self._observation)

    def _end(self, task: Task) -> None:
        if self._verdict.is_done:
            return
        milliseconds = task.answer.steps[-1].timeout
        self._verdict = self._ask(self._wait_in_process, task, milliseconds, seconds=milliseconds / 1000)
        if not self._verdict.is_done:
            told = [self._verdict.problem] if self._verdict.problem else []
            told += ["since the task began:", *(self._seen or ["nothing has happened"])]
            self._fail(task, "the check is not true after the answer", told)

    def _ask(self, function: Callable[..., Verdict], *args: object, seconds: float = 0.0) -> Verdict:
        """What a function returns that needs to be called in a process."""
        verdict = Verdict(False)

        def call() -> None:
            nonlocal verdict
            verdict = function(*args)

        try:
            submit(_Call(call)).result(timeout=seconds + PATIENCE_SECONDS)
        except (Exception, Exit) as error:
            # The typist goes on, whatever comes.
            return Verdict(False, f"the check could not be evaluated: {type(error).__name__}: {error}")
        return verdict

    # In a process

    def _begin_in_process(self, task: Task) -> Verdict:
        self._observation.begin_task()
        verdict = look(task, self._observation)
        if not verdict.is_done:
            Process.sleep(SETTLE_MS)
            verdict = look(task, self._observation)
        return verdict

    def _wait_in_process(self, task: Task, milliseconds: int) -> Verdict:
        ends = monotonic() + milliseconds / 1000
        while not (verdict := look(task, self._observation)).is_done and monotonic() < ends:
            Process.sleep(POLL_MS)
        self._seen = self._observation.in_words()
        return verdict

    def _fail(self, task: Task, problem: str, told: Sequence[str] = ()) -> None:
        step = Step(task.line, task.check, None, problem=problem)
        step.printed = "".join(f"{line}\n" for line in told)
        self.failed.append(step)


class _Call:
    """A function that is given to a process as it is, not as a copy."""

    def __init__(self, function: Callable[[], None]) -> None:
        self.function = function

    def __call__(self) -> None:
        self.function()

    def __deepcopy__(self, memo: dict[int, object]) -> _Call:
        return self


def _in_order(blocks: Sequence[Block]) -> list[Session | SetUp]:
    """What is to be typed, as it stands in the file: a set-up is for the task below it, whatever was shown above."""
    typed = [block for block in blocks if isinstance(block, SetUp | Session)]
    played = [block for block in typed if isinstance(block, SetUp) or not block.is_skipped]
    return sorted(played, key=lambda block: block.line)
