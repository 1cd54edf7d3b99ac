"""The Observer's page, looked at in a browser: many processes, one process, and what is done to it."""

from __future__ import annotations

from browser import Page
from observed_program import observed

CROWD = """
def named(number):
    Process.register(self(), f"worker {number}")
    receive()
def crowd(count):
    [spawn(receive) for _ in range(count)]
    [spawn(named, number) for number in range(3)]
    long = spawn(receive, ("never",))
    for number in range(7):
        send(long, ("note", number))
    Process.register(long, "long queue")
    return len(Process.list())
"""

SCROLL = "const all = document.querySelector('#processes-scroll'); all.scrollTop = all.scrollHeight * arguments[0]"
# Whether a row stands at the lower edge of what is seen, and no empty room.
ROW_BELOW = """(({left, bottom}) => document.elementFromPoint(left + 300, bottom - 60)?.closest("#processes-rows tr"))
    (document.querySelector("#processes-scroll").getBoundingClientRect())"""

SERVER = """
class Till(GenServer):
    def start_link(sold):
        return GenServer.start_link(Till, sold, name="till")
    def init(sold):
        return ("ok", {"sold": sold})
    def handle_call(request, from_, state):
        return ("reply", state, state)
    def handle_info(message, state):
        return ("noreply", {**state, "heard": message})
def shop():
    pid = ok(Supervisor.start_link([(Till, 41)], strategy="one_for_one", name="shop"))
    return pid_text(Process.whereis("till"))
"""


def rows(page: Page) -> list[str]:
    return page.texts("#processes-rows tr [data-cell=label]")


def test_ten_thousand_processes_are_sorted_and_searched(page: Page) -> None:
    """With 10,000 processes the table holds a screenful; its head sorts, the search finds, the end is reached."""
    from selenium.webdriver.common.keys import Keys

    with observed(CROWD) as program:
        assert int(program.ask("crowd(10_000)")) > 10_000
        page.open(program.url, "processes")
        page.see("#processes-summary", "10,00")
        assert page.run("return document.querySelectorAll('#processes-rows tr').length") < 120
        page.see("#processes th[aria-sort=descending]", "Reductions")
        page.click("#processes th button", "Queue")
        page.see("#processes th[aria-sort=descending]", "Queue")
        page.until("document.querySelector('#processes-rows tr [data-cell=label]')?.textContent === 'long queue'")
        assert page.text("#processes-rows tr [data-cell=queue]") == "7"
        page.press("/", "worker ")
        page.see("#processes-summary", "3 of 10,")
        page.until("document.querySelectorAll('#processes-rows tr').length === 3")
        assert sorted(rows(page)) == ["worker 0", "worker 1", "worker 2"]
        page.type("#panel input[type=search]", "long queue")
        page.see("#processes-summary", "1 of 10,")
        page.press(Keys.ESCAPE)
        page.see("#processes-summary", "10,00")
        page.click("#processes-scroll tbody tr:nth-child(2)")
        page.press(Keys.END)
        page.until(
            "(rows => rows.length && rows[rows.length - 1].ariaRowIndex - 1 === arguments[0])"
            "(document.querySelectorAll('#processes-rows tr'))",
            int(page.text("#processes-summary").partition(" ")[0].replace(",", "")),
        )


def test_the_table_of_many_does_not_hold_up_the_page(page: Page) -> None:
    """While 10,000 processes are shown, and scrolled, no task of the page takes longer than a person would notice."""
    with observed(CROWD) as program:
        program.ask("crowd(10_000)")
        page.open(program.url, "processes")
        page.see("#processes-summary", "10,00")
        page.run(
            """window.longest = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
                window.longest = Math.max(window.longest, entry.duration) })).observe({entryTypes: ["longtask"]})"""
        )
        for part in range(1, 9):
            page.run(SCROLL, part / 8)
            page.until(ROW_BELOW)
        assert page.run("return window.longest") < 400


def test_one_process_leads_on_to_others(page: Page) -> None:
    """A process's page says what it is and holds; its links, its parent and its supervisor lead to their pages."""
    with observed(SERVER) as program:
        pid = program.ask("shop()")
        page.open(program.url, f"process/{pid}")
        page.see("#process-label", "till")
        page.see("#process-state", "41")
        page.see("#process-overview", "GenServer")
        page.click("#process-overview [data-fact=supervisor] a", "shop")
        page.see("#process-label", "shop")
        page.click("#process-links a", "till")
        page.see("#process-label", "till")
        page.see("#process-pid", pid)
        page.run("history.back()")
        page.see("#process-label", "shop")


def test_a_message_arrives(page: Page) -> None:
    """What is written in the dialog is sent as a Python literal; what is none is refused, and can be mended."""
    from selenium.webdriver.common.keys import Keys

    with observed(SERVER) as program:
        pid = program.ask("shop()")
        page.open(program.url, f"process/{pid}")
        page.click("#process-actions [data-action=send]")
        page.type("#send-dialog-message", "__import__('os').getpid()")
        page.click("#send-dialog-go")
        page.see("#send-dialog-error", "literal")
        page.was_refused(400)
        page.type("#send-dialog-message", "('add', 1, [:now, None])")
        page.press_with(Keys.CONTROL, Keys.ENTER)
        page.gone("#send-dialog")
        page.see("#process-state", "'heard'")
        assert program.ask("GenServer.call('till', 'state')['heard']") == "('add', 1, ['now', None])"


def test_a_server_is_suspended_and_resumed(page: Page) -> None:
    """A suspended server says so, and works again when it is resumed."""
    with observed(SERVER) as program:
        pid = program.ask("shop()")
        page.open(program.url, f"process/{pid}")
        page.click("#process-actions [data-action=suspend]")
        page.see("#process-badges", "suspended")
        assert "timeout" in program.ask("GenServer.call('till', 'state', 100)")
        page.click("#process-actions [data-action=resume]")
        page.gone("#process-badges .warn")
        assert "41" in program.ask("GenServer.call('till', 'state')")


def test_a_process_that_ends_is_said_to_have_ended(page: Page) -> None:
    """Of a process that ends while it is looked at the last is kept, and who came in its place is named."""
    with observed(SERVER) as program:
        pid = program.ask("shop()")
        page.open(program.url, f"process/{pid}")
        page.see("#process-state", "41")
        page.press("k")
        page.click("#exit-dialog-go")
        page.see("#process-ended", "This process has ended.")
        page.see("#process-state", "41")
        page.click("#process-successor a")
        page.until("location.hash !== arguments[0]", f"#/process/{pid}")
        page.see("#process-label", "till")


def test_a_process_that_never_was_is_not_found(page: Page) -> None:
    """An address of a process that there is not says so, and leads back."""
    with observed() as program:
        page.open(program.url, "process/0.99999.0")
        page.see("#process-ended", "There is no process 0.99999.0")
        page.click("#process-ended a", "All processes")
        page.see("#tab-processes[aria-selected=true]")
