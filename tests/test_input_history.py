"""The history that outlives the session: a private file that many shells share, and that nothing bad can come from."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import ENTER, FIRST, SECOND, UP, Desk, seated
from screen import CTRL_D, Screen

from pyex.repl.configuration import configure, settings
from pyex.repl.terminal import history_file
from pyex.repl.terminal.history_file import append, compact, decode, default_path, encode, read
from pyex.repl.terminal.input_history import InputHistory, configured_file

BLOCK = "class A:\n    def f(self):\n        return '\\n'"
MANY = 10_000


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "pyex" / "history")


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def default_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in vars(settings).items():
        monkeypatch.setattr(settings, name, value)
    yield


def session(path: str, *texts: str, lines: int = MANY) -> tuple[list[str], list[str]]:
    """One session that reads the file and adds these inputs: what it knew at its start, and what it complained of."""
    complaints: list[str] = []
    history = InputHistory(complaints.append)
    history.follow(path, lines)
    known = [*history.entries(patience=10)]
    for text in texts:
        history.add(text)
    history.close()
    return known, complaints


def test_the_next_session_has_the_inputs_of_the_last(path: str) -> None:
    """What was run in one session is there in the next, blocks whole and in order."""
    assert session(path, "x = 1", BLOCK, "y = 2") == ([], [])
    assert session(path) == (["x = 1", BLOCK, "y = 2"], [])


def test_the_file_is_private(path: str) -> None:
    """Nobody else can read the history, nor the folders that were made for it."""
    session(path, "password = 1")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    assert os.stat(os.path.dirname(os.path.dirname(path))).st_mode & 0o777 == 0o700


def test_equal_inputs_in_a_row_count_once(path: str) -> None:
    """An input that repeats the one before is not added, within a session and across two."""
    session(path, "a", "a", "b", "a")
    session(path, "a", "c")
    assert session(path)[0] == ["a", "b", "a", "c"]


def test_an_input_with_a_space_in_front_stays_out_of_the_file(path: str) -> None:
    """A space in front keeps an input out of the file, and in the memory of this session."""
    history = InputHistory(print)
    history.follow(path, MANY)
    history.add(" token = 'secret'")
    history.add("x = 1")
    assert history.entries() == [" token = 'secret'", "x = 1"]
    history.close()
    assert session(path)[0] == ["x = 1"]
    assert "secret" not in Path(path).read_text()


@pytest.mark.parametrize(
    "entry",
    [
        "plain",
        "a\nb",
        "a\\nb",
        "\\",
        "\\\\n",
        "tab\there",
        "é 漢字 🎉",
        "esc\x1b[31m",
        "cr\r\nlf",
        "null\x00",
        "\x7f",
        "\\x41",
    ],
)
def test_every_text_comes_back_as_it_was(entry: str) -> None:
    """Whatever an input holds is one line of the file, and the same text when it is read."""
    line = encode(entry)
    assert b"\n" not in line
    assert decode(line) == entry


def test_half_a_character_does_no_harm(path: str) -> None:
    """An input with a broken character is kept, with a question mark in its place."""
    session(path, "x = '\udce9'")
    assert session(path) == (["x = '?'"], [])


def test_shells_at_once_lose_nothing(path: str) -> None:
    """Four shells that write two hundred inputs each at the same time, while the file is shortened again and again:
    all inputs are there, each shell's in its order."""
    program = (
        "import sys\nfrom pyex.repl.terminal.history_file import append, compact\n"
        "path, name = sys.argv[1:]\n"
        "for n in range(200): append(path, [f'{name} {n}\\n  {n}']); n % 5 or compact(path, 10_000)"
    )
    junk = "\n".join(f"# old {n}" for n in range(20_000))
    Path(path).parent.mkdir(parents=True)
    Path(path).write_text(junk + "\n")
    shells = [subprocess.Popen([sys.executable, "-c", program, path, name]) for name in "abcd"]
    assert [shell.wait(60) for shell in shells] == [0, 0, 0, 0]
    entries = read(path, MANY).entries
    for name in "abcd":
        assert [entry for entry in entries if entry.startswith(f"{name} ")] == [
            f"{name} {n}\n  {n}" for n in range(200)
        ]


