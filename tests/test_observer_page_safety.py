"""The Observer's page, looked at in a browser: what others have written is only text, who may only look can only look,
and a program that goes away is waited for.
"""

from __future__ import annotations

import pytest
from browser import Page
from observed_program import observed

# What would run, or confuse, if it were taken for anything else than text. What runs would change the title.
HOSTILE = """
SCRIPT = "<script>document.title = 'run'</script>"
IMAGE = '"><img src=x onerror="document.title = 1">'
BIDI = "\\u202edrowssap\\u202c \\x1b[31mred\\x1b[0m \\x00"
LONG = "long" * 250_000
class Holder(GenServer):
    def init(state):
        return ("ok", state)
    def handle_cast(request, state):
        raise ValueError(request)
def name(text):
    Process.register(self(), text)
    Process.put(text, [IMAGE, SCRIPT])
    receive(("never",))
def begin():
    global holder
    pids = [spawn(name, text) for text in (SCRIPT, IMAGE, BIDI, LONG)]
    for pid in pids:
        for text in (SCRIPT, IMAGE, BIDI, LONG):
            send(pid, text)
    holder = ok(GenServer.start(Holder, {SCRIPT: IMAGE, BIDI: LONG, "deep": [[[[LONG]]]]}, name=IMAGE + "holder"))
    table = ets.new(SCRIPT, ["public", "named_table"])
    ets.insert(table, (IMAGE, SCRIPT, BIDI, LONG))
    return " ".join(pid_text(pid) for pid in [*pids, holder])
"""
NOTHING_RAN = """
    return document.querySelectorAll("#panel script, #panel img, #notices img").length === 0
        && !["run", "1"].includes(document.title)
"""


def nothing_has_run(page: Page) -> bool:
    return bool(page.run(NOTHING_RAN))


def test_hostile_names_and_states_are_text(page: Page) -> None:
    """Names, messages, dictionaries and states with markup, control characters or a million letters are only text."""
    with observed(HOSTILE) as program:
        pids = program.ask("begin()").split()
        page.open(program.url, "processes")
        page.see("#processes-rows", "<script>")
        assert nothing_has_run(page)
        for pid in pids:
            page.go(f"process/{pid}")
            page.see("#process-pid", pid)
            page.see("#process-overview [data-fact=pid]", pid)
            assert nothing_has_run(page)
            assert page.run("return document.querySelector('#panel').textContent.length") < 200_000
        page.see("#process-state", "onerror")
        page.go("applications")
        page.see("[data-box]", "<script>")
        page.click("#tree [data-box]", "<script>")
        page.see("#chosen-label", "<script>")
        page.press("m")
        page.see("#process-menu", "<script>")
        page.press("k")
        page.see("#exit-dialog", "<script>")
        assert nothing_has_run(page)


def test_hostile_tables_and_reports_are_text(page: Page) -> None:
    """The same of tables' names and contents, of crash reports, and of traced messages."""
    with observed(HOSTILE) as program:
        program.ask("begin()")
        page.open(program.url, "tables")
        page.click("#tables a[data-table]", "<script>")
        page.see("#table-contents td", "onerror")
        page.click("#table-contents button.unfold")
        page.see("#table-contents dd", "longlong")
        assert nothing_has_run(page)
        page.go("trace")
        page.type("#trace-find", "holder")
        page.click("#trace-found [data-found]", "holder")
        page.see("#traced", "onerror")
        program.ask("GenServer.cast(holder, SCRIPT + IMAGE)")
        page.see("#trace-chart [data-kind=receive]")
        page.click("#trace-chart [data-kind=receive]")
        page.see("#trace-detail", "<script>")
        assert nothing_has_run(page)
        page.go("log")
        page.see("#log-events [data-level=error]", "<script>")
        assert nothing_has_run(page)


def test_a_read_only_page_offers_no_action(page: Page) -> None:
    """Where it is read-only nothing is offered, keys do nothing, and the server refuses what is sent all the same."""
    with observed("def begin():\n    return pid_text(spawn(receive))", readonly=True) as program:
        pid = program.ask("begin()")
        page.open(program.url, f"process/{pid}")
        page.see("#process-overview")
        page.see("#status-readonly")
        page.press("k")
        assert not page.texts("[data-action=kill], [data-action=send], [data-action=suspend], dialog")
        page.go("applications")
        page.see("[data-box]")
        page.press("k")
        page.go("trace")
        page.see("#trace-none")
        assert not page.texts("dialog, #trace-find, #trace-stop")
        script = """
            const done = arguments[2];
            const headers = {"X-Pyex-Token": arguments[1]};
            const options = {method: "POST", body: JSON.stringify({pid: arguments[0]}), headers};
            fetch("/api/act/exit", options).then((answer) => done(answer.status));
        """
        token = program.url.partition("token=")[2]
        assert page.driver.execute_async_script(script, pid, token) == 403
        page.was_refused(403)
        assert pid in program.ask("Process.list()")


def test_the_page_waits_for_a_program_that_is_away(page: Page) -> None:
    """An Observer that is stopped and started: the page says that the connection is lost, and then goes on."""
    with observed() as program:
        page.open(program.url, "processes")
        page.see("#status-connection[data-state=live]")
        program.ask("observer.stop()")
        page.see("#status-connection[data-state=lost]")
        port = program.url.partition("127.0.0.1:")[2].partition("/")[0]
        url = program.ask(f"observer.start(browser=False, port={port})")
        # Another Observer has another key: who has opened its address once in this browser is let in.
        page.see("#status-connection[data-state=refused]", "open the address")
        page.was_refused(403)
        page.open(url, "processes")
        page.see("#status-connection[data-state=live]")
        program.ask("Process.register(spawn(receive), 'afterwards')")
        page.see("#processes-rows", "afterwards")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_an_address_without_the_token_is_refused(page: Page, token: str) -> None:
    """Who has not the whole address sees a sentence and nothing of the program."""
    with observed() as program:
        base = program.url.partition("?")[0]
        page.driver.get(f"{base}?token={token}" if token else base)
        assert "#PID" not in page.words() and "System" not in page.words()
        assert page.words().strip()
        page.was_refused(403)
