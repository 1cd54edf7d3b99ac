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


def typed(text: str, folder: Path, *arguments: str, python: tuple[str, ...] = ("-B", "-m", "pyex")) -> list[str]:
    """What the prompt prints for a session in that folder; a line for each."""
    done = subprocess.run(
        [sys.executable, *python, *arguments],
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
        import fractions
        r(fractions.Fraction(1, 2))
    """
    said = " ".join(typed(text, folder))
    assert "could not find the file of Fraction(1, 2); r takes a module, class or function of one" in said
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
    specification = "Counter.increment(server, /, by: int = 1) -> int"
    shown = ["Counter.increment(server, /, by=1)", specification, "Add to the count."]
    assert [line.strip() for line in typed(text, folder) if line] == shown


# c


def test_c_defines_at_the_prompt_what_a_file_defines(folder: Path) -> None:
    """As after `pyex FILE`: its classes are returned, and its names are there."""
    text = """
        c("counter.py")
        ok(Counter.start_link(0)) == Process.whereis(Counter)
        Counter.next(), answer()
        c(["counter.py"])
    """
    assert typed(text, folder) == ["[Counter]", "True", "(0, 42)", "warning: redefining module Counter", "[Counter]"]


def test_c_again_gives_servers_and_other_names_the_new_version(folder: Path) -> None:
    """The process stays, and so does its state; `r` knows the file, too, wherever the program has gone since."""
    text = """
        import shutil, os
        c("counter.py");
        Counter.start_link(0);
        Alias = Counter;
        Counter.next()
        shutil.copy("second.txt", "counter.py");
        c("counter.py");
        Counter.next(), Counter.next(), answer(), Alias is Counter
        os.chdir("/")
        r(Counter)
    """
    lines = [line for line in typed(text, folder) if not line.startswith("warning")]
    assert lines == ["0", "(1, 101, 4242, True)", "(:reloaded, [Counter])"]


def test_what_c_has_defined_outlives_the_shell_process(folder: Path) -> None:
    """It is code."""
    text = """
        c("counter.py");
        Process.exit(self(), "kill")
        answer()
    """
    assert typed(text, folder)[-1] == "42"


def test_several_files_are_compiled_in_turn(folder: Path) -> None:
    """The classes come in the order in which they are written."""
    (folder / "shop.py").write_text("class Shop: pass\n\nclass Customer(Counter): pass\n\nfrom pathlib import Path\n")
    assert typed('c(["counter.py", "shop.py"])\n', folder) == ["[Counter, Shop, Customer]"]


def test_files_that_there_are_not_are_named(folder: Path) -> None:
    """Nothing is compiled then; nonsense is told what c takes."""
    text = """
        c(["counter.py", "nofile.py", "other.py"])
        c(5)
        c([])
        c(".")
        answer()
    """
    errors = [line for line in typed(text, folder) if line.startswith("**")]
    assert errors[0] == "** (ArgumentError) could not find files nofile.py, other.py"
    assert errors[1].startswith("** (ArgumentError) c takes the path of a file, or a list of paths")
    assert errors[2].startswith("** (ArgumentError) c takes the path of a file, or a list of paths")
    assert errors[3] == "** (ArgumentError) could not find files ."
    assert errors[4].startswith("** (NameError)")


def test_a_file_that_cannot_be_compiled_is_reported_with_its_place(folder: Path) -> None:
    """As IEx does: which file, what is wrong, and where."""
    text = """
        c("broken.txt")
        open("raises.py", "w").write("class Fine: pass\\n\\n1 / 0\\n");
        c("raises.py")
        __file__
    """
    lines = typed(text, folder)
    assert lines[1:3] == [
        "== Compilation error in file broken.txt ==",
        "** (SyntaxError) broken.txt:15:10: invalid syntax",
    ]
    where = lines.index("== Compilation error in file raises.py ==")
    assert lines[where + 1] == "** (ZeroDivisionError) division by zero"
    assert lines[where + 2].split(":")[:2] == ["    raises.py", "3"]
    assert any(line.startswith("** (NameError) name '__file__'") for line in lines)


# l and nl


def test_l_and_nl_load_again_with_the_results_of_iex(folder: Path) -> None:
    """The new version, or what is wrong; nl on all nodes, that is this one, or on those of a list."""
    text = """
        import shutil
        from counter import Counter
        shutil.copy("second.txt", "counter.py");
        l(Counter)
        nl(Counter)
        nl([node(), "there@home"], Counter)[1][1]
        nl(["there@home"], Counter)
        l(42), nl(42)
        nl("abc", Counter)
    """
    lines = typed(text, folder)
    assert lines[:5] == [
        "(:module, counter.Counter)",
        "(:ok, [(:nonode@nohost, :loaded, counter.Counter)])",
        "(:there@home, :badrpc, :nodedown)",
        "(:ok, [(:there@home, :badrpc, :nodedown)])",
        "((:error, :nofile), (:error, :nofile))",
    ]
    assert lines[5].startswith("** (ArgumentError) nl takes a list of nodes and a module")


def test_pyex_itself_is_not_loaded_again(folder: Path) -> None:
    """Its processes could not go on; and `r()` says what it takes."""
    said = typed("r(GenServer)\nr()\n", folder)
    assert "is part of pyex itself" in said[0]
    assert any("r takes what is to be loaded again" in line for line in said)


def test_a_change_of_the_same_length_in_the_same_second_is_seen(folder: Path) -> None:
    """Python's cache of compiled files would not see it."""
    text = """
        import pathlib
        p = pathlib.Path("quick.py"); p.write_text("def f(): return 1\\n");
        import quick
        p.write_text("def f(): return 2\\n");
        r(quick)[0]
        quick.f()
    """
    assert typed(text, folder)[-1] == "2"
    assert typed(text, folder, python=("-m", "pyex"))[-1] == "2"


# recompile


def test_recompile_loads_what_has_changed(folder: Path) -> None:
    """Once, and says what; modules that had imported from it have the new version, too."""
    (folder / "user.py").write_text("from counter import answer\n\ndef twice():\n    return 2 * answer()\n")
    text = """
        import shutil, user, counter
        counter.Counter.start_link(0);
        counter.Counter.next()
        recompile()
        shutil.copy("second.txt", "counter.py");
        recompile()
        recompile()
        counter.Counter.next(), counter.Counter.next(), user.twice()
    """
    reloaded = ["Compiling 1 file (.py)", "Reloaded counter", ":ok"]
    assert typed(text, folder) == ["0", ":noop", *reloaded, ":noop", "(1, 101, 8484)"]


def test_recompile_reports_what_cannot_be_loaded_until_it_can(folder: Path) -> None:
    """The rest is loaded all the same, and the old versions stay."""
    (folder / "other.py").write_text("value = 1\n")
    text = """
        import shutil, counter, other
        shutil.copy("broken.txt", "counter.py");
        open("other.py", "w").write("value = 22\\n");
        recompile()
        other.value, counter.answer()
        recompile()
        shutil.copy("second.txt", "counter.py");
        recompile()
        recompile(), counter.answer()
    """
    lines = typed(text, folder)
    assert lines[0] == "Compiling 2 files (.py)"
    assert lines.count(":error") == 2
    assert sum(line.startswith("** (SyntaxError) ") and "counter.py:15:10" in line for line in lines) == 2
    assert "(22, 42)" in lines
    assert lines[-4:] == ["Compiling 1 file (.py)", "Reloaded counter", ":ok", "(:noop, 4242)"]


def test_recompile_knows_the_file_of_the_prompt_and_those_of_c(folder: Path) -> None:
    """Wherever the program has gone since."""
    (folder / "shop.py").write_text("class Shop:\n    price = 1\n")
    text = """
        import shutil, os
        c("shop.py");
        recompile()
        shutil.copy("second.txt", "counter.py");
        open("shop.py", "w").write("class Shop:\\n    price = 222\\n");
        os.chdir("/")
        recompile()
        answer(), Shop.price
        recompile()
    """
    lines = [line for line in typed(text, folder, "counter.py") if not line.startswith("warning")]
    said = ["Compiling 2 files (.py)", "Reloaded counter.py", "Reloaded shop.py", ":ok"]
    assert lines == [":noop", *said, "(4242, 222)", ":noop"]


def test_dependencies_are_loaded_before_what_needs_them(folder: Path) -> None:
    """So that the module on top sees what is new below."""
    (folder / "below.py").write_text("value = 1\n")
    (folder / "top.py").write_text("from below import value\n\ndoubled = 2 * value\n")
    text = """
        import top
        open("below.py", "w").write("value = 10\\n");
        open("top.py", "a").write("\\ntripled = 3 * value\\n");
        recompile()
        top.doubled, top.tripled
        open("below.py", "w").write("value = 100\\n");
        open("top.py", "a").write("\\nfourfold = 4 * value\\n");
        recompile()
        top.fourfold
    """
    reloaded = ["Compiling 2 files (.py)", "Reloaded below", "Reloaded top", ":ok"]
    assert typed(text, folder) == [*reloaded, "(20, 30)", *reloaded, "400"]


def test_modules_of_python_and_of_others_are_left_alone(folder: Path) -> None:
    """The project is what lies in the folder, less what is installed there."""
    (folder / "venv" / "site-packages").mkdir(parents=True)
    (folder / "venv" / "site-packages" / "installed.py").write_text("value = 1\n")
    text = """
        import sys, textwrap
        sys.path.insert(0, "venv/site-packages")
        import installed
        open("venv/site-packages/installed.py", "w").write("value = 22\\n");
        recompile()
        installed.value
    """
    assert typed(text, folder) == [":noop", "1"]


def test_a_file_that_is_deleted_is_left_as_it_is(folder: Path) -> None:
    """Its module stays."""
    text = """
        import os, counter
        os.remove("counter.py")
        recompile()
        counter.answer()
    """
    assert typed(text, folder) == [":noop", "42"]


def test_what_has_changed_can_be_loaded_before_each_input(folder: Path) -> None:
    """What `auto_reload` does: it says what it has loaded, and tries what is broken only once."""
    text = """
        from pyex.repl.reloading.project import note_loaded, reload_changed
        from pyex.repl.shell.current import current
        import shutil, counter
        prompt = current().bindings;
        note_loaded(prompt)
        reload_changed(prompt)
        shutil.copy("second.txt", "counter.py");
        reload_changed(prompt)
        reload_changed(prompt), counter.answer()
        shutil.copy("broken.txt", "counter.py");
        reload_changed(prompt)
        reload_changed(prompt)
    """
    lines = typed(text, folder)
    assert lines[:4] == ["[]", "Reloaded counter", "['counter']", "([], 4242)"]
    assert sum(line.startswith("** (SyntaxError)") for line in lines) == 1
    assert lines[-1] == "[]"


def test_a_module_that_is_younger_than_the_session_is_noted(folder: Path) -> None:
    """Written, imported and not changed since: nothing is to be done."""
    text = """
        open("young.py", "w").write("value = 1\\n");
        import young
        from pyex.repl.reloading.project import note_loaded
        from pyex.repl.shell.current import current
        note_loaded(current().bindings)
        recompile()
        open("young.py", "w").write("value = 22\\n");
        recompile()
        young.value
    """
    assert typed(text, folder) == [":noop", "Compiling 1 file (.py)", "Reloaded young", ":ok", "22"]
