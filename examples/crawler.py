"""A crawler: downloads a comic from a web site, with a pool of workers; with five it is four times as fast as with one.

    python examples/crawler.py
    pyex run examples/crawler.py

The site (which this file serves itself) has an index of chapters, chapters have pages, and each page shows an image.
Each address is visited by a task of its own. It borrows a worker from the pool to download it, and returns what the
page leads to: those are visited next. Images are saved in a temporary folder.

Neither the workers nor the tasks look for errors. When a download fails, because the site is out of order, or silent,
or breaks off, its worker crashes, and the task with it. The pool starts another worker, the crawler another task. After
three tasks it gives up the page, and goes on with the rest.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, sleep
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit
from urllib.request import ProxyHandler, build_opener

import pyex
from pyex import Logger, Pool, Process, Reference, Server, Supervisor, Task, blocking, call, ok, receive

ATTEMPTS = 3
PATIENCE = 0.3  # seconds

browser = build_opener(ProxyHandler({}))  # The site is on this machine: there is no proxy on the way


def download(url: str) -> bytes:
    with browser.open(url, timeout=PATIENCE) as response:
        return bytes(response.read())


class Downloader(Server):
    """A worker of the pool."""

    @call(timeout="infinity")
    def download(self, url: str) -> bytes:
        content: bytes = blocking(download, url)
        return content


def visit(url: str, folder: Path) -> list[str]:
    """Save an image, or return the addresses that a page leads to."""
    content = Pool.transaction("downloaders", lambda worker: Downloader.download(worker, url), "infinity")
    if url.endswith(".svg"):
        folder.joinpath(urlsplit(url).path.strip("/").replace("/", "-")).write_bytes(content)
        return []
    return [urljoin(url, link) for link in re.findall(r'(?:href|src)="(.*?)"', content.decode())]


def crawl(url: str, folder: Path) -> None:
    """Visit an address and all that it leads to, all at once, as far as there are workers."""
    seen: set[str] = set()
    tasks: dict[Reference, tuple[str, int]] = {}

    def start(url: str, attempt: int = 1) -> None:
        seen.add(url)
        task = Task.Supervisor.async_nolink("visits", visit, url, folder)
        tasks[task.ref] = (url, attempt)

    start(url)
    while tasks:
        match receive():
            case (Reference() as reference, links):
                Process.demonitor(reference, ["flush"])
                del tasks[reference]
                for link in links:
                    if link not in seen:
                        start(link)
            case ("DOWN", reference, "process", _, reason):
                url, attempt = tasks.pop(reference)
                print(f"  {urlsplit(url).path}, attempt {attempt}: {why(reason)}")
                if attempt < ATTEMPTS:
                    start(url, attempt + 1)


def why(reason: Any) -> str:
    """The exit reason of a task in a word: that of its worker, which comes with the call that it had been asked by."""
    match reason:
        case ((Exception() as error, _), _):
            return repr(error)
        case (other, _):
            return str(other)
    return str(reason)


# The site

CHAPTERS, PAGES = range(1, 6), range(1, 9)
SECONDS_PER_PAGE = 0.05


def content_of(path: str) -> str:
    match path.split("/"):
        case ["", ""]:
            return "".join(f'<a href="/{chapter}/">Chapter {chapter}</a>' for chapter in CHAPTERS)
        case ["", _, ""]:
            return "".join(f'<a href="{page}.html">Page {page}</a>' for page in PAGES)
        case ["", _, file] if file.endswith(".html"):
            return f'<img src="{file.replace("html", "svg")}"><a href="/">To the index</a>'
    return f'<svg xmlns="http://www.w3.org/2000/svg"><text y="20">Picture {path}</text></svg>'


class Site(BaseHTTPRequestHandler):
    """Takes its time for each page, and has its moods: some pages fail when they are asked for the first time."""

    seen: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        sleep(SECONDS_PER_PAGE)
        first_time = self.path not in self.seen
        self.seen.add(self.path)
        content = content_of(self.path).encode()
        match self.path:
            case "/2/3.html" if first_time:
                self.send_error(500)
            case "/3/1.html" if first_time:
                sleep(3 * PATIENCE)
            case "/4/2.svg" if first_time:
                self.answer(content, len(content) + 1)
            case "/1/8.svg":
                self.send_error(404)
            case _:
                self.answer(content, len(content))

    def answer(self, content: bytes, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def site() -> Iterator[str]:
    """Serves the site, in threads of its own. Gives its address."""
    Site.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def seconds_with(workers: int) -> float:
    """Crawl the site with so many workers. Returns how long that took."""
    children = [
        (Pool, {"name": "downloaders", "worker": Downloader, "size": workers}),
        (Task.Supervisor, {"name": "visits"}),
    ]
    with site() as url, TemporaryDirectory() as folder:
        supervisor = ok(Supervisor.start_link(children, strategy="one_for_one"))
        began = perf_counter()
        crawl(url, Path(folder))
        seconds = perf_counter() - began
        Supervisor.stop(supervisor)
        print(f"Workers: {workers}. Images: {len([*Path(folder).iterdir()])}. Seconds: {seconds:.2f}")
    return seconds


def main() -> None:
    Logger.configure(level="none")  # What fails is told in a line; the crash reports would take a page
    one, five = seconds_with(1), seconds_with(5)
    print(f"That is {one / five:.1f} times as fast")


if __name__ == "__main__":
    pyex.run(main)
