"""A browser without a window, in which the tests look at a page as a person does.

One runs for all tests; each of them gets a tab of its own, and what the browser complains of fails it: an error in a
script, a resource that is not there, something that the page's content security policy forbids.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from program import PATIENCE

REQUIRED = os.environ.get("PYEX_BROWSER") == "required"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing that leaves this machine, and nothing that a profile would gather.
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    # Names are looked up nowhere: a page that asks the internet for something fails, and its test with it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDTH, HEIGHT = 1400, 900
POLL = 0.05
# What it says when the program of a test has ended, which is often before the page is closed.
LOST = re.compile(r"http://127\.0\.0\.1:\d+/\S* - Failed to load resource: net::ERR_(?!BLOCKED)")


def programs() -> tuple[str, str]:
    """The browser and what drives it. Skips the test where one is missing, or fails it if they must be there."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "needs a browser: chromium and chromedriver (Debian: apt install chromium chromium-driver)"
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, as selenium's driver."""
    browser, driver = programs()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        for flag in (*FLAGS, *sandbox, f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(driver, log_output=subprocess.DEVNULL)
        started = webdriver.Chrome(options=options, service=service)
        try:
            yield started
        finally:
            started.quit()


@contextmanager
def new_page(driver: Any) -> Iterator[Page]:
    """A page in a tab of its own. Of those before it nothing is left: their cookies go, and each has its own port."""
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    page = Page(driver)
    try:
        yield page
    finally:
        page.complaints.extend(page.new_complaints())
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.close()
        driver.switch_to.window(first)
    if page.complaints:
        pytest.fail("\n".join(("The browser complains:", *page.complaints)))


class Page:
    """What a person does with a page, and sees on it. Everything waits until it is there."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.complaints: list[str] = []

    # Going somewhere.

    def open(self, url: str, place: str = "") -> None:
        """Open an Observer's address, and perhaps a place in it ("processes")."""
        self.driver.get(f"{url}#/{place}" if place else url)
        self.see("#panel > *")

    def go(self, place: str) -> None:
        """Follow a link to a place of the page."""
        self.run("location.hash = arguments[0]", f"#/{place}")

    # Seeing.

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def until(self, expression: str, *arguments: Any, patience: float = PATIENCE) -> Any:
        """Wait until an expression of JavaScript is true; returns its value."""
        from selenium.common.exceptions import TimeoutException
        from selenium.webdriver.support.ui import WebDriverWait

        script = f"return ({expression})"
        try:
            return WebDriverWait(self.driver, patience, POLL).until(lambda driver: self.run(script, *arguments))
        except TimeoutException:
            pytest.fail(f"never true: {expression} {arguments or ''}\nThe page:\n{self.words()[:3000]}")

    def see(self, selector: str, text: str = "") -> Any:
        """Wait until an element is seen, with this text in it; returns it."""
        return self.until(
            """[...document.querySelectorAll(arguments[0])].find((element) =>
                element.getClientRects().length > 0 && element.textContent.includes(arguments[1]))""",
            selector,
            text,
        )

    def gone(self, selector: str) -> None:
        """Wait until no such element is seen."""
        self.until(
            "![...document.querySelectorAll(arguments[0])].some((each) => each.getClientRects().length)", selector
        )

    def text(self, selector: str) -> str:
        """The text of the first such element."""
        self.see(selector)
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def texts(self, selector: str) -> list[str]:
        """The texts of all such elements."""
        script = "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)"
        return list(self.run(script, selector))

    def words(self) -> str:
        """All that stands on the page."""
        return str(self.run("return document.body?.innerText ?? ''"))

    # Doing.

    def click(self, selector: str, text: str = "") -> None:
        """Click where an element is; one that is drawn anew or moves is tried again."""
        from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException

        for attempt in range(5):
            try:
                return self.see(selector, text).click()  # type: ignore[no-any-return]
            except (StaleElementReferenceException, ElementClickInterceptedException):
                if attempt == 4:
                    raise

    def type(self, selector: str, text: str) -> None:
        """Write into a field, in the place of what it has."""
        field = self.see(selector)
        field.clear()
        field.send_keys(text)

    def press(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def press_with(self, modifier: str, key: str) -> None:
        """Press a key while another is held."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    # The browser itself.

    def size(self, width: int, height: int) -> None:
        """Have a window of this size, as a telephone has."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, **features: str) -> None:
        """Have the person prefer something: `prefers_color_scheme="dark"`."""
        media = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})

    def saves_in(self, folder: Path) -> None:
        """What the page saves goes into this folder."""
        allowed = {"behavior": "allow", "downloadPath": str(folder)}
        self.driver.execute_cdp_cmd("Page.setDownloadBehavior", allowed)

    def saved(self, folder: Path, ending: str) -> Path:
        """Wait until a file has been saved; returns it."""
        from selenium.webdriver.support.ui import WebDriverWait

        def found(driver: Any) -> Path | None:
            return next(folder.glob(f"*{ending}"), None)

        file = WebDriverWait(self.driver, PATIENCE, POLL).until(found)
        assert file is not None
        return file

    def held(self) -> dict[str, int]:
        """What the page holds after a garbage collection: DOM nodes, listeners, bytes of objects."""
        self.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        counters = self.driver.execute_cdp_cmd("Memory.getDOMCounters", {})
        heap = self.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})
        return {"nodes": counters["nodes"], "listeners": counters["jsEventListeners"], "heap": heap["usedSize"]}

    def new_complaints(self) -> list[str]:
        """What the browser has complained of since this was asked last."""
        wrong = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]
        return [message for message in wrong if not LOST.match(message)]

    def was_refused(self, status: int) -> None:
        """The server has refused something with this status, as it should: that is nothing to complain of."""
        wrong = self.new_complaints()
        assert any(f"status of {status}" in message for message in wrong), wrong
        self.complaints += [message for message in wrong if f"status of {status}" not in message]