def test_a_shell_sees_what_others_wrote_before_it_started(path: str) -> None:
    """Two shells are open; a third one that starts knows the inputs of both."""
    first, second = InputHistory(print), InputHistory(print)
    for history in (first, second):
        history.follow(path, MANY)
        assert history.entries(patience=10) == []
    first.add("one")
    second.add("two")
    first.close()
    second.close()
    assert sorted(session(path)[0]) == ["one", "two"]


def test_the_file_is_bounded(path: str) -> None:
    """A file that has grown to far more than is remembered is cut to its newest inputs, and stays private."""
    append(path, [f"input {n}" for n in range(5_000)])
    session(path, "last", lines=100)
    assert len(Path(path).read_text().splitlines()) == 100
    assert session(path, lines=100)[0] == [*(f"input {n}" for n in range(4_901, 5_000)), "last"]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.listdir(os.path.dirname(path)) == ["history"]


def test_a_file_behind_a_link_stays_behind_it(path: str, tmp_path: Path) -> None:
    """Where the file is a symbolic link, as people keep such files elsewhere, shortening it leaves the link."""
    real = tmp_path / "dotfiles"
    append(str(real), [f"input {n}" for n in range(1_000)])
    os.makedirs(os.path.dirname(path))
    os.symlink(real, path)
    assert compact(path, 10)
    assert os.path.islink(path)
    assert len(real.read_text().splitlines()) == 10


def test_a_large_file_is_read_from_its_end(path: str) -> None:
    """Of a file with 100,000 inputs the newest are read, without reading all of it."""
    append(path, [f"x = {'0' * 40} + {n}" for n in range(100_000)])
    began = time.process_time()
    entries = read(path, 1_000).entries
    some = time.process_time() - began
    assert entries[-1].endswith("+ 99999") and len(entries) == 1_000
    assert len(read(path, 100_000).entries) == 100_000
    everything = time.process_time() - began - some
    assert some < everything / 4


def test_a_broken_file_costs_one_warning_and_its_broken_lines(path: str) -> None:
    """Lines that are no text are left out and stay in the file; one warning says so; the others are there."""
    append(path, ["good", BLOCK])
    with open(path, "ab") as file:
        file.write(b"\xff\xfe\x00broken\n\x00\x01\x02\n")
    append(path, ["after"])
    known, complaints = session(path, "new")
    assert known == ["good", BLOCK, "after"]
    assert len(complaints) == 1 and "no text" in complaints[0]
    assert b"\xff\xfe\x00broken\n" in Path(path).read_bytes()
    assert session(path)[0] == ["good", BLOCK, "after", "new"]


def test_a_file_of_noise_costs_one_warning(path: str) -> None:
    """A file that is nothing but bytes: one warning, and what is typed from now on is kept."""
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"".join(bytes([255, n % 256, 0]) for n in range(100_000)))
    known, complaints = session(path, "new")
    assert known == []
    assert len(complaints) == 1
    assert session(path)[0] == ["new"]


def test_a_line_cut_off_in_the_middle_swallows_nothing(path: str) -> None:
    """When a machine died in the middle of a write, the next input starts on a line of its own."""
    append(path, ["whole"])
    with open(path, "ab") as file:
        file.write(b"def f():\\n    ret")
    session(path, "next")
    assert session(path) == (["whole", "def f():\n    ret", "next"], [])


def test_a_file_that_vanishes_comes_back(path: str) -> None:
    """When somebody deletes the file and its folder during a session, the next input makes them anew."""
    history = InputHistory(print)
    history.follow(path, MANY)
    history.add("one")
    history.close()
    history.follow(path, MANY)
    assert history.entries(patience=10) == ["one"]
    os.unlink(path)
    os.rmdir(os.path.dirname(path))
    history.add("two")
    history.close()
    assert session(path) == (["two"], [])


