"""The Observer in the terminal, on real pseudo-terminals: see a pool, kill a worker, and be back at the prompt."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from program import PATIENCE, program, started
from screen import CTRL_C, ENTER
from whole_screen import END, ESCAPE, UP, WholeScreen

from pyex.terminal_loan import MOST_KEPT, KeptOutput

POOLY = Path(__file__).parent.parent / "examples" / "pooly"
CTRL_BACKSLASH, CTRL_G = "\x1c", "\x07"
PLAIN = (sys.executable, "-c")
# What the program says by itself, when it is run by Python.
PROGRAM = """
from pyex import *
from pyex import observer

def beat():
    while True:
        print("beat")
        Process.sleep(50)

def main():
    print("before")
    spawn(beat)
    print(observer.cli())
    print("after")

run(main)
"""
LISTENING = """
    from pyex import *
    from pyex import repl

    def worker():
        receive("never")

    def main():
        Process.register(spawn(worker), "the worker")
        print(repl.listen(), flush=True)
        Process.sleep("infinity")

    run(main)
"""


def workers(screen: WholeScreen) -> list[str]:
    """The pids of the workers in the tree on the screen."""
    found = [re.search(r"SampleWorker #PID<([\d.]+)>", row) for row in screen.rows()]
    return [each[1] for each in found if each is not None]


def test_the_articles_scene() -> None:
    """Five workers below their supervisor: one is killed, a new one takes its place, and the prompt is as it was."""
    with WholeScreen() as screen:
        screen.types(f"import sys; sys.path.append({str(POOLY)!r}); import lending")
        screen.prompt(2)
        screen.types("pool = ok(lending.PoolSupervisor.start_link(5))")
        screen.prompt(3)
        screen.opens()
        screen.presses("2")
        screen.waits_for(lambda: len(workers(screen)) == 5, "five workers")
        old = workers(screen)
        screen.moves_to(f"#PID<{old[1]}>")
        screen.presses("k")
        assert f"End #PID<{old[1]}> SampleWorker with reason: kill" in screen.row_with("with reason")
        screen.presses(ENTER)
        screen.row_with(f"#PID<{old[1]}> has ended: :killed")
        screen.waits_for(lambda: len(workers(screen)) == 5 and old[1] not in workers(screen), "five again")
        (new,) = set(workers(screen)) - set(old)
        assert "new" in screen.row_with(f"#PID<{new}>")
        screen.leaves()
        screen.shows("pyex(3)> observer.cli()", ":ok", "pyex(4)>")
        screen.types("len(Supervisor.which_children(lending.WorkerSupervisor))")
        screen.shows("5", "pyex(5)>")


def test_what_is_printed_meanwhile_comes_afterwards() -> None:
    """Output of processes waits: it is not on the Observer's screen, and in its order below the prompt's line later."""
    with WholeScreen() as screen:
        screen.types("spawn(lambda: [(print('line', n), Process.sleep(50)) for n in range(40)]); observer.cli()")
        screen.observes()
        screen.row_with("lambda")
        screen.waits_for(lambda: not any("lambda" in row for row in screen.rows()), "its end")
        assert not any(re.match(r"line \d", row) for row in screen.rows())
        screen.leaves()
        screen.shows(":ok", "pyex(2)>")
        assert [row for row in screen.lines() if row.startswith("line ")] == [f"line {n}" for n in range(40)]


def test_the_shell_killed_from_within_has_its_terminal_back() -> None:
    """Who kills the process that evaluates, which shows the Observer, is told so and gets a new prompt."""
    with WholeScreen() as screen:
        screen.opens()
        screen.presses("o/evaluat" + ENTER)
        screen.moves_to("repl.shell.evaluator")
        screen.presses("k" + ENTER)
        screen.waits_for(lambda: not screen.screen.is_alternate, "the usual screen")
        screen.shows("** (EXIT from #PID<...>) shell process exited with reason: killed", "", "...", "pyex(1)>")
        screen.types("1 + 1")
        screen.shows("2", "pyex(2)>")


def test_a_half_typed_line_is_untouched() -> None:
    """The Observer that another process opens takes the prompt down, and puts it back with the cursor in its place."""
    with WholeScreen() as screen:
        screen.types("def later(): receive('go'); observer.cli()\r")
        screen.prompt(2)
        screen.types("pid = spawn(later); Process.send_after(pid, 'go', 1500)")
        screen.waits_for(lambda: screen.last_line() == "pyex(3)>", "the prompt")
        screen.presses("1 +  + 3\x1b[D\x1b[D\x1b[D\x1b[D")
        screen.waits_for(lambda: screen.last_line() == "pyex(3)> 1 +  + 3", "what was typed")
        screen.observes()
        screen.leaves()
        screen.waits_for(lambda: screen.last_line() == "pyex(3)> 1 +  + 3", "what was typed")
        screen.presses("2" + ENTER)
        screen.shows("pyex(3)> 1 + 2 + 3", "6", "pyex(4)>")


@pytest.mark.parametrize("key", [CTRL_C, "q"])
def test_leaving_keeps_the_history(key: str) -> None:
    """Ctrl+C leaves as q does, and Up brings the last input."""
    with WholeScreen() as screen:
        screen.opens()
        screen.leaves(key)
        screen.shows(":ok", "pyex(2)>")
        screen.presses(UP)
        screen.shows("pyex(2)> observer.cli()")


def test_control_g_leads_to_the_other_shells() -> None:
    """Ctrl+G leaves the Observer, and the user switch command comes up."""
    with WholeScreen() as screen:
        screen.opens()
        screen.leaves(CTRL_G)
        screen.waits_for(lambda: screen.last_line().strip() == "-->", "the user switch command")
        screen.presses("c" + ENTER)
        screen.prompt(2)


def test_details_and_links_to_walk() -> None:
    """Enter shows a process, Tab and Enter lead on to one that it is linked to, Escape leads back."""
    with WholeScreen() as screen:
        screen.types("agent = ok(Agent.start_link(lambda: {'price': 42}, name='shop'))")
        screen.prompt(2)
        screen.opens()
        screen.moves_to("shop")
        screen.presses(ENTER)
        screen.row_with("'price': 42")
        assert "shop" in screen.row_with("name")
        screen.presses("\t" + ENTER)
        screen.row_with("evaluate_inputs")
        screen.presses(ESCAPE)
        screen.row_with("'price': 42")
        screen.presses(ESCAPE)
        screen.row_with("NAME OR INITIAL CALL")


def test_ten_thousand_processes_are_scrolled_through() -> None:
    """End shows the last of ten thousand, and a search finds one of them."""
    with WholeScreen() as screen:
        screen.types("pids = [spawn(receive) for _ in range(10_000)]; Process.register(pids[5000], 'needle')")
        screen.prompt(2)
        screen.opens()
        screen.row_with("1 of 10,000")
        screen.presses(END)
        screen.row_with("10,000 of 10,000")
        screen.waits_for(lambda: "receive" in screen.chosen(), "the last")
        screen.presses("/needle" + ENTER)
        screen.row_with("1 of 1 ")
        assert "needle" in screen.chosen()


def test_columns_are_sorted_by() -> None:
    """A key sorts by its column, and R turns that round."""
    with WholeScreen() as screen:
        screen.types("a = spawn(lambda: receive('never')); [send(a, n) for n in range(7)]; b = spawn(receive)")
        screen.prompt(2)
        screen.opens()
        screen.presses("u")
        screen.row_with("MSGQ▼")
        screen.waits_for(lambda: " 7 waiting" in screen.chosen(), "the longest queue")
        screen.presses("R")
        screen.row_with("MSGQ▲")
        screen.waits_for(lambda: " 0 waiting" in screen.chosen(), "the shortest")


@pytest.mark.parametrize("rows, columns", [(10, 40), (3, 20), (60, 200)])
def test_any_size_will_do_and_may_change(rows: int, columns: int) -> None:
    """From very small to large; no line is longer than the screen, and the last tells how to leave."""
    with WholeScreen() as screen:
        screen.opens()
        for height, width in ((rows, columns), (24, 80)):
            screen.becomes(height, width)
            for key in ("1", "2", "3", "4", "?"):
                screen.presses(key)
                screen.waits_for(
                    lambda last=height - 1: screen.rows()[last].endswith("q quit  ? help"), f"the keys, on page {key}"
                )
        screen.leaves()
        screen.prompt(2)


def test_hostile_names_and_messages_are_text() -> None:
    """Escape sequences are spelt out, and wide characters keep the columns in line."""
    with WholeScreen(columns=120) as screen:
        screen.types(r"Process.register(spawn(lambda: receive('never')), '漢字\x1b[2J\x1b[?1049l')")
        screen.prompt(2)
        screen.types("Process.register(spawn(lambda: receive('never')), 'plain')")
        screen.prompt(3)
        screen.opens()
        hostile, plain = screen.row_with("\\x1b[2J"), screen.row_with("plain")
        # Each of the two wide characters stands for two columns.
        assert hostile.index("waiting") + 2 == plain.index("waiting")
        screen.moves_to("\\x1b[2J")
        screen.presses(ENTER)
        assert "\\x1b[?1049l" in screen.row_with("name")
        screen.leaves()
        screen.prompt(4)


def test_tables_and_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table's objects can be paged and searched; what is logged appears as it comes."""
    monkeypatch.chdir(tmp_path)
    with WholeScreen() as screen:
        screen.types("t = ets.new('prices', ['named_table', 'ordered_set']);")
        screen.prompt(2)
        screen.types("ets.insert(t, [(n, f'item {n}') for n in range(1000)]);")
        screen.prompt(3)
        screen.types("from os.path import exists")
        screen.prompt(4)
        screen.types("spawn(lambda: any(iter(lambda: (Process.sleep(20), exists('go'))[1], True)) or 1 / 0);")
        screen.prompt(5)
        screen.types("observer.cli()")
        screen.observes()
        screen.presses("3")
        screen.moves_to("prices")
        screen.presses(ENTER)
        screen.row_with("'item 5'")
        screen.presses("/item 777" + ENTER)
        screen.row_with("'item 777'")
        screen.presses("4")
        (tmp_path / "go").touch()
        screen.row_with("ZeroDivisionError")


