"""Hot code at the prompt: a class typed anew, and `r(x)`."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from program import PATIENCE

FIRST = """
from pyex import *

class Counter(GenServer):
    def start_link(n):
        return GenServer.start_link(Counter, n, name=Counter)
    def next():
        return GenServer.call(Counter, "next")
    def handle_call(request, from_, n):
        return ("reply", n, n + 1)

def answer():
    return 42
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a module, and the file that it is to become."""
    (tmp_path / "counter.py").write_text(FIRST)
    (tmp_path / "second.txt").write_text(FIRST.replace("n + 1", "n + 100").replace("42", "4242"))
    (tmp_path / "broken.txt").write_text(FIRST + "\ndef oops(:\n")
    return tmp_path


def typed(text: str, folder: Path, *arguments: str) -> list[str]:
    """What the prompt prints for a session in that folder; a line for each."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pyex", *arguments],
        input=textwrap.dedent(text),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("pyex(", "...("))]
    return lines[1:]


def test_a_class_typed_anew_runs_in_its_servers() -> None:
    """The process stays, its state too, and the warning is Elixir's."""
    text = """
        class Counter(GenServer):
            def handle_call(request, from_, n):
                return ("reply", n, n + 1)

        pid = ok(GenServer.start_link(Counter, 0, name=Counter));
        GenServer.call(Counter, "next")
        class Counter(GenServer):
            def handle_call(request, from_, n):
                return ("reply", n, n + 100)

        GenServer.call(Counter, "next")
        GenServer.call(Counter, "next")
        Process.whereis(Counter) == pid
    """
    assert typed(text, Path.cwd()) == ["0", "warning: redefining module Counter", "1", "101", "True"]


def test_r_loads_the_file_of_a_class_again(folder: Path) -> None:
    """Its running server goes on with the new code, and the prompt's name is the new class."""
    text = """
        import shutil
        from counter import Counter, answer
        Counter.start_link(0);
        Counter.next()
        shutil.copy("second.txt", "counter.py");
        r(Counter)
        Counter.next()
        Counter.next()
        answer()
    """
    assert typed(text, folder) == ["0", "(:reloaded, [counter.Counter])", "1", "101", "4242"]


def test_r_takes_a_module(folder: Path) -> None:
    """And names that were imported from it are new, too."""
    text = """
        import shutil, counter
        from counter import answer
        shutil.copy("second.txt", "counter.py");
        r(counter)[0]
        counter.answer(), answer()
    """
    assert typed(text, folder) == [":reloaded", "(4242, 4242)"]


def test_a_file_that_cannot_be_read_changes_nothing(folder: Path) -> None:
    """The error is shown, and the server goes on as it was."""
    text = """
        import shutil
        from counter import Counter
        Counter.start_link(0);
        shutil.copy("broken.txt", "counter.py");
        r(Counter)
        Counter.next()
        Counter.next()
    """
    lines = typed(text, folder)
    assert lines[0].startswith("** (SyntaxError)")
    assert lines[-2:] == ["0", "1"]


def test_r_says_what_it_cannot_load(folder: Path) -> None:
    """What was typed at the prompt is typed again there; a number has no file."""
    text = """
        class Mine(GenServer):
            pass

        r(Mine)
        r(42)
    """
    said = " ".join(typed(text, folder))
    assert "Mine was typed at the prompt: type its new version there" in said
    assert "could not find the file of 42" in said


def test_r_loads_the_file_again_that_the_prompt_was_opened_on(folder: Path) -> None:
    """After `pyex counter.py`, `r(Counter)` runs the file again: servers, and other names for the class, go on with
    the new one."""
    text = """
        import os, shutil
        pid = ok(Counter.start_link(0));
        Alias = Counter;
        Counter.next()
        shutil.copy("second.txt", "counter.py");
        os.chdir("/")
        r(Counter)
        Counter.next(), Counter.next(), answer()
        Alias is Counter, Process.whereis(Counter) == pid
        r(answer, Counter.next)[0]
    """
    assert typed(text, folder, "counter.py") == [
        "0",
        "(:reloaded, [Counter])",
        "(1, 101, 4242)",
        "(True, True)",
        ":reloaded",
    ]


def test_what_the_file_of_the_prompt_defines_stays_code(folder: Path) -> None:
    """Loaded again, functions and classes outlive the shell process as before, also those that are new."""
    text = """
        open("counter.py", "a").write("def late():\\n    return 'late'\\n");
        r(answer)
        Process.exit(self(), "kill")
        answer(), late()
    """
    assert typed(text, folder, "counter.py")[-1] == "(42, 'late')"


def test_what_is_typed_over_the_file_is_no_more_of_it(folder: Path) -> None:
    """What I typed myself has no file, whatever it is called; what else the file has is loaded all the same."""
    text = """
        def answer(): return "mine"

        r(answer)
        def other(): pass

        r(other)
        r(Counter)[0]
    """
    lines = typed(text, folder, "counter.py")
    assert lines[0].startswith("** (ArgumentError) <function answer at ")
    assert sum("was typed at the prompt: type its new version there" in line for line in lines) == 2
    assert lines[-1] == ":reloaded"


def test_a_file_of_the_prompt_that_cannot_be_read_changes_nothing(folder: Path) -> None:
    """A mistake in it is shown with its place, and so is that it is gone; the old definitions stay."""
    text = """
        import shutil, os
        shutil.copy("broken.txt", "counter.py");
        r(answer)
        os.remove("counter.py")
        r(answer)
        answer()
    """
    lines = typed(text, folder, "counter.py")
    assert lines[0].startswith("** (SyntaxError) counter.py:15:")
    assert any(line.startswith("** (FileNotFoundError)") for line in lines)
    assert lines[-1] == "42"


def test_imported_classes_stay_code_when_they_are_loaded_again(folder: Path) -> None:
    """What an import bound outlives the shell process, reloaded or not."""
    text = """
        from counter import answer
        r(answer)
        Process.exit(self(), "kill")
        answer()
    """
    assert typed(text, folder)[-1] == "42"


def test_h_tells_what_a_behaviour_offers_and_asks_for(folder: Path) -> None:
    """The functions of GenServer and its callbacks are listed, each with its first sentence."""
    said = "\n".join(typed("h(GenServer)\n", folder))
    assert "\n  call            Ask a server, and wait for its reply\n" in said
    assert "\n  handle_call     Answers `GenServer.call(server, request)`\n" in said


def test_h_tells_of_a_servers_calls(folder: Path) -> None:
    """The signature is the caller's, and the text the method's."""
    text = """
        class Counter(Server):
            def __init__(self, n: int = 0) -> None:
                self.n = n
            @call
            def increment(self, by: int = 1) -> int:
                "Add to the count."
                self.n += by
                return self.n

        h(Counter.increment)
    """
    shown = ["  Counter.increment(server, /, by: int = 1) -> int", "  Add to the count."]
    assert [line for line in typed(text, folder) if line] == shown
