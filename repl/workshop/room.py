"""Who is in a workshop, and how far everyone is.

    room = Room(lessons, clock=monotonic)
    learner = room.join(key, "ada")
    room.report(key, {"links": ["Link the worker"]}, "links")

Only the server's thread uses it. What comes in is from other machines: it is cut, checked against the lessons, and
never shown as anything but text. Raises `Refused` with the sentence for the one who asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pyex.repl.lesson.course import Entry

MOST_LEARNERS = 500
LONGEST_NAME = 40
# So many reports at once, and so many a second, of one learner; so many who join, of all.
REPORTS = (20.0, 2.0)
JOINS = (100.0, 10.0)

_KEY = re.compile(r"[\w-]{16,100}", re.ASCII)


class Refused(Exception):
    """What was asked for is not done: the status, and a sentence for the one who asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Offered:
    """A lesson of the workshop: as `Entry`, with its text and the titles of its tasks, in order."""

    name: str
    file: str
    title: str
    tasks: tuple[str, ...]
    text: str
    is_course: bool


def offered(entry: Entry) -> Offered:
    """The lesson as it is offered. Raises `BadTranscript`."""
    from pathlib import Path

    from pyex.repl.lesson.lesson import parse_lesson
    from pyex.repl.transcript.document import read

    document = read(entry.path)
    lesson = parse_lesson(document)
    tasks = tuple(section.title for section in lesson.sections if section.task is not None)
    return Offered(
        entry.name, Path(entry.path).name, lesson.title, tasks, document.text, is_course=entry.key == entry.name
    )


@dataclass
class Allowance:
    """How much may be done: `most` at once, and then so many a second."""

    most: float
    a_second: float
    now: Callable[[], float]
    left: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.most
        self.at = self.now()

    def use(self) -> None:
        """One more. Raises `Refused` when it is too much."""
        now = self.now()
        self.left = min(self.most, self.left + (now - self.at) * self.a_second)
        self.at = now
        if self.left < 1:
            raise Refused(429, "That is too often: wait a little.")
        self.left -= 1


@dataclass
class Learner:
    """Somebody in the room. `number` is how the teacher's page names them: keys are for their owners only."""

    number: int
    name: str
    heard: float
    allowance: Allowance
    done: dict[str, list[str]] = field(default_factory=dict)
    current: str = ""


class Room:
    """The lessons, and the learners by their keys."""

    def __init__(self, lessons: list[Offered], clock: Callable[[], float] = monotonic) -> None:
        self.lessons = {lesson.name: lesson for lesson in lessons}
        self._learners: dict[str, Learner] = {}
        self._number = 0
        self._clock = clock
        self._joins = Allowance(*JOINS, clock)

    def join(self, key: object, name: object) -> Learner:
        """Come in, or come back with the key of the last time. Of two with one name, the second gets a number."""
        key = _checked_key(key)
        wanted = clean_name(name)
        self._joins.use()
        learner = self._learners.get(key)
        if learner is None:
            if len(self._learners) >= MOST_LEARNERS:
                raise Refused(503, f"The room is full: {MOST_LEARNERS} learners are in it.")
            self._number += 1
            learner = Learner(self._number, "", 0.0, Allowance(*REPORTS, self._clock))
            self._learners[key] = learner
        learner.heard = self._clock()
        learner.name = self._free_name(wanted, learner)
        return learner

    def report(self, key: object, done: object, current: object) -> None:
        """Take down what a learner has done, and which lesson runs there."""
        learner = self._learners.get(_checked_key(key))
        if learner is None:
            raise Refused(410, "You are not in the room (any more): join again.")
        learner.allowance.use()
        if not isinstance(done, dict):
            raise Refused(400, "A report needs what is done: tasks by lessons.")
        learner.done = {name: _known(lesson.tasks, done.get(name)) for name, lesson in self.lessons.items()}
        learner.current = current if isinstance(current, str) and current in self.lessons else ""
        learner.heard = self._clock()

    def remove(self, number: object) -> None:
        """Send a learner out. Who joins anew comes in again."""
        for key, learner in self._learners.items():
            if type(number) is int and learner.number == number:
                del self._learners[key]
                return
        raise Refused(404, "There is no such learner.")

    def shown(self) -> dict[str, Any]:
        """What the page shows."""
        lessons = [{"name": each.name, "title": each.title, "tasks": len(each.tasks)} for each in self.lessons.values()]
        learners = sorted(self._learners.values(), key=lambda learner: (learner.name.casefold(), learner.number))
        return {"lessons": lessons, "learners": [self._row(learner) for learner in learners]}

    def _row(self, learner: Learner) -> dict[str, Any]:
        return {
            "number": learner.number,
            "name": learner.name,
            "done": [len(learner.done.get(name, ())) for name in self.lessons],
            "at": self._at(learner),
            "heard": int(self._clock() - learner.heard),
        }

    def _at(self, learner: Learner) -> str:
        """The first task that is not done, in the lesson that runs there."""
        if not learner.current:
            return ""
        lesson = self.lessons[learner.current]
        task = next((title for title in lesson.tasks if title not in learner.done[lesson.name]), "all done")
        return f"{lesson.name}: {task}"

    def _free_name(self, wanted: str, learner: Learner) -> str:
        taken = {each.name for each in self._learners.values() if each is not learner}
        name = wanted
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted} {number}"
        return name


def clean_name(name: object) -> str:
    """A name as it can be shown: one short line, without what steers terminals and directions of writing."""
    text = name if isinstance(name, str) else ""
    printable = "".join(each if each.isprintable() else " " for each in text[: 10 * LONGEST_NAME])
    return " ".join(printable.split())[:LONGEST_NAME].strip() or "somebody"


def _checked_key(key: object) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Refused(400, "A learner's key is 16 to 100 letters, digits, - and _.")
    return key


def _known(tasks: tuple[str, ...], titles: object) -> list[str]:
    found = {title for title in titles if isinstance(title, str)} if isinstance(titles, list) else set()
    return [title for title in tasks if title in found]