def test_plain_python_lends_its_terminal_too() -> None:
    """`run(main)` with observer.cli() in it: afterwards the program goes on below what it had printed."""
    with WholeScreen(*PLAIN, PROGRAM, first="") as screen:
        screen.observes()
        assert not any(row == "beat" for row in screen.rows())
        screen.leaves()
        assert screen.exit_status() == 0
        lines = screen.lines()
        assert lines[0] == "before"
        assert [line for line in lines[1:] if line != "beat"] == ["ok", "after"]
        assert lines.count("beat") > 2
        assert screen.is_sane()


def test_nothing_is_left_of_it() -> None:
    """When it has been left, there are the processes that there were before."""
    with WholeScreen() as screen:
        screen.types("before = Process.list();")
        screen.prompt(2)
        screen.opens()
        screen.leaves()
        screen.prompt(3)
        screen.types("all(iter(lambda: (Process.sleep(20), Process.list() != before)[1], False))")
        screen.shows("True", "pyex(4)>")


def test_a_terminal_that_is_gone_ends_the_shell() -> None:
    """The window is closed while the Observer is there: nothing hangs."""
    with WholeScreen() as screen:
        screen.opens()
        screen.process.fileobj.close()
        screen.process.closed = True
        deadline = time.monotonic() + PATIENCE
        while os.waitpid(screen.process.pid, os.WNOHANG) == (0, 0):
            assert time.monotonic() < deadline, "the shell goes on"
            time.sleep(0.05)
        screen.process.terminated = True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_program_leaves_the_terminal_sane(number: int) -> None:
    """The usual screen is back, with echo, and the program has ended by the signal."""
    with WholeScreen(*PLAIN, PROGRAM, first="") as screen:
        screen.observes()
        screen.process.kill(number)
        assert screen.exit_status() == -number
        screen.waits_for(lambda: not screen.screen.is_alternate, "the usual screen")
        assert screen.is_sane()


