"""The Observer's page, looked at in a browser: the article's scene by mouse and by keyboard, and the frame."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager

from browser import Page
from observed_program import Observed, at_a_prompt, observed

START_POOL = ("import sys", "sys.path.append('.')", "import lending", "pool = ok(lending.PoolSupervisor.start_link(5))")
WORKERS = "[data-box][aria-label*=SampleWorker]:not(.ended)"
SUPERVISOR = "[data-box][aria-label^=WorkerSupervisor]"
CHOSEN = "return document.querySelector('[data-box][aria-selected=true]')?.getAttribute('aria-label') ?? ''"


@contextmanager
def the_pool() -> Iterator[Observed]:
    """Five workers, their supervisor and their server, started at a prompt; and an Observer."""
    with at_a_prompt(*START_POOL, "from pyex import observer") as program:
        yield program


def workers(page: Page) -> list[str]:
    """The pids of the workers that are drawn, from above to below, when nothing moves any more."""
    script = """
        const boxes = [...document.querySelectorAll(arguments[0])];
        const height = (box) => box.getBoundingClientRect().top;
        return boxes.sort((one, other) => height(one) - height(other)).map((box) => box.dataset.pid);
    """
    return list(page.run(script, WORKERS))


def five(page: Page) -> list[str]:
    page.until("document.querySelectorAll(arguments[0]).length === 5", WORKERS)
    return workers(page)


def has_been_replaced(page: Page, before: list[str], place: int) -> None:
    """One worker is another now, marked as new, in the place of the one before; and the supervisor has counted it."""
    page.until("document.querySelectorAll(arguments[0] + '[data-new]').length === 1", WORKERS)
    page.gone(".ghost")
    after = five(page)
    assert after[place] not in before
    assert [pid for pid in after if pid in before] == [pid for pid in before if pid != before[place]]
    new = page.see(f"[data-pid='{after[place]}']")
    assert f"in the place of {before[place]}" in new.get_attribute("aria-label")
    assert page.see(SUPERVISOR).get_attribute("data-restarts") == "1"


def test_a_killed_worker_is_replaced(page: Page) -> None:
    """The article's scene: five workers; one is clicked and killed, and a new one stands in its place, five again."""
    with the_pool() as program:
        page.open(program.url, "applications")
        before = five(page)
        page.click(f"[data-pid='{before[2]}']")
        page.see("#chosen-pid, #chosen-label", before[2])
        page.click("#chosen-actions [data-action=kill]")
        assert page.see("#exit-dialog-reason").get_attribute("value") == "kill"
        page.click("#exit-dialog-go")
        has_been_replaced(page, before, 2)
        page.gone("#exit-dialog")


def test_a_killed_worker_is_replaced_by_keyboard(page: Page) -> None:
    """The same without a mouse: the tab by its number, the tree by arrows, `k`, Enter."""
    from selenium.webdriver.common.keys import Keys

    with the_pool() as program:
        page.open(program.url)
        page.press("3")
        before = five(page)
        page.see("#tree")
        page.press(Keys.HOME)
        for _ in range(20):
            if page.run(CHOSEN).startswith("WorkerSupervisor"):
                break
            page.press(Keys.ARROW_UP if page.run(CHOSEN).startswith("PoolServer") else Keys.ARROW_RIGHT)
        page.press(Keys.ARROW_RIGHT)
        chosen = page.until("document.querySelector('[data-box][aria-selected=true]')?.dataset.pid")
        assert chosen in before
        page.press("k")
        page.see("#exit-dialog")
        page.press(Keys.ENTER)
        has_been_replaced(page, before, before.index(chosen))


def test_the_shell_has_a_tree(page: Page) -> None:
    """What was started at a prompt stands under the shell, plain processes and supervisors alike."""
    with at_a_prompt(
        "from pyex import observer",
        "waiting = spawn(receive)",
        "shop = ok(Supervisor.start_link([(Agent, lambda: 1)], strategy='one_for_one'))",
        "Process.register(waiting, 'sleeper')",
    ) as program:
        page.open(program.url, "applications")
        page.see("[data-box][data-kind=supervisor]", "Supervisor")
        shell, sleeper = page.see("[data-box][data-kind=shell]"), page.see("[data-box]", "sleeper")
        assert [box.get_attribute("aria-level") for box in (shell, sleeper)] == ["1", "2"]


def test_the_tabs_are_reached_by_keyboard(page: Page) -> None:
    """Each tab is opened by its number, and the arrows go from tab to tab."""
    from selenium.webdriver.common.keys import Keys

    with observed() as program:
        page.open(program.url)
        names = page.texts("[role=tab]")
        assert names == ["System", "Load", "Applications", "Processes", "Tables", "Trace", "Log"]
        for number, name in enumerate(names, 1):
            page.press(str(number))
            page.see("[role=tab][aria-selected=true]", name)
            page.until("document.title.startsWith(arguments[0])", name)
            assert not page.run("return document.querySelector('[data-problem]')")
        page.run("document.querySelector('#tab-log').focus()")
        page.press(Keys.ARROW_LEFT)
        page.see("[role=tab][aria-selected=true]", "Trace")
        page.press(Keys.HOME)
        page.see("[role=tab][aria-selected=true]", "System")


def test_what_the_program_is_stands_under_system(page: Page) -> None:
    """The figures are those of the program that runs."""
    with observed() as program:
        page.open(program.url)
        page.see("#panel", platform.python_version())
        page.see("#panel", str(program.process.pid))
        page.see("#status-connection[data-state=live]")
        count = int(program.ask("len(Process.list())"))
        program.ask("[spawn(receive) for _ in range(100)] and None")
        page.until("Number(document.querySelector('#status-processes').textContent) >= arguments[0]", count + 100)


def test_every_tab_is_paused_and_let_go(page: Page) -> None:
    """Every tab stands still while the page is paused, and goes on afterwards."""
    with observed() as program:
        page.open(program.url)
        count = "Number(document.querySelector('#status-processes').textContent.replace(',', ''))"
        for tab in ("system", "load", "applications", "processes", "tables", "trace", "log"):
            page.go(tab)
            page.see(f"#tab-{tab}[aria-selected=true]")
            page.see("#status-connection[data-state=live]")
            page.click("#pause")
            page.see("#status-connection[data-state=paused]")
            before = page.run(f"return {count}")
            program.ask("[spawn(receive) for _ in range(100)] and None")
            page.click("#pause")
            page.until(f"{count} >= arguments[0]", before + 100)
            page.see("#status-connection[data-state=live]")
