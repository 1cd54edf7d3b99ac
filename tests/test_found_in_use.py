"""What people and reviewers ran into: each stays mended."""

from __future__ import annotations

import pytest
from in_process import ends_after, idle, in_process, messages
from program import program

from pyex import ArgumentError, Process, become, receive, self, send, spawn, spawn_link, spawn_monitor
from pyex.repl.check.mismatch import check


@in_process
def test_unlinking_after_a_kill_saves_the_one_who_unlinked() -> None:
    """Once unlink has returned, the end of the other does nothing to the caller, even if it has been killed before."""
    Process.flag("trap_exit", True)
    child = spawn_link(Process.sleep, "infinity")
    Process.sleep(1)
    Process.exit(child, "kill")
    Process.unlink(child)
    assert messages() == []


@pytest.mark.parametrize("milliseconds", [10**16, 10**400])
def test_a_time_that_is_too_long_is_refused(milliseconds: int) -> None:
    """A timeout that no clock of OTP knows is an error that says so, and hurts nobody else."""

    @in_process
    def attempt() -> None:
        with pytest.raises(ArgumentError, match="out of range"):
            Process.send_after(self(), "never", milliseconds)
        pid, _ = spawn_monitor(lambda: receive(after=milliseconds))
        assert receive(("DOWN", ..., ..., pid, ...), after=5000)[4][0] == "timeout_value"

    attempt()


def test_timeouts_work_where_nobody_is_preempted() -> None:
    """On a thread that is not the main one, a timeout comes although two others never stop sending to each other."""
    ended = program(
        """
        import threading, warnings
        from pyex import *

        def play():
            other = receive()
            while True:
                send(other, "ball")
                receive()

        def main():
            one, two = spawn(play), spawn(play)
            send(one, two), send(two, one)
            return receive(after=100, default="timeout")

        warnings.simplefilter("ignore")
        thread = threading.Thread(target=lambda: print(run(main)))
        thread.start()
        thread.join()
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "timeout\n"), ended.stderr


def test_a_stream_that_fails_stops_nobody() -> None:
    """Output that cannot be written is lost, and what comes after it is not."""
    ended = program(
        """
        import sys
        from pyex import *

        class Moody:
            def write(self, text):
                if "bad" in text:
                    raise RuntimeError("no")
                return sys.__stdout__.write(text)
            def flush(self):
                sys.__stdout__.flush()

        sys.stdout = Moody()
        run(lambda: [print(word) for word in ("one", "bad", "two")])
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "one\ntwo\n"), ended.stderr


def test_logging_that_was_set_up_in_a_run_works_after_it() -> None:
    """A handler that was made while the runtime ran still prints when it has stopped."""
    ended = program(
        """
        import logging
        from pyex import run

        run(lambda: logging.basicConfig(format="%(message)s"))
        logging.warning("after")
        """
    )
    assert (ended.returncode, ended.stderr) == (0, "after\n")


def test_what_was_flushed_is_out_before_the_next_program_prints() -> None:
    """print(…, flush=True) comes before what a program prints that is started right after."""
    ended = program(
        """
        import os
        from pyex import *

        def main():
            for number in range(20):
                print("mine", number, flush=True)
                os.system(f"echo its {number}")

        run(main)
        """
    )
    expected = "".join(f"mine {number}\nits {number}\n" for number in range(20))
    assert (ended.returncode, ended.stdout) == (0, expected), ended.stderr


@in_process
def test_a_long_search_in_the_mailbox_lets_others_run() -> None:
    """While one process looks through a hundred thousand messages for one that is not there, others run."""
    searcher = spawn(lambda: receive("never"))
    for number in range(100_000):
        send(searcher, number)
    ticks = []
    while Process.info(searcher, "status") != ("status", "waiting") and len(ticks) < 1000:
        ticks.append(Process.sleep(1))
    assert Process.info(searcher, "message_queue_len") == ("message_queue_len", 100_000)
    assert ends_after(searcher, lambda: Process.exit(searcher, "kill")) == "killed"


@in_process
def test_timers_end_with_the_process_that_they_are_for() -> None:
    """A timer for a process that has died is gone, and keeps nothing."""
    pid = idle()
    timer = Process.send_after(pid, "late", 60_000)
    ends_after(pid, lambda: Process.exit(pid, "kill"))
    assert Process.read_timer(timer) is False


@in_process
def test_a_generator_is_no_function_for_a_process() -> None:
    """A function whose call runs nothing is refused with a sentence, not started in vain."""

    def generator() -> object:
        yield 1

    with pytest.raises(ArgumentError, match="runs nothing"):
        spawn(generator)


@in_process
def test_a_become_that_is_not_returned_says_where() -> None:
    """The report of a forgotten `return` names the function it is missing in."""

    def forgetful() -> None:
        become(forgetful)

    pid, _ = spawn_monitor(forgetful)
    error = receive(("DOWN", ..., ..., pid, ...))[4][0]
    assert "forgetful" in str(error) and __file__.rpartition("/")[2] in str(error)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("prnit(1)", "** (NameError) name 'prnit' is not defined. Did you mean: 'print'?\n..."),
        (
            "Process.exti(1)",
            "** (AttributeError) type object 'Process' has no attribute 'exti'. Did you mean: 'exit'?\n...",
        ),
        (
            "become(print, 1)",
            "** (RuntimeError) become(...) and hibernate(...) end the function of a process, ...\n...",
        ),
    ],
)
def test_the_prompt_helps_with_slips(typed: str, printed: str) -> None:
    """A misspelt name is answered with the right one, and a `become` at the prompt does not end the shell process."""
    session = f"```pyex\npyex(1)> me = self();\npyex(2)> {typed}\n{printed}\npyex(2)> me == self()\nTrue\n```\n"
    assert check(session)[1] == []
