"""`pry()`: a process stops where it is, and the prompt is in it until it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from program import PATIENCE
from pry_session import screen, shown
from screen import CTRL_C, ENTER, Screen

from pyex.repl.pry import location_of_current, pry

RUN = """
def run(a):
    b = a + 1
    pry()
    return b * 2
"""
LINES = """
    1: def run(a):
    2:     b = a + 1
=>  3:     pry()
    4:     return b * 2
"""


def after(text: str, line: str) -> str:
    """What stands below a line, down to the next prompt."""
    below = text[text.index(line + "\n") + len(line) + 1 :]
    lines = below.splitlines()
    end = next((n for n, each in enumerate(lines) if each.startswith(("pry(", "pyex(", "Allow?"))), len(lines))
    return "\n".join(lines[:end])


# In the shell's own process


def test_the_prompt_is_in_the_function() -> None:
    """The place is shown with the lines around it; the variables are at hand; `continue_()` lets it go on."""
    assert shown(RUN, "run(1)", "a, b", "continue_()", "'after'") == screen(
        """
        pyex(1)> def run(a):
            b = a + 1
            pry()
            return b * 2
        pyex(2)> run(1)
        Break reached: run (pyex(1):3)

            1: def run(a):
            2:     b = a + 1
        =>  3:     pry()
            4:     return b * 2

        pry(1)> a, b
        (1, 2)
        pry(2)> continue_()
        4
        pyex(3)> 'after'
        'after'
        """
    )


def test_the_shell_keeps_its_data_and_its_counter() -> None:
    """After a pry the names and the mailbox of the shell are as before: the process is the same."""
    text = shown(RUN, "x, me = 7, self()", "run(1)", "self() == me", "x", "continue_", "(x, self() == me)")
    assert after(text, "pry(1)> self() == me") == "True"
    assert after(text, "pry(2)> x") == "7"
    assert after(text, "pyex(4)> (x, self() == me)") == "(7, True)"


def test_lambdas_and_comprehensions_see_the_variables() -> None:
    """What is typed there may use the function's variables in lambdas, comprehensions and functions."""
    text = shown(
        RUN, "run(1)", "[a + i for i in range(b)]", "(lambda: a + b)()", "def f(): return b\n", "f()", "continue_()"
    )
    assert after(text, "pry(1)> [a + i for i in range(b)]") == "[1, 2]"
    assert after(text, "pry(2)> (lambda: a + b)()") == "3"
    assert after(text, "pry(4)> f()") == "2"


def test_assignments_are_the_prompts_own() -> None:
    """A name assigned at the prompt stays there; the variable of the function keeps its value, and so does the name
    at the shell's own prompt."""
    text = shown(RUN, "b = 'mine'", "run(1)", "b = 100", "b", "new = 5", "new", "continue_()", "b", "new")
    assert after(text, "pry(2)> b") == "100"
    assert after(text, "pry(4)> new") == "5"
    assert after(text, "pry(5)> continue_()") == "4"
    assert after(text, "pyex(4)> b") == "'mine'"
    assert "NameError" in after(text, "pyex(5)> new")


def test_an_object_of_the_function_can_be_changed() -> None:
    """Variables are the function's own objects: a list that is appended to is longer there too."""
    text = shown("def f(items):\n    pry()\n    return items\n", "f([1])", "items.append(2)", "continue_()")
    assert after(text, "pry(2)> continue_()") == "[1, 2]"


def test_errors_leave_the_process_stopped() -> None:
    """An input that goes wrong is reported as at any prompt, and does not count."""
    text = shown(RUN, "run(1)", "1 / 0", "nonsense", "exit('boom')", "a", "continue_()")
    assert "** (ZeroDivisionError) division by zero\n    pry(1):1: <module>\npry(1)> nonsense" in text
    assert "** (exit) 'boom'" in text
    assert after(text, "pry(1)> a") == "1"


