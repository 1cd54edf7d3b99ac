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


def typed(text: str, folder: Path) -> list[str]:
    """What the prompt prints for a session in that folder; a line for each."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pyex"],
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
