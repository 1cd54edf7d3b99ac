"""`pyex observer`: the Observer of a program that runs, or of snapshots."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from observer_client import Client
from program import PATIENCE, started
from screen import Screen

from pyex.repl.attach import frame

PROGRAM = """
    import sys
    from pyex import *
    from pyex import observer, repl

    def compute(line):
        return eval(line, globals())

    def asks():
        for line in sys.stdin:
            print(submit(compute, line).result(), flush=True)

    def main():
        print(repl.listen(), flush=True)
        blocking(asks)

    run(main)
"""
COMMAND = (sys.executable, "-m", "pyex", "observer")


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for sockets that is the test's alone, and no browser."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "pyex"


class Program:
    """A program that listens, and computes what it is told on its standard input."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running
        self.path = self.line()

    def line(self) -> str:
        assert self.running.stdout is not None
        return self.running.stdout.readline().strip()

    def computes(self, expression: str) -> str:
        assert self.running.stdin is not None
        self.running.stdin.write(f"{expression}\n")
        self.running.stdin.flush()
        return self.line()


@contextmanager
def program() -> Iterator[Program]:
    with started(PROGRAM, stdin=subprocess.PIPE) as running:
        try:
            yield Program(running)
        finally:
            running.kill()


@contextmanager
def command(*words: str) -> Iterator[subprocess.Popen[str]]:
    """`pyex observer`, which runs."""
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def done(*words: str) -> tuple[int, str, str]:
    """`pyex observer`, to its end: its exit status and what it has printed."""
    ended = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def client_of(running: subprocess.Popen[str]) -> Client:
    """Who opens the address that the command prints."""
    assert running.stdout is not None
    said = running.stdout.readline()
    assert said.startswith("The Observer is at http://"), (said, running.stderr and running.stderr.read())
    return Client(said.split()[-1])


def left(running: subprocess.Popen[str]) -> int:
    """Press Ctrl+C; the exit status."""
    running.send_signal(signal.SIGINT)
    return running.wait(PATIENCE)


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes to be so."""
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


# Of a program


def test_the_only_program_that_listens_is_observed() -> None:
    """The command prints the address; Ctrl+C ends the Observer, and not the program."""
    with program() as observed, command() as running:
        client = client_of(running)
        assert client.get("/api/system").json["program"]["pid"] == observed.running.pid
        assert client.act("nothing").status != 403
        assert left(running) == 0
        assert client.refuses_connections()
        assert observed.computes("6 * 7") == "42"


@pytest.mark.parametrize("by", ["number", "path"])
def test_a_program_is_observed_by_its_number_or_its_path(by: str) -> None:
    """--attach names it, where there are several."""
    with program() as observed, program() as other:
        target = str(observed.running.pid) if by == "number" else observed.path
        with command("--attach", target, "--readonly") as running:
            client = client_of(running)
            assert client.get("/api/system").json["program"]["pid"] == observed.running.pid
            assert client.act("exit").status == 403
            assert left(running) == 0
        status, _, error = done()
        assert status == 1
        assert error.startswith("pyex: several programs listen: pyex observer --attach ")
        assert str(other.running.pid) in error


def test_the_death_of_the_command_ends_the_observer() -> None:
    """Also where it could not say goodbye."""
    with program() as observed, command() as running:
        client = client_of(running)
        running.kill()
        assert soon(client.refuses_connections)
        assert observed.computes("6 * 7") == "42"


def test_what_the_program_has_started_itself_stays() -> None:
    """The command is given its address, and leaves it open."""
    with program() as observed:
        url = observed.computes("observer.start(browser=False)")
        with command() as running:
            client = client_of(running)
            assert client.token == Client(url).token
            assert left(running) == 0
        assert client.get("/api/system").status == 200
        status, _, error = done("--readonly")
        assert (status, error) == (
            1,
            "pyex: the program has an Observer with other options: observer.stop() there ends it\n",
        )


def test_two_may_observe_and_the_last_ends_it() -> None:
    """Whoever leaves first takes nothing from the other."""
    with program(), command() as one, command() as other:
        first, second = client_of(one), client_of(other)
        assert first.token == second.token
        assert left(one) == 0
        assert second.get("/api/system").status == 200
        assert left(other) == 0
        assert second.refuses_connections()


def test_when_the_observer_or_the_program_ends_so_does_the_command() -> None:
    """It says which of the two has ended."""
    with program() as observed:
        with command() as running:
            client_of(running)
            assert observed.computes("observer.stop()") == "ok"
            assert running.wait(PATIENCE) == 1
            assert running.stderr is not None
            assert running.stderr.read() == "pyex: the Observer has ended there\n"
        with command() as running:
            client_of(running)
            observed.running.kill()
            assert running.wait(PATIENCE) == 1
            assert running.stderr is not None
            assert running.stderr.read() == "pyex: the program is gone\n"


def test_a_port_that_is_taken_is_told() -> None:
    """The words are the program's, and the program goes on."""
    with program() as observed, socket.create_server(("127.0.0.1", 0)) as taken:
        status, _, error = done("--port", str(taken.getsockname()[1]))
        assert status == 1
        assert error.startswith("pyex: cannot listen at 127.0.0.1:")
        assert observed.computes("6 * 7") == "42"


def test_where_no_program_listens_it_says_what_to_do() -> None:
    """As `pyex attach` does."""
    assert done() == (
        1,
        "",
        "pyex: no program listens; a program can be attached to when it calls pyex.repl.listen(), or is started by "
        "pyex --listen\n",
    )


