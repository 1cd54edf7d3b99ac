"""The Observer's server: it starts and ends at once, and nothing of it is left; and the browser that it opens."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process, until
from observer_client import Client, start, view_named
from program import PATIENCE, program

from pyex import ArgumentError, ErlangError, Process, blocking, observer, receive, run, self, send, spawn, spawn_monitor
from pyex.control_block import process_table
from pyex.errors import NotRunning


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """Every test leaves no thread and no Observer behind."""
    yield
    observer.stop()
    deadline = time.monotonic() + PATIENCE
    while left := [thread.name for thread in threading.enumerate() if thread.name.startswith("pyex observer")]:
        assert time.monotonic() < deadline, left
        time.sleep(0.005)


def collectors() -> list[Any]:
    """The pids of the processes that read views."""
    return [
        block.pid
        for block in list(process_table.values())
        if getattr(block.initial_call, "__module__", "") == "pyex.observer.collector"
    ]


@in_process
def test_start_returns_an_address_that_answers() -> None:
    """`observer.start()` gives an address on this machine, whose token is the key."""
    client = start()
    assert client.host == "127.0.0.1"
    assert blocking(client.get, "/api/system").json["node"] == "nonode@nohost"


@in_process
def test_started_twice_it_is_the_same() -> None:
    """Whoever starts it again is given the address that it has; with other options it is started anew."""
    url = observer.start(browser=False)
    assert observer.start(browser=False) == url
    other = observer.start(browser=False, readonly=True)
    assert other != url
    assert blocking(Client(url).refuses_connections)


@in_process
def test_many_start_it_at_once_and_there_is_one() -> None:
    """Two Observers at once there are not, whoever starts them."""
    me = self()
    for _ in range(10):
        spawn(lambda: send(me, observer.start(browser=False)))
    assert len({receive(after=PATIENCE * 1000) for _ in range(10)}) == 1
    assert sum(thread.name == "pyex observer" for thread in threading.enumerate()) == 1


@in_process
def test_it_can_be_started_and_stopped_again_and_again_at_its_port() -> None:
    """A port that was left is free at once."""
    port = start().port
    for _ in range(3):
        observer.stop()
        assert start(port=port).port == port
    assert start(port=port, readonly=True).port == port


@in_process
def test_another_thread_starts_and_stops_it() -> None:
    """From plain threads it works as from a process."""
    client = blocking(start)
    assert blocking(client.get, "/api/system").status == 200
    assert blocking(observer.stop) == "ok"
    assert blocking(client.refuses_connections)


@in_process
def test_stop_is_ok_however_often() -> None:
    """Also where it was not started."""
    assert observer.stop() == "ok"
    start()
    assert (observer.stop(), observer.stop()) == ("ok", "ok")


@in_process
def test_stop_takes_less_than_a_second_whoever_looks() -> None:
    """Open streams, viewers who do not read, half a request: nobody holds up the end."""
    client = start()
    with (
        client.streaming("view=system&interval=200") as reader,
        client.streaming("view=system&interval=200", receive_buffer=4096),
        client.connected() as half,
    ):
        blocking(reader.recv, 100)
        blocking(half.sendall, b"POST /api/act/exit HTTP/1.1\r\nContent-Length: 50\r\n")
        begun = time.monotonic()
        observer.stop()
        assert time.monotonic() - begun < 1
        assert not [thread for thread in threading.enumerate() if thread.name == "pyex observer"]
        assert blocking(client.refuses_connections)


@in_process
def test_a_stopped_observer_leaves_no_process_and_no_file() -> None:
    """What it has opened is closed."""

    def files() -> int:
        return len(os.listdir("/dev/fd"))

    start()
    observer.stop()
    until(lambda: not collectors())
    processes, opened = len(process_table), blocking(files)
    for _ in range(3):
        client = start()
        blocking(client.get, "/api/system")
        observer.stop()
        until(lambda: not collectors())
    until(lambda: len(process_table) <= processes and blocking(files) <= opened)


@in_process
def test_the_death_of_who_started_it_does_not_end_it() -> None:
    """Nor does that of its group leader."""
    me = self()

    def starter() -> None:
        Process.group_leader(self(), self())
        send(me, observer.start(browser=False))
        receive()

    pid, monitor = spawn_monitor(starter)
    client = Client(receive(after=PATIENCE * 1000))
    assert Process.exit(pid, "kill")
    receive(("DOWN", monitor, ..., ..., ...))
    assert blocking(client.get, "/api/system").status == 200


@in_process
def test_who_kills_the_process_that_reads_is_shown_the_next() -> None:
    """It comes back, and the views with it."""
    client = start()
    until(lambda: len(collectors()) == 2)
    before = collectors()
    for pid in before:
        Process.exit(pid, "kill")
    assert blocking(client.get, "/api/system").status == 200
    assert blocking(client.get, "/api/applications").status == 200
    until(lambda: len(collectors()) == 2 and not set(before) & set(collectors()))


@in_process
def test_a_view_whose_reader_is_killed_is_an_answer() -> None:
    """Who waits for it is told, and does not wait for ever."""
    me = self()

    def read(rest: str, query: dict[str, str]) -> dict[str, Any]:
        send(me, self())
        Process.sleep("infinity")
        return {}

    with view_named("endless", read):
        client = start()
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.get, "/api/endless")
            Process.exit(receive(after=PATIENCE * 1000), "kill")
            found = blocking(answer.result, PATIENCE)
    assert found.status == 503
    assert "killed" in found.json["error"]


def test_the_end_of_the_runtime_ends_it() -> None:
    """Nobody listens any more, and the next run has an Observer of its own."""
    clients = [run(start) for _ in range(2)]
    deadline = time.monotonic() + PATIENCE
    for client in clients:
        while not client.refuses_connections():
            assert time.monotonic() < deadline
            time.sleep(0.005)
    assert clients[0].token != clients[1].token


def test_a_program_that_ends_with_it_open_ends_quietly() -> None:
    """No word on its terminal, whoever looks."""
    done = program(
        """
        import socket
        from pyex import *
        from pyex import observer

        def main():
            address = observer.start(browser=False)
            host, _, token = address.removeprefix("http://").partition("/?token=")
            name, port = host.split(":")
            looking = socket.create_connection((name, int(port)))
            looking.sendall(f"GET /api/stream?view=system HTTP/1.1\\r\\nHost: {host}\\r\\n"
                            f"Authorization: Bearer {token}\\r\\n\\r\\n".encode())
            blocking(looking.recv, 100)
            looking.detach()

        run(main)
        """,
        "-X",
        "dev",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_runtime_there_is_nothing_to_see() -> None:
    """`NotRunning` says so, and nobody listens."""
    with pytest.raises(NotRunning):
        observer.start(browser=False)
    assert observer.stop() == "ok"


@in_process
def test_a_port_that_is_taken_is_told() -> None:
    """An error with the system's reason; it can be started elsewhere."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ErlangError) as caught:
        start(port=taken.getsockname()[1])
    assert caught.value.reason == "eaddrinuse"
    assert "cannot listen at 127.0.0.1:" in caught.value.detail
    assert blocking(start().get, "/api/system").status == 200


