"""`pyex check`: sessions in Markdown files are executed, and what differs from what is written is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE

from pyex.repl.transcript import Labels, Mismatch, check, matches, parse


def fence(*lines: str) -> str:
    return "\n".join(["Some text.", "", "```pyex", *lines, "```", ""])


def differing(*lines: str) -> list[str]:
    """The inputs of a session whose output is not what is written."""
    return [mismatch.step.text for mismatch in check(fence(*lines))[1]]


def checked(*paths: Path | str) -> subprocess.CompletedProcess[str]:
    """Run `pyex check` as installed."""
    command = [sys.executable, "-m", "pyex", "check", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


# The command


def test_a_file_that_is_right_passes(tmp_path: Path) -> None:
    """A file whose sessions print what is written gives status 0 and one line that counts its inputs."""
    path = tmp_path / "right.md"
    path.write_text(fence("pyex(1)> 1 + 1", "2", "pyex(2)> self", "#PID<0.98.0>"))
    done = checked(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{path}: 2 inputs, none with another output than written\n"


def test_a_difference_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    """A wrong output gives status 1; file and line of the input, what is written and what was printed are shown."""
    path = tmp_path / "wrong.md"
    path.write_text(fence("pyex(1)> 1 + 1", "3", "pyex(2)> 'after'", "'after'"))
    done = checked(path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{path}:4:\n    1 + 1\nis written to print\n    3\nand printed\n    2\n")
    assert done.stdout == f"{path}: 2 inputs, 1 with another output than written\n"


def test_every_file_is_checked_and_one_that_is_wrong_decides(tmp_path: Path) -> None:
    """Several files are all checked, each in a shell of its own, and the status is 1 if any of them is wrong."""
    wrong, right = tmp_path / "wrong.md", tmp_path / "right.md"
    wrong.write_text(fence("pyex(1)> x = 1", "2"))
    right.write_text(fence("pyex(1)> x", "** (NameError) name 'x' is not defined", "    pyex(1):1: <module>"))
    done = checked(wrong, right)
    assert done.returncode == 1
    assert f"{wrong}: 1 inputs, 1 with" in done.stdout
    assert f"{right}: 1 inputs, none with" in done.stdout


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    """A missing file gives status 1 and its name, without a traceback; the others are checked all the same."""
    right = tmp_path / "right.md"
    right.write_text(fence("pyex(1)> 1", "1"))
    done = checked(tmp_path / "missing.md", right)
    assert done.returncode == 1
    assert done.stderr == f"pyex: {tmp_path / 'missing.md'}: No such file or directory\n"
    assert "right.md: 1 inputs" in done.stdout


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A file that is not text gives status 1 and a line that says so."""
    path = tmp_path / "picture.md"
    path.write_bytes(b"\x89PNG\xff\xfe")
    done = checked(path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pyex: {path}: ")
    assert "Traceback" not in done.stderr


def test_a_file_without_sessions_is_right(tmp_path: Path) -> None:
    """A file without a session, or an empty one, gives status 0."""
    path = tmp_path / "prose.md"
    path.write_text("Only prose.\n\n```python\n1 / 0\n```\n")
    empty = tmp_path / "empty.md"
    empty.write_text("")
    done = checked(path, empty)
    assert done.returncode == 0
    assert done.stdout.count(": 0 inputs") == 2


# What is a session


def test_all_sessions_of_a_file_are_one() -> None:
    """A later fence goes on where the one before it ended."""
    assert check(fence("pyex(1)> x = 1", "1") + fence("pyex(2)> x", "1"))[1] == []


def test_other_fences_are_left_alone() -> None:
    """Only fences that begin with ```pyex are executed."""
    text = "```python\npyex(1)> 1 / 0\n```\n\n```\npyex(1)> 1 / 0\n```\n\n```pyexample\npyex(1)> 1 / 0\n```\n"
    assert parse(text) == []


@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
def test_fences_of_any_length_and_kind(mark: str) -> None:
    """Longer fences and tildes work as in Markdown, and a shorter mark inside them ends nothing."""
    inside = "```" if mark == "````" else "'''"
    steps = parse(f"{mark}pyex\npyex(1)> print({inside!r})\n{inside}\n{mark}\n")
    assert [step.expected for step in steps] == [f"{inside}\n"]


def test_fences_in_lists_lose_their_indentation() -> None:
    """A session in a list item is indented as a whole, and its inner indentation stays."""
    text = """
1. First:

   ```pyex
   pyex(1)> def f():
   ...(1)>     return [1,
   ...(1)>         2]
   ...(1)>
   pyex(2)> f()
   [1, 2]
   pyex(3)> 1 / 0
   ** (ZeroDivisionError) division by zero
       pyex(3):1: <module>
   ```
"""
    steps, mismatches = check(text)
    assert mismatches == []
    assert [(step.line, step.text) for step in steps] == [
        (5, "def f():\n    return [1,\n        2]\n"),
        (9, "f()"),
        (11, "1 / 0"),
    ]


def test_the_numbers_of_prompts_do_not_count() -> None:
    """Prompts may be numbered otherwise, or not at all."""
    assert differing("pyex(7)> 1", "1", "pyex> 2", "2", "pyex> [3,", "...> 4]", "[3, 4]") == []


def test_an_empty_prompt_is_no_input() -> None:
    """A prompt with nothing behind it types nothing, and what stands below it belongs to the input before it."""
    assert differing("pyex(1)> print('a')", "pyex(2)> ", "a", "pyex(2)>") == []
    assert differing("pyex(1)> print('a')", "pyex(2)>", "b") == ["print('a')"]


# What is compared


def test_output_that_is_not_written_is_a_difference() -> None:
    """An output too many or too few differs, and so does one that is a little longer or shorter."""
    assert differing("pyex(1)> print('a')") == ["print('a')"]
    assert differing("pyex(1)> None", "None") == ["None"]
    assert differing("pyex(1)> 'abc'", "'abc'", "more") == ["'abc'"]
    assert differing("pyex(1)> 'abc'", "'ab") == ["'abc'"]


def test_a_pid_is_the_same_one_wherever_it_is_written() -> None:
    """The first mention of a pid stands for the one that comes; after that it must be that one, and no other."""
    assert differing("pyex(1)> me = self()", "#PID<0.5.0>", "pyex(2)> [self(), me]", "[#PID<0.5.0>, #PID<0.5.0>]") == []
    assert differing("pyex(1)> me = self()", "#PID<0.5.0>", "pyex(2)> self()", "#PID<0.6.0>") == ["self()"]
    assert differing("pyex(1)> self()", "#PID<0.5.0>", "pyex(2)> spawn(int)", "#PID<0.5.0>") == ["spawn(int)"]


def test_references_are_labels_too() -> None:
    """References are compared as pids are."""
    lines = ("pyex(1)> a, b = make_ref(), make_ref()", "(#Reference<0.0.0.1>, #Reference<0.0.0.2>)")
    assert differing(*lines, "pyex(2)> (b, a)", "(#Reference<0.0.0.2>, #Reference<0.0.0.1>)") == []
    assert differing(*lines, "pyex(2)> (b, a)", "(#Reference<0.0.0.1>, #Reference<0.0.0.2>)") == ["(b, a)"]


def test_a_pid_and_a_reference_are_not_exchanged() -> None:
    """A pid that is written does not stand for a reference that comes."""
    assert not matches("#PID<0.1.0>", "#Reference<0.1.0>", Labels())


def test_times_and_versions_are_not_compared() -> None:
    """The time of a report and the version in the banner may be any, what stands around them may not."""
    assert matches("12:00:00.000 [error] x", "23:59:59.999 [error] x", Labels())
    assert not matches("12:00:00.000 [error] x", "23:59:59.999 [error] y", Labels())
    assert matches("Interactive Pyex (0.1.0) - press", "Interactive Pyex (9.9.9) - press", Labels())


def test_dots_at_the_end_of_a_line_stand_for_its_rest() -> None:
    """`...` at the end of a line stands for the rest of that line, and for nothing else."""
    assert differing("pyex(1)> 'a long text'", "'a long...") == []
    assert differing("pyex(1)> print('a', 'b', sep=chr(10))", "a...") == ["print('a', 'b', sep=chr(10))"]
    assert differing("pyex(1)> 'text'", "'other...") == ["'text'"]


def test_dots_on_a_line_of_their_own_stand_for_any_lines() -> None:
    """`...` on its own stands for some lines, or none; what comes before and after it must be there."""
    ten = "pyex(1)> for n in range(10): print(n)"
    assert differing(ten, "...(1)>", "0", "...", "9") == []
    assert differing(ten, "...(1)>", "0", "...", "8") != []
    assert differing("pyex(1)> print('a', 'b', sep=chr(10))", "a", "...", "b") == []
    assert differing("pyex(1)> print('anything')", "...") == []
    assert differing("pyex(1)> None", "...") == []


def test_other_characters_mean_themselves() -> None:
    """Brackets, stars and backslashes in an output are compared as they are."""
    assert differing("pyex(1)> print('[a-z]* (x|y) \\\\d')", "[a-z]* (x|y) \\d") == []
    assert differing("pyex(1)> print('b')", "[a-z]") == ["print('b')"]


# The shell behind it


def test_what_other_processes_print_is_part_of_the_output() -> None:
    """What a process prints that an input woke is compared, before the value of the input."""
    lines = (
        "pyex(1)> pid = spawn(lambda: print('heard', receive()))",
        "#PID<0.5.0>",
        "pyex(2)> send(pid, 'it')",
        "heard it",
        "'it'",
    )
    assert differing(*lines) == []
    assert differing(*lines[:3], *lines[4:]) == ["send(pid, 'it')"]


def test_the_shell_process_may_die_in_a_session() -> None:
    """A death, its report, the banner and the new pid are part of a session, which goes on in the new process."""
    lines = (
        "pyex(1)> x = self()",
        "#PID<0.5.0>",
        "pyex(2)> Process.exit(self(), 'kill')",
        "** (EXIT from #PID<0.5.0>) shell process exited with reason: killed",
        "",
        "Interactive Pyex (0.0.0) - press Ctrl+C to exit (type h() ENTER for help)",
        "pyex(1)> self()",
        "#PID<0.6.0>",
    )
    assert differing(*lines) == []
    assert differing(*lines[:-1], "#PID<0.5.0>") == ["self()"]


def test_leaving_ends_a_session() -> None:
    """What stands after `exit()` is not typed, so its output is missing."""
    assert differing("pyex(1)> exit()", "pyex(2)> 1", "1") == ["1"]


def test_input_finds_nobody_to_answer() -> None:
    """`input()` in a session finds the end of the input instead of waiting for ever."""
    assert differing("pyex(1)> input('? ')", "** (EOFError) end of input", "    pyex(1):1: <module>") == []


def test_a_mismatch_reads_well() -> None:
    """What is told of a difference quotes the input, several lines included, and both outputs."""
    ((mismatch,),) = [check(fence("pyex(1)> [1,", "...(1)> 2]", "nothing"), "guide.md")[1]]
    assert isinstance(mismatch, Mismatch)
    assert str(mismatch) == (
        "guide.md:4:\n    [1,\n    2]\nis written to print\n    nothing\nand printed\n    [1, 2]"
    )
