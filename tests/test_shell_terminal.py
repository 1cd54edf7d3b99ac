"""The shell as a person has it: the installed program at a real terminal, looked at on its screen."""

from __future__ import annotations

import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from screen import CTRL_C, CTRL_D, CTRL_U, CTRL_Z, ENTER, SHELL, Screen

BANNER = "Interactive Pyex (...) - press Ctrl+C to exit (type h() ENTER for help)"
BREAK_HINT = "(press Ctrl+C again for the BREAK menu)"


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen() as screen:
        yield screen


def test_the_prompt_opens_below_a_banner(screen: Screen) -> None:
    """Starting the shell shows one line that says where I am and how to leave, and the first prompt."""
    screen.shows(BANNER, "pyex(1)>")


def test_values_appear_below_what_was_typed(screen: Screen) -> None:
    """What I type is evaluated, its value stands below it, and the next prompt has the next number."""
    screen.types("1 + 1")
    screen.shows("pyex(1)> 1 + 1", "2", "pyex(2)>")


def test_a_block_is_indented_for_me_and_ends_with_an_empty_line(screen: Screen) -> None:
    """After a colon the next line is indented already, and Enter on an empty line runs the block."""
    screen.taps("for i in range(2):\rif i:\rprint('odd')\r")
    screen.shows("pyex(1)> for i in range(2):", "...(1)>     if i:", "...(1)>         print('odd')", "...(1)>")
    screen.taps(ENTER)
    screen.shows("...(1)>", "odd", "pyex(2)>")


CLASS = """class Till:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        self.total += amount

        return self.total


Till().add(3)
"""


def test_a_pasted_class_with_empty_lines_runs_whole(screen: Screen) -> None:
    """A class with empty lines in it, pasted together with a line that uses it, is defined and used."""
    screen.pastes(CLASS)
    screen.shows("...(1)> Till().add(3)", "...(1)>", "3", "pyex(3)>")


def test_a_pasted_session_runs_again_without_its_prompts(screen: Screen) -> None:
    """A session copied from a screen, prompts and results included, runs when it is pasted."""
    screen.pastes(
        "pyex(7)> x = 20\n20\npyex(8)> def twice(n):\n...(8)>     return n * 2\n...(8)>\npyex(9)> twice(x)\n40\n"
    )
    screen.prompt(4)
    assert screen.lines()[-3:] == ["20", "40", "pyex(4)>"]


def test_a_chattering_process_prints_above_what_i_type(screen: Screen) -> None:
    """A process that prints every tenth of a second prints above the prompt: none is lost or torn, and mine stays."""
    screen.runs(["ticks = lambda: [(print('tick', n, 'tock'), Process.sleep(100)) for n in range(15)];"])
    screen.runs(["spawn(ticks);"], start=2)
    screen.prompt(3)
    mine = "len('while it ticks, I type')"
    for number, key in enumerate(mine):
        screen.taps(key)
        screen.shows_somewhere(f"tick {number // 2} tock")
    screen.shows("tick 14 tock", f"pyex(3)> {mine}")
    screen.presses(ENTER)
    screen.shows(f"pyex(3)> {mine}", "22", "pyex(4)>")
    ticks = [line for line in screen.lines() if "tock" in line and "pyex" not in line]
    assert ticks == [f"tick {n} tock" for n in range(15)]


def test_a_line_without_its_end_stands_above_the_next_prompt(screen: Screen) -> None:
    """What an input prints without a line break appears below that input, not below the next one."""
    screen.types("print('almost', end='')")
    screen.shows("pyex(1)> print('almost', end='')", "almost", "pyex(2)>")


def test_a_spawned_process_too_has_its_say_before_the_next_prompt(screen: Screen) -> None:
    """An unfinished line of a process that the input started stands below that input as well."""
    screen.types("spawn(lambda: print('almost', end=''));")
    screen.shows("pyex(1)> ...", "almost", "pyex(2)>")


