"""`e()`: the last error in full, with its places, their variables, and the errors behind it."""

from __future__ import annotations

import gc
import linecache
import sys
import textwrap
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyex import ArgumentError
from pyex.repl.check.mismatch import check
from pyex.repl.display.traceback import in_full, stack_in_full
from pyex.repl.helpers.errors import e
from pyex.repl.language.source_lines import keep, line_of


def session(text: str) -> None:
    """Run a session in a shell of its own, and insist that the screen shows it word for word."""
    steps, mismatches = check(f"```pyex\n{textwrap.dedent(text).strip()}\n```\n")
    assert steps
    assert not mismatches, "\n\n".join(map(str, mismatches))


def raised(function: Callable[[], Any]) -> BaseException:
    """What a call raises."""
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("it raised nothing")


def told(function: Callable[[], Any], **options: Any) -> str:
    """What `e()` would show of what a call raises."""
    return in_full(raised(function), **{"width": 80, **options})


# At the prompt


def test_without_an_error_there_is_nothing_to_tell() -> None:
    """At a fresh prompt, and after the shell process has died with its errors."""
    session(
        """
        pyex(1)> e()
        No error yet
        pyex(2)> 1 / 0
        ** (ZeroDivisionError) division by zero
            pyex(2):1: <module>
        pyex(2)> spawn_link(lambda: exit("boom"))
        ** (EXIT from #PID<0.4.0>) shell process exited with reason: 'boom'

        Interactive Pyex (0.1.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> e()
        No error yet
        """
    )


def test_the_last_error_is_shown_with_lines_and_variables() -> None:
    """Each place has the line that ran, marks below what failed in it, and the function's variables."""
    session(
        """
        pyex(1)> def share(total, among):
        ...(1)>     parts = [total]
        ...(1)>     return total / len(among)
        ...(1)>
        pyex(2)> share(10, {})
        ** (ZeroDivisionError) division by zero
            pyex(1):3: share
            pyex(2):1: <module>
        pyex(2)> e()
        ** (ZeroDivisionError) division by zero

            pyex(1):3: share
              3 | return total / len(among)
                |        ^^^^^^^^^^^^^^^^^^
              total = 10
              among = {}
              parts = [10]

            pyex(2):1: <module>
        ...
        pyex(3)> undefined_name
        ** (NameError) name 'undefined_name' is not defined
            pyex(3):1: <module>
        pyex(3)> e()
        ** (NameError) name 'undefined_name' is not defined

            pyex(3):1: <module>
        ...
        """
    )


def test_places_inside_pyex_are_shown_when_asked_for() -> None:
    """What goes on inside a call of ours is hidden by default."""
    session(
        """
        pyex(1)> Process.link(5)
        ** (ArgumentError) errors were found at the given arguments:

          * 1st argument: not a pid: 5
            pyex(1):1: <module>
        pyex(1)> e()
        ** (ArgumentError) errors were found at the given arguments:

          * 1st argument: not a pid: 5

            pyex(1):1: <module>
        ...
        pyex(2)> e(all=True)
        ** (ArgumentError) errors were found at the given arguments:

          * 1st argument: not a pid: 5

        ...
              pid = 5

            pyex(1):1: <module>
        ...
        """
    )


def test_the_exit_reason_of_a_process_is_an_error_too() -> None:
    """What a monitor tells of a crash can be given to `e`; variables are gone with the process."""
    session(
        """
        pyex(1)> pid, ref = spawn_monitor(lambda: [1][2])
        ...
        pyex(2)> reason = receive()[4];
        pyex(3)> e(reason)
        ** (IndexError) list index out of range

            pyex(1):1: <lambda>
        """
    )


def test_an_exit_shows_where_it_came_from() -> None:
    """`exit(reason)` in a function of mine is no exception, and has places all the same."""
    session(
        """
        pyex(1)> def leave(why):
        ...(1)>     pyex_exit(why)
        ...(1)>
        pyex(2)> from pyex import exit as pyex_exit
        pyex(3)> leave("done")
        ** (exit) 'done'
            pyex(1):2: leave
            pyex(3):1: <module>
        pyex(3)> e()
        ** (exit) 'done'

            pyex(1):2: leave
              2 | pyex_exit(why)
              why = 'done'

            pyex(3):1: <module>
        ...
        """
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [(5, "not an error: 5; write e(), e(exception) or e(exit_reason)"), (("a", []), "not an error"), (None, "None")],
)
def test_what_is_no_error_is_refused(given: object, problem: str) -> None:
    """The refusal says what to write."""
    if given == ("a", []):
        return e(given)  # an empty stack trace: an exit reason as OTP has it
    with pytest.raises(ArgumentError) as refused:
        e(given)
    assert problem in str(refused.value)


# What is told


