"""A workshop's room and server, over real sockets."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lessons import BELLS

from pyex.observer.server.serving import listening
from pyex.repl.lesson.course import find
from pyex.repl.workshop import server as server_module
from pyex.repl.workshop.page import PAGE
from pyex.repl.workshop.room import MOST_LEARNERS, Refused, Room, offered
from pyex.repl.workshop.server import MOST_BYTES, Server

ADA, BERT = "a" * 16, "b" * 16


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A room where bells are taught."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "bells.md").write_text(BELLS)
    return Room([offered(find(tmp_path / "bells.md"))], clock)


@pytest.fixture
def server(room: Room) -> Iterator[Server]:
    """It serves on a free port."""
    made = Server(room, listening("127.0.0.1", 0), "127.0.0.1")
    made.start()
    yield made
    made.stop()


def ask(url: str, body: Any = None) -> tuple[int, str]:
    """The status and the text of the answer; a body makes it a POST."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def rows(url: str) -> list[dict[str, Any]]:
    """What the page shows of the learners."""
    found: list[dict[str, Any]] = json.loads(ask(f"{url}/progress")[1])["learners"]
    return found


# The room


def test_of_two_with_one_name_the_second_gets_a_number(room: Room) -> None:
    """And who comes back with the same key is the same learner, with the same name."""
    assert [room.join(ADA, "ada").name, room.join(BERT, "ada").name, room.join(ADA, "ada").name] == [
        "ada",
        "ada 2",
        "ada",
    ]
    assert len(room.shown()["learners"]) == 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  Ada \n Lovelace\x1b[31m", "Ada Lovelace [31m"),
        ("x" * 1000, "x" * 40),
        ("\u202eevil", "evil"),
        ("\0", "somebody"),
        (None, "somebody"),
        (["a"], "somebody"),
    ],
)
def test_names_are_one_short_line(room: Room, given: object, shown: str) -> None:
    """Nothing in them steers a terminal or turns the direction of writing."""
    assert room.join(ADA, given).name == shown


def test_only_tasks_of_the_lessons_count(room: Room) -> None:
    """Unknown lessons and titles, and what is no title, are left out."""
    room.join(ADA, "ada")
    room.report(ADA, {"bells": ["Crack it", "Crack it", "nonsense", 7, ["x"]], "other": ["x"]}, "bells")
    (row,) = room.shown()["learners"]
    assert row["done"] == [1] and row["at"] == "bells: Link the bell"


def test_when_somebody_was_last_heard_of(room: Room, clock: Clock) -> None:
    """In seconds."""
    room.join(ADA, "ada")
    clock.now += 90
    assert room.shown()["learners"][0]["heard"] == 90


def test_a_full_room(room: Room, clock: Clock) -> None:
    """One more is refused, and who is in it can come back."""
    for number in range(MOST_LEARNERS):
        clock.now += 1
        room.join(f"{number:016}", "x")
    clock.now += 1
    with pytest.raises(Refused, match="The room is full"):
        room.join(ADA, "ada")
    assert room.join(f"{0:016}", "x").name == "x"


def test_too_many_reports_are_refused_for_a_while(room: Room, clock: Clock) -> None:
    """Of one learner, who harms no other one."""
    room.join(ADA, "ada")
    room.join(BERT, "bert")
    for _ in range(20):
        room.report(ADA, {}, "")
    with pytest.raises(Refused, match="too often"):
        room.report(ADA, {}, "")
    room.report(BERT, {}, "")
    clock.now += 1
    room.report(ADA, {}, "")


# The server


def test_without_a_token_there_is_a_sentence(server: Server) -> None:
    """Whatever is asked for, the status is 403."""
    root = server.learners.rpartition("/")[0]
    for path in ("", "/", "/x", "/x/progress", "/x/y/z", "/favicon.ico", f"{server.learners[-10:-1]}", "/%00%ff"):
        status, text = ask(f"{root}/{path.lstrip('/')}")
        assert (status, text.startswith("This is a pyex workshop")) == (403, True), path
    assert ask(f"{root}/x/remove", {"number": 1})[0] == 403


def test_two_learners_are_on_the_page(server: Server) -> None:
    """Each with what they reported, and without their keys."""
    for key, name in ((ADA, "ada"), (BERT, "bert")):
        assert json.loads(ask(f"{server.learners}/join", {"key": key, "name": name})[1]) == {"name": name}
    ask(f"{server.learners}/report", {"key": ADA, "done": {"bells": ["Link the bell"]}, "current": "bells"})
    ada, bert = rows(server.learners)
    assert (ada["name"], ada["done"], ada["at"]) == ("ada", [1], "bells: Crack it")
    assert (bert["name"], bert["done"], bert["at"]) == ("bert", [0], "")
    assert ADA not in ask(f"{server.teacher}/progress")[1]


def test_only_the_teacher_removes_a_learner(server: Server) -> None:
    """Then reports are refused; who joins again comes in."""
    ask(f"{server.learners}/join", {"key": ADA, "name": "ada"})
    number = rows(server.teacher)[0]["number"]
    assert ask(f"{server.learners}/remove", {"number": number}) == (403, "Only the teacher can do this.\n")
    assert len(rows(server.teacher)) == 1
    assert ask(f"{server.teacher}/remove", {"number": number})[0] == 200
    assert rows(server.teacher) == []
    assert ask(f"{server.learners}/report", {"key": ADA, "done": {}})[0] == 410
    assert ask(f"{server.teacher}/remove", {"number": number})[0] == 404
    ask(f"{server.learners}/join", {"key": ADA, "name": "ada"})
    assert len(rows(server.teacher)) == 1


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("join", b"{", 400),
        ("join", b"\xff", 400),
        ("join", b"[" * 60000, 400),
        ("join", b"[]", 400),
        ("join", {"name": "no key"}, 400),
        ("join", {"key": "short", "name": "x"}, 400),
        ("join", {"key": [1], "name": "x"}, 400),
        ("join", b"x" * (MOST_BYTES + 1), 413),
        ("report", {"key": "unknown_unknown_"}, 410),
        ("report", {"key": ADA, "done": "x"}, 400),
        ("progress", {}, 405),
    ],
)
def test_hostile_requests_are_refused(server: Server, what: str, body: object, status: int) -> None:
    """With a status, and the server goes on."""
    ask(f"{server.learners}/join", {"key": ADA, "name": "ada"})
    assert ask(f"{server.learners}/{what}", body)[0] == status
    assert [row["name"] for row in rows(server.learners)] == ["ada"]


def test_a_body_that_never_ends_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is limited."""
    monkeypatch.setattr(server_module, "SECONDS", 0.2)
    port, path = re.search(r":(\d+)(/.+)", server.learners).groups()  # type: ignore[union-attr]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as connection:
        connection.sendall(f"POST {path}/join HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx".encode())
        assert b" 408 " in connection.recv(1000)


def test_the_page_lets_nothing_else_run(server: Server) -> None:
    """Its policy names its own script and style; it is the same text whoever is in the room."""
    ask(f"{server.learners}/join", {"key": ADA, "name": "<script>alert(1)</script>"})
    with urllib.request.urlopen(server.learners, timeout=20) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.read().decode() == PAGE
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert "innerHTML" not in PAGE and "http" not in PAGE


def test_it_ends(room: Room) -> None:
    """Soon, with the thread, and the port is free then."""
    made = Server(room, listening("127.0.0.1", 0), "127.0.0.1")
    made.start()
    assert ask(made.teacher)[0] == 200
    made.stop()
    assert "pyex workshop" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(urllib.error.URLError):
        ask(made.teacher)