def test_the_shell_process_dies_with_those_it_is_linked_to(screen: Screen) -> None:
    """Killing a process that is linked to the shell kills the shell process: that is said, and a new one has come."""
    screen.types("self")
    screen.prompt(2)
    first = screen.lines()[-2]
    screen.runs(["pid = spawn_link(Process.sleep, 'infinity')", "Process.exit(pid, 'kill')"], start=2)
    screen.shows(f"** (EXIT from {first}) shell process exited with reason: killed", "", BANNER, "pyex(1)>")
    screen.types("self")
    screen.shows("pyex(1)> self", "#PID<...>", "pyex(2)>")
    assert screen.lines()[-2] != first


def test_the_shell_process_dies_while_i_type_and_my_line_stays(screen: Screen) -> None:
    """When the shell process is killed in the middle of my typing, what I have typed is still there, and runs."""
    screen.runs(["killer = spawn(lambda me: (receive(), Process.exit(me, 'kill')), self());"])
    screen.runs(["Process.send_after(killer, 'now', 700);"], start=2)
    screen.prompt(3)
    screen.presses("6 * ")
    screen.shows("** (EXIT from #PID<...>) shell process exited with reason: killed", "", BANNER, "pyex(1)> 6 *")
    screen.types("7")
    screen.shows("pyex(1)> 6 * 7", "42", "pyex(2)>")


WAITS = {
    "time.sleep": "__import__('time').sleep(60)",
    "an endless loop": "[0 for _ in iter(int, 1)]",
    "receive": "receive()",
    "Process.sleep": "Process.sleep(60_000)",
    "blocking": "blocking(__import__('time').sleep, 60)",
    "a loop that prints": "[print('flood') for _ in iter(int, 1)]",
}


@pytest.mark.parametrize("text", WAITS.values(), ids=WAITS.keys())
def test_ctrl_c_interrupts_what_runs(screen: Screen, text: str) -> None:
    """Ctrl+C ends the input that is running, says where, and the same shell process takes the next one."""
    screen.runs(["me = self();", text])
    screen.cooks()
    reported = lambda: "** (KeyboardInterrupt)" in screen.lines()  # noqa: E731
    if "flood" in text:
        screen.shows_somewhere("flood\nflood")
        screen.presses(CTRL_C)
        screen.waits_for(reported, "the report")
    else:
        screen.insists(lambda: screen.presses(CTRL_C), reported, "the report")
    screen.prompt(2)
    screen.types("me == self()")
    screen.shows("pyex(2)> me == self()", "True", "pyex(3)>")


def test_ctrl_c_interrupts_input(screen: Screen) -> None:
    """Ctrl+C while `input()` asks ends the input that called it."""
    screen.types("input('name? ')")
    screen.shows("name?")
    screen.presses("Jo" + CTRL_C)
    screen.shows("name? Jo", "...", "** (KeyboardInterrupt)", "    pyex(1):1: <module>", "pyex(1)>")


def test_ctrl_c_clears_a_half_typed_line(screen: Screen) -> None:
    """Ctrl+C on a line that is not finished abandons it, and does not leave."""
    screen.presses("half")
    screen.shows("pyex(1)> half")
    screen.presses(CTRL_C)
    screen.shows("pyex(1)> half", "pyex(1)>")
    screen.types("1")
    screen.shows("1", "pyex(2)>")


def test_ctrl_c_twice_on_an_empty_line_opens_the_break_menu_and_once_more_leaves(screen: Screen) -> None:
    """The first Ctrl+C on an empty line says what the second does; that opens the BREAK menu, where one more leaves,
    with status 0 and a sane terminal."""
    screen.presses(CTRL_C)
    screen.shows(BANNER, BREAK_HINT, "pyex(1)>")
    screen.presses(CTRL_C)
    screen.shows(
        "pyex(1)>",
        "BREAK: (a)bort (A)bort with dump (c)ontinue (p)roc info (i)nfo",
        "       (l)oaded (v)ersion (k)ill (D)b-tables (d)istribution",
    )
    screen.waits_for(lambda: not screen.is_sane(), "a menu that reads keys")
    screen.presses(CTRL_C)
    assert screen.exit_status() == 0
    assert screen.is_sane()