def test_a_stop_in_a_stop() -> None:
    """A function called at a pry prompt may stop as well; each goes on for itself."""
    text = shown(RUN, "run(1)", "run(10)", "b", "continue_()", "b", "continue_()")
    prompts = [line for line in text.splitlines() if line.startswith("pry(")]
    assert prompts == ["pry(1)> run(10)", "pry(1)> b", "pry(2)> continue_()", "pry(2)> b", "pry(3)> continue_()"]
    assert after(text, "pry(1)> b") == "11"
    assert after(text, "pry(2)> b") == "2"


def test_whereami_shows_place_lines_and_calls() -> None:
    """`whereami` prints the place, so many lines around it, and the calls that led there; nonsense is refused."""
    text = shown(RUN, "run(1)", "whereami", "whereami(1)", "whereami(0)", "continue_()")
    assert after(text, "pry(1)> whereami") == (
        f"Location: pyex(1):3\n{LINES}\n    pyex(1):3: run\n    pyex(2):1: <module>\n"
    )
    assert after(text, "pry(2)> whereami(1)").splitlines()[2:5] == LINES.splitlines()[2:]
    assert "whereami takes a number of lines, 1 or more, not 0" in text


def test_elsewhere_there_is_no_pry_session() -> None:
    """At the usual prompt the helpers say that nothing has stopped, as in IEx."""
    text = shown("whereami", "continue_()", "n", "next_()", "out()")
    assert text.count("Pry session is not currently enabled\n") == 5


def test_next_needs_a_breakpoint() -> None:
    """`next_()` after a `pry()` in a function without a breakpoint says how to get one, and stays."""
    text = shown(RUN, "run(1)", "next_()", "out()", "b", "continue_()")
    assert text.count("break_(f) sets one for the next call of f") == 2
    assert after(text, "pry(1)> b") == "2"


@pytest.mark.parametrize(
    ("typed", "helper"), [("continue", "continue_()"), ("continue()", "continue_()"), ("break!(run)", "break_(…)")]
)
def test_words_of_python_are_explained(typed: str, helper: str) -> None:
    """IEx's own spelling is a syntax error that says what to write."""
    assert f"the debugger's helper is {helper}" in shown(typed)


def test_respawn_frees_the_process_and_begins_anew() -> None:
    """`respawn()` at a pry: the function goes on, and the shell has a new process without its data."""
    text = shown(RUN, "x, me = 7, self()", "run(1)", "respawn()", "x", "self()")
    assert "press Ctrl+C to exit" in after(text, "pry(1)> respawn()")
    assert "4\n" in text
    assert "x was data of the shell process #PID and died with it" in text


def test_exit_leaves_the_shell() -> None:
    """`exit()` at a pry prompt leaves the shell, as at any prompt: what follows in the function is not run."""
    text = shown("def f():\n    pry()\n    print('went on')\n", "f()", "exit()")
    assert text.endswith("pry(1)> exit()\n")


def test_the_death_of_the_stopped_shell_process_is_reported_once() -> None:
    """When the evaluator is killed at its pry prompt, the usual report and banner follow."""
    text = shown(RUN, "run(1)", "Process.exit(self(), 'kill')", "'alive'")
    assert text.count("** (EXIT from #PID) shell process exited with reason: killed") == 1
    assert text.endswith("pyex(1)> 'alive'\n'alive'\n")


def test_source_is_that_of_the_function_after_a_restart() -> None:
    """Numbers of prompts come again after a death; the lines shown are still those that were typed."""
    text = shown(RUN, "Process.exit(self(), 'kill')", "'first'", "'second'", "run(1)", "continue_()")
    assert f"Break reached: run (pyex(1):3)\n{LINES}\n" in text


# Other processes


def test_another_process_asks_to_be_let_in() -> None:
    """The request names process and place; when it is allowed, `self()` and the mailbox are that process's."""
    text = shown(
        RUN, "pid = spawn(lambda: print('got', run(5)))", "y", "self()", "send(self(), 'hi')", "flush", "b", "continue_"
    )
    assert f"Request to pry #PID at run (pyex(1):3)\n{LINES}\nAllow? [Yn] y\npry(1)> self()\n#PID\n" in text
    assert after(text, "pry(3)> flush") == "'hi'\n:ok"
    assert after(text, "pry(4)> b") == "6"
    assert after(text, "pry(5)> continue_") == "got 12"


