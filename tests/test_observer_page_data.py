"""The Observer's page, looked at in a browser: tables, the log, the trace, and snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from browser import Page
from observed_program import observed

TABLES = """
def fill(count):
    table = ets.new("numbers", ["ordered_set", "public", "named_table"])
    for number in range(count):
        ets.insert(table, (number, f"number {number}", number * number))
    return ets.info(table, "size")
"""
CRASH = """
class Fragile(GenServer):
    def init(arg):
        return ("ok", arg)
    def handle_cast(request, state):
        raise ValueError("the glass is broken")
def crash():
    pid = ok(GenServer.start(Fragile, None))
    GenServer.cast(pid, "push")
"""
ECHO = """
def echo():
    while True:
        match receive():
            case ("say", sender, what):
                send(sender, ("said", what))
            case "stop":
                return
def talk(pid, count):
    for number in range(count):
        send(pid, ("say", self(), f"word {number}"))
        receive()
def start_echo():
    global pid
    pid = spawn(echo)
    Process.register(pid, "echo")
    return pid_text(pid)
def change():
    send(pid, "stop")
    if Process.whereis("a latecomer") is None:
        Process.register(spawn(receive), "a latecomer")
"""


def test_a_table_of_100_000_rows_is_browsed_and_searched(page: Page) -> None:
    """Its pages are turned to the last, and a search finds the one object in it."""
    with observed(TABLES) as program:
        assert program.ask("fill(100_000)") == "100000"
        page.open(program.url, "tables")
        page.see("#tables [data-row] [data-cell=objects]", "100,000")
        page.click("#tables a[data-table]", "numbers")
        page.see("#pager-range", "1–100 of 100,000")
        page.see("#table-contents td", "number 0")
        page.click("#pager-next")
        page.see("#pager-range", "101–200 of 100,000")
        page.click("#pager-last")
        page.see("#table-contents td", "number 99999")
        page.type("#panel input[type=search]", "number 77777")
        page.see("#pager-range", "1 found")
        assert [row for row in page.texts("#table-contents tbody tr") if "77777" in row]
        assert len(page.texts("#table-contents tbody tr")) == 1


def test_a_crash_report_comes_into_the_log(page: Page) -> None:
    """A server that crashes is reported while one looks on; levels and the search choose what is shown."""
    with observed(CRASH) as program:
        page.open(program.url, "log")
        page.see(".log-none")
        program.ask("crash()")
        page.see("#log-events [data-level=error]", "the glass is broken")
        page.type("#panel input[type=search]", "no such thing")
        page.gone("#log-events article")
        page.type("#panel input[type=search]", "glass")
        page.see("#log-events [data-level=error]", "the glass is broken")


def test_the_trace_draws_messages(page: Page) -> None:
    """A process is found and traced; its messages are drawn between lifelines, and are told when they are chosen."""
    from selenium.webdriver.common.keys import Keys

    with observed(ECHO) as program:
        program.ask("start_echo()")
        page.open(program.url, "trace")
        page.type("#trace-find", "echo")
        page.see("#trace-found [data-found]", "echo")
        page.press(Keys.ENTER)
        page.see("#traced", "echo")
        program.ask("talk(pid, 5)")
        page.see("#trace-chart [data-kind=receive]", "word 4")
        page.see("#trace-chart [data-kind=send]", "word 4")
        assert len(page.texts("#trace-chart [data-kind=receive]")) == 5
        page.click("#trace-chart [data-kind=receive]", "word 3")
        page.see("#trace-detail", "word 3")
        program.ask("send(pid, 'stop')")
        page.see("#trace-chart [data-kind=exit]", "normal")


def test_the_trace_is_exported_as_svg(page: Page, tmp_path: Path) -> None:
    """The drawing is saved as a file that is XML, has the words in it, and leads nowhere."""
    with observed(ECHO) as program:
        pid = program.ask("start_echo()")
        page.open(program.url, "trace")
        page.saves_in(tmp_path)
        page.run("fetch('/api/act/trace', {method: 'POST', body: arguments[0], headers: {'X-Pyex-Token':"
                 "document.querySelector('meta[name=pyex-token]').content}})", json.dumps({"pids": [pid], "on": True}))
        page.see("#traced", "echo")
        program.ask("talk(pid, 3)")
        page.see("#trace-chart [data-kind=send]", "word 2")
        page.click("#trace-export")
        text = page.saved(tmp_path, ".svg").read_text("utf-8")
        drawing = ElementTree.fromstring(text)
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        words = "".join(drawing.itertext())
        assert "word 2" in words and "echo" in words
        assert "href" not in text and "<script" not in text


def test_a_snapshot_is_saved_opened_and_compared(page: Page, tmp_path: Path) -> None:
    """A snapshot is a file, which shows how it was when it is opened; two of them tell what has changed."""
    with observed(ECHO) as program:
        program.ask("start_echo()")
        page.open(program.url)
        first, second = tmp_path / "first", tmp_path / "second"
        for folder in (first, second):
            page.saves_in(folder)
            page.click("#snapshot")
            page.click("#snapshot-take")
            page.gone("#snapshot-dialog")
            page.saved(folder, ".json")
            program.ask("change()")
        before, after = (str(page.saved(folder, ".json")) for folder in (first, second))
        page.click("#snapshot")
        page.run("return document.querySelector('#snapshot-open-file')").send_keys(before)
        page.see("#status-connection[data-state=snapshot]")
        page.go("processes")
        page.see("#processes-rows", "echo")
        assert "a latecomer" not in page.words()
        page.click("#processes-rows a[data-pid]")
        page.see("#process-label")
        assert not page.texts("[data-action=kill]")
        page.click("#snapshot-leave")
        page.see("#status-connection[data-state=live]")
        page.go("compare")
        page.see("#compare-slots")
        page.run("return document.querySelector('#compare-open-before-file')").send_keys(before)
        page.see("#compare-before", "nonode@nohost")
        page.run("return document.querySelector('#compare-open-after-file')").send_keys(after)
        page.see("#compare-came", "a latecomer")
        page.see("#compare-went", "echo")
