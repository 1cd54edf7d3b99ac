"""Lessons as they are read: what makes a task, and what is refused with file, line and what to write instead."""

from __future__ import annotations

import pytest

from pyex.repl.lesson.lesson import is_lesson, lesson_name, parse_lesson
from pyex.repl.transcript.document import Prose, parse
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.transcript.session import Session

LESSON = """\
# Links

<!-- pyex: set-up
def worker(): receive()
-->
Two processes can be linked.

## What a link is

It holds both ways.

## Link the worker

<!-- pyex: set-up
victim = spawn(worker)
-->
Link it.

```check
linked(victim)
```

<!-- pyex: hint
There is `Process.link`.
-->
<!-- pyex: hint Type `Process.link(victim)`. -->

```pyex answer
pyex(1)> Process.link(victim)
True
```

Now they end together.
"""


def problem(text: str) -> str:
    """What is said of a lesson that cannot be taught."""
    with pytest.raises(BadTranscript) as error:
        parse_lesson(parse(text, "links.md"))
    return str(error.value)


def replaced(old: str, new: str) -> str:
    assert old in LESSON
    return LESSON.replace(old, new)


def test_a_lesson_is_made_of_sections_and_tasks() -> None:
    """Second-level headings begin sections; the one with a check is a task, with its set-up, hints and answer."""
    lesson = parse_lesson(parse(LESSON, "course/04_links.md"))
    assert (lesson.name, lesson.title, [each.text for each in lesson.set_ups]) == (
        "links", "Links", ["def worker(): receive()"],
    )  # fmt: skip
    explained, task = lesson.sections
    assert (explained.title, explained.task) == ("What a link is", None)
    assert [each.text for each in task.set_ups] == ["victim = spawn(worker)"]
    assert task.task is not None
    assert task.task.check == "linked(victim)\n"
    assert task.task.hints == ["There is `Process.link`.", "Type `Process.link(victim)`."]
    assert [step.text for step in task.task.answer.steps] == ["Process.link(victim)"]


def test_what_is_below_the_check_is_said_when_it_is_done() -> None:
    """The text above the check explains the task; the text below it is for afterwards, and the answer is in neither."""
    task = parse_lesson(parse(LESSON, "links.md")).sections[1]
    assert [block.text for block in task.shown if isinstance(block, Prose)] == ["Link it."]
    assert [block.text for block in task.after if isinstance(block, Prose)] == ["Now they end together."]
    assert not any(isinstance(block, Session) for block in [*task.shown, *task.after])


def test_a_transcript_is_a_lesson_by_its_checks() -> None:
    """A file with a check fence is a lesson, and one with sessions only is none."""
    assert is_lesson(parse(LESSON))
    assert not is_lesson(parse("# Links\n\n```pyex\npyex(1)> 1\n1\n```\n"))


@pytest.mark.parametrize(
    ("path", "name"), [("a/04_trapping_exits.md", "trapping_exits"), ("mine.md", "mine"), ("7-links.md", "links")]
)
def test_a_lesson_is_named_after_its_file(path: str, name: str) -> None:
    """The name is the file's, without number and ending."""
    assert lesson_name(path) == name


def test_a_check_may_have_statements_before_its_expression() -> None:
    """The last line is what counts; what stands before prepares it."""
    parse_lesson(parse(replaced("linked(victim)\n```\n", "pids = spawned()\nlen(pids) == 2\n```\n")))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("```check\nlinked(victim)\n```\n", "", "25: an answer in a section without a check: write ```check"),
        ("```pyex answer\n", "```pyex\n", "19: a task without an answer: write it behind the check, as"),
        ("linked(victim)\n```", "linked(victim\n```", "20: the check is no Python: '(' was never closed"),
        ("linked(victim)\n```", "done = linked(victim)\n```", "20: a check ends in an expression"),
        ("linked(victim)\n```", "```", "20: a check ends in an expression"),
        ("```check", "```check now", '19: "now" means nothing behind ```check'),
        ("Now they", "```check\nTrue\n```\nNow they", "33: a second check in one section"),
        ("Now they", "```pyex answer\npyex> 1\n```\nNow", "33: a second answer in one section"),
        ("```pyex answer", "<!-- pyex: skip -->\n```pyex answer", "29: an answer cannot be skipped"),
        ("```pyex answer", "<!-- pyex: fresh -->\n```pyex answer", '29: "fresh" has no place in a lesson'),
        ("It holds", "<!-- pyex: hint Look. -->\nIt holds", "10: a hint in a section without a check"),
        ("Two pro", "```check\nTrue\n```\nTwo", "6: a check before the first section: write a heading ##"),
        ("Now they", "<!-- pyex: set-up x = 1 -->\nNow they", "33: a set-up is run when its section begins"),
        ("# Links\n", "", "7: a lesson begins with its title: write a heading # above"),
        ("## Link the worker", "# More", '12: a lesson has one title, and it is "Links"'),
        ("## Link the worker", "## What a link is", '12: line 8 has the heading "What a link is" already'),
    ],
)  # fmt: skip
def test_what_cannot_be_taught_is_refused(old: str, new: str, said: str) -> None:
    """The message tells the line, what is wrong, and what to write instead."""
    assert problem(replaced(old, new)).startswith(f"links.md:{said}")


def test_a_lesson_without_checks_is_refused() -> None:
    """Whoever opens a plain text as a lesson is told what makes one."""
    said = "links.md: a lesson without checks: write ```check below what is to be done, and in it what is true then"
    assert problem("# Links\n\nText.\n") == said
