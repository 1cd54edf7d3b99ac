"""Several shells in one node, at one terminal: Ctrl+G, and what each shell has for itself."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest
from job_desk import CTRL_C, CTRL_D, CTRL_G, ENTER, Desk, visit

import pyex
from pyex import Process, receive, send, spawn, spawn_monitor
from pyex.interrupt import handover
from pyex.scheduler import scheduler

BANNER = "Interactive Pyex (...) - press Ctrl+C to exit (type h() ENTER for help)"
HELP = (
    "  c [nn]            - connect to job",
    "  i [nn]            - interrupt job",
    "  k [nn]            - kill job",
    "  j                 - list all jobs",
    "  s                 - start local shell",
    "  r                 - remote shell: how",
    "  q                 - quit pyex",
    "  ? | h             - this message",
)


def leave(desk: Desk) -> None:
    """Quit, whatever is going on."""
    desk.presses(CTRL_G)
    desk.shows(" -->")
    desk.types("q")


def second_shell(desk: Desk) -> None:
    desk.switches("s", "c")
    desk.shows(" --> c", BANNER, "pyex(1)>")


def test_ctrl_g_tells_its_commands() -> None:
    """Ctrl+G asks for a command, and `h` and `?` say which there are."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.presses(CTRL_G)
        desk.shows(BANNER, "pyex(1)>", "User switch command", " -->")
        for command in "h?":
            desk.types(command)
            desk.shows(f" --> {command}", *HELP, " -->")
        desk.types("q")

    assert visit(acts) == 0


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("zz", "Unknown command"),
        ("c x", "Unknown command"),
        ("c 1 2", "Unknown command"),
        ("C 1", "Unknown command"),
        ("c 1.5", "Unknown command"),
        ("c -1", "Unknown command"),
        ("j 1", "Unknown command"),
        ("c ²", "Unknown command"),
        ("c 77", "Unknown job"),
        ("i 0", "Unknown job"),
        ("k 9", "Unknown job"),
        ("k " + "9" * 50, "Unknown command"),
        ("s fish", "There is one kind of shell: s"),
    ],
)
def test_what_is_no_command_is_told_apart_from_what_is_no_job(command: str, answer: str) -> None:
    """A slip at ` --> ` is answered in Erlang's words, and the next command is asked for."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.switches(command)
        desk.shows(f" --> {command}", answer, " -->")
        desk.types("q")

    assert visit(acts) == 0


def test_an_empty_command_is_asked_for_again() -> None:
    """Enter alone does nothing, as in Erlang."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.switches("")
        desk.shows("User switch command", " -->", " -->")
        desk.types("q")

    visit(acts)


@pytest.mark.parametrize("text", ["Process.sleep(60_000)", "[0 for _ in iter(int, 1)]"])
def test_ctrl_c_right_behind_enter_counts(text: str) -> None:
    """Ctrl+C that comes before the input has begun to run interrupts it."""

    def interrupts() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        deadline = time.monotonic() + 5
        while not handover.has_kept and time.monotonic() < deadline:
            time.sleep(0.001)

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.console.at_answer = interrupts
        desk.types(text)
        desk.shows_somewhere("** (KeyboardInterrupt)")
        desk.shows("    pyex(1):1: <module>", "pyex(1)>")
        desk.console.at_answer = lambda: None
        desk.types("1 + 1")
        desk.shows("2", "pyex(2)>")
        desk.presses(CTRL_D)

    visit(acts)


def test_ctrl_c_while_a_prompt_waits_does_not_strike_the_next_input() -> None:
    """A SIGINT from elsewhere while nothing runs is forgotten."""

    def acts(desk: Desk) -> None:
        desk.runs("1", "2")
        desk.prompt(3)
        os.kill(os.getpid(), signal.SIGINT)
        desk.types("Process.sleep(200)")
        desk.shows(":ok", "pyex(4)>")
        desk.presses(CTRL_D)

    visit(acts)


