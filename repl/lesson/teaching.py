"""How a lesson is taught: what is said, in which order, and what the shell is to do in between."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from pyex import Atom, Pid, Process, send
from pyex.interrupt import raise_in
from pyex.repl.configuration import settings
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.display import warning
from pyex.repl.documentation.paint import Paint
from pyex.repl.jobs.job_console import JobConsole
from pyex.repl.lesson import lesson_text
from pyex.repl.lesson.course import Entry, count, following, joined
from pyex.repl.lesson.lesson import Section, Task
from pyex.repl.lesson.observation import Observation
from pyex.repl.lesson.observation.screen import Screen
from pyex.repl.lesson.progress import on_progress, progress
from pyex.repl.lesson.task_check import is_done
from pyex.repl.shell.evaluator import say
from pyex.repl.shell.shell import CONTROL, LOAD, PREPARE
from pyex.repl.transcript.document import Block, SetUp
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.output import matches
from pyex.repl.transcript.play import CONTROL_C
from pyex.repl.transcript.session import Step
from pyex.repl.watching.drawing import ascii_only
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

TYPE = Atom("type")
# How long a prompt waits for the guide.
LATE_MILLISECONDS = 1500
# How long the runtime has to come to rest: when the shell process has died, and when the answer was typed.
SOON_SECONDS, ANSWER_SECONDS = 0.2, 0.8
LOOK_AGAIN_MILLISECONDS = 10
# When Ctrl+C is pressed for an answer that shows it.
CONTROL_C_SECONDS = 0.5
# What of the screen is left to the prompt and to the input before the text.
_LINES_BESIDE = 4


class Teaching:
    """A lesson in a shell, from where the learner was. `orders` is its course; the rest is said when asked for."""

    def __init__(self, shell: Shell, entry: Entry, is_anew: bool) -> None:
        self.shell = shell
        self.entry = entry
        self.lesson = entry.read()
        self.observation = Observation(shell)
        self.kept = progress()
        if is_anew:
            self.kept.forget(entry.key)
        self.done = set() if is_anew else set(self.kept.tasks(entry.key))
        # Who evaluates now.
        self.evaluator: Pid = shell.evaluator
        # The task that waits; whether it was seen to be done; how many hints were given.
        self.waiting: Section | None = None
        self.is_seen = False
        self.hints_given = 0
        # Whether the answer is to be typed, was typed in vain, and whether the task is left as it is.
        self.is_skipped = self.is_in_vain = self.is_left = False
        # For whom the task was prepared, and whether it is to begin again.
        self._prepared_for = self.evaluator
        self._begins_again = False
        # The section of a task whose text is being said, and what was wished for meanwhile.
        self._told: Section | None = None
        self._wish: Callable[[], None] | None = None
        self._press_at: float | None = None
        self._labels = Labels()
        self._lines = 0
        self._has_told_of_helpers = False

    # The course of the lesson

    def orders(self) -> Iterator[object]:
        """What the shell is to obey, as others ask it; None is a prompt. The lesson is over when there are no more."""
        sections = self.lesson.sections
        at = self._place()
        if at == len(sections):
            anew = self.entry.call("restart=True")
            self._aside(f'All tasks of "{self.lesson.title}" are done; {anew} begins it anew.')
            self._tell_troubles()
            return
        yield from self._set_up(self.lesson.set_ups)
        if self.done:
            done, total = count(self.lesson, self.done)
            self._print(self._heading(None))
            self._aside(f"{done} of {total} tasks are done. On with the next:")
        else:
            yield from self._say(self._headed(None, self.lesson.introduction))
        self._tell_troubles()
        for section in sections[at:]:
            if section.title in self.done:
                continue
            yield from self._set_up(section.set_ups)
            yield from self._tell_section(section)
            if section.task is not None:
                yield from self._until_done(section)
        self._congratulate()

    def _place(self) -> int:
        """Where to go on: at the first task that is not done, or at the explanations right before it."""
        sections = self.lesson.sections
        undone = (at for at, each in enumerate(sections) if each.task is not None and each.title not in self.done)
        at = next(undone, len(sections))
        if at < len(sections):
            while at > 0 and sections[at - 1].task is None:
                at -= 1
        return at

    def _until_done(self, section: Section) -> Iterator[object]:
        assert section.task is not None
        self.waiting, self.is_seen, self.hints_given = section, False, 0
        self.is_skipped = self.is_in_vain = self.is_left = False
        self._begins_again = False
        self.observation.begin_task()
        if not self._has_told_of_helpers:
            self._has_told_of_helpers = True
            self._aside("hint() helps, skip() does it for you, lesson() shows this again.")
        if self._look():
            self._aside("That is so already.")
        else:
            self._grant_wish()
        while not self._look():
            if self.is_left:
                self.waiting = None
                return
            if self.is_skipped:
                self.is_skipped = False
                yield from self._type_answer(section)
                continue
            yield from self._await_input()
            if self._begins_again:
                self._begins_again = self.is_in_vain = False
                yield from self._set_up(section.set_ups)
                self.observation.begin_task()
                yield from self._tell_section(section)
                self._grant_wish()
            elif self._has_lost_data(section.task):
                yield from self._set_up(section.set_ups)
        self.waiting = None
        yield from self._tell_done(section)

    def _has_lost_data(self, task: Task) -> bool:
        """Whether data that the task needs has died with the shell process. Where the death is what the task is about,
        the learner is to see that it has."""
        if self.evaluator == self._prepared_for or "shell_died" in task.check:
            return False
        return not self._comes_true(SOON_SECONDS)

    def _type_answer(self, section: Section) -> Iterator[object]:
        """Type the reference answer. Where the task is not done then, say so."""
        assert section.task is not None
        for attempt in range(2):
            if attempt:
                # The learner may have used up what the task needs.
                yield from self._set_up(section.set_ups)
            for step in section.task.answer.steps:
                yield from self._type(step)
            if self._comes_true(ANSWER_SECONDS):
                return
        self.is_in_vain = True
        self._aside(
            "This is the answer, but the task is not done: something here is not as the lesson expects. "
            f"skip() leaves the task as it is, and {self.entry.call('restart=True')} begins anew."
        )

    def _type(self, step: Step) -> Iterator[object]:
        """Type one input. Labels that are written below it are bound by what it prints, as in a transcript."""
        if CONTROL_C in (step.expected or "").split("\n"):
            self._press_at = monotonic() + CONTROL_C_SECONDS
        screen = Screen()
        self.shell.console.listeners.append(screen.hear)
        try:
            yield (TYPE, self._labels.put_in(step.text))
        finally:
            self.shell.console.listeners.remove(screen.hear)
        printed = screen.text().split("\n", step.text.count("\n") + 1)[-1]
        labels = Labels()
        if matches(step.expected, printed, labels, any_order=step.any_order):
            self._labels.meant.update(labels.meant)
        # What follows in the answer may change it.
        self._look()

    def _tell_done(self, section: Section) -> Iterator[object]:
        self.done.add(section.title)
        self.kept.add(self.entry.key, section.title)
        done, total = count(self.lesson, self.done)
        for call in [*on_progress]:
            try:
                call(self.lesson.name, section.title, done, total)
            except Exception as error:
                say(warning(f"progress was not passed on ({type(error).__name__}: {error})"))
        mark = "Done" if ascii_only() else "✓"
        title = lesson_text.done(section.title, mark, self._columns, self._paint)
        yield from self._say([title, *self._paragraphs(section.after)])
        self._tell_troubles()

    def _congratulate(self) -> None:
        done, total = count(self.lesson, self.done)
        tasks = "The task" if total == 1 else f"All {total} tasks"
        words = f'{tasks} of "{self.lesson.title}" {"is" if total == 1 else "are"} done.'
        if done < total:
            words = f'This was "{self.lesson.title}", {done} of {total} tasks done. '
            words += f"{self.entry.call()} goes back to the others."
        following_entry = following(self.entry.key, self.kept)
        if following_entry is not None:
            words += f' Next: lesson("{following_entry.name}")'
        self._aside(words)

    # What is asked for

    def _is_early(self, wish: Callable[[], None]) -> bool:
        """Whether something was wished for while the text waits for Enter. That of the task goes on to its end then,
        and the wish is granted below it; elsewhere there is no task yet, and the text only goes on."""
        if self._told is not None:
            self._wish = wish
        return self._told is not None or self.waiting is None

    def _grant_wish(self) -> None:
        wish, self._wish = self._wish, None
        if wish is not None:
            wish()

    def hint(self) -> None:
        """The next hint; when there are no more, the answer."""
        section = self.waiting
        if self._is_early(self.hint) or section is None or section.task is None:
            return
        hints = section.task.hints
        if self.hints_given < len(hints):
            self.hints_given += 1
            text = f"Hint {self.hints_given} of {len(hints)}: {hints[self.hints_given - 1]}"
            self._print(lesson_text.hint(text, self._columns, self._paint))
            return
        self._aside("The answer, which skip() types for you:" if hints else "There are no hints; this is the answer:")
        self._print(lesson_text.inputs(section.task.answer, self._columns, self._paint))
        self._aside(f"Where something that it needs is gone, {self._begins_again_by()}.")

    def skip(self) -> None:
        """Have the answer be typed; or leave a task that the answer does not do."""
        if self._is_early(self.skip):
            return
        if self.is_in_vain:
            self.is_left = True
        else:
            self.is_skipped = True

    def tell(self) -> None:
        """The text of the task that waits."""
        if self.waiting is not None:
            for part in self._headed(self.waiting, self.waiting.shown):
                self._print(part)
            begins = self._begins_again_by()
            if self.evaluator != self._prepared_for:
                self._aside(f"The shell process has died since, and its data with it: {begins}.")
            else:
                self._aside(f"{begins}, with all that it needs.")

    def _begins_again_by(self) -> str:
        return f"{self.entry.call()} begins the task again"

    def begin_again(self) -> None:
        """Have the task that waits begin once more, with all that it needs."""
        if self.waiting is not None:
            self._begins_again = True

    def take_leave(self) -> None:
        """The learner has had enough for today."""
        self._aside(f"{self.entry.call()} goes on with it.")

    def take_leave_of_shell(self) -> None:
        """The shell is left while there are tasks: say, at a terminal, how to go on another day."""
        done, total = count(self.lesson, self.done)
        if done == total or not self._is_interactive:
            return
        call = self.entry.call()
        if self.entry in joined:
            say(f"{call} goes on with the lesson, in the workshop.")
        else:
            say(f"pyex lesson {shlex.quote(self.entry.word)} goes on with the lesson; at the prompt, {call}")

    # Watching

    def watch(self) -> None:
        """Look, from time to time, whether the task is done: then the shell is to prepare its prompt anew."""
        if self._press_at is not None and monotonic() > self._press_at:
            self._press_at = None
            block = self.evaluator.block
            if block is not None:
                scheduler.post(raise_in, block, KeyboardInterrupt)
        if self.waiting is not None and not self.is_seen and self._look() and self._is_interactive:
            send(self.shell.pid, (CONTROL, PREPARE))

    def _look(self) -> bool:
        """Whether the task is done, or was at some time."""
        if self.waiting is not None and self.waiting.task is not None and not self.is_seen:
            self.is_seen = is_done(self.waiting.task, self.observation)
        return self.is_seen

    def _comes_true(self, seconds: float) -> bool:
        ends = monotonic() + seconds
        while not self._look() and monotonic() < ends:
            Process.sleep(LOOK_AGAIN_MILLISECONDS)
        return self.is_seen

    # Set-ups

    def _set_up(self, set_ups: Iterable[SetUp]) -> Iterator[object]:
        self._prepared_for = self.evaluator
        for set_up in set_ups:
            failures = self.shell.failures
            place, text = self._source(set_up)
            yield (LOAD, text, self.entry.file)
            if self.shell.failures != failures:
                where = f"{self.entry.file}:{place}"
                self._aside(f"The set-up in {where} has failed: what the lesson asks for may not be possible.")

    def _source(self, set_up: SetUp) -> tuple[int, str]:
        """The number of its first line, and its text with empty lines above: errors name the lines of the file."""
        lines = Path(self.lesson.path).read_text(encoding="utf-8").splitlines()
        first = set_up.text.split("\n")[0]
        place = next((at for at in range(set_up.line, len(lines) + 1) if first in lines[at - 1]), set_up.line)
        return place, "\n" * (place - 1) + set_up.text

    # Saying

    @property
    def _is_interactive(self) -> bool:
        """Whether a prompt can be asked for anew while it is up."""
        return isinstance(self.shell.console, JobConsole | TerminalConsole)

    @property
    def _columns(self) -> int:
        return min(settings.width, self.shell.console.columns)

    @property
    def _paint(self) -> Paint:
        return Paint(self.shell.console.has_colours and bool(settings.colors.get("enabled", True)))

    def _heading(self, section: Section | None) -> list[str]:
        return lesson_text.heading(self.lesson, section, self._columns, self._paint)

    def _headed(self, section: Section | None, blocks: Iterable[Block]) -> list[list[str]]:
        """A heading, which is not parted from the first paragraph, and the others."""
        first, *others = self._paragraphs(blocks) or [[]]
        return [[*self._heading(section), *(["", *first] if first else [])], *others]

    def _paragraphs(self, blocks: Iterable[Block]) -> list[list[str]]:
        return lesson_text.paragraphs(blocks, self._columns, self._paint)

    def _await_input(self) -> Iterator[object]:
        self._lines = 0
        yield None

    def _tell_section(self, section: Section) -> Iterator[object]:
        """The text of a section, with all that the learner does meanwhile."""
        self._told = section if section.task is not None else None
        yield from self._say(self._headed(section, section.shown))
        self._told = None

    def _say(self, parts: Iterable[list[str]]) -> Iterator[object]:
        """Say paragraphs; where they fill the screen, wait for Enter in between."""
        rows = shutil.get_terminal_size().lines - _LINES_BESIDE if self._is_interactive else 0
        for part in parts:
            if rows and self._lines and self._lines + len(part) + 1 > rows and self._wish is None:
                self._aside("… Enter goes on" if not ascii_only() else "... Enter goes on")
                yield from self._await_input()
            self._print(part)

    def _aside(self, text: str) -> None:
        self._print(lesson_text.aside(text, self._columns, self._paint))

    def _print(self, lines: list[str]) -> None:
        """A paragraph, and an empty line: the prompt stands apart."""
        if not self._lines:
            lines = ["", *lines]
        self._lines += len(lines) + 1
        say("\n".join([*lines, ""]))

    def _tell_troubles(self) -> None:
        for text in self.kept.troubles():
            self._aside(text)
