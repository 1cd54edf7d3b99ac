"""Lessons that are played with their answers: what is told of checks, set-ups and answers that are wrong."""

from __future__ import annotations

import pytest
from lesson_session import document_of, is_done_by, lesson_of, what_is_wrong

from pyex.repl.check.mismatch import mismatches
from pyex.repl.lesson.answers import play_lesson
from pyex.repl.transcript.document import parse
from pyex.repl.transcript.errors import BadTranscript

VICTIM = 'victim = spawn(Process.sleep, "infinity")'


def test_a_right_lesson_has_nothing_wrong() -> None:
    """Its check is false before the answer and true after it, so nothing is told."""
    assert what_is_wrong("linked(victim)", "Process.link(victim)", set_up=VICTIM) == []


def test_a_check_that_can_not_fail_is_told() -> None:
    """One that is true before anything was done would never teach anything."""
    [wrong] = what_is_wrong("1 + 1 == 2", "1 + 1")
    assert wrong.startswith("the check is true before anything was done: it can not fail")


def test_a_check_that_a_set_up_makes_true_a_moment_later_is_told() -> None:
    """What the set-up has begun is waited for a little, as it would go on while the learner reads."""
    [wrong] = what_is_wrong("died(short)", "1", set_up="short = spawn(Process.sleep, 20)")
    assert "it can not fail" in wrong


def test_an_answer_that_does_not_do_it_is_told_with_what_was_seen() -> None:
    """The author reads what happened in the place of what the check waits for."""
    [wrong] = what_is_wrong("linked(victim)", 'Process.exit(victim, "kill")', 'spawn(exit, "boom")', set_up=VICTIM)
    problem, *seen = wrong.splitlines()
    assert problem == "the check is not true after the answer"
    assert seen[0] == "since the task began:"
    assert any(line.endswith("has died: killed") for line in seen), seen
    assert any(line.endswith("has died: 'boom'") for line in seen), seen


def test_an_exception_of_a_check_that_never_becomes_true_is_told() -> None:
    """While a task waits an exception means "not yet"; whoever writes the lesson reads it."""
    [wrong] = what_is_wrong("linkd(victim)", "Process.link(victim)", set_up=VICTIM)
    assert "it raises NameError: name 'linkd' is not defined" in wrong


@pytest.mark.parametrize("loop", ["[None for _ in iter(int, 1)]", "receive()", "Process.sleep('infinity')"])
def test_a_check_that_does_not_end_is_told(loop: str) -> None:
    """One that loops or waits for ever holds up nobody for longer than a second, and is told."""
    [wrong] = what_is_wrong(loop, "1")
    assert "it took longer than 1000 ms; a check only looks, and waits for nothing" in wrong


def test_a_check_that_ends_its_process_is_told() -> None:
    """It is not the learner's process that it ends, and the lesson goes on."""
    [wrong] = what_is_wrong('Process.exit(self(), "kill")', "1")
    assert "the check has ended the process that evaluates it; `shell` is the learner's" in wrong


def test_a_set_up_that_fails_is_told() -> None:
    """With what it printed, and where it stands."""
    document = document_of("linked(victim)", "victim = spawn_link(receive)", set_up="1 / 0")
    [step] = play_lesson(document)
    assert (step.line, step.text) == (5, "1 / 0")
    assert "ZeroDivisionError" in step.printed


def test_the_outputs_of_an_answer_are_compared_as_always() -> None:
    """The steps hold what was printed, as those of any transcript."""
    text = lesson_of("linked(victim)", "Process.link(victim)", set_up=VICTIM)
    document = parse(text.replace("...\n```", "False\n```"), "lesson.md")
    assert play_lesson(document) == []
    [mismatch] = mismatches(document)
    assert mismatch.step.printed == "True\n"


def test_a_check_may_be_true_in_the_middle_of_an_answer_only() -> None:
    """The learner's task is done as soon as it was done at some time."""
    answer = ("Process.link(victim)", "Process.unlink(victim)")
    assert is_done_by("linked(victim)", *answer, set_up=VICTIM)


def test_all_sections_are_played_in_one_shell_in_the_order_of_the_file() -> None:
    """What the answer of one task has made is there in the next; shown sessions are played too, where they stand."""
    first = lesson_of("linked(victim)", "Process.link(victim)", set_up=VICTIM)
    second = """
```pyex
pyex(2)> mine = "shown"
'shown'
```

## Another

<!-- pyex: set-up
also = mine + " and set up"
-->

```check
died(victim) and not linked(victim)
```

```pyex answer
pyex(1)> Process.unlink(victim), Process.exit(victim, "kill"), also
(True, True, 'shown and set up')
```
"""
    document = parse(first + second, "lesson.md")
    assert play_lesson(document) == []
    assert mismatches(document) == []


def test_a_lesson_that_cannot_be_taught_is_not_played() -> None:
    """It is refused before a shell is started."""
    with pytest.raises(BadTranscript):
        play_lesson(parse("# A lesson\n\n## A task\n\n```check\nTrue\n```\n", "lesson.md"))
