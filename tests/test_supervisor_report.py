"""The reports of supervisors: SASL's, as data and in OTP's words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from in_process import until
from supervised import Worker, a_process, kill, running, started, started_again, worker_spec

from pyex import Logger, Process, exit, ok, receive, self, send
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


class Kept(logging.Handler):
    """Keeps the records of supervisors."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        report = getattr(record, "report", None)
        if report is not None and report["label"][0] == "supervisor":
            self.records.append(record)

    def labels(self) -> list[str]:
        return [record.report["label"][1] for record in self.records]

    def wait(self, *labels: str) -> list[Any]:
        """The records, when the last ones have these labels."""
        until(lambda: self.labels()[-len(labels) :] == list(labels))
        return self.records


@pytest.fixture
def log() -> Iterator[Kept]:
    handler = Kept()
    sasl = logging.getLogger("pyex.sasl")
    level = sasl.level
    sasl.setLevel(logging.DEBUG)
    sasl.addHandler(handler)
    yield handler
    sasl.removeHandler(handler)
    sasl.setLevel(level)


@pytest.mark.process
def test_a_child_that_starts_ends_and_is_one_too_many(log: Kept) -> None:
    """progress, child_terminated, progress, child_terminated, shutdown: OTP's words."""
    Process.flag("trap_exit", True)
    supervisor = started([worker_spec("w", trap=False)], name="my_sup", max_restarts=1)
    first = Process.whereis("w")
    kill("w")
    started_again("w", "w")
    second = Process.whereis("w")
    kill("w")
    receive(("EXIT", supervisor, ...), after=5000)
    records = log.wait("progress", "child_terminated", "progress", "child_terminated", "shutdown")
    call = f"Worker.start_link(('w', {self()!r}, {{'trap': False}}))"
    rest = f"\nStart Call: {call}\nRestart: 'permanent'\nShutdown: 5000\nType: 'worker'"
    assert [record.getMessage() for record in records] == [
        f"Child 'w' of Supervisor 'my_sup' started\nPid: {first!r}{rest}",
        f"Child 'w' of Supervisor 'my_sup' terminated\n** (exit) killed\nPid: {first!r}{rest}",
        f"Child 'w' of Supervisor 'my_sup' started\nPid: {second!r}{rest}",
        f"Child 'w' of Supervisor 'my_sup' terminated\n** (exit) killed\nPid: {second!r}{rest}",
        f"Child 'w' of Supervisor 'my_sup' caused shutdown\n** (exit) 'reached_max_restart_intensity'{rest}",
    ]
    assert [record.levelname for record in records] == ["INFO", "ERROR", "INFO", "ERROR", "ERROR"]


@pytest.mark.process
def test_the_report_as_data(log: Kept) -> None:
    """OTP's keys."""
    supervisor = started([worker_spec("w")])
    pid = Process.whereis("w")
    kill("w")
    report = log.wait("progress", "child_terminated", "progress")[1].report["report"]
    offender = report.pop("offender")
    assert report["errorContext"] == "child_terminated" and report["reason"] == "killed"
    assert report["supervisor"][0] == supervisor
    assert offender.pop("mfargs")[:2] == (Worker, "start_link")
    assert offender == {
        "pid": pid, "id": "w", "restart_type": "permanent", "significant": False, "shutdown": 5000,
        "child_type": "worker",
    }  # fmt: skip
    assert log.records[0].report["report"]["started"]["pid"] == pid


@pytest.mark.process
def test_a_supervisor_without_name_is_shown_with_its_module(log: Kept) -> None:
    """Elixir's: #PID<…> (Supervisor.Default), or the user's class."""

    class Tree(Supervisor):
        @staticmethod
        def init(arg: Any) -> Any:
            return Supervisor.init([arg], strategy="one_for_one")

    pid = ok(Supervisor.start_link(Tree, worker_spec("w")))
    assert f"of Supervisor {pid!r} (" in log.wait("progress")[0].getMessage()
    assert "Tree) started" in log.records[0].getMessage()
    pid = started([worker_spec("v")])
    assert f"of Supervisor {pid!r} (Supervisor.Default) started" in log.wait("progress", "progress")[1].getMessage()


@pytest.mark.process
def test_a_child_that_cannot_be_started(log: Kept) -> None:
    """start_error: what it raised, or what it returned."""
    Process.flag("trap_exit", True)

    def fail() -> Any:
        raise ValueError("oops")

    for start in (fail, lambda: ("error", "nope"), lambda: exit("boom")):
        Supervisor.start_link([running(start)], strategy="one_for_one")
    texts = [record.getMessage() for record in log.wait("start_error", "start_error", "start_error")]
    assert "failed to start\n** (exit) an exception was raised:\n    ** (ValueError) oops" in texts[0]
    assert "failed to start\n** (exit) 'nope'\nStart Call: " in texts[1]
    assert "failed to start\n** (exit) 'boom'\nStart Call: " in texts[2]
    assert not any("Pid:" in text for text in texts)


@pytest.mark.process
def test_a_child_that_had_to_be_killed(log: Kept) -> None:
    """shutdown_error."""
    supervisor = started([worker_spec("w", {"shutdown": 10}, trap=True, slow=5000)])
    Supervisor.stop(supervisor)
    assert "shut down abnormally\n** (exit) killed\nPid: " in log.wait("shutdown_error")[-1].getMessage()


@pytest.mark.process
def test_ends_that_are_expected_are_not_reported(log: Kept) -> None:
    """A transient child that has done its work, one that is terminated, brutal_kill."""
    supervisor = started(
        [worker_spec("a", {"restart": "transient"}), worker_spec("b"), worker_spec("c", {"shutdown": "brutal_kill"})]
    )
    GenServer.call("a", ("stop", "normal"))
    Supervisor.stop(supervisor)
    assert log.wait("progress", "progress", "progress") and len(log.records) == 3


@pytest.mark.process
def test_a_dynamic_supervisor_reports_without_ids(log: Kept) -> None:
    """The start call shows the extra arguments, and no arguments where they were not kept."""
    supervisor = ok(DynamicSupervisor.start_link(name="dyn", extra_arguments=[1]))
    for restart in ("permanent", "temporary"):
        spec = {"id": 7, "start": (anything, [2]), "restart": restart}
        pid = ok(DynamicSupervisor.start_child(supervisor, spec))
        Process.exit(pid, "kill")
    texts = [record.getMessage() for record in log.wait("child_terminated", "child_terminated")]
    assert texts[0].startswith("Child 'undefined' of Supervisor 'dyn' terminated\n** (exit) killed\nPid: ")
    assert "\nStart Call: anything(1, 2)\n" in texts[0] and "\nStart Call: anything/?\n" in texts[1]


def anything(*arguments: Any) -> Any:
    return a_process()


@pytest.mark.process
def test_an_unexpected_message_is_logged_without_being_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """Both kinds say who got it."""
    supervisor = started([])
    dynamic = ok(DynamicSupervisor.start_link())
    for pid in (supervisor, dynamic):
        send(pid, "what")
    until(lambda: len(caplog.records) == 2)
    assert [record.getMessage() for record in caplog.records] == [
        "Supervisor received unexpected message: 'what'\n",
        "DynamicSupervisor received unexpected message: 'what'\n",
    ]
    assert all(record.name == "pyex" and record.levelname == "ERROR" for record in caplog.records)


@pytest.mark.process
def test_the_reports_are_hidden_unless_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """A restart prints nothing."""
    started([worker_spec("w")])
    kill("w")
    started_again("w", "w")
    Logger.flush()
    assert caplog.records == []
