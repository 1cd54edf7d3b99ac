"""Playing transcripts: what a person does at the prompt, and what comes late, dies or takes too long."""

from __future__ import annotations

import textwrap

import pytest

from pyex.repl.check.mismatch import Mismatch, check
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.transcript.document import parse
from pyex.repl.transcript.play import play, play_document
from pyex.repl.transcript.session import Step


def differences(text: str, directives: str = "") -> list[Mismatch]:
    """What differs in a session."""
    return check(f"{directives}\n\n```pyex\n{textwrap.dedent(text).strip()}\n```\n")[1]


def test_late_output_is_waited_for() -> None:
    """What a process prints a while after its input belongs to it where it is written there."""
    assert not differences("""
        pyex(1)> Process.send_after(spawn(lambda: print(receive())), "late", 300);
        late
        pyex(2)> 2
        2
    """)


def test_a_timeout_is_also_that_of_late_output() -> None:
    """What comes later than a second is waited for where a directive says so, and else it is told."""
    session = """
        pyex(1)> Process.send_after(spawn(lambda: print(receive())), "late", 1200);
        late
    """
    assert not differences(session, "<!-- pyex: timeout 5000 -->")
    (mismatch,) = differences(session)
    assert mismatch.reasons == ["no more than this came within 1000 ms"]


def test_the_shell_may_die_at_any_time() -> None:
    """A link that ends the shell process while it waits for an input: report and banner belong to the input before,
    and the next input goes to the new process."""
    assert not differences("""
        pyex(1)> def die(): Process.sleep(100); exit("oops")
        ...(1)>
        pyex(2)> spawn_link(die)
        #PID<0.3.0>
        ** (EXIT from #PID<0.2.0>) shell process exited with reason: 'oops'

        Interactive Pyex (0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> self()
        #PID<0.4.0>
        pyex(2)> spawn_link(lambda: exit("at once"));
        ** (EXIT from #PID<0.4.0>) shell process exited with reason: 'at once'

        Interactive Pyex (0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> respawn()

        Interactive Pyex (0) - press Ctrl+C to exit (type h() ENTER for help)
        pyex(1)> 1
        1
    """)


def test_deaths_between_inputs_mix_nothing_up() -> None:
    """A shell that dies while the next input is about to be typed asks twice: each output belongs to its own input."""
    steps = [Step(1, "def die(): Process.sleep(20); exit('x')\n", None)]
    for _ in range(10):
        death = Step(2, "spawn_link(die);", "** (EXIT from ...\n...\n")
        steps += [death, Step(3, "print('a')", None), Step(4, "print('b')", None)]
    play(steps, PythonLanguage())
    assert [step.printed for step in steps if step.line > 2] == ["a\n", "b\n"] * 10


def test_control_c_is_pressed_where_it_is_written() -> None:
    """`^C` ends an endless loop, a blocking call and a receive."""
    assert not differences("""
        pyex(1)> while True: pass
        ...(1)>
        ^C
        ** (KeyboardInterrupt)
            pyex(1):1: <module>
        pyex(1)> __import__("time").sleep(100)
        ^C
        ** (KeyboardInterrupt)
            pyex(1):1: <module>
        pyex(1)> print("waiting"); receive()
        waiting
        ^C
        ** (KeyboardInterrupt)
            pyex(1):1: <module>
        pyex(1)> 1
        1
    """)


def test_input_is_answered_by_what_is_written() -> None:
    """What stands behind the prompt of `input()` is typed there; where nothing stands, the input is at its end."""
    assert not differences("""
        pyex(1)> input("name? ") + "!"
        name? Ann
        'Ann!'
        pyex(2)> input("name? ")
        ** (EOFError) end of input
            pyex(2):1: <module>
    """)


def test_a_pry_is_part_of_a_session() -> None:
    """Inputs behind pry(1)> go to the process that has stopped."""
    assert not differences("""
        pyex(1)> def f(x):
        ...(1)>     pry()
        ...(1)>     return x * 2
        ...(1)>
        pyex(2)> f(21)
        Break reached: f (pyex(1):2)
        ...
        pry(1)> x
        21
        pry(2)> continue_()
        42
    """)


def test_output_in_any_order() -> None:
    """Lines of several processes that may come in any order are compared so, each label being one pid."""
    session = """
        pyex(1)> [spawn(print, self()), spawn(print, "printed"), spawn(print, "also")];
        also
        printed
        #PID<0.5.0>
    """
    assert not differences(session, "<!-- pyex: any order -->")
    assert differences(session)


def test_labels_in_inputs_stand_for_what_came() -> None:
    """An input that names a pid by its label gets the pid that came."""
    session = """
        pyex(1)> self()
        #PID<0.998.0>
        pyex(2)> pid("0.998.0") == self() == pid(0, 998, 0)
        True
    """
    assert not differences(session)
    (mismatch,) = differences("""
        pyex(1)> pid("0.998.0") == self()
        True
        pyex(2)> self()
        #PID<0.998.0>
    """)
    assert mismatch.reasons == ["0.998.0 in the input stands for nothing yet: no output above has shown #PID<0.998.0>"]


def test_an_input_that_takes_too_long_is_stopped() -> None:
    """It is told as such, and the session goes on."""
    (mismatch,) = differences(
        """
        pyex(1)> while True: pass
        ...(1)>
        pyex(2)> 2
        2
        """,
        "<!-- pyex: timeout 200 -->",
    )
    assert mismatch.step.text.startswith("while")
    assert mismatch.reasons == ["it took longer than 200 ms; <!-- pyex: timeout MILLISECONDS --> gives it more time"]


def test_a_fresh_session_has_a_shell_and_labels_of_its_own() -> None:
    """Names and labels are new there; without the directive they are not."""
    first = "```pyex\npyex(1)> x = self()\n#PID<0.7.0>\n```\n"
    second = "```pyex\npyex(1)> 'x' in globals()\nFalse\npyex(2)> spawn(int)\n#PID<0.7.0>\n```\n"
    assert check(f"{first}\n<!-- pyex: fresh -->\n{second}")[1] == []
    assert len(check(first + second)[1]) == 2


def test_set_up_runs_quietly() -> None:
    """Its code is there for the inputs, and prints nothing; one that goes wrong is told with its line."""
    assert check("<!-- pyex: set-up\nx = 5; print('no')\n-->\n```pyex\npyex(1)> x\n5\n```\n")[1] == []
    (mismatch,) = check("\n<!-- pyex: set-up 1 / 0 -->\n```pyex\npyex(1)> 1\n1\n```\n")[1]
    assert mismatch.step.line == 2
    assert mismatch.reasons[:2] == ["this set-up went wrong", "** (ZeroDivisionError) division by zero"]


@pytest.mark.parametrize("text", ['print(chr(0xd800), "a")', 'print("\\x1b[31mred\\x1b[0m", "1\\r2")'])
def test_odd_characters_end_nothing(text: str) -> None:
    """What a terminal would not show as it is does not stop the session."""
    assert not differences(f"pyex(1)> {text}\n...\npyex(2)> 1\n1")


def test_what_goes_wrong_outside_is_raised() -> None:
    """An error of whoever listens to the steps ends the playing, and is not swallowed."""

    def on_step(step: Step) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        play_document(parse("```pyex\npyex(1)> 1\n```\n"), on_step)