@pytest.mark.parametrize("where", ["a folder", "below a file", "no device", "a null byte"])
def test_a_file_that_cannot_be_costs_one_warning(where: str, tmp_path: Path) -> None:
    """Where no file can be, there is one warning, and inputs are remembered all the same while the session lives."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    path = {
        "a folder": str(tmp_path / "folder"),
        "below a file": str(tmp_path / "file" / "history"),
        "no device": "/dev/null",
        "a null byte": "a\0b",
    }[where]
    complaints: list[str] = []
    history = InputHistory(complaints.append)
    history.follow(path, MANY)
    assert history.entries(patience=10) == []
    for text in ("one", "two", "three"):
        history.add(text)
    assert history.entries() == ["one", "two", "three"]
    history.close()
    assert len(complaints) == 1
    assert complaints[0].startswith("warning: input history: ") and complaints[0].count("\n") == 1


def test_a_read_only_file_is_read(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may only be read gives its inputs, costs one warning, and stays as it is."""
    append(path, ["old"])
    real_open = os.open

    def read_only(name: str, flags: int, mode: int = 0o777) -> int:
        if name == path and flags & os.O_ACCMODE != os.O_RDONLY:
            raise PermissionError(13, "Permission denied", name)
        return real_open(name, flags, mode)

    monkeypatch.setattr(history_file.os, "open", read_only)
    known, complaints = session(path, "new", "newer")
    assert known == ["old"]
    assert len(complaints) == 1 and "Permission denied" in complaints[0]
    assert Path(path).read_text() == "old\n"


