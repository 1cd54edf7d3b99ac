"""Programs and clients that mean the Observer ill: it shows them, or refuses them, and stays there for the others."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from browser import Page
from in_process import in_process, until
from observed import text
from observed_program import observed
from observer_client import Client, start
from program import PATIENCE

from pyex import Pid, blocking, observer, receive, spawn
from pyex.observer.server import brief_protocol, stream
from pyex.observer.view import Refused, read


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """Every test leaves no Observer behind."""
    yield
    observer.stop()


def row_of(pid: Pid) -> dict[str, Any]:
    return next(row for row in read("processes?limit=1000")["rows"] if row["pid"] == text(pid))


# Programs


class Told:
    """Whose code runs when somebody wants it as a text."""

    def __init__(self) -> None:
        self.times = 0

    def __deepcopy__(self, memo: dict[int, object]) -> Told:
        return self

    def __str__(self) -> str:
        self.times += 1
        return "told"

    __repr__ = __str__


@in_process
def test_a_callable_whose_module_is_an_object_is_shown_without_its_code() -> None:
    """Looking runs none of the program's code, also where a callable says what it likes of itself."""
    module = Told()

    class Waiter:
        __module__ = module  # type: ignore[assignment]

        def __call__(self) -> None:
            receive()

        def __deepcopy__(self, memo: dict[int, object]) -> Any:
            return self

    pid = spawn(Waiter())
    assert "Waiter" in row_of(pid)["what"]
    assert read(f"process/{text(pid)}")["alive"]
    assert read("applications")["roots"]
    assert module.times == 0


@in_process
def test_a_function_whose_file_says_it_is_an_object_is_shown_without_its_code() -> None:
    """The same where the globals of a function call their module something that is no text."""
    name = Told()
    waits: Any = FunctionType((lambda: receive()).__code__, {"__name__": name, "receive": receive})
    pid = spawn(waits)
    until(lambda: row_of(pid)["status"] == "waiting")
    assert read(f"process/{text(pid)}")["stack"]
    assert name.times == 0


@in_process
def test_a_function_with_a_name_of_100_000_characters_is_cut() -> None:
    """What a process is doing is one line, and nothing in it moves the cursor of a terminal."""

    def waits() -> None:
        receive()

    waits.__qualname__ = "\x1b[2J\n" + 100_000 * "q"
    pid = spawn(waits)
    row = row_of(pid)
    found = read(f"process/{text(pid)}")
    for name in (row["current"], row["what"], found["current"], found["initial_call"]):
        assert len(name) < 600 and name.isprintable()


# Addresses


@pytest.mark.parametrize("number", [10_000 * "9", "0" * 20 + "5000", "²", "-1", "1e3"])
@in_process
def test_a_number_that_is_none_is_refused_in_words(number: str) -> None:
    """However long it is, and however it is written; and no zeros before it let a bigger one through."""
    for view in ("processes?limit=", "processes?offset=", "log?after=", "load?last="):
        with pytest.raises(Refused) as refused:
            read(view + number)
        assert (refused.value.status, len(str(refused.value)) < 200) == (400, True)


# Clients


@in_process
def test_of_200_streams_asked_for_at_once_only_so_many_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds also for those that come in the same moment."""
    monkeypatch.setattr(stream, "MOST_STREAMS", 20)
    assert blocking(_opened, start(), 200) == 20


def _opened(client: Client, asked: int) -> int:
    with ExitStack() as stack:
        connections = [stack.enter_context(client.streaming("view=system")) for _ in range(asked)]
        return sum(connection.recv(12) == b"HTTP/1.1 200" for connection in connections)


BEGUN = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
REFUSED = "POST /api/act/exit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize("said", ["", BEGUN, REFUSED], ids=["nothing", "half a request", "a body without end"])
@in_process
def test_who_holds_a_connection_for_nothing_is_hung_up_on(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also who says a little now and then; who has no token cannot keep the others out that way."""
    monkeypatch.setattr(brief_protocol, "SECONDS", 0.2)
    assert blocking(_is_hung_up_on, start(), said)


def _is_hung_up_on(client: Client, said: str) -> bool:
    end = time.monotonic() + PATIENCE
    with client.connected() as connection:
        connection.settimeout(0.02)
        connection.sendall(said.encode())
        while time.monotonic() < end:
            try:
                if said:
                    connection.sendall(b"X: y\r\n")
                if connection.recv(10_000) == b"":
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
    return False


@in_process
def test_who_looks_for_long_is_not_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream says nothing to the server after its request, and goes on."""
    monkeypatch.setattr(brief_protocol, "SECONDS", 0.2)
    with start().streaming("view=system&interval=200") as connection:
        seen = b""
        while seen.count(b"event: view") < 4:
            seen += blocking(connection.recv, 100_000)
            assert seen


@in_process
def test_600_connections_take_no_more_of_the_programs_files_than_its_limit() -> None:
    """Anybody on the machine can connect; the program needs its file descriptors. Afterwards it answers as before."""
    client = start()
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    connections: list[socket.socket] = []
    try:
        for _ in range(600):
            connections.append(blocking(client.connected))
        if before:
            most = before + len(connections) + 256 + 20
            until(lambda: len(os.listdir("/proc/self/fd")) < most)
    finally:
        for connection in connections:
            connection.close()

    def answers() -> bool:
        try:
            return blocking(client.get, "/api/system").status == 200
        except OSError:
            return False

    until(answers)


# Files


@pytest.mark.parametrize(
    ("damaged", "why"),
    [
        ({"node": "n" * 100_000}, "the name of its node is too long"),
        ({"views": {"load": {"fields": ["at"], "samples": [["<b>", 1e308, {}]]}}}, "a sample of the load is no list"),
        ({"views": {"load": {"fields": ["at"], "samples": ["1"]}}}, "a sample of the load is no list"),
    ],
)
def test_a_snapshot_that_nothing_can_draw_is_refused_in_words(
    page: Page, tmp_path: Path, damaged: dict[str, Any], why: str
) -> None:
    """Whoever wrote the file: the page says what is wrong with it, and goes on to show the program."""
    file = tmp_path / "damaged.json"
    file.write_text(json.dumps({"pyex_snapshot": 1, "node": "nonode@nohost", "at": 1, "views": {}, **damaged}))
    with observed("") as program:
        page.open(program.url)
        page.click("#snapshot")
        page.run("return document.querySelector('#snapshot-open-file')").send_keys(str(file))
        page.see("[data-notice=error]", f"damaged.json is damaged: {why}")
        page.see("#status-connection[data-state=live]")
