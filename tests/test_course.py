"""The lessons of the course: each is right, can be gone on with on another day, and fits the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyex.repl.check.mismatch import mismatches
from pyex.repl.documentation.paint import Paint
from pyex.repl.lesson import lesson_text
from pyex.repl.lesson.answers import play_lesson
from pyex.repl.lesson.course import Entry, course
from pyex.repl.transcript.document import Code, Document, parse, read
from pyex.repl.transcript.session import Session

NAMES = [
    "processes", "messages", "state", "links", "trapping_exits", "monitors", "servers", "supervisors", "strategies",
    "pools", "observing", "hot_code", "mending",
]  # fmt: skip
# A terminal of 80 columns and 24 lines, less the prompt and the line above it.
COLUMNS, LINES = 80, 22

each_lesson = pytest.mark.parametrize("entry", course(), ids=lambda entry: entry.name)


def text_of(entry: Entry) -> str:
    return Path(entry.path).read_text(encoding="utf-8")


def wrong_with(document: Document) -> list[str]:
    """What `pyex check` would tell of a lesson."""
    failed = play_lesson(document)
    told = [f"{document.path}:{step.line}: {step.problem}\n{step.printed}" for step in failed]
    return told + [f"{each.path}:{each.step.line}: {each.step.printed}" for each in mismatches(document)]


def test_the_course_is_complete() -> None:
    """The lessons come in the order in which they are to be taken."""
    assert [entry.name for entry in course()] == NAMES


@each_lesson
def test_a_lesson_is_right(entry: Entry) -> None:
    """Its sessions print what is written, each check can fail, and each answer does what is asked for."""
    assert wrong_with(parse(text_of(entry), entry.name)) == []


@each_lesson
def test_a_lesson_has_tasks_and_hints(entry: Entry) -> None:
    """There are four tasks or more; each has two hints or more, and something to be said afterwards."""
    tasks = [section for section in entry.read().sections if section.task is not None]
    assert len(tasks) >= 4
    for section in tasks:
        assert section.task is not None
        assert len(section.task.hints) >= 2, section.title
        assert section.after, section.title


@each_lesson
def test_each_task_can_be_the_first_one(entry: Entry) -> None:
    """A learner who comes back another day begins in a new shell, in which none of what a lesson shows was typed."""
    above, *sections = re.split(r"(?m)^(?=## )", text_of(entry))
    for section in sections:
        alone = re.sub(r"(?ms)^```pyex\n.*?^```\n", "", section)
        told = wrong_with(parse(above + alone, f"{entry.name}: {section.splitlines()[0]}"))
        assert told == []


@each_lesson
def test_a_section_fits_the_screen(entry: Entry) -> None:
    """What is said of a task can be read at once, and no line of code is broken."""
    for section in entry.read().sections:
        said = lesson_text.paragraphs(section.shown, COLUMNS, Paint())
        assert sum(len(part) + 1 for part in said) <= LINES, section.title
        code = [line for block in section.shown if isinstance(block, Code) for line in block.text.splitlines()]
        assert max(map(len, code), default=0) <= COLUMNS - 4, section.title


@each_lesson
def test_code_that_is_said_to_be_there_is_there(entry: Entry) -> None:
    """Python that is shown is what the set-ups have defined, but for examples of a whole class or function."""
    lesson = entry.read()
    for section in lesson.sections:
        given = "\n".join(set_up.text for set_up in [*lesson.set_ups, *section.set_ups])
        for block in section.shown:
            if isinstance(block, Code) and block.language == "python" and "Lamp" not in block.text:
                assert block.text.strip() in given, f"{section.title}: {block.text}"


@each_lesson
def test_no_answer_hides_a_helper(entry: Entry) -> None:
    """`pid` is a helper that later lessons need: no answer binds a variable of that name."""
    for block in read(entry.path).blocks:
        if isinstance(block, Session):
            for step in block.steps:
                assert not re.match(r"\(?pid\b.*=[^=]|for pid\b", step.text), step.text
