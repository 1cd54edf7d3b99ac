"""The pytest plugin: how tests that run as processes end, what is gone after them, and the debugger."""

from __future__ import annotations

import os

import pytest
from program import PATIENCE, leftovers
from testing_session import MARKED, PLUGIN, QUIET, SERVER, error_lines, failure, output, run_tests

pytest_plugins = ["pytester"]

# -- how a test ends


def test_the_crash_of_a_linked_process_fails_the_test_in_elixirs_words(pytester: pytest.Pytester) -> None:
    """The failure says which exit signal ended the test, why, and where the test was."""
    lines = failure(pytester, "def test_it():\n    spawn_link(lambda: 1 / 0)\n    receive('never')\n")
    assert lines[0] == ">       receive('never')"
    words = error_lines(lines)
    assert words[0].startswith("Failed: ** (EXIT from #PID<0.") and words[0].endswith(">) an exception was raised:")
    assert words[1] == "** (ZeroDivisionError) division by zero"
    assert words[2].endswith("_fails_the_test_in_elixirs_words.py:6: test_it.<locals>.<lambda>")


def test_a_test_that_never_stops_calling_itself_fails(pytester: pytest.Pytester) -> None:
    """Infinite recursion is an error of that test alone."""
    text = "def test_it():\n    test_it()\n\ndef test_next():\n    assert Process.alive(self())\n"
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1, passed=1)
    assert "RecursionError: maximum recursion depth exceeded" in result.stdout.str()


def test_a_killed_test_fails(pytester: pytest.Pytester) -> None:
    """A test that is killed fails, even when it catches what it must not catch."""
    text = """
        def test_killed():
            Process.exit(self(), "kill")

        def test_stubborn():
            spawn(Process.exit, self(), "kill")
            try:
                receive("never")
            except BaseException:
                pass
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=2)
    assert result.stdout.str().count(">) killed") >= 2


def test_trap_exit_of_the_mark_counts_from_the_start(pytester: pytest.Pytester) -> None:
    """With trap_exit=True the crash of a linked process is a message."""
    text = """
        @pytest.mark.process(trap_exit=True)
        def test_it():
            pid = spawn_link(exit, "boom")
            assert assert_receive(("EXIT", Pid, ...)) == ("EXIT", pid, "boom")
    """
    run_tests(pytester, text).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("'boom'", ["Failed: ** (exit) 'boom'"]),
        ("'normal'", ["Failed: ** (exit) normal"]),
        (
            "('timeout', (Process, 'call', [1, 'x']))",
            ["Failed: ** (exit) exited in: Process.call(1, 'x')", "** (EXIT) time out"],
        ),
    ],
)
def test_an_exit_of_the_test_fails_it_in_elixirs_words(
    pytester: pytest.Pytester, reason: str, words: list[str]
) -> None:
    """exit(reason) in a test is a failure, as in ExUnit, with the reason in words, at the line that called it."""
    lines = failure(pytester, f"def test_it():\n    exit({reason})\n")
    assert lines[0] == f">       exit({reason})"
    assert error_lines(lines) == words


def test_system_exit_is_what_it_always_is(pytester: pytest.Pytester) -> None:
    """sys.exit in a test fails it with SystemExit."""
    lines = failure(pytester, "def test_it():\n    import sys\n    sys.exit(3)\n")
    assert error_lines(lines) == ["SystemExit: 3"]


def test_pytest_exit_ends_the_session(pytester: pytest.Pytester) -> None:
    """pytest.exit in a test does what it always does."""
    result = run_tests(pytester, "def test_it():\n    pytest.exit('enough')\n\ndef test_next(): pass\n")
    assert "Exit: enough" in result.stdout.str() + result.stderr.str()
    assert not result.parseoutcomes().get("passed")


@pytest.mark.parametrize("wait", ["receive('never')", "while True: pass", "__import__('time').sleep(60)"])
def test_a_test_that_takes_too_long_is_ended(pytester: pytest.Pytester, wait: str) -> None:
    """The failure says so in ExUnit's words and shows where the test was; the next test runs."""
    text = f"""
        @pytest.mark.process(timeout=50)
        def test_it():
            {wait}

        def test_next():
            pass
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1, passed=1)
    shown = result.stdout.str()
    assert f">       {wait}" in shown
    assert "test timed out after 50ms. You can change the timeout:" in shown
    assert '  1. per test by setting "@pytest.mark.process(timeout=x)" (accepts "infinity")' in shown


def test_the_timeout_can_be_configured(pytester: pytest.Pytester) -> None:
    """The ini option counts for all; the option of the command line counts more, and the mark of a test most."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\npyex_timeout = 20\n")
    text = """
        def test_ini():
            receive("never")

        @pytest.mark.process(timeout="infinity")
        def test_mark():
            Process.sleep(60)
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1, passed=1)
    assert "timed out after 20ms" in result.stdout.str()
    assert "timed out after 30ms" in output(pytester, text, "--pyex-timeout", "30")


def test_a_handler_of_an_alarm_fails_the_test_where_it_is(pytester: pytest.Pytester) -> None:
    """As pytest-timeout does it: what the handler of SIGALRM raises ends the test, wherever it waits."""
    text = """
        import signal, time

        @pytest.fixture
        def alarm():
            before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("Timeout >0.05s"))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            yield
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

        def test_waits(alarm):
            receive("never")

        def test_computes(alarm):
            while True:
                pass

        def test_sleeps(alarm):
            time.sleep(60)
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=3)
    shown = result.stdout.str()
    assert shown.count("E       Failed: Timeout >0.05s") == 3
    assert '>       receive("never")' in shown and ">       time.sleep(60)" in shown


