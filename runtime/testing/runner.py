"""Running one test as a process: in a runtime of its own, from its start to what must be gone after it.

The main process of the runtime is the *runner*, as in ExUnit. It starts the test process, waits until that says that it
has finished, or is dead, or its time is up, and then clears away: the test process exits with "shutdown", as ExUnit's
do, which ends what is linked to it; the supervisor is stopped, the callbacks of `on_exit` are called. Ctrl+C, and what
a signal handler raises, comes to the runner, which ends the test process, and goes on with it from there.
"""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest

from pyex.atom import EXIT, KILL, Atom
from pyex.device import LineRequest, StreamDevice
from pyex.errors import Exit, Unwind
from pyex.format_exit import format_banner, format_error
from pyex.mailbox import receive, send
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.run import run_on
from pyex.self_ import self
from pyex.spawn import exit, spawn_monitor
from pyex.testing import case as running
from pyex.testing.case import Case
from pyex.testing.leftover import leftovers

FINISHED, SHUTDOWN = Atom("$test_finished"), Atom("shutdown")
# A process that was killed is unwound or abandoned after about a second.
UNWIND_MS = 2000


class PytestDevice(StreamDevice):
    """As the standard device, but `input` reads from what is `sys.stdin` then: pytest and its fixtures change it."""

    def read_line(self, request: LineRequest) -> str:
        sys.stdout.write(request.prompt)
        sys.stdout.flush()
        with self._reading:
            return sys.stdin.readline()


def run_case(case: Case) -> Any:
    """Run a test as a process. Returns what it returns, and raises what went wrong."""
    __tracebackhide__ = True
    # What fixtures have set is as good in the test's process.
    context = contextvars.copy_context()
    streams = (sys.stdout, sys.stderr)
    running.begin(case)
    try:
        run_on(PytestDevice(), _run, case, context, streams)
    finally:
        running.end()
    failure, case.failure = case.failure, None
    if failure is None:
        return case.value
    try:
        raise failure
    finally:
        # The error leads to this frame: without this it would keep itself alive.
        del failure


# -- the runner's part


def _run(case: Case, context: contextvars.Context, streams: tuple[Any, Any]) -> None:
    # pytest reads what it captures at any moment, so it is written without a detour. The terminal itself, which may
    # be slow, has the engine's.
    if streams[0] is not sys.__stdout__:
        sys.stdout = streams[0]
    if streams[1] is not sys.__stderr__:
        sys.stderr = streams[1]
    before = {*Process.list()}
    pid, monitor = spawn_monitor(_TestProcess(case, context, self()))
    try:
        _await_test(case, pid, monitor)
    except Unwind:
        raise
    except BaseException as interruption:
        case.failure = interruption.with_traceback(_end_test(case, pid, monitor))
    _stop_supervisor(case)
    for callback in reversed([*case.callbacks.values()]):
        _call_at_exit(case, callback)
    if case.options.strict and (left := leftovers(before)):
        lines = "".join(f"\n  {each}" for each in left)
        _fail(case, pytest.fail.Exception(f"processes were left alive by the test:{lines}", pytrace=False))


def _await_test(case: Case, pid: Pid, monitor: Reference) -> None:
    """Wait until the test has finished, or something has finished it."""
    down = ("DOWN", monitor, ..., ..., ...)
    match _receive_in_time(case, (FINISHED, pid), down):
        case None:
            traceback = _end_test(case, pid, monitor)
            case.failure = pytest.fail.Exception(_timed_out("test", case)).with_traceback(traceback)
        case ("DOWN", _, _, _, reason):
            traceback = case.failure.__traceback__ if case.failure is not None else None
            text = format_banner(EXIT, (pid, reason))
            case.failure = pytest.fail.Exception(text).with_traceback(without_engine(traceback))
        case _:
            # It exits with "shutdown" now: those who are linked to it have heard of that when it is down.
            receive(down, after=UNWIND_MS, default=None)


def _receive_in_time(case: Case, *patterns: Any) -> Any:
    """One of these messages; None when the time of the test is up."""
    while True:
        message = receive(*patterns, after=case.options.timeout, default=None)
        if message is not None or not case.debugged:
            return message


def _end_test(case: Case, pid: Pid, monitor: Reference) -> TracebackType | None:
    """Kill the test process. Returns where it was."""
    case.failure = None
    Process.exit(pid, KILL)
    receive(("DOWN", monitor, ..., ..., ...), after=UNWIND_MS, default=None)
    return without_engine(case.failure.__traceback__) if case.failure is not None else None


