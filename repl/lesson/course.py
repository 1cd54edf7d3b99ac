"""Which lessons there are: the course, and those in files of one's own.

    [entry.name for entry in course()]      # ["processes", "messages", ...]
    find("links"), find("lessons/mine.md")
"""

from __future__ import annotations

import json
import os
from collections.abc import Container
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pyex import ArgumentError
from pyex.errors import describe
from pyex.inspection.text_width import columns_of, cut
from pyex.repl.lesson.lesson import Lesson, lesson_name, parse_lesson
from pyex.repl.lesson.progress import Progress
from pyex.repl.transcript.document import read
from pyex.repl.transcript.errors import BadTranscript

FOLDER = Path(__file__).parent / "course"
_GAP = "  "
_NARROWEST_TITLE = 12

# The lessons of the workshop that was joined: repl/workshop/join.py.
joined: list[Entry] = []


@dataclass(frozen=True)
class Entry:
    """A lesson by its name, its file, and the key that its progress has: its name in the course, else its path."""

    name: str
    path: str
    key: str

    @property
    def file(self) -> str:
        """What errors in its code call its file. The files of the course are in pyex, and their code counts as the
        learner's own."""
        return os.path.basename(self.path) if self.key == self.name else self.path

    @property
    def word(self) -> str:
        """What it is called: its name, where `find` knows that, else its path."""
        return self.name if self.key == self.name or self in joined else os.path.relpath(self.path)

    def call(self, more: str = "") -> str:
        """What is to be typed for it."""
        which = self.word
        return f"lesson({json.dumps(which, ensure_ascii=False)}{more and f', {more}'})"

    def read(self) -> Lesson:
        """Read it. Raises `BadTranscript`."""
        return parse_lesson(read(self.path))


def course() -> list[Entry]:
    """The lessons of the course, in order; before them those of the workshop, which take the place of their names."""
    names = {entry.name for entry in joined}
    named = [(lesson_name(str(path)), str(path)) for path in sorted(FOLDER.glob("*.md"))]
    return [*joined, *(Entry(name, path, name) for name, path in named if name not in names)]


def entries(kept: Progress) -> list[Entry]:
    """The lessons of the course, and those in files of which something is done."""
    found = course()
    keys = {entry.key for entry in found}
    others = sorted(key for key in kept.all() if key not in keys and os.path.isfile(key))
    return [*found, *(Entry(lesson_name(key), key, key) for key in others)]


def find(which: object) -> Entry:
    """The lesson of a name, or in a file. Raises `ArgumentError` where there is none, and names what is near."""
    if not isinstance(which, str | os.PathLike):
        raise ArgumentError(f'lesson takes a name, as in lesson("links"), or the path of a file, not {describe(which)}')
    given = os.fspath(which)
    named = {entry.name: entry for entry in course()}
    if isinstance(which, str) and which in named:
        return named[which]
    path = os.path.abspath(os.path.expanduser(given))
    if os.path.isfile(path):
        return Entry(lesson_name(path), path, path)
    if os.path.dirname(given) or given.endswith(".md"):
        raise ArgumentError(f"there is no file {describe(given)}; lesson() lists the lessons of the course")
    near = get_close_matches(given, named, 3, 0.6)
    meant = f"did you mean {_either(near)}? " if near else ""
    raise ArgumentError(f"there is no lesson {describe(given)}; {meant}lesson() lists all")


def following(key: str, kept: Progress) -> Entry | None:
    """The lesson of the course that comes next: the first behind this one that is not done, or else before it."""
    lessons = course()
    at = next((place for place, entry in enumerate(lessons) if entry.key == key), -1)
    if at < 0:
        return None
    return next((entry for entry in lessons[at + 1 :] + lessons[:at] if not _is_finished(entry, kept)), None)


def going_on(kept: Progress) -> tuple[Entry | None, bool]:
    """The first lesson that is not done, None when all are; and whether it has been begun."""
    found = next((entry for entry in entries(kept) if not _is_finished(entry, kept)), None)
    return found, found is not None and count(found.read(), kept.tasks(found.key))[0] > 0


def count(lesson: Lesson, done: Container[str]) -> tuple[int, int]:
    """How many of how many tasks are done."""
    titles = [section.title for section in lesson.sections if section.task is not None]
    return sum(title in done for title in titles), len(titles)


def table(kept: Progress, columns: int, current: Entry | None = None, tick: str = "✓") -> list[str]:
    """The lines of the list of lessons, with what was done of each; the `current` one is marked."""
    listed = entries(kept)
    if current is not None and current not in listed:
        listed.append(current)
    rows = [("", "Lesson", "Title", "Tasks")]
    for entry in listed:
        mark = ">" if current is not None and entry.key == current.key else ""
        name = entry.word
        try:
            lesson = entry.read()
        except BadTranscript as error:
            rows.append((mark, name, error.problem, "?"))
            continue
        done, total = count(lesson, kept.tasks(entry.key))
        rows.append((mark, name, lesson.title, f"{done}/{total}" + (f" {tick}" if done == total else "")))
    return _laid_out(rows, columns)


def _laid_out(rows: list[tuple[str, str, str, str]], columns: int) -> list[str]:
    widths = [max(columns_of(row[place]) for row in rows) for place in range(4)]
    room = columns - widths[1] - widths[3] - 2 * len(_GAP) - 2
    if room < _NARROWEST_TITLE:
        name_room = max(_NARROWEST_TITLE, columns - widths[3] - len(_GAP) - 2)
        cells = [(mark, _cell(name, min(widths[1], name_room)), tasks) for mark, name, _, tasks in rows]
    else:
        title = min(widths[2], room)
        cells = [
            (mark, _cell(name, widths[1]) + _GAP + _cell(words, title), tasks) for mark, name, words, tasks in rows
        ]
    return [f"{mark or ' '} {words}{_GAP}{tasks}".rstrip() for mark, words, tasks in cells]


def _cell(text: str, width: int) -> str:
    text = cut(text, width)
    return text + " " * (width - columns_of(text))


def _is_finished(entry: Entry, kept: Progress) -> bool:
    try:
        done, total = count(entry.read(), kept.tasks(entry.key))
    except BadTranscript:
        return True
    return done == total


def _either(names: list[str]) -> str:
    *first, last = [f'"{name}"' for name in names]
    return f"{', '.join(first)} or {last}" if first else last
