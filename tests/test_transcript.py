"""Sessions in Markdown are played, and their outputs are compared with what is written."""

from __future__ import annotations

import pytest

from pyex.repl.check.mismatch import check
from pyex.repl.transcript.document import parse
from pyex.repl.transcript.labels import Labels
from pyex.repl.transcript.output import conflicts, matches, rewritten


def fence(*lines: str) -> str:
    return "\n".join(["Some text.", "", "```pyex", *lines, "```", ""])


def differing(*lines: str) -> list[str]:
    """The inputs of a session whose output is not what is written."""
    return [mismatch.step.text for mismatch in check(fence(*lines))[1]]


# What is a session


def test_all_sessions_of_a_file_are_one() -> None:
    """A later fence goes on where the one before it ended."""
    assert check(fence("pyex(1)> x = 1", "1") + fence("pyex(2)> x", "1"))[1] == []


def test_other_fences_are_left_alone() -> None:
    """Only fences that begin with ```pyex are executed."""
    text = "```python\npyex(1)> 1 / 0\n```\n\n```\npyex(1)> 1 / 0\n```\n\n```pyexample\npyex(1)> 1 / 0\n```\n"
    assert parse(text).steps == []


@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
def test_fences_of_any_length_and_kind(mark: str) -> None:
    """Longer fences and tildes work as in Markdown, and a shorter mark inside them ends nothing."""
    inside = "```" if mark == "````" else "'''"
    steps = parse(f"{mark}pyex\npyex(1)> print({inside!r})\n{inside}\n{mark}\n").steps
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
    """What stands after `exit()` is not typed: the first such input is told, even where it would print nothing."""
    assert differing("pyex(1)> exit()", "pyex(2)> 1", "1", "pyex(3)> 2", "2")[:1] == ["1"]
    assert differing("pyex(1)> exit()", "pyex(2)> x = None") == ["x = None"]
    assert differing("pyex(1)> exit()") == []


def test_a_mismatch_reads_well() -> None:
    """What is told of a difference quotes the input, several lines included, and is a diff with the file's lines."""
    ((mismatch,),) = [check(fence("pyex(1)> [1,", "...(1)> 2]", "nothing"), "guide.md")[1]]
    assert str(mismatch) == ("guide.md:4\n[1,\n2]\n--- written\n+++ printed\n@@ line 6 @@\n-nothing\n+[1, 2]")


# How an output is written


def written(expected: str, printed: str, *bound: str, any_order: bool = False) -> list[str]:
    """The lines that are to be written; `bound` are labels that stand for themselves."""
    labels = Labels(dict(zip(bound, bound, strict=True)), frozenset(bound))
    return rewritten(expected, printed, labels, any_order=any_order)


@pytest.mark.parametrize(
    ("expected", "printed", "lines"),
    [
        ("12:00:00 a\nold", "13:00:00 a\nnew", ["12:00:00 a", "new"]),
        ("a long...\nold", "a long text\nnew", ["a long...", "new"]),
        ("a\n...\nz\nold", "a\nb\nc\nz", ["a", "...", "z"]),
        ("...\nx", "a\nb", ["..."]),
        ("", "a\n\nb\n", ["a", "", "b"]),
        ("a", "", []),
        ("#PID<0.7.0> old", "#PID<0.99.0> new", ["#PID<0.7.0> new"]),
    ],
)
def test_only_what_differs_is_written_anew(expected: str, printed: str, lines: list[str]) -> None:
    """Times, dots and labels that match stay as they are written, whatever stands beside them."""
    assert written(expected, printed) == lines


def test_a_pid_has_one_label() -> None:
    """A pid that has a label is written by it, and one that has none gets one that the file does not have."""
    assert written("", "#PID<0.98.0> #PID<0.5.0> #PID<0.5.0>", "#PID<0.98.0>") == [
        "#PID<0.98.0> #PID<0.99.0> #PID<0.99.0>"
    ]
    assert written("", "#PID<0.5.0>") == ["#PID<0.5.0>"]
    assert written("[#PID<0.98.0>, 1]", "[#PID<0.5.0>, 1]", "#PID<0.98.0>") == ["[#PID<0.99.0>, 1]"]


def test_what_is_written_then_matches() -> None:
    """Lines that were written for an output match it, in a second run with other pids too."""
    expected, printed = "a #PID<0.98.0>\nx\n...", "a #PID<0.5.0>\nb #PID<0.6.0> at 0x7f0012345678\n#Reference<0.0.0.4>"
    lines = "\n".join(rewritten(expected, printed, Labels(written=frozenset(["#PID<0.98.0>"]))))
    assert matches(lines, printed, Labels())
    again = printed.replace("0.6.0", "0.66.0").replace("0x7f0012345678", "0x7f0087654321")
    assert rewritten(lines, again, Labels()) == lines.split("\n")


def test_any_order_keeps_the_order_that_is_written() -> None:
    """In any order, lines that came stay where they are written, and others are put below them."""
    assert written("b\na\nx", "a\nnew\nb", any_order=True) == ["b", "a", "new"]
    assert matches("b\na", "a\nb", Labels(), any_order=True)
    assert not matches("b\na", "a\nb\na", Labels(), any_order=True)
    assert matches("b\n...", "a\nb\na", Labels(), any_order=True)


def test_a_label_bound_twice_is_told() -> None:
    """What is wrong with labels is said in words, with what to write instead."""
    labels = Labels({"#PID<0.1.0>": "#PID<0.5.0>"})
    (first,) = conflicts("#PID<0.1.0>", "#PID<0.6.0>", labels)
    assert first == "#PID<0.1.0> stands for another pid already: write one that is not used yet"
    (second,) = conflicts("#PID<0.2.0>", "#PID<0.5.0>", labels)
    assert second == "#PID<0.2.0> would be the pid that is #PID<0.1.0> already: write #PID<0.1.0>"


def test_long_outputs_are_compared_quickly() -> None:
    """Ten thousand lines with dots in between are compared in no time."""
    lines = "\n".join(map(str, range(10_000)))
    assert matches("0\n...\n9999", lines, Labels())
    assert not matches("0\n...\n9998", lines, Labels())
