"""Views that are sent as they change: read once for all who look, and never queued for who does not read."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from in_process import in_process, until
from observer_client import Client, events, start, view_named
from program import PATIENCE

from pyex import Process, blocking, observer, receive, self, send
from pyex.observer.server import stream
from pyex.observer.view import Refused

QUICK = "interval=200"


class Counted:
    """A view that counts how often it is read."""

    def __init__(self, padding: int = 0) -> None:
        self.reads = 0
        self.padding = "x" * padding

    def __call__(self, rest: str, query: dict[str, str]) -> dict[str, Any]:
        self.reads += 1
        return {"number": self.reads, "rest": rest, "padding": self.padding}


@pytest.fixture
def counted() -> Iterator[Counted]:
    view = Counted()
    with view_named("counted", view):
        yield view


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    observer.stop()


def first(connection: socket.socket, count: int) -> list[dict[str, Any]]:
    """So many events, as they come."""
    found = events(connection)
    return [blocking(next, found) for _ in range(count)]


@in_process
def test_views_come_again_and_again(counted: Counted) -> None:
    """Each event names the view as it was asked for, and has its newest answer."""
    client = start()
    with client.streaming(f"view=counted/a%3Fx%3D1&view=system&{QUICK}") as connection:
        found = first(connection, 6)
    ours = [each["data"]["number"] for each in found if each["view"] == "counted/a?x=1"]
    assert ours == [*range(1, len(ours) + 1)]
    assert {"counted/a?x=1", "system"} == {each["view"] for each in found}
    assert found[0]["data"].keys() >= {"at"}


@in_process
def test_a_view_is_read_once_however_many_look(counted: Counted) -> None:
    """Ten viewers of the same see the same answers: none was read for one of them alone."""
    client = start()
    with ExitStack() as opened:
        viewers = [opened.enter_context(client.streaming(f"view=counted&{QUICK}")) for _ in range(10)]
        seen = [[each["data"]["number"] for each in first(viewer, 4)] for viewer in viewers]
        newest = max(numbers[-1] for numbers in seen)
        assert all(numbers == sorted(set(numbers)) for numbers in seen)
        assert counted.reads <= newest + 2


@in_process
def test_the_same_view_asked_for_twice_comes_once(counted: Counted) -> None:
    """In one stream, too."""
    client = start()
    with client.streaming(f"view=counted&view=counted&{QUICK}") as connection:
        assert [each["data"]["number"] for each in first(connection, 3)] == [1, 2, 3]


@in_process
def test_who_asks_for_it_less_often_gets_it_less_often(counted: Counted) -> None:
    """The interval is that of the stream."""
    client = start()
    with client.streaming("view=counted&interval=60000") as rare, client.streaming(f"view=system&{QUICK}") as often:
        first(rare, 1)
        first(often, 4)
        assert counted.reads == 1


@in_process
def test_what_cannot_be_shown_is_an_event_too() -> None:
    """A view that there is not, and one that has gone, tell so with HTTP's status; the others go on."""

    def read(rest: str, query: dict[str, str]) -> dict[str, Any]:
        raise Refused("it has gone", 410)

    with view_named("gone", read):
        client = start()
        with client.streaming(f"view=nothing&view=gone&view=system&{QUICK}") as connection:
            found = {each["view"]: each for each in first(connection, 6)}
    assert found["nothing"]["status"] == 404
    assert "there is no view 'nothing'" in found["nothing"]["error"]
    assert found["gone"] == {"view": "gone", "error": "it has gone", "status": 410}
    assert "node" in found["system"]["data"]