@pytest.mark.parametrize("word", ["exit", "exit()", "quit", "quit()", CTRL_D])
def test_leaving(screen: Screen, word: str) -> None:
    """exit, exit(), quit, quit() and Ctrl+D leave the shell, with status 0 and a sane terminal."""
    if word == CTRL_D:
        screen.presses(word)
    else:
        screen.types(word)
    assert screen.exit_status() == 0
    assert screen.is_sane()


def test_an_error_before_leaving_is_no_failure(screen: Screen) -> None:
    """At a terminal the exit status is 0 whatever went wrong in between: I have seen it."""
    screen.types("1 / 0")
    screen.shows("** (ZeroDivisionError) division by zero", "    pyex(1):1: <module>", "pyex(1)>")
    screen.presses(CTRL_D)
    assert screen.exit_status() == 0


def test_an_endless_process_leaves_the_prompt_alive(screen: Screen) -> None:
    """A process that never stops calculating does not slow the prompt down, nor keep the shell from ending."""
    screen.runs(["pid = spawn(lambda: [0 for _ in iter(int, 1)]);", "2 + 2"])
    screen.shows("pyex(2)> 2 + 2", "4", "pyex(3)>")
    screen.presses(CTRL_D)
    assert screen.exit_status() == 0


def test_input_reads_a_line_at_the_prompt(screen: Screen) -> None:
    """`input()` asks with its own prompt, and what I answer is its value."""
    screen.types("input('name? ')")
    screen.shows("name?")
    screen.types("Joe")
    screen.shows("name? Joe", "'Joe'", "pyex(2)>")


def test_a_spawned_process_asks_while_the_prompt_is_up(screen: Screen) -> None:
    """A process that calls `input()` later asks after the line that I am typing, and my line still counts."""
    screen.types("spawn(lambda: print('hello', input('name? ')));")
    screen.waits_for(lambda: screen.last_line() in ("name?", "pyex(2)>"), "either prompt")
    if screen.last_line() == "pyex(2)>":
        screen.types("'mine first'")
    screen.shows("name?")
    screen.types("Joe")
    screen.waits_for(lambda: "hello Joe" in screen.lines(), "the answer's use")
    screen.waits_for(lambda: screen.last_line().startswith("pyex("), "the prompt")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: str(number.name))
@pytest.mark.parametrize("text", ["half typed", "receive()"])
def test_a_signal_that_ends_the_program_leaves_the_terminal_sane(
    screen: Screen, number: signal.Signals, text: str
) -> None:
    """Ended by SIGTERM or SIGHUP, at the prompt or while an input runs, the shell gives the terminal back in order."""
    screen.presses(text)
    screen.shows(f"pyex(1)> {text}")
    if text == "receive()":
        screen.presses(ENTER)
        screen.cooks()
    screen.process.kill(number)
    screen.waits_for(lambda: not screen.process.isalive(), "the end")
    assert screen.exit_status() == 128 + number
    assert screen.is_sane()


def test_ctrl_z_stops_and_fg_brings_the_prompt_back() -> None:
    """Ctrl+Z goes back to the shell that started pyex, and after `fg` the prompt reads keys as before."""
    with Screen("sh", "-i", first="$") as screen:
        screen.types(" ".join(SHELL))
        screen.prompt(1)
        screen.presses("1 + 1")
        screen.shows("pyex(1)> 1 + 1")
        screen.presses(CTRL_Z)
        screen.waits_for(lambda: screen.last_line().endswith("$"), "the prompt of sh")
        screen.types("fg")
        screen.shows("pyex(1)> 1 + 1")
        screen.waits_for(lambda: not screen.is_sane(), "a prompt that reads keys")
        screen.presses(CTRL_U)
        screen.prompt(1)
        screen.types("40 + 2")
        screen.shows("pyex(1)> 40 + 2", "42", "pyex(2)>")


