"""`pyex record`: sessions that are read from a pipe, and how what happens becomes a transcript."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyex.repl.check.mismatch import check
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.record.growing_file import GrowingFile
from pyex.repl.record.style import Markdown, Plain
from pyex.repl.record.writer import SLOW_SECONDS, TranscriptWriter
from pyex.repl.transcript.document import Heading, Note, Prose, Session, parse, read
from pyex.repl.transcript.screen_text import screen_text


def record(folder: Path, inputs: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Record a session from a pipe, in a folder."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "HOME": str(folder), "PYEX_HISTORY": ""}
    command = [sys.executable, "-P", "-m", "pyex", "record", *words]
    return subprocess.run(
        command, input=inputs, capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False
    )


def unlike(path: Path) -> list[str]:
    """The inputs of a recorded file whose output is another when it is checked."""
    return [mismatch.step.text for mismatch in check(path.read_text(encoding="utf-8"), str(path))[1]]


class Recorded:
    """What happens, and the file that comes of it."""

    def __init__(self, path: Path, title: str = "A walk", **options: str | bool) -> None:
        style = Plain() if path.suffix == ".pyex" else Markdown()
        self.path = path
        self.file = GrowingFile(str(path), may_exist=True)
        self.writer = TranscriptWriter(self.file, style, PythonLanguage(), title=title, **options)  # type: ignore[arg-type]
        self.count = 0

    def types(self, text: str, printed: str = "", *, seconds: float = 0) -> list[str]:
        self.count += 1
        problems = self.writer.input(f"pyex({self.count})> ", text, 0.0)
        self.prints(printed)
        self.writer.asked(seconds)
        return problems

    def prints(self, text: str) -> None:
        self.writer.output(text)
        self.writer.save()

    def text(self) -> str:
        self.writer.save()
        text = self.path.read_text(encoding="utf-8")
        parse(text, str(self.path))
        return text


@pytest.fixture
def session(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "walk.md")


def test_a_session_from_a_pipe_becomes_a_transcript_that_checks(tmp_path: Path) -> None:
    """Prose, headings, blocks, answers to input(), reports, the shell's death: all of it comes out as it went in."""
    inputs = (
        "# Words.\ndef f(n):\n    return n\n\nf(3)\nname = input('name? ')\nbob\nself\nspawn(lambda: 1 / 0)\n"
        "## Death\nProcess.exit(self(), 'kill')\nself\nprint('a\\n```\\n\\n# b', end='')\n"
    )
    for name in ("walk.md", "walk.pyex"):
        done = record(tmp_path, inputs, name)
        assert "8 inputs written to" in done.stderr
        assert f"check it with: pyex check {name}" in done.stderr
        # In a program of its own: in this one, reports are pytest's.
        checked = subprocess.run([sys.executable, "-P", "-m", "pyex", "check", str(tmp_path / name)], check=False)
        assert checked.returncode == 0
        assert len(read(str(tmp_path / name)).steps) == 8


def test_a_file_that_is_there_is_only_written_when_that_is_meant(tmp_path: Path) -> None:
    """Without --append or --force nothing happens to it, and with --force only once something is typed."""
    path = tmp_path / "walk.md"
    path.write_text("# Mine\n")
    assert (done := record(tmp_path, "1\n", "walk.md")).returncode == 1
    assert "walk.md exists: --append goes on below it, --force writes it anew" in done.stderr
    record(tmp_path, "", "--force", "walk.md")
    assert path.read_text() == "# Mine\n"
    record(tmp_path, "1\n", "--force", "--title", "Ours", "walk.md")
    assert path.read_text() == "# Ours\n\n```pyex\npyex(1)> 1\n1\n```\n"


def test_what_is_appended_is_a_session_of_its_own(tmp_path: Path) -> None:
    """It is played in a fresh shell: its pids are others."""
    path = tmp_path / "walk.md"
    record(tmp_path, "x = 1\nspawn(receive)\n", "walk.md")
    record(tmp_path, "x\nself\n", "--append", "walk.md")
    assert "<!-- pyex: fresh -->" in path.read_text()
    assert len(read(str(path)).steps) == 4
    assert unlike(path) == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["no/such.md"], "no/such.md: there is no folder no"),
        (["."], ". is a folder"),
        (["--force", "/dev/null"], "/dev/null: is not a file that can be written anew"),
        (["--append", "open.md"], "open.md:1: this comment has no end"),
        (["--append", "tag.md"], "tag.md: what is written below it would not be read as a session"),
        (["--append", "bad.md"], "bad.md:1: this fence has no end"),
        (["--append", "plain.pyex"], "a .pyex file is one session"),
        ([], "record: a file is missing"),
        (["a.md", "b.md"], "record: b.md: unexpected after a file"),
        (["--append", "--force", "a.md"], "record: --append keeps what is there"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    """The message says what is wrong; nothing is started, and no file is left behind."""
    from pyex.__main__ import main

    (tmp_path / "open.md").write_text("<!-- open\n")
    (tmp_path / "tag.md").write_text("<script>\n")
    (tmp_path / "bad.md").write_text("```pyex\npyex> 1\n")
    (tmp_path / "plain.pyex").write_text("pyex> 1\n")
    monkeypatch.chdir(tmp_path)
    assert main(["record", *words]) in (1, 2)
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "a.md").exists()