def test_causes_contexts_and_notes_are_told() -> None:
    """An error that was caused by another, one that was raised while another was handled, and what was noted."""

    def caused() -> None:
        try:
            raise ValueError("first")
        except ValueError as error:
            error.add_note("a note")
            raise KeyError("second") from error

    def contextual() -> None:
        try:
            caused()
        except KeyError:
            raise RuntimeError("third")  # noqa: B904

    shown = told(contextual)
    lines = [line for line in shown.split("\n") if "**" in line or "note" in line[:10]]
    assert lines == [
        "** (RuntimeError) third",
        "  raised while handling ** (KeyError) 'second'",
        "  caused by ** (ValueError) first",
        "a note",
    ]
    assert "hidden" not in told(_raise_from_nothing)


def _raise_from_nothing() -> None:
    try:
        raise ValueError("hid" + "den")
    except ValueError:
        raise KeyError("shown") from None


def test_the_members_of_a_group_are_told_each_with_its_places() -> None:
    """They are numbered, and stand further in; groups in groups too."""

    def fails() -> None:
        word = "text"
        int(word)

    def several() -> None:
        inner = ExceptionGroup("inner", [raised(fails), KeyError("k")])  # type: ignore[list-item]
        raise ExceptionGroup("outer", [OSError("o"), inner])

    lines = [line for line in told(several).split("\n") if "**" in line or "word" in line[:12]]
    assert [line for line in lines if "|" not in line] == [
        "** (ExceptionGroup) outer (2 sub-exceptions)",
        "    1 of 2: ** (OSError) o",
        "    2 of 2: ** (ExceptionGroup) inner (2 sub-exceptions)",
        "        1 of 2: ** (ValueError) invalid literal for int() with base 10: 'text'",
        "        2 of 2: ** (KeyError) 'k'",
    ]
    assert "              word = 'text'" in told(several).split("\n")


def test_errors_that_cause_each_other_are_told_once() -> None:
    """A ring of causes ends, and so does a chain that is too long to read."""
    first, second = ValueError("first"), KeyError("second")
    first.__cause__, second.__cause__ = second, first
    assert in_full(first, width=80).count("**") == 2
    error = ValueError("0")
    for number in range(1000):
        outer = ValueError(str(number))
        outer.__cause__ = error
        error = outer
    assert in_full(error, width=80).count("**") <= 31
    assert "more errors" in in_full(error, width=80)
    group = ExceptionGroup("g", [ValueError(str(number)) for number in range(1000)])
    assert in_full(group, width=80).count("**") <= 31


def test_a_syntax_error_shows_the_line_of_the_file() -> None:
    """What an import stumbled over is quoted with its mark."""
    shown = told(lambda: compile("x = 1\ny = = 2\n", "shop.py", "exec"))
    assert shown.startswith("** (SyntaxError) shop.py:2:5: invalid syntax\n   |\n 2 | y = = 2\n   |     ^\n")


def test_a_deep_stack_is_shown_at_its_two_ends() -> None:
    """Ten places of each end, or a hundred with `all`."""

    def deep(left: int) -> int:
        return 1 // left if left == 0 else deep(left - 1)

    shown = told(lambda: deep(500))
    assert shown.count(".deep\n") == 18
    assert "\n    (483 more)\n" in shown
    assert "left = 0\n" in shown
    assert "left = 500\n" in shown
    assert told(lambda: deep(500), all=True).count(".deep\n") == 198


def test_variables_are_cut() -> None:
    """A long list, a long text, a nested dict and too many names take a few lines each."""

    def busy() -> None:
        numbers, text = list(range(1000)), "x" * 1000
        table = {str(number): [number] * 20 for number in range(100)}
        raise ValueError(len(numbers) + len(text) + len(table))

    lines = told(busy).split("\n")
    assert len(lines) < 20
    assert "      numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]" in lines
    assert f"      text = '{'x' * 200}' + ..." in lines
    many: dict[str, Any] = {}
    exec("def many():\n" + "".join(f"    v{n} = {n}\n" for n in range(50)) + "    raise ValueError", many)
    shown = told(many["many"])
    assert "      v19 = 19\n      (30 more variables)" in shown


def test_variables_and_texts_may_be_hostile() -> None:
    """What fails to show itself, or would paint the terminal, does neither."""

    class Broken:
        def __repr__(self) -> str:
            raise ValueError

    class BrokenError(Exception):
        def __str__(self) -> str:
            raise ValueError

    class Prober:
        def __getattribute__(self, name: str) -> Any:
            raise ValueError(name)

    def paints() -> None:
        broken, escape, prober = Broken(), "\x1b[2J", Prober()
        assert broken is not None and escape and prober is not None
        raise BrokenError

    shown = told(paints)
    assert "      broken = <unprintable Broken object: ValueError>\n" in shown
    assert "\x1b" not in shown
    assert "BrokenError) <its text raises ValueError>\n" in shown
    assert "\x1b" not in told(lambda: _raise(ValueError("\x1b[31m")))
    assert told(lambda: _raise(AttributeError("gone", name="x", obj=Prober()))).startswith("** (AttributeError) gone\n")