def test_the_pid_is_that_of_the_stopped_process() -> None:
    """`self()` at the pry prompt is the process that was spawned, not the shell's."""
    text = shown(RUN, "pid = spawn(run, 5)", "", "self() == pid, Process.self() == pid", "continue_")
    assert after(text, "pry(1)> self() == pid, Process.self() == pid") == "(True, True)"


@pytest.mark.parametrize("answer", ["n", "N", "no"])
def test_a_request_can_be_refused(answer: str) -> None:
    """With `n` the process goes on at once."""
    text = shown(RUN, "pid = spawn(lambda: print('got', run(5)))", answer, "'shell'")
    assert text.endswith("'shell'\n")
    assert "got 12" in text
    assert "pry(1)>" not in text


def test_an_answer_that_is_none_is_what_was_being_typed() -> None:
    """Text that was begun before the request is not lost: it is asked again, and the text is back afterwards."""
    text = shown(RUN, "pid = spawn(run, 5)", "x = [1, ", "n", "2]", "x")
    assert "Allow? [Yn] x = [1,\nAllow? [Yn] n\npyex(3)> x = [1, 2]\n[1, 2]\n" in text


def test_requests_queue_up() -> None:
    """Several processes that stop are met one after another, in order, and each keeps its variables."""
    text = shown(RUN, "for i in range(3): spawn(run, i)\n", "y", "a", "continue_", "n", "y", "a", "continue_", "'end'")
    assert [line for line in text.splitlines() if line.isdigit()] == ["0", "2"]
    assert text.count("Request to pry") == 3
    assert text.endswith("'end'\n'end'\n")


def test_a_process_killed_at_its_prompt_is_reported() -> None:
    """The report comes, and the usual prompt goes on where it was."""
    text = shown(RUN, "x = 1", "pid = spawn(run, 5)", "y", "Process.exit(self(), 'kill')", "x + 1")
    assert "** (EXIT from #PID) shell process exited with reason: killed\npyex(4)> x + 1\n2\n" in text


def test_a_request_of_the_dead_is_dropped() -> None:
    """A process that has been killed meanwhile is not asked about any more."""
    text = shown(
        RUN, "p, q = spawn(run, 1), spawn(run, 2)", "y", "Process.exit(q, 'kill')", "continue_", "Process.alive(q)"
    )
    assert text.count("Request to pry") == 1
    assert text.endswith("False\n")


def test_a_server_that_the_shell_calls_can_be_looked_into() -> None:
    """While the shell waits for a call, the server that is to answer can stop: the call then gets its answer."""
    text = shown(
        """
        class S(GenServer):
            def init(n): return ("ok", n)
            def handle_call(request, caller, n):
                pry()
                return ("reply", n, n + 1)
        """,
        "s = ok(GenServer.start(S, 41))",
        "GenServer.call(s, 'get')",
        "y",
        "request, n",
        "continue_()",
        "Sys.get_state(s)",
    )
    assert after(text, "pry(1)> request, n") == "(:get, 41)" or after(text, "pry(1)> request, n") == "('get', 41)"
    assert after(text, "pry(2)> continue_()") == "41"
    assert after(text, "pyex(4)> Sys.get_state(s)") == "42"


def test_a_call_that_times_out_meanwhile_is_reported() -> None:
    """The caller does not wait longer than it said; the stopped server is still there to look at."""
    text = shown(
        "class S(GenServer):\n    def init(n): return ('ok', n)\n"
        "    def handle_call(request, caller, n):\n        pry()\n        return ('reply', n, n + 1)\n",
        "s = ok(GenServer.start(S, 41))",
        "GenServer.call(s, 'get', 150)",
        "y",
        "receive(after=300, default='later')",
        "n",
        "continue_",
        "Process.alive(s)",
    )
    assert "** (EXIT) time out" in text
    assert after(text, "pry(2)> n") == "41"
    assert text.endswith("True\n")


