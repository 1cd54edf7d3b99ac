"""Editing at the prompt: the history by arrows and by search, blocks recalled whole, indentation that mends itself."""

from __future__ import annotations

from collections.abc import Iterator

import pyte
import pytest
from desk import (
    BACKSPACE,
    CTRL_C,
    CTRL_G,
    CTRL_R,
    CTRL_S,
    DOWN,
    ENTER,
    ESCAPE,
    FIRST,
    LEFT,
    PAGE_DOWN,
    PAGE_UP,
    SECOND,
    UP,
    Desk,
    seated,
)

from pyex.repl.terminal.prompt import Prompt

BLOCK = "class Counter:\n    count = 0\n\n    def more(self):\n        self.count += 1\n"
THIRD = Prompt("pyex(3)> ", "....(3)> ")
CTRL_A, CTRL_E, CTRL_O, ALT_LESS, ALT_MORE = "\x01", "\x05", "\x0f", "\x1b<", "\x1b>"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with seated() as desk:
        yield desk


def remembers(desk: Desk, *inputs: str) -> None:
    """Run these inputs, and clear the screen at a fresh prompt."""
    for text in inputs:
        desk.terminal.ask(SECOND)
        desk.pastes(text.rstrip() + "\n\n")
        desk.answer()
    desk.terminal.ask(FIRST)
    desk.sees_last("pyex(1)>")
    desk.presses("\x0c")
    desk.sees("pyex(1)>")


def test_a_class_is_one_entry_and_comes_back_whole(desk: Desk) -> None:
    """A class typed over several lines is recalled with one Up, runs again with one Enter, and is remembered once."""
    remembers(desk, "x = 1", BLOCK, BLOCK)
    desk.presses(UP)
    recalled = ["pyex(1)> class Counter:", *(f"....(1)> {line}".rstrip() for line in BLOCK.rstrip().split("\n")[1:])]
    desk.sees(*recalled)
    desk.presses(PAGE_UP)
    desk.sees("pyex(1)> x = 1")
    desk.presses(PAGE_DOWN)
    desk.sees(*recalled)
    desk.sends("\n\n")
    assert desk.input() == BLOCK.rstrip()


def test_a_recalled_class_is_edited_on_any_of_its_lines(desk: Desk) -> None:
    """Up moves through the lines of a recalled block, and what is changed in its first line runs."""
    remembers(desk, "if a:\n    b()")
    desk.presses(UP)
    desk.presses(UP)
    desk.presses("\x01")
    desk.presses("\x1bf")
    desk.types(" not")
    desk.sees("pyex(1)> if not a:", "....(1)>     b()")
    desk.presses(DOWN + CTRL_E)
    desk.sends("\n\n")
    assert desk.input() == "if not a:\n    b()"


def test_up_and_down_move_inside_a_block_first(desk: Desk) -> None:
    """At the first line of what is typed Up goes into the history, and at the last line Down comes back to it."""
    remembers(desk, "old")
    desk.types("if x:\rf()")
    desk.presses(UP)
    assert desk.glass.screen.cursor.y == 0
    desk.presses(CTRL_A)
    desk.presses(UP)
    desk.sees("pyex(1)> old")
    desk.presses(DOWN)
    desk.sees("pyex(1)> if x:", "....(1)>     f()")
    assert (desk.glass.screen.cursor.x, desk.glass.screen.cursor.y) == (len("pyex(1)> "), 0)


def test_what_is_typed_before_the_cursor_filters(desk: Desk) -> None:
    """`de` and Up go through the inputs that begin with `de` only, blocks included; Down comes back to `de`."""
    remembers(desk, "def f():\n    pass", "x = 1", "del x", "y = 2")
    desk.types("de")
    desk.presses(UP)
    desk.sees("pyex(1)> del x")
    desk.presses(UP)
    desk.sees("pyex(1)> def f():", "....(1)>     pass")
    desk.presses(PAGE_UP + LEFT)
    desk.sees("pyex(1)> def f():", "....(1)>     pass")
    desk.presses(PAGE_DOWN)
    desk.sees("pyex(1)> del x")
    desk.presses(DOWN)
    desk.sees("pyex(1)> de")


