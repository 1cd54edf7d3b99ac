"""Vi keys, paste mode, an editor of one's own, matching brackets, the status line, and terminals that change."""

from __future__ import annotations

import random
import shlex
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import (
    CTRL_C,
    CTRL_D,
    ENTER,
    ESCAPE,
    F2,
    F3,
    FIRST,
    SECOND,
    TAB,
    Desk,
    seated,
)
from prompt_toolkit.data_structures import Size
from screen import Screen

from pyex import run, self, send
from pyex.repl.configuration import settings
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.terminal.matching_brackets import matching_brackets
from pyex.repl.terminal.prompt import Prompt
from pyex.repl.terminal.status_line import fitting
from pyex.repl.terminal.system_status import system_status

CTRL_X_CTRL_E, CTRL_X_P, CTRL_X_S = "\x18\x05", "\x18p", "\x18s"


@pytest.fixture(autouse=True)
def default_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test sets is as before after it."""
    for name, value in vars(settings).items():
        monkeypatch.setattr(settings, name, value)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with seated() as desk:
        yield desk


# Vi


def test_vi_keys_move_and_change_and_the_mode_is_shown(desk: Desk) -> None:
    """With vi keys the prompt says which mode it is in, letters are commands after Escape, and Enter runs in both."""
    settings.editing_mode = "vi"
    desk.terminal.ask(FIRST)
    desk.sees("[ins] pyex(1)>")
    desk.types("one two")
    desk.presses(ESCAPE)
    desk.sees("[nav] pyex(1)> one two")
    desk.types("0dwA!")
    desk.sees("[ins] pyex(1)> two!")
    desk.presses(ESCAPE)
    desk.sees("[nav] pyex(1)> two!")
    desk.presses(ENTER)
    assert desk.input() == "two!"
    desk.sees("pyex(1)> two!", "")


def test_vi_keys_walk_and_search_the_history(desk: Desk) -> None:
    """k and j go through the history, / searches it, and Escape takes the find into the line, ready for commands."""
    settings.editing_mode = "vi"
    for text in ("one", "two"):
        desk.terminal.ask(FIRST)
        desk.types(text + "\r")
        desk.answer()
    desk.terminal.ask(SECOND)
    desk.sees_last("[ins] pyex(2)>")
    desk.presses(ESCAPE)
    desk.presses("k")
    desk.sees_last("[nav] pyex(2)> two")
    desk.presses("k")
    desk.sees_last("[nav] pyex(2)> one")
    desk.presses("j")
    desk.sees_last("[nav] pyex(2)> two")
    desk.presses("/")
    desk.types("on")
    desk.sees_last("(search)`on': one")
    desk.presses(ESCAPE)
    desk.sees_last("[nav] pyex(2)> one")
    desk.presses("x")
    desk.sees_last("[nav] pyex(2)> ne")


def test_blocks_in_vi_mode(desk: Desk) -> None:
    """Lines are indented, the mode shifts the continuation along, and a space is a move where letters are commands."""
    settings.editing_mode = "vi"
    desk.terminal.ask(FIRST)
    desk.types("if x:\rf()")
    desk.sees("[ins] pyex(1)> if x:", "      ....(1)>     f()")
    desk.presses(ESCAPE)
    desk.types("0 x")
    desk.sees("[nav] pyex(1)> if x:", "      ....(1)>    f()")


def test_the_keys_change_at_run_time(desk: Desk) -> None:
    """The setting counts from the next prompt on, in both directions; a plain line shows no mode."""
    desk.terminal.ask(FIRST)
    desk.types("a\r")
    desk.answer()
    settings.editing_mode = "vi"
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)> a", "[ins] pyex(1)>")
    desk.types("b\r")
    desk.answer()
    desk.terminal.ask(Prompt("name? ", kind="line"))
    desk.types("Joe\r")
    desk.answer()
    settings.editing_mode = "emacs"
    desk.terminal.ask(FIRST)
    desk.types("x\x01")
    desk.sees("pyex(1)> a", "pyex(1)> b", "name? Joe", "pyex(1)> x")


# Paste mode


@pytest.mark.parametrize("key", [F3, CTRL_X_P], ids=["F3", "Ctrl+X p"])
def test_paste_mode_takes_everything_as_it_is(desk: Desk, key: str) -> None:
    """In paste mode nothing is indented and Enter runs nothing; the key that began it runs the text."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.presses(key)
    desk.sees("(paste) pyex(1)>")
    desk.types("def f():\r    x = 1\r\r    if x:\r        y = 2\r    else:\r        y = 3\r\rz = 1\r")
    code = ["def f():", "    x = 1", "", "    if x:", "        y = 2", "    else:", "        y = 3", "", "z = 1", ""]
    desk.sees("(paste) pyex(1)> def f():", *(f"        ....(1)> {line}".rstrip() for line in code[1:]))
    desk.presses(key)
    assert desk.input() == "\n".join(code).rstrip()