def test_code_stays_and_data_goes_when_the_shell_process_dies(screen: Screen) -> None:
    """After a death my functions work, and asking for my data says what became of it."""
    screen.runs(["import math", "twice = 21", "double = lambda: 2", "Process.exit(self(), 'boom')"])
    screen.shows("** (EXIT from #PID<...>) shell process exited with reason: 'boom'", "", BANNER, "pyex(1)>")
    screen.types("math.floor(2.5)")
    screen.shows("2", "pyex(2)>")
    screen.types("twice")
    screen.shows(
        "** (NameError) name 'twice' is not defined",
        "twice was data of the shell process #PID<...> and died with it; functions, classes and...",
        "...",
        "    pyex(2):1: <module>",
        "pyex(2)>",
    )


def test_pythons_own_debugger_works_at_the_prompt(screen: Screen) -> None:
    """`pdb.set_trace()` opens Python's debugger, which reads its commands here, and comes back."""
    screen.types("__import__('pdb').set_trace()")
    screen.shows("(Pdb)")
    screen.types("p 6 * 7")
    screen.shows("(Pdb) p 6 * 7", "42", "(Pdb)")
    screen.types("c")
    screen.prompt(2)


def test_the_prompt_reads_on_when_the_program_closes_its_input(screen: Screen) -> None:
    """`sys.stdin.close()` is the program's affair, and the terminal is the person's."""
    screen.types("__import__('sys').stdin.close()")
    screen.prompt(2)
    screen.types("1 + 1")
    screen.shows("2", "pyex(3)>")


def test_another_program_has_the_terminal_while_it_runs(screen: Screen) -> None:
    """A program started from the prompt reads from the terminal and writes to it, and the prompt comes back."""
    screen.types(f"__import__('subprocess').run([{sys.executable!r}, '-c', 'print(input()[::-1])']).returncode")
    screen.cooks()
    screen.presses("olleh" + ENTER)
    screen.shows("hello", "0", "pyex(2)>")


def test_ctrl_c_at_any_moment_does_no_harm(screen: Screen) -> None:
    """Whenever Ctrl+C is pressed, around inputs that print, wait and spawn, the same shell process goes on, and no
    traceback of the shell's own code appears."""
    screen.runs(["me = self(); import time"])
    screen.prompt(2)
    inputs = ["[print(n) for n in range(300)];", "spawn(lambda: [0] * 9)", "time.sleep(0.01)", "receive(after=5)"]
    chance = random.Random(8)
    for number in range(40):
        screen.presses(inputs[number % len(inputs)] + ENTER)
        pause = time.monotonic() + chance.uniform(0, 0.06)
        while (left := pause - time.monotonic()) > 0:
            screen._read(left)
        screen.presses(CTRL_C + "#" + CTRL_C)  # the # keeps two of them from meaning "leave"
    screen.presses("#" + CTRL_C + "'over' and me == self()" + ENTER)
    screen.shows("pyex(...)> ...'over' and me == self()", "True", "pyex(...)>")
    assert "Traceback" not in screen.text()
    assert not re.search(r"(repl|runtime|pyex)/\w+\.py", screen.text())
    assert "(EXIT" not in screen.text()


def test_processes_that_print_at_once_tear_no_lines(screen: Screen) -> None:
    """Five processes print while inputs are evaluated: every line is whole, and each process's lines are in order."""
    screen.runs(
        [
            "talk = lambda who: [(print(who, '-' * 30, n), Process.sleep(3)) for n in range(60)];",
            "[spawn(talk, who) for who in 'ABCDE'];",
        ]
    )
    for number in range(3, 8):
        screen.prompt(number)
        screen.types(f"{number} * 1")
    screen.prompt(8)
    screen.waits_for(lambda: screen.text().count(f"{'-' * 30} 59") == 5, "the last lines of all five")
    said = [match.groups() for line in screen.lines() if (match := re.fullmatch(r"([A-E]) -{30} (\d+)", line))]
    assert len(said) == 300
    for who in "ABCDE":
        numbers = [int(n) for name, n in said if name == who]
        assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