def test_the_way_to_another_program_is_told() -> None:
    """`r` says how one gets a shell in another program."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.switches("r")
        desk.shows(" --> r", "pyex attach PID, in another terminal,", "...", "...listen().", " -->")
        desk.types("q")

    visit(acts)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D, CTRL_G])
def test_ctrl_c_d_and_g_go_back_to_the_shell(key: str) -> None:
    """At ` --> ` these keys lead back to the line that I was typing."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.presses("half" + CTRL_G)
        desk.shows(" -->")
        desk.presses(key)
        desk.shows(" -->", "pyex(1)> half")
        leave(desk)

    visit(acts)


def test_each_shell_has_its_own_data_counter_and_line() -> None:
    """A second shell begins at 1 and does not know my variables; the first is as I left it, half a line included."""

    def acts(desk: Desk) -> None:
        desk.runs("x = 1", "v(1)")
        desk.prompt(3)
        desk.presses("x + ")
        second_shell(desk)
        desk.types("x")
        desk.shows("pyex(1)> x", "** (NameError) name 'x' is not defined", "    pyex(1):1: <module>", "pyex(1)>")
        desk.runs("x = 40")
        desk.prompt(2)
        desk.switches("c 1")
        desk.shows(" --> c 1", "pyex(3)> x +")
        desk.types("1")
        desk.shows("pyex(3)> x + 1", "2", "pyex(4)>")
        desk.switches("c 2")
        desk.runs("x", start=2)
        desk.shows("pyex(2)> x", "40", "pyex(3)>")
        leave(desk)

    assert visit(acts) == 0


def test_functions_are_known_to_all_shells() -> None:
    """What `def` binds in one shell is there in the others, in later ones too, and its class is one."""

    def acts(desk: Desk) -> None:
        desk.runs("twice = lambda: 0; import math")
        desk.prompt(2)
        desk.types("def double(n): return n * 2")
        desk.shows("...(2)>")
        desk.presses(ENTER)
        second_shell(desk)
        desk.runs("double(math.floor(4.5))")
        desk.shows("...", "8", "pyex(2)>")
        desk.types("def triple(n): return n * 3")
        desk.shows("...(2)>")
        desk.presses(ENTER)
        desk.prompt(3)
        desk.switches("c 1")
        desk.prompt(3)
        desk.types("triple(3), triple.__module__, __import__('sys').modules['__main__'].triple is triple")
        desk.shows("...", "(9, '__main__', True)", "pyex(4)>")
        leave(desk)

    visit(acts)


def test_helpers_belong_to_the_shell_they_are_typed_in() -> None:
    """`v()` in the second shell is a value of the second shell, also where a process of that shell calls it."""

    def acts(desk: Desk) -> None:
        desk.runs("'first'")
        second_shell(desk)
        desk.runs("'second'", "v(1)")
        desk.shows("pyex(2)> v(1)", "'second'", "pyex(3)>")
        desk.switches("c 1")
        desk.runs("v(1)", "spawn(lambda: print('it was', v(1)));", start=2)
        desk.shows("...", "it was first", "pyex(4)>")
        leave(desk)

    visit(acts)


def test_a_hidden_shell_goes_on() -> None:
    """What a shell evaluates goes on while I am elsewhere; what it prints appears, and its prompt waits for me."""

    def acts(desk: Desk) -> None:
        desk.runs("Process.register(self(), 'first')")
        desk.prompt(2)
        desk.types("print('heard', receive())")
        desk.switches_while_it_runs()
        desk.shows("User switch command", " -->")
        desk.commands("s", "c")
        desk.runs("send('first', 'hello');")
        desk.shows("pyex(1)> ...", "heard hello", "pyex(2)>")
        desk.switches("c 1")
        desk.shows(" --> c 1", "pyex(3)>")
        leave(desk)

    visit(acts)


