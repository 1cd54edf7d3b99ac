"""Output: what processes print comes out whole, wherever it goes, and a slow reader stops nobody."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections import Counter

import pytest
from in_process import in_process
from program import PATIENCE_MS, program, started

import pyex
from pyex import Process, receive, spawn
from pyex.output import HIGH_WATER


def wait_for(pids: list[pyex.Pid]) -> None:
    """Until all of these have ended."""
    for pid in pids:
        reference = Process.monitor(pid)
        receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)


def test_prints_of_several_values_are_never_torn(capfd: pytest.CaptureFixture[str]) -> None:
    """Lines that are printed in several pieces by several processes come out whole."""

    def talk(name: str) -> None:
        for number in range(500):
            print(name, number, number, name, sep="-")

    @in_process
    def main() -> None:
        wait_for([spawn(talk, name * 20) for name in "abcd"])

    main()
    lines = capfd.readouterr().out.splitlines()
    assert Counter(lines) == Counter(f"{n * 20}-{i}-{i}-{n * 20}" for n in "abcd" for i in range(500))


def test_each_process_has_its_lines_in_order(capfd: pytest.CaptureFixture[str]) -> None:
    """What one process prints comes out in the order in which it was printed."""

    def talk(name: str) -> None:
        for number in range(300):
            print(name, number)
            if number % 10 == 0:
                Process.sleep(0)

    @in_process
    def main() -> None:
        wait_for([spawn(talk, name) for name in "abc"])

    main()
    lines = [line.split() for line in capfd.readouterr().out.splitlines()]
    for name in "abc":
        assert [int(number) for who, number in lines if who == name] == list(range(300))


def test_a_line_without_end_comes_out(capfd: pytest.CaptureFixture[str]) -> None:
    """What is printed without a line break is not lost, neither while the program runs nor at its end."""

    @in_process
    def main() -> None:
        print("asked ...", end="")
        while "asked ..." not in capfd.readouterr().out:
            Process.sleep(1)
        print("the rest", end="")

    main()
    assert capfd.readouterr().out == "the rest"


def test_a_flush_brings_out_what_was_kept(capfd: pytest.CaptureFixture[str]) -> None:
    """print(..., end="", flush=True) hands the piece over at once, ahead of what others print later."""

    @in_process
    def main() -> None:
        print("one", end=" ", flush=True)
        wait_for([spawn(print, "two")])
        print("three")

    main()
    assert capfd.readouterr().out == "one two\nthree\n"


def test_errors_go_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    """What is printed to sys.stderr, by name or by a write, goes there."""

    @in_process
    def main() -> None:
        print("wrong", file=sys.stderr)
        sys.stderr.write("worse\n")
        sys.stdout.writelines(["fine\n", "very fine\n"])

    main()
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("fine\nvery fine\n", "wrong\nworse\n")


def test_a_process_that_redirects_its_prints_gets_them(capfd: pytest.CaptureFixture[str]) -> None:
    """print(file=...) to a stream of one's own goes there and nowhere else."""

    @in_process
    def main() -> None:
        stream = io.StringIO()
        print("kept", file=stream)
        assert stream.getvalue() == "kept\n"

    main()
    assert capfd.readouterr().out == ""


def test_only_text_can_be_written() -> None:
    """A write of something else is refused, as by Python's own streams."""

    @in_process
    def main() -> None:
        with pytest.raises(TypeError, match="must be str"):
            sys.stdout.write(b"bytes")  # type: ignore[arg-type]

    main()


def test_the_streams_are_given_back() -> None:
    """After a run sys.stdout, sys.stderr and input are what they were."""
    before = (sys.stdout, sys.stderr, input)
    pyex.run(print)
    assert (sys.stdout, sys.stderr, input) == before