def test_paste_mode_strips_prompts_and_completes_nothing() -> None:
    """A session with prompts can be pasted, and a Tab in the text is a tab."""

    class Asked(PythonLanguage):
        def complete(self, text: str, namespace: object) -> None:  # type: ignore[override]
            raise AssertionError("nobody asked")

    with seated(Asked()) as desk:
        desk.terminal.ask(FIRST)
        desk.sees("pyex(1)>")
        desk.presses(F3)
        desk.types("pyex(7)> x\t= 20\r20\rpyex(8)> x + 1\r21\r")
        desk.presses(F3)
        assert desk.input() == "x\t= 20\nx + 1"


def test_paste_mode_ends_with_its_prompt(desk: Desk) -> None:
    """Ctrl+C leaves paste mode and the text; without text the key leaves the mode only; the next prompt is usual."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.presses(F3)
    desk.presses(F3)
    desk.sees("pyex(1)>")
    desk.presses(F3)
    desk.types("nonsense\r")
    desk.presses(CTRL_C)
    desk.sees("pyex(1)> nonsense", "....(1)>", "pyex(1)>")
    desk.presses(F3)
    desk.presses(CTRL_C)
    desk.types("x\r")
    assert desk.input() == "x"


# An editor of one's own


def editor(tmp_path: Path, program: str) -> str:
    """An editor that runs this Python program on the file, `path`."""
    file = tmp_path / "editor.py"
    file.write_text(f"import sys, time\npath = sys.argv[1]\n{program}\n")
    return shlex.join([sys.executable, str(file)])


def test_an_editor_changes_the_text(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+X Ctrl+E opens $VISUAL on the text of all lines; what it leaves is at the prompt, and Enter runs it."""
    program = "text = open(path).read()\nopen(path, 'w').write(text.replace('f()', 'g(1)') + '    h()\\n')"
    monkeypatch.setenv("VISUAL", editor(tmp_path, program))
    monkeypatch.setenv("EDITOR", "/nonexistent/editor")
    desk.terminal.ask(FIRST)
    desk.types("if x:\rf()")
    desk.presses(CTRL_X_CTRL_E)
    desk.sees("pyex(1)> if x:", "....(1)>     g(1)", "....(1)>     h()")
    desk.presses(ENTER)
    desk.presses(ENTER)
    assert desk.input() == "if x:\n    g(1)\n    h()"


def test_the_editor_knows_what_it_edits(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has Python's ending, so that the editor colours it, and nobody else can read it."""
    program = "import os\nopen(path, 'w').write(f'{path[-3:]} {os.stat(os.path.dirname(path)).st_mode & 0o777:o}')"
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, program))
    desk.terminal.ask(FIRST)
    desk.types("x")
    desk.presses(CTRL_X_CTRL_E)
    desk.sees("pyex(1)> .py 700")


