"""Tells a workshop how far a learner is: from a thread of its own, which holds nothing up.

    reporter = Reporter(visit, key, lessons)
    reporter.start()
    reporter.stop()

Where nobody answers, the learner is told once, and it is tried again.
"""

from __future__ import annotations

import sys
from threading import Event, Thread

from pyex.repl.lesson import guide
from pyex.repl.lesson.course import Entry
from pyex.repl.lesson.progress import on_progress, progress
from pyex.repl.workshop.visit import NoAnswer, Visit

# How long between two reports, at least; when nothing happens; when nobody answers. How long the end may take.
PAUSE_SECONDS = 0.5
BEAT_SECONDS = 10.0
RETRY_SECONDS = 3.0
FAREWELL_SECONDS = 2.0
GONE = 410


class Reporter:
    """Sends all that is done, each time something is: what was lost on the way comes with the next report."""

    def __init__(self, visit: Visit, key: str, lessons: list[Entry]) -> None:
        self._visit = visit
        self._key = key
        self._lessons = lessons
        self._state: tuple[dict[str, list[str]], str] = ({}, "")
        self._has_news = Event()
        self._end = Event()
        self._is_silent = False
        self._thread = Thread(target=self._report, name="pyex workshop report", daemon=True)

    def start(self) -> None:
        """Begin with what is done already."""
        self._take_down("")
        on_progress.append(self._on_progress)
        guide.on_begin.append(self._on_begin)
        self._thread.start()

    def stop(self) -> None:
        """The last report, if it can be sent soon."""
        on_progress.remove(self._on_progress)
        guide.on_begin.remove(self._on_begin)
        self._end.set()
        self._has_news.set()
        self._thread.join(FAREWELL_SECONDS)

    def _on_begin(self, entry: Entry) -> None:
        self._take_down(entry.key)

    def _on_progress(self, *_: object) -> None:
        self._take_down("")

    def _take_down(self, key: str) -> None:
        """What is done now; `key` is of the lesson that begins. Files are read here, in the thread of the shell, for
        progress is of that thread."""
        done = progress().all()
        current = next((entry.name for entry in self._lessons if entry.key == key), self._state[1])
        self._state = ({entry.name: [*done.get(entry.key, ())] for entry in self._lessons}, current)
        self._has_news.set()

    def _report(self) -> None:
        while True:
            self._has_news.clear()
            is_last = self._end.is_set()
            try:
                self._visit.report(self._key, *self._state)
            except NoAnswer as problem:
                if problem.status == GONE:
                    _tell(f"The teacher has taken you off the list of {self._visit.place}. The lesson goes on.")
                    return
                if not self._is_silent:
                    _tell(f"The workshop is silent ({problem}). The lesson goes on, and reports when it can.")
                self._is_silent = True
            else:
                self._is_silent = False
            if is_last:
                return
            # News wait for a moment, so that many come as one; and where nobody answers, for a while.
            self._end.wait(RETRY_SECONDS if self._is_silent else PAUSE_SECONDS)
            if not self._is_silent:
                self._has_news.wait(BEAT_SECONDS)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
