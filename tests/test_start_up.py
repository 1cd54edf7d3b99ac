"""What the first prompt waits for, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import current_thread

import pytest
from desk import FIRST, seated
from screen import Screen

# Writes down what is loaded at the moment when the first prompt has been drawn.
NOTES = """
import os, sys
from prompt_toolkit.renderer import Renderer

def render(*args, render=Renderer.render, **options):
    render(*args, **options)
    Renderer.render = render
    with open({path!r} + "~", "w") as file:
        file.write("\\n".join(sys.modules))
    os.replace({path!r} + "~", {path!r})

Renderer.render = render
"""
PYEX = """
from pyex.__main__ import main
main([])
"""
BARE = """
from prompt_toolkit import PromptSession
PromptSession("bare> ").prompt()
"""

# The parts of the shell that a prompt consists of. What is not here is loaded when it is used, or while nobody types.
PARTS = {
    "configuration",
    "console",
    "display",
    "helpers",
    "jobs",
    "language",
    "pry",
    "py_ex",
    "shell",
    "terminal",
}
# What the engine and the language need besides what every prompt_toolkit session has.
MORE = {"codeop", "dataclasses", "gc", "greenlet", "greenlet._greenlet", "logging.handlers", "resource"}
# What logging.handlers needs.
MORE |= {"pickle", "_pickle", "_compat_pickle"}


def loaded(program: str, first: str, path: Path) -> set[str]:
    """The modules that are there when this program's first prompt has been drawn on a terminal."""
    with Screen(sys.executable, "-c", NOTES.format(path=str(path)) + program, first=first) as screen:
        screen.waits_for(path.exists, "the list of modules")
        return set(path.read_text().split("\n"))


@pytest.fixture(scope="module")
def at_the_prompt(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return loaded(PYEX, "pyex(1)>", tmp_path_factory.mktemp("pyex") / "modules")


def test_the_prompt_waits_for_its_own_parts_only(at_the_prompt: set[str]) -> None:
    """Of the shell, what draws a prompt and reads keys is loaded before the first prompt, and nothing else."""
    parts = {name.split(".")[2] for name in at_the_prompt if name.startswith("pyex.repl.")}
    assert parts <= PARTS


def test_the_prompt_waits_for_nothing_that_is_slow_to_load(at_the_prompt: set[str]) -> None:
    """Rich, OTP, the lexer and the code that shows values come after the first prompt."""
    slow = {
        "rich",
        "pyex.otp",
        "pygments.lexers.python",
        "pyex.inspection.describe",
        "pyex.repl.terminal.key_bindings",
        "pydoc",
        "difflib",
    }
    assert not slow & at_the_prompt


def test_the_prompt_needs_little_that_a_bare_one_does_not(at_the_prompt: set[str], tmp_path: Path) -> None:
    """Besides pyex itself, hardly a module is loaded that prompt_toolkit's own prompt does without."""
    bare = loaded(BARE, "bare>", tmp_path / "modules")
    more = {name for name in at_the_prompt - bare if name.partition(".")[0] != "pyex"}
    assert more <= MORE


def test_the_rest_is_loaded_while_the_prompt_is_idle() -> None:
    """Whoever looks at the prompt for a moment need not wait for the rest later: the first value, Tab, Rich."""
    rest = ("pyex.otp", "pyex.repl.completion", "pyex.inspection.describe", "rich.console")
    with Screen() as screen:
        screen.types("import sys, time")
        screen.prompt(2)
        # It would wait for ever, if what it does itself loaded nothing.
        screen.types(f"any(time.sleep(0.01) for _ in iter(lambda: sys.modules.keys() >= {set(rest)}, True))")
        screen.shows("False", "pyex(3)>")


def test_what_is_typed_at_once_has_everything_at_hand() -> None:
    """The first input finds the names of OTP, however soon it comes."""
    with Screen(first="") as screen:
        screen.presses("GenServer\r")
        screen.shows("GenServer", "pyex(2)>")


def test_a_file_of_the_current_folder_does_not_run_in_the_background(tmp_path: Path) -> None:
    """A person's own `rich.py` is not imported unasked, only because the shell can use Rich."""
    (tmp_path / "rich.py").write_text("print('rich.py runs')")
    program = "from pyex.repl import start_up; start_up.load(); import sys; print('rich.console' in sys.modules)"
    for folder, found in ((tmp_path, "False\n"), (tmp_path.parent, "True\n")):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout == found


def test_colours_come_a_moment_later() -> None:
    """What is typed at the first prompt before the lexer is there gets its colours when it is, without another key."""
    with seated(when_idle=lambda: None, has_colours=lambda: True) as desk:
        desk.terminal.ask(FIRST)
        desk.types("class ")
        first = len("pyex(1)> ")
        desk.waits_until(lambda: desk.glass.screen.buffer[0][first].fg == "magenta", desk.glass.lines)


def test_an_input_that_comes_at_once_stays_on_the_screen_in_colour() -> None:
    """An input that is answered before the lexer is there is left on the screen as every other."""
    with seated(when_idle=lambda: None, has_colours=lambda: True) as desk:
        desk.terminal.ask(FIRST)
        desk.sends("pass\n")
        assert desk.input() == "pass"
        assert desk.glass.screen.buffer[0][len("pyex(1)> ")].fg == "magenta"


def test_the_terminal_tells_once_that_it_is_idle_and_goes_on() -> None:
    """Whoever wants to do something slow while nobody types is called once, in a thread of its own."""
    names: SimpleQueue[str] = SimpleQueue()
    with seated(when_idle=lambda: names.put(current_thread().name)) as desk:
        for text in ("1", "2"):
            desk.terminal.ask(FIRST)
            desk.types(text)
            desk.presses("\r")
            assert desk.input() == text
        assert names.get(timeout=15) != "pyex-terminal"
        assert names.empty()
