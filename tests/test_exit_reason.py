"""Exit reasons: what an error becomes when nobody catches it, how it is put into words, and what is reported."""

from __future__ import annotations

import gc
import logging
import os
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from in_process import dead, ends, ends_after, idle, in_process, messages
from program import program

import pyex
from pyex import (
    ErlangError,
    Exit,
    Pid,
    Process,
    RemoteError,
    exit,
    receive,
    self,
    send,
    spawn,
    spawn_link,
    spawn_monitor,
)
from pyex.format_exit import format_banner, format_exit

# Far more milliseconds than anything here takes: a test that waits so long has failed.
SOON = 2000

STACK = [("shop", "Shop.sell", 1, {"file": "lib/shop.py", "line": 3})]
NO_PROCESS = (
    "no process: the process is not alive or there's no process currently associated with the given name, "
    "possibly because its application isn't started"
)


class Shop:
    """Stands for a behaviour in the reasons below."""


def reason_of(function: Callable[..., object], *args: Any) -> Any:
    """The reason that a process of this function ends with."""
    _, reference = spawn_monitor(function, *args)
    return receive(("DOWN", reference, "process", ..., ...), after=SOON)[4]


def sell(amount: int) -> float:
    return 1 / amount


def buy() -> None:
    sell(0)


# -- the shape


@in_process
def test_reason_of_an_error_is_the_error_and_where_it_happened() -> None:
    """The reason is `(error, stacktrace)`; each place is module, function, arity and a dict of file and line."""
    error, stacktrace = reason_of(buy)
    line = sell.__code__.co_firstlineno + 1
    assert isinstance(error, ZeroDivisionError)
    assert stacktrace[0] == (__name__, "sell", 1, {"file": __file__, "line": line})


@in_process
def test_reason_lists_the_innermost_place_first_and_nothing_of_the_engine() -> None:
    """A stacktrace begins where the error happened and ends at the function that was spawned."""
    _, stacktrace = reason_of(buy)
    assert [function for _, function, _, _ in stacktrace] == ["sell", "buy"]


@in_process
def test_reason_names_methods_by_their_class() -> None:
    """The function of a method is `Class.method`."""

    class Till:
        def open(self) -> None:
            raise ValueError("stuck")

    _, stacktrace = reason_of(lambda: Till().open())
    assert stacktrace[0][1].endswith("Till.open") and stacktrace[0][2] == 1


@in_process
def test_reason_passes_through_links_unchanged() -> None:
    """Those who die of a peer's error have its error and its stacktrace as their reason."""

    def parent() -> None:
        spawn_link(buy)
        Process.sleep("infinity")

    error, stacktrace = reason_of(lambda: spawn_link(parent) and Process.sleep("infinity"))
    assert isinstance(error, ZeroDivisionError) and stacktrace[0][1] == "sell"


@in_process
def test_reason_of_linking_a_dead_process_is_noproc_with_a_stacktrace() -> None:
    """An ErlangError that nobody catches gives its own reason in the error's place."""
    reason, stacktrace = reason_of(Process.link, dead())
    assert reason == "noproc" and isinstance(stacktrace, list)


@in_process
def test_reason_of_a_raised_exit_is_its_reason() -> None:
    """Raising Exit is the same as calling `exit`."""

    def leave() -> None:
        raise Exit("boom")

    assert reason_of(leave) == "boom"


@pytest.mark.parametrize(("argument", "code"), [(3, 3), (None, None), ("bye", "bye")])
@in_process
def test_reason_of_sys_exit_tells_the_code(argument: Any, code: Any) -> None:
    """`sys.exit(code)` in a process ends that process, with `("system_exit", code)`."""
    assert reason_of(sys.exit, argument) == ("system_exit", code)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration, MemoryError])
@in_process
def test_reason_of_any_other_exception_is_that_exception(kind: type[BaseException]) -> None:
    """Also exceptions that mean something to Python end just the process, with themselves as the reason."""

    def fail() -> None:
        raise kind

    error, stacktrace = reason_of(fail)
    assert type(error) is kind and stacktrace[0][1].endswith("fail")


