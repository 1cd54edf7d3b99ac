"""What a person sees and gets who types at the terminal while a program writes to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from desk import ALT_ENTER, BACKSPACE, CTRL_C, CTRL_D, FIRST, SECOND, TAB, UP, Desk, seated
from prompt_toolkit.input import create_pipe_input

from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.terminal.line_editor import LineEditor
from pyex.repl.terminal.prompt import Prompt


@pytest.fixture
def desk() -> Iterator[Desk]:
    with seated() as desk:
        yield desk


def test_typed_line_is_echoed_and_delivered(desk: Desk) -> None:
    """What is typed at a prompt stands behind it, and Enter hands it over together with the prompt."""
    desk.terminal.ask(FIRST)
    desk.types("1 + 1")
    desk.sees("pyex(1)> 1 + 1")
    desk.presses("\r")
    assert desk.answer() == (FIRST, ("input", "1 + 1"))
    desk.sees("pyex(1)> 1 + 1", "")


def test_what_was_written_before_and_after_stands_before_and_after(desk: Desk) -> None:
    """Output from before the prompt is above it, output from after the input is below the echoed line."""
    desk.terminal.write("before\n")
    desk.terminal.ask(FIRST)
    desk.types("x\r")
    desk.answer()
    desk.terminal.write("after\n")
    desk.terminal.ask(SECOND)
    desk.sees("before", "pyex(1)> x", "after", "pyex(2)>")


def test_blocks_are_indented_and_end_with_an_empty_line(desk: Desk) -> None:
    """Enter indents the next line of a block, and on an empty line it runs the block."""
    desk.terminal.ask(FIRST)
    desk.types("if x:\rf()\r")
    desk.sees("pyex(1)> if x:", "....(1)>     f()", "....(1)>")
    desk.presses("\r")
    assert desk.input() == "if x:\n    f()"


def test_backspace_leaves_a_block_and_tab_enters_one(desk: Desk) -> None:
    """In the white space that starts a line, Backspace takes one indent away and Tab adds one."""
    desk.terminal.ask(FIRST)
    desk.types("if x:\rf()\r")
    desk.types(BACKSPACE + "else:\r" + BACKSPACE + TAB + TAB)
    desk.sees("pyex(1)> if x:", "....(1)>     f()", "....(1)> else:", "....(1)>")
    desk.types("g()\r")
    desk.presses("\r")
    assert desk.input() == "if x:\n    f()\nelse:\n        g()"


def test_alt_enter_starts_a_line_even_when_the_text_would_run(desk: Desk) -> None:
    """Alt+Enter starts another line where Enter alone would run the text."""
    desk.terminal.ask(FIRST)
    desk.types("x = 1")
    desk.presses(ALT_ENTER)
    desk.types("y = 2")
    desk.sees("pyex(1)> x = 1", "....(1)> y = 2")
    desk.presses("\r")
    assert desk.input() == "x = 1\ny = 2"


def test_a_mistake_runs_so_that_its_error_is_shown(desk: Desk) -> None:
    """A line that is no Python is handed over like any other."""
    desk.terminal.ask(FIRST)
    desk.types("x = = 1\r")
    assert desk.input() == "x = = 1"


def test_up_recalls_a_whole_block(desk: Desk) -> None:
    """Arrow up brings the previous input back, all its lines at once."""
    desk.terminal.ask(FIRST)
    desk.pastes("if x:\n    f()\n")
    desk.answer()
    desk.terminal.ask(SECOND)
    desk.sees("pyex(1)> if x:", "....(1)>     f()", "....(1)>", "pyex(2)>")
    desk.keyboard.send_text(UP)
    desk.sees("pyex(1)> if x:", "....(1)>     f()", "....(1)>", "pyex(2)> if x:", "....(2)>     f()")


CLASS = """class Counter:
    def __init__(self):
        self.count = 0

    def increment(self):
        self.count += 1
        return self.count

