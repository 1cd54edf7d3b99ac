"""What a test asserts of its messages: `assert_receive` and its kin, as in ExUnit."""

from __future__ import annotations

from typing import Any

from pyex.errors import ArgumentError, describe, safe_repr
from pyex.mailbox import receive
from pyex.pattern import matches
from pyex.process import Process
from pyex.self_ import self
from pyex.testing import case
from pyex.testing.pattern_text import pattern_text

MOST_SHOWN = 10
# Stands for "no message".
_NOTHING: Any = object()


def assert_receive(pattern: Any, timeout: int | None = None, failure_message: str | None = None) -> Any:
    """Wait for a message that matches a pattern of `receive`, and fail the test when none comes in time.

        >>> _ = Process.send_after(self(), ("price", 7), 10)
        >>> assert_receive(("price", int))
        ('price', 7)

    `timeout` is in milliseconds, 100 if it is not given (the ini option `pyex_assert_receive_timeout` changes that).
    `assert_receive(...)` waits for any message. Returns the message, so that `match` can take it apart. Raises
    `AssertionError`, whose text shows the mailbox, or is `failure_message`. Mirrors
    `ExUnit.Assertions.assert_receive/3`.
    """
    __tracebackhide__ = True
    running = case.current()
    usual = running.options.assert_receive_timeout if running is not None else case.Options.assert_receive_timeout
    return _assert_receive("assert_receive", pattern, usual if timeout is None else timeout, failure_message)


def assert_received(pattern: Any, failure_message: str | None = None) -> Any:
    """Take a message that matches a pattern and is there already, and fail the test when there is none.

        >>> _ = send(self(), "hello")
        >>> assert_received(str)
        'hello'

    Returns the message. Raises `AssertionError`, as `assert_receive` does. Mirrors
    `ExUnit.Assertions.assert_received/2`.
    """
    __tracebackhide__ = True
    return _assert_receive("assert_received", pattern, 0, failure_message)


def refute_receive(pattern: Any, timeout: int | None = None, failure_message: str | None = None) -> bool:
    """Fail the test when a message that matches a pattern comes in time, or is there already.

        >>> refute_receive("bad news", 10)
        False

    `timeout` is in milliseconds, 100 if it is not given (the ini option `pyex_refute_receive_timeout` changes that).
    Returns False. Raises `AssertionError`, which shows the message. Mirrors `ExUnit.Assertions.refute_receive/3`.
    """
    __tracebackhide__ = True
    running = case.current()
    usual = running.options.refute_receive_timeout if running is not None else case.Options.refute_receive_timeout
    return _refute_receive("refute_receive", pattern, usual if timeout is None else timeout, failure_message)


def refute_received(pattern: Any, failure_message: str | None = None) -> bool:
    """Fail the test when a message that matches a pattern is there already.

        >>> refute_received("bad news")
        False

    Returns False. Raises `AssertionError`, which shows the message. Mirrors `ExUnit.Assertions.refute_received/2`.
    """
    __tracebackhide__ = True
    return _refute_receive("refute_received", pattern, 0, failure_message)


def _assert_receive(function: str, pattern: Any, timeout: int, failure_message: str | None) -> Any:
    __tracebackhide__ = True
    message = _receive(function, pattern, timeout)
    if message is not _NOTHING:
        return message
    raise AssertionError(failure_message if failure_message is not None else no_match(pattern, timeout))


def _refute_receive(function: str, pattern: Any, timeout: int, failure_message: str | None) -> bool:
    __tracebackhide__ = True
    message = _receive(function, pattern, timeout)
    if message is _NOTHING:
        return False
    text = f"Unexpectedly received message {safe_repr(message)} (which matched {pattern_text(pattern)})"
    raise AssertionError(failure_message if failure_message is not None else text)


def _receive(function: str, pattern: Any, timeout: Any) -> Any:
    __tracebackhide__ = True
    case.check_process(function)
    if type(timeout) is not int or timeout < 0:
        problem = f"timeout must be a non-negative integer, got: {describe(timeout)}"
        if timeout is ... or isinstance(timeout, type):
            both = f"{pattern_text(pattern)}, {pattern_text(timeout)}"
            problem += f"; did you forget the parentheses of a tuple? Write {function}(({both}))"
        raise ArgumentError(problem)
    patterns = () if pattern is ... else (pattern,)
    return receive(*patterns, after=timeout, default=_NOTHING)


def no_match(pattern: Any, timeout: int) -> str:
    """Why `assert_receive` failed, in ExUnit's words."""
    mailbox = Process.info(self(), "messages")[1]
    if any(matches(pattern, message) for message in mailbox):
        return (
            f"Found message matching {pattern_text(pattern)} after {timeout}ms.\n\n"
            "This means the message was delivered too close to the timeout value, you may want to either:\n\n"
            "  1. Give an increased timeout to assert_receive\n"
            "  2. Increase the default timeout to all assert_receive with the ini option pyex_assert_receive_timeout"
        )
    text = f"Assertion failed, no matching message after {timeout}ms\n"
    if not mailbox:
        return text + "The process mailbox is empty."
    # The newest, as ExUnit shows them.
    shown = mailbox[-MOST_SHOWN:]
    plural = "message" if len(mailbox) == 1 else "messages"
    text += f"Showing {len(shown)} of {len(mailbox)} {plural} in the mailbox\nmailbox:"
    for message in shown:
        text += f"\n  pattern: {pattern_text(pattern)}\n  value:   {safe_repr(message)}\n"
    return text.rstrip("\n")
