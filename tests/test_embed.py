"""`embed()`: the shell as a guest in a program, on its terminal and among its processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE
from screen import CTRL_C, Screen

PROCESS = """\
from pyex import *
from pyex.repl import embed

def counter(n):
    match receive():
        case "next":
            print("counting", n)
            return become(counter, n + 1)

def main():
    pool = spawn(counter, 0)
    secret = 42
    print("before")
    status = embed()
    send(pool, "next")
    Process.sleep(20)
    print("after", status)

run(main)
"""
PLAIN = """\
from pyex.repl import embed
secret = 42
print("before")
print("after", embed())
"""
THREAD = """\
import threading
from pyex import *
from pyex.repl import embed

def main():
    me = self()
    secret = 42
    thread = threading.Thread(target=lambda: (embed({"secret": secret}), send(me, "over")))
    thread.start()
    receive("over")
    print("after")

run(main)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file for the program."""
    return tmp_path / "program.py"


def screen_of(file: Path, text: str) -> Screen:
    file.write_text(text)
    return Screen(sys.executable, str(file))


@pytest.mark.parametrize("text", [PROCESS, PLAIN, THREAD], ids=["process", "plain", "thread"])
def test_it_opens_where_it_is_called_and_the_program_goes_on_when_it_is_left(file: Path, text: str) -> None:
    """In a process, outside of the runtime and in a thread: the names are at hand, and `exit` comes back."""
    with screen_of(file, text) as screen:
        screen.types("secret + 1")
        screen.shows("43", "pyex(2)>")
        screen.types("exit")
        assert screen.exit_status() == 0
        assert screen.last_line().startswith("after")


def test_the_programs_processes_go_on_and_print_above_the_prompt(file: Path) -> None:
    """The shell sees them, and their output does not tear the line that is typed."""
    with screen_of(file, PROCESS) as screen:
        screen.types('send(pool, "next")')
        screen.shows("counting 0", "'next'", "pyex(2)>")


def test_the_names_are_there_again_after_a_death_of_the_shell_process(file: Path) -> None:
    """They are the program's, not the shell process's."""
    with screen_of(file, PROCESS) as screen:
        screen.types('Process.exit(self(), "kill")')
        screen.prompt(1)
        screen.types("secret")
        screen.shows("42", "pyex(2)>")


def test_the_programs_main_module_is_left_alone(file: Path) -> None:
    """What is typed at the prompt belongs to a module of its own, and `__main__` is the program's."""
    with screen_of(file, PROCESS) as screen:
        screen.types("__import__('sys').modules['__main__'].counter is counter")
        screen.shows("True", "pyex(2)>")
        screen.types("secret = 1")
        screen.shows("1", "pyex(3)>")
        screen.types("(lambda: secret).__module__ == '__main__'")
        screen.shows("False", "pyex(4)>")


def test_ctrl_c_is_the_shells_while_it_is_open(file: Path) -> None:
    """Ctrl+C interrupts what is evaluated, not the program."""
    with screen_of(file, PROCESS) as screen:
        screen.types("print('u' + 'p'); [0 for _ in iter(int, 1)]")
        screen.shows("up")
        screen.presses(CTRL_C)
        screen.shows_somewhere("** (KeyboardInterrupt)")
        screen.types("exit")
        assert screen.exit_status() == 0


def test_without_a_terminal_it_says_what_to_do(file: Path) -> None:
    """From a pipe there is nobody to talk to."""
    file.write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, str(file)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "RuntimeError: embed() needs a terminal; where there is none, call listen() and use `pyex attach`"
    )