def test_a_changed_entry_keeps_its_change_until_an_input_runs(desk: Desk) -> None:
    """I may look at another entry while I change one; the history itself keeps what was run."""
    remembers(desk, "one", "two")
    desk.presses(UP)
    desk.types("!")
    desk.presses(CTRL_A)
    desk.presses(UP)
    desk.sees("pyex(1)> one")
    desk.presses(DOWN)
    desk.sees("pyex(1)> two!")
    desk.presses(UP)
    desk.sends("\n")
    assert desk.input() == "one"
    desk.terminal.ask(THIRD)
    desk.sees_last("pyex(3)>")
    desk.presses(UP)
    desk.presses(UP)
    desk.sees_last("pyex(3)> two")


def test_the_ends_of_the_history(desk: Desk) -> None:
    """Alt+< goes to the oldest input and Alt+> back to the line I was typing; beyond the ends nothing happens."""
    remembers(desk, "one", "two", "three")
    desk.types("mine")
    desk.presses(ALT_LESS)
    desk.sees("pyex(1)> one")
    desk.presses(UP + ALT_MORE)
    desk.sees("pyex(1)> mine")
    desk.presses(DOWN + DOWN + "!")
    desk.sees("pyex(1)> mine!")


def test_a_count_goes_so_many_steps(desk: Desk) -> None:
    """Alt+2 Up goes two inputs back; a count that is far too large ends at the oldest, at once."""
    remembers(desk, "one", "two", "three")
    desk.presses("\x1b2" + UP)
    desk.sees("pyex(1)> two")
    desk.presses("\x1b9" + "9" * 5 + UP)
    desk.sees("pyex(1)> one")


def test_ctrl_o_runs_and_brings_the_next_one(desk: Desk) -> None:
    """Ctrl+O runs a recalled input and recalls the one that followed it, so that a sequence is run again quickly."""
    remembers(desk, "one", "two", "three")
    for _ in range(3):
        desk.presses(UP)
    desk.presses(CTRL_O)
    assert desk.input() == "one"
    desk.terminal.ask(SECOND)
    desk.sees("pyex(1)> one", "pyex(2)> two")
    desk.presses(CTRL_O)
    assert desk.input() == "two"
    desk.terminal.ask(THIRD)
    desk.sees("pyex(1)> one", "pyex(2)> two", "pyex(3)> three")


def test_ctrl_r_finds_what_was_typed(desk: Desk) -> None:
    """Ctrl+R shows the newest input that has the letters in it, Ctrl+R again an older one, Ctrl+S a newer one."""
    remembers(desk, "y = 22", "z = 22 + y", "x = 1")
    desk.presses(CTRL_R)
    desk.sees("(search)`':")
    desk.types("22")
    desk.sees("(search)`22': z = 22 + y")
    desk.presses(CTRL_R)
    desk.sees("(search)`22': y = 22")
    desk.presses(CTRL_R)
    desk.sees("(no match)`22': y = 22")
    desk.presses(CTRL_S)
    desk.sees("(search)`22': z = 22 + y")
    desk.presses(ENTER)
    assert desk.input() == "z = 22 + y"
    desk.sees("pyex(1)> z = 22 + y", "")


def test_ctrl_r_finds_blocks_by_any_of_their_lines(desk: Desk) -> None:
    """A block is found by what stands in its middle, with the cursor there, whole, and in small letters too."""
    remembers(desk, BLOCK, "x = 1")
    desk.presses(CTRL_R)
    desk.types("def")
    rest = ["....(1)>     count = 0", "....(1)>", "....(1)>     def more(self):", "....(1)>         self.count += 1"]
    desk.sees("(search)`def': class Counter:", *rest)
    assert (desk.glass.screen.cursor.x, desk.glass.screen.cursor.y) == (len("....(1)>     "), 3)
    desk.types(BACKSPACE * 3 + "counter")
    desk.sees("(search)`counter': class Counter:", *rest)
    desk.types(BACKSPACE * 7 + "COUNTER")
    desk.sees("(no match)`COUNTER': class Counter:", *rest)


