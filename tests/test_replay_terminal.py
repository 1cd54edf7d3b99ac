"""A replay at a real terminal: signals, a crash, the notes in a second terminal, and what is left behind."""

from __future__ import annotations

import signal
import sys
import termios
from pathlib import Path

import pytest
from screen import CTRL_C, Screen

REPLAY = (sys.executable, "-m", "pyex", "replay")
TEXT = """\
# Talk

<!-- pyex: note Breathe. -->

```pyex
pyex(1)> x = 1
1
pyex(2)> Process.sleep(60_000)
pyex(2)> x + 1
2
pyex(3)> x + 2
3
```
"""


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "talk.md"
    path.write_text(TEXT)
    return str(path)


def is_cooked_without_echo(screen: Screen) -> bool:
    """Whether an input runs while the player has the keyboard."""
    flags = termios.tcgetattr(screen.process.fd)[3]
    return bool(flags & termios.ICANON and not flags & termios.ECHO)


def test_control_c_interrupts_what_runs_and_keeps_the_place(talk: str) -> None:
    """Ctrl+C is a signal while an input runs; keys pressed meanwhile are not shown, and lead on afterwards."""
    with Screen(*REPLAY, "--fast", talk, first="") as screen:
        screen.shows("pyex(1)>", "Space: next   ?: the keys")
        screen.presses(" ")
        screen.shows("pyex(1)> x = 1", "1", "pyex(2)>")
        screen.presses(" ")
        screen.shows("pyex(2)> Process.sleep(60_000)")
        screen.waits_for(lambda: is_cooked_without_echo(screen), "an input that runs")
        screen.presses("zz\x1b[6~")
        screen.presses(CTRL_C)
        screen.shows("** (KeyboardInterrupt)", "    pyex(2):1: <module>", "pyex(2)>")
        screen.presses(" ")
        screen.shows("pyex(2)> x + 1", "2", "pyex(3)>")
        assert "zz" not in screen.text()
        assert "^[" not in screen.text()
        screen.process.kill(signal.SIGHUP)
        assert screen.exit_status() == 128 + signal.SIGHUP
        assert screen.is_sane()


def test_a_replay_goes_on_after_a_crash_and_the_notes_follow_it(talk: str) -> None:
    """Killed outright, it goes on where it was; the second terminal shows note, place and what comes next."""
    with Screen(*REPLAY, "--fast", talk, first="") as screen:
        screen.shows("pyex(1)>", "Space: next   ?: the keys")
        screen.presses(" ")
        screen.shows("pyex(1)> x = 1", "1", "pyex(2)>")
        with Screen(*REPLAY, "--notes", talk, first="") as notes:
            notes.shows_somewhere("Breathe.")
            notes.shows_somewhere("1/4  Talk")
            notes.shows_somewhere("Process.sleep(60_000)")
            screen.presses("s")
            screen.shows("pyex(2)>", "skipped: Process.sleep(60_000)")
            notes.shows_somewhere("2/4  Talk")
            screen.process.kill(signal.SIGKILL)
            screen.exit_status()
            notes.shows_somewhere("The replay has ended.")
            assert notes.exit_status() == 0
            assert notes.is_sane()
    with Screen(*REPLAY, "--fast", "--only", "--resume", talk, first="") as screen:
        screen.shows("pyex(1)>", "Space: next   ?: the keys")
        screen.presses(" ")
        screen.shows_somewhere("pyex(1)> x + 1")


def test_a_window_that_changes_its_size_while_it_types(talk: str) -> None:
    """The line is drawn anew, and typed to its end; at its end the terminal is as it was."""
    Path(talk).write_text("```pyex\npyex(1)> len('a long line that is typed at a human pace ....')\n```\n")
    with Screen(*REPLAY, "--auto", "--speed", "3", talk, first="") as screen:
        screen.shows_somewhere("pyex(1)> len('a lo")
        screen.process.setwinsize(50, 40)
        assert screen.exit_status() == 0
        assert "46" in screen.text()
        assert screen.is_sane()


def test_a_terminal_that_is_too_small_is_told(talk: str) -> None:
    """There is no room to play in."""
    with Screen(*REPLAY, talk, rows=4, columns=100, first="") as screen:
        screen.shows("pyex: the terminal has 100 columns and 4 rows: at least 20 and 5 are needed")
        assert screen.exit_status() == 1
