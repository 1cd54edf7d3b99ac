"""Reports of crashes on a real terminal, in colour and out of it, and where they stand among other output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from program import PATIENCE
from screen import CTRL_D, SHELL, Screen

# The screen of the tests has no colours unless they are asked for.
COLOURFUL = ("env", "-u", "NO_COLOR", *SHELL)
CRASH = 'spawn(lambda: (print("abc", end=""), 1 / 0));'


@contextmanager
def seated(*command: str, first: str = "pyex(1)>") -> Iterator[Screen]:
    """A person who leaves when all is seen."""
    with Screen(*command, first=first) as screen:
        yield screen
        screen.presses(CTRL_D)
        screen.exit_status()


def colours_of(screen: Screen, text: str) -> set[str]:
    """The colours of the letters of the last line that holds this text."""
    for row in reversed(range(screen.screen.lines)):
        line = screen.screen.display[row]
        if text in line:
            start = line.index(text)
            columns = range(start, start + len(text))
            return {screen.screen.buffer[row][column].fg for column in columns if line[column] != " "}
    raise AssertionError(text)


def test_a_crash_is_red_and_a_warning_stands_out() -> None:
    """Reports have the colour of their level, on the terminal of a person; what is printed has none."""
    with seated(*COLOURFUL) as screen:
        screen.types("spawn(lambda: 1 / 0);")
        screen.shows_somewhere("raised an exception")
        screen.prompt(2)
        screen.types('Logger.warning("mind"), Logger.info("fact"), print("plain");')
        screen.prompt(3)
        screen.shows_somewhere("[info] fact")
        assert colours_of(screen, "(ZeroDivisionError) division by zero") == {"red"}
        assert colours_of(screen, "[warning] mind") == {"magenta"}
        assert colours_of(screen, "[info] fact") == colours_of(screen, "plain") == {"default"}


@pytest.mark.parametrize(
    ("command", "first"),
    [(SHELL, "pyex(1)>"), ((*COLOURFUL[:3], "TERM=dumb", *SHELL), ""), ((*COLOURFUL, "--no-color"), "pyex(1)>")],
    ids=["NO_COLOR", "TERM=dumb", "--no-color"],
)
def test_where_no_colours_are_wanted_there_are_none(command: tuple[str, ...], first: str) -> None:
    """NO_COLOR, a terminal that knows no colours, and the command line switch."""
    with seated(*command, first=first) as screen:
        screen.waits_for(lambda: screen.last_line() == "pyex(1)>", "the prompt")
        screen.types("spawn(lambda: 1 / 0);")
        screen.shows_somewhere("raised an exception")
        screen.prompt(2)
        screen.types("e(ValueError('no'))")
        screen.shows_somewhere("(ValueError) no")
        assert colours_of(screen, "ZeroDivisionError) division by zero") == {"default"}
        assert colours_of(screen, "** (ValueError) no") == {"default"}


@pytest.mark.parametrize(("switch", "colours"), [((), {"magenta"}), (("--no-color",), {"default"})], ids=str)
def test_commands_heed_the_switch_before_them(switch: tuple[str, ...], colours: set[str]) -> None:
    """`pyex --no-color lesson` shows the same as `pyex lesson`, without colours."""
    with seated(*COLOURFUL, *switch, "lesson", "links", first="pyex(2)>") as screen:
        screen.shows_somewhere("case")
        assert colours_of(screen, "case") == colours


def _terminal(text: str) -> str:
    with seated() as screen:
        screen.types(text)
        screen.shows_somewhere("division by zero")
        screen.prompt(2)
        shown = screen.text()
    return shown


def _pipe(text: str) -> str:
    command = [sys.executable, "-m", "pyex"]
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False
    )
    return done.stdout


@pytest.mark.parametrize("run", [_terminal, _pipe])
@pytest.mark.parametrize(
    "text",
    [CRASH, 'print("abc", end=""); spawn(lambda: 1 / 0);', 'print("abc", end="", flush=True); spawn(lambda: 1 / 0);'],
    ids=["its own", "the prompt's", "flushed"],
)
def test_a_report_ends_a_line_that_was_left_unfinished(run: Callable[[str], str], text: str) -> None:
    """`abc` without a line break, and a crash right after: the report begins on a line of its own."""
    lines = run(text).splitlines()
    at = next(number for number, line in enumerate(lines) if "[error] Process" in line)
    assert lines[at - 1] == "abc"
    assert lines[at][2:3] == ":"
    assert lines[at + 1] == "** (ZeroDivisionError) division by zero"


def test_a_report_through_a_pipe_has_no_colours() -> None:
    """What is read by a program is plain, as everywhere."""
    assert "\x1b" not in _pipe("spawn(lambda: 1 / 0)\n1\nfoo\n")


def test_a_crash_cannot_paint_the_terminal() -> None:
    """What a process died of is shown escaped."""
    with seated() as screen:
        screen.types(r'spawn(lambda: exec("raise ValueError(chr(27) + chr(91) + str(2) + chr(74))"));')
        screen.shows_somewhere(r"** (ValueError) \x1b[2J")
        screen.prompt(2)
        assert screen.lines()[0].startswith("Interactive Pyex")