def test_the_list_says_what_each_shell_does() -> None:
    """`j` lists the jobs with their shell processes: the current one is marked, and who evaluates is told."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("receive()")
        desk.switches_while_it_runs()
        desk.commands("s", "j")
        desk.shows(" --> j", "   1  #PID<...> pyex(1)> evaluating", "   2* new", " -->")
        desk.types("c")
        desk.prompt(1)
        desk.types("input('? ')")
        desk.shows("?")
        desk.switches("j")
        desk.shows("   1  #PID<...> pyex(1)> evaluating", "   2* #PID<...> pyex(1)> reading a line", " -->")
        desk.types("s")
        desk.commands("c")
        desk.prompt(1)
        desk.switches("j")
        desk.shows("   1  ...", "   2  ...", "   3* #PID<...> pyex(1)> waiting", " -->")
        desk.types("q")

    visit(acts)


HANGS = {
    "a loop": "[0 for _ in iter(int, 1)]",
    "time.sleep": "__import__('time').sleep(60)",
    "receive": "receive()",
    "a flood": "[print('flood') for _ in iter(int, 1)]",
    "a stubborn one": "exec('while True:\\n try: receive()\\n except KeyboardInterrupt: 0')",
}


@pytest.mark.parametrize("text", HANGS.values(), ids=HANGS.keys())
def test_a_shell_that_hangs_is_interrupted(text: str) -> None:
    """`i` ends what a shell evaluates, whatever that is: a new shell process goes on with the same number. Its data is
    gone, and nothing else."""

    def acts(desk: Desk) -> None:
        desk.runs("x = 1")
        desk.prompt(2)
        desk.types(text)
        desk.switches_while_it_runs()
        desk.commands("i")
        desk.shows_somewhere("** (EXIT) interrupted")
        desk.commands("c")
        desk.shows(" --> c", "pyex(2)>")
        desk.types("x")
        desk.shows_somewhere("x was data of the shell process")
        desk.prompt(2)
        leave(desk)

    assert visit(acts) == 0


def test_another_shell_is_interrupted_from_here() -> None:
    """`i 1` interrupts the first shell, and I go on in the second."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("receive()")
        desk.switches_while_it_runs()
        desk.commands("s", "c")
        desk.runs("y = 2")
        desk.prompt(2)
        desk.switches("i 1")
        desk.shows_somewhere("** (EXIT) interrupted")
        desk.commands("c")
        desk.shows(" --> c", "pyex(2)>")
        desk.types("y")
        desk.shows("pyex(2)> y", "2", "pyex(3)>")
        leave(desk)

    visit(acts)


def test_a_shell_is_killed_with_those_linked_to_it() -> None:
    """`k` ends a shell and its process: who is linked to it dies, who is not lives on, and the job is gone."""

    def acts(desk: Desk) -> None:
        desk.runs(
            "a = spawn_link(Process.sleep, 'infinity'); b = spawn(Process.sleep, 'infinity')",
            "Process.register(a, 'linked'); Process.register(b, 'loose')",
        )
        second_shell(desk)
        desk.switches("k 1", "j")
        desk.shows(" --> j", "   2* #PID<...> pyex(1)> waiting", " -->")
        desk.types("c")
        desk.prompt(1)
        desk.types("Process.whereis('linked'), Process.whereis('loose') is not None")
        desk.shows("...", "(None, True)", "pyex(2)>")
        leave(desk)

    assert visit(acts) == 0


def test_when_the_current_shell_is_killed_none_is_current() -> None:
    """After `k` there is nothing to connect to or interrupt, as in Erlang, until I start or choose a shell."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.switches("k", "k")
        desk.shows(" --> k", "Unknown job", " -->")
        for command in "ci":
            desk.types(command)
            desk.shows(f" --> {command}", "Unknown job", " -->")
        desk.presses(CTRL_D)
        desk.shows(" -->", "*** Shell process terminated! (^G to start new job) ***")
        desk.switches("s", "c")
        desk.runs("6 * 7")
        desk.shows("...", "42", "pyex(2)>")
        leave(desk)

    visit(acts)


def test_a_shell_that_is_killed_from_elsewhere() -> None:
    """When somebody kills the shell's own process, that is said, and Ctrl+G starts another; Ctrl+D leaves then."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("Process.exit(Process.group_leader(), 'kill')")
        desk.shows("...", "*** ERROR: Shell process terminated! (^G to start new job) ***")
        desk.presses("lost" + ENTER)
        desk.switches("j")
        desk.shows(" --> j", " -->")
        desk.presses(CTRL_G)
        desk.shows("*** Shell process terminated! (^G to start new job) ***")
        desk.presses(CTRL_D)

    assert visit(acts) == 0


