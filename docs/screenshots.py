"""Makes the pictures of docs/observer.md, from a program that runs: `make screenshots`. Takes a minute.

A pool of five workers and its clients, started at a prompt; a browser looks at it as a person would.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from browser import Page, chromium  # noqa: E402
from observed_program import Observed, at_a_prompt  # noqa: E402

SIZE = 1080, 640
# So long the charts have been drawn for.
SECONDS = 45
# What the pictures do not need: where this machine keeps its files, and what it is.
ANONYMOUS = ("import sys, platform", "sys.argv[:] = ['pyex']", "platform.platform = lambda *_: 'Linux'")
SESSION = (
    *ANONYMOUS,
    "sys.path.append('.')",
    "import random, lending",
    "from sample_worker import SampleWorker",
    "from pyex import observer",
    "pool = ok(lending.PoolSupervisor.start_link(5))",
    "def client(rest):",
    "    while True:",
    "        worker = lending.PoolServer.checkout()",
    "        try:",
    "            SampleWorker.work(worker, lambda: sum(range(random.randrange(100_000))))",
    "        except Exit:",
    "            pass",
    "        lending.PoolServer.checkin(worker)",
    "        Process.sleep(random.randrange(rest))",
    "",
    "clients = [spawn(client, rest) for rest in (30, 60, 120)]",
    "def idle(name):",
    "    Process.register(self(), name)",
    "    receive()",
    "",
    "idlers = [spawn(idle, name) for name in ('mailer', 'reports', 'thumbnails')]",
    "prices = ets.new('prices', ['ordered_set', 'public', 'named_table'])",
    "[ets.insert(prices, (number, f'article {number}', number * 17 % 100)) for number in range(500)] and None",
)
WORKERS = "[data-box][aria-label*=SampleWorker]"


def main() -> None:
    with chromium() as driver, at_a_prompt(*SESSION) as program:
        page = Page(driver)
        page.size(*SIZE)
        page.prefer(prefers_color_scheme="light")
        page.open(program.url)
        time.sleep(SECONDS)
        for name in ("system", "load", "processes"):
            page.go(name)
            page.see("#status-connection[data-state=live]")
            time.sleep(3)
            save(page, name)
        scene(page)
        one_process(page)
        trace(page, program)


def scene(page: Page) -> None:
    """The article's: a worker is killed, and another stands in its place; in light, and in dark."""
    page.go("applications")
    page.see(WORKERS)
    worker = page.see(WORKERS).get_attribute("data-pid")
    page.click(f"[data-pid='{worker}']")
    page.click("#chosen-actions [data-action=kill]")
    page.see("#exit-dialog")
    page.click("#exit-dialog-go")
    page.see(f"{WORKERS}[data-new]")
    page.gone(".ghost")
    save(page, "applications")
    page.prefer(prefers_color_scheme="dark")
    save(page, "applications-dark")
    page.prefer(prefers_color_scheme="light")


def one_process(page: Page) -> None:
    page.go("processes?search=PoolServer")
    page.click("#processes-rows a[data-pid]")
    page.see("#process-state-text")
    time.sleep(2)
    save(page, "process")


def trace(page: Page, program: Observed) -> None:
    page.click("#process-actions [data-action=trace]")
    page.go("trace")
    page.until("document.querySelectorAll('#trace-chart [data-seq]').length > 25")
    page.click("#trace-stop")
    time.sleep(2)
    save(page, "trace")


def save(page: Page, name: str) -> None:
    page.until("document.querySelector('#notices').childElementCount === 0")
    page.driver.save_screenshot(str(HERE / f"observer-{name}.png"))


if __name__ == "__main__":
    main()
