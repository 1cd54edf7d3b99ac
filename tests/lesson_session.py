"""Lessons of one task that are played in this process, as `pyex check` plays them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from pyex.repl.lesson.answers import play_lesson
from pyex.repl.transcript.document import Document, parse


def lesson_of(check: str, *answer: str, set_up: str = "") -> str:
    """The text of a lesson with one task. Its answer prints whatever it does."""
    typed = []
    for text in answer:
        first, *rest = textwrap.dedent(text).strip("\n").split("\n")
        typed += [f"pyex> {first}", *(f"...> {line}" for line in rest), "..."]
    set_up = f"<!-- pyex: set-up\n{textwrap.dedent(set_up).strip()}\n-->\n" if set_up else ""
    check = textwrap.dedent(check).strip("\n")
    lines = "\n".join(typed)
    return (
        f"# A lesson\n\n## A task\n\n{set_up}\nDo it.\n\n```check\n{check}\n```\n\n"
        f"<!-- pyex: timeout 700 -->\n```pyex answer\n{lines}\n```\n"
    )


def document_of(check: str, *answer: str, set_up: str = "") -> Document:
    return parse(lesson_of(check, *answer, set_up=set_up), "lesson.md")


def what_is_wrong(check: str, *answer: str, set_up: str = "") -> list[str]:
    """What is told of a lesson with one task: the problems, each with what was seen."""
    failed = play_lesson(document_of(check, *answer, set_up=set_up))
    return [f"{step.problem}\n{step.printed}" for step in failed]


def is_done_by(check: str, *answer: str, set_up: str = "") -> bool:
    """Whether a check becomes true by these inputs, and was not before; nothing else may be wrong."""
    wrong = what_is_wrong(check, *answer, set_up=set_up)
    assert all("is not true after the answer" in each for each in wrong), wrong
    return not wrong


class AsItIs:
    """A function that a process is given as it is, not a copy of it and of what it uses."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function

    def __call__(self) -> Any:
        return self.function()

    def __deepcopy__(self, memo: dict[int, object]) -> AsItIs:
        return self
