"""A learner's side of a workshop: what its server is asked for.

    visit = Visit(url)                  # raises BadAddress
    lessons = visit.lessons()           # raises NoAnswer
    name = visit.join(key, "ada")

What comes from there is checked: it is another machine, and perhaps no workshop. Each request has five seconds.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from pyex.repl.workshop.room import clean_name

SECONDS = 5.0
MOST_BYTES = 4 * 1024 * 1024
MOST_LESSONS = 200

_FILE = re.compile(r"\w[\w .-]{0,80}\.(md|pyex)")
_LESSON = re.compile(r"\w[\w .-]{0,80}")
_SENTENCE = 200


class BadAddress(Exception):
    """What is no address of a workshop."""


class NoAnswer(Exception):
    """The server gave no answer that can be used; `status` is that of HTTP, 0 where there was none."""

    def __init__(self, problem: str, status: int = 0) -> None:
        super().__init__(problem)
        self.status = status


@dataclass(frozen=True)
class Received:
    """A lesson as it came."""

    name: str
    file: str
    text: str
    is_course: bool


class Visit:
    """A workshop at an address."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadAddress(f"{url}: {error}") from None
        token = parts.path.strip("/")
        is_whole = parts.hostname and re.fullmatch(r"[\w-]+", token, re.ASCII)
        if parts.scheme != "http" or not is_whole or parts.query or parts.fragment or parts.username is not None:
            raise BadAddress(f"{url}: the address of a workshop is like http://192.168.1.7:8000/k3vx92qafm")
        assert parts.hostname is not None
        self.host = parts.hostname
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.place = f"{shown}:{port}" if port else shown
        self._base = f"http://{self.place}/{token}"
        # The workshop is near: no proxy, and nothing that it sends leads elsewhere.
        self._opener = build_opener(ProxyHandler({}), _NoRedirects)

    def lessons(self) -> list[Received]:
        """What is taught there. Raises `NoAnswer`."""
        found = self._ask("lessons")
        sent = found.get("lessons")
        if found.get("workshop") != 1 or not isinstance(sent, list) or not 0 < len(sent) <= MOST_LESSONS:
            raise self._nonsense()
        return [self._received(each) for each in sent]

    def join(self, key: str, name: str) -> str:
        """Come in. Returns the name that one has there. Raises `NoAnswer`."""
        return clean_name(self._ask("join", {"key": key, "name": name}).get("name"))

    def report(self, key: str, done: dict[str, list[str]], current: str) -> None:
        """Tell what is done. Raises `NoAnswer`."""
        self._ask("report", {"key": key, "done": done, "current": current})

    def _received(self, sent: Any) -> Received:
        if isinstance(sent, dict):
            name, file, text = (sent.get(what) for what in ("name", "file", "text"))
            are_texts = isinstance(name, str) and isinstance(file, str) and isinstance(text, str)
            # The file's name is used here: it must not lead out of the folder.
            if are_texts and _LESSON.fullmatch(str(name)) and _FILE.fullmatch(str(file)):
                return Received(str(name), str(file), str(text), sent.get("course") is True)
        raise self._nonsense()

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._base}/{what}", data, {"Content-Type": "application/json"})
        answer = _within(SECONDS, lambda: self._answer(request))
        if isinstance(answer, NoAnswer):
            raise answer
        try:
            found = json.loads(answer)
        except (ValueError, RecursionError):
            raise self._nonsense() from None
        if not isinstance(found, dict):
            raise self._nonsense()
        return found

    def _answer(self, request: Request) -> bytes | NoAnswer:
        try:
            with self._opener.open(request, timeout=SECONDS) as response:
                data: bytes = response.read(MOST_BYTES + 1)
        except HTTPError as error:
            with error:
                return self._refused(error)
        except TimeoutError:
            return NoAnswer(f"{self.place} does not answer")
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(error, http.client.HTTPException):
                return self._nonsense()
            why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            return NoAnswer(f"{self.place} cannot be reached: {one_line(why)}")
        return data if len(data) <= MOST_BYTES else self._nonsense()

    def _refused(self, error: HTTPError) -> NoAnswer:
        try:
            sentence = one_line(error.read(4 * _SENTENCE).decode(errors="replace"))
        except (OSError, http.client.HTTPException):
            sentence = ""
        if error.code == 403:
            return NoAnswer(f"{self.place} does not know this address: ask your teacher for the whole one", 403)
        if not 400 <= error.code < 600:
            return self._nonsense()
        return NoAnswer(f"{self.place} refuses: {sentence or error.code}", error.code)

    def _nonsense(self) -> NoAnswer:
        return NoAnswer(f"{self.place} answers, but not as a workshop of pyex does")


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def one_line(text: str) -> str:
    """A text of another machine as it may be printed here."""
    printable = "".join(each if each.isprintable() else " " for each in text[:_SENTENCE])
    return " ".join(printable.split())


def _within(seconds: float, call: Callable[[], bytes | NoAnswer]) -> bytes | NoAnswer:
    """What a call returns, if it does so in time: a server that sends a byte now and then would hold it for ever."""
    answers: SimpleQueue[bytes | NoAnswer] = SimpleQueue()
    Thread(target=lambda: answers.put(call()), name="pyex workshop request", daemon=True).start()
    try:
        return answers.get(timeout=seconds + 0.5)
    except Empty:
        return NoAnswer("the workshop does not answer")