"""


def test_a_pasted_class_with_empty_lines_arrives_whole(desk: Desk) -> None:
    """A pasted class keeps its empty lines and its indentation, and runs at once."""
    desk.terminal.ask(FIRST)
    desk.pastes(CLASS.replace("\n", "\r\n"))
    assert desk.input() == CLASS.rstrip()


def test_a_class_that_arrives_as_keys_arrives_whole(desk: Desk) -> None:
    """Text that comes as fast key presses is taken as it is: no staircase, and its empty lines end nothing."""
    desk.terminal.ask(FIRST)
    desk.sends(CLASS)
    assert desk.input() == CLASS.rstrip()


def test_lines_sent_one_by_one_build_no_staircase(desk: Desk) -> None:
    """A script that sends a line, then Enter, then the next line with its own indentation, gets that indentation."""
    desk.terminal.ask(FIRST)
    for line in ("def f(x):", "    if x:", "        return 1", "    return 2"):
        desk.sends(line)
        desk.sees_last("> " + line)
        desk.presses("\r")
    desk.presses("\r")
    assert desk.input() == "def f(x):\n    if x:\n        return 1\n    return 2"


def test_several_inputs_sent_at_once_answer_prompt_after_prompt(desk: Desk) -> None:
    """Keys that were sent ahead wait for the next prompt, nothing gets lost between two of them."""
    desk.terminal.ask(FIRST)
    desk.sends("x = 1\ny = 2\n")
    assert desk.input() == "x = 1"
    desk.terminal.ask(SECOND)
    assert desk.answer() == (SECOND, ("input", "y = 2"))


def test_an_unfinished_paste_waits_for_more(desk: Desk) -> None:
    """A paste that ends in the middle of a line stays at the prompt to be edited."""
    desk.terminal.ask(FIRST)
    desk.pastes("x = [1,\n2]")
    desk.sees("pyex(1)> x = [1,", "....(1)> 2]")
    desk.presses("\r")
    assert desk.input() == "x = [1,\n2]"


def test_prompts_of_a_pasted_session_are_stripped(desk: Desk) -> None:
    """A session that was copied from a screen runs again: its prompts and outputs are left out."""
    desk.terminal.ask(FIRST)
    desk.pastes("pyex(1)> x = 1\n1\npyex(2)> x + 1\n2\n")
    assert desk.input() == "x = 1\nx + 1"


def test_output_appears_above_a_half_typed_line(desk: Desk) -> None:
    """Five hundred lines written meanwhile stand above the prompt, in order, none torn or lost; the typing goes on."""
    desk.terminal.ask(FIRST)
    desk.types("half a")
    lines = [f"line {number} of the flood" for number in range(500)]
    for line in lines:
        desk.terminal.write(line)
        desk.terminal.write("\n")
    desk.keyboard.send_text(" line")
    desk.sees(*lines, "pyex(1)> half a line")


def test_output_at_enter_is_in_order(desk: Desk) -> None:
    """However the person and the program interleave, every line is on the screen once, and in order."""
    expected: list[str] = []
    for number in range(20):
        desk.terminal.ask(FIRST)
        desk.terminal.write(f"above {number}\n")
        desk.sees(*expected, f"above {number}", "pyex(1)>")
        desk.sends(f"input {number}\n")
        desk.answer()
        desk.terminal.write(f"below {number}\n")
        expected += [f"above {number}", f"pyex(1)> input {number}", f"below {number}"]
    desk.sees(*expected, "")


def test_an_unfinished_line_waits_for_its_end(desk: Desk) -> None:
    """While a prompt is up, a line without an end does not appear; with its end it does, in one piece."""
    desk.terminal.ask(FIRST)
    desk.terminal.write("whole\nhalf")
    desk.sees("whole", "pyex(1)>")
    desk.terminal.write(" and half\n")
    desk.sees("whole", "half and half", "pyex(1)>")
    assert desk.terminal.backlog == 0


def test_an_unfinished_line_appears_when_the_prompt_ends(desk: Desk) -> None:
    """A line without an end appears below the input at the latest, and the next prompt starts on a line of its own."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.terminal.write("no end")
    desk.types("x\r")
    desk.answer()
    desk.sees("pyex(1)> x", "no end")
    desk.terminal.ask(SECOND)
    desk.sees("pyex(1)> x", "no end", "pyex(2)>")


