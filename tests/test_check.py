"""`pyex check`: files are played in interpreters of their own, and what differs from what is written is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from program import PATIENCE

from pyex.command_line import BadCommand
from pyex.repl.check import command
from pyex.repl.check.files import files_in
from pyex.repl.check.outcome import Outcome
from pyex.repl.check.report import report
from pyex.repl.check.workers import play_files


def fence(*lines: str) -> str:
    return "\n".join(["Some text.", "", "```pyex", *lines, "```", ""])


def played(path: Path, *lines: str, grace: float = 6.0, directives: str = "") -> Outcome:
    """What comes of a file with this session."""
    path.write_text(f"{directives}\n{fence(*lines)}")
    (outcome,) = play_files([str(path)], grace=grace)
    return outcome


def checked(*words: Path | str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `pyex check` as installed."""
    line = [sys.executable, "-P", "-m", "pyex", "check", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder)


# The command


def test_all_files_are_told_of_in_their_order(tmp_path: Path) -> None:
    """Each file has a line, and all together have one; a difference is shown with file, line and diff; status 1."""
    wrong, right, empty = tmp_path / "wrong.md", tmp_path / "right.md", tmp_path / "empty.md"
    wrong.write_text(fence("pyex(1)> import time; time.sleep(0.3)", "pyex(1)> [1,", "...(1)> 2]", "same", "3"))
    right.write_text(fence("pyex(1)> 1 + 1", "2"))
    empty.write_text("")
    done = checked(wrong, right, empty, "missing.md", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{wrong}:5",
        "    [1,",
        "    2]",
        "--- written",
        "+++ printed",
        "@@ line 7 @@",
        "-same",
        "-3",
        "+[1, 2]",
        "",
        f"{wrong}: 1 of 2 inputs differs",
        f"{right}: 1 input, all as written",
        f"{empty}: no sessions, so nothing was checked",
        "missing.md: No such file or directory",
        "missing.md: not played",
        "1 of 3 inputs differs, in 1 file; 1 file could not be played to the end",
    ]


def test_all_right(tmp_path: Path) -> None:
    """Status 0; skipped sessions are counted, and what may fail is mentioned and is no failure."""
    path = tmp_path / "a.md"
    skipped, failing = fence("pyex(1)> 1", "2"), fence("pyex(1)> 3", "4")
    path.write_text(f"<!-- pyex: skip -->\n{skipped}\n<!-- pyex: may fail -->\n{failing}\n{fence('pyex(1)> 5', '5')}")
    done = checked(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{path}:13 (it may fail)\n    3\n" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last == f"{path}: 2 inputs, all as written; 1 that may fail differs; 1 session skipped"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "a file is missing"),
        (["--wat", "x.md"], "option --wat not recognized"),
        (["--jobs", "0", "x.md"], "--jobs 0: write a number of files"),
        (["--timeout", "soon", "x.md"], "--timeout soon: write a number of milliseconds"),
    ],
)
def test_a_bad_command_is_refused(words: list[str], told: str) -> None:
    """Words that cannot be understood are told, with what to write instead."""
    with pytest.raises(BadCommand, match=told):
        command.main(words)


def test_a_folder_means_the_files_below_it(tmp_path: Path) -> None:
    """Those that end in .md and .pyex, each once, and no hidden ones; one without any is a bad command."""
    names = ["b.md", "a.pyex", "c.txt", ".hidden.md", "below/d.md", ".git/e.md"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = files_in([str(tmp_path / "b.md"), str(tmp_path), "nothing.md"])
    assert [os.path.relpath(each, tmp_path) for each in found[:-1]] == ["b.md", "a.pyex", "below/d.md"]
    assert found[-1] == "nothing.md"
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadCommand, match="no file that ends in"):
        command.main([str(tmp_path / "empty")])


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """There is a page."""
    assert command.main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("NAME\n    pyex check - ")


def test_control_c_ends_it_all(tmp_path: Path) -> None:
    """Status 130 at once, and no process is left, not even those that a session has started."""
    paths = []
    for number in range(2):
        paths.append(tmp_path / f"{number}.md")
        note = f"open('{tmp_path}/{number}', 'w').write(f'{{os.getpid()}} {{child.pid}}')"
        start = "import os, subprocess; child = subprocess.Popen(['sleep', '100'])"
        paths[-1].write_text(fence(f"pyex(1)> {start}; {note}; child.wait()"))
    line = [sys.executable, "-P", "-m", "pyex", "check", "--jobs", "2", *map(str, paths)]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    numbers: list[int] = []
    ends = monotonic() + PATIENCE
    while len(numbers) < 4 and monotonic() < ends:
        sleep(0.05)
        numbers = [int(word) for number in range(2) for word in _text(tmp_path / str(number)).split()]
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=5) == ("", "")
    assert running.returncode == 130
    assert len(numbers) == 4
    assert not [number for number in numbers if _lives(number)]


