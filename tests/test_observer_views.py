"""What the Observer sees of the system, of all processes, and of one."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

import pytest
from in_process import idle, in_process, until, waiting
from observed import about, milliseconds, shelf, text

import pyex
from pyex import (
    Pid,
    Process,
    Task,
    become,
    receive,
    runtime_info,
    self,
    send,
    spawn,
)
from pyex.control_block import process_table
from pyex.observer import recording
from pyex.observer.looking import census
from pyex.observer.recording import load_samples
from pyex.observer.view import Refused, read


def row_of(pid: Pid, query: str = "limit=1000") -> dict[str, Any]:
    return next(row for row in read(f"processes?{query}")["rows"] if row["pid"] == text(pid))


def walk_off() -> None:
    receive()


# -- system and load


@in_process
def test_system_tells_what_runtime_info_tells() -> None:
    """The figures are those of runtime_info, with versions, tables, names, threads and processors beside."""
    Process.register(self(), "me")
    found = read("system")
    assert found["process_count"] == runtime_info("process_count")
    assert found["versions"]["pyex"] == pyex.__version__
    assert found["program"]["pid"] == os.getpid()
    assert found["names"] == 1
    assert found["threads"] >= threading.active_count() - 1
    assert found["messages"] == runtime_info("messages")
    json.dumps(found)


@in_process
def test_system_counts_the_processes_that_are_pyexs_own() -> None:
    """The runtime's own processes are counted apart: starting others does not add to them."""
    before = read("system")
    assert 0 < before["own_count"] < before["process_count"]
    idle()
    after = read("system")
    assert after["own_count"] == before["own_count"]
    assert after["process_count"] == before["process_count"] + 1


@in_process
def test_the_load_is_sampled_while_somebody_observes() -> None:
    """Each tick adds a sample, of rates per second; without an Observer there are none, and afterwards again."""
    assert read("load")["samples"] == []
    with recording.using():
        Process.sleep(round(load_samples.LEAST_SECONDS * 1000) + 10)
        for _ in range(3):
            recording.tick()
        found = read("load")
        assert len(found["samples"]) == 1, "ticks of two Observers are one"
        sample = dict(zip(found["fields"], found["samples"][0], strict=True))
        assert sample["processes"] == len(process_table)
        assert sample["memory"] > 1_000_000
        assert sample["switches"] >= 0 <= sample["cpu"]
        assert abs(sample["at"] - time.time() * 1000) < 5000
        json.dumps(found)
    assert read("load")["samples"] == []


def test_load_of_an_earlier_run_is_forgotten() -> None:
    """A runtime that is started later begins with an empty chart."""

    def first() -> None:
        recording.begin(user)
        Process.sleep(round(load_samples.LEAST_SECONDS * 1000) + 10)
        recording.tick()
        assert read("load")["samples"]

    def second() -> None:
        recording.begin(user)
        assert read("load")["samples"] == []

    user = object()
    pyex.run(first)
    pyex.run(second)
    recording.end(user)


# -- the table of processes


@in_process
def test_a_process_is_told_by_its_name_or_what_it_runs() -> None:
    """The label is the name where there is one; the class of a server, or the function, is told in any case."""
    plain = waiting(spawn(walk_off))
    server = shelf(0)
    Process.register(server, "shelf")
    assert row_of(plain)["label"] == row_of(plain)["what"] == "test_observer_views.walk_off/0"
    assert row_of(plain)["name"] is None
    assert (row_of(server)["label"], row_of(server)["name"], row_of(server)["what"]) == ("shelf", "shelf", "Shelf")


@in_process
def test_a_row_tells_what_process_info_tells() -> None:
    """Queue, memory, status and current function are those of Process.info."""
    pid = idle()
    for number in range(3):
        send(pid, number)
    waiting(pid)
    row = row_of(pid)
    told = Process.info(pid, ["memory", "message_queue_len", "status", "reductions"])
    assert row["memory"] == told["memory"]
    assert row["queue"] == told["message_queue_len"] == 3
    assert row["status"] == told["status"] == "waiting"
    assert row["current"] == "Process.sleep/1"
    assert row_of(waiting(shelf(0)))["current"] == "GenServer.loop/1"


@in_process
def test_who_is_registered_later_is_shown_by_the_name() -> None:
    """What is remembered of a process is not its name."""
    pid = idle()
    assert row_of(pid)["label"] != "late"
    Process.register(pid, "late")
    assert row_of(pid)["label"] == "late"


@in_process
def test_pyexs_own_processes_are_left_out_unless_asked_for() -> None:
    """own=1 shows the runtime's processes, marked; count is always that of all."""
    without, with_own = read("processes?limit=1000"), read("processes?limit=1000&own=1")
    assert without["count"] == with_own["count"] == with_own["total"] > without["total"]
    assert not any(row["own"] for row in without["rows"])
    assert {row["what"] for row in with_own["rows"] if row["own"]} >= {"logger.serve/0", "group_leader.serve/0"}


@in_process
def test_the_table_is_sorted_by_queue() -> None:
    """The longest queue first, and last with order=asc; of two alike the older is first."""
    pids = [idle() for _ in range(4)]
    for pid, length in zip(pids, (1, 5, 0, 5), strict=True):
        for _ in range(length):
            send(pid, "x")
    wanted = [text(pids[place]) for place in (1, 3, 0)]
    assert [row["pid"] for row in read("processes?sort=queue&limit=3")["rows"]] == wanted
    ascending = [row["queue"] for row in read("processes?sort=queue&order=asc&limit=1000")["rows"]]
    assert ascending == sorted(ascending)


