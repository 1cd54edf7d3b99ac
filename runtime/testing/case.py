"""A test that runs as a process: what the plugin, the test and the functions that it calls know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pyex.errors import ArgumentError, NotRunning
from pyex.pid import Pid
from pyex.self_ import self


@dataclass(frozen=True)
class Options:
    """How to run a test; timeouts are in milliseconds."""

    timeout: int | str = 60_000
    trap_exit: bool = False
    capture_log: bool = False
    strict: bool = False
    assert_receive_timeout: int = 100
    refute_receive_timeout: int = 100


@dataclass(eq=False)
class Case:
    """A test that runs as a process. Its processes share it."""

    body: Callable[[], Any]
    options: Options
    pid: Pid | None = None
    supervisor: Pid | None = None
    # What `on_exit` was given, by name, or by an object of its own where there is none.
    callbacks: dict[object, Callable[[], object]] = field(default_factory=dict)
    # What the test returned, or what went wrong: its own exception, with its traceback, or one that says what ended it.
    value: Any = None
    failure: BaseException | None = None
    # A debugger has been entered: time does not count any more.
    debugged: bool = False


MARK_IT = "mark the test with @pytest.mark.process"

# The test that runs now.
_current: Case | None = None


def begin(case: Case) -> None:
    """From here on `case` is the test that runs."""
    global _current
    _current = case


def end() -> None:
    """No test runs."""
    global _current
    _current = None


def current() -> Case | None:
    """The test that runs as a process now."""
    return _current


def check_process(function: str) -> None:
    """Refuse a call of `function` where there is no process, and so no mailbox."""
    __tracebackhide__ = True
    try:
        self()
    except NotRunning:
        if _current is not None:
            raise
        raise ArgumentError(f"{function} can only be invoked from a process: {MARK_IT}") from None


def of_caller(function: str) -> Case:
    """The test whose process calls `function`."""
    if _current is None:
        raise ArgumentError(f"{function} can only be invoked from the test process: {MARK_IT}")
    if _current.pid != self():
        raise ArgumentError(f"{function} can only be invoked from the test process")
    return _current
