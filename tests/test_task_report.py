"""What is reported of the ends of tasks."""

from __future__ import annotations

import logging
import operator
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from in_process import ends, trap, until
from test_task import sleeper

from pyex import Process, exit, ok, self
from pyex.otp.task import Task


@contextmanager
def reports() -> Iterator[list[logging.LogRecord]]:
    """The reports that are made meanwhile; complete at the end of the block."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logger = logging.getLogger("pyex")
    logger.addHandler(handler)
    try:
        yield seen
        logger.error("the last")
        until(lambda: seen and seen[-1].getMessage() == "the last")
        seen.pop()
    finally:
        logger.removeHandler(handler)


@pytest.mark.process
def test_text_07_the_report_of_a_task_that_raises() -> None:
    """In Elixir's words: who, started by whom, why and where, and what it was to do."""
    trap()
    with reports() as seen:
        pid = ok(Task.start(operator.truediv, 1, 0))
        assert ends(pid) != "alive"
        Process.register(self(), "boss")
        named = ok(Task.start(lambda: exit("boom")))
        assert ends(named) == "boom"
    first, second = [each.getMessage().splitlines() for each in seen]
    assert first == [
        f"Task {pid!r} started from {self()!r} terminating",
        "** (ZeroDivisionError) division by zero",
        "Function: &_operator.truediv/2",
        "    Args: [1, 0]",
    ]
    assert second[:2] == [f"Task {named!r} started from 'boss' terminating", "** (stop) 'boom'"]
    assert second[2].startswith(f"    {__file__}:")
    name = f"{test_text_07_the_report_of_a_task_that_raises.__name__}.<locals>.<lambda>"
    assert second[-2] == f"Function: #Function<{name}/0 in file:{__file__}>"
    assert second[-1] == "    Args: []"
    report = seen[1].report  # type: ignore[attr-defined]
    assert report["label"] == ("Task.Supervisor", "terminating")
    assert (report["report"]["name"], report["report"]["starter"]) == (named, "boss")
    assert (report["report"]["args"], report["report"]["reason"]) == ([], "boom")


@pytest.mark.process
def test_text_07_regular_ends_are_not_reported() -> None:
    """Nor is a kill; one that nobody reports twice is reported once."""
    trap()
    with reports() as seen:
        for reason in ("normal", "shutdown", ("shutdown", 1)):
            assert ends(ok(Task.start(exit, reason))) in (reason, "noproc")
        endless = ok(Task.start(sleeper, "infinity"))
        Process.exit(endless, "kill")
        Task.yield_(Task.async_(lambda: 1))
        assert Task.yield_(Task.async_(exit, "boom")) == ("exit", "boom")
        assert ends(ok(Task.start(sys.exit, 3))) in (("system_exit", 3), "noproc")
    assert [each.getMessage().splitlines()[1] for each in seen] == ["** (stop) 'boom'", "** (stop) ('system_exit', 3)"]