@pytest.mark.parametrize("key", ["\x1b[D", CTRL_A, "\x1b[H", "\x1b[1;5D", "\x1bb", ESCAPE])
def test_other_keys_take_what_was_found_into_the_line(desk: Desk, key: str) -> None:
    """An arrow, Home, Ctrl+A, a word to the left or Escape end the search and leave its find to be edited."""
    remembers(desk, "zero", "one 1", "two")
    desk.presses(CTRL_R)
    desk.types("one")
    desk.sees("(search)`one': one 1")
    desk.presses(key)
    desk.sees("pyex(1)> one 1")
    desk.types("#")
    desk.sees("pyex(1)> #one 1")


def test_up_goes_on_from_what_was_found(desk: Desk) -> None:
    """After a search, Up and Down lead to the neighbours of the find."""
    remembers(desk, "zero", "one", "two")
    desk.presses(CTRL_R)
    desk.types("one")
    desk.presses(UP)
    desk.sees("pyex(1)> zero")
    desk.presses(DOWN)
    desk.sees("pyex(1)> one")


@pytest.mark.parametrize("key", [CTRL_C, CTRL_G], ids=["Ctrl+C", "Ctrl+G"])
def test_a_search_is_given_up(desk: Desk, key: str) -> None:
    """Ctrl+C and Ctrl+G end a search and bring back what I had typed, the cursor where it was."""
    remembers(desk, "one")
    desk.types("mine")
    desk.presses(LEFT)
    desk.presses(CTRL_R)
    desk.types("on")
    desk.sees("(search)`on': one")
    desk.presses(key)
    desk.sees("pyex(1)> mine")
    desk.types("!")
    desk.sees("pyex(1)> min!e")
    assert desk.answers.empty()


def test_the_last_search_is_at_hand(desk: Desk) -> None:
    """Ctrl+R twice searches for what was searched last."""
    remembers(desk, "one", "two")
    desk.presses(CTRL_R)
    desk.types("on")
    desk.presses(CTRL_G)
    desk.presses(CTRL_R)
    desk.presses(CTRL_R)
    desk.sees("(search)`on': one")


def test_a_search_reads_all_that_is_typed(desk: Desk) -> None:
    """Spaces, colons and pasted text are searched for like letters."""
    remembers(desk, "if a: b()", "if a:c()")
    desk.presses(CTRL_R)
    desk.types("if a: b")
    desk.sees("(search)`if a: b': if a: b()")
    desk.presses(CTRL_G)
    desk.presses(CTRL_R)
    desk.pastes("a:c")
    desk.sees("(search)`a:c': if a:c()")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("if x:\rf()\relse:", ["if x:", "    f()", "else:"]),
        ("if x:\rf()\relif y:", ["if x:", "    f()", "elif y:"]),
        ("try:\rf()\rexcept E:", ["try:", "    f()", "except E:"]),
        ("try:\rf()\rfinally:", ["try:", "    f()", "finally:"]),
        ("match x:\rcase 1:\rf()\rcase _:", ["match x:", "    case 1:", "        f()", "    case _:"]),
        ("for a in b:\rif x:\rf()\relse:", ["for a in b:", "    if x:", "        f()", "    else:"]),
        ("if x:\rd = {\r1:", ["if x:", "    d = {", "        1:"]),
        ("if x:\rf(lambda:", ["if x:", "    f(lambda:"]),
        ("if x:\relse:", ["if x:", "    else:"]),
    ],
)
def test_a_line_that_belongs_further_left_goes_there(desk: Desk, typed: str, shown: list[str]) -> None:
    """`else:` and its like move to the block they belong to as their colon is typed; other colons move nothing."""
    desk.terminal.ask(FIRST)
    desk.types(typed)
    desk.sees(f"pyex(1)> {shown[0]}", *(f"....(1)> {line}" for line in shown[1:]))


def test_a_space_in_front_does_no_harm(desk: Desk) -> None:
    """An input that begins with a space runs as if it did not, whole blocks too."""
    desk.terminal.ask(FIRST)
    desk.types(" 1 + 1\r")
    assert desk.input() == "1 + 1"
    desk.terminal.ask(FIRST)
    desk.types(" if x:\rf()\r\r")
    assert desk.input() == "if x:\n    f()"


