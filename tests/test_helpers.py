"""`h()` and `help()`: what the prompt tells about what there is."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from program import PATIENCE

import pyex


def told(text: str, columns: int = 80) -> str:
    """What the prompt prints for a session in so many columns, without the lines typed."""
    text = f"PyEx.configure(width={columns});\n{textwrap.dedent(text)}"
    done = subprocess.run(
        [sys.executable, "-m", "pyex"],
        input=text,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not done.stderr
    lines = done.stdout.splitlines()[1:]
    return "\n".join(line for line in lines if not line.startswith(("pyex(", "...(")))


def listed(shown: str) -> dict[str, str]:
    """The functions below a text, with their sentences."""
    rows = (line.strip().partition(" ") for line in shown.rstrip().split("\n\n")[-1].splitlines())
    return {name: sentence.strip() for name, _, sentence in rows}


# Texts


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_prose_fits_the_terminal(columns: int) -> None:
    """No paragraph is cut by the terminal in the middle of a word, and a wide one is used."""
    shown = told("h(receive)\nh(Server)\nh(Task.async_stream)\n", columns)
    prose = [line for line in shown.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= columns
    assert max(map(len, prose)) > columns - 15


def test_examples_keep_their_lines() -> None:
    """Of an example nothing is moved or cut, however narrow the terminal; directives of doctest are left out."""
    shown = told("h(Supervisor)\nh(Pid)\nh(Reference)\n", 60)
    assert '    >>> GenServer.call("counter", "next"), GenServer.call("counter", "next")\n    (7, 8)\n' in shown
    assert ">>> self()\n" in shown
    assert "    >>> make_ref()\n    #Reference<...>\n" in shown
    assert "doctest" not in shown


def test_lines_that_fit_stay_as_they_are() -> None:
    """A text whose lines mean something, as Python's own for `str`, is not run together."""
    assert "\nstr(object='') -> str\nstr(bytes_or_buffer[" in told("h(str)\n")


def test_the_points_of_a_list_stay_apart() -> None:
    """A list has a line of its own for each point, and the next lines of a point are indented."""
    shown = told("h(Server)\n", 60)
    assert "\n  • A call is answered later by " in shown
    points = shown[shown.index("  • What comes next") : shown.index("Class keywords")]
    assert all(line.startswith(("  • ", "    ")) for line in points.strip("\n").splitlines())


# Names and signatures


@pytest.mark.parametrize(
    ("subject", "heading"),
    [
        ("worker", "'permanent'"),
        ("GenServer.stop", "  GenServer.stop(server: Any, reason: Any = 'normal',"),
        ("receive", "  receive(*patterns: Any, after: int | str | None = None, default: Any = ...)"),
        ("Supervisor.child_spec", "  Supervisor.child_spec("),
        ("Server.at", "  Server.at("),
        ("Process.link", "  Process.link(pid: Pid) -> bool\n"),
        ("ets.new", "  ets.new(name: Any, "),
        ("self", "  self() -> Pid\n"),
        ("Supervisor.Spec", "  Supervisor.Spec\n"),
    ],
)
def test_the_heading_is_what_one_writes(subject: str, heading: str) -> None:
    """The name with its namespace, annotations as in the source, and defaults that can be pasted; no private names."""
    shown = told(f"h({subject})\n")
    assert heading in shown
    assert not any(leak in shown for leak in ("_Self", "Functions.", "'Pid'", "'Any'"))


@pytest.mark.parametrize("name", ["Process", "Agent", "GenServer", "Supervisor", "Server", "Task", "Logger", "Pid"])
def test_a_namespace_has_no_parentheses(name: str) -> None:
    """Nobody writes `Process()`."""
    assert told(f"h({name})\n").startswith(f"\n{name:>{(80 - len(name)) // 2 + len(name)}}\n\n")


def test_a_class_of_mine_that_is_called_shows_how() -> None:
    """A plain class and a `Server` of mine have their parameters; a function of theirs has their name."""
    text = """
        class Counter(Server):
            def __init__(self, start: int = 0) -> None:
                self.n = start

        h(Counter)
        h(Counter.at)
        class Point:
            "A place."
            def __init__(self, x: "float", y=0): ...

        h(Point)
    """
    shown = told(text)
    assert "  Counter(start: int = 0)" in shown
    assert "  Counter.at(" in shown
    assert "  Point(x: float, y=0)\n\nA place.\n" in shown


# What there is inside


@pytest.mark.parametrize("name", ["ets", "pg"])
def test_a_module_lists_its_functions(name: str) -> None:
    """All that `ets.` and `pg.` offer, and nothing that they import."""
    functions = listed(told(f"h({name})\n"))
    assert list(functions) == getattr(pyex, name).__all__
    assert all(functions.values())