def _raise(error: BaseException) -> None:
    raise error


def test_the_variables_of_a_module_are_left_out(tmp_path: Path) -> None:
    """A file that fails while it is imported has too many of them."""
    (tmp_path / "failing_shop.py").write_text("stock = 5\nassert stock == 6\n")
    sys.path.insert(0, str(tmp_path))
    try:
        shown = told(lambda: __import__("failing_shop"))
    finally:
        sys.path.remove(str(tmp_path))
    assert f"    {tmp_path}/failing_shop.py:2: <module>\n      2 | assert stock == 6\n" in shown
    assert "stock = 5" not in shown


@pytest.mark.parametrize("width", [20, 40, 80])
def test_long_lines_are_cut_to_the_width(width: int) -> None:
    """No line of code, and no mark below it, is broken by the terminal."""

    def long() -> int:
        return sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]) + int("nothing") + len("abc")

    quoted = [line for line in told(long, width=width).split("\n") if " | " in line]
    assert quoted
    assert max(map(len, quoted)) <= width
    assert quoted[0].endswith("...")


def test_marks_stand_below_what_failed_whatever_its_letters() -> None:
    """Python counts bytes, terminals count columns."""
    scope: dict[str, Any] = {}
    text = "def f():\n    return 'é日本' + str(1 // 0)\n"
    code = compile(text, "words.py", "exec")
    keep(code, text)
    exec(code, scope)
    lines = told(scope["f"]).split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("      2 | "))
    assert lines[at] == "      2 | return 'é日本' + str(1 // 0)"
    assert lines[at + 1] == "        | " + " " * len("return 'e....' + str(") + "^^^^^^"


# Where lines come from


def test_a_prompt_that_comes_again_does_not_change_what_is_quoted() -> None:
    """After an error the next input has the same number, and so the same name of a file."""
    first, second = "def f(): return 1 / 0", "something = 'else'"
    code = compile(first, "pyex(1)", "exec")
    keep(code, first)
    scope: dict[str, Any] = {}
    exec(code, scope)
    linecache.cache["pyex(1)"] = (len(second), None, [second], "pyex(1)")
    assert "1 | def f(): return 1 / 0\n" in told(scope["f"])


def test_a_line_that_is_not_known_any_more_is_left_out() -> None:
    """Better none than a wrong one."""
    scope: dict[str, Any] = {}
    exec(compile("def f():\n    return 1 / 0", "pyex(7)", "exec", dont_inherit=True), scope)
    text = "def f():\n    return 2 / 0"
    linecache.cache["pyex(7)"] = (len(text), None, text.splitlines(keepends=True), "pyex(7)")
    assert line_of(scope["f"].__code__, 2) == ""
    assert "pyex(7):2: f" in told(scope["f"])
    right = "def f():\n    return 1 / 0"
    linecache.cache["pyex(7)"] = (len(right), None, right.splitlines(keepends=True), "pyex(7)")
    assert line_of(scope["f"].__code__, 2) == "    return 1 / 0"


def test_texts_are_forgotten_with_their_code() -> None:
    """A shell that runs for months keeps what can still fail, and no more."""
    from pyex.repl.language import source_lines

    code = compile("lambda: 1", "pyex(8)", "exec")
    keep(code, "lambda: 1")
    key, gone = id(code), weakref.ref(code)
    assert key in source_lines._texts
    del code
    gc.collect()
    assert gone() is None
    assert key not in source_lines._texts


def test_a_reason_with_a_stack_shows_all_of_it() -> None:
    """Also where it names files that are there."""
    stack = [("shop", "sell", 1, {"file": __file__, "line": 1}), ("shop", "main", 0, {"file": "gone.py", "line": 5})]
    shown = stack_in_full((ValueError("no"), stack), width=80)
    assert shown == (
        f'** (ValueError) no\n\n    {__file__}:1: sell\n      1 | """`e()`: the last error in full, with its places, '
        "their variables,...\n\n    gone.py:5: main"
    )


def test_a_syntax_error_with_a_nonsensical_place_is_no_obstacle() -> None:
    """Of an error whose own fields make no sense the name of its class is shown, at the prompt and by `e()`."""
    session(
        """
        pyex(1)> raise SyntaxError("oops", ("shop.py", 1, 10 ** 20, "text"))
        ** (SyntaxError) <it cannot be shown: OverflowError>

        pyex(1)> e()
        ** (SyntaxError) <it cannot be shown: OverflowError>

            pyex(1):1: <module>
              1 | raise SyntaxError("oops", ("shop.py", 1, 10 ** 20, "text"))
        """
    )


def test_a_syntax_error_of_no_file_names_none() -> None:
    """An error that knows no place is shown without one."""
    session(
        """
        pyex(1)> raise SyntaxError("oops")
        ** (SyntaxError) oops

        """
    )
