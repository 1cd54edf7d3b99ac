"""What tests that run as processes call: assert_receive and its kin, capture_log and capture_io."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from in_process import in_process
from program import PATIENCE_MS
from testing_session import error_lines, failure, output, run_tests

from pyex import ArgumentError, Process, self, send, spawn_monitor
from pyex.testing import (
    assert_receive,
    assert_received,
    capture_io,
    capture_log,
    refute_receive,
    refute_received,
    with_io,
    with_log,
)
from pyex.testing.assertions import no_match
from pyex.testing.pattern_text import pattern_text

pytest_plugins = ["pytester"]


def failing(function: object) -> str:
    """The text of the AssertionError that a call raises."""
    assert callable(function)
    with pytest.raises(AssertionError) as raised:
        function()
    return str(raised.value)


def ended(function: Callable[..., object], *args: object) -> None:
    """Have a process call a function, and wait until it has ended."""
    _, reference = spawn_monitor(function, *args)
    assert_receive(("DOWN", reference, ..., ..., ...), PATIENCE_MS)


# -- messages


@in_process
def test_assert_receive_waits_and_returns_the_message() -> None:
    """The first message that matches is taken and returned; the others stay."""
    send(self(), "noise")
    Process.send_after(self(), ("price", 7), 20)
    assert assert_receive(("price", int), 5000) == ("price", 7)
    assert assert_receive(...) == "noise"
    assert refute_received(...) is False


@in_process
def test_assert_received_does_not_wait() -> None:
    """What comes later does not count."""
    Process.send_after(self(), "late", 20)
    assert failing(lambda: assert_received("late")) == (
        "Assertion failed, no matching message after 0ms\nThe process mailbox is empty."
    )
    assert assert_receive("late", 5000) == "late"


@in_process
def test_a_failed_assert_receive_shows_the_mailbox() -> None:
    """Each message stands beside the pattern, as ExUnit shows it, and stays in the mailbox."""
    send(self(), ("b", 1))
    send(self(), ("b", {"n": 2}))
    assert failing(lambda: assert_receive(("a", ...), 1)) == (
        "Assertion failed, no matching message after 1ms\n"
        "Showing 2 of 2 messages in the mailbox\n"
        "mailbox:\n"
        "  pattern: ('a', ...)\n"
        "  value:   ('b', 1)\n"
        "\n"
        "  pattern: ('a', ...)\n"
        "  value:   ('b', {'n': 2})"
    )
    assert assert_received(("b", 1)) == ("b", 1)
    assert "Showing 1 of 1 message in the mailbox" in failing(lambda: assert_received("a"))


@in_process
def test_a_message_that_comes_just_too_late_is_told_from_none() -> None:
    """When it is there by the time that the text is made, the text says what to do."""
    send(self(), "a")
    text = no_match("a", 1)
    assert text.startswith("Found message matching 'a' after 1ms.\n\nThis means the message was delivered too close")


@in_process
def test_of_many_messages_the_newest_ten_are_shown() -> None:
    """A full mailbox does not flood the screen."""
    for number in range(12):
        send(self(), ("b", number))
    text = failing(lambda: assert_receive("a", 0))
    assert "Showing 10 of 12 messages in the mailbox" in text
    assert [f"('b', {number})" in text for number in range(12)] == [False] * 2 + [True] * 10


@in_process
def test_a_message_whose_repr_fails_is_shown_too() -> None:
    """A broken message does not hide why the test failed."""

    class Broken:
        def __repr__(self) -> str:
            raise LookupError

    send(self(), Broken())
    assert "value:   <Broken whose repr raises LookupError>" in failing(lambda: assert_receive("a", 0))


@in_process
def test_refute_receive_fails_for_a_message() -> None:
    """A message that matches fails it, also one that comes later; without one it returns False after the time."""
    assert refute_receive("bad", 5) is False
    send(self(), ("bad", 1))
    expected = "Unexpectedly received message ('bad', 1) (which matched ('bad', int))"
    assert failing(lambda: refute_received(("bad", int))) == expected
    Process.send_after(self(), ("bad", 1), 10)
    assert failing(lambda: refute_receive(("bad", int), 5000)) == expected


@in_process
def test_a_failure_can_have_words_of_its_own() -> None:
    """failure_message takes the place of the text."""
    assert failing(lambda: assert_receive("a", 0, "no answer")) == "no answer"
    assert failing(lambda: assert_received("a", "no answer")) == "no answer"
    send(self(), "a")
    assert failing(lambda: refute_receive("a", 10, "too early")) == "too early"
    send(self(), "a")
    assert failing(lambda: refute_received("a", "too early")) == "too early"


@in_process
def test_a_bad_timeout_is_refused() -> None:
    """What is no number of milliseconds is an error; forgotten parentheses are guessed."""
    for wrong in (-1, "infinity", 0.5, True):
        with pytest.raises(ArgumentError, match="timeout must be a non-negative integer, got: "):
            assert_receive("a", wrong)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"Write refute_receive\(\('a', int\)\)"):
        refute_receive("a", int)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"Write assert_receive\(\('a', \.\.\.\)\)"):
        assert_receive("a", ...)  # type: ignore[arg-type]


def test_patterns_are_shown_as_one_writes_them() -> None:
    """`...`, types and functions look as they do in a program."""
    pattern = ("a", int, (...,), [str, 1], {"to": ..., "by": callable}, None)
    assert pattern_text(pattern) == "('a', int, (...,), [str, 1], {'to': ..., 'by': callable}, None)"


def test_the_usual_timeouts_can_be_configured(pytester: pytest.Pytester) -> None:
    """The ini options change how long assert_receive and refute_receive wait; the failure names the time."""
    pytester.makepyprojecttoml(
        "[tool.pytest.ini_options]\npyex_assert_receive_timeout = 5\npyex_refute_receive_timeout = 6000\n"
    )
    text = """
        def test_assert():
            assert_receive("never")

        def test_refute():
            Process.send_after(self(), "late", 150)
            refute_receive("late")
    """
    result = run_tests(pytester, text)
    result.assert_outcomes(failed=2)
    assert "no matching message after 5ms" in result.stdout.str()
    assert "Unexpectedly received message 'late'" in result.stdout.str()


def test_a_failure_shows_the_line_of_the_test_and_nothing_of_pyex(pytester: pytest.Pytester) -> None:
    """The traceback ends where the test calls assert_receive."""
    lines = failure(pytester, "def test_it():\n    assert_receive(('a', ...))\n")
    assert lines[0] == ">       assert_receive(('a', ...))"
    assert error_lines(lines) == [
        "AssertionError: Assertion failed, no matching message after 100ms",
        "The process mailbox is empty.",
    ]


# -- what is logged and printed


@in_process
def test_capture_log_collects_all_levels_and_reports() -> None:
    """The text is what Elixir's console shows, the records are those of logging; other processes count too."""
    import logging

    with capture_log() as log:
        logging.getLogger("shop").debug("open at %s", 9)
        ended(lambda: 1 / 0)
        assert "[debug] open at 9" in log
    assert [record.levelname for record in log.records] == ["DEBUG", "ERROR"]
    first, second = log.text.split("\n\n")[:2]
    time, text = first.strip("\n").split(" ", 1)
    assert len(time) == len("10:20:30.123") and text == "[debug] open at 9"
    assert "raised an exception\n** (ZeroDivisionError) division by zero" in second
    logging.error("after that")
    assert "after that" not in str(log)