def test_a_file_that_is_gone_is_told_of(tmp_path: Path) -> None:
    """Nobody is sent to a file that was removed while the session was held."""
    ran = record(tmp_path, "1 + 1\n__import__('os').unlink('gone.md')\n", "gone.md")
    assert ran.returncode == 1
    assert "gone.md: it was removed or replaced meanwhile" in ran.stderr
    assert "check it with" not in ran.stderr


def test_nothing_typed_leaves_nothing(tmp_path: Path) -> None:
    """A session without inputs makes no file."""
    assert "nothing was typed: walk.md was not made" in record(tmp_path, "", "walk.md").stderr
    assert not (tmp_path / "walk.md").exists()


def test_the_file_is_a_whole_transcript_after_everything_that_happens(session: Recorded) -> None:
    """Also with half a line of output, and with prose at its end."""
    session.types("1", "1\n")
    session.types("slow()")
    session.prints("half")
    assert session.text().endswith("pyex(2)> slow()\nhalf\n```\n")
    session.prints(" a line\n")
    assert session.text().endswith("pyex(2)> slow()\nhalf a line\n```\n")
    session.types("# Words.")
    session.prints("late\n")
    assert session.text().endswith("half a line\nlate\n```\n\nWords.\n")


def test_comments_become_what_stands_between_inputs(session: Recorded) -> None:
    """Words, headings, notes and directives, each as its kind."""
    for text in ("## First", "# One,", "# and two.", "#", "# Three.", "#> Ask!", "#! any order", "1"):
        assert not session.types(text)
    heading, prose, note, fence = parse(session.text()).blocks
    assert isinstance(heading, Heading)
    assert (heading.level, heading.title) == (2, "First")
    assert isinstance(prose, Prose)
    assert prose.text == "One,\nand two.\n\nThree."
    assert isinstance(note, Note)
    assert note.text == "Ask!"
    assert isinstance(fence, Session)
    assert fence.steps[0].any_order


def test_an_unknown_directive_is_told_of(session: Recorded) -> None:
    """The person hears at once what was meant, and the file stays a transcript."""
    assert session.types("#! skipp") == ['unknown directive "skipp"; did you mean "skip"?']
    assert session.types("#! set-up x = 1") == [
        '"set-up" is not recorded: write <!-- pyex: set-up x = 1 --> into the file'
    ]
    session.types("1", "1\n")
    assert "skipp" not in session.text()


def test_a_fence_typed_as_comments_is_kept_until_it_is_whole(session: Recorded) -> None:
    """A shown example in another language is possible, and half of one never spoils the file."""
    session.types("# ```python")
    session.types("# x = 1")
    session.text()
    session.types("# ```")
    assert "```python\nx = 1\n```\n" in session.text()
    session.types("1", "1\n")
    session.types("# <!-- never closed")
    session.text()
    session.types("2", "2\n")
    assert [step.text for step in parse(session.text()).steps] == ["1", "2"]


@pytest.mark.parametrize("name", ["walk.md", "walk.pyex"])
@pytest.mark.parametrize(
    "printed",
    [
        "pyex(1)> evil\n",
        "...(1)> more\n",
        "one\npyex(1)> \nthree\n",
        "^C\n",
        "```\n",
        "  `````\n",
        "\n\n# no prose\n\n## none\n",
        "#PID<0.4.0>\n\n#PID<0.5.0>\n",
        "\x1b[31mred\x1b[0m\n",
        "1 %\r99 %\n",
        "no end",
        "ünï 漢字 🎉\u2028\n",
    ],
)
def test_any_output_stays_the_output_of_its_input(tmp_path: Path, name: str, printed: str) -> None:
    """Prompts, fences and prose in an output are no prompts, fences and prose of the file, and it matches."""
    from pyex.repl.transcript.labels import Labels
    from pyex.repl.transcript.output import matches

    session = Recorded(tmp_path / name)
    session.types("0", "0\n")
    session.types("f()", printed)
    session.types("2", "2\n")
    steps = read(str(tmp_path / name)).steps if session.text() else []
    assert [step.text for step in steps] == ["0", "f()", "2"]
    assert matches(steps[1].expected, printed, Labels())
    assert matches(steps[2].expected, "2\n", Labels())


