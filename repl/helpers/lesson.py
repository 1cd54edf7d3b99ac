"""`lesson()`, `hint()` and `skip()`: lessons in the learner's own shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyex import ArgumentError
from pyex.errors import describe
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.shell import current

if TYPE_CHECKING:
    from pyex.repl.lesson.guide import Guided
    from pyex.repl.shell.shell import Shell


def lesson(which: Any = NOTHING, *, restart: bool = False) -> None:
    """Learn pyex at the prompt: a lesson explains, asks for something to be done, and sees when it is.

        lesson()                        # the lessons, what is done of them, and the task that waits
        lesson("links")                 # begin it, or go on where it was left; the task that waits begins again
        lesson("links", restart=True)   # begin it anew
        lesson("mine.md")               # one in a file: docs/writing-lessons.md
        lesson(False)                   # enough for now

    Meanwhile everything may be typed, and any way of doing what is asked for will do. `hint()` helps, and `skip()`
    types the answer. What was done is kept, in `$XDG_STATE_HOME/pyex/lessons.json` or else below `~/.local/state`: the
    lesson goes on next week.

    Returns None. Raises `ArgumentError` for a lesson that there is not, and `BadTranscript` for a file that is none.
    IEx has nothing like it; R has swirl.
    """
    from pyex.repl.lesson import guide
    from pyex.repl.lesson.course import find

    if not isinstance(restart, bool):
        raise ArgumentError(f"restart is True to begin anew, or False, not {describe(restart)}")
    shell = _shell()
    running = guide.guided_in(shell)
    if which is NOTHING:
        _print_table(running)
        return
    if which is False:
        _running("lesson(False)").wish(guide.STOP)
        return
    entry = find(which)
    # What is wrong with it is told now, and not above the next prompt.
    entry.read()
    if running is not None and running.entry.key == entry.key and not restart:
        running.wish(guide.AGAIN)
    else:
        guide.begin(shell, entry, is_anew=restart)


def hint() -> None:
    """Get help with the task of the lesson: its next hint, and when there are no more, the answer.

    Returns None. Raises `RuntimeError` where no lesson runs.
    """
    from pyex.repl.lesson import guide

    _running("hint()").wish(guide.HINT)


def skip() -> None:
    """Have the answer to the task of the lesson be typed, so that the lesson goes on.

    Returns None. Raises `RuntimeError` where no lesson runs.
    """
    from pyex.repl.lesson import guide

    _running("skip()").wish(guide.SKIP)


def _shell() -> Shell:
    """The shell of the caller. Raises `RuntimeError` at the prompt of a process that has stopped."""
    from pyex.repl.pry.session import PrySession

    shell = current.current()
    if isinstance(shell, PrySession):
        raise RuntimeError("lessons are at the shell's own prompt: continue_() goes back to it")
    return shell


def _running(call: str) -> Guided:
    from pyex.repl.lesson.guide import guided_in

    shell = _shell()
    running = guided_in(shell)
    if running is None:
        how = _elsewhere(shell) or 'lesson() lists them, and lesson("links") begins one'
        raise RuntimeError(f"{call} is for a lesson, and none runs here: {how}")
    return running


def _elsewhere(shell: Shell) -> str:
    """The lessons in other jobs of this terminal, and how to go there; nothing where there are none."""
    from pyex.repl.jobs.job_console import JobConsole
    from pyex.repl.lesson.guide import guided_in

    if not isinstance(shell.console, JobConsole):
        return ""
    found = []
    for other in current.shells():
        running = guided_in(other)
        is_here = isinstance(other.console, JobConsole) and other.console.terminal is shell.console.terminal
        if other is not shell and running is not None and is_here:
            found.append(running.entry.call())
    if not found:
        return ""
    run = "runs" if len(found) == 1 else "run"
    return f"{' and '.join(found)} {run} in another job: Ctrl+G, then j lists the jobs, and c 1 goes to job 1"


def _print_table(running: Guided | None) -> None:
    from pyex.repl.lesson import guide
    from pyex.repl.lesson.course import course, going_on, table
    from pyex.repl.lesson.progress import progress
    from pyex.repl.watching.drawing import ascii_only

    kept = progress()
    entry = running.entry if running is not None else None
    print("\n".join(table(kept, current.columns(), entry, "done" if ascii_only() else "✓")))
    for trouble in kept.troubles():
        print(trouble)
    if running is not None:
        running.wish(guide.TELL)
        return
    if elsewhere := _elsewhere(_shell()):
        print(f"\n{elsewhere}.")
        return
    entry, is_begun = going_on(kept)
    if entry is None:
        print(f"\nAll lessons are done; {course()[0].call('restart=True')} begins one anew.")
    else:
        print(f"\n{entry.call()} {'goes on where you left it' if is_begun else 'begins the next lesson'}.")
