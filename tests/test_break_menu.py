"""Ctrl+C twice on an empty prompt: the BREAK menu, letter by letter."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from job_desk import CTRL_C, CTRL_D, CTRL_G, ENTER, Desk, visit

import pyex

MENU = (
    "BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo",
    "       (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution",
)
BANNER = "Interactive Pyex (...) - press Ctrl+C to exit (type h() ENTER for help)"


def at_the_menu(acts: Callable[[Desk], None], *, columns: int = 100, before: tuple[str, ...] = ()) -> int:
    """What comes of these acts at the menu; the shell is left after them, if they have not done so."""

    def all_acts(desk: Desk) -> None:
        desk.runs(*before)
        desk.prompt(len(before) + 1)
        desk.presses(CTRL_C)
        desk.shows("(press Ctrl+C again for the BREAK menu)", "pyex(...)>")
        desk.presses(CTRL_C)
        desk.shows("pyex(...)>", *MENU)
        acts(desk)

    return int(visit(all_acts, columns=columns))


def then_leave(desk: Desk) -> None:
    desk.shows("pyex(...)>")
    desk.presses(CTRL_D)


def test_continue_goes_back_to_the_prompt() -> None:
    """`c` goes on where I was."""

    def acts(desk: Desk) -> None:
        desk.types("c")
        desk.shows(*MENU, "c", "pyex(2)>")
        desk.types("x + 1")
        desk.shows("pyex(2)> x + 1", "42", "pyex(3)>")
        then_leave(desk)

    assert at_the_menu(acts, before=("x = 41",)) == 0


@pytest.mark.parametrize(("letter", "status"), [("a", 0), ("A", 134), ("q", 0)])
def test_abort_ends_the_program(letter: str, status: int) -> None:
    """`a` ends the program with status 0; `A` as one that has aborted, and writes no dump."""
    assert at_the_menu(lambda desk: desk.types(letter)) == status


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_ctrl_c_and_ctrl_d_end_the_program(key: str) -> None:
    """Ctrl+C once more ends the program, and so does Ctrl+D, as in the BEAM."""
    assert at_the_menu(lambda desk: desk.presses(key)) == 0


def test_ctrl_g_goes_back_to_the_prompt() -> None:
    """Ctrl+G is no letter of the menu: the prompt comes back."""

    def acts(desk: Desk) -> None:
        desk.presses(CTRL_G)
        desk.shows("pyex(1)>")
        then_leave(desk)

    assert at_the_menu(acts) == 0


@pytest.mark.parametrize("text", ["x", "?", "1", "é"])
def test_another_letter_is_refused(text: str) -> None:
    """A letter that the menu does not have is refused in the BEAM's words, and the menu stands again."""

    def acts(desk: Desk) -> None:
        desk.types(text)
        desk.shows(f"Invalid option '{text}'. Please enter one of the following:", *MENU)
        desk.presses(ENTER)  # nothing typed: it is asked again
        desk.types("c")
        then_leave(desk)

    assert at_the_menu(acts) == 0


def test_version_and_distribution() -> None:
    """`v` tells the versions of pyex and Python, `d` the node; the prompt comes back after each."""

    def acts(desk: Desk) -> None:
        desk.types("v")
        desk.shows("v", f"Pyex (... {sys.version.split()[0]}) version {pyex.__version__}", "pyex(1)>")
        desk.breaks("d")
        desk.shows("d", "=node:'nonode@nohost'", "=no_distribution", "pyex(1)>")
        then_leave(desk)

    assert at_the_menu(acts) == 0


def test_processes_are_listed_with_what_they_do() -> None:
    """`p` lists all processes: pid, state, queue, name or initial call, and the function that each is in."""

    def acts(desk: Desk) -> None:
        desk.types("p")
        desk.shows_somewhere("Current function\n#PID<")
        desk.shows("#PID<...>  waiting  2      sleeper ...Process.sleep/1", "... processes", "pyex(3)>")
        then_leave(desk)

    before = ("p = spawn(Process.sleep, 'infinity')", "Process.register(p, 'sleeper'); send(p, 1); send(p, 2);")
    assert at_the_menu(acts, before=before) == 0


@pytest.mark.parametrize("columns", [40, 71, 72, 80])
@pytest.mark.parametrize("letter", ["p", "l"])
def test_lists_fit_the_terminal(letter: str, columns: int) -> None:
    """In a narrow terminal a process takes three lines, and no line is wider than the terminal."""
    from pyex.repl.jobs.system_listing import modules, processes

    found = pyex.run(lambda: list((processes if letter == "p" else modules)(columns)))
    assert len(found) > 3
    assert max(map(len, found)) <= columns