# -- after a test


def test_nothing_is_left_alive_after_a_test(pytester: pytest.Pytester) -> None:
    """Processes, names and timers of one test are gone in the next, in which the same names are free."""
    text = """
        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(turn, seen=[]):
            assert not [pid for pid in seen if Process.alive(pid)]
            pid = spawn(Process.sleep, "infinity")
            seen.append(pid)
            assert Process.register(pid, "shop")
            Process.send_after("shop", "late", 60_000)
            spawn(lambda: [0 for _ in iter(int, 1)])
    """
    run_tests(pytester, text).assert_outcomes(passed=2)
    assert not leftovers()


def test_linked_processes_are_told_shutdown(pytester: pytest.Pytester) -> None:
    """When the test has ended, what is linked to it hears "shutdown", before anything else is done."""
    text = """
        def child(boss):
            Process.flag("trap_exit", True)
            send(boss, "ready")
            print("child got", receive()[2])

        def test_it():
            spawn_link(child, self())
            assert_receive("ready", 5000)
            on_exit(lambda: print("on exit"))
    """
    shown = output(pytester, text, "-rP")
    assert "child got shutdown\non exit\n" in shown


def test_strict_tells_of_processes_that_are_left(pytester: pytest.Pytester) -> None:
    """With strict=True a test that leaves a process behind fails, and says which; one that ends them passes."""
    text = SERVER + """
from pyex.otp import ets

@pytest.mark.process(strict=True)
def test_leaves_some():
    Process.register(spawn(Process.sleep, "infinity"), "shop")
    ok(GenServer.start(Counter, 0))

@pytest.mark.process(strict=True)
def test_leaves_none():
    spawn_link(Process.sleep, "infinity")
    ok(start_supervised((Counter, 0)))
    spawn(lambda: None)
    ets.new("table")

def test_is_not_asked():
    spawn(Process.sleep, "infinity")
"""
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=1, passed=2)
    shown = result.stdout.str()
    assert "processes were left alive by the test:" in shown
    assert "Process.sleep/1, registered as 'shop'\n" in shown
    assert ": Counter.init/1\n" in shown


def test_ctrl_c_ends_the_session_at_the_line_where_the_test_is(pytester: pytest.Pytester) -> None:
    """As always: pytest says KeyboardInterrupt and the line of the test; what `on_exit` was given runs."""
    text = """
        import os, signal

        def test_it():
            on_exit(lambda: open("on_exit ran", "w").close())
            spawn(os.kill, os.getpid(), signal.SIGINT)
            receive("never")

        def test_next():
            open("next ran", "w").close()
    """
    pytester.makepyfile(MARKED + text.replace("\n        ", "\n"))
    result = pytester.runpytest_subprocess(*PLUGIN, *QUIET)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    place = "test_ctrl_c_ends_the_session_at_the_line_where_the_test_is.py:11: KeyboardInterrupt"
    assert place in result.stdout.str()
    assert sorted(name for name in os.listdir(pytester.path) if name.endswith("ran")) == ["on_exit ran"]


# -- the debugger


def test_breakpoint_stops_the_test_and_time(pytester: pytest.Pytester) -> None:
    """breakpoint() in a process test reads from the terminal, other processes go on, and no timeout comes."""
    text = """
        @pytest.mark.process(timeout=1000)
        def test_it():
            boss = self()
            number = 7
            breakpoint()
            assert number == 8
    """
    pytester.makepyfile(MARKED + text.replace("\n        ", "\n"))
    child = pytester.spawn_pytest(" ".join([*PLUGIN, "-p", "no:cacheprovider"]), expect_timeout=PATIENCE)
    child.expect(r"\(Pdb\)")
    child.sendline("import time; time.sleep(1.2); Process.alive(boss)")
    child.expect(r"True\s+\(Pdb\)")
    child.sendline("number = 8")
    child.expect(r"\(Pdb\)")
    child.sendline("continue")
    child.expect("1 passed")
    child.wait()


def test_pdb_looks_at_a_test_that_has_failed(pytester: pytest.Pytester) -> None:
    """With --pdb one sees the variables of a test, also of one that another process has ended."""
    text = "\ndef test_it():\n    number = 9\n    spawn_link(exit, 'boom')\n    receive('never')\n"
    pytester.makepyfile(MARKED + text)
    child = pytester.spawn_pytest(" ".join([*PLUGIN, "-p", "no:cacheprovider", "--pdb"]), expect_timeout=PATIENCE)
    child.expect(r"EXIT from")
    child.expect(r"\(Pdb\)")
    child.sendline("number + 1")
    child.expect(r"10\s+\(Pdb\)")
    child.sendline("quit")
    child.expect("1 failed")
    child.wait()


def test_trace_steps_through_a_test_in_its_process(pytester: pytest.Pytester) -> None:
    """With --trace the debugger starts at the first line of the test, in its process."""
    pytester.makepyfile(MARKED + "\ndef test_it():\n    number = 9\n")
    child = pytester.spawn_pytest(" ".join([*PLUGIN, "-p", "no:cacheprovider", "--trace"]), expect_timeout=PATIENCE)
    child.expect("number = 9")
    child.expect(r"\(Pdb\)")
    child.sendline("Process.alive(self())")
    child.expect(r"True\s+\(Pdb\)")
    child.sendline("continue")
    child.expect("1 passed")
    child.wait()
