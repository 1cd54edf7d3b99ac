"""What the shell prints for what is typed, word for word; and sessions that come through a pipe."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest
from program import PATIENCE

from pyex.repl.check.mismatch import check
from pyex.repl.language.python_language import PythonLanguage


def session(text: str) -> None:
    """Run a session in a shell of its own, and insist that the screen shows it word for word."""
    steps, mismatches = check(f"```pyex\n{textwrap.dedent(text).strip()}\n```\n")
    assert steps
    assert not mismatches, "\n\n".join(map(str, mismatches))


def piped(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program with a session on its standard input."""
    command = [sys.executable, "-m", "pyex", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)


# Values


def test_every_value_is_echoed_assignments_included() -> None:
    """An expression shows its value, an assignment what was assigned, and `x += 1` what became of x."""
    session(
        """
        pyex(1)> 6 * 7
        42
        pyex(2)> x = 20
        20
        pyex(3)> x += 1
        21
        pyex(4)> y: int = x
        21
        pyex(5)> (z := 3)
        3
        """
    )


def test_a_tuple_as_target_shows_the_right_hand_side() -> None:
    """`a, b = 1, 2` shows the pair, whatever the names on the left."""
    session(
        """
        pyex(1)> a, b = 1, 2
        (1, 2)
        pyex(2)> first, *rest = [1, 2, 3]
        [1, 2, 3]
        """
    )


def test_none_and_statements_show_nothing() -> None:
    """What has no value, or the value None, shows nothing."""
    session(
        """
        pyex(1)> None
        pyex(2)> x = None
        pyex(3)> import math
        pyex(4)> print("seen")
        seen
        """
    )


def test_a_semicolon_suppresses_the_value() -> None:
    """A semicolon at the end keeps the value from being shown; the input runs all the same."""
    session(
        """
        pyex(1)> x = 20;
        pyex(2)> x + 1;
        pyex(3)> x
        20
        """
    )


def test_atoms_and_pids_are_shown_as_in_iex() -> None:
    """Atoms have their colon, pids and references their usual look, inside tuples too."""
    session(
        """
        pyex(1)> (Atom("ok"), self())
        (:ok, #PID<0.98.0>)
        pyex(2)> make_ref()
        #Reference<0.1.2.3>
        """
    )


def test_self_needs_no_parentheses() -> None:
    """`self` and `self()` show the pid of the same process, input after input."""
    session(
        """
        pyex(1)> self
        #PID<0.98.0>
        pyex(2)> self()
        #PID<0.98.0>
        pyex(3)> self() == Process.self()
        True
        """
    )


def test_flush_prints_the_messages_and_then_ok() -> None:
    """`flush()`, or just `flush`, prints what is in the mailbox in order, empties it, and says :ok."""
    session(
        """
        pyex(1)> send(self(), "first")
        'first'
        pyex(2)> send(self(), ("second", 2))
        ('second', 2)
        pyex(3)> flush()
        'first'
        ('second', 2)
        :ok
        pyex(4)> flush
        :ok
        """
    )


# Python


def test_all_of_python_can_be_typed() -> None:
    """Functions with decorators, classes, match, try, with, comprehensions and async functions can be typed."""
    session(
        """
        pyex(1)> import functools, contextlib
        pyex(2)> @functools.cache
        ...(2)> def double(n):
        ...(2)>     return n * 2
        ...(2)>
        pyex(3)> class Shape:
        ...(3)>     sides = 0
        ...(3)>
        ...(3)>     def __init__(self, sides): self.sides = sides
        ...(3)>
        pyex(4)> match Shape(3):
        ...(4)>     case Shape(sides=3): print("triangle")
        ...(4)>     case _: print("something")
        ...(4)>
        triangle
        pyex(5)> with contextlib.suppress(KeyError):
        ...(5)>     {}["x"]
        ...(5)>
        pyex(6)> try:
        ...(6)>     double(21) / 0
        ...(6)> except ZeroDivisionError as error:
        ...(6)>     print(error)
        ...(6)> finally:
        ...(6)>     print("done")
        ...(6)>
        division by zero
        done
        pyex(7)> {n: n * n for n in range(3)}
        {0: 0, 1: 1, 2: 4}
        pyex(8)> [double(n) for n in
        ...(8)>     range(3)]
        [0, 2, 4]
        pyex(9)> async def later(): return 1
        ...(9)>
        pyex(10)> x = '''two
        ...(10)> lines'''
        'two\\nlines'
        """
    )