def test_another_prompt_takes_the_place_of_the_first(desk: Desk) -> None:
    """When the shell starts again while somebody types, the new prompt comes, and what is typed stays."""
    desk.terminal.ask(SECOND)
    desk.types("half")
    desk.terminal.write("the shell has died\n")
    desk.terminal.ask(FIRST)
    desk.sees("the shell has died", "pyex(1)> half")
    desk.types(" done\r")
    assert desk.answer() == (FIRST, ("input", "half done"))
    assert desk.answers.empty()


def test_ctrl_c_abandons_a_line(desk: Desk) -> None:
    """Ctrl+C leaves the half-typed line on the screen, forgets it, and gives an empty prompt."""
    desk.terminal.ask(FIRST)
    desk.types("nonsense")
    desk.presses(CTRL_C)
    desk.sees("pyex(1)> nonsense", "pyex(1)>")
    desk.types("x\r")
    assert desk.input() == "x"


def test_ctrl_c_twice_leaves(desk: Desk) -> None:
    """On an empty prompt the first Ctrl+C says what the second one does, and the second one does it."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.presses(CTRL_C)
    desk.sees("(press Ctrl+C again for the BREAK menu)", "pyex(1)>")
    desk.presses(CTRL_C)
    assert desk.answer() == (FIRST, ("interrupt",))


def test_a_key_between_two_ctrl_c_stays(desk: Desk) -> None:
    """Two Ctrl+C with another key between them do not leave."""
    hint = "(press Ctrl+C again for the BREAK menu)"
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.presses(CTRL_C)
    desk.sees(hint, "pyex(1)>")
    desk.types("x" + BACKSPACE)
    desk.presses(CTRL_C)
    desk.sees(hint, hint, "pyex(1)>")
    assert desk.answers.empty()


def test_ctrl_d_leaves_an_empty_prompt_and_deletes_otherwise(desk: Desk) -> None:
    """Ctrl+D deletes the next character as long as there is text, and is the end of file when there is none."""
    desk.terminal.ask(FIRST)
    desk.types("ab\x01")
    desk.presses(CTRL_D)
    desk.sees("pyex(1)> b")
    desk.presses(CTRL_D)
    desk.sees("pyex(1)>")
    desk.keyboard.send_text(CTRL_D)
    assert desk.answer() == (FIRST, ("eof",))


def test_a_terminal_that_goes_away_is_the_end_of_file(desk: Desk) -> None:
    """When the terminal is closed, every prompt gets an end of file."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")
    desk.keyboard.close()
    assert desk.answer() == (FIRST, ("eof",))
    desk.terminal.ask(SECOND)
    assert desk.answer() == (SECOND, ("eof",))


def test_a_screen_that_goes_away_hangs_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing can be written any more, prompts get an end of file, and the backlog is empty."""
    desk.terminal.ask(FIRST)
    desk.sees("pyex(1)>")

    def gone(text: str) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(desk.glass, "write", gone)
    desk.terminal.write("lost\n")
    assert desk.answer() == (FIRST, ("eof",))
    desk.terminal.write("lost as well\n")
    desk.terminal.ask(SECOND)
    assert desk.answer() == (SECOND, ("eof",))
    assert desk.terminal.backlog == 0


def test_a_key_that_fails_costs_that_key_only() -> None:
    """When what a key does fails, one line says so, the text stays, and the prompt lives on."""

    class Broken(PythonLanguage):
        def indent(self, text: str) -> str:
            raise RuntimeError("no idea")

    with seated(Broken(), columns=300) as desk:
        desk.terminal.ask(FIRST)
        desk.types("if x:")
        desk.presses("\r")
        desk.waits_until(lambda: len(desk.glass.lines()) == 2, desk.glass.lines)
        said, line = desk.glass.lines()
        assert said.startswith("warning: that key failed, nothing else: RuntimeError: no idea (indent in ")
        assert line == "pyex(1)> if x:"
        desk.presses(CTRL_C)
        desk.types("x\r")
        assert desk.input() == "x"


def test_a_mistake_of_ours_hangs_nobody(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the terminal's own code fails, the failure is reported, and the prompt gets an end of file."""

    def fails(editor: LineEditor, lines: str) -> None:
        raise RuntimeError("no idea")

    monkeypatch.setattr(LineEditor, "print_above", fails)
    with seated() as desk:
        desk.terminal.ask(FIRST)
        desk.types("x")
        desk.terminal.write("above\n")
        assert desk.answer() == (FIRST, ("eof",))
    assert "RuntimeError: no idea" in capfd.readouterr().err
    assert desk.glass.written.rfind("\x1b[?2004l") > desk.glass.written.rfind("\x1b[?2004h") > 0