def test_with_another_shell_left_a_killed_one_gives_way_to_it() -> None:
    """When the current shell's own process is killed, I am told, and am in the shell that is left."""

    def acts(desk: Desk) -> None:
        desk.runs("x = 'here'")
        desk.prompt(2)
        second_shell(desk)
        desk.types("Process.exit(Process.group_leader(), 'kill')")
        desk.shows("*** ERROR: Shell process terminated! ***", "(job 2 has ended; this is job 1)", "pyex(2)>")
        desk.types("x")
        desk.shows("pyex(2)> x", "'here'", "pyex(3)>")
        leave(desk)

    visit(acts)


@pytest.mark.parametrize("word", ["exit()", CTRL_D])
def test_leaving_a_shell_leads_to_the_last_of_the_others(word: str) -> None:
    """exit() and Ctrl+D leave one shell; I am told where I am then; leaving the last one ends the program."""

    def exits(desk: Desk) -> None:
        if word == CTRL_D:
            desk.presses(word)
        else:
            desk.types(word)

    def acts(desk: Desk) -> None:
        desk.runs("spawn_link(lambda: (Process.register(self(), 'linked'), receive()));")
        second_shell(desk)
        second_shell(desk)
        exits(desk)
        desk.shows("(job 3 has ended; this is job 2)", "pyex(1)>")
        desk.switches("c 1")
        desk.prompt(2)
        exits(desk)
        desk.shows("(job 1 has ended; this is job 2)", "pyex(1)>")
        desk.types("Process.whereis('linked') is not None")
        desk.shows("...", "True", "pyex(2)>")
        exits(desk)

    assert visit(acts) == 0


def test_input_waits_until_its_shell_is_current() -> None:
    """A line that a hidden shell asks for is asked for when I am there, with what I had begun to answer."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("input('name? ')")
        desk.shows("name?")
        desk.presses("Jo")
        desk.shows("name? Jo")
        second_shell(desk)
        desk.runs("1 + 1")
        desk.shows("pyex(1)> 1 + 1", "2", "pyex(2)>")
        desk.switches("c 1")
        desk.shows("name? Jo")
        desk.types("e")
        desk.shows("name? Joe", "'Joe'", "pyex(2)>")
        leave(desk)

    visit(acts)


def test_ctrl_c_is_for_the_current_shell_alone() -> None:
    """Ctrl+C interrupts what the shell in front of me evaluates; a hidden one evaluates on."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("print('heard', receive())")
        desk.switches_while_it_runs()
        desk.commands("s", "c")
        desk.prompt(1)
        desk.types("print('begun') or [0 for _ in iter(int, 1)]")
        desk.shows("...", "begun")
        os.kill(os.getpid(), signal.SIGINT)
        desk.shows_somewhere("** (KeyboardInterrupt)")
        desk.shows("    pyex(1):1: <module>", "pyex(1)>")
        os.kill(os.getpid(), signal.SIGINT)  # at a prompt it is a key, and the signal is for nobody
        desk.switches("j")
        desk.shows("   1  #PID<...> pyex(1)> evaluating", "   2* #PID<...> pyex(1)> waiting", " -->")
        desk.types("c 1")
        desk.waits_for(lambda: scheduler.foreground is desk.control.jobs[1].shell.evaluator.block, "the connection")
        os.kill(os.getpid(), signal.SIGINT)
        desk.shows("** (KeyboardInterrupt)", "    pyex(1):1: <module>", "pyex(1)>")
        leave(desk)

    visit(acts)