def _stop_supervisor(case: Case) -> None:
    if case.supervisor is None:
        return
    monitor = Process.monitor(case.supervisor)
    Process.exit(case.supervisor, SHUTDOWN)
    if _receive_in_time(case, ("DOWN", monitor, ..., ..., ...)) is None:
        Process.exit(case.supervisor, KILL)
        _fail(case, pytest.fail.Exception(_timed_out("supervisor shutdown", case)))


def _call_at_exit(case: Case, callback: Callable[[], object]) -> None:
    """Call what `on_exit` was given, in a process of its own."""
    call = _ExitCall(callback)
    pid, monitor = spawn_monitor(call)
    down = _receive_in_time(case, ("DOWN", monitor, ..., ..., ...))
    if down is None:
        Process.exit(pid, KILL)
        receive(("DOWN", monitor, ..., ..., ...), after=UNWIND_MS, default=None)
        traceback = without_engine(call.error.__traceback__) if call.error is not None else None
        _fail(case, pytest.fail.Exception(_timed_out("on_exit callback", case)).with_traceback(traceback))
    elif call.error is not None and not isinstance(call.error, Unwind):
        _fail(case, _shown(call.error))
    elif down[4] != "normal":
        _fail(case, pytest.fail.Exception(format_banner(EXIT, (pid, down[4]))))


def _fail(case: Case, failure: BaseException) -> None:
    """What went wrong first counts; what comes after that is told with it."""
    if case.failure is None or isinstance(case.failure, (pytest.skip.Exception, pytest.xfail.Exception)):
        case.failure = failure
    else:
        case.failure.add_note(f"and after the test:\n{format_error(failure)}")


def _timed_out(what: str, case: Case) -> str:
    """In ExUnit's words."""
    return f"""{what} timed out after {case.options.timeout}ms. You can change the timeout:

  1. per test by setting "@pytest.mark.process(timeout=x)" (accepts "infinity")
  2. per test module by setting "pytestmark = pytest.mark.process(timeout=x)" (accepts "infinity")
  3. globally via "pyex_timeout = x" in pytest's configuration
  4. by running "pytest --pyex-timeout x"

where "x" is the timeout given as integer in milliseconds (defaults to 60_000)."""


# -- the other processes' part


class _Shared:
    """A function with what it needs, which is not copied when it is spawned: fixtures stay what pytest has made."""

    def __deepcopy__(self, memo: object) -> Any:
        return self


class _TestProcess(_Shared):
    """The test process."""

    def __init__(self, case: Case, context: contextvars.Context, runner: Pid) -> None:
        self.case = case
        self.context = context
        self.runner = runner

    def __call__(self) -> None:
        case = self.case
        case.pid = Process.self()
        try:
            if case.options.trap_exit:
                Process.flag("trap_exit", True)
            case.value = self.context.run(case.body)
        except Unwind as error:
            case.failure = error
            raise
        except BaseException as error:
            case.failure = _shown(error)
        send(self.runner, (FINISHED, Process.self()))
        exit(SHUTDOWN)


class _ExitCall(_Shared):
    """A process that calls what `on_exit` was given."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.error: BaseException | None = None

    def __call__(self) -> None:
        try:
            self.callback()
        except Unwind as error:
            self.error = error
            raise
        except BaseException as error:
            self.error = error


def _shown(error: BaseException) -> BaseException:
    """What a test has not caught, as pytest is to show it: an exit in Elixir's words, all else as it is."""
    if not isinstance(error, Exit):
        return error
    return pytest.fail.Exception(format_banner("exit", error.reason)).with_traceback(
        without_engine(error.__traceback__)
    )


def hide_engine(error: BaseException) -> None:
    """Have pytest leave out the places in pyex's own modules, of an error and of those that led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        place = each.__traceback__
        while place is not None:
            if _is_of_engine(place):
                place.tb_frame.f_globals.setdefault("__tracebackhide__", True)
            place = place.tb_next


def _is_of_engine(place: TracebackType) -> bool:
    return str(place.tb_frame.f_globals.get("__name__")).startswith("pyex.")


def without_engine(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback that ends where the user's code has called pyex."""
    places = []
    while traceback is not None:
        places.append(traceback)
        traceback = traceback.tb_next
    while places and _is_of_engine(places[-1]):
        places.pop()
    shortened = None
    for place in reversed(places):
        shortened = TracebackType(shortened, place.tb_frame, place.tb_lasti, place.tb_lineno)
    return shortened
