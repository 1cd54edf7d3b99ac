"""The pytest plugin: which tests run as processes, and what pytest does for other tests it does for them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from program import PATIENCE
from testing_session import HEADER, MARKED, PLUGIN, QUIET, error_lines, failure, output, run_tests

pytest_plugins = ["pytester"]

# -- which tests run as processes


def test_a_marked_test_is_a_process(pytester: pytest.Pytester) -> None:
    """The mark makes a process of one test, and leaves the others what they are."""
    text = """
        @pytest.mark.process
        def test_marked():
            send(self(), "hello")
            assert receive() == "hello"

        def test_plain():
            with pytest.raises(RuntimeError, match="no process here"):
                self()
    """
    run_tests(pytester, text, header=HEADER).assert_outcomes(passed=2)


def test_a_module_can_be_marked_and_a_test_in_it_left_out(pytester: pytest.Pytester) -> None:
    """pytestmark counts for the module; the mark that is closest to the test counts more."""
    text = """
        def test_marked():
            assert Process.alive(self())

        @pytest.mark.process(False)
        def test_left_out():
            with pytest.raises(RuntimeError):
                self()
    """
    run_tests(pytester, text).assert_outcomes(passed=2)


def test_a_whole_project_can_be_configured(pytester: pytest.Pytester) -> None:
    """With pyex_processes every test function is a process, methods too; TestCase and async tests are left alone."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\npyex_processes = true\n")
    text = """
        import unittest

        def test_function():
            assert Process.alive(self())

        class TestClass:
            def test_method(this):
                assert Process.alive(self())

        class TestOld(unittest.TestCase):
            def test_old(this):
                with this.assertRaises(RuntimeError):
                    self()

        async def test_async():
            pass
    """
    result = run_tests(pytester, text, header=HEADER)
    result.assert_outcomes(passed=3, failed=1)
    assert "async def functions are not natively supported" in result.stdout.str()


def test_plain_tests_are_untouched_when_the_plugin_is_there(pytester: pytest.Pytester) -> None:
    """Nobody asks for a process: asyncio runs, and no runtime is started."""
    text = """
        import asyncio
        import runpy
        from pyex.scheduler import scheduler

        def test_plain():
            assert scheduler.owner is None
            assert asyncio.run(asyncio.sleep(0, 7)) == 7
    """
    run_tests(pytester, text, header=HEADER).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("timeuot=3", "process(...) has no option 'timeuot'; known are timeout, trap_exit, capture_log, strict"),
        ("timeout=0.5", 'process(timeout=0.5): write a whole number of milliseconds or "infinity"'),
        ("trap_exit='yes'", "process(trap_exit='yes'): write True or False"),
        ("5000", "process(...) takes True, False, or options by name"),
    ],
)
def test_a_mark_that_says_something_wrong_is_refused(pytester: pytest.Pytester, mark: str, text: str) -> None:
    """Before any test runs I am told which test has a mark with a slip, and what it is."""
    result = run_tests(pytester, f"@pytest.mark.process({mark})\ndef test_it(): pass\n", header=HEADER)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"::test_it: {text}" in result.stderr.str() + result.stdout.str()


def test_a_configuration_that_says_something_wrong_is_refused(pytester: pytest.Pytester) -> None:
    """A timeout that is no number is an error of usage, with its name."""
    result = run_tests(pytester, "def test_it(): pass\n", "--pyex-timeout", "soon")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert '--pyex-timeout=soon: write a whole number of milliseconds or "infinity"' in result.stderr.str()


def test_importing_pyex_does_not_import_pytest() -> None:
    """A program pays nothing for the testing support."""
    text = "import pyex, sys; print({'pytest', 'pyex.testing'} & {*sys.modules})"
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert ended.stdout == "set()\n"


# -- pytest's own features, in a process


def test_assertions_keep_their_introspection(pytester: pytest.Pytester) -> None:
    """A failed assertion shows its values and the test's own code, and nothing of pyex."""
    lines = failure(pytester, "def test_it():\n    found = [1, 2]\n    assert found == [1, 3]\n")
    assert lines[0] == ">       assert found == [1, 3]"
    assert error_lines(lines)[0] == "assert [1, 2] == [1, 3]"
    assert not [line for line in lines if "runner" in line or "plugin" in line]


@pytest.mark.parametrize("style", ["long", "short", "line", "native"])
def test_every_style_of_traceback_shows_the_test(pytester: pytest.Pytester, style: str) -> None:
    """An exception in a helper shows the helper's line, and the test's where the style shows more than one."""
    text = "def helper():\n    raise LookupError('deep')\n\ndef test_it():\n    helper()\n"
    shown = output(pytester, text, f"--tb={style}")
    assert "LookupError: deep" in shown
    assert "plugin.py" not in shown or style == "native"


def test_skip_xfail_raises_and_parametrize_work(pytester: pytest.Pytester) -> None:
    """What pytest does with test functions it does with processes."""
    text = """
        def test_skip():
            pytest.skip("not today")

        @pytest.mark.skipif(True, reason="never")
        def test_skipif():
            pass

        @pytest.mark.xfail
        def test_xfail():
            assert False

        def test_imperative_xfail():
            pytest.xfail("known")

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_number(number):
            assert number > 0

        def test_raises():
            with pytest.raises(ZeroDivisionError):
                1 / 0
            with pytest.raises(Exit):
                exit("boom")

        def test_importorskip():
            pytest.importorskip("no_such_module")
    """
    run_tests(pytester, text).assert_outcomes(passed=4, skipped=3, xfailed=2)


