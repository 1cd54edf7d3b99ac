"""`pid(...)` and `ref(...)`: processes and references by their numbers."""

from __future__ import annotations

import pytest
from in_process import dead, idle, in_process
from shell_session import said

from pyex import ArgumentError, Process, ets, make_ref, receive, self, send
from pyex.repl.helpers.identity import pid, ref


@in_process
def test_a_pid_is_found_by_what_it_shows() -> None:
    """Pasted as it is shown, without its decoration, or as three numbers: it is the process, and can be sent to."""
    me = self()
    number = int(repr(me).split(".")[1])
    for found in (pid(repr(me)), pid(f"<0.{number}.0>"), pid(f"0.{number}.0"), pid(0, number, 0)):
        assert found is me
    send(pid(0, number, 0), "hello")
    assert receive(after=0) == "hello"


@in_process
def test_a_dead_process_has_its_pid() -> None:
    """Equal to the one that was there, and dead."""
    gone = dead()
    found = pid(repr(gone))
    assert found == gone
    assert hash(found) == hash(gone)
    assert not Process.alive(found)
    assert Process.info(found) is None


@in_process
def test_a_registered_name_gives_its_pid() -> None:
    """As `pid(:init)` does in IEx."""
    process = idle()
    Process.register(process, "sleeper")
    assert pid("sleeper") is process


def test_numbers_are_shown_as_they_were_given() -> None:
    """Also those that no process of pyex has."""
    assert said("pid(0, 21, 32)", "pid('0.21.32')", "ref(0, 1, 2, 3)", "ref('0.1.2.3')", "ref(0, 300000000, 2, 3)") == [
        "#PID<0.21.32>",
        "#PID<0.21.32>",
        "#Reference<0.1.2.3>",
        "#Reference<0.1.2.3>",
        "#Reference<0.300000000.2.3>",
    ]


@in_process
def test_a_pid_with_a_serial_is_another_process() -> None:
    """0.1.32 is not 0.1.0, though it has its number."""
    number = int(repr(self()).split(".")[1])
    assert pid(0, number, 0) == self() != pid(0, number, 32)
    assert not Process.alive(pid(0, number, 32))


@in_process
def test_a_reference_equals_the_one_that_shows_its_numbers() -> None:
    """So that a timer can be stopped and a table be used by what the screen shows."""
    made = make_ref()
    assert ref(repr(made)) == made
    timer = Process.send_after(self(), "late", 60_000)
    assert Process.cancel_timer(ref(repr(timer))) > 0
    table = ets.new("t")
    ets.insert(ref(repr(table)), (1, "one"))
    assert ets.lookup(table, 1) == [(1, "one")]


@pytest.mark.parametrize(
    "parts",
    [
        ("abc",), ("0.1",), ("0.1.2.3.4",), ("<0.1.0",), ("0.1.0>",), ("0.-1.0",), ("٠.١.٠",), ("",), (), (0, 1),
        (-1, 2, 3), (1.5, 2, 3), (True, 1, 0), (5, 1, 0), (0, 1 << 28, 0), (0, 1, 1 << 13), (None,),
    ],
)  # fmt: skip
@in_process
def test_what_is_no_pid_is_refused(parts: tuple[object, ...]) -> None:
    """And what to write is said."""
    with pytest.raises(ArgumentError, match=r"write pid\("):
        pid(*parts)


@pytest.mark.parametrize(
    "parts",
    [("x",), ("0.1.2",), (0, 1), (0, 1, 2, -3), (1, 1, 2, 3), (0, 1, 99999999999, 3), (0, 1, 2, 1 << 18), (None,)],
)
def test_what_is_no_reference_is_refused(parts: tuple[object, ...]) -> None:
    """And what to write is said."""
    with pytest.raises(ArgumentError, match=r"write ref\("):
        ref(*parts)