def test_an_input_that_took_long_gets_time(session: Recorded) -> None:
    """Where it is checked it may take as long, and longer."""
    session.types("1", "1\n")
    session.types("long()", "done\n", seconds=SLOW_SECONDS * 2)
    session.types("2", "2\n")
    first, second = parse(session.text()).sessions
    assert first.steps[0].timeout == second.steps[0].timeout / 3
    assert [step.expected for step in second.steps] == ["done\n", "2\n"]


def test_output_that_comes_late_is_waited_for(session: Recorded) -> None:
    """What a process prints seconds after the prompt is there in time where it is checked."""
    session.types("f()", "1\n")
    session.types("spawn(f)", "#PID<0.6.0>\n", seconds=1)
    session.writer.output("soon\n", 1.1)
    assert "timeout" not in session.text()
    session.writer.output("late\n", 4.0)
    session.writer.output("later\n", 9.0)
    first, second = parse(session.text()).sessions
    assert second.steps[0].expected == "#PID<0.6.0>\nsoon\nlate\nlater\n"
    assert first.steps[0].late == 1000
    assert second.steps[0].late >= 16_000


def test_time_that_is_given_takes_nothing_from_an_input(session: Recorded) -> None:
    """The other directives of its fence stay, and a longer time-out than is needed as well."""
    session.types("#! may fail")
    session.types("#! timeout 60000")
    session.types("1", "1\n")
    session.types("long()", "2\n", seconds=SLOW_SECONDS * 2)
    session.types("longer()", "2\n", seconds=SLOW_SECONDS * 20)
    first, *others = parse(session.text()).steps
    assert first.timeout == others[0].timeout == 60_000
    assert others[1].timeout > 60_000
    assert all(step.may_fail for step in (first, *others))


def test_a_flood_of_output_is_recorded_line_by_line(session: Recorded) -> None:
    """However much waits to be written."""
    from pyex.repl.record.recorder import AT_ONCE, Recorder

    recorder = Recorder(session.writer, "walk.md")
    recorder.input("pyex(1)> ", "f()")
    printed = "".join(f"line {number}\n" for number in range(3 * AT_ONCE))
    for line in printed.splitlines(keepends=True):
        recorder.output(line)
    recorder.close()
    assert recorder.problem == ""
    assert parse(session.text()).steps[0].expected == printed


def test_a_fence_in_an_output_loses_nothing_that_came_before(session: Recorded) -> None:
    """However much came at once, before any of it was written."""
    session.writer.input("pyex(1)> ", "1", 0.0)
    session.writer.output("1\n")
    session.writer.input("pyex(2)> ", "f()", 0.0)
    session.writer.output("```\n")
    session.writer.output("````\n")
    assert [step.expected for step in parse(session.text()).steps] == ["1\n", "```\n````\n"]


def test_prompts_are_written_as_transcripts_have_them(session: Recorded) -> None:
    """Whatever the person has configured."""
    session.writer.input("\x1b[1mpyex(me@here)7$ \x1b[0m", "x = 1", 0.0)
    assert "pyex(7)> x = 1\n" in session.text()


def test_a_write_that_fails_leaves_the_file_whole_and_is_made_up_for(
    session: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk loses nothing, once there is room again."""
    session.types("1", "1\n")
    before = session.text()
    write = os.pwrite

    def full(descriptor: int, data: bytes, at: int) -> int:
        # What was there has room.
        if at + len(data) <= len(before.encode()):
            return write(descriptor, data, at)
        if len(data) > 3:
            return write(descriptor, data[:3], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        session.types("2", "2\n")
    assert session.path.read_text() == before
    monkeypatch.undo()
    session.types("3", "3\n")
    assert [step.text for step in parse(session.text()).steps] == ["1", "2", "3"]


def test_two_cannot_record_to_one_file(session: Recorded) -> None:
    """The second is told so."""
    with pytest.raises(OSError, match="another pyex records to it"):
        GrowingFile(str(session.path), may_exist=True)


def test_screen_text_is_what_stands_on_the_screen() -> None:
    """Colours, titles and what was overwritten are gone."""
    assert screen_text("\x1b]0;title\x07\x1b[1;31mred\x1b[0m\x00") == "red"
    assert screen_text("abc\rx\nab\b!") == "xbc\na!"
    assert screen_text("50 %\r\x1b[Kdone\r\n") == "done\n"