def test_fixtures_work_as_usual(pytester: pytest.Pytester) -> None:
    """Fixtures are made outside and handed over as they are, not copied; context variables that they set are there."""
    text = """
        import contextvars
        import decimal
        import os

        variable = contextvars.ContextVar("variable", default="not set")

        @pytest.fixture
        def things():
            variable.set("by the fixture")
            with decimal.localcontext(prec=3):
                with pytest.raises(RuntimeError):
                    self()
                found = []
                yield found
                assert found == ["from the test"]

        def test_it(things, tmp_path, monkeypatch, request):
            assert variable.get() == "by the fixture"
            assert str(decimal.Decimal(1) / 3) == "0.333"
            things.append("from the test")
            monkeypatch.setenv("PLACE", str(tmp_path))
            assert os.environ["PLACE"] == str(tmp_path)
            assert request.node.name == "test_it"
    """
    run_tests(pytester, text).assert_outcomes(passed=1)


def test_what_is_printed_is_captured_at_once(pytester: pytest.Pytester) -> None:
    """capsys has what a process has printed, also the beginning of a line and what other processes have printed."""
    text = """
        import sys

        def test_capsys(capsys):
            print("half a", end="")
            print("error", file=sys.stderr)
            assert capsys.readouterr() == ("half a", "error\\n")
            spawn_monitor(print, "child")
            assert_receive(("DOWN", ..., ..., ..., ...), 5000)
            assert capsys.readouterr().out == "child\\n"
            with capsys.disabled():
                print("seen", flush=True)

        def test_capfd(capfd):
            print("text")
            assert capfd.readouterr().out == "text\\n"
    """
    run_tests(pytester, text).assert_outcomes(passed=2)
    run_tests(pytester, text, "-s").assert_outcomes(passed=2)


def test_input_reads_what_a_fixture_puts_there(pytester: pytest.Pytester) -> None:
    """input() in a process reads from sys.stdin, as monkeypatch has set it, and is refused by pytest otherwise."""
    text = """
        import io

        def test_input(monkeypatch, capsys):
            monkeypatch.setattr("sys.stdin", io.StringIO("7\\n"))
            assert input("age? ") == "7"
            assert capsys.readouterr().out == "age? "

        def test_no_input():
            with pytest.raises(OSError, match="reading from stdin while output is captured"):
                input()
    """
    run_tests(pytester, text).assert_outcomes(passed=2)


def test_caplog_has_what_a_process_has_logged(pytester: pytest.Pytester) -> None:
    """caplog is right as soon as logging has returned, though another process handles what is logged."""
    text = """
        import logging

        def test_caplog(caplog):
            caplog.set_level("INFO")
            logging.info("one")
            assert caplog.messages == ["one"]
            assert [record.levelname for record in caplog.get_records("call")] == ["INFO"]
            caplog.clear()
            assert caplog.text == ""
            logging.disable()
            logging.error("two")
            logging.disable(logging.NOTSET)
            assert caplog.records == []

        @pytest.mark.process(False)
        def test_plain(caplog):
            logging.error("three")
            assert caplog.messages == ["three"]
    """
    run_tests(pytester, text).assert_outcomes(passed=2)


def test_hypothesis_runs_its_examples_in_the_process(pytester: pytest.Pytester) -> None:
    """A test of Hypothesis is one process for all of its examples; it finds the smallest that fails."""
    text = """
        from hypothesis import given, settings, strategies

        @settings(max_examples=20, database=None)
        @given(strategies.integers())
        def test_holds(number):
            send(self(), number)
            assert receive() == number

        @settings(database=None)
        @given(strategies.integers(min_value=0))
        def test_fails(number):
            send(self(), number)
            assert receive() < 10
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(passed=1, failed=1)
    assert "number=10" in result.stdout.str()


def test_the_usual_options_work(pytester: pytest.Pytester) -> None:
    """-x, --lf, -k, --durations and --setup-show do what they always do."""
    text = """
        def test_one(tmp_path):
            assert False

        def test_two():
            pass
    """
    run_tests(pytester, text, "-x").assert_outcomes(failed=1)
    run_tests(pytester, text, "-k", "two").assert_outcomes(passed=1, deselected=1)
    assert "SETUP    F tmp_path" in output(pytester, text, "--setup-show")
    assert "call     test_the_usual_options_work.py::test_one" in output(pytester, text, "--durations=5", "-vv")
    again = [*PLUGIN, *QUIET[2:]]
    pytester.runpytest_inprocess(*again).assert_outcomes(failed=1, passed=1)
    pytester.runpytest_inprocess(*again, "--lf").assert_outcomes(failed=1)


def test_coverage_sees_what_processes_run(pytester: pytest.Pytester) -> None:
    """A test that runs as a process is measured, told to trace greenlets."""
    pytester.makepyfile(work="def work(boss):\n    from pyex import send\n    send(boss, 'done')\n")
    text = "from work import work\n\ndef test_it():\n    spawn(work, self())\n    assert receive() == 'done'\n"
    pytester.makepyfile(MARKED + text)
    command = [sys.executable, "-m", "coverage"]
    measured = [*command, "run", "--concurrency=greenlet,thread", "--include=work.py", "-m", "pytest", *PLUGIN, *QUIET]
    result = pytester.run(*measured)
    result.assert_outcomes(passed=1)
    report = pytester.run(*command, "report").stdout.str()
    assert "work.py" in report and "100%" in report
