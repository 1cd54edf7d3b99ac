"""Lessons at a terminal: where their text appears, and what it leaves alone."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest
from job_desk import CTRL_G, Desk, visit
from lessons import BELLS, CRACK
from screen import CTRL_D, ENTER, SHELL, Screen

from pyex import Process


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's folders, and a lesson where they work."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bells.md").write_text(BELLS)
    return tmp_path


def below(screen: Screen, line: str) -> list[str]:
    """What the screen shows below a line."""
    lines = screen.lines()
    return lines[lines.index(line) + 1 :]


def test_a_lesson_from_the_command_line_and_what_is_typed_meanwhile() -> None:
    """The prompt comes with the lesson begun. What becomes so by itself is told at once, above what is being typed,
    which stays; the death of the shell in between does not change that."""
    with Screen(*SHELL, "lesson", "bells.md", first="pyex(2)>") as screen:
        assert 'pyex(1)> lesson("bells.md")' in screen.lines()
        assert "Bells · 1 of 4: Link the bell" in screen.lines()
        screen.types("Process.link(old_bell)")
        screen.prompt(3)
        screen.types('Process.send_after(old_bell, "crack", 400);')
        screen.prompt(4)
        screen.presses("x = [1,")
        screen.shows('All 2 tasks of "Bells" are done.', "", "pyex(1)> x = [1,")
        assert below(screen, "✓ Crack it")[1] == "The shell went with it."
        screen.presses("2]")
        screen.presses(ENTER)
        screen.shows("pyex(1)> x = [1,2]", "[1, 2]", "pyex(2)>")


def test_a_small_screen_is_filled_once() -> None:
    """What is longer than the screen waits for Enter, and then goes on where it was; nothing else runs the text on."""
    with Screen(*SHELL, "lesson", "bells.md", first="pyex(2)>", rows=12, columns=40) as screen:
        assert "… Enter goes on" in screen.lines()
        assert "Link it." not in screen.text()
        screen.presses(ENTER)
        screen.shows_somewhere("Link it.")
        screen.shows("hint() helps, skip() does it for you,", "lesson() shows this again.", "", "pyex(2)>")
        assert all(len(line) <= 40 for line in screen.lines())


@pytest.mark.parametrize(
    ("asked", "then"),
    [("hint()", "Hint 1 of 2: `Process.link(pid)` links."), ("skip()", "pyex(3)> Process.link(old_bell)")],
)
def test_help_that_is_asked_for_while_the_text_waits_comes_below_it(asked: str, then: str) -> None:
    """The rest of the task's text is shown without another stop, and what was asked for follows it."""
    more = "\n\n".join(f"It hangs in tower {number}." for number in range(12))
    Path("bells.md").write_text(BELLS.replace("There is `old_bell`.", f"There is `old_bell`.\n\n{more}\n\n"))
    with Screen(*SHELL, "lesson", "bells.md", "--restart", first="pyex(2)>", rows=18) as screen:
        assert "tower 0." in screen.text() and "Link it." not in screen.text()
        screen.types(asked)
        screen.shows_somewhere(then)
        text = screen.text()
        below_it = text[text.index(asked) :]
        assert below_it.index("tower 11.") < below_it.index("Link it.") < below_it.index(then)
        assert "Enter goes on" not in below_it[: below_it.index("Link it.")]


@pytest.mark.parametrize("leaves", [f"exit(){ENTER}", CTRL_D, f"{CTRL_G}q{ENTER}"])
def test_who_leaves_a_lesson_reads_how_to_go_on(leaves: str) -> None:
    """However the program is left: one line, with what to type another day."""
    with Screen(*SHELL, "lesson", "bells.md", first="pyex(2)>") as screen:
        screen.presses(leaves)
        assert screen.exit_status() == 0
        assert screen.last_line() == 'pyex lesson bells.md goes on with the lesson; at the prompt, lesson("bells.md")'


def test_who_leaves_after_a_lesson_reads_nothing() -> None:
    """Nothing is left to go on with."""
    with Screen(*SHELL, "lesson", "bells.md", first="pyex(2)>") as screen:
        screen.types("skip()")
        screen.shows_somewhere("Send it \"crack\".")
        screen.types("skip()")
        screen.shows_somewhere('All 2 tasks of "Bells" are done.')
        screen.prompt(1)
        screen.types("exit()")
        assert screen.exit_status() == 0
        assert screen.last_line() == "pyex(1)> exit()"


def test_another_job_says_where_the_lesson_is() -> None:
    """hint() and lesson() in a second shell name the lesson of the first, and how to go there."""

    def acts(desk: Desk) -> None:
        desk.runs('lesson("bells.md")')
        desk.prompt(2)
        desk.switches("s", "c")
        desk.shows("Interactive Pyex...", "pyex(1)>")
        where = 'lesson("bells.md") runs in another job: Ctrl+G, then j lists the jobs, and c 1 goes to job 1'
        desk.types("hint()")
        error = f"** (RuntimeError) hint() is for a lesson, and none runs here: {where}"
        desk.waits_for(lambda: error in "".join(desk.glass.lines()), error)
        desk.prompt(1)
        desk.types("lesson()")
        desk.waits_for(lambda: f"{where}." in "".join(desk.glass.lines()), where)
        desk.prompt(2)
        desk.presses(CTRL_G)
        desk.shows(" -->")
        desk.types("q")

    visit(acts)


def guides() -> int:
    """How many processes teach."""
    return sum(str(Process.info(pid, "initial_call")).count("teach") for pid in Process.list())


def test_each_shell_has_a_lesson_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in one is not done in the other; and a shell that is killed takes its lesson along."""
    seen: list[int] = []

    def acts(desk: Desk) -> None:
        desk.runs('lesson("bells.md")')
        desk.prompt(2)
        desk.switches("s", "c")
        desk.shows("Interactive Pyex...", "pyex(1)>")
        desk.runs('lesson("bells.md")', "Process.link(old_bell)")
        desk.shows(CRACK.rpartition("\n")[2], "", "pyex(3)>")
        desk.switches("c 1")
        desk.presses(ENTER)
        desk.runs("hint()", start=2)
        desk.shows("Hint 1 of 2: ... links.", "", "pyex(3)>")
        desk.runs("count()", start=3)
        desk.prompt(4)
        desk.switches("k 2", "c 1")
        desk.runs("count()", start=4)
        desk.prompt(5)
        desk.presses(CTRL_G)
        desk.shows(" -->")
        desk.types("q")

    monkeypatch.setattr(builtins, "count", lambda: seen.append(guides()), raising=False)
    visit(acts)
    assert seen == [2, 1]
