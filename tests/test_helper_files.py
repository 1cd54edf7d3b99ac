"""`ls cd pwd clear`: the folder that the program is in, and the screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from screen import Screen
from shell_session import said

from pyex.repl.display.side_by_side import side_by_side


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files and a folder, which the program is in."""
    place = tmp_path / "here"
    place.mkdir()
    (place / "src").mkdir()
    (place / "src" / "inside.py").touch()
    (place / "a.txt").touch()
    (place / "b file").touch()
    monkeypatch.chdir(place)
    monkeypatch.setenv("HOME", str(tmp_path))
    return place


def test_pwd_prints_where_the_program_is(folder: Path) -> None:
    """The folder, and nothing else; without parentheses, too."""
    assert said("pwd()", "pwd") == [str(folder), str(folder)]


def test_cd_goes_there_and_says_where_that_is(folder: Path) -> None:
    """Up and down, home, and where `~` says."""
    shown = said(
        "cd('src')", "cd('..')", "cd()", "cd('~/here')", "import os, pathlib; cd(pathlib.Path('src'))", "os.getcwd()"
    )
    home, src = str(folder.parent), str(folder / "src")
    assert shown == [src, str(folder), home, str(folder), src, repr(src)]


def test_cd_to_nowhere_stays(folder: Path) -> None:
    """A folder that is not there, a file, and a path that can be none are named."""
    shown = said("cd('/nonexistent')", "cd('a.txt')", "cd('a\\0b')", "pwd()")
    assert shown == ["No directory /nonexistent", "Not a directory: a.txt", r"Not a path: a\x00b", str(folder)]


def test_ls_lists_a_folder_side_by_side(folder: Path) -> None:
    """Sorted, in columns; of a file it tells where it is; of an empty folder nothing."""
    (folder / "empty").mkdir()
    shown = said("ls()", "ls('src')", "ls('a.txt')", "ls('/nonexistent')", "ls('empty')", "ls('~')")
    assert shown == [
        "a.txt      b file     empty      src",
        "inside.py",
        str(folder / "a.txt"),
        "No such file or directory /nonexistent",
        "",
        "here",
    ]


def test_ls_shows_names_that_are_odd(folder: Path) -> None:
    """A control character in a name cannot paint the screen, and bytes that are no text are no trouble."""
    (folder / "src" / "x\x1b[31m").touch()
    Path(os.fsdecode(os.fsencode(folder) + b"/src/\xff")).touch()
    (shown,) = said("ls('src')")
    assert shown == r"inside.py     x\x1b[31m     \udcff"


def test_a_folder_that_is_gone_is_said_to_be(folder: Path) -> None:
    """Somebody has deleted the folder that the program is in."""
    (folder / "gone").mkdir()
    assert said("cd('gone');", "import os; os.rmdir(os.getcwd())", "pwd()", "ls()", "cd()")[2:] == [
        "The current folder does not exist any more",
        "",
        str(folder.parent),
    ]


@pytest.mark.parametrize("call", ["ls(5)", "cd(5)", "cd(None)", "ls(['a'])"])
def test_what_is_no_path_is_refused(call: str, folder: Path) -> None:
    """And what it takes is said."""
    (shown,) = said(call)
    assert shown.startswith(f"** (ArgumentError) {call[:2]} takes the path of a folder, as in {call[:2]}(")


@pytest.mark.parametrize("width", [20, 40, 80])
def test_columns_fit_the_width(width: int) -> None:
    """Each name in a column of its own; one that is wider than that takes several; wide characters count twice."""
    names = {f"file{number}.py": "" for number in range(30)} | {"x" * 18: "", "日本語": "", "y" * 15: ""}
    lines = side_by_side(names, width)
    assert all(len(line) + line.count("日本語") * 3 <= width for line in lines)
    assert "\n".join(lines).split() == [*names]


def test_clear_clears_a_terminal() -> None:
    """The prompt is in the first line then; what was there before is out of sight."""
    with Screen() as screen:
        screen.types("'seen before'")
        screen.shows("'seen before'", "pyex(2)>")
        screen.types("clear()")
        screen.waits_for(lambda: screen.screen.display[0].strip() == "pyex(3)>", "the prompt in the first line")
        assert "seen before" not in "".join(screen.screen.display)


def test_clear_says_where_it_cannot() -> None:
    """Where there is no screen, as IEx does; a session in a text is taken to have one."""
    command = [sys.executable, "-m", "pyex"]
    done = subprocess.run(command, input="clear()\n", capture_output=True, text=True, timeout=30, check=True)
    assert "Cannot clear the screen because ANSI escape codes are not enabled on this shell" in done.stdout
    assert said("clear()") == [""]
