"""The logger: `logging` from many processes at once, and reports of crashes whatever the exception does."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process
from program import PATIENCE_MS, leftovers, program

import pyex
from pyex import Process, receive, self, send, spawn, spawn_monitor

log = logging.getLogger("test of the logger")


def reason(work: Callable[[], Any]) -> Any:
    """What a process ends with that does some work."""
    _, reference = spawn_monitor(work)
    return receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4]


@pytest.fixture
def handled() -> Iterator[Callable[[logging.Handler], None]]:
    """Adds handlers for the length of a test."""
    added: list[logging.Handler] = []

    def add(handler: logging.Handler) -> None:
        added.append(handler)
        log.addHandler(handler)

    yield add
    for handler in added:
        log.removeHandler(handler)


class Keeper(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def test_records_of_many_processes_come_out_whole_and_in_order(tmp_path: Path) -> None:
    """With basicConfig to a file every record is there once, whole, and those of one process are in order."""
    path = tmp_path / "log"
    ended = program(
        f"""
        import logging
        from pyex import *

        def talk(name):
            for number in range(100):
                logging.info("%s %s %s", name, number, "x" * 50)

        def main():
            logging.basicConfig(filename={str(path)!r}, level="INFO", format="%(levelname)s %(message)s")
            for ref in [spawn_monitor(talk, name)[1] for name in range(100)]:
                receive(("DOWN", ref, ..., ..., ...))

        run(main)
        """
    )
    assert ended.returncode == 0, ended.stderr
    lines = path.read_text().splitlines()
    assert len(lines) == 100 * 100
    numbers: dict[str, list[int]] = {}
    for line in lines:
        level, name, number, text = line.split()
        assert (level, text) == ("INFO", "x" * 50)
        numbers.setdefault(name, []).append(int(number))
    assert all(each == list(range(100)) for each in numbers.values())


@in_process
def test_what_is_logged_last_is_not_lost(tmp_path: Path) -> None:
    """A program that logs as its last act finds the record in its file."""
    ended = program(
        f"""
        import logging
        from pyex import *

        logging.basicConfig(filename={str(tmp_path / "log")!r}, level="INFO")
        run(lambda: logging.info("farewell"))
        """
    )
    assert ended.returncode == 0, ended.stderr
    assert "farewell" in (tmp_path / "log").read_text()


def test_a_record_is_put_into_words_where_it_was_made(handled: Callable[[logging.Handler], None]) -> None:
    """What changes after it was logged is logged as it was."""
    keeper = Keeper()
    handled(keeper)

    @in_process
    def main() -> None:
        things = [1]
        log.warning("%s", things)
        things.append(2)

    main()
    assert keeper.texts == ["[1]"]


def test_a_record_that_cannot_be_put_into_words_harms_nobody(
    handled: Callable[[logging.Handler], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """A log call with the wrong arguments is complained about on stderr, as Python does, and is no error."""
    keeper = Keeper()
    handled(keeper)

    @in_process
    def main() -> None:
        log.warning("%d", "no number")
        log.warning("fine")

    main()
    assert keeper.texts == ["fine"]
    assert "Logging error" in capfd.readouterr().err


def test_an_exception_in_a_handler_harms_nobody(
    handled: Callable[[logging.Handler], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """A handler that raises is complained about, and later records are still handled."""
    keeper = Keeper()

    class Raising(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise SystemExit("from a handler")

    handled(keeper)
    handled(Raising())

    @in_process
    def main() -> None:
        for number in range(3):
            log.warning("%s", number)

    main()
    assert keeper.texts == ["0", "1", "2"]
    assert "from a handler" in capfd.readouterr().err


def test_a_handler_that_logs_is_fine(handled: Callable[[logging.Handler], None]) -> None:
    """A handler may log itself."""
    keeper = Keeper()

    class Logging(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "outer":
                log.warning("inner")

    handled(keeper)
    handled(Logging())
    in_process(lambda: log.warning("outer"))()
    assert keeper.texts == ["outer", "inner"]


def test_a_slow_handler_stops_nobody(handled: Callable[[logging.Handler], None]) -> None:
    """While a handler takes its time the others go on."""

    class Slow(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            while True:
                time.monotonic()

    handled(Slow())

    @in_process
    def main() -> None:
        me = self()
        log.warning("stuck")
        for number in range(5):
            spawn(send, me, number)
            assert receive(after=PATIENCE_MS) == number

    main()
    assert not leftovers()


def test_logging_from_a_thread_and_a_finaliser(handled: Callable[[logging.Handler], None]) -> None:
    """What blocking calls and finalisers log comes out too."""
    keeper = Keeper()
    handled(keeper)

    class Thing:
        def __del__(self) -> None:
            log.warning("gone")

    @in_process
    def main() -> None:
        pyex.blocking(log.warning, "thread")
        thing = Thing()
        del thing

    main()
    assert sorted(keeper.texts) == ["gone", "thread"]


def test_records_of_the_dead_are_dropped_quietly(handled: Callable[[logging.Handler], None]) -> None:
    """A killed process that logs in its finally neither raises nor logs."""
    keeper = Keeper()
    handled(keeper)

    @in_process
    def main() -> None:
        def work() -> None:
            try:
                receive("never")
            finally:
                log.warning("from the dead")

        pid = spawn(work)
        Process.sleep(1)
        reference = Process.monitor(pid)
        Process.exit(pid, "kill")
        receive(("DOWN", reference, ..., ..., "killed"), after=PATIENCE_MS)
        log.warning("after")

    main()
    assert keeper.texts == ["after"]


def test_logging_goes_on_when_the_logger_is_killed(handled: Callable[[logging.Handler], None]) -> None:
    """Even without the logger process nothing that is logged is lost."""
    keeper = Keeper()
    handled(keeper)

    @in_process
    def main() -> None:
        for pid in Process.list():
            if pid != self() and pid != Process.group_leader():
                Process.exit(pid, "kill")
        log.warning("still")

    main()
    assert keeper.texts == ["still"]


# -- reports of crashes


def test_a_crash_is_reported_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    """The report of a crash names the process, the exception and the line."""

    @in_process
    def main() -> None:
        def work() -> None:
            raise ValueError("oops")

        error, stack = reason(work)
        assert isinstance(error, ValueError) and error.args == ("oops",)
        assert stack[0][1].endswith("work")

    main()
    (record,) = caplog.records
    assert "raised an exception\n** (ValueError) oops" in record.getMessage()
    assert "test_logger.py" in record.getMessage()


def loop() -> None:
    while True:
        pass


class RaisingText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class FatalText(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt

    __repr__ = __str__


class LeavingText(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)

    __repr__ = __str__


class NoText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]  # noqa: PLE0307

    __repr__ = __str__


class Uncopyable(Exception):
    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("not to be copied")


class FatallyUncopyable(BaseException):
    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self

    __reduce__ = __reduce_ex__  # type: ignore[assignment]


class NeedsMore(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__("short")


class EvilNotes(Exception):
    class Note:
        def __str__(self) -> str:
            raise RuntimeError("no note")

    def __init__(self) -> None:
        self.__notes__ = [self.Note()]  # type: ignore[list-item]


class EvilGroup(ExceptionGroup[Exception]):
    def derive(self, exceptions: Any) -> Any:
        raise RuntimeError("nothing derived")


NASTY: list[Callable[[], BaseException]] = [
    RaisingText,
    FatalText,
    LeavingText,
    NoText,
    Uncopyable,
    FatallyUncopyable,
    lambda: NeedsMore(1, 2),
    EvilNotes,
    lambda: EvilGroup("group", [ValueError()]),
    lambda: ExceptionGroup("group", [RaisingText(), ExceptionGroup("inner", [FatalText()])]),
    KeyboardInterrupt,
    GeneratorExit,
    StopIteration,
]


@pytest.mark.parametrize("make", NASTY)
def test_an_exception_that_misbehaves_is_an_exit_reason_all_the_same(make: Callable[[], BaseException]) -> None:
    """Whatever an exception does when it is copied or shown, its process ends and the others are told."""

    @in_process
    def main() -> None:
        def work() -> None:
            raise make()

        ended = reason(work)
        assert isinstance(ended, tuple) and isinstance(ended[1], list)
        assert isinstance(ended[0], BaseException)
        repr(ended[1])

    main()
    assert not leftovers()


def test_an_exception_whose_text_never_comes_stops_nobody() -> None:
    """A process that hangs in the text of its exception can be killed."""

    @in_process
    def main() -> None:
        me = self()

        class Endless(Exception):
            def __str__(self) -> str:
                send(me, "asked")
                loop()
                return "never"

        def work() -> None:
            raise Endless

        pid, reference = spawn_monitor(work)
        receive("asked", after=PATIENCE_MS)
        Process.exit(pid, "kill")
        assert receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)[4] == "killed"

    main()
    assert not leftovers()


def test_causes_contexts_groups_and_notes_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    """An exit reason has its causes, its groups and its notes, and none of its frames; the report shows them."""

    @in_process
    def main() -> None:
        def work() -> None:
            try:
                try:
                    raise KeyError("first")
                except KeyError as error:
                    raise ValueError("second") from error
            except ValueError as error:
                group = ExceptionGroup("third", [error, OSError(2, "no file")])
                group.add_note("a note")
                raise group from None

        error, _ = reason(work)
        assert isinstance(error, ExceptionGroup) and error.__notes__ == ["a note"]
        second, file = error.exceptions
        assert isinstance(second.__cause__, KeyError)
        assert isinstance(file, OSError) and file.errno == 2
        assert all(each.__traceback__ is None for each in (error, second, second.__cause__, file))

    main()
    assert "third" in caplog.text and "a note" in caplog.text


def test_a_long_chain_of_contexts_is_an_exit_reason() -> None:
    """An exception that was raised while another was handled, thousands of times over, ends its process only."""

    @in_process
    def main() -> None:
        def work() -> None:
            error = ValueError(0)
            for number in range(2_000):
                following = ValueError(number)
                following.__context__ = error
                error = following
            raise error

        error, _ = reason(work)
        assert isinstance(error, ValueError)

    main()
    assert not leftovers()


def test_a_failure_on_each_level_of_a_recursion_is_an_exit_reason() -> None:
    """A recursion to the limit that wraps its error at each level ends its process only."""

    @in_process
    def main() -> None:
        def work(level: int) -> None:
            try:
                work(level + 1)
            except Exception as error:
                raise ValueError(level) from error

        error, _ = reason(lambda: work(0))
        assert isinstance(error, ValueError)

    main()
    assert not leftovers()


def test_a_chain_that_bites_its_tail_is_an_exit_reason(caplog: pytest.LogCaptureFixture) -> None:
    """An exception that is its own cause's cause is copied and reported once."""

    @in_process
    def main() -> None:
        def work() -> None:
            one, other = ValueError("one"), ValueError("other")
            one.__cause__, other.__cause__ = other, one
            raise one

        error, _ = reason(work)
        assert error.__cause__.__cause__ is error

    main()
    assert "other" in caplog.text


