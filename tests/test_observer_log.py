"""What the Observer keeps of the log."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from in_process import in_process, messages, until
from program import program

import pyex
from pyex import GenServer, Logger, Process, Supervisor, exit, self, send, spawn
from pyex.observer import recording
from pyex.observer.recording import log_book
from pyex.observer.view import Refused, read
from pyex.otp.report.config import taps
from pyex.testing import capture_log


def events(after: int = 0) -> list[dict[str, Any]]:
    """What has been kept, once all that was logged so far has been handled."""
    Logger.flush()
    found = read(f"log?after={after}")
    json.dumps(found)
    return list(found["events"])


def texts() -> list[str]:
    return [event["text"] for event in events()]


class Worker(GenServer):
    """A server that ends in whatever way it is told."""

    @staticmethod
    def start_link(arg: Any) -> Any:
        return GenServer.start_link(Worker, arg)

    @staticmethod
    def init(arg: Any) -> Any:
        return ("ok", arg)

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        raise ValueError("it broke")


@in_process
def test_what_is_logged_is_kept_while_somebody_observes() -> None:
    """Logger's messages with their level, time and process; those from before and after are not kept."""
    Process.register(self(), "me")
    Logger.info("before")
    Logger.flush()
    with recording.using():
        Logger.notice("a user came")
        (event,) = events()
        assert (event["seq"], event["level"], event["text"], event["label"]) == (1, "notice", "a user came", "me")
        assert event["pid"] == repr(self())[5:-1]
        assert event["at"] > 1_700_000_000_000
    assert {**read("log"), "at": 0} == {"at": 0, "last": 0, "left_out": 0, "events": []}


@in_process
def test_plain_logging_is_kept_too() -> None:
    """Records of Python's logging come, as far as their loggers let them through."""
    with recording.using():
        logging.getLogger("shop").warning("only %d left", 3)
        assert texts() == ["only 3 left"]
        assert events()[0]["level"] == "warning"


@in_process
def test_a_crash_is_kept_with_the_reports_that_the_console_hides() -> None:
    """The server's report, the crash report and the supervisor's, whatever the console shows."""
    spec = {"id": "w", "start": (Worker, "start_link", [1])}
    with recording.using(), capture_log():
        _, supervisor = Supervisor.start_link([spec], strategy="one_for_one", name="boss")
        (_, worker, _, _), *_ = Supervisor.which_children(supervisor)
        GenServer.cast(worker, "break")
        until(lambda: len(events()) == 3)
        told = "\n".join(texts())
        assert "GenServer" in told and "it broke" in told
        assert "Child 'w' of Supervisor 'boss' terminated" in told
        assert {event["level"] for event in events()} == {"error"}


@in_process
def test_a_plain_process_that_fails_is_kept() -> None:
    """The engine's own report of an exception in a process."""
    with recording.using(), capture_log():
        pid = spawn(lambda: 1 / 0)
        until(lambda: events())
        (event,) = events()
        assert event["pid"] == repr(pid)[5:-1]
        assert "ZeroDivisionError" in event["text"]


@in_process
def test_the_children_that_are_started_fill_no_pages() -> None:
    """Progress reports are not kept: a supervisor that starts a thousand children logs nothing."""
    with recording.using():
        for number in range(20):
            Supervisor.start_link([{"id": number, "start": (Worker, "start_link", [1])}], strategy="one_for_one")
        Logger.flush()
        assert events() == []


LOGGING = """
import logging
from pyex import *
from pyex.observer import recording
from pyex.observer.view import read

def log():
    Logger.error("one")
    Logger.info({"two": 2})
    logging.getLogger("shop").warning("three")
    logging.getLogger("shop").info("hidden")
    _, ended = spawn_monitor(lambda: 1 / 0)
    receive(("DOWN", ended, ..., ..., ...))
    Logger.flush()

def main():
    if OBSERVED:
        with recording.using():
            log()
            assert len(read("log")["events"]) == 4
    log()

run(main)
"""