@in_process
def test_reason_of_endless_recursion_is_a_recursion_error() -> None:
    """A process that calls itself without end crashes, and the others go on."""

    def again() -> None:
        again()

    error, stacktrace = reason_of(again)
    assert isinstance(error, RecursionError) and len(stacktrace) > 100


@in_process
def test_reason_of_a_syntax_error_keeps_its_place() -> None:
    """What an exception knows besides its text is in the reason too."""
    error, _ = reason_of(compile, "1 +", "till.py", "exec")
    assert isinstance(error, SyntaxError) and (error.filename, error.lineno) == ("till.py", 1)


# -- what it shares with the dead process: nothing


class Burden:
    """Something of which a dead process should leave nothing."""


burdens: weakref.WeakSet[Burden] = weakref.WeakSet()


@in_process
def test_reason_keeps_nothing_of_the_dead_process_alive() -> None:
    """The reason holds no frame: what the crashed functions had in their variables is freed."""

    def crash() -> None:
        burden = Burden()
        burdens.add(burden)
        try:
            buy()
        except ZeroDivisionError as cause:
            raise ValueError("lost") from cause

    reason = reason_of(crash)
    gc.collect()
    assert isinstance(reason[0], ValueError) and len(burdens) == 0


@in_process
def test_reason_keeps_causes_contexts_notes_and_attributes() -> None:
    """The error in the reason has what the error raised had, but for tracebacks."""

    def crash() -> None:
        try:
            buy()
        except ZeroDivisionError as cause:
            error = ValueError("lost", 7)
            error.add_note("look behind the till")
            error.amount = 12  # type: ignore[attr-defined]
            raise error from cause

    error, _ = reason_of(crash)
    assert error.args == ("lost", 7) and error.__notes__ == ["look behind the till"] and error.amount == 12
    assert isinstance(error.__cause__, ZeroDivisionError) and error.__context__ is error.__cause__
    assert error.__traceback__ is None and error.__cause__.__traceback__ is None


@in_process
def test_reason_of_an_exception_group_keeps_its_members() -> None:
    """An exception group arrives as a group, without tracebacks."""

    def crash() -> None:
        raise ExceptionGroup("both", [ValueError("a"), TypeError("b")])

    error, _ = reason_of(crash)
    assert isinstance(error, ExceptionGroup) and [type(each) for each in error.exceptions] == [ValueError, TypeError]
    assert error.__traceback__ is None


class OutOfStock(Exception):
    """An exception whose constructor wants something else than what it passes on."""

    def __init__(self, what: str, left: int) -> None:
        super().__init__(f"{what} is out of stock")
        self.left = left


@in_process
def test_reason_keeps_the_type_of_exceptions_with_a_constructor_of_their_own() -> None:
    """An exception that wants two arguments and passes on one text arrives as what it is."""

    def crash() -> None:
        raise OutOfStock("tea", 0)

    error, _ = reason_of(crash)
    assert isinstance(error, OutOfStock) and str(error) == "tea is out of stock" and error.left == 0