def test_an_error_is_reported_and_takes_no_number() -> None:
    """A mistake shows what is wrong and where, the prompt keeps its number, and the shell process lives on."""
    session(
        """
        pyex(1)> me = self()
        #PID<0.98.0>
        pyex(2)> 1 / 0
        ** (ZeroDivisionError) division by zero
            pyex(2):1: <module>
        pyex(2)> nothing
        ** (NameError) name 'nothing' is not defined
            pyex(2):1: <module>
        pyex(2)> x = = 1
        ** (SyntaxError) pyex(2):1:5: invalid syntax
           |
         1 | x = = 1
           |     ^

        pyex(2)> self() == me
        True
        """
    )
    assert piped("1 / 0\n1\n").stdout.splitlines()[1:] == [
        "pyex(1)> 1 / 0",
        "** (ZeroDivisionError) division by zero",
        "    pyex(1):1: <module>",
        "pyex(1)> 1",
        "1",
        "pyex(2)> ",
    ]


def test_the_places_of_an_error_are_mine_alone() -> None:
    """An error deep inside my functions shows each of them, innermost first, and nothing of the shell."""
    session(
        """
        pyex(1)> def inner(n):
        ...(1)>     return 1 / n
        ...(1)>
        pyex(2)> def outer(n):
        ...(2)>     return inner(n)
        ...(2)>
        pyex(3)> outer(0)
        ** (ZeroDivisionError) division by zero
            pyex(1):2: inner
            pyex(2):2: outer
            pyex(3):1: <module>
        """
    )


def test_exit_with_a_reason_is_reported_and_the_shell_process_lives_on() -> None:
    """`exit(reason)` at the prompt is reported and ends nothing; with 0 or 1 it says how to leave."""
    session(
        """
        pyex(1)> me = self()
        #PID<0.98.0>
        pyex(2)> exit("boom")
        ** (exit) 'boom'

        pyex(2)> exit("normal")
        ** (exit) normal

        pyex(2)> exit(1)
        ** (exit) 1
        (to leave the shell: exit() or Ctrl+D)

        pyex(2)> import sys; sys.exit(2)
        ** (SystemExit) 2
        (to leave the shell: exit() or Ctrl+D)

        pyex(2)> self() == me
        True
        """
    )


def test_an_exit_in_my_function_has_its_place() -> None:
    """As an error, an exit that nobody catches shows where in my code it was; one that was typed itself does not."""
    session(
        """
        pyex(1)> def exiter():
        ...(1)>     exit("boom")
        ...(1)>
        pyex(2)> exiter()
        ** (exit) 'boom'
            pyex(1):2: exiter
            pyex(2):1: <module>
        pyex(2)> def one():
        ...(2)>     exit(1)
        ...(2)>
        pyex(3)> one()
        ** (exit) 1
        (to leave the shell: exit() or Ctrl+D)
            pyex(2):2: one
            pyex(3):1: <module>
        pyex(3)> GenServer.call("nobody", "x")
        ** (exit) exited in: GenServer.call('nobody', 'x', 5000)
            ** (EXIT) no process: ...
        """
    )


def test_an_empty_line_stands_where_there_are_no_places() -> None:
    """As in IEx: below an error are the lines of its places, or else an empty one."""
    text = 'def f(): exit("in f")\n\nf()\nexit("here")\n1 / 0\nbecome(print)\nx = = 1\n"end"\n'
    lines = [line for line in piped(text).stdout.splitlines()[1:] if not line.startswith("...(")]
    below = {lines[at]: lines[at + 1 : at + 4] for at in range(len(lines)) if lines[at].startswith("** (")}
    assert below["** (exit) 'in f'"] == ["    pyex(1):1: f", "    pyex(2):1: <module>", 'pyex(2)> exit("here")']
    assert below["** (exit) 'here'"][:2] == ["", "pyex(2)> 1 / 0"]
    assert below["** (ZeroDivisionError) division by zero"][:2] == ["    pyex(2):1: <module>", "pyex(2)> become(print)"]
    become = next(lines for error, lines in below.items() if "become" in error)
    assert become[:2] == ["", "pyex(2)> x = = 1"]


def test_a_deep_exit_shows_both_ends() -> None:
    """Of hundreds of places the first and the last are shown."""
    out = piped("def f(n): return f(n - 1) if n else exit('deep')\n\nf(500)\n").stdout
    assert out.count("pyex(1):1: f") < 30
    assert "more)\n" in out


# The shell process among the others


