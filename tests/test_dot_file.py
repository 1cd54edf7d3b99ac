"""`.pyex.py`: what a person has at every prompt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home, with a folder `work` in it."""
    (tmp_path / "work").mkdir()
    return tmp_path


def pyex(home: Path, session: str, *arguments: str, **environment: str) -> list[str]:
    """The lines of a session in the folder `work` of a home, below the banner."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-m", "pyex", *arguments],
        input=session,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=home / "work",
        env={**environ, "HOME": str(home), **environment},
    )
    return (done.stdout + done.stderr).splitlines()[1:]


def test_its_names_are_at_the_prompt(home: Path) -> None:
    """What the file binds is there at the first prompt, and what it prints stands between banner and prompt."""
    (home / "work" / ".pyex.py").write_text("print('hello')\nanswer = 42\n")
    assert pyex(home, "answer\n") == ["hello", "pyex(1)> answer", "42", "pyex(2)> "]


def test_it_is_evaluated_again_when_the_shell_process_has_died(home: Path) -> None:
    """After a death of the shell its data is there again, and its classes are said to be redefined, as in IEx."""
    (home / "work" / ".pyex.py").write_text("answer = 42\nclass R:\n    pass\n")
    lines = pyex(home, "answer = 1\nProcess.exit(self(), 'kill')\nanswer\n")
    assert lines[-4:] == ["warning: redefining module R", "pyex(1)> answer", "42", "pyex(2)> "]


def test_the_current_folder_goes_before_home_and_that_before_xdg(home: Path) -> None:
    """The first that is found is the only one that is evaluated."""
    places = [home / ".config" / "pyex", home, home / "work"]
    for number, folder in enumerate(places):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".pyex.py").write_text(f"where = {number}\n")
        assert pyex(home, "where\n")[1] == str(number)


def test_the_configuration_folder_can_be_elsewhere(home: Path) -> None:
    """XDG_CONFIG_HOME says where the last of the three places is."""
    folder = home / "elsewhere"
    (folder / "pyex").mkdir(parents=True)
    (folder / "pyex" / ".pyex.py").write_text("where = 'there'\n")
    assert pyex(home, "where\n", XDG_CONFIG_HOME=str(folder))[1] == "'there'"


def test_another_file_can_be_named_or_none(home: Path) -> None:
    """--dot-pyex names the file, and an empty name is none."""
    (home / "work" / ".pyex.py").write_text("answer = 42\n")
    (home / "other.py").write_text("answer = 43\n")
    assert pyex(home, "answer\n", "--dot-pyex", str(home / "other.py"))[1] == "43"
    assert pyex(home, "answer\n", "--dot-pyex", "")[1] == "** (NameError) name 'answer' is not defined"


def test_a_file_that_is_named_and_missing_is_an_error(home: Path) -> None:
    """Who names a file is told when there is none, before anything begins."""
    done = subprocess.run(
        [sys.executable, "-m", "pyex", "--dot-pyex", "nowhere.py"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=home,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "pyex: nowhere.py: No such file or directory\n")


def test_an_error_in_it_is_reported_and_the_prompt_still_comes(home: Path) -> None:
    """What stood before the error is there."""
    (home / "work" / ".pyex.py").write_text("answer = 42\n1 / 0\n")
    assert pyex(home, "answer\n") == [
        "** (ZeroDivisionError) division by zero",
        "    .pyex.py:2: <module>",
        "pyex(1)> answer",
        "42",
        "pyex(2)> ",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = = 1\n", "** (SyntaxError) .pyex.py:1:5: invalid syntax"),
        (b"\xff\xfe\x00", "warning: could not read .pyex.py: not a text in UTF-8"),
    ],
)
def test_a_file_that_is_no_program_is_reported_and_the_prompt_still_comes(
    home: Path, content: bytes, said: str
) -> None:
    """Whatever is in it, a prompt comes."""
    (home / "work" / ".pyex.py").write_bytes(content)
    lines = pyex(home, "1 + 1\n")
    assert any(line.startswith(said) for line in lines)
    assert "2" in lines


def test_it_may_begin_with_a_byte_order_mark(home: Path) -> None:
    """As some editors write files."""
    (home / "work" / ".pyex.py").write_bytes(b"\xef\xbb\xbfanswer = 42\n")
    assert pyex(home, "answer\n") == ["pyex(1)> answer", "42", "pyex(2)> "]


def test_one_that_kills_the_shell_process_is_evaluated_once(home: Path) -> None:
    """The shell that comes after it does without, so there is no end of deaths."""
    (home / "work" / ".pyex.py").write_text("Process.exit(self(), 'kill')\n")
    lines = pyex(home, "1 + 1\n")
    assert [line for line in lines if "shell process exited" in line] == [lines[0]]
    assert lines[-3:] == ["pyex(1)> 1 + 1", "2", "pyex(2)> "]