def test_the_console_prints_what_it_prints_without_an_observer() -> None:
    """Each record once, in the same words, while somebody observes and afterwards."""

    def printed(observed: bool) -> list[str]:
        ended = program(LOGGING.replace("OBSERVED", str(observed)))
        assert ended.returncode == 0, ended.stderr
        lines = re.sub(r"\d\d:\d\d:\d\d\.\d+|#PID<[\d.]+>", "…", ended.stderr).splitlines()
        return [line for line in lines if line]

    without = printed(False)
    assert printed(True) == 2 * without
    assert sum("three" in line for line in without) == 1
    assert not any("hidden" in line for line in without)


@in_process
def test_the_programs_own_handlers_are_as_before() -> None:
    """An Observer is no handler: nobody sees it among them, and they get what they got."""
    me = self()
    with recording.using():
        assert Logger.get_handler_ids() == ["default"]
        assert Process.whereis("logger") is None
        Logger.add_handler("mine", lambda event, config: send(me, event["text"]))
        Logger.info("hello")
        Logger.flush()
        assert messages() == ["hello"]
        Logger.remove_handler("mine")
        Logger.info("again")
        assert texts() == ["hello", "again"]


@in_process
def test_nothing_is_left_behind() -> None:
    """After the last Observer the logger is as it was: no tap, no handler, no parent above Python's root."""
    before = (logging.root.parent, [*logging.root.handlers], logging.root.level)
    with recording.using():
        with recording.using():
            pass
        Logger.info("x")
        assert texts() == ["x"], "one that closes leaves the other's log"
    assert (logging.root.parent, [*logging.root.handlers], logging.root.level) == before
    assert taps == []


@in_process
def test_after_gives_what_is_new() -> None:
    """after is the last number that was seen."""
    with recording.using():
        for number in range(5):
            Logger.info(str(number))
        assert [event["text"] for event in events(3)] == ["3", "4"]
        assert read("log?after=5")["events"] == []
        assert read("log?after=3")["last"] == 5


@in_process
def test_the_last_thousand_are_kept() -> None:
    """Older events go, and how many is told."""
    with recording.using(), capture_log():
        for number in range(log_book.KEPT + 30):
            Logger.info(str(number))
        found = events()
        assert len(found) == log_book.KEPT
        assert found[0]["text"] == "30"
        answer = read("log?after=10")
        assert (answer["last"], answer["left_out"]) == (log_book.KEPT + 30, 20)


@in_process
def test_a_huge_text_is_cut() -> None:
    """Of a megabyte the beginning is kept."""
    with recording.using(), capture_log():
        Logger.info("<script>" * 200_000)
        (text,) = texts()
        assert text.startswith("<script>") and len(text) == log_book.MOST_CHARACTERS


@in_process
def test_control_characters_are_spelt_out() -> None:
    """What would paint a terminal is text; line breaks stay."""
    with recording.using(), capture_log():
        Logger.info("one\x1b[2J\ntwo")
        assert texts() == ["one\\x1b[2J\ntwo"]


@in_process
def test_a_process_that_logged_and_died_is_told_by_its_pid() -> None:
    """A report of the dead has a pid, and no label that nobody knows."""

    def speak() -> None:
        Logger.info("goodbye")
        exit("normal")

    with recording.using():
        pid = spawn(speak)
        until(lambda: not Process.alive(pid))
        until(events)
        assert events()[0]["pid"] == repr(pid)[5:-1]


def test_the_log_of_an_earlier_run_is_forgotten() -> None:
    """Numbers begin anew in a later run of the runtime."""

    def log(text: str) -> list[int]:
        recording.begin(user)
        Logger.info(text)
        return [event["seq"] for event in events()]

    user = object()
    assert pyex.run(log, "one") == [1]
    assert pyex.run(log, "two") == [1]
    recording.end(user)


@pytest.mark.parametrize("after", ["-1", "x", "1.5"])
@in_process
def test_a_wrong_number_is_refused(after: str) -> None:
    """after is a number."""
    with pytest.raises(Refused, match="after"):
        read(f"log?after={after}")