def test_text_that_the_stream_cannot_encode_is_not_lost() -> None:
    """A character that the terminal does not have is shown as an escape, and the rest of the line with it."""
    ended = program(
        r"""
        from pyex import *

        run(lambda: (print("before"), print("caf\u00e9 \ud800"), print("after")))
        """,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ended.returncode == 0
    assert ended.stdout == "before\ncaf\\xe9 \\ud800\nafter\n"


def test_a_reader_that_has_gone_is_an_error_of_who_prints() -> None:
    """`program | head -1` ends with BrokenPipeError, as Python's programs do, and does not hang."""
    program_ = started(
        """
        from pyex import *

        def main():
            while True:
                print("a line")

        run(main)
        """
    )
    assert program_.stdout is not None and program_.stderr is not None
    assert program_.stdout.readline() == "a line\n"
    program_.stdout.close()
    assert "BrokenPipeError" in program_.stderr.read()
    assert program_.wait(60) == 1
    program_.stderr.close()


def test_a_reader_that_has_gone_harms_no_process_that_prints_half_lines() -> None:
    """When the reader goes, processes that have printed half a line do not take the program down."""
    ended = program(
        """
        import os
        from pyex import *

        def main():
            read, write = os.pipe()
            os.dup2(write, 1)
            os.close(write)
            os.close(read)
            print("lost")
            for _ in range(20):
                spawn(lambda: print("lost too", end=""))
                Process.sleep(1)
            os.write(2, b"still here")

        run(main)
        """
    )
    assert "still here" in ended.stderr
    assert "Traceback" not in ended.stderr


SLOW_READER = """
import os, pyex, sys
from pyex import *
from pyex.group_leader import standard_device

def talk(number):
    for part in range(3):
        print(number, part, "x" * 200, number, part)

def main():
    def ticker(n, backlog):
        if receive(("stop", ...), after=1, default=None):
            send(boss, ("ticks", n, backlog))
            return
        if n == 20:
            os.write(2, b"still ticking\\n")
        return become(ticker, n + 1, max(backlog, standard_device().backlog))

    boss = self()
    beside = spawn(ticker, 0, 0)
    references = [spawn_monitor(talk, number)[1] for number in range(10_000)]
    for _ in references:
        receive(("DOWN", ..., ..., ..., ...))
    send(beside, ("stop", None))
    _, ticks, backlog = receive(("ticks", int, int))
    print("ticks", ticks, file=sys.stderr)
    print("backlog", backlog, file=sys.stderr)

pyex.run(main)
"""


def test_ten_thousand_processes_print_to_a_slow_reader() -> None:
    """Every line comes out whole and none is lost, the others go on, and nobody prints far ahead of the reader."""
    slow = started(SLOW_READER)
    assert slow.stdout is not None and slow.stderr is not None
    lines: Counter[str] = Counter()
    pause = threading.Event()
    # Nothing is read before the others have shown that they go on.
    assert slow.stderr.readline() == "still ticking\n"
    for number, line in enumerate(slow.stdout):
        lines[line] += 1
        if number % 1000 == 0:
            pause.wait(0.01)
    errors = dict(line.split() for line in slow.stderr)
    assert slow.wait(60) == 0
    slow.stdout.close()
    slow.stderr.close()
    expected = {f"{n} {p} {'x' * 200} {n} {p}\n" for n in range(10_000) for p in range(3)}
    assert set(lines) == expected
    assert set(lines.values()) == {1}
    assert int(errors["ticks"]) > 10
    # Beyond what all may be ahead together, each is ahead by a line at most.
    assert int(errors["backlog"]) < HIGH_WATER + 10_000 * 220


def test_a_process_that_waits_for_room_can_be_killed_and_leaves_nothing_behind() -> None:
    """A reader that reads nothing holds up only those who print; they can be killed, and a second run prints."""
    slow = started(
        """
        import os, sys
        from pyex import *

        def flood():
            while True:
                print("x" * 1000)

        def main():
            for _ in range(3):
                pid, ref = spawn_monitor(flood)
                while Process.info(pid, "status")[1] != "waiting":
                    Process.sleep(1)
                Process.exit(pid, "kill")
                receive(("DOWN", ref, ..., ..., "killed"))
            pid = spawn(flood)
            while Process.info(pid, "status")[1] != "waiting":
                Process.sleep(1)
            os.write(2, b"all waited\\n")

        run(main)

        def again():
            for _ in range(200):
                print("y" * 1000)
            print("the end")

        run(again)
        """
    )
    assert slow.stdout is not None and slow.stderr is not None
    assert slow.stderr.readline() == "all waited\n"
    lines = slow.communicate(timeout=60)[0].splitlines()
    assert lines[-1] == "the end"
    assert set(lines) == {"x" * 1000, "y" * 1000, "the end"}
    assert lines.count("y" * 1000) == 200


def test_messages_do_not_let_a_process_print_past_the_reader() -> None:
    """A process that waits for a slow reader goes on waiting when it is sent messages."""
    slow = started(
        """
        import os
        from pyex import *
        from pyex import group_leader

        def flood():
            while True:
                print("x" * 1000)

        def main():
            pid = spawn(flood)
            while Process.info(pid, "status")[1] != "waiting":
                Process.sleep(1)
            for _ in range(300):
                send(pid, "wake up")
                Process.sleep(1)
            os.write(2, b"%d\\n" % group_leader.standard_device().backlog)

        run(main)
        """
    )
    assert slow.stdout is not None and slow.stderr is not None
    backlog = int(slow.stderr.readline())
    slow.communicate(timeout=60)
    assert backlog < 200_000


def test_a_program_that_prints_for_ever_uses_bounded_memory() -> None:
    """Main processes that print faster than anybody reads are held up, as Python's programs are."""
    slow = started(
        """
        import os
        from pyex import *
        from pyex import group_leader

        def look(n):
            if n == 0:
                os.write(2, b"%d\\n" % group_leader.standard_device().backlog)
                return
            Process.sleep(5)
            return become(look, n - 1)

        def main():
            spawn(look, 20)
            for _ in range(100_000):
                print("x" * 100)

        run(main)
        """
    )
    assert slow.stderr is not None
    assert int(slow.stderr.readline()) < 200_000
    slow.kill()
    slow.communicate()


def test_a_finaliser_may_print(capfd: pytest.CaptureFixture[str]) -> None:
    """What `__del__` prints comes out."""

    class Thing:
        def __del__(self) -> None:
            print("gone")

    @in_process
    def main() -> None:
        thing = Thing()
        del thing

    main()
    assert capfd.readouterr().out == "gone\n"


def test_a_child_program_writes_to_the_same_output() -> None:
    """A program that a process starts inherits the output, and comes after what was printed before it."""
    ended = program(
        """
        import subprocess, sys
        from pyex import *

        def main():
            subprocess.run([sys.executable, "-c", "print('child')"], stdout=sys.stdout, check=True)
            print("parent")

        run(main)
        """
    )
    assert ended.stdout == "child\nparent\n"


def test_input_waits_only_for_who_asks() -> None:
    """input() in one process leaves the others alive, and raises EOFError at the end of the input."""
    asking = started(
        """
        from pyex import *

        def main():
            me = self()
            spawn(lambda: [send(me, n) for n in range(3) if Process.sleep(1)])
            pid, ref = spawn_monitor(lambda: send(me, ("name", input("name? "))))
            assert [receive(int) for _ in range(3)] == [0, 1, 2]
            print("others run", flush=True)
            print("hello", receive(("name", ...))[1])
            try:
                input()
            except EOFError:
                print("no more")

        run(main)
        """,
        stdin=subprocess.PIPE,
    )
    assert asking.stdin is not None and asking.stdout is not None
    heard = ""
    while "others run" not in heard:
        heard += asking.stdout.readline()
    asking.stdin.write("Joe\n")
    rest = asking.communicate(timeout=60)[0]
    assert rest == "hello Joe\nno more\n"


def test_stdout_has_what_programs_ask_of_it() -> None:
    """A process can ask sys.stdout for its encoding, its number and whether it is a terminal, and write bytes to it."""
    ended = program(
        """
        import sys
        from pyex import *

        def main():
            assert sys.stdout.encoding and sys.stdout.writable() and not sys.stdout.readable()
            assert not sys.stdout.isatty() and not sys.stdout.closed
            assert sys.stdout.fileno() == 1
            sys.stdout.reconfigure(errors="replace")
            sys.stdout.buffer.write(b"bytes \\xc3")
            sys.stdout.buffer.write(b"\\xa9")
            sys.stdout.buffer.flush()

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "bytes é"), ended.stderr