class Stubborn(Exception):
    """An exception that refuses to be copied."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("no")

    def __repr__(self) -> str:
        return "Stubborn('as a mule')"


@in_process
def test_reason_of_an_exception_that_cannot_be_copied_tells_what_it_was() -> None:
    """In the place of an exception that refuses to be copied stands a RemoteError with its repr."""

    def crash() -> None:
        raise Stubborn

    error, stacktrace = reason_of(crash)
    assert isinstance(error, Stubborn | RemoteError) and "Stubborn" in repr(error) and stacktrace


class Unspeakable(Exception):
    """An exception whose texts raise."""

    def __str__(self) -> str:
        raise ValueError("no words")

    __repr__ = __str__


@in_process
def test_reason_of_an_exception_without_words_is_no_obstacle() -> None:
    """A process whose exception raises when it is put into words ends, and its peers are told."""

    def crash() -> None:
        raise Unspeakable

    error, stacktrace = reason_of(crash)
    assert isinstance(error, Unspeakable) and stacktrace


class Untouchable(Exception):
    """An exception that raises whatever it is asked, its class included."""

    def __getattribute__(self, name: str) -> Any:
        raise KeyboardInterrupt(name)


def test_reason_of_an_exception_that_cannot_be_asked_anything_is_no_obstacle(caplog: pytest.LogCaptureFixture) -> None:
    """A process whose exception raises another at every look ends alone, its peers are told, and it is reported."""

    def crash() -> None:
        raise Untouchable

    error, _ = pyex.run(reason_of, crash)
    assert isinstance(error, KeyboardInterrupt | RemoteError)
    assert "** (Untouchable) <it cannot be shown: KeyboardInterrupt>" in caplog.text


@in_process
def test_reason_with_notes_that_are_no_list_is_put_into_words() -> None:
    """Notes of an exception that somebody has replaced by something else are left out."""
    error = ValueError("oops")
    error.__notes__ = 42  # type: ignore[assignment]
    assert format_banner("error", error) == "** (ValueError) oops"


@in_process
def test_reason_given_to_exit_is_a_copy() -> None:
    """Nothing mutable is shared through an exit reason."""
    shared = threading.Event()  # cannot be copied, and so travels as it is

    def leave() -> None:
        box: list[Any] = ["mine"]
        try:
            exit((shared, box))
        finally:
            box.append("changed on the way out")

    event, box = reason_of(leave)
    assert event is shared and box[0] == "mine"


# -- errors and reasons that resist; each in a Python of its own, for one that succeeds takes the runtime along


PRELUDE = """
import pyex
from pyex import *

def meanwhile(pid):
    pass

def shown(reason):
    return reason
"""

MAIN = """
def main():
    pid, reference = spawn_monitor(crash)
    meanwhile(pid)
    print(shown(receive(("DOWN", reference, ..., ..., ...), after=20000)[4]))