def test_words_that_are_none_do_the_program_no_harm() -> None:
    """Whoever sends nonsense in place of options is sent away."""
    with program() as observed:
        for said in (b"", b"{", b"[]", b'{"readonly": true}', b"\xff", b'{"readonly": 1, "host": 2, "port": 3}'):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(observed.path)
                frame.send(connection, frame.OBSERVE, said)
                while connection.recv(4096):
                    pass
        assert observed.computes("observer.stop()") == "ok"


def test_the_page_opens_in_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--no-browser leaves it closed."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho noise\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    with program():
        for words in (["--no-browser"], []):
            with command(*words) as running:
                client = client_of(running)
                assert running.stdout is not None
                assert running.stdout.readline() == "Ctrl+C ends it.\n"
                assert not words or not (tmp_path / "opened").exists()
                assert words or soon((tmp_path / "opened").exists)
                assert left(running) == 0
    opened = (tmp_path / "opened").read_text().split()
    assert [address.partition("?")[0] for address in opened] == [f"http://127.0.0.1:{client.port}/"]


# Of snapshots


def snapshot(path: Path, **more: object) -> str:
    path.write_text(json.dumps({"pyex_snapshot": 1, "at": 0, "node": "n", "views": {}, **more}))
    return str(path)


def test_a_snapshot_is_shown_without_a_program(tmp_path: Path) -> None:
    """Its page gets the files; nothing else can be seen or done."""
    one, other = snapshot(tmp_path / "one.json", node="a"), snapshot(tmp_path / "other.json", node="b")
    with command(one, other) as running:
        client = client_of(running)
        assert 'name="pyex-snapshots" content="2"' in client.get("/").body.decode()
        assert [client.get(f"/api/snapshot-file/{number}").json["node"] for number in (0, 1)] == ["a", "b"]
        assert client.get("/api/snapshot-file/2").status == 404
        assert client.get("/api/system").status == 503
        assert client.act("exit").status == 403
        assert client.ask("/api/snapshot-file/0").status == 403
        assert left(running) == 0


def test_files_that_are_no_snapshots_are_told(tmp_path: Path) -> None:
    """With the file's name, and what is wrong with it."""
    for text, problem in (
        ("nonsense", "it is no JSON"),
        ("{}", "its page saves one"),
        ("[]", "its page saves one"),
        ("[" * 100_000, "it is no JSON"),
        ('{"pyex_snapshot": 2, "views": {}}', "another version"),
    ):
        path = tmp_path / "file.json"
        path.write_text(text)
        status, _, error = done(str(path))
        assert status == 1
        assert error.startswith(f"pyex: {path}: ")
        assert problem in error
    assert done(str(tmp_path / "nowhere"))[2] == f"pyex: {tmp_path}/nowhere: No such file or directory\n"
    assert done(str(tmp_path))[2] == f"pyex: {tmp_path}: Is a directory\n"


# The command line


def test_help_shows_the_page() -> None:
    """With every option in it."""
    status, text, _ = done("--help")
    assert status == 0
    for name in ("--attach", "--readonly", "--host", "--port", "--no-browser", "--tui"):
        assert f"    {name}" in text


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--nonsense"], "observer: --nonsense: unknown option"),
        (["--attach"], "observer: --attach: something is missing behind it"),
        (["--readonly=1"], "observer: --readonly: nothing follows it"),
        (["--port", "x"], "observer: --port: x: a port is a number up to 65535"),
        (["--port", "65536"], "observer: --port: 65536: a port is a number up to 65535"),
        (["--host", ""], "observer: --host: an address is missing"),
        (["a", "b", "c"], "observer: c: unexpected; two snapshots are compared"),
        (["a", "--attach", "1"], "observer: --attach: a snapshot has no program; leave it out, or a"),
        (["--tui", "--port", "1"], "observer: --port: is for the page, and --tui shows none"),
    ],
)
def test_a_command_that_cannot_be_understood_is_told(words: list[str], problem: str) -> None:
    """Exit status 2, and where to look."""
    assert done(*words) == (2, "", f"pyex: {problem} (pyex observer --help shows what there is)\n")


def test_tui_needs_a_terminal() -> None:
    """Without one it says so."""
    assert done("--tui") == (1, "", "pyex: observer --tui needs a terminal\n")


@pytest.mark.parametrize("leave", ["q", "\x1c"])
def test_tui_shows_it_in_the_terminal(leave: str) -> None:
    """The program's Observer is drawn here, until q or Ctrl+\\; the terminal is as it was, and the program goes on."""
    with program() as observed:
        words = f"{sys.executable} -m pyex observer --tui --attach {observed.running.pid}; echo left with $?; cat"
        with Screen("/bin/sh", "-c", words, first="") as screen:
            screen.shows_somewhere("nonode@nohost")
            assert not screen.is_sane()
            screen.presses(leave)
            screen.shows_somewhere("left with 0")
            assert screen.is_sane()
        assert observed.computes("6 * 7") == "42"


def test_tui_ends_with_the_program() -> None:
    """The terminal is given back."""
    with program() as observed:
        words = f"{sys.executable} -m pyex observer --tui; echo left with $?; cat"
        with Screen("/bin/sh", "-c", words, first="") as screen:
            screen.shows_somewhere("nonode@nohost")
            observed.running.kill()
            screen.shows_somewhere("left with 1")
            assert "pyex: the program is gone" in screen.text()
            assert screen.is_sane()
