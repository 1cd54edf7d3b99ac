"""The command `pyex lesson`, and the file in the documentation that teachers begin with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lessons import BELLS, CRACKED, LINK
from shell_session import said

from pyex.__main__ import main
from pyex.repl.lesson import course
from pyex.repl.lesson.answers import play_lesson
from pyex.repl.lesson.progress import progress
from pyex.repl.transcript.document import Code, Document, read

WRITING = Path(__file__).parent.parent / "docs" / "writing-lessons.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's folders, and a lesson where they work."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bells.md").write_text(BELLS)
    return tmp_path


def pyex(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The program, with this on its standard input."""
    command = [sys.executable, "-P", "-m", "pyex", *words]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_it_lists_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, title, and how many of the tasks are done."""
    progress().add("links", course.find("links").read().sections[0].title)
    assert main(["lesson"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Lesson", "Title", "Tasks"]
    assert [line.split()[0] for line in lines[1:14]] == [entry.name for entry in course.course()]
    assert lines[4].split()[0] == "links" and lines[4].split()[-1].startswith("1/")
    assert lines[-1] == "pyex lesson processes begins the next lesson."


def test_it_opens_the_prompt_with_a_lesson_and_another_day_goes_on(folder: Path) -> None:
    """What is typed follows the lesson's first words; in the next program the first task is done."""
    first = pyex("lesson", "bells.md", typed="Process.link(old_bell)\n")
    assert first.returncode == 0
    assert f'\npyex(1)> lesson("bells.md")\n\nBells\n\nA bell is a *process*.\n\n{LINK}\n\npyex(2)> ' in first.stdout
    second = pyex("lesson", str(folder / "bells.md"), typed='send(old_bell, "crack")\n')
    assert "1 of 2 tasks are done. On with the next:" in second.stdout
    assert CRACKED in second.stdout
    again = pyex("lesson", "--restart", "bells.md")
    assert 'pyex(1)> lesson("bells.md", restart=True)' in again.stdout
    assert LINK in again.stdout


def test_progress_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Columns with tabs between them: lesson, tasks done, tasks, and when the last was done."""
    said('lesson("bells.md")', "skip()")
    assert main(["lesson", "--progress"]) == 0
    *others, last = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert last[:3] == [str(folder / "bells.md"), "1", "2"] and last[3].startswith("20")
    assert [line[0] for line in others] == [entry.name for entry in course.course()]
    assert all(line[1] == "0" and line[3] == "" for line in others)


@pytest.mark.parametrize("words", [[], ["--progress"]])
def test_nobody_need_read_the_list_to_its_end(words: list[str]) -> None:
    """With `| head -1` the program ends without a word on standard error, and with status 1."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-P", "-m", "pyex", "lesson", *words]
    with os.fdopen(writer, "wb") as output:
        ended = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nonsense"], "there is no lesson 'nonsense'; pyex lesson lists all"),
        (["lniks"], 'did you mean "links"?'),
        (["none.md"], "there is no file 'none.md'"),
        (["--frobnicate"], "--frobnicate: unknown option"),
        (["-x"], "-x: unknown option"),
        (["links", "state"], "state: unexpected after links"),
        (["--restart"], "--restart: goes with the name of a lesson"),
        (["--progress", "links"], "links: unexpected with --progress"),
    ],
)
def test_what_cannot_be_understood_is_told(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with status 2."""
    assert main(["lesson", *words]) == 2
    told = capsys.readouterr().err
    assert told.startswith("pyex: lesson: ") and problem in told and told.count("\n") == 1


def test_a_file_that_is_no_lesson_is_told_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the prompt is opened; the status is 1."""
    (folder / "bad.md").write_text("# T\n\n## S\n\n```check\nx ==\n```\n\n```pyex answer\npyex> x = 1\n```\n")
    assert main(["lesson", "bad.md"]) == 1
    assert f"{folder / 'bad.md'}:6: the check is no Python" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """A page, with status 0."""
    assert main(["lesson", "--help"]) == 0
    assert "--restart" in capsys.readouterr().out


# The documentation


def example(folder: Path) -> Document:
    """The lesson in docs/writing-lessons.md."""
    (fence,) = [each for each in read(str(WRITING)).blocks if isinstance(each, Code) and each.language == "markdown"]
    (folder / "bells.md").write_text(fence.text)
    return read(str(folder / "bells.md"))


def test_the_example_for_teachers_is_right(folder: Path) -> None:
    """Its sessions are what is printed, and its answers do its tasks."""
    document = example(folder)
    assert play_lesson(document) == []
    assert [step.printed for step in document.steps] == [step.expected for step in document.steps]


def test_the_example_for_teachers_can_be_taught(folder: Path) -> None:
    """A learner gets through it."""
    example(folder)
    last = said('lesson("bells.md")', 'send(old_bell, "ring")', "Process.exit(old_bell, 'kill')")[-1]
    assert last.endswith('All 2 tasks of "Bells" are done.')


def test_the_documentation_has_all_words_of_checks() -> None:
    """No word that a check may use is missing in the table."""
    from pyex.repl.lesson.observation.vocabulary import WORDS

    text = WRITING.read_text()
    assert [word for word in WORDS if f"`{word}(" not in text] == []