def test_the_figures_of_the_system() -> None:
    """`i` shows figures in sections, as the BEAM does."""

    def acts(desk: Desk) -> None:
        desk.types("i")
        desk.shows_somewhere("=memory\ntotal: ")
        desk.shows_somewhere("=processes\nprocess_count: ")
        desk.shows("=system", "threads: ...", "loaded_modules: ...", "ets_tables: 0", "pyex(1)>")
        then_leave(desk)

    assert at_the_menu(acts) == 0


def test_the_modules_that_are_loaded() -> None:
    """`l` lists the modules with their files."""

    def acts(desk: Desk) -> None:
        desk.types("l")
        desk.shows("z...", "pyex(1)>")  # zlib, or what else the tests have loaded
        then_leave(desk)

    assert at_the_menu(acts) == 0


def test_the_ets_tables() -> None:
    """`D` lists the ETS tables with their owners and sizes; it says so when there are none."""

    def acts(desk: Desk) -> None:
        desk.types("D")
        desk.shows(
            "=ets:#PID<...>",
            "Table: #Reference<...>",
            "Name: prices",
            "Objects: 1",
            "Words: ...",
            "Type: set",
            "Protection: protected",
            "pyex(4)>",
        )
        desk.runs("ets.delete(t)", start=4)
        desk.prompt(5)
        desk.breaks("D")
        desk.shows("D", "There are no ETS tables", "pyex(5)>")
        then_leave(desk)

    before = ("from pyex.otp import ets; t = ets.new('prices', ['set']);", "ets.insert(t, ('plum', 3))", "0")
    assert at_the_menu(acts, before=before) == 0


def test_processes_are_killed_one_by_one() -> None:
    """`k` walks through the processes, the newest first: (k)ill, (n)ext, or (r)eturn to the prompt."""

    def acts(desk: Desk) -> None:
        desk.types("k")
        desk.shows("Name: newest", "...", "...", "...", "...", "...", "...", "...", "...", "(k)ill (n)ext (r)eturn:")
        desk.types("n")
        desk.shows("Name: older", "...", "...", "...", "...", "...", "...", "...", "...", "(k)ill (n)ext (r)eturn:")
        desk.types("k")
        desk.shows("=proc:#PID<...>", "State: ...", *["..."] * 8, "(k)ill (n)ext (r)eturn:")
        desk.types("r")
        desk.prompt(4)
        desk.types("Process.whereis('older'), Process.whereis('newest') is not None")
        desk.shows("...", "(None, True)", "pyex(5)>")
        then_leave(desk)

    before = (
        "sleep = lambda: Process.sleep('infinity'); a, b = spawn(sleep), spawn(sleep)",
        "Process.register(a, 'older')",
        "Process.register(b, 'newest')",
    )
    assert at_the_menu(acts, before=before) == 0


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_the_walk_too_is_left_with_ctrl_c(key: str) -> None:
    """Ctrl+C and Ctrl+D among the processes end the program, as in the BEAM."""

    def acts(desk: Desk) -> None:
        desk.types("k")
        desk.shows("(k)ill (n)ext (r)eturn:")
        desk.presses(key)

    assert at_the_menu(acts) == 0


def test_the_shell_process_is_killed_there() -> None:
    """The first that `k` comes to may be my own shell process: another one begins, and my data is gone."""

    def acts(desk: Desk) -> None:
        desk.types("k")
        desk.shows("(k)ill (n)ext (r)eturn:")
        desk.types("k")
        desk.shows_somewhere("shell process exited with reason: killed")
        desk.shows(BANNER)
        desk.types("r")
        desk.prompt(1)
        desk.types("x")
        desk.shows_somewhere("x was data of the shell process")
        then_leave(desk)

    assert at_the_menu(acts, before=("x = 1",)) == 0


def test_the_menu_opens_among_busy_processes() -> None:
    """With a hundred endless loops and a thousand idle processes every letter is obeyed."""

    def acts(desk: Desk) -> None:
        desk.types("p")
        desk.shows("11... processes", "pyex(3)>")
        desk.breaks("i")
        desk.shows("ets_tables: 0", "pyex(3)>")
        then_leave(desk)

    before = (
        "[spawn(Process.sleep, 'infinity') for _ in range(1000)];",
        "[spawn(lambda: [0 for _ in iter(int, 1)]) for _ in range(100)];",
    )
    assert at_the_menu(acts, before=before) == 0


def test_a_second_shell_has_the_menu_too() -> None:
    """After the menu I am in the shell that I opened it from."""

    def acts(desk: Desk) -> None:
        desk.types("c")
        desk.prompt(1)
        desk.switches("s", "c")
        desk.runs("2")
        desk.prompt(2)
        desk.breaks("v")
        desk.shows("Pyex ...", "pyex(2)>")
        desk.presses(CTRL_D)
        desk.shows("(job 2 has ended; this is job 1)", "pyex(1)>")
        desk.presses(CTRL_D)

    assert at_the_menu(acts) == 0