@pytest.mark.parametrize("sort", ["pid", "label", "reductions", "rate", "memory", "current", "status"])
@in_process
def test_the_table_is_sorted_by_any_column(sort: str) -> None:
    """Each column sorts the rows by what it shows."""
    for each in (walk_off, lambda: Process.sleep("infinity")):
        waiting(spawn(each))
    shelf([1, 2])
    rows = read(f"processes?sort={sort}&order=asc&limit=1000&own=1")["rows"]
    shown = [row[sort] for row in rows]
    if sort == "pid":
        assert shown == sorted(shown, key=lambda pid: int(pid.split(".")[1]))
    elif sort == "status":
        # Those that wait and those that could run, of which one is the one that looks.
        assert [each == "waiting" for each in shown] == sorted([each == "waiting" for each in shown], reverse=True)
    else:
        assert shown == sorted(shown, key=lambda each: each.casefold() if isinstance(each, str) else each)


@in_process
def test_pages_of_the_table_hold_each_process_once() -> None:
    """offset and limit cut the same order into pages."""
    pids = [text(idle()) for _ in range(25)]
    pages = [read(f"processes?sort=pid&order=asc&offset={offset}&limit=10")["rows"] for offset in range(0, 40, 10)]
    found = [row["pid"] for page in pages for row in page]
    assert len(found) == len(set(found)) == read("processes")["total"]
    assert found[-25:] == pids


@pytest.mark.parametrize("search", ["SHELF", "main_shel", "Shelf", "GenServer.loop"])
@in_process
def test_search_finds_by_name_by_class_and_by_current_function(search: str) -> None:
    """A text in the name, in what it runs or in what it is doing finds a process, in large letters or small."""
    pid = shelf(0)
    Process.register(pid, "main_shelf")
    for _ in range(5):
        waiting(spawn(walk_off))
    found = read(f"processes?search={search}")
    assert [row["pid"] for row in found["rows"]] == [text(pid)]
    assert found["total"] == 1


@in_process
def test_search_finds_by_pid() -> None:
    """A pid is found as it is written, with and without its brackets."""
    pid = idle()
    for search in (text(pid), f"%23PID%3C{text(pid)}%3E"):
        assert text(pid) in [row["pid"] for row in read(f"processes?search={search}")["rows"]]
    assert read("processes?search=0.999999.0")["rows"] == []


@in_process
def test_a_process_that_computes_has_a_rate() -> None:
    """reductions per second since the last look, the same for all who look within a second."""

    def spin() -> None:
        while True:
            sum(range(100))

    pid = spawn(spin)
    read("processes")
    until(lambda: row_of(pid)["rate"] > 0)
    first = row_of(pid, "sort=rate&limit=5")["rate"]
    assert first == row_of(pid, "sort=label&limit=1000")["rate"] > 0
    assert row_of(pid)["reductions"] > 0
    assert read("processes?sort=rate&limit=1")["rows"][0]["pid"] == text(pid)


@in_process
def test_what_is_remembered_goes_with_the_dead() -> None:
    """Processes that come and go by the thousand leave nothing."""
    for _ in range(5):
        for pid in [spawn(lambda: None) for _ in range(1000)]:
            until(lambda pid=pid: not Process.alive(pid))  # type: ignore[misc]
        read("processes?search=x")
    idle()
    read("processes")
    assert len(census.whats()) < 4000


@pytest.mark.parametrize(
    "query",
    ["sort=colour", "order=up", "limit=0", "limit=1001", "offset=-1", "offset=x", "own=yes", f"search={'x' * 999}"],
)
@in_process
def test_a_wrong_query_is_refused_in_words(query: str) -> None:
    """It is said which word is wrong, and what may be written."""
    with pytest.raises(Refused, match=query.partition("=")[0]):
        read(f"processes?{query}")


@in_process
def test_ten_thousand_processes_are_no_burden() -> None:
    """Each sort and search of a table of 10,000 takes some milliseconds, and tells where it has not seen all."""
    for _ in range(10_000):
        spawn(walk_off)
    until(lambda: runtime_info("run_queue") == 0)
    read("processes")
    # Ten times what it takes alone, for others may have the machine.
    for query in ("limit=100", "limit=100&sort=label", "limit=100&sort=memory", "limit=100&search=zzz"):
        assert milliseconds(f"processes?{query}") < 150
    assert milliseconds("system") < 50
    found = read("processes?search=receive&limit=5")
    while found.get("partial"):
        found = read("processes?search=receive&limit=5")
    assert found["total"] >= 10_000


@in_process
def test_a_callable_with_a_will_of_its_own_spoils_nothing() -> None:
    """A process that runs an object which fails when it is asked for its name is shown by its class."""

    class Wild:
        def __getattr__(self, name: str) -> Any:
            raise ValueError(name) if name == "__qualname__" else AttributeError(name)

        def __call__(self) -> None:
            receive()

        def __deepcopy__(self, memo: object) -> Wild:
            return self

    pid = Process.spawn(Wild())
    assert "Wild" in row_of(pid)["label"]
    assert about(pid)["alive"]


@in_process
def test_views_answer_while_the_table_is_torn() -> None:
    """Processes that come and go while others look disturb no answer."""
    stop = time.monotonic() + 0.5

    def churn() -> None:
        if time.monotonic() < stop:
            spawn(lambda: None)
            spawn(lambda: Process.sleep(1))
            Process.sleep(0)
            become(churn)

    for _ in range(5):
        spawn(churn)

    def look(view: str) -> None:
        while time.monotonic() < stop:
            json.dumps(read(view))

    lookers = [Task.async_(look, f"processes?sort={sort}&search=0") for sort in ("label", "current", "memory")]
    for looker in lookers:
        Task.await_(looker, 10_000)