def test_processes_settle_before_the_result() -> None:
    """What a process prints when my line wakes it stands above the value of that line."""
    session(
        """
        pyex(1)> def echo():
        ...(1)>     print("heard", receive())
        ...(1)>     return become(echo)
        ...(1)>
        pyex(2)> pid = spawn(echo)
        #PID<0.99.0>
        pyex(3)> send(pid, 1)
        heard 1
        1
        pyex(4)> [send(pid, n) for n in range(3)]
        heard 0
        heard 1
        heard 2
        [0, 1, 2]
        """
    )


DEATHS = {
    '"kill"': "killed",
    '"shutdown"': "shutdown",
    '("shutdown", "foo")': "shutdown: 'foo'",
    '"boom"': "'boom'",
    '("some", [1, 2])': "('some', [1, 2])",
}


@pytest.mark.parametrize(("reason", "words"), DEATHS.items())
def test_the_shell_process_dies_with_those_it_is_linked_to(reason: str, words: str) -> None:
    """An exit signal from a linked process ends the shell process: the reason is said, a new one has a new pid."""
    session(
        f"""
        pyex(1)> self
        #PID<0.98.0>
        pyex(2)> pid = spawn_link(Process.sleep, "infinity")
        #PID<0.99.0>
        pyex(3)> Process.exit(pid, {reason})
        ** (EXIT from #PID<0.98.0>) shell process exited with reason: {words}

        Interactive Pyex (0.0.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> self
        #PID<0.100.0>
        """
    )


def test_a_crash_of_a_linked_process_is_told_in_full() -> None:
    """When a linked process raises an exception, the report of its crash and the end of the shell process both come."""
    done = piped("spawn_link(lambda: int('x'))\n")
    assert re.search(
        r"\*\* \(EXIT from #PID<[\d.]+>\) shell process exited with reason: an exception was raised:\n"
        r"    \*\* \(ValueError\) invalid literal for int\(\) with base 10: 'x'\n"
        r"        pyex\(1\):1: <lambda>\n\nInteractive Pyex",
        done.stdout,
    )
    assert re.fullmatch(
        r"\n\d\d:\d\d:\d\d\.\d{3} \[error\] Process #PID<[\d.]+> raised an exception\n"
        r"\*\* \(ValueError\) invalid literal for int\(\) with base 10: 'x'\n    pyex\(1\):1: <lambda>\n",
        done.stderr,
    )


def test_the_signal_normal_ends_only_the_sender_itself() -> None:
    """`normal` from another is ignored; sent to oneself it ends the shell process, with the banner and no report."""
    session(
        """
        pyex(1)> me = self()
        #PID<0.98.0>
        pyex(2)> spawn(lambda: Process.exit(me, "normal"));
        pyex(3)> self()
        #PID<0.98.0>
        pyex(4)> Process.exit(self(), "normal")

        Interactive Pyex (0.0.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> self()
        #PID<0.99.0>
        """
    )


def test_the_shell_process_traps_exits() -> None:
    """With trap_exit the end of a linked process is a message, and the shell process lives on."""
    session(
        """
        pyex(1)> Process.flag("trap_exit", True)
        False
        pyex(2)> pid = spawn_link(Process.sleep, "infinity")
        #PID<0.99.0>
        pyex(3)> Process.exit(pid, "kill")
        True
        pyex(4)> flush()
        (:EXIT, #PID<0.99.0>, :killed)
        :ok
        """
    )


def test_the_shell_process_is_monitored_registered_and_sent_to() -> None:
    """What `self()` shows can be monitored, registered and sent to by other processes."""
    session(
        """
        pyex(1)> me = self()
        #PID<0.98.0>
        pyex(2)> Process.register(me, "prompt")
        True
        pyex(3)> spawn(lambda: send("prompt", "by name"));
        pyex(4)> flush()
        'by name'
        :ok
        pyex(5)> Process.exit(self(), "boom")
        ** (EXIT from #PID<0.98.0>) shell process exited with reason: 'boom'

        Interactive Pyex (0.0.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> Process.whereis("prompt")
        """
    )
    death = piped(
        "me = self();\nspawn(lambda: (Process.monitor(me), print('heard', receive()[4])));\n"
        "Process.exit(self(), 'boom')\nProcess.sleep(10)\n"
    )
    assert "\nheard boom\n" in death.stdout


