"""`pyex export`: what can be asked for, what is said where it cannot be done, and the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE

from pyex.command_line import BadCommand
from pyex.repl.export.command import FORMATS, main
from pyex.repl.export.screen_lines import lines_of
from pyex.repl.export.section import NoSuchSection, section
from pyex.repl.transcript.document import parse

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "docs/shell.md", *(f"examples/{path.name}" for path in (ROOT / "examples").glob("*.md"))]
GUIDE = """\
# Guide

Some prose.

## First steps

```pyex
pyex(1)> 1 + 1
2
```

### Deeper

```pyex
pyex(2)> 2 + 2
4
```

## Last

The end.
"""


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "guide.md"
    path.write_text(GUIDE, encoding="utf-8")
    return path


# What is made


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("form", FORMATS)
def test_the_project_s_own_texts_can_be_exported(path: str, form: str, tmp_path: Path) -> None:
    """Every text of the project becomes every format, and twice the same."""
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    assert main([str(ROOT / path), "-o", str(first)]) == 0
    assert main([str(ROOT / path), "--to", form, "--output", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes() != b""


def test_the_command_writes_to_the_standard_output(guide: Path) -> None:
    """Without -o the result is on the standard output, and nothing else is."""
    command = [sys.executable, "-m", "pyex", "export", str(guide), "--to", "txt", "--section", "first steps"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "First steps\n-----------\n\n    pyex(1)> 1 + 1\n    2\n\nDeeper\n\n    pyex(2)> 2 + 2\n    4\n"
    )


def test_text_is_filled_and_sessions_are_as_they_are(guide: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Plain text has prose no wider than asked for, and each line of a session whole."""
    long = "x = '" + "y" * 100 + "'"
    guide.write_text(f"{'word ' * 50}\n\n```pyex\npyex(1)> {long}\n```\n")
    assert main([str(guide), "-t", "txt", "--width", "40"]) == 0
    *prose, _, session = capfdbinary.readouterr().out.decode().rstrip().split("\n")
    assert max(map(len, prose)) <= 40 < len(session)
    assert session == f"    pyex(1)> {long}"


# Parts


def test_a_section_reaches_to_the_next_of_its_level() -> None:
    """A section has its own headings below it, and not its neighbours; capitals and marks make no difference."""
    part = section(parse(GUIDE), "  FIRST `steps`")
    assert part.title == "First steps"
    assert [step.text for step in part.steps] == ["1 + 1", "2 + 2"]


def test_a_section_that_is_not_there_is_told_with_the_one_that_is_meant() -> None:
    """A heading that is misspelt is told with the nearest one, and a far one with all there are."""
    with pytest.raises(NoSuchSection, match='no heading "Frist steps"; did you mean "First steps"'):
        section(parse(GUIDE, "guide.md"), "Frist steps")
    with pytest.raises(NoSuchSection, match='those there are: "Guide", "First steps", "Deeper", "Last"'):
        section(parse(GUIDE, "guide.md"), "Zebra")


# Sessions line by line


def test_a_session_keeps_its_prompts() -> None:
    """Lines come with the prompts that are written, empty ones where a report came in between included."""
    written = """\
pyex(3)> def f():
...(3)>     return 1
...(3)>@
pyex(4)> spawn(f)
#PID<0.9.0>
pyex(5)>
12:00:00.000 [info] late
pry(1)> x
2
pyex(5)>
""".replace("@", " ")
    document = parse(f"> ```pyex\n{''.join('> ' + line + chr(10) for line in written.splitlines())}> ```\n")
    lines = lines_of(document.sessions[0], document)
    assert [f"{line.prompt} {line.text}".strip() for line in lines] == [each.strip() for each in written.splitlines()]


def test_bare_inputs_get_prompts() -> None:
    """A file of inputs without prompts is shown as they will be typed: with prompts, counted."""
    document = parse("x = 1\ndef f():\n    return x\n\nf()\n", "bare.pyex")
    shown = [f"{line.prompt} {line.text}" for line in lines_of(document.sessions[0], document)]
    assert shown == ["pyex(1)> x = 1", "pyex(2)> def f():", "...(2)>     return x", "...(2)> ", "pyex(3)> f()"]


# What cannot be done


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "a file is missing"),
        (["guide.md"], "--to is missing; known formats are html, svg, cast, txt, py"),
        (["guide.md", "-o", "x.pdf"], "--to is missing; known formats are"),
        (["guide.md", "--to", "htm"], 'unknown format "htm"; did you mean "html"?'),
        (["guide.md", "--to", "docx"], 'unknown format "docx"; known are html, svg, cast, txt, py'),
        (["a.md", "b.md", "--to", "html"], "b.md: unexpected after a.md; one file at a time"),
        (["a.md", "--to", "html", "--width", "80"], "--width: means nothing for html"),
        (["a.md", "--to", "html", "--wide"], "option --wide not recognized"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(words: list[str], problem: str) -> None:
    """Each mistake in the words is told, with what can be written instead."""
    with pytest.raises(BadCommand) as error:
        main(words)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--width", "0"), ("--width", "wide"), ("--height", "-3"), ("--speed", "0"), ("--speed", "nan"),
     ("--idle-limit", "soon")],
)  # fmt: skip
def test_numbers_are_checked(guide: Path, option: str, value: str) -> None:
    """A size or pace that cannot be is refused, with the option's name and what it takes."""
    with pytest.raises(BadCommand, match=f"{option} takes a number"):
        main([str(guide), "--to", "cast", option, value])


def test_a_file_is_not_written_over_itself(guide: Path) -> None:
    """A result that would replace what it is made of is refused, and the file stays."""
    with pytest.raises(BadCommand, match="written over itself"):
        main([str(guide), "--to", "txt", "-o", str(guide)])
    assert guide.read_text(encoding="utf-8") == GUIDE


def test_what_cannot_be_read_or_written_is_told(
    guide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No such file, a broken one, a missing section, a place that cannot be written: each gives a line and status 1."""
    broken = tmp_path / "broken.md"
    broken.write_text("```pyex\npyex(1)> 1\n")
    missing = tmp_path / "missing.md"
    out = tmp_path / "no folder" / "x.html"
    for words, said in [
        ([str(missing)], f"pyex: {missing}: No such file or directory\n"),
        ([str(broken)], f"pyex: {broken}:1: this fence has no end: write ``` on a line of its own below it\n"),
        ([str(guide), "--section", "Last!"], f'pyex: {guide}: there is no heading "Last!"; did you mean "Last"?\n'),
        ([str(guide), "-o", str(out)], f"pyex: {out}: No such file or directory\n"),
    ]:
        assert main([*words, "--to", "html"]) == 1
        assert capsys.readouterr() == ("", said)


def test_a_reader_that_leaves_early_is_no_error(guide: Path) -> None:
    """Where the other end of a pipe closes, as `head` does, there is no traceback."""
    code = "import sys\nfrom pyex.__main__ import main\nsys.exit(main())"
    command = [sys.executable, "-c", code, "export", str(ROOT / "docs/shell.md"), "--to", "html"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(PATIENCE)


def test_help_tells_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """`pyex export --help` has all formats and options."""
    assert main(["--help"]) == 0
    page = capsys.readouterr().out
    for word in (*FORMATS, *(f"--{option}" for options in FORMATS.values() for option in options)):
        assert word in page
