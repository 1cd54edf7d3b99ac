"""Ctrl+G at a real terminal: also while an input runs, and what the terminal is like afterwards."""

from __future__ import annotations

import signal
import sys
import termios
from collections.abc import Iterator

import pytest
from screen import CTRL_C, CTRL_D, ENTER, Screen

CTRL_G = "\x07"
BANNER = "Interactive Pyex (...) - press Ctrl+C to exit (type h() ENTER for help)"


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen() as screen:
        yield screen


def quit_key(screen: Screen) -> bytes:
    """The key that sends SIGQUIT."""
    key = termios.tcgetattr(screen.process.fd)[6][termios.VQUIT]
    assert isinstance(key, bytes)
    return key


def switches(screen: Screen, *commands: str) -> None:
    screen.presses(CTRL_G)
    for command in commands:
        screen.shows(" -->")
        screen.presses(command)
        screen.shows(f" --> {command}")
        screen.presses(ENTER)


@pytest.mark.parametrize("text", ["[0 for _ in iter(int, 1)]", "__import__('time').sleep(60)", "receive()"])
def test_ctrl_g_works_while_an_input_runs(screen: Screen, text: str) -> None:
    """Ctrl+G opens the menu whatever my input does; I interrupt it, and go on with the same number."""
    screen.runs(["6 * 7", text])
    screen.cooks()
    switches(screen, "j")
    screen.shows("User switch command", " --> j", "   1* #PID<...> pyex(2)> evaluating", " -->")
    screen.types("i")
    screen.shows(" --> i", "** (EXIT) interrupted", " -->")
    screen.types("c")
    screen.shows(" --> c", "pyex(2)>")
    screen.types("6 * 8")
    screen.shows("pyex(2)> 6 * 8", "48", "pyex(3)>")


def test_two_shells_take_turns(screen: Screen) -> None:
    """While the first shell computes I work in a second one, and come back for the value."""
    screen.types("Process.register(self(), 'first') and receive('go') and 'done'")
    screen.cooks()
    switches(screen, "s", "c")
    screen.shows(" --> c", BANNER, "pyex(1)>")
    screen.runs(["send('first', 'go');"])
    screen.shows("pyex(1)> ...", "'done'", "pyex(2)>")
    switches(screen, "c 1")
    screen.shows(" --> c 1", "pyex(2)>")
    screen.presses(CTRL_D)
    screen.shows("(job 1 has ended; this is job 2)", "pyex(2)>")
    screen.presses(CTRL_D)
    assert screen.exit_status() == 0


def test_a_program_that_was_started_lives_on(screen: Screen) -> None:
    """Ctrl+G while another program runs in the terminal is not for that one: it goes on, and ends as it would."""
    program = "print('begun', flush=True); import time; time.sleep(1); print('still there')"
    screen.types(f"__import__('subprocess').run([{sys.executable!r}, '-c', {program!r}]).returncode")
    screen.shows_somewhere("\nbegun")
    switches(screen, "s", "c")
    screen.shows_somewhere("still there\n0")
    screen.types("6 * 7")
    screen.shows_somewhere("\n42")


def test_the_terminal_is_left_as_it_was(screen: Screen) -> None:
    """Ctrl+\\ sends SIGQUIT before and after; while an input runs Ctrl+G does."""
    screen.types("Process.sleep(60_000)")
    screen.cooks()
    assert quit_key(screen) == CTRL_G.encode()
    screen.insists(lambda: screen.presses(CTRL_C), lambda: "** (KeyboardInterrupt)" in screen.lines(), "the report")
    screen.prompt(1)
    screen.presses(CTRL_D)
    assert screen.exit_status() == 0
    assert screen.is_sane()
    assert quit_key(screen) == b"\x1c"


def test_what_is_typed_while_an_input_runs_is_run_after_it(screen: Screen) -> None:
    """Lines that I type ahead are run at the next prompts, and a line's beginning stands there."""
    screen.types("Process.sleep(500)")
    screen.cooks()
    screen.presses("6 * 7" + ENTER + "x = 'yes'" + ENTER + "x + ")
    screen.shows("pyex(2)> 6 * 7", "42", "pyex(3)> x = 'yes'", "'yes'", "pyex(4)> x +")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: str(number.name))
@pytest.mark.parametrize("keys", [CTRL_G, CTRL_C + CTRL_C])
def test_a_signal_ends_the_program_from_a_menu(screen: Screen, number: signal.Signals, keys: str) -> None:
    """Ended by SIGTERM or SIGHUP while a menu is open, the program gives the terminal back in order."""
    screen.prompt(1)
    for key in keys:
        screen.presses(key)
        screen.waits_for(lambda: screen.last_line() in (" -->", "pyex(1)>") or "(l)oaded" in screen.last_line(), "it")
    screen.shows("..." if keys == CTRL_G else "       (l)oaded...")
    screen.process.kill(number)
    assert screen.exit_status() == 128 + number
    assert screen.is_sane()
    assert quit_key(screen) == b"\x1c"


def test_a_narrow_terminal() -> None:
    """In 40 columns the menus are readable and all works."""
    with Screen(rows=50, columns=40) as screen:
        switches(screen, "h")
        screen.shows("  q                 - quit pyex", "  ? | h             - this message", " -->")
        screen.types("c")
        screen.shows(" --> c", "pyex(1)>")
        screen.presses(CTRL_C)
        screen.shows("(press Ctrl+C again for the BREAK menu)", "pyex(1)>")
        screen.presses(CTRL_C)
        screen.shows_somewhere("bles (d)istribution")
        screen.types("p")
        screen.shows("...", "... processes", "pyex(1)>")
