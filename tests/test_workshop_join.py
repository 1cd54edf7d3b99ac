"""`pyex workshop` and `pyex lesson --join`: a teacher's and learners' shells, and what can go wrong between them."""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from lessons import BELLS
from program import PATIENCE
from test_workshop import rows

from pyex.__main__ import main
from pyex.repl.workshop import visit


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everyone's folders, and a lesson."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYEX_HISTORY", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bells.md").write_text(BELLS)
    return tmp_path


@contextmanager
def workshop(*words: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A teacher's program, and its two addresses."""
    command = [sys.executable, "-P", "-m", "pyex", "workshop", *words]
    teacher = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with teacher:
        try:
            assert teacher.stdout is not None
            read = ""
            while "Learners type" not in read:
                line = teacher.stdout.readline()
                assert line, read
                read += line
            yield teacher, *re.findall(r"^  (?:you|learners) +(http:\S+)", read, re.M)
        finally:
            if teacher.poll() is None:
                teacher.kill()


def learn(url: str, *words: str, typed: str = "", state: str = "learner") -> subprocess.CompletedProcess[str]:
    """A learner's program, with this on its standard input, and folders of its own."""
    command = [sys.executable, "-P", "-m", "pyex", "lesson", "--join", url, *words]
    surroundings = {**os.environ, "XDG_STATE_HOME": os.path.abspath(state)}
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=2 * PATIENCE, check=False, env=surroundings
    )


@contextmanager
def answering(body: bytes, status: int = 200, **headers: str) -> Iterator[str]:
    """The address of a server that answers this, whatever it is asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()


def offer(name: str = "bells", file: str = "bells.md", text: str = BELLS) -> bytes:
    return json.dumps({"workshop": 1, "lessons": [{"name": name, "file": file, "text": text}]}).encode()


def test_two_learners_in_a_workshop() -> None:
    """They are on the page with what they did; who comes back goes on, and is the same; the end is the shell's."""
    with workshop("bells.md") as (teacher, page, url):
        first = learn(url, "--yes", "--name", "ada", typed='lesson("bells")\nskip()\n')
        assert first.returncode == 0, first.stderr
        assert "Their set-up code comes from 127.0.0.1, and runs here with your rights." in first.stdout
        assert re.search(r"^  bells +Bells +0/2$", first.stdout, re.M)
        assert "✓ Link the bell" in first.stdout
        learn(url, "--yes", "--name", "ada", state="another")
        ada, other = rows(page)
        assert (ada["name"], ada["done"], ada["at"]) == ("ada", [1], "bells: Crack it")
        assert (other["name"], other["done"]) == ("ada 2", [0])
        again = learn(url, "--yes", "--name", "ada", "bells", typed="skip()\n")
        assert 'lesson("bells")' in again.stdout and "1 of 2 tasks are done" in again.stdout
        assert [(row["name"], row["done"]) for row in rows(page)] == [("ada", [2]), ("ada 2", [0])]
        assert teacher.stdin is not None
        teacher.stdin.close()
        assert teacher.wait(PATIENCE) == 0
    gone = learn(url, "--yes")
    assert gone.returncode == 1
    assert re.fullmatch(r"pyex: lesson: 127\.0\.0\.1:\d+ cannot be reached: Connection refused\n", gone.stderr)


def test_the_course_is_taught_from_the_learners_own_files() -> None:
    """Nothing is kept of it but the key, which is for its owner alone."""
    with workshop() as (teacher, page, url):
        learned = learn(url, "processes")
        assert 'lesson("processes")' in learned.stdout
        assert rows(page)[0]["at"].startswith("processes: ")
        (kept,) = Path("learner/pyex/workshops/127.0.0.1").iterdir()
        assert kept.name == "key" and kept.stat().st_mode & 0o077 == 0
        teacher.send_signal(signal.SIGTERM)
        assert teacher.wait(PATIENCE) == 128 + signal.SIGTERM


