"""The pytest plugin: test functions that run as processes.

pytest makes the fixtures as always; the test function itself is called in the test process, by way of
`pytest_pyfunc_call`. So all that pytest does with a test function (parametrize, skip, xfail, assertions, `--pdb`)
stays as it is.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import ExitStack, nullcontext
from typing import Any

import pytest

from pyex.errors import NotRunning
from pyex.testing import case as running
from pyex.testing.capture_log import everything_logged, flush_log
from pyex.testing.case import MARK_IT, Case, Options
from pyex.testing.fixture import Promise, kept
from pyex.testing.runner import hide_engine, run_case

MARK = "process"
_BOOLEANS = ("trap_exit", "capture_log", "strict")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("pyex_processes", "run every test function as a pyex process", type="bool", default=False)
    parser.addini("pyex_timeout", 'milliseconds that such a test may take, or "infinity"', default="60000")
    parser.addini("pyex_capture_log", "show all levels of the log with a failed test", type="bool", default=False)
    parser.addini("pyex_strict", "fail tests that leave processes behind", type="bool", default=False)
    parser.addini("pyex_assert_receive_timeout", "milliseconds that assert_receive waits", default="100")
    parser.addini("pyex_refute_receive_timeout", "milliseconds that refute_receive waits", default="100")
    group = parser.getgroup("pyex")
    group.addoption("--pyex-timeout", metavar="MS", help='milliseconds that a process test may take, or "infinity"')


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "process(enabled=True, *, timeout=60_000, trap_exit=False, capture_log=False, strict=False): run the test "
        "function as a pyex process, in a runtime of its own.",
    )
    _from_configuration(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks that say something wrong are found before any test runs."""
    for item in items:
        if isinstance(item, pytest.Function):
            _options(item)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Call the test function in a process. The innermost wrapper, so that `--trace` debugs the test in its process."""
    function = pyfuncitem.obj
    if not _is_process(pyfuncitem):
        try:
            return (yield)
        except NotRunning as error:
            error.add_note(f"    (in a test: {MARK_IT})")
            hide_engine(error)
            raise
    pyfuncitem.obj = _as_process(function, pyfuncitem, _options(pyfuncitem)[1])
    try:
        return (yield)
    finally:
        pyfuncitem.obj = function


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show where the test called pyex, and not the source of pyex; `--full-trace` and `--tb=native` show all."""
    if call.excinfo is not None and isinstance(item, pytest.Function) and _is_process(item):
        hide_engine(call.excinfo.value)
    return (yield)


def pytest_enter_pdb() -> None:
    """A person looks at the test that runs: from now on it has time."""
    case = running.current()
    if case is not None:
        case.debugged = True


# It is final, but nothing else than one of its kind will do for those who are given it.
class _Caplog(pytest.LogCaptureFixture):  # type: ignore[misc]
    """pytest's `caplog`, which in a process waits until what was logged is there."""

    @property
    def handler(self) -> Any:
        flush_log()
        return super().handler

    def get_records(self, when: Any) -> Any:
        flush_log()
        return super().get_records(when)


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """pytest's own; what a process has logged goes through the logger process, and is waited for."""
    caplog.__class__ = _Caplog
    return caplog


def _is_process(item: pytest.Function) -> bool:
    """Whether a test function is to run as a process."""
    if inspect.iscoroutinefunction(item.obj) or inspect.isasyncgenfunction(item.obj):
        return False  # another plugin's
    return _options(item)[0] or any(isinstance(each, Promise) for each in item.funcargs.values())


def _as_process(function: Callable[..., Any], item: pytest.Function, options: Options) -> Callable[..., Any]:
    @functools.wraps(function)
    def call_in_process(**arguments: Any) -> Any:
        __tracebackhide__ = True

        def body() -> Any:
            __tracebackhide__ = True
            with ExitStack() as undo:
                # Also of fixtures that the test uses without asking for them by name.
                kept(item.funcargs, undo)
                return function(**kept(arguments, undo))

        with everything_logged() if options.capture_log else nullcontext():
            return run_case(Case(body, options))

    return call_in_process


def _options(item: pytest.Function) -> tuple[bool, Options]:
    """Whether a test is marked, or all are, and how to run it; the mark that is closest to it counts."""
    enabled = bool(item.config.getini("pyex_processes"))
    options = _from_configuration(item.config)
    file, line, _ = item.location
    place = f"{file}:{line + 1 if line is not None else '?'}: {item.nodeid}"
    for mark in reversed([*item.iter_markers(MARK)]):
        match mark.args:
            case ():
                enabled = True
            case (bool() as given,):
                enabled = given
            case _:
                raise pytest.UsageError(f"{place}: process(...) takes True, False, or options by name")
        enabled = mark.kwargs.get("enabled", enabled)
        changes = {name: each for name, each in mark.kwargs.items() if name != "enabled"}
        options = _changed(options, changes, place)
    return enabled, options


def _changed(options: Options, changes: dict[str, Any], place: str) -> Options:
    known = ("timeout", *_BOOLEANS)
    for name, value in changes.items():
        if name not in known:
            raise pytest.UsageError(f"{place}: process(...) has no option {name!r}; known are {', '.join(known)}")
        if name in _BOOLEANS and not isinstance(value, bool):
            raise pytest.UsageError(f"{place}: process({name}={value!r}): write True or False")
        if name == "timeout":
            _milliseconds(value, f"{place}: process(timeout={value!r})", infinity=True)
    return dataclasses.replace(options, **changes)


def _from_configuration(config: pytest.Config) -> Options:
    given = config.getoption("pyex_timeout")
    return Options(
        timeout=_read(given, "--pyex-timeout") if given is not None else _read_ini(config, "pyex_timeout"),
        capture_log=config.getini("pyex_capture_log"),
        strict=config.getini("pyex_strict"),
        assert_receive_timeout=_read_ini(config, "pyex_assert_receive_timeout", infinity=False),
        refute_receive_timeout=_read_ini(config, "pyex_refute_receive_timeout", infinity=False),
    )


def _read_ini(config: pytest.Config, name: str, *, infinity: bool = True) -> Any:
    return _read(config.getini(name), name, infinity=infinity)


def _read(text: str, name: str, *, infinity: bool = True) -> Any:
    value = int(text) if text.strip().replace("_", "").isdecimal() else text.strip()
    return _milliseconds(value, f"{name}={text}", infinity=infinity)


def _milliseconds(value: Any, place: str, *, infinity: bool) -> Any:
    if (type(value) is int and value >= 0) or (infinity and value == "infinity"):
        return value
    wanted = 'a whole number of milliseconds or "infinity"' if infinity else "a whole number of milliseconds"
    raise pytest.UsageError(f"{place}: write {wanted}")