def test_capture_log_works_outside_of_processes_too() -> None:
    """A plain test can use it; with a traceback, where there is one."""
    import logging

    with capture_log() as log:
        try:
            raise LookupError("no")
        except LookupError:
            logging.exception("failed")
    assert "[error] failed\nTraceback" in log and "LookupError: no" in log


@in_process
def test_capture_log_takes_a_function_and_a_level() -> None:
    """As in ExUnit it returns the text; with_log returns what the function returned, too."""
    import logging

    def work() -> int:
        logging.info("quiet")
        logging.error("loud")
        return 7

    assert "quiet" in capture_log(work)
    text = capture_log(work, level="error")
    assert "loud" in text and "quiet" not in text
    value, text = with_log(work)
    assert value == 7 and "loud" in text
    with pytest.raises(ZeroDivisionError):
        capture_log(lambda: 1 / 0)
    assert logging.root.level == logging.WARNING


def test_capture_log_of_the_mark_shows_all_levels_with_a_failure(pytester: pytest.Pytester) -> None:
    """Everything that was logged is shown when the test fails, and nothing when it passes."""
    text = """
        import logging

        @pytest.mark.process(capture_log=True)
        def test_fails():
            logging.debug("said by the one that fails")
            _, reference = spawn_monitor(lambda: logging.info("said by its child"))
            assert_receive(("DOWN", reference, ..., ..., ...), 5000)
            assert False

        @pytest.mark.process(capture_log=True)
        def test_passes():
            logging.error("said by the one that passes")

        def test_is_not_asked():
            logging.debug("said by another")
            assert False
    """
    shown = output(pytester, text)
    for who, is_shown in {"the one that fails": 1, "its child": 1, "the one that passes": 0, "another": 0}.items():
        lines = [line for line in shown.splitlines() if line.endswith(f" said by {who}")]
        assert len(lines) == is_shown


@in_process
def test_capture_io_collects_what_is_printed() -> None:
    """By all processes; as a context manager and with a function."""
    with capture_io() as out:
        print("one", end="")
        ended(print, " two")
        assert "two" in out
    assert (out.text, str(out)) == ("one two\n", "one two\n")
    assert capture_io(lambda: print("three")) == "three\n"
    assert with_io(lambda: print("four") or 7) == (7, "four\n")


@in_process
def test_capture_io_of_stderr_and_with_input() -> None:
    """The devices have ExUnit's names; input is read to its end."""
    import sys

    assert capture_io("stderr", lambda: print("error", file=sys.stderr)) == "error\n"
    with capture_io("stderr") as error:
        print("error", file=sys.stderr)
    assert error.text == "error\n"

    def ask() -> None:
        print(input("name? ") + "!", sys.stdin.readline())
        with pytest.raises(EOFError):
            input()

    assert capture_io(ask, input="Joe\nMike") == "name? Joe! Mike\n"


def test_capture_io_refuses_another_device() -> None:
    """A text to be read is not a device, as it is in Elixir; the error says how to write it."""
    known = r'known are "stdio" and "stderr", and input="..." is what is read'
    with pytest.raises(ArgumentError, match=known), capture_io("7\n"):
        pass
    with pytest.raises(ArgumentError, match="2nd argument"):
        with_io("stderr")  # type: ignore[call-overload]