def _lives(number: int) -> bool:
    """Whether a process is there, and no mere remainder that init has not taken note of yet."""
    return (_text(Path(f"/proc/{number}/stat")).rpartition(")")[2].split() or "Z")[0] != "Z"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


# Interpreters of their own


def test_each_file_has_a_python_of_its_own(tmp_path: Path) -> None:
    """What one file does to its interpreter, another does not see; and pids begin anew."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(
            fence("pyex(1)> import os; os.environ.get('SEEN'), self().number < 50", "(None, True)",
                  "pyex(2)> os.environ['SEEN'] = 'x'; os.chdir('/')")
        )  # fmt: skip
    outcomes = list(play_files([str(tmp_path / "a.md"), str(tmp_path / "b.md")]))
    assert [outcome.is_right for outcome in outcomes] == [True, True]


def test_no_dot_file_and_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own settings do not matter, nor is their history written; HOME is what it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYEX_HISTORY", str(tmp_path / "history"))
    (tmp_path / ".pyex.py").write_text("mine = 1\n")
    here = ["pyex(1)> 'mine' in globals()", "False", "pyex(2)> import os; os.environ['HOME']", f"'{tmp_path}'"]
    assert played(tmp_path / "a.md", *here).is_right
    assert not (tmp_path / "history").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import os; os._exit(3)", "the interpreter that played it ended with status 3 here"),
        ("import os; os.kill(os.getpid(), 11)", "the interpreter that played it ended by SIGSEGV here"),
    ],
)
def test_an_interpreter_that_dies_is_told(tmp_path: Path, text: str, told: str) -> None:
    """With the line of the input that it died of; what was found before is told too."""
    outcome = played(tmp_path / "a.md", "pyex(1)> 1", "2", f"pyex(2)> {text}", "pyex(3)> 3", "3")
    assert (outcome.line, outcome.problem) == (7, told)
    assert [each.line for each in outcome.differences] == [5]


def test_its_last_words_are_told(tmp_path: Path) -> None:
    """What it wrote to its own standard error before it died."""
    outcome = played(tmp_path / "a.md", "pyex(1)> import os; os.write(2, b'no memory'); os._exit(1)")
    assert outcome.problem.endswith("with status 1 here\n    no memory")


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    """A call inside C that nothing can interrupt, which holds all threads of its Python, ends with its time."""
    hanging = "pyex(1)> sum(range(10**13))"
    outcome = played(tmp_path / "a.md", hanging, grace=0.5, directives="<!-- pyex: timeout 300 -->")
    assert (outcome.line, outcome.problem) == (5, "this input took longer than 300 ms, and could not be stopped")


def test_the_limit_may_be_given(tmp_path: Path) -> None:
    """`--timeout` is for inputs whose file says nothing."""
    path = tmp_path / "a.md"
    slow = fence("pyex(1)> Process.sleep(1000);")
    path.write_text(f"{slow}\n<!-- pyex: timeout 5000 -->\n{slow}")
    (outcome,) = play_files([str(path)], timeout=200)
    assert [(each.line, each.is_broken) for each in outcome.differences] == [(4, True)]


def test_crash_reports_are_part_of_it(tmp_path: Path) -> None:
    """Reports of several processes, in any order."""
    outcome = played(
        tmp_path / "a.md",
        "pyex(1)> [spawn(lambda: 1 / 0), spawn(print, 'printed')];",
        "printed",
        "12:00:00.000 [error] Process #PID<0.5.0> raised an exception",
        "...",
        directives="<!-- pyex: any order -->",
    )
    assert outcome.is_right, report(outcome)


def test_ten_thousand_inputs(tmp_path: Path) -> None:
    """A long session is played to its end."""
    lines = [line for number in range(2_000) for line in (f"pyex> {number}", str(number))]
    assert played(tmp_path / "a.md", *lines).is_right


def test_colours(tmp_path: Path) -> None:
    """On a terminal, what is written is red and what was printed green."""
    lines = report(played(tmp_path / "a.md", "pyex(1)> 1", "2"), coloured=True)
    assert lines[4:6] == ["\x1b[36m@@ line 6 @@\x1b[0m", "\x1b[31m-2\x1b[0m"]
    assert lines[6] == "\x1b[32m+1\x1b[0m"