def test_what_dies_with_the_shell_process_and_what_stays() -> None:
    """Variables, messages, flags, links and the dictionary are gone; functions, classes and imports are still there."""
    session(
        """
        pyex(1)> import math as maths
        pyex(2)> def double(n): return n * 2
        ...(2)>
        pyex(3)> class Shape: sides = 4
        ...(3)>
        pyex(4)> x = 10
        10
        pyex(5)> Process.flag("trap_exit", True); Process.put("k", 1); send(self(), "unread");
        pyex(6)> pid = spawn_link(Process.sleep, "infinity")
        #PID<0.99.0>
        pyex(7)> Process.exit(self(), "kill")
        ** (EXIT from #PID<0.98.0>) shell process exited with reason: killed

        Interactive Pyex (0.0.0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> x
        ** (NameError) name 'x' is not defined
        x was data of the shell process #PID<0.98.0> and died with it; functions, classes and imports stay
            pyex(1):1: <module>
        pyex(1)> maths.floor(double(2) + Shape.sides)
        8
        pyex(2)> Process.info(self(), ["trap_exit", "message_queue_len", "links"])
        {'trap_exit': False, 'message_queue_len': 0, 'links': []}
        pyex(3)> Process.get("k")
        """
    )


def test_code_that_reads_dead_data_hears_why_it_is_gone() -> None:
    """A function that used a variable of the dead shell process raises a NameError that says what became of it."""
    session(
        """
        pyex(1)> rate = 2
        2
        pyex(2)> def price(n): return n * rate
        ...(2)>
        pyex(3)> Process.exit(self(), "boom")
        ...
        pyex(1)> price(3)
        ** (NameError) name 'rate' is not defined
        rate was data of the shell process ...
            pyex(2):1: price
            pyex(1):1: <module>
        pyex(1)> rate = 5
        5
        pyex(2)> price(3)
        15
        """
    )


def test_names_of_the_prompt_that_were_covered_come_back() -> None:
    """A variable named like one of the shell's own names covers it until the shell process dies."""
    session(
        """
        pyex(1)> send = 5
        5
        pyex(2)> Process.exit(self(), "boom")
        ...
        pyex(1)> send(self(), 1)
        1
        """
    )


def test_a_deleted_name_of_the_prompt_comes_back() -> None:
    """`del` of a variable that covers one of the shell's own names uncovers it, as with Python's builtins."""
    session(
        """
        pyex(1)> pid = 3
        3
        pyex(2)> del pid
        pyex(3)> pid(0, 4000, 0)
        #PID<0.4000.0>
        pyex(4)> del send
        pyex(5)> send(self(), 1)
        1
        """
    )


def test_a_class_defined_again_is_warned_about() -> None:
    """Defining a class of a name that is taken says so; a function or a variable is replaced quietly."""
    session(
        """
        pyex(1)> class R: pass
        ...(1)>
        pyex(2)> class R: pass
        ...(2)>
        warning: redefining module R
        pyex(3)> def f(): return 1
        ...(3)>
        pyex(4)> def f(): return 2
        ...(4)>
        pyex(5)> f()
        2
        """
    )


def test_a_class_that_fails_is_not_defined_again() -> None:
    """The warning is only for what has happened: the old class is there when the new one's statement fails."""
    session(
        """
        pyex(1)> class Q: x = 1
        ...(1)>
        pyex(2)> class Q: x = nothing
        ...(2)>
        ** (NameError) name 'nothing' is not defined
            pyex(2):1: Q
            pyex(2):1: <module>
        pyex(2)> Q.x
        1
        """
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Task.await(t)", "in pyex write Task.await_(…)"),
        ("x = Task.async(lambda: 42)", "in pyex write Task.async_(…)"),
        ("Task.yield(t, 100)", "in pyex write Task.yield_(…)"),
        ("[Task.await(each) for each in tasks]", "in pyex write Task.await_(…)"),
        ("Process.alive?(self())", "in pyex write Process.alive(…)"),
        ("if alive?(p): print(1)\n", "in pyex write alive(…)"),
    ],
)
def test_elixirs_names_are_told_in_pyexs(text: str, hint: str) -> None:
    """Names that Python cannot have say how they are written here."""
    assert hint in piped(f"{text}\n").stdout


def test_elixirs_names_in_strings_are_no_mistake() -> None:
    """Another mistake in such a line is told as it is."""
    out = piped("x = = 'Task.await(t), alive?(p)'\n").stdout
    assert "** (SyntaxError) pyex(1):1:5: invalid syntax" in out


@pytest.mark.parametrize(
    ("text", "margin"),
    [
        ("def f():\n    exit('boom')", ""),
        ("def f():\n    if x:\n        exit(('shutdown', g(1)))", "    "),
        ("def f():\n    exit()  # over", ""),
        ("def f():\n    exit('boom') if x else 1", "    "),
        ("def f():\n    exited(1)", "    "),
        ("def f():\n    x = exit", "    "),
    ],
)
def test_the_line_after_an_exit_is_dedented(text: str, margin: str) -> None:
    """`exit(…)` at the end of a block ends it, as `return` and `raise` do."""
    assert PythonLanguage().indent(text) == margin