@pytest.mark.parametrize(
    ("visual", "complaint"),
    [
        ("/nonexistent/editor", "the editor '/nonexistent/editor' cannot be started: No such file or directory"),
        ("false", "the editor 'false' ended with status 1; the text is unchanged"),
        ("unclosed 'quote", "VISUAL is no command: unclosed 'quote (No closing quotation)"),
        ("rm", None),
    ],
)
def test_an_editor_that_fails_is_reported(visual: str, complaint: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the editor cannot be started, fails, or removes the file, that is said, and the text stays."""
    monkeypatch.setenv("VISUAL", visual)
    with seated(columns=150) as desk:
        desk.terminal.ask(FIRST)
        desk.types("mine")
        desk.presses(CTRL_X_CTRL_E)
        desk.waits_until(lambda: len(desk.glass.lines()) == 2, desk.glass.lines)
        said, line = desk.glass.lines()
        assert line == "pyex(1)> mine"
        assert said == complaint if complaint else said.startswith("what the editor left cannot be read: ")
        desk.types("!")
        desk.sees(said, "pyex(1)> mine!")


def test_output_waits_while_the_editor_has_the_screen(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What processes write while I am in the editor appears after it, above the prompt."""
    (tmp_path / "wait").touch()
    program = f"import os\nwhile os.path.exists({str(tmp_path / 'wait')!r}): time.sleep(0.01)"
    monkeypatch.setenv("VISUAL", editor(tmp_path, f"open({str(tmp_path / 'up')!r}, 'w')\n{program}"))
    desk.terminal.ask(FIRST)
    desk.types("x")
    desk.keyboard.send_text(CTRL_X_CTRL_E)
    wait_for(lambda: (tmp_path / "up").exists())
    desk.terminal.write("meanwhile\n")
    assert "meanwhile" not in desk.glass.written
    (tmp_path / "wait").unlink()
    desk.sees("meanwhile", "pyex(1)> x")


def test_stopping_ends_the_editor(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the program ends while an editor is open, the editor ends too, and nobody hangs."""
    monkeypatch.setenv("VISUAL", editor(tmp_path, f"open({str(tmp_path / 'up')!r}, 'w')\ntime.sleep(60)"))
    desk.terminal.ask(FIRST)
    desk.types("x")
    desk.keyboard.send_text(CTRL_X_CTRL_E)
    wait_for(lambda: (tmp_path / "up").exists())
    desk.terminal.stop()
    assert "pyex-terminal" not in [thread.name for thread in threading.enumerate()]


def wait_for(holds: object) -> None:
    pause = threading.Event()
    assert callable(holds)
    for _ in range(1_000):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("waited in vain")


# Brackets


@pytest.mark.parametrize(
    ("text", "cursor", "pair"),
    [
        ("f(x)", 1, (1, 3)),
        ("f(x)", 3, (1, 3)),
        ("f(x)", 4, (1, 3)),
        ("f(x)", 2, None),
        ("f(')', [1])", 1, (1, 10)),
        ("f(')', [1])", 3, None),
        ("f(\n  # )\n  {}\n)", 1, (1, 14)),
        ("(]", 0, None),
        ("(", 0, None),
        (")", 1, None),
        ('f"{x}"', 2, (2, 4)),
        ("", 0, None),
    ],
)
def test_a_bracket_belongs_to_the_one_that_closes_it(text: str, cursor: int, pair: tuple[int, int] | None) -> None:
    """Brackets in strings and comments belong to nothing, unbalanced ones neither."""
    assert matching_brackets(PythonLanguage().lexer, text, cursor) == pair


def test_matching_brackets_are_highlighted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a closing bracket both it and its partner are marked, over several lines; not with NO_COLOR, nor later."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    desk.terminal.ask(FIRST)
    desk.types("f(\r1)")
    desk.sees("pyex(1)> f(", "....(1)>     1)")
    cells = desk.glass.screen.buffer
    assert [cells[0][10].bold, cells[1][14].bold, cells[0][9].bold, cells[1][13].bold] == [True, True, False, False]
    desk.presses(ENTER)
    desk.answer()
    assert not cells[0][10].bold
    monkeypatch.setenv("NO_COLOR", "1")
    with seated() as plain:
        plain.terminal.ask(FIRST)
        plain.types("f()")
        plain.sees("pyex(1)> f()")
        assert not plain.glass.screen.buffer[0][10].bold


def test_colours_can_be_switched_off_at_run_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """`colors={"enabled": False}` counts from the next prompt on."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    desk.terminal.ask(FIRST)
    desk.types("pass\r")
    desk.answer()
    settings.colors = {"enabled": False}
    desk.terminal.ask(SECOND)
    desk.types("pass")
    desk.sees("pyex(1)> pass", "pyex(2)> pass")
    assert [desk.glass.screen.buffer[row][9].fg for row in (0, 1)] == ["magenta", "default"]


# The status line


def test_the_status_line_stands_below_the_prompt() -> None:
    """Switched on, a line below the prompt shows the figures; output stays above both; Enter takes it away."""
    settings.status_line = True
    with seated(status=lambda: "node  #PID<0.1.0>  mailbox 0") as desk:
        desk.terminal.ask(FIRST)
        desk.types("if x:\r")
        desk.sees("pyex(1)> if x:", "....(1)>", "node  #PID<0.1.0>  mailbox 0")
        desk.terminal.write("above\n")
        desk.sees("above", "pyex(1)> if x:", "....(1)>", "node  #PID<0.1.0>  mailbox 0")
        desk.types("y\r\r")
        assert desk.input() == "if x:\n    y"
        desk.sees("above", "pyex(1)> if x:", "....(1)>     y", "....(1)>", "")


def test_the_status_line_follows_the_figures_by_itself() -> None:
    """While nobody touches a key, the line shows a new figure after about a second, and what is typed stays."""
    settings.status_line = True
    mailbox = ["0"]
    with seated(status=lambda: f"mailbox {mailbox[0]}") as desk:
        desk.terminal.ask(FIRST)
        desk.types("half")
        desk.sees("pyex(1)> half", "mailbox 0")
        mailbox[0] = "7"
        desk.sees("pyex(1)> half", "mailbox 7")
        mailbox[0] = "8"
        desk.sees("pyex(1)> half", "mailbox 8")
        assert desk.glass.screen.cursor.y == 0


@pytest.mark.parametrize("key", [F2, CTRL_X_S], ids=["F2", "Ctrl+X s"])
def test_a_key_switches_the_status_line(key: str) -> None:
    """F2, or Ctrl+X s, switches the line on and off."""
    with seated(status=lambda: "mailbox 0") as desk:
        desk.terminal.ask(FIRST)
        desk.types("x")
        desk.presses(key)
        desk.sees("pyex(1)> x", "mailbox 0")
        assert settings.status_line is True
        desk.presses(key)
        desk.sees("pyex(1)> x")


def test_a_status_that_fails_disturbs_nobody() -> None:
    """When a figure cannot be read at the moment, the line shows what it showed, and the prompt lives."""
    settings.status_line = True

    def status() -> str:
        raise RuntimeError("deque mutated during iteration")

    with seated(status=status) as desk:
        desk.terminal.ask(FIRST)
        desk.types("x\r")
        assert desk.input() == "x"


def test_the_status_line_fits_narrow_terminals() -> None:
    """On a narrow terminal the first figures give way, the run queue last."""
    status = "nonode@nohost  #PID<0.5.0>  mailbox 0  processes 12  run queue 3"
    assert fitting(status, 80) == status
    assert fitting(status, 40) == "mailbox 0  processes 12  run queue 3"
    assert fitting(status, 20) == "run queue 3"
    assert fitting(status, 5) == "run q"


def test_the_status_line_gives_way_on_a_low_terminal() -> None:
    """On a terminal of three rows there is the prompt and no status line."""
    settings.status_line = True
    with seated(status=lambda: "mailbox 0", rows=3, columns=20) as desk:
        desk.terminal.ask(FIRST)
        desk.types("x")
        desk.sees("pyex(1)> x")


def test_the_figures_of_the_system() -> None:
    """The figures name the node, the shell's process, its mailbox, the processes and the run queue."""

    def figures() -> tuple[str, str]:
        send(self(), "one")
        return repr(self()), system_status(self())

    me, status = run(figures)
    parts = status.split("  ")
    assert parts[:3] == ["nonode@nohost", me, "mailbox 1"]
    assert [part.rpartition(" ")[0] for part in parts[3:]] == ["processes", "run queue"]
    assert "no shell" in system_status(None)


# Terminals that change


def test_the_terminal_becomes_narrow_while_i_type(desk: Desk) -> None:
    """When the window is made narrower, the line is drawn anew in its width, and typing goes on."""
    desk.terminal.ask(FIRST)
    desk.types("value = 'abcdefghijklmnopqrstuvwxyz'")
    desk.sees("pyex(1)> value = 'abcdefghijklmnopqrstuvwxyz'")
    with desk.glass.changed:
        desk.size = Size(rows=600, columns=20)
        desk.glass.screen.resize(600, 20)
    desk.sees("pyex(1)> value = 'ab", "cdefghijklmnopqrstuv", "wxyz'")
    desk.types("!")
    desk.sees("pyex(1)> value = 'ab", "cdefghijklmnopqrstuv", "wxyz'!")


def test_two_rows_are_enough(desk: Desk) -> None:
    """On a terminal of two rows a block is typed and runs."""
    with seated(rows=2, columns=20) as low:
        low.terminal.ask(FIRST)
        low.types("if x:\rf()\r")
        low.presses(ENTER)
        assert low.input() == "if x:\n    f()"


NAMED = ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~", "\x1b[3~", F2, F3, CTRL_X_P]
CONTROL = [chr(code) for code in range(1, 32) if chr(code) not in "\x1a\x18"]
ALT = [f"\x1b{chr(code)}" for code in range(33, 127) if chr(code) not in "[O"]
TEXT = [*"abc (){}[]:'=.,#0123vkjdw/?", "if x:\r", "else:", "\r", "\r", "\x1b[200~f(')')\n\x1b[201~"]


@pytest.mark.parametrize("mode", ["emacs", "vi"])
@pytest.mark.parametrize("seed", [1, 2])
def test_no_key_ends_the_session(mode: str, seed: int) -> None:
    """Whatever keys are pressed in whatever order, on a small screen with output in between, the prompt lives on."""
    settings.editing_mode = mode
    chance = random.Random(seed)
    options = {"namespace": lambda: {"abc": 1, "abd": 2}, "status": lambda: "node  mailbox 0"}
    with seated(rows=chance.choice([3, 12]), columns=chance.choice([20, 40]), **options) as desk:
        desk.terminal.ask(FIRST)
        for number in range(300):
            desk.keyboard.send_text(chance.choice(chance.choice([NAMED, CONTROL, ALT, TEXT, TEXT])))
            if number % 10 == 0:
                desk.terminal.write(f"output {number}\n")
            while not desk.answers.empty():
                desk.answer()
                desk.terminal.ask(FIRST)
        while not desk.answers.empty():
            desk.answer()
            desk.terminal.ask(FIRST)
        desk.terminal.write("the end\n")
        desk.waits_until(lambda: "the end" in desk.glass.written, desk.glass.lines)


def test_every_key_at_a_real_terminal() -> None:
    """At a real terminal of 40 columns: history, search, Tab's indentation, paste mode, then Ctrl+D leaves."""
    with Screen(columns=40) as screen:
        screen.types("x = 21")
        screen.prompt(2)
        screen.taps("for i in 'ab':\r")
        screen.taps("pass\r")
        screen.taps("else:\r")
        screen.shows("...(2)>     pass", "...(2)> else:", "...(2)>")
        screen.presses(CTRL_C)
        screen.prompt(2)
        screen.presses("\x12")
        screen.shows("(search)`':")
        screen.taps("21")
        screen.shows("(search)`21': x = 21")
        screen.presses("\x05 + 1" + ENTER)
        screen.shows("22", "pyex(3)>")
        screen.presses("\x1b[A")
        screen.shows("pyex(3)> x = 21 + 1")
        screen.presses("\x15" + F3 + TAB + "1" + ENTER)
        screen.shows("(paste) pyex(3)>     1", "        ...(3)>")
        screen.presses(CTRL_C)
        screen.prompt(3)
        screen.presses(CTRL_D)
        assert screen.exit_status() == 0


def test_a_window_that_is_closed_ends_the_program() -> None:
    """When the terminal is closed with half a line typed, the program ends by itself."""
    with Screen() as screen:
        screen.presses("half")
        screen.shows("pyex(1)> half")
        process = screen.process
        process.fileobj.close()
        wait_for(lambda: not process.isalive())