def test_the_lesson_goes_on_without_the_server() -> None:
    """It is told once, in one line."""
    with workshop("bells.md") as (teacher, _, url):
        command = [sys.executable, "-P", "-m", "pyex", "lesson", "--join", url, "--yes", "bells"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as learner:  # type: ignore[call-overload]
            for line in learner.stdout:
                if "Link it." in line:
                    break
            teacher.kill()
            teacher.wait()
            learner.stdin.write("skip()\n")
            learner.stdin.flush()
            told = learner.stderr.readline()
            output, errors = learner.communicate("skip()\n", timeout=PATIENCE)
    assert told.startswith("The workshop is silent (127.0.0.1:") and told.endswith("reports when it can.\n")
    assert errors == "" or "silent" not in errors
    assert 'All 2 tasks of "Bells" are done.' in output


def test_a_wrong_token(capsys: pytest.CaptureFixture[str]) -> None:
    """The learner is told whom to ask."""
    with workshop("bells.md") as (_, _, url):
        assert main(["lesson", "--join", url[:-1]]) == 1
    assert "does not know this address: ask your teacher" in capsys.readouterr().err


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"[" * 100000,
        b"{}",
        b'{"workshop": 1, "lessons": []}',
        b'{"workshop": 1, "lessons": [7]}',
        offer(file="../../.bashrc"),
        offer(file="/etc/x.md"),
        offer(name="\x1b[2J"),
        offer(file="key"),
        b"x" * (visit.MOST_BYTES + 1),
    ],
)
def test_nonsense_from_the_server_is_told(body: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with status 1; nothing is written."""
    with answering(body) as url:
        assert main(["lesson", "--join", url, "--yes"]) == 1
    told = capsys.readouterr().err
    assert told.endswith("answers, but not as a workshop of pyex does\n") and told.count("\n") == 1
    assert not (folder / "state").exists()


def test_no_server_leads_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """A redirection is no answer."""
    with answering(offer()) as elsewhere, answering(b"", 302, Location=elsewhere) as url:
        assert main(["lesson", "--join", url, "--yes"]) == 1
    assert "not as a workshop of pyex does" in capsys.readouterr().err


def test_what_is_no_lesson_is_told_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Before one comes in."""
    with answering(offer(text="# T\n\n## S\n\n```check\nx ==\n```\n\n```pyex answer\npyex> 1\n```\n")) as url:
        assert main(["lesson", "--join", url, "--yes"]) == 1
    assert "bells.md:6: the check is no Python" in capsys.readouterr().err


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
def test_a_server_that_hangs(sent: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Is given up after some seconds."""
    monkeypatch.setattr(visit, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/token"

        def hang() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(sent)
                while connection.recv(1000):
                    pass

        Thread(target=hang, daemon=True).start()
        assert main(["lesson", "--join", url, "--yes"]) == 1
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["lesson", "--join", "nonsense"], "the address of a workshop is like"),
        (["lesson", "--join", "https://127.0.0.1/x"], "the address of a workshop is like"),
        (["lesson", "--join", "http://127.0.0.1:1"], "the address of a workshop is like"),
        (["lesson", "--join", "http://127.0.0.1:x/y"], "Port could not be cast"),
        (["lesson", "--join", "http://[/y"], "Invalid IPv6"),
        (["lesson", "--join", "file:///etc/passwd"], "the address of a workshop is like"),
        (["lesson", "--join"], "--join: what?"),
        (["lesson", "--name", "x"], "--name: goes with --join"),
        (["lesson", "--join", "http://x/y", "--progress"], "--progress: unexpected with --join"),
        (["workshop", "none.md"], "there is no file 'none.md'"),
        (["workshop", "--port", "x"], "a port is a number up to 65535"),
        (["workshop", "--port", "70000"], "a port is a number up to 65535"),
        (["workshop", "--port"], "--port: needs a number"),
        (["workshop", "--frobnicate"], "--frobnicate: unknown option"),
    ],
)
def test_what_cannot_be_understood_is_told(words: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with status 2."""
    assert main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"pyex: {words[0]}: ") and problem in told and told.count("\n") == 1


def test_files_that_cannot_be_taught(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no lesson, and two of one name: status 1, before anything is served."""
    (folder / "notes.md").write_text("# Notes\n")
    assert main(["workshop", "notes.md"]) == 1
    assert "notes.md: a lesson without checks" in capsys.readouterr().err
    (folder / "02_bells.md").write_text(BELLS)
    assert main(["workshop", "bells.md", "02_bells.md"]) == 1
    assert '"bells" is the name of' in capsys.readouterr().err


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """Is told, with status 1."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert main(["workshop", "--port", str(port), "bells.md"]) == 1
    assert f"port {port} cannot be used (Address already in use): try another one" in capsys.readouterr().err