def test_the_report_of_a_recursion_points_to_become(caplog: pytest.LogCaptureFixture) -> None:
    """A process that recurses to the limit is told of `become`, in a report of readable length."""

    @in_process
    def main() -> None:
        def server(state: int) -> None:
            server(state + 1)

        error, _ = reason(lambda: server(0))
        assert isinstance(error, RecursionError)

    main()
    assert "return become(" in caplog.text
    assert len(caplog.text.splitlines()) < 50


def test_a_program_is_not_ended_by_the_exceptions_of_its_processes() -> None:
    """Reports of a thousand crashes come out whole, and the main process goes on."""
    ended = program(
        """
        from pyex import *

        def main():
            for ref in [spawn_monitor(lambda: 1 / 0)[1] for _ in range(1000)]:
                receive(("DOWN", ref, ..., ..., ...))
            print("over")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "over\n")
    assert ended.stderr.count("** (ZeroDivisionError) division by zero\n") == 1000


def test_a_filter_that_raises_does_not_end_the_runtime() -> None:
    """When the program's own filter fails in a report of the engine's, its traceback is printed, and all goes on."""
    ended = program(
        """
        import logging, time
        from pyex import *

        refused = []

        def refuse(record):
            refused.append(record)
            raise KeyError("in the filter")

        logging.getLogger("pyex").addFilter(refuse)

        def main():
            spawn(time.sleep, 1000)
            while not refused:
                Process.sleep(1)
            print("well")

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr
    assert "in the filter" in ended.stderr