def test_a_module_of_mine_lists_what_it_defines() -> None:
    """A module without `__all__` lists its own functions."""
    functions = listed(told("import bisect, textwrap\nh(textwrap)\n"))
    assert {"wrap", "dedent"} <= set(functions)
    assert "re" not in functions


def test_internals_are_not_listed() -> None:
    """Neither the classes that parts of OTP run in, nor what only supervisors ask."""
    shown = {name: listed(told(f"h({name})\n")) for name in ("Agent", "Task", "Server", "Task.Supervisor")}
    assert "Server" not in shown["Agent"]
    assert "Supervised" not in shown["Task"]
    assert "Supervisor" in shown["Task"]
    assert not {"starts_alone", "result_hint", "mro"} & {name for names in shown.values() for name in names}


def test_long_names_have_their_column() -> None:
    """The sentences of a list stand below each other."""
    for subject in ("Logger", "Application"):
        rows = told(f"h({subject})\n").rstrip().split("\n\n")[-1].splitlines()
        width = 2 + max(len(row.split()[0]) for row in rows) + 1
        assert width > 18
        assert all(row[width - 1] == " " and row[width] != " " for row in rows)


def test_every_entry_says_something() -> None:
    """Callbacks that a class of mine leaves without text have that of the behaviour."""
    text = """
        class Stack(GenServer):
            def handle_call(request, from_, items): ...
            def handle_cast(request, items): ...

        h(Stack)
    """
    assert listed(told(text))["handle_call"] == "Answers `GenServer.call(server, request)`"
    assert all(listed(told("h(Server)\n")).values())


# Values, and Python's own help


def test_a_name_in_quotes_is_looked_up() -> None:
    """`h("spawn")` is `h(spawn)`, also for what is in a namespace."""
    assert told('h("spawn")\n') == told("h(spawn)\n")
    assert told('h("Process.link")\n') == told("h(Process.link)\n")


def test_other_values_say_what_they_are() -> None:
    """Of a number or a pid one reads what it is, and the text of its class."""
    shown = told("h(42)\nh(self())\nh([1, 2])\n")
    assert "\n42 is of the type int\n\nint([x]) -> integer\n" in shown
    assert "> is of the type Pid\n\nThe name of one process, for ever" in shown
    assert "\n[1, 2] is of the type list\n\nBuilt-in mutable sequence.\n" in shown
    assert "..." in told("h(list(range(1000)))\n")
    assert all(len(line) <= 80 for line in told("h(list(range(1000)))\nh(b'x' * 1000)\n").splitlines())


def test_a_name_that_nothing_has_says_so() -> None:
    """In IEx's words; and where it is nearly the name of something, that is offered."""
    shown = told('h("nothing")\nh("Process.nope")\nh("nope.nope")\nh("spwan")\n')
    assert shown.splitlines() == [
        "No documentation for nothing was found",
        "No documentation for Process.nope was found",
        "Could not load module nope: no module and no name at the prompt is called that",
        "No documentation for spwan was found. Did you mean spawn?",
    ]


@pytest.mark.parametrize("typed", ["help", "help()"])
def test_help_points_to_h(typed: str) -> None:
    """Who types `help` hears of `h()`, and is not taken into another prompt."""
    assert "h() lists everything there is here" in told(f"{typed}\n")
    assert "3" in told(f"{typed}\n1 + 2\n")


def test_help_of_something_is_pythons() -> None:
    """`help(x)` still is what it is everywhere else."""
    assert "Help on built-in function len" in told("help(len)\n")


def test_the_overview_lists_everything_in_columns() -> None:
    """`h()` has an item for each public name and each helper, and its lines fit."""
    shown = told("h()\n")
    names = {line.split()[1] for line in shown.splitlines() if line.startswith("  • ")}
    assert {*pyex.__all__, "h", "flush", "help", "quit", "r"} <= names
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    "helper", ["v", "c", "history", "import_file", "quit", "cd", "ls", "process_info", "tree", "r"]
)
def test_a_number_too_long_to_be_written_is_refused_in_words(helper: str) -> None:
    """What a helper does not take is told in words also where its text cannot be had."""
    assert "** (ValueError)" not in told(f"{helper}(10 ** 5000 * -1)\n")


@pytest.mark.parametrize("helper", ["h", "b", "t", "s"])
def test_what_nobody_has_heard_of_is_repeated_on_one_safe_line(helper: str) -> None:
    """A name with escape sequences in it, or of millions of characters, does not reach the terminal as it is."""
    shown = told(f"{helper}('\\x1b[2J\\n' + 'x' * 10_000_000)\n")
    assert "\\x1b[2J\\nxxx" in shown and "\x1b" not in shown and len(shown) < 400


def test_a_docstring_does_not_paint_the_terminal() -> None:
    """Escape sequences in a docstring are shown, not obeyed."""
    shown = told("f = lambda: 1; f.__doc__ = 'red \\x1b[31m'; h(f)\n")
    assert "red \\x1b[31m" in shown and "\x1b" not in shown