def test_a_line_without_its_end_stays_with_its_input() -> None:
    """What an input, or a process that it woke, prints without a line break stands below that input."""
    session(
        """
        pyex(1)> print("almost", end="")
        almost
        pyex(2)> spawn(lambda: print("as well", end=""));
        as well
        """
    )


# Through a pipe


def test_a_piped_session_is_echoed_with_its_prompts() -> None:
    """Without a terminal the session appears as it would on a screen, continuation lines included."""
    done = piped("1 + 1\ndef f():\n    return 3\n\nf()\n")
    assert done.stdout.splitlines()[1:] == [
        "pyex(1)> 1 + 1",
        "2",
        "pyex(2)> def f():",
        "...(2)>     return 3",
        "...(2)> ",
        "pyex(3)> f()",
        "3",
        "pyex(4)> ",
    ]
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_piped_class_keeps_its_empty_lines() -> None:
    """An empty line inside a class does not end it when the text comes through a pipe."""
    done = piped("class A:\n    x = 1\n\n    y = 2\n\nA.y\n")
    assert "\n2\npyex(3)> \n" in done.stdout
    assert done.returncode == 0


def test_the_last_line_needs_no_line_break() -> None:
    """A session whose last line, or last block, is not ended runs to its end all the same."""
    assert "pyex(1)> 6 * 7\n42\n" in piped("6 * 7").stdout
    assert "seen" in piped("if True:\n    print('seen')").stdout


@pytest.mark.parametrize(
    ("text", "status"),
    {
        "1 + 1\n": 0,
        "": 0,
        "exit()\n1 / 0\n": 0,
        "1 / 0\n": 1,
        "1 / 0\n1 + 1\n": 1,
        "1 +\n": 1,
        "exit('x')\n": 1,
        "Process.exit(self(), 'kill')\n1\n": 1,
        "spawn(lambda: 1 / 0);\n": 0,
    }.items(),
)
def test_the_status_tells_whether_anything_went_wrong(text: str, status: int) -> None:
    """A piped session ends with 1 if an input was wrong or the shell process died, and else with 0."""
    assert piped(text).returncode == status


def test_input_reads_the_next_line_of_the_pipe() -> None:
    """`input()` in a piped session takes the line after it, and finds the end of the input where there is none."""
    done = piped("name = input('name? ')\nJoe\nname\ninput()\n")
    assert "pyex(1)> name = input('name? ')\nname? Joe\n'Joe'\npyex(2)> name\n'Joe'\n" in done.stdout
    assert "** (EOFError)" in done.stdout


def test_crash_reports_do_not_mix_with_the_session() -> None:
    """In a pipe, the report of a crash goes to standard error, the session to standard output."""
    done = piped("pid = spawn(lambda: 1 / 0);\n1\n")
    assert "[error] Process #PID<" in done.stderr
    assert "error" not in done.stdout
    assert done.returncode == 0


def test_a_reader_that_leaves_ends_the_session_quietly() -> None:
    """`pyex | head -1` ends, without a traceback."""
    command = f"printf '1\\n2\\n3\\n' | {sys.executable} -m pyex | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout.startswith("Interactive Pyex")
    assert done.stderr == ""


@pytest.mark.parametrize("value", ["42", "__import__('io').BytesIO()"])
def test_a_standard_output_that_is_none_is_replaced(value: str) -> None:
    """Who gives `sys.stdout` something that cannot be written to is told so, and goes on, a death of the shell process
    included."""
    breaks = f"sys.stdout = {value};"
    done = piped(f"import sys; {breaks}\n1 + 1\n{breaks} Process.exit(self(), 'kill')\n2 + 2\n")
    assert "warning: sys.stdout could not be written to" in done.stdout
    assert "\n2\n" in done.stdout and "\n4\n" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_an_exception_that_interrupts_who_looks_at_it_is_reported() -> None:
    """The name of its class is all that is said of an exception that raises `KeyboardInterrupt` at every look."""
    session(
        """
        pyex(1)> class Shy(Exception):
        ...(1)>     def __getattribute__(self, name): raise KeyboardInterrupt(name)
        ...(1)>
        pyex(2)> raise Shy()
        ** (Shy) <it cannot be shown: KeyboardInterrupt>
        pyex(2)> 1 + 1
        2
        """
    )