def test_a_full_disk_leaves_no_half_line(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills up in the middle of a write, the file is as before; the input comes when there is room."""
    append(path, ["old"])
    real_write = os.write
    full = True

    def write(descriptor: int, data: bytes) -> int:
        if not full:
            return real_write(descriptor, data)
        if len(data) > 3:
            return real_write(descriptor, data[:3])
        raise OSError(28, "No space left on device")

    complaints: list[str] = []
    history = InputHistory(complaints.append)
    history.follow(path, MANY)
    history.entries(patience=10)
    monkeypatch.setattr(history_file.os, "write", write)
    history.add("new")
    deadline = time.monotonic() + 10
    while not complaints and time.monotonic() < deadline:
        time.sleep(0.001)
    assert Path(path).read_text() == "old\n"
    full = False
    history.close()
    assert Path(path).read_text() == "old\nnew\n"
    assert len(complaints) == 1 and "No space left" in complaints[0]


def test_a_lock_that_is_never_released_stops_nobody(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another program sits on the lock, the person is not kept waiting, and is told once."""
    monkeypatch.setattr(history_file, "LOCK_SECONDS", 0.05)
    append(path, ["old"])
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known, complaints = session(path, "new")
    assert known == ["old"]
    assert len(complaints) == 1 and "lock" in complaints[0]
    assert Path(path).read_text() == "old\n"


def test_where_the_file_is_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is in XDG's state folder; a relative XDG_STATE_HOME counts for nothing; a home must exist."""
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert default_path() == "/somewhere/pyex/history"
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/folder"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert default_path() == f"{tmp_path}/.local/state/pyex/history"
    monkeypatch.setenv("HOME", "/nonexistent/home")
    known, complaints = session("default", "x")
    assert known == [] and len(complaints) == 1 and "/nonexistent/home" in complaints[0]
    assert not os.path.exists("/nonexistent")


def test_private_mode(default_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty PYEX_HISTORY, or history_file=None, keep no file, whatever the other says; else each names one."""
    monkeypatch.delenv("PYEX_HISTORY", raising=False)
    assert configured_file() == "default"
    monkeypatch.setenv("PYEX_HISTORY", "/from/environment")
    assert configured_file() == "/from/environment"
    configure(history_file="/from/settings")
    assert configured_file() == "/from/settings"
    monkeypatch.setenv("PYEX_HISTORY", "")
    assert configured_file() is None
    monkeypatch.setenv("PYEX_HISTORY", "/from/environment")
    configure(history_file=None)
    assert configured_file() is None


def runs(desk: Desk, *texts: str) -> None:
    for text in texts:
        desk.terminal.ask(FIRST)
        desk.sees_last(FIRST.text.rstrip())
        desk.types(text)
        desk.presses(ENTER)
        desk.answer()


def test_up_brings_what_an_earlier_session_ran(path: str) -> None:
    """At the terminal: what I ran before is there after a new start."""
    with seated(history_file=lambda: path) as desk:
        runs(desk, "x = 1", " secret = 2", "y = 3")
    with seated(history_file=lambda: path) as desk:
        desk.terminal.ask(SECOND)
        desk.sees("pyex(2)>")
        desk.presses(UP)
        desk.sees("pyex(2)> y = 3")
        desk.presses("\x01" + UP)
        desk.sees("pyex(2)> x = 1")


def test_private_mode_can_begin_in_the_middle(path: str) -> None:
    """From the moment on that the file is switched off nothing more is written, and Up still brings everything."""
    where: list[str | None] = [path]
    with seated(history_file=lambda: where[0]) as desk:
        runs(desk, "open = 1")
        where[0] = None
        runs(desk, "hidden = 2")
        desk.terminal.ask(FIRST)
        desk.sees_last("pyex(1)>")
        desk.presses(UP)
        desk.sees_last("pyex(1)> hidden = 2")
        desk.presses("\x01" + UP)
        desk.sees_last("pyex(1)> open = 1")
    assert Path(path).read_text() == "open = 1\n"


def test_a_warning_stands_above_the_prompt_once(tmp_path: Path) -> None:
    """A history file that cannot be used costs one line above the first prompt."""
    with seated(history_file=lambda: str(tmp_path), columns=200) as desk:
        runs(desk, "x = 1", "y = 2")
        desk.terminal.ask(SECOND)
        warning = f"warning: input history: [Errno 22] not a regular file: '{tmp_path}'"
        desk.sees(warning, "pyex(1)> x = 1", "pyex(1)> y = 2", "pyex(2)>")


def test_the_prompt_waits_for_no_history(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the file is still being read, the prompt is up and runs what is typed; then the old inputs are there."""
    append(path, ["old"])
    may_read = threading.Event()

    def slow(where: str, lines: int) -> history_file.Stored:
        assert may_read.wait(10)
        return read(where, lines)

    monkeypatch.setattr(history_file, "read", slow)
    with seated(history_file=lambda: path) as desk:
        runs(desk, "new")
        desk.terminal.ask(FIRST)
        desk.sees_last("pyex(1)>")
        may_read.set()
        desk.presses(UP)
        desk.sees_last("pyex(1)> new")
        desk.presses("\x01" + UP)
        desk.sees_last("pyex(1)> old")
    assert Path(path).read_text() == "old\nnew\n"


def test_a_killed_shell_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the real shell, what ran is in the file when the shell is killed, and the next shell has it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("PYEX_HISTORY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "pyex" / "history"
    with Screen(history=True) as screen:
        screen.types("answer = 6 * 7")
        screen.prompt(2)
        screen.waits_for(lambda: file.exists() and file.read_text() == "answer = 6 * 7\n", "the entry in the file")
        screen.process.kill(9)
        screen.exit_status()
    with Screen(history=True) as screen:
        screen.presses(UP)
        screen.shows("pyex(1)> answer = 6 * 7")
        screen.presses(ENTER)
        screen.shows("42", "pyex(2)>")
        screen.presses(CTRL_D)
        assert screen.exit_status() == 0
