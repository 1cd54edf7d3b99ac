"""`pyex record` at a terminal: what a person types and sees is what the file holds."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from screen import CTRL_C, CTRL_D, Screen

from pyex.repl.check.mismatch import check
from pyex.repl.transcript.document import read

CTRL_G = "\x07"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "walk.md"


def recording(path: Path, *options: str) -> Screen:
    return Screen(sys.executable, "-P", "-m", "pyex", "record", *options, path.name)


def leaves(screen: Screen, inputs: int) -> None:
    """Leave with Ctrl+D, and be told what was written."""
    screen.presses(CTRL_D)
    screen.shows_somewhere(f"{inputs} input{'s' * (inputs > 1)} written to walk.md; check it with: pyex check walk.md")


def unlike(path: Path) -> list[str]:
    return [mismatch.step.text for mismatch in check(path.read_text(encoding="utf-8"), str(path))[1]]


def test_links_and_death_are_recorded_with_the_new_banner(path: Path) -> None:
    """A walk through the shell's death, with output of others while the prompt is up, checks right away."""
    with recording(path) as screen:
        screen.types("# The shell dies.")
        screen.runs(
            ["pid = spawn(lambda: (Process.sleep(300), print('late'), receive()))", "Process.link(pid)"], start=1
        )
        screen.waits_for(lambda: "\nlate" in screen.text(), "late output")
        screen.types("Process.exit(pid, 'kill')")
        screen.runs(["self"], start=1)
        screen.prompt(2)
        leaves(screen, 4)
    text = path.read_text()
    assert text.startswith("# walk\n\nThe shell dies.\n\n```pyex\npyex(1)> pid = spawn(")
    assert "\n\nInteractive Pyex (" in text
    assert unlike(path) == []


def test_ctrl_c_and_answers_are_recorded(path: Path) -> None:
    """An endless loop ends where `^C` stands; `input()` has its answer behind its prompt, or `^C`."""
    with recording(path) as screen:
        screen.types("while True: pass")
        screen.presses("\r")
        screen.cooks()
        screen.insists(lambda: screen.presses(CTRL_C), lambda: "KeyboardInterrupt" in screen.text(), "the interrupt")
        screen.runs(["name = input('name? ')"], start=1)
        screen.waits_for(lambda: screen.last_line() == "name?", "the question")
        screen.types("bob")
        screen.runs(["input('never? ')"], start=2)
        screen.waits_for(lambda: screen.last_line() == "never?", "the question")
        screen.presses(CTRL_C)
        screen.prompt(2)
        leaves(screen, 3)
    text = path.read_text()
    assert "pyex(1)> while True: pass\n...(1)> \n^C\n** (KeyboardInterrupt)\n" in text
    assert "name? bob\n'bob'\n" in text
    assert "never? ^C\n" in text
    assert unlike(path) == []


def test_menus_are_not_recorded_and_another_shell_is_a_fresh_one(path: Path) -> None:
    """What Ctrl+G asks and says is not part of the session."""
    with recording(path) as screen:
        screen.types("x = 1")
        screen.prompt(2)
        screen.presses(CTRL_G)
        screen.shows_somewhere(" -->")
        screen.types("s")
        screen.waits_for(lambda: screen.text().count("-->") == 2, "the menu again")
        screen.types("c")
        screen.runs(["self"], start=1)
        screen.prompt(2)
        screen.presses(CTRL_D)
        screen.shows_somewhere("this is job 1")
        screen.shows_somewhere("warning: a transcript has no way back to a shell")
        screen.prompt(2)
        leaves(screen, 2)
    text = path.read_text()
    assert "-->" not in text.replace(" -->\n```", "")
    assert "<!-- pyex: fresh -->" in text
    assert "Interactive" not in text
    assert unlike(path) == []


def test_a_killed_program_leaves_a_whole_transcript(path: Path) -> None:
    """After kill -9 all inputs that had run are there."""
    with recording(path) as screen:
        screen.runs(["1 + 1", "2 + 2"])
        screen.prompt(3)
        screen.types("Process.sleep('infinity')")
        screen.cooks()
        screen.waits_for(lambda: path.read_text().count("pyex(") == 3, "the file")
        os.kill(screen.process.pid, signal.SIGKILL)
        screen.exit_status()
    assert [step.expected for step in read(str(path)).steps][:2] == ["2\n", "4\n"]


def test_a_stopped_process_is_recorded_with_its_prompts(path: Path) -> None:
    """`Allow? [Yn] y` and what is typed at `pry(1)>` play again."""
    with recording(path) as screen:
        screen.types("def f(a): return a + 1")
        screen.presses("\r")
        screen.runs(["break_(f)", "pid = spawn(lambda: print(f(3)))"], start=2)
        screen.waits_for(lambda: screen.last_line() == "Allow? [Yn]", "the question")
        screen.types("y")
        screen.waits_for(lambda: screen.last_line() == "pry(1)>", "the pry prompt")
        screen.types("continue_()")
        screen.waits_for(lambda: screen.last_line() == "pyex(4)>", "the shell's prompt")
        leaves(screen, 4)
    assert "Allow? [Yn] y\npry(1)> continue_()\n4\n" in path.read_text()
    assert unlike(path) == []


def test_a_failing_disk_is_told_once_and_the_shell_goes_on(path: Path) -> None:
    """The warning comes above the prompt, and at the end again."""
    program = (
        "import errno, os, sys\n"
        "write, os.pwrite = os.pwrite, lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, 'No space left'))\n"
        "from pyex.__main__ import main\n"
        "sys.exit(main(['record', 'walk.md']))"
    )
    with Screen(sys.executable, "-P", "-c", program) as screen:
        screen.types("1 + 1")
        screen.shows_somewhere("warning: walk.md could not be written: No space left")
        screen.runs(["2 + 2"], start=2)
        screen.prompt(3)
        assert screen.text().count("warning:") == 1
        screen.presses(CTRL_D)
        screen.shows_somewhere("walk.md: not all of it could be written")
        assert screen.exit_status() == 1