def test_respawn_in_another_process_frees_it() -> None:
    """The process goes on, and the shell begins anew."""
    text = shown(RUN, "x = 1", "p = spawn(lambda: print('got', run(5)))", "y", "respawn", "x")
    assert "got 12" in text
    assert "x was data of the shell process" in text


# Where there is no shell


def program(text: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a file with `pyex run`."""
    path = tmp_path / "program.py"
    path.write_text(text)
    command = [sys.executable, "-m", "pyex", "run", str(path)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env={**os.environ, **environment}
    )


def test_without_a_shell_it_goes_on(tmp_path: Path) -> None:
    """In a program without a shell `pry` warns, names the place, and returns."""
    done = program("from pyex.repl.pry import pry\ndef f():\n    pry()\n    return 1\nprint(f())\n", tmp_path)
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert "warning: cannot pry #PID<" in done.stderr
    assert "at f (" in done.stderr
    assert "program.py:3). Is a shell running?" in done.stderr


def test_the_module_loads_no_shell(tmp_path: Path) -> None:
    """A file that imports `pry` does not load the shell with it."""
    text = "from pyex.repl.pry import pry\nimport sys\nprint('pyex.repl.shell.shell' in sys.modules)\n"
    assert program(text, tmp_path).stdout == "False\n"


def test_a_thread_cannot_stop(capsys: pytest.CaptureFixture[str]) -> None:
    """In a thread, or outside the runtime, `pry` warns and returns."""
    thread = threading.Thread(target=pry)
    thread.start()
    thread.join()
    pry()
    assert capsys.readouterr().err.count("only processes can stop") == 2
    assert location_of_current() is None


# Python's own breakpoint(), and a person at a terminal


def piped(text: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pyex"]
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


def test_breakpoint_is_pry_at_the_shell() -> None:
    """Python's `breakpoint()` opens a pry prompt in a process, while there is a shell."""
    text = piped("def f(a):\n    breakpoint()\n    return a\n\nf(3)\na + 1\ncontinue_()\n")
    assert "Break reached: f (pyex(1):2)" in text
    assert "pry(1)> a + 1\n4\npry(2)> continue_()\n3\n" in text


@pytest.mark.parametrize("value", ["0", "builtins.print"])
def test_pythonbreakpoint_is_respected(value: str) -> None:
    """PYTHONBREAKPOINT=0 switches it off, and a name in it is called."""
    text = piped("def f(a):\n    breakpoint()\n    return a\n\nf(3)\n", PYTHONBREAKPOINT=value)
    assert "Break reached" not in text
    assert text.endswith("pyex(2)> f(3)\n" + ("" if value == "0" else "\n") + "3\npyex(3)> \n")


def test_a_request_while_somebody_types_loses_nothing() -> None:
    """A request that comes in the middle of a line is answered, and the line is there again; Ctrl+C at the pry prompt
    interrupts what was typed there, and the process stays stopped."""
    with Screen() as person:
        person.types("def late(a): receive(); pry()")
        person.presses(ENTER)
        person.prompt(2)
        person.types("p = spawn(late, 5); t = Process.send_after(p, 'go', 300)")
        person.prompt(3)
        person.presses("[1, 2")
        person.shows_somewhere("Allow? [Yn] [1, 2")
        person.types("")
        person.shows("Allow? [Yn]")
        person.types("y")
        person.shows("pry(1)>")
        person.presses("while True: pass" + ENTER)
        person.shows_somewhere("...(1)>")
        person.presses(ENTER)
        person.cooks()
        person.insists(lambda: person.presses(CTRL_C), lambda: "** (KeyboardInterrupt)" in person.lines(), "the report")
        person.types("a")
        person.shows("5", "pry(2)>")
        person.types("continue_()")
        person.shows("pyex(3)> [1, 2")
        person.types(", 3]")
        person.shows("[1, 2, 3]", "pyex(4)>")