@pytest.mark.parametrize(
    "options",
    [{"port": -1}, {"port": 70000}, {"port": "80"}, {"port": True}, {"host": 7}, {"host": ""}, {"readonly": 1}],
)
def test_options_that_are_none_are_refused(options: dict[str, Any]) -> None:
    """The error names the option, and what it may be."""
    with pytest.raises(ArgumentError, match=next(iter(options))):
        observer.start(browser=False, **options)


@in_process
def test_a_host_that_there_is_not_is_told() -> None:
    """A name that nobody has, and an address of another machine."""
    for host in ("no.such.host.invalid", "192.0.2.1", "\udcff", "a" * 300):
        with pytest.raises(ErlangError, match="cannot listen at"):
            start(host=host)


@in_process
def test_an_observer_for_others_has_an_address_that_they_can_use() -> None:
    """With host="0.0.0.0" it names this machine's own."""
    client = start(host="0.0.0.0")
    assert client.host != "0.0.0.0"
    assert blocking(client.get, "/api/system").status == 200


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
@in_process
def test_the_other_loopback_address_will_do() -> None:
    """IPv6 addresses stand in brackets."""
    url = observer.start(browser=False, host="::1")
    assert url.startswith("http://[::1]:")
    assert blocking(Client(url).get, "/api/system").status == 200


def test_a_fork_does_not_hold_the_port() -> None:
    """The child of a program that forks has no Observer, and keeps nobody from its port."""
    done = program(
        """
        import os, socket
        from pyex import *
        from pyex import observer

        def main():
            url = observer.start(browser=False)
            port = int(url.split(":")[2].partition("/")[0])
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(write)
                os.read(read, 1)
                os._exit(0)
            observer.stop()
            with socket.socket() as probe:
                print(probe.connect_ex(("127.0.0.1", port)) != 0)
            os.close(write)
            os.waitpid(child, 0)

        run(main)
        """,
        "-W",
        "ignore",
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


# The browser


def browser(folder: Path, script: str, name: str = "browser") -> dict[str, str]:
    """A browser that is a script."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION")
    return {**{key: text for key, text in os.environ.items() if key not in screens}, "BROWSER": str(path)}


OPENING = """
    from pyex import *
    from pyex import observer
    run(lambda: print(observer.start() and "started"))
"""


def test_the_browser_is_opened_without_a_word(tmp_path: Path) -> None:
    """What it prints does not reach the terminal; its address opens the page, and is not the printed one."""
    script = f"echo noise; echo noise >&2; echo \"$1\" > {tmp_path}/opened"
    done = program(OPENING, env=browser(tmp_path, script))
    assert (done.returncode, done.stdout, done.stderr) == (0, "started\n", "")
    assert "/?token=" in (tmp_path / "opened").read_text()


def test_without_a_browser_the_address_is_printed(tmp_path: Path) -> None:
    """Over SSH, without a screen, with a browser that needs the terminal, or one that fails."""
    own = browser(tmp_path, "exit 1", "lynx")
    without = {key: value for key, value in own.items() if key != "BROWSER"}
    for environment in (own, without, {**without, "DISPLAY": ":7", "SSH_CONNECTION": "here there"}):
        done = program(OPENING, env=environment)
        printed = done.stdout.splitlines()
        assert printed[0].startswith("The Observer is at http://127.0.0.1:")
        assert (printed[1:], done.stderr) == (["started"], "")
