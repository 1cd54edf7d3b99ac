"""What has been done of the lessons, kept from day to day.

    kept = progress()
    kept.add("links", "Link the worker")
    kept.tasks("links")                 # {"Link the worker": "2025-03-01T10:00:00+00:00"}
    kept.forget("links")

It is in `$XDG_STATE_HOME/pyex/lessons.json`, which only its owner can read. Tasks are known by their titles, so that a
lesson that was edited keeps what still fits. Each change is made to what the file holds at that moment, under a lock:
of several shells none loses anything. Where the file cannot be used, the program goes on without it, and `troubles`
says why, once.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from pyex.repl.state_folder import make_private_folder, state_folder

VERSION = 1
LOCK_SECONDS = 1.0

# By lessons, and then by titles of tasks: when they were done.
Done = dict[str, dict[str, str]]

# Called when a task is done: with the lesson's name, the task's title, and how many of how many tasks are done.
on_progress: list[Callable[[str, str, int, int], None]] = []

_opened: dict[str, Progress] = {}


class Damaged(Exception):
    """The file is not one of ours; the text says what is wrong with it."""


class Newer(Exception):
    """The file is of a later version than this program understands."""


def default_path() -> str:
    """`$XDG_STATE_HOME/pyex/lessons.json`, by default below `~/.local/state`. Raises `OSError` where there is no home
    folder."""
    return os.path.join(state_folder(), "lessons.json")


def progress() -> Progress:
    """The progress of the person whose program this is."""
    try:
        path = default_path()
    except OSError:
        path = ""
    if path not in _opened:
        _opened[path] = Progress(path)
    return _opened[path]


class Progress:
    """A file of progress; without a path, only for as long as the program runs."""

    def __init__(self, path: str) -> None:
        self.path = path
        # What this program did that could not be written.
        self._unsaved: Done = {}
        self._told: set[str] = set()
        self._to_tell: list[str] = []
        if not path:
            self._trouble("there is no home folder: set XDG_STATE_HOME to where progress is to be kept")

    def all(self) -> Done:
        """All that was done, by lessons."""
        found = self._use()
        for key, tasks in self._unsaved.items():
            found.setdefault(key, {}).update(tasks)
        return found

    def tasks(self, key: str) -> dict[str, str]:
        """The titles of the tasks of a lesson that were done, and when."""
        return self.all().get(key, {})

    def add(self, key: str, title: str) -> None:
        """A task is done."""
        self._unsaved.setdefault(key, {})[title] = datetime.now(UTC).isoformat(timespec="seconds")
        self._use()

    def forget(self, key: str) -> None:
        """A lesson begins anew."""
        self._unsaved.pop(key, None)
        self._use(without=key)

    def troubles(self) -> list[str]:
        """What the person is to be told and was not yet."""
        told, self._to_tell = self._to_tell, []
        return told

    def _use(self, without: str = "") -> Done:
        """Bring the file up to date, and return what it holds; nothing where it cannot be used."""
        if not self.path:
            return {}
        try:
            if not os.path.exists(self.path) and not self._unsaved:
                return {}
            with _locked(self.path):
                return self._use_locked(without)
        except Newer:
            self._trouble(
                f"{self.path} was written by a newer pyex, and is left as it is: what you do now is not kept. "
                "Use that version, or set XDG_STATE_HOME to another folder"
            )
        except OSError as error:
            self._trouble(f"{self.path} cannot be used ({error.strerror or error}): what you do now is not kept")
            with suppress(OSError, Damaged, Newer):
                return _read(self.path)
        return {}

    def _use_locked(self, without: str) -> Done:
        try:
            done = _read(self.path)
        except Damaged as damage:
            aside = _unused(self.path + ".damaged")
            os.replace(self.path, aside)
            self._trouble(
                f"{self.path} is damaged ({damage}). It was moved to {aside}, and progress begins anew; "
                "to have the old one back, mend that file and move it back"
            )
            done = {}
        is_changed = done.pop(without, None) is not None
        # What could not be written before can perhaps be now.
        for key, tasks in self._unsaved.items():
            done.setdefault(key, {}).update(tasks)
        if is_changed or self._unsaved:
            _write(self.path, done)
        self._unsaved.clear()
        return done

    def _trouble(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._to_tell.append(f"progress of lessons: {text}")


def _read(path: str) -> Done:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise Damaged("it is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise Damaged(f"line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise Damaged("it is nested too deeply") from None
    return _checked(found)


def _checked(found: Any) -> Done:
    version = found.get("version") if isinstance(found, dict) else None
    if type(version) is not int or version < 1:
        raise Damaged('it has no "version"')
    if version > VERSION:
        raise Newer
    lessons = found.get("lessons")
    if not isinstance(lessons, dict):
        raise Damaged('it has no "lessons"')
    for key, tasks in lessons.items():
        if not isinstance(tasks, dict) or not all(isinstance(when, str) for when in tasks.values()):
            raise Damaged(f'the tasks of "{key}" are none')
    return {key: dict(tasks) for key, tasks in lessons.items()}


def _unused(path: str) -> str:
    """A path like this one at which there is nothing yet: an earlier file that was damaged is kept, too."""
    number = 1
    found = path
    while os.path.lexists(found):
        number += 1
        found = f"{path}.{number}"
    return found


def _write(path: str, done: Done) -> None:
    """Write beside, then put it in the old one's place: a reader sees the one or the other. With the lock."""
    target = os.path.realpath(path)
    new = target + ".new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump({"version": VERSION, "lessons": done}, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(descriptor)
    os.replace(new, target)


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Nobody else uses the file. The lock is a file of its own, for the other one is replaced."""
    make_private_folder(os.path.dirname(path))
    descriptor = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise BlockingIOError(0, "another program holds its lock") from None
                time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)