def test_the_menu_opens_among_busy_processes() -> None:
    """A hundred processes that never stop calculating keep nobody from switching, interrupting and going on."""

    def acts(desk: Desk) -> None:
        desk.runs("[spawn(lambda: [0 for _ in iter(int, 1)]) for _ in range(100)];")
        desk.prompt(2)
        desk.types("[0 for _ in iter(int, 1)]")
        desk.switches_while_it_runs()
        desk.commands("j", "i", "s", "c")
        desk.runs("6 * 7")
        desk.shows("...", "42", "pyex(2)>")
        leave(desk)

    visit(acts)


def test_a_key_pressed_twice_opens_one_menu() -> None:
    """Ctrl+G pressed again and again while an input runs opens one menu, not one after another."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("print(receive())")
        desk.switches_while_it_runs()
        for _ in range(5):
            scheduler.post(desk.console.switch)
        desk.commands("s", "c")
        desk.shows(" --> c", BANNER, "pyex(1)>")
        leave(desk)

    visit(acts)


def test_what_is_typed_between_two_prompts_is_not_lost() -> None:
    """What I type while an input runs is there at the next prompt."""

    def acts(desk: Desk) -> None:
        desk.runs("Process.sleep(300)")
        desk.presses("6 * 7" + ENTER)
        desk.shows("pyex(2)> 6 * 7", "42", "pyex(3)>")
        leave(desk)

    visit(acts)


def test_when_the_terminal_goes_all_shells_end() -> None:
    """With the keyboard gone, every shell that waits for me is left, and the program ends."""

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        second_shell(desk)
        desk.switches("s", "k 1")
        desk.shows(" -->")
        desk.keyboard.close()

    assert visit(acts) == 0


def test_it_need_not_be_the_main_process() -> None:
    """Job control can serve a terminal of a program that does something else: it returns when the person leaves, and
    ends its shells and no one else."""
    seen: dict[str, Any] = {}

    def acts(desk: Desk) -> None:
        desk.runs("spawn(lambda: (Process.register(self(), 'loose'), receive()));")
        desk.prompt(2)
        second_shell(desk)
        seen["shells"] = [job.pid for job in desk.control.jobs.values()]
        seen["evaluators"] = [job.shell.evaluator for job in desk.control.jobs.values()]
        leave(desk)

    def main(desk: Desk) -> Any:
        caller = pyex.self()
        _, reference = spawn_monitor(lambda: send(caller, ("left", desk.control.run())))
        status = receive(("left", ...), after=60_000)[1]
        assert receive(("DOWN", reference, ..., ..., ...), after=1000)[4] == "normal"
        Process.sleep(1)
        assert not [pid for pid in [*seen["shells"], *seen["evaluators"]] if Process.alive(pid)]
        assert Process.whereis("loose") is not None
        return ("the program went on", status)

    assert visit(acts, function=main) == ("the program went on", 0)


def test_its_shells_end_with_it() -> None:
    """When the process of job control is killed, its shells and what they evaluate end, too."""
    seen: dict[str, Any] = {}

    def acts(desk: Desk) -> None:
        desk.prompt(1)
        desk.types("receive()")
        desk.switches_while_it_runs()
        desk.commands("s", "c")
        desk.prompt(1)
        seen["pids"] = [pid for job in desk.control.jobs.values() for pid in (job.pid, job.shell.evaluator)]
        pyex.send(seen["main"], "ready")

    def main(desk: Desk) -> str:
        seen["main"] = pyex.self()
        control = spawn(lambda: desk.control.run())
        seen["control"] = control
        receive("ready", after=60_000)
        references = [Process.monitor(pid) for pid in seen["pids"]]
        Process.exit(control, "kill")
        for reference in references:
            receive(("DOWN", reference, ..., ..., ...), after=5000)
        return "all ended"

    assert visit(acts, function=main) == "all ended"