pyex.run(main)
"""


def reason_in_a_program(setup: str) -> str:
    """Run a process that calls `crash`, as defined by `setup`; what its watcher prints of the reason."""
    result = program(PRELUDE + textwrap.dedent(setup) + MAIN)
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout.strip()


def test_reason_of_an_error_with_a_very_long_history() -> None:
    """An error that came of three thousand others, one after the other, ends its process as any error."""
    setup = """
    def crash():
        error = ValueError(0)
        for number in range(1, 3000):
            later = ValueError(number)
            later.__context__ = error
            error = later
        raise error

    def shown(reason):
        return repr(reason[0])
    """
    assert reason_in_a_program(setup) == "ValueError(2999)"


def test_reason_of_a_process_killed_while_its_reason_is_copied() -> None:
    """A process that is killed while the copying of its own exit reason takes long ends "killed"."""
    setup = """
    class Slow:
        def __deepcopy__(self, memo):
            while True:
                copying.append(1)

    copying = []

    def crash():
        exit(Slow())

    def meanwhile(pid):
        while not copying:
            Process.sleep(1)
        Process.exit(pid, "kill")
    """
    assert reason_in_a_program(setup) == "killed"


def test_reason_whose_copying_is_interrupted_is_no_obstacle() -> None:
    """A process whose reason raises, whenever it is copied, what stops a program ends, and its peers are told."""
    setup = """
    class Bad:
        def __deepcopy__(self, memo):
            raise KeyboardInterrupt

    def crash():
        exit(Bad())

    def shown(reason):
        return "told"
    """
    assert reason_in_a_program(setup) == "told"


def test_reason_that_is_a_string_with_an_equality_of_its_own() -> None:
    """A linked process is told of a reason whose `==` raises, for the runtime compares strings as strings."""
    setup = """
    class Word(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            raise ValueError("no comparison")

    def crash():
        Process.flag("trap_exit", True)
        spawn_link(lambda: exit(Word("boom")))
        exit("heard " + str.__str__(receive()[2]))
    """
    assert reason_in_a_program(setup) == "heard boom"


# -- in words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("normal", "normal"),
        ("killed", "killed"),
        ("kill", "'kill'"),
        ("shutdown", "shutdown"),
        (("shutdown", "x"), "shutdown: 'x'"),
        (
            ("shutdown", ("failed_to_start_child", "id", "nope")),
            "shutdown: failed to start child: 'id'\n    ** (EXIT) 'nope'",
        ),
        ("noproc", NO_PROCESS),
        ("boom", "'boom'"),
        (("a", 1), "('a', 1)"),
        (42, "42"),
        (None, "None"),
        ([1], "[1]"),
        ((), "()"),
        ((1, 2), "(1, 2)"),
        (("a", 1, 2), "('a', 1, 2)"),
        ("calling_self", "process attempted to call itself"),
        ("timeout", "time out"),
        ("nocatch", "'nocatch'"),
        (("already_started", "p"), "already started: 'p'"),
        (("bad_return_value", "x"), "bad return value: 'x'"),
        (("bad_call", "x"), "bad call: 'x'"),
        (("bad_cast", "x"), "bad cast: 'x'"),
        (("EXIT", "boom"), "('EXIT', 'boom')"),
        ("badarg", "'badarg'"),
        (("nodedown", "n@h"), "no connection to n@h"),
        (("badmatch", 1), "('badmatch', 1)"),
    ],
)
def test_text_01_reasons_in_words(reason: Any, words: str) -> None:
    """The usual reasons have words of their own; every other is shown as the value that it is."""
    assert format_exit(reason) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            (RuntimeError("oops"), STACK),
            "an exception was raised:\n    ** (RuntimeError) oops\n        lib/shop.py:3: Shop.sell",
        ),
        (
            ("boom", STACK),
            "an exception was raised:\n    ** (ErlangError) Erlang error: 'boom'\n        lib/shop.py:3: Shop.sell",
        ),
        (
            ("noproc", (Shop, "call", ["nobody", "x", 5000])),
            f"exited in: Shop.call('nobody', 'x', 5000)\n    ** (EXIT) {NO_PROCESS}",
        ),
        (
            ("timeout", (Shop, "call", ["nobody", "x", 5000])),
            "exited in: Shop.call('nobody', 'x', 5000)\n    ** (EXIT) time out",
        ),
        (
            ((RuntimeError("oops"), STACK), (Shop, "call", ["n", "x", 5000])),
            "exited in: Shop.call('n', 'x', 5000)\n    ** (EXIT) an exception was raised:\n"
            "        ** (RuntimeError) oops\n            lib/shop.py:3: Shop.sell",
        ),
    ],
)
def test_text_02_reasons_with_a_stacktrace_or_a_call_in_words(reason: Any, words: str) -> None:
    """An error is shown with its places, and what went wrong in a call with the call."""
    assert format_exit(reason) == words


@pytest.mark.parametrize(
    ("kind", "payload", "banner"),
    [
        ("error", RuntimeError("x"), "** (RuntimeError) x"),
        ("error", "foo", "** (ErlangError) Erlang error: 'foo'"),
        ("error", ErlangError("foo"), "** (ErlangError) Erlang error: :foo"),
        ("exit", "x", "** (exit) 'x'"),
        ("exit", "normal", "** (exit) normal"),
    ],
)
def test_text_03_banners(kind: str, payload: Any, banner: str) -> None:
    """The line for what was not caught names its kind."""
    assert format_banner(kind, payload) == banner


@in_process
def test_text_03_banner_of_an_exit_signal() -> None:
    """The line for an exit signal names the process that it came from."""
    assert format_banner("EXIT", (self(), "boom")) == f"** (EXIT from {self()!r}) 'boom'"


def test_text_words_show_values_as_the_shell_does() -> None:
    """The values in a reason are shown by the function given."""
    assert format_exit(("shutdown", "x"), lambda value: f":{value}") == "shutdown: :x"


@in_process
def test_text_of_a_function_called_with_too_few_arguments() -> None:
    """The words for a spawned function that wanted arguments name it and say how it was called."""

    def wants_two(a: int, b: int) -> None:
        """Never gets that far."""

    _, reference = Process.spawn(wants_two, ["monitor"])
    words = format_exit(receive(("DOWN", reference, ..., ..., ...), after=SOON)[4])
    assert "(BadArityError)" in words and "wants_two" in words and "called with no arguments" in words


# -- reports


class Forward(logging.Handler):
    """Sends what is logged to a process."""

    def __init__(self, to: Pid) -> None:
        super().__init__()
        self.to = to

    def emit(self, record: logging.LogRecord) -> None:
        send(self.to, (record.levelname, record.getMessage()))


@contextmanager
def reports() -> Iterator[None]:
    """What the runtime reports meanwhile becomes messages to the caller."""
    logger, handler = logging.getLogger("pyex"), Forward(self())
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@in_process
def test_text_07_an_error_is_reported() -> None:
    """An error that nobody catches gives one report: which process, which error, and where."""
    with reports():
        pid = spawn(buy)
        heard = messages()
    line = sell.__code__.co_firstlineno + 1
    assert [level for level, _ in heard] == ["ERROR"]
    first, second, third = heard[0][1].split("\n")[:3]
    assert first == f"Process {pid!r} raised an exception"
    assert second == "** (ZeroDivisionError) division by zero"
    assert third.strip() == f"{__file__}:{line}: sell"


@pytest.mark.parametrize("reason", ["boom", "normal", "shutdown", ("shutdown", 1), "kill"])
@in_process
def test_text_07_an_exit_is_not_reported(reason: Any) -> None:
    """A process that exits, whatever its reason, gives no report."""
    with reports():
        ends(spawn(exit, reason), SOON)
        assert messages() == []


@pytest.mark.parametrize("reason", ["boom", "kill", "normal"])
@in_process
def test_text_07_an_exit_signal_is_not_reported(reason: str) -> None:
    """A process that is ended from outside gives no report."""
    with reports():
        pid = idle()
        ends_after(pid, lambda: Process.exit(pid, reason), 20)
        assert messages() == []


@in_process
def test_text_an_error_is_reported_once_however_many_die_of_it() -> None:
    """Those who die because they are linked to a process with an error give no reports of their own."""

    def parent() -> None:
        spawn_link(buy)
        Process.sleep("infinity")

    with reports():
        ends(spawn(lambda: spawn_link(parent) and Process.sleep("infinity")), SOON)
        assert len(messages()) == 1


@in_process
def test_text_an_error_that_is_caught_is_not_reported() -> None:
    """A process that handles its errors gives no report."""

    def careful() -> None:
        try:
            buy()
        except ZeroDivisionError:
            return

    with reports():
        ends(spawn(careful), SOON)
        assert messages() == []


# -- the main process


def test_run_raises_the_exit_of_the_main_process() -> None:
    """`pyex.run` of a function that exits raises Exit with the reason."""
    with pytest.raises(Exit) as caught:
        pyex.run(exit, "boom")
    assert caught.value.reason == "boom"


def test_run_raises_the_reason_of_a_signal_that_ended_the_main_process() -> None:
    """`pyex.run` of a process that dies with a linked child raises Exit with the child's reason."""
    with pytest.raises(Exit) as caught:
        pyex.run(lambda: spawn_link(exit, "boom") and Process.sleep("infinity"))
    assert caught.value.reason == "boom"


def test_run_returns_quietly_from_a_normal_exit() -> None:
    """`pyex.run` of a process that exits "normal" returns None."""
    assert pyex.run(exit, "normal") is None


def test_engine_files_are_in_no_stacktrace() -> None:
    """An error raised inside a call of ours is shown where the user made the call."""

    def main() -> Any:
        return reason_of(lambda: Process.exit("no pid", "boom"))  # type: ignore[arg-type]

    _, stacktrace = pyex.run(main)
    assert [os.path.basename(place["file"]) for *_, place in stacktrace] == [os.path.basename(__file__)]
