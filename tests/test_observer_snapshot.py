"""Snapshots of the Observer: all of it as a file, taken while the program goes on."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from in_process import idle, in_process, until

from pyex import Process, Supervisor, ets, observer, receive, self, send, spawn
from pyex.errors import NotRunning
from pyex.observer import recording
from pyex.observer.recording import tracing
from pyex.observer.snapshot_window import read_snapshot
from pyex.observer.view import read, snapshot


def text(pid: object) -> str:
    return repr(pid).removeprefix("#PID<").removesuffix(">")


@in_process
def test_a_snapshot_holds_every_view() -> None:
    """Processes and their details, trees, tables and their contents, load, log, and what was traced."""
    with recording.using():
        pid = idle()
        Process.register(pid, "somebody")
        _, supervisor = Supervisor.start_link([], strategy="one_for_one")
        ets.new("fruits", ["named_table"])
        ets.insert("fruits", ("apple", 3))
        tracing.trace([pid])
        send(pid, "hello")
        until(lambda: read("trace")["last"] == 1)
        data = read("snapshot")
    views = data["views"]
    assert data["pyex_snapshot"] == 1 and data["node"] == views["system"]["node"]
    assert text(pid) in [row["pid"] for row in views["processes"]["rows"]]
    assert views["process"][text(pid)]["name"] == "somebody"
    assert text(supervisor) in json.dumps(views["applications"])
    assert views["table"]["fruits"]["rows"] == [["'apple'", "3"]]
    assert [event["short"] for event in views["trace"]["events"]] == ["'hello'"]
    assert {"samples", "fields"} <= set(views["load"]) and "events" in views["log"]
    assert set(data["left_out"].values()) == {0}


@in_process
def test_it_is_written_to_a_file_that_can_be_opened(tmp_path: Path) -> None:
    """What is written is what the page opens; nothing else is left there."""
    path = tmp_path / "before.json"
    path.write_text("something older")
    assert observer.snapshot(path) == str(path)
    assert json.loads(read_snapshot(str(path)))["views"]["process"][text(self())]["alive"]
    assert [each.name for each in tmp_path.iterdir()] == ["before.json"]


@in_process
def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """No file is left behind."""
    with pytest.raises(OSError):
        observer.snapshot(tmp_path / "no folder" / "x.json")
    with pytest.raises(ValueError, match=r"before\.json"):
        observer.snapshot(3)  # type: ignore[arg-type]
    assert [*tmp_path.iterdir()] == []


def test_there_is_none_without_a_runtime(tmp_path: Path) -> None:
    """Nobody runs whom it could show."""
    with pytest.raises(NotRunning):
        observer.snapshot(tmp_path / "x.json")
    assert [*tmp_path.iterdir()] == []


@in_process
def test_the_program_goes_on_while_many_processes_are_read() -> None:
    """Of 5,000 processes all are there, a thousand with their details; and others are not kept waiting for long."""
    for _ in range(5_000):
        spawn(receive)
    longest = [0.0]

    def clock() -> None:
        while True:
            before = monotonic()
            Process.sleep(5)
            longest[0] = max(longest[0], monotonic() - before)

    ticking = spawn(clock)
    begun = monotonic()
    data = read_in_high_priority()
    seconds = monotonic() - begun
    Process.exit(ticking, "kill")
    assert len(data["views"]["processes"]["rows"]) >= 5_000
    assert len(data["views"]["process"]) == snapshot.MOST_DETAILED or seconds > snapshot.MOST_SECONDS
    assert data["left_out"]["process"] >= 4_000
    assert longest[0] < 1.0


def read_in_high_priority() -> dict[str, Any]:
    """As the Observer's own process reads it."""
    found: list[dict[str, Any]] = []

    class Result:
        def __deepcopy__(self, memo: object) -> Result:
            return self

        def put(self, data: dict[str, Any]) -> None:
            found.append(data)

    def work(result: Result) -> None:
        result.put(read("snapshot"))

    _, reference = Process.spawn(work, ["monitor", ("priority", "high")], (Result(),))
    receive(("DOWN", reference, ..., ..., ...), after=60_000)
    (data,) = found
    return data


@in_process
def test_a_snapshot_has_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes with megabytes in their mailboxes are cut, and then left out and counted."""
    monkeypatch.setattr(snapshot, "MOST_CHARACTERS", 200_000)
    for _ in range(20):
        pid = idle()
        for number in range(30):
            send(pid, [str(number) * 3_000] * 10)
    data = read("snapshot")
    assert len(json.dumps(data)) < 4_000_000
    assert data["left_out"]["process"] > 0


@in_process
def test_a_view_that_fails_is_missing_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot without its log is better than none."""

    def fails(rest: str, query: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pyex.observer.view.log.read", fails)
    views = read("snapshot")["views"]
    assert views["log"] is None and views["system"]["node"]
