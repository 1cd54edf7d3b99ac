"""`pyex check` with set-ups that fail, outputs that flood, and files in which there is nothing to check."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyex.repl.check import command
from pyex.repl.transcript.document import SetUp, parse
from pyex.repl.transcript.errors import BadTranscript


def checked(path: Path, text: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
    """The status of checking a file with this text, and the lines that are printed."""
    path.write_text(text)
    status = command.main([*options, str(path)])
    return status, capsys.readouterr().out.replace(str(path), path.name).splitlines()


SESSION = "```pyex\npyex(1)> x\n5\n```\n"
FLOOD = "```pyex\npyex(1)> for i in range(300_000): print(i)\n...(1)>\n0\n{}pyex(2)> 1\n1\n```\n"


# Set-ups


def test_a_set_up_that_fails_is_told_before_what_comes_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it is counted as a set-up, not as an input."""
    status, lines = checked(tmp_path / "a.md", f"{SESSION}<!-- pyex: set-up 1 / 0 -->\n{SESSION}", capsys)
    assert [line for line in lines if line.startswith("a.md")] == [
        "a.md:2",
        "a.md:5",
        "a.md:7",
        "a.md: 1 set-up failed; 2 of 2 inputs differ",
    ]
    assert status == 1


def test_a_set_up_that_fails_is_told_where_the_interpreter_dies_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What may be the reason is not lost."""
    dying = "<!-- pyex: set-up 1 / 0 -->\n```pyex\npyex(1)> __import__('os')._exit(4)\n```\n"
    _, lines = checked(tmp_path / "a.md", dying, capsys)
    assert lines[:3] == ["a.md:1", "    1 / 0", "this set-up went wrong"]
    assert lines[-1] == "a.md: 1 set-up failed; 1 input, not played to the end"


def test_the_time_of_a_set_up_may_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By `--timeout`, and by a directive above it, which is for the next session, too."""
    slow = f"<!-- pyex: set-up Process.sleep(1000); x = 5 -->\n{SESSION}"
    status, lines = checked(tmp_path / "a.md", slow, capsys, "--timeout", "100")
    assert (status, lines[2].partition(";")[0]) == (1, "it took longer than 100 ms")
    assert checked(tmp_path / "a.md", f"<!-- pyex: timeout 9000 -->\n{slow}", capsys, "--timeout", "100")[0] == 0
    document = parse(f"<!-- pyex: timeout 9000 -->\n{slow}")
    assert [block.timeout for block in document.blocks if isinstance(block, SetUp)] == [9000]
    assert [step.timeout for step in document.steps] == [9000]


def test_the_time_of_a_set_up_needs_no_session() -> None:
    """A timeout that a set-up has taken may be followed by anything; one that nothing takes is an error."""
    assert parse("<!-- pyex: timeout 900 -->\n<!-- pyex: set-up x = 1 -->\n\n```check\nx\n```\n").blocks
    with pytest.raises(BadTranscript, match="is for a session, and none follows"):
        parse("<!-- pyex: timeout 900 -->\n\nWords.\n")


def test_a_time_that_the_file_gives_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where it is the one that is usual."""
    slow = "<!-- pyex: timeout 10000 -->\n```pyex\npyex(1)> Process.sleep(500);\n```\n"
    assert checked(tmp_path / "a.md", slow, capsys, "--timeout", "100")[0] == 0


# Floods


def test_a_flood_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The diff begins where the difference is and says how much is left out; the session goes on."""
    status, lines = checked(tmp_path / "a.md", FLOOD.format("2\n"), capsys)
    assert (status, lines[-1]) == (1, "a.md: 1 of 2 inputs differs")
    assert lines[lines.index("@@ line 4 @@") + 1] == " 0"
    assert len(lines) < 120
    assert lines[-3].endswith(" more lines of this difference are left out")


def test_a_flood_is_not_written_into_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told what to write instead; with that all is well."""
    path = tmp_path / "a.md"
    status, lines = checked(path, FLOOD.format(""), capsys, "--update")
    assert (status, path.read_text()) == (1, FLOOD.format(""))
    assert lines[0].startswith("a.md:2: nothing was rewritten: it prints too much to be written down; write ... on")
    assert checked(path, FLOOD.format("...\n299999\n"), capsys)[0] == 0


# Nothing to check


@pytest.mark.parametrize("text", ["", "# words\n"])
def test_a_plain_session_without_an_input_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """It is there to be run."""
    status, lines = checked(tmp_path / "a.pyex", text, capsys)
    assert (status, lines[0]) == (1, "a.pyex: there is no input in it: write one, as in 1 + 1")


def test_a_text_without_a_session_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is no failure: a folder has others."""
    assert checked(tmp_path / "a.md", "hello\n", capsys) == (0, ["a.md: no sessions, so nothing was checked"])


@pytest.mark.parametrize(("text", "line"), [("x = 1\ndef f(:\n    pass\n", 2), ("x = 1\nreturn 5\ny = 2\n", 2)])
def test_a_bare_input_that_cannot_be_compiled_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, line: int
) -> None:
    """Any output will do, an exception too, but it must have been run."""
    status, lines = checked(tmp_path / "a.pyex", text, capsys)
    assert (status, lines[0]) == (1, f"a.pyex:{line}")
    assert any(each.startswith(f"line {line} cannot be compiled") for each in lines)
    assert checked(tmp_path / "a.pyex", "from __future__ import annotations\n1 / 0\n", capsys)[0] == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "a.md")
    assert command.main([str(tmp_path / "a.md")]) == 1
    assert "a.md: is no regular file" in capsys.readouterr().out


def test_clear_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A session may clear the screen."""
    assert checked(tmp_path / "a.md", "```pyex\npyex(1)> clear()\npyex(2)> 1\n1\n```\n", capsys)[0] == 0
