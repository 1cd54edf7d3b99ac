"""What has been done of lessons, kept from day to day in a file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pyex.repl.lesson import progress as module
from pyex.repl.lesson.progress import Progress, default_path


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "pyex" / "lessons.json")


def test_what_is_done_is_there_in_another_program(path: str) -> None:
    """A task that was done is done next week, and the file says when."""
    Progress(path).add("links", "Link the worker")
    again = Progress(path)
    assert list(again.tasks("links")) == ["Link the worker"]
    assert again.tasks("links")["Link the worker"].startswith("20")
    assert again.tasks("monitors") == {}
    assert again.troubles() == []


def test_the_file_is_for_its_owner_only(path: str) -> None:
    """Neither the file, nor the folders made for it, can be read by others."""
    Progress(path).add("links", "Link the worker")
    for each in (path, os.path.dirname(path), os.path.dirname(os.path.dirname(path))):
        assert stat.S_IMODE(os.stat(each).st_mode) & 0o077 == 0


def test_asking_makes_no_file(path: str) -> None:
    """Who only looks leaves nothing behind."""
    assert Progress(path).all() == {}
    assert not os.path.exists(os.path.dirname(path))


def test_two_shells_lose_nothing(path: str) -> None:
    """What one has done is not overwritten by the other, which read the file before."""
    one, other = Progress(path), Progress(path)
    assert one.all() == other.all() == {}
    one.add("links", "A")
    other.add("links", "B")
    other.add("state", "C")
    one.add("links", "D")
    assert {key: list(tasks) for key, tasks in one.all().items()} == {"links": ["A", "B", "D"], "state": ["C"]}


def test_many_programs_at_once_lose_nothing(path: str) -> None:
    """Four programs that write at the same moment leave all that they have done."""
    code = (
        "import sys; from pyex.repl.lesson.progress import Progress\n"
        "kept = Progress(sys.argv[1])\n"
        "for number in range(10): kept.add('links', f'{sys.argv[2]} {number}')\n"
        "print(kept.troubles())"
    )
    writers = [
        subprocess.Popen([sys.executable, "-P", "-c", code, path, name], stdout=subprocess.PIPE, text=True)
        for name in "abcd"
    ]
    assert [writer.communicate(timeout=30)[0] for writer in writers] == ["[]\n"] * 4
    assert set(Progress(path).tasks("links")) == {f"{name} {number}" for name in "abcd" for number in range(10)}


def test_a_lesson_that_begins_anew_forgets_only_itself(path: str) -> None:
    """`restart` takes the tasks of that lesson away, also for other programs."""
    kept = Progress(path)
    kept.add("links", "A")
    kept.add("state", "B")
    kept.forget("links")
    assert list(Progress(path).all()) == list(kept.all()) == ["state"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "line 1"),
        ("[]", '"version"'),
        ('{"version": 1}', '"lessons"'),
        ('{"version": 1, "lessons": {"links": 7}}', '"links"'),
        ('{"version": "1", "lessons": {}}', '"version"'),
        ("[" * 100_000, "nested"),
        (b"\xff\xfe", "UTF-8"),
        ("", "line 1"),
    ],
    ids=["cut", "no dict", "no lessons", "no tasks", "no number", "deep", "no text", "empty"],
)
def test_a_damaged_file_is_moved_aside(path: str, text: str | bytes, what: str) -> None:
    """It is told with its path and what is wrong, kept under another name, and progress goes on."""
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())
    kept = Progress(path)
    kept.add("links", "A")
    (trouble,) = kept.troubles()
    assert path in trouble and what in trouble and f"{path}.damaged" in trouble
    assert kept.troubles() == []
    assert os.path.exists(f"{path}.damaged")
    assert list(Progress(path).tasks("links")) == ["A"]


def test_a_second_damage_does_not_cost_the_first_copy(path: str) -> None:
    """Each file that was moved aside stays, under a name of its own that the message tells."""
    os.makedirs(os.path.dirname(path))
    told = []
    for text in ("{ my first", "{ my second"):
        Path(path).write_text(text)
        kept = Progress(path)
        kept.add("links", "A")
        told += kept.troubles()
    assert f"moved to {path}.damaged," in told[0] and f"moved to {path}.damaged.2," in told[1]
    assert Path(f"{path}.damaged").read_text() == "{ my first"
    assert Path(f"{path}.damaged.2").read_text() == "{ my second"


def test_the_file_of_a_newer_version_is_left_as_it_is(path: str) -> None:
    """It is told once; what is done counts for as long as the program runs."""
    os.makedirs(os.path.dirname(path))
    text = json.dumps({"version": 2, "lessons": {}, "more": True})
    Path(path).write_text(text)
    kept = Progress(path)
    kept.add("links", "A")
    kept.add("links", "B")
    (trouble,) = kept.troubles()
    assert "newer pyex" in trouble and path in trouble
    assert list(kept.tasks("links")) == ["A", "B"]
    assert Path(path).read_text() == text


def test_without_a_place_to_write_it_goes_on(tmp_path: Path) -> None:
    """Where no folder can be made it is told once, and what is done counts for as long as the program runs."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    kept = Progress(str(blocked / "pyex" / "lessons.json"))
    kept.add("links", "A")
    kept.add("links", "B")
    (trouble,) = kept.troubles()
    assert "cannot be used" in trouble and "is not kept" in trouble
    assert list(kept.tasks("links")) == ["A", "B"]


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    """When the place is there again, nothing of what was done meanwhile is missing."""
    folder = tmp_path / "pyex"
    folder.write_text("")
    kept = Progress(str(folder / "lessons.json"))
    kept.add("links", "A")
    folder.unlink()
    kept.add("links", "B")
    assert list(Progress(str(folder / "lessons.json")).tasks("links")) == ["A", "B"]


def test_a_lock_that_is_never_given_back_holds_nobody_up(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was stopped with the lock is waited for, but not for ever."""
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.05)
    kept = Progress(path)
    with module._locked(path):
        kept.add("links", "A")
    (trouble,) = kept.troubles()
    assert "another program holds its lock" in trouble
    kept.add("links", "B")
    assert list(Progress(path).tasks("links")) == ["A", "B"]


def test_it_is_where_state_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In $XDG_STATE_HOME, else below the home folder; a program without either keeps it in memory, and says so."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_path() == str(tmp_path / "pyex" / "lessons.json")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == str(tmp_path / ".local" / "state" / "pyex" / "lessons.json")
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    kept = module.progress()
    kept.add("links", "A")
    assert "A" in kept.tasks("links")
    (trouble,) = kept.troubles()
    assert "XDG_STATE_HOME" in trouble
