"""The Observer's page, left open while a program works: what page and server hold stays bounded."""

from __future__ import annotations

import os
import time

import pytest
from browser import Page
from observed_program import observed

SECONDS = float(os.environ.get("PYEX_SOAK_SECONDS", "2"))
# A thousand messages a second to one process, and as many processes that begin and end; each writes a word to the log
# now and then, and tables come and go.
BUSY = """
import logging
class Sink(GenServer):
    def start_link(arg):
        return GenServer.start_link(Sink, 0, name="sink")
    def init(count):
        return ("ok", count)
    def handle_cast(request, count):
        return ("noreply", count + 1)
    def handle_call(request, from_, count):
        return ("reply", count, count)
def brief(number):
    table = ets.new("brief", ["public"])
    ets.insert(table, (number, "word"))
    if number % 50 == 0:
        logging.warning("number %d", number)
    if number % 97 == 0:
        Process.exit(Process.whereis("sink"), "kill")
def churn():
    number = 0
    while True:
        for _ in range(20):
            number += 1
            GenServer.cast("sink", ("word", number))
            spawn(brief, number)
        Process.sleep(20)
def begin():
    ok(Supervisor.start_link([(Sink, None)], strategy="one_for_one", max_restarts=1_000_000, max_seconds=1))
    return pid_text(spawn(churn))
"""


@pytest.mark.soak
@pytest.mark.parametrize("place", ["applications", "processes", "log", "trace"])
def test_a_page_left_open_holds_no_more_and_more(page: Page, place: str) -> None:
    """With 1,000 messages and 1,000 brief processes a second neither page nor program holds more and more."""
    with observed(BUSY) as program:
        pid = program.ask("begin()")
        page.open(program.url, place)
        if place == "trace":
            options = "{method: 'POST', body: JSON.stringify({pids: [arguments[0]], on: true}), headers}"
            token = "const headers = {'X-Pyex-Token': document.querySelector('meta[name=pyex-token]').content};"
            page.run(f"{token} fetch('/api/act/trace', {options})", pid)
        page.see("#status-connection[data-state=live]")
        # What is kept is filled first: events, samples.
        updates(page, SECONDS / 2)
        before, memory = page.held(), program.memory()
        updates(page, SECONDS / 2)
        after, memory_after = page.held(), program.memory()
        assert after["nodes"] < max(2 * before["nodes"], 15_000), (before, after)
        assert after["listeners"] < max(2 * before["listeners"], 3_000), (before, after)
        assert after["heap"] < before["heap"] + 20e6, (before, after)
        assert memory_after < memory + 60e6, (memory, memory_after)


def updates(page: Page, seconds: float) -> None:
    """Wait until the page has gone on for so long: the uptime that it shows says so."""
    uptime = "document.querySelector('#status-uptime').textContent"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.until(f"{uptime} !== arguments[0]", page.run(f"return {uptime}"))
