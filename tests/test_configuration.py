"""`PyEx.configure`, and what of the session it changes; `v`, `respawn` and `import_file`."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_session import said
from test_shell import session

from pyex import ArgumentError
from pyex.repl.configuration import configuration, configure


def test_settings_hold_from_the_next_prompt_on() -> None:
    """Prompts can be written anew, for first lines and for the others."""
    session(
        """
        pyex(1)> PyEx.configure(default_prompt="%prefix(%counter)$")
        :ok
        pyex(2)> PyEx.configuration()["default_prompt"]
        '%prefix(%counter)$'
        """
    )


def test_inspect_options_are_those_of_the_echo() -> None:
    """A limit of three shows three elements; what else is set stays."""
    assert said('PyEx.configure(inspect={"limit": 3})', "[1, 2, 3, 4]")[-1] == "[1, 2, 3, ...]"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"bogus": 1}, "there is no setting 'bogus'; there are colors, inspect, width"),
        ({"width": "wide"}, "width must be a number of columns, 20 or more, not 'wide'"),
        ({"history_size": True}, "history_size must be a number of values"),
        ({"editing_mode": "ed"}, 'editing_mode must be "emacs" or "vi"'),
        ({"counter": 1}, 'counter must be "restart" or "continue"'),
        ({"inspect": {"nonsense": 1}}, "unknown key 'nonsense' in inspect"),
        ({"default_prompt": 3}, "default_prompt must be a text of one line"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(options: dict[str, object], problem: str) -> None:
    """It is named, with what to write instead, and nothing is changed, other settings of the call neither."""
    before = configuration()
    with pytest.raises(ArgumentError) as caught:
        configure(**{"status_line": True, **options})
    assert problem in str(caught.value)
    assert configuration() == before


def test_the_counter_restarts_as_in_the_article_or_goes_on() -> None:
    """After a death the counter is 1 again; with counter="continue" it goes on, as in newer versions of IEx."""
    session(
        """
        pyex(1)> PyEx.configure(counter="continue")
        :ok
        pyex(2)> Process.exit(self(), "boom")
        ** (EXIT from #PID<0.4.0>) shell process exited with reason: 'boom'

        Interactive Pyex (0.1.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(2)> 1
        1
        """
    )


def test_values_can_be_had_again() -> None:
    """v() is the last value, v(n) that of prompt n, v(-n) the last but so many; errors leave none."""
    assert said("10", "1 / 0", "20", "v(1) + v(-1)", "v", "v(3)")[2:] == ["20", "30", "30", "30"]


@pytest.mark.parametrize("call", ["v(1000)", "v(-1000)", "v(0)"])
def test_a_value_that_there_is_not(call: str) -> None:
    """Out of bounds is an error, as in IEx."""
    assert said("1", call)[-1].startswith(f"** (RuntimeError) {call} is out of bounds")


def test_v_takes_numbers() -> None:
    """Nonsense is told what to write."""
    assert "v takes the number of a prompt" in said("1", 'v("one")')[-1]


def test_only_so_many_values_are_kept() -> None:
    """history_size bounds how far back v goes, from the next input on."""
    printed = said("PyEx.configure(history_size=2)", "10", "20", "v(2)", "v(2)")
    assert printed[3] == "10"
    assert "v(2) is out of bounds" in printed[4]


def test_values_die_with_the_shell_process() -> None:
    """A new shell process has no values."""
    assert "out of bounds" in said("10", "Process.exit(self(), 'kill')", "v()")[-1]


def test_the_last_value_is_an_underscore_too() -> None:
    """As at Python's own prompt, `_` is the last value that was shown, until the person binds it."""
    assert said("6 * 7", "_ + 1", "_ = 5", "1", "_")[1:] == ["43", "5", "1", "5"]


def test_a_value_that_is_not_shown_is_kept() -> None:
    """What ends in a semicolon shows nothing, and v and _ have it all the same."""
    assert said("6 * 7;", "v()", "x = 5;", "_ + 1") == ["", "42", "", "6"]


def test_a_function_named_underscore_is_no_value_of_the_persons() -> None:
    """`def _(…)`, as decorators make one write it, does not take the last value away."""
    assert said("def _(n): return n\n", "6 * 7", "_")[1:] == ["42", "42"]


def test_a_file_may_end_with_run() -> None:
    """run(main) at the prompt, or in a file that is loaded there, calls main: the runtime is there already."""
    assert said("def main(): return self()\n", "run(main) == Process.self()")[-1] == "True"


@pytest.mark.parametrize("typed", ["v 1", "h Enum.map/2", "i self()", 'c "shop.py"', "r Counter"])
def test_a_helper_without_parentheses_is_told_how_it_is_called(typed: str) -> None:
    """IEx's habit is a syntax error that says what to write."""
    assert f"in pyex a helper is called with parentheses: {typed.split()[0]}(…)" in said(typed)[0]


def test_the_error_that_ended_the_shell_process_can_be_had_in_full() -> None:
    """e() tells of it in the shell that comes after."""
    printed = said("def percent(a, b):\n    return 100 * a / b\n", "spawn_link(percent, 1, 0); receive()", "e()")
    assert printed[2].startswith("** (ZeroDivisionError) division by zero")
    assert "percent" in printed[2]


def test_a_breakpoint_ends_with_the_last_shell() -> None:
    """A session that comes later does not stop where an earlier one has set a breakpoint."""
    assert said("import textwrap", "break_(textwrap.dedent)")[1] == "1"
    assert said("import textwrap", "breaks()", "textwrap.dedent(' x')")[1:] == ["No breakpoints set", "'x'"]


def test_a_helper_that_is_given_a_name_is_not_called() -> None:
    """`x = flush` binds the helper; `flush` alone calls it."""
    assert said("x = flush", "flush") == ["<helper flush()>", ":ok"]


def test_the_persons_own_variables_can_be_listed() -> None:
    """binding() is the data: no helper, no function, nothing that pyex brings along."""
    assert said("x = 1", "def f(): return 2\n", "y = [x]", "binding()")[-1] == "{'x': 1, 'y': [1]}"


def test_the_members_of_an_exception_group_are_shown() -> None:
    """Each with its words and places, below those of the group; of many, the first ten."""
    printed = said(
        "raise ExceptionGroup('both', [ValueError(1), TypeError(2)])",
        "raise ExceptionGroup('many', [ValueError(n) for n in range(12)])",
    )
    assert printed[0].splitlines()[:4] == [
        "** (ExceptionGroup) both (2 sub-exceptions)",
        "    pyex(1):1: <module>",
        "  with ** (ValueError) 1",
        "  with ** (TypeError) 2",
    ]
    assert printed[1].splitlines()[-1] == "  and 2 more"


def test_respawn_begins_anew() -> None:
    """Another process, without data, with the same code, and no report of a death."""
    printed = said("me = self()", "def f(): return 1\n", "respawn()", "self() == v(1)", "me", "f()")
    assert printed[2].startswith("\nInteractive Pyex")
    assert "died with it" in printed[4]
    assert printed[5] == "1"


def test_a_file_is_imported_as_if_it_were_typed(tmp_path: Path) -> None:
    """Its functions and its data are at the prompt, and the value of its last line is that of the call."""
    file = tmp_path / "setup.py"
    file.write_text("x = 20\ndef double(n):\n    return n * 2\ndouble(x)\n")
    assert said(f"import_file({str(file)!r})", "x + 1", "double(4)") == ["40", "21", "8"]


def test_a_file_that_there_is_not(tmp_path: Path) -> None:
    """import_file says so, import_file_if_available says nothing."""
    path = str(tmp_path / "no.py")
    printed = said(f"import_file({path!r})", f"import_file_if_available({path!r})")
    assert printed[0].startswith("** (FileNotFoundError)")
    assert printed[1] == ""


def test_what_was_typed_can_be_listed() -> None:
    """history() lists this shell's inputs with their numbers, across a death of its process; history(n) the last so
    many, history(text) those with the text in them."""
    inputs = ("x = 1", "def f():\n    return x\n", "Process.exit(self(), 'kill')", "1 + 1")
    printed = said(*inputs, "history()", "history(2)", "history('def')", "history('nowhere')", "history(0)")
    everything = "1  x = 1\n2  def f():\n       return x\n3  Process.exit(self(), 'kill')\n1  1 + 1\n2  history()"
    assert printed[4] == everything
    assert printed[5] == "2  history()\n3  history(2)"
    assert printed[6].startswith("2  def f():")
    assert "history takes how many inputs to show" in printed[8]


def test_a_result_need_not_be_shown() -> None:
    """PyEx.dont_display_result() as the last value shows nothing."""
    assert said("PyEx.dont_display_result()") == [""]


def test_a_helper_called_with_nonsense_says_what_it_takes() -> None:
    """Too many arguments, or too few: the call is written out."""
    printed = said("v(1, 2, 3)", "import_file")
    assert "write v(n=-1), and h(v) tells more" in printed[0]
    assert "write import_file(path), and h(import_file) tells more" in printed[1]


def test_code_is_the_nodes_and_data_is_the_shells(tmp_path: Path) -> None:
    """What one session defines in a file it imports outlives its shell process; what it assigns does not."""
    file = tmp_path / "both.py"
    file.write_text("def one():\n    return 1\nx = 1\n")
    printed = said(f"import_file({str(file)!r})", "Process.exit(self(), 'kill')", "one()", "x")
    assert printed[2] == "1"
    assert "x was data" in printed[3]