def test_ctrl_g_gives_way_and_my_line_comes_back(desk: Desk) -> None:
    """Ctrl+G leaves the line at once; after another prompt the text is back, with the cursor in its place."""
    menu = Prompt(" --> ", kind="line")
    desk.terminal.ask(FIRST)
    desk.types("if x:\rf()")
    desk.presses(UP)
    desk.presses(CTRL_G)
    assert desk.answer() == (FIRST, ("switch", "if x:\n    f()"))
    desk.terminal.ask(menu)
    desk.types("c\r")
    assert desk.answer() == (menu, ("input", "c"))
    desk.terminal.ask(Prompt(SECOND.text, SECOND.continuation, initial="if x:\n    f()"))
    desk.types("!")
    desk.sees("pyex(1)> if x:", "....(1)>     f()", " --> c", "pyex(2)> if x:!", "....(2)>     f()")


def test_ctrl_g_leaves_a_plain_line_too(desk: Desk) -> None:
    """While `input()` reads, Ctrl+G gives way as well, and the answer begun comes back."""
    name = Prompt("name? ", kind="line")
    desk.terminal.ask(name)
    desk.types("Jo")
    desk.presses(CTRL_G)
    assert desk.answer() == (name, ("switch", "Jo"))
    desk.terminal.ask(Prompt("name? ", kind="line", initial="Jo"))
    desk.types("e\r")
    assert desk.input() == "Joe"


def test_a_prompt_can_begin_with_a_text(desk: Desk) -> None:
    """A prompt with an initial text shows it, with the cursor at its end."""
    desk.terminal.ask(Prompt("pyex(1)> ", initial="1 + "))
    desk.types("1\r")
    assert desk.input() == "1 + 1"


def test_alt_enter_at_a_plain_line_answers_it(desk: Desk) -> None:
    """A key of prompt_toolkit that accepts a line gives the same answer as Enter."""
    desk.terminal.ask(Prompt("? ", kind="line"))
    desk.types("yes")
    desk.presses("\x1b\r")
    assert desk.input() == "yes"


def test_the_history_outlives_the_shell_process(desk: Desk) -> None:
    """A prompt that replaces another one, as after a death of the shell process, has the same history."""
    remembers(desk, "one")
    desk.terminal.ask(SECOND)
    desk.sees("pyex(2)>")
    desk.presses(UP)
    desk.sees("pyex(2)> one")


def test_a_block_that_is_taller_than_the_screen_stays_whole() -> None:
    """A block of more lines than the screen has rows is left above the next prompt whole."""
    with seated(rows=10) as desk:
        desk.glass.screen = pyte.HistoryScreen(60, 10, history=1_000)
        desk.glass.stream = pyte.Stream(desk.glass.screen)
        lines = [f"    x{number} = {number}" for number in range(30)]
        desk.terminal.ask(FIRST)
        desk.pastes("\n".join(["def f():", *lines, "", ""]))
        desk.answer()
        desk.terminal.ask(SECOND)
        desk.sees_last("pyex(2)>")
        gone = ["".join(row[column].data for column in range(60)).rstrip() for row in desk.glass.screen.history.top]
        seen = [line for line in [*gone, *desk.glass.lines()] if line]
        typed = ["pyex(1)> def f():", *(f"....(1)> {line}" for line in lines), "....(1)>", "....(1)>"]
        assert seen == [*typed, "pyex(2)>"]


@pytest.mark.parametrize("columns", [20, 40])
def test_a_narrow_terminal_shows_everything(columns: int) -> None:
    """On 20 or 40 columns long lines wrap, blocks are recalled and searched, and output stands above."""
    with seated(rows=24, columns=columns) as desk:
        desk.terminal.ask(FIRST)
        desk.types("value = 'abcdefghijklmnopqrstuvwxyz0123456789'")
        text = "pyex(1)> value = 'abcdefghijklmnopqrstuvwxyz0123456789'"
        desk.sees(*(text[start : start + columns].rstrip() for start in range(0, len(text), columns)))
        desk.terminal.write("above\n")
        desk.sees("above", *(text[start : start + columns].rstrip() for start in range(0, len(text), columns)))
        desk.presses(ENTER)
        desk.answer()
        desk.terminal.ask(SECOND)
        desk.presses(CTRL_R)
        desk.types("xyz")
        desk.presses(ENTER)
        assert desk.input() == "value = 'abcdefghijklmnopqrstuvwxyz0123456789'"
