"""`pyex replay` as a command: what it prints without a terminal, and what it says to bad words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pyex.command_line import BadCommand
from pyex.repl.replay.command import main

TEXT = """\
# Talk

| key | |
|---|---|
| a | b |

```pyex
pyex(1)> def f():
...(1)>     return 7
pyex(2)> f()
7
pyex(3)> Process.exit(self(), "kill")
...
pyex(1)> f()
7
```

## Late

```pyex
pyex(2)> f() + 1
8
```
"""


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "talk.md"
    path.write_text(TEXT)
    return str(path)


def piped(*words: str) -> subprocess.CompletedProcess[str]:
    """The command, with pipes."""
    command = [sys.executable, "-m", "pyex", "replay", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def test_without_a_terminal_what_cannot_be_stopped_ends_it(tmp_path: Path) -> None:
    """A call in C that lets no other thread run, and nothing can stop, ends the replay, which tells where it stood."""
    path = tmp_path / "long.md"
    stuck = "<!-- pyex: timeout 100 -->\n```pyex\npyex(2)> sum(range(10**11))\n```\n"
    path.write_text("```pyex\npyex(1)> 1\n1\n```\n" + stuck)
    done = piped(str(path))
    assert done.returncode == 1
    assert "pyex(1)> 1\n1\n" in done.stdout
    assert "Timeout" in done.stderr
    assert 'File "pyex(2)", line 1 in <module>' in done.stderr


def test_without_a_terminal_all_of_it_is_text(talk: str) -> None:
    """Prose is laid out, and sessions are as a screen would show them; what really comes is printed."""
    done = piped(talk)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:6] == ["", "# Talk", "", "key", "───  ─", "a    b"]
    assert lines[7:11] == ["pyex(1)> def f():", "...(1)>     return 7", "pyex(2)> f()", "7"]
    assert any("shell process exited with reason: killed" in line for line in lines)
    assert lines[-7:] == ["pyex(1)> f()", "7", "", "## Late", "", "pyex(2)> f() + 1", "8"]


def test_from_a_heading_prints_what_follows(talk: str) -> None:
    """What stands before is played, and not printed."""
    assert piped("--from", "late", talk).stdout.split("\n") == ["", "## Late", "", "pyex(2)> f() + 1", "8", ""]


def test_what_could_not_be_played_is_the_status(talk: str) -> None:
    """Without a terminal, an input that takes too long is told, and the status is 1."""
    Path(talk).write_text("<!-- pyex: timeout 200 -->\n\n```pyex\npyex(1)> receive()\npyex(1)> 1 + 1\n2\n```\n")
    done = piped(talk)
    assert done.returncode == 1
    assert "(replay: it took longer than 200 ms; " in done.stdout
    assert done.stdout.endswith("pyex(1)> 1 + 1\n2\n")


def test_a_reader_that_goes_away_is_no_error(talk: str) -> None:
    """`pyex replay FILE | head -1` ends quietly."""
    command = [sys.executable, "-m", "pyex", "replay", talk]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_list_prints_the_headings(talk: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Their numbers are those of `--from` and of jumps."""
    assert main(["--list", talk]) == 0
    assert capsys.readouterr().out == "  1  Talk    4 inputs\n  2    Late  1 input\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "replay: a file is missing"),
        (["a.md", "b.md"], "replay: b.md: unexpected after a.md; it plays one file"),
        (["--speed", "fast", "a.md"], "replay: --speed: write a number from 0.1 to 20, as --speed 2"),
        (["--speed", "nan", "a.md"], "replay: --speed: write a number from 0.1 to 20, as --speed 2"),
        (["--speed", "0", "a.md"], "replay: --speed: write a number from 0.1 to 20, as --speed 2"),
        (["--step", "word", "a.md"], 'replay: --step: write "chunk" or "line", not "word"'),
        (["--auto", "--magic", "a.md"], "replay: --auto and --magic do not go together"),
        (["--only", "a.md"], "replay: --only goes with --from or --resume"),
        (["--resume", "--from", "1", "a.md"], "replay: --from and --resume do not go together"),
        (["--zoom", "a.md"], "replay: --zoom: unknown option"),
        (["a.md", "--from"], "replay: --from: something is missing behind it"),
        (["--auto=yes", "a.md"], "replay: --auto: nothing follows it"),
    ],
)
def test_bad_words_are_told(words: list[str], problem: str) -> None:
    """What is wrong with a command line, and what to write instead."""
    with pytest.raises(BadCommand) as caught:
        main(words)
    assert str(caught.value) == problem


def test_a_file_that_cannot_be_played_is_told(talk: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No such file, no session, no such heading: one line, and status 1."""
    (tmp_path / "prose.md").write_text("# Only words\n")
    for words, problem in (
        ([str(tmp_path / "none.md")], f"pyex: {tmp_path}/none.md: No such file or directory\n"),
        (["/dev/zero"], "pyex: /dev/zero: is a device, and no file\n"),
        (
            [str(tmp_path / "prose.md")],
            f"pyex: {tmp_path}/prose.md: there is no session in it: write one in a fence marked ```pyex\n",
        ),
        (
            ["--from", "lat e", talk],
            f'pyex: no heading has "lat e" in it; did you mean "Late"?\npyex replay --list {talk} lists them\n',
        ),
    ):
        assert main(words) == 1
        assert capsys.readouterr().err == problem


def test_a_file_that_is_not_there_any_more_is_not_guessed_at(
    talk: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`--resume` in a file whose next input is gone."""
    from pyex.repl.replay.place import Keeper, path_for, place_at
    from pyex.repl.replay.plan import plan_of
    from pyex.repl.transcript.document import read

    Keeper(path_for(talk)).keep(place_at(plan_of(read(talk)), 2, mode="chunk", began=0.0))
    Path(talk).write_text(TEXT.replace("f()", "g()"))
    assert main(["--resume", talk]) == 1
    message = capsys.readouterr().err
    assert message == f'pyex: {talk} has changed, and "f()" is not in it any more: begin with --from HEADING\n'


def test_notes_without_a_terminal_are_printed_once(talk: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is waited for."""
    assert main(["--notes", talk]) == 0
    assert "no replay runs" in " ".join(capsys.readouterr().out.split())