@pytest.mark.parametrize("keys", ["ab\x1b-\x7f", "ab\x01\x1b-\x04", "ab\x1b-\x1b[A", "ab\x1b- "])
def test_a_negative_argument_does_no_harm(desk: Desk, keys: str) -> None:
    """Alt+- before a key gives it a negative count: Backspace and its like then do nothing."""
    desk.terminal.ask(FIRST)
    desk.keyboard.send_text(keys)
    desk.keyboard.send_text("\x05")
    desk.presses("!")
    desk.sees("pyex(1)> ab!")


def test_stop_at_a_prompt_ends_the_thread(desk: Desk) -> None:
    """Stopping while a prompt is up writes what is queued, ends the thread and turns bracketed paste off."""
    desk.terminal.ask(FIRST)
    desk.types("half")
    desk.terminal.write("last words\nno end")
    desk.terminal.stop()
    assert "pyex-terminal" not in [thread.name for thread in threading.enumerate()]
    assert desk.answers.empty()
    desk.sees("last words", "pyex(1)> half", "no end")
    assert desk.glass.written.rfind("\x1b[?2004l") > desk.glass.written.rfind("\x1b[?2004h") > 0


def test_stop_before_the_prompt_is_up_does_not_wait_for_anybody() -> None:
    """A program that asks and stops in one breath ends."""
    with seated() as desk:
        desk.terminal.write("bye\n")
        desk.terminal.ask(FIRST)
        desk.terminal.stop()
        assert desk.glass.lines()[0] == "bye"
        assert desk.answers.empty()


def test_a_plain_line_is_taken_as_it_is(desk: Desk) -> None:
    """A line for `input()` ends with Enter whatever it holds, and is not remembered among the code."""
    name = Prompt("name? ", kind="line")
    desk.terminal.ask(name)
    desk.types("  def f( ")
    desk.presses("\r")
    assert desk.answer() == (name, ("input", "  def f( "))
    desk.terminal.ask(FIRST)
    desk.sees("name?   def f(", "pyex(1)>")
    desk.keyboard.send_text(UP + "x")
    desk.sees("name?   def f(", "pyex(1)> x")


def test_an_unfinished_line_stays_in_front_of_a_plain_line(desk: Desk) -> None:
    """`print("name? ", end="")` and then `input()` read on the same line."""
    desk.terminal.write("your ")
    desk.terminal.ask(Prompt("name? ", kind="line"))
    desk.types("Joe")
    desk.terminal.write("meanwhile\n")
    desk.sees("meanwhile", "your name? Joe")


def test_lines_pasted_at_a_plain_line_answer_one_read_each(desk: Desk) -> None:
    """Two lines pasted where `input()` reads are the answers to two reads."""
    line = Prompt("? ", kind="line")
    desk.terminal.ask(line)
    desk.pastes("one\ntwo\n")
    assert desk.input() == "one"
    desk.terminal.ask(line)
    assert desk.input() == "two"


def test_code_is_coloured_while_it_is_typed_and_not_where_colours_are_unwanted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keyword at the prompt has a colour of the terminal's palette, and none with NO_COLOR."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    desk.terminal.ask(FIRST)
    desk.types("class ")
    assert desk.glass.screen.buffer[0][len("pyex(1)> ")].fg == "magenta"
    monkeypatch.setenv("NO_COLOR", "1")
    with seated() as plain:
        plain.terminal.ask(FIRST)
        plain.types("class ")
        assert plain.glass.screen.buffer[0][len("pyex(1)> ")].fg == "default"


def test_the_backlog_counts_what_is_not_on_the_screen_yet() -> None:
    """A program can see how much of its output is still queued, and that all of it has arrived."""
    with create_pipe_input() as keyboard:
        desk = Desk(keyboard)
        desk.terminal.write("four")
        desk.terminal.write("teen characters")
        assert desk.terminal.backlog == len("fourteen characters")
        desk.terminal.start()
        desk.sees("fourteen characters")
        desk.terminal.stop()
        assert desk.terminal.backlog == 0