def test_without_a_terminal_it_says_what_to_do() -> None:
    """In a pipe observer.cli() raises, and names the page."""
    ended = program("from pyex import *\nfrom pyex import observer\nrun(observer.cli)", stdin=subprocess.DEVNULL)
    assert ended.returncode == 1
    assert "needs a terminal" in ended.stderr
    assert "observer.start()" in ended.stderr


def test_an_attached_terminal_shows_the_programs_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the prompt of `pyex attach`; Ctrl+\\ in the middle of it leaves a usual screen, and the program goes on."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with started(LISTENING) as running:
        try:
            assert running.stdout is not None
            path = running.stdout.readline().strip()
            with WholeScreen(sys.executable, "-m", "pyex", "attach", path) as screen:
                screen.opens()
                screen.row_with("the worker")
                screen.becomes(12, 60)
                screen.waits_for(lambda: screen.rows()[11].endswith("q quit  ? help"), "the new size")
                screen.leaves()
                screen.shows(":ok", "pyex(2)>")
                screen.types("observer.cli()")
                screen.observes()
                screen.leaves(CTRL_BACKSLASH)
                assert screen.exit_status() == 0
                assert screen.is_sane()
            with WholeScreen(sys.executable, "-m", "pyex", "observer", "--tui", "--attach", path, first="") as screen:
                screen.observes()
                screen.row_with("the worker")
                screen.leaves()
                assert screen.exit_status() == 0
            assert running.poll() is None
        finally:
            running.kill()


def test_in_a_talk_the_keys_are_the_persons(tmp_path: Path) -> None:
    """`pyex replay` types observer.cli(): the Observer obeys the presenter, and the talk goes on when it is left."""
    talk = tmp_path / "talk.md"
    talk.write_text("```pyex\npyex(1)> observer.cli()\n:ok\npyex(2)> 1 + 1\n2\n```\n")
    with WholeScreen(sys.executable, "-m", "pyex", "replay", str(talk), first="") as screen:
        screen.shows_somewhere("Space: next")
        screen.presses(" ")
        screen.observes()
        screen.presses("2")
        screen.row_with("fold")
        screen.leaves()
        screen.shows_somewhere("pyex(2)>")
        screen.insists(lambda: screen.presses(" "), lambda: "pyex(3)>" in screen.text(), "the next step")
        assert "pyex(2)> 1 + 1" in screen.lines()


def test_too_much_output_leaves_out_the_oldest() -> None:
    """What is printed while the Observer has the screen holds up nobody, and does not grow without end."""
    kept = KeptOutput()
    for number in range(3 * MOST_KEPT // 1000):
        kept.add(f"{number:>999}\n")
    text = kept.take()
    assert len(text) < MOST_KEPT + 100
    assert text.startswith("(2,000,000 characters that were printed meanwhile are left out)\n")
    assert text.endswith(f"{3 * MOST_KEPT // 1000 - 1}\n")
    assert kept.take() == ""