@in_process
def test_who_does_not_read_costs_no_memory_and_no_reading() -> None:
    """For a viewer who has stopped reading nothing is queued, and when nobody takes a view it is not even read. Who
    begins to read again soon has the newest."""
    view = Counted(padding=1_000_000)
    with view_named("counted", view):
        client = start()
        with client.streaming(f"view=counted&{QUICK}", receive_buffer=64 * 1024) as lazy:
            with client.streaming(f"view=system&{QUICK}") as diligent:
                told = events(diligent)
                # What is read for him does not fit into the buffers on the way.
                until(lambda: view.reads == 1)
                for _ in range(10):
                    blocking(next, told)
                assert view.reads <= 2
            with client.streaming(f"view=counted&{QUICK}") as reader:
                newest = first(reader, 5)[-1]["data"]["number"]
            assert newest >= 4
            # One that was on its way, one that was to follow, and then the newest: those between were never sent.
            numbers = [each["data"]["number"] for each in first(lazy, 3)]
            assert numbers[1] <= 2
            assert numbers[2] >= newest


@in_process
def test_who_is_gone_is_noticed(counted: Counted) -> None:
    """What nobody looks at any more is not read."""
    client = start()
    for _ in range(3):
        with client.streaming(f"view=counted&{QUICK}") as connection:
            first(connection, 2)
    with client.streaming(f"view=system&{QUICK}") as other:
        told = events(other)
        for _ in range(2):
            blocking(next, told)
        before = counted.reads
        for _ in range(4):
            blocking(next, told)
        assert counted.reads == before


@in_process
def test_there_is_an_end_to_how_many_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """One stream too many is refused with a sentence; when one is closed there is room again."""
    monkeypatch.setattr(stream, "MOST_STREAMS", 2)
    client = start()
    with client.streaming(f"view=system&{QUICK}") as one, client.streaming(f"view=system&{QUICK}") as two:
        first(one, 1)
        first(two, 1)
        refused = blocking(client.get, f"/api/stream?view=system&{QUICK}")
        assert (refused.status, refused.json["error"]) == (503, "at most 2 streams are open at once: close one")
    until(lambda: b" 200 " in blocking(_status_line, client))


def _status_line(client: Client) -> bytes:
    with client.streaming(f"view=system&{QUICK}") as connection:
        return connection.recv(100)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "from 1 to 12 views"),
        ("&".join(["view=system"] * 13), "from 1 to 12 views"),
        ("view=system&interval=199", "interval is a number from 200 to 60000"),
        ("view=system&interval=99999999999999999999", "interval is a number"),
        ("view=system&interval=-1", "interval is a number"),
        ("view=system&interval=", "interval is a number"),
    ],
)
@in_process
def test_a_stream_that_cannot_be_is_refused(query: str, text: str) -> None:
    """With what to write instead."""
    found = blocking(start().get, f"/api/stream?{query}")
    assert found.status == 400
    assert text in found.json["error"]


@in_process
def test_a_view_that_waits_holds_up_no_other() -> None:
    """Who asks other processes has a process of his own; the system's figures come meanwhile."""
    me = self()

    def read(rest: str, query: dict[str, str]) -> dict[str, Any]:
        send(me, self())
        receive("go on")
        return {}

    with view_named("waiting", read), pytest.MonkeyPatch.context() as patch:
        patch.setattr("pyex.observer.collector.SLOW", ("waiting",))
        client = start()
        with client.streaming(f"view=waiting&view=system&{QUICK}") as connection:
            assert [each["view"] for each in first(connection, 3)] == ["system"] * 3
            Process.exit(receive(after=PATIENCE * 1000), "kill")


@in_process
def test_a_view_that_does_not_come_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks hears that the runtime does not answer, and is not left in the dark."""
    monkeypatch.setattr(stream, "SECONDS", 0.05)
    with view_named("endless", lambda rest, query: Process.sleep("infinity")):
        client = start()
        with client.streaming(f"view=endless&{QUICK}") as connection:
            told = {"view": "endless", "error": "the runtime did not answer in time", "status": 504}
            assert first(connection, 2) == [told, told]


@in_process
def test_a_busy_program_is_seen_too() -> None:
    """Processes that never wait do not keep the figures from coming."""
    from pyex import spawn

    def spin() -> None:
        while True:
            pass

    client = start()
    for _ in range(5):
        spawn(spin)
    with client.streaming(f"view=system&{QUICK}") as connection:
        assert len(first(connection, 5)) == 5
