"""`processes()` and `process_info(pid)`: what all processes are doing, and everything about one."""

from __future__ import annotations

import re
import time

import pytest
from in_process import idle, in_process
from shell_session import said

import pyex
from pyex import Process, self, send
from pyex.repl.info.process_items import items
from pyex.repl.info.process_table import table

# The table


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()[1:]]


def test_every_process_has_a_row() -> None:
    """The oldest first, with the columns of the Observer's table; the prompt itself is running."""
    me, shown = said("self()", "processes()")
    heading, *lines = shown.splitlines()
    assert re.split(" {2,}", heading) == ["Pid", "Name or Initial Func", "Reds", "Memory", "MsgQ", "Current Function"]
    assert lines[-1].startswith(me)
    numbers = [int(line.split(".")[1]) for line in lines]
    assert numbers == sorted(numbers)


@in_process
def test_names_and_what_runs_in_servers_are_shown() -> None:
    """A registered name, the function of a server, else that of the process."""

    class Stack(pyex.GenServer):
        @staticmethod
        def init(items: object) -> tuple[str, object]:
            return ("ok", items)

    named, other, server = idle(), idle(), pyex.ok(pyex.GenServer.start_link(Stack, []))
    Process.register(named, "sleeper")
    shown = {row[0]: row[1] for row in rows(table("pid", 100, 200))}
    assert shown[repr(named)] == "sleeper"
    assert shown[repr(server)].endswith("Stack.init/1")
    assert shown[repr(other)] == "Process.sleep/1"


@in_process
def test_the_longest_queue_comes_first() -> None:
    """Sorted by what is asked for; the rest is counted."""
    busy = [idle() for _ in range(5)]
    for number in range(7):
        send(busy[3], number)
    send(busy[1], "one")
    lines = table("queue", 2, 100).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == [repr(busy[3]), repr(busy[1])]
    assert lines[1].split()[4] == "7"
    assert lines[3:] == [f"… and {len(Process.list()) - 2} more"]


@in_process
def test_who_has_the_most_links_or_memory_comes_first() -> None:
    """The other columns can be sorted by, too."""
    for _ in range(30):
        Process.link(idle())
    shown = table("links", 1, 120).splitlines()[1].split()
    assert (shown[0], shown[5]) == (repr(self()), "30")
    sizes = [int(row[3]) for row in rows(table("memory", 100, 120))]
    assert sizes == sorted(sizes, reverse=True)


@in_process
@pytest.mark.parametrize("width", [30, 40, 60, 80, 120, 200])
def test_the_table_fits_the_terminal(width: int) -> None:
    """Columns are left out and names are cut, never lines broken; pids and queues stay."""
    idle()
    for line in table("pid", 10, width).splitlines():
        assert len(line) <= width
    heading = table("pid", 10, width).splitlines()[0]
    assert heading.startswith("Pid ")
    assert "MsgQ" in heading


@in_process
def test_many_processes_with_full_mailboxes_are_quick() -> None:
    """Messages are counted, not copied: twenty thousand processes take well under a second."""
    everyone = [idle() for _ in range(20_000)]
    for _ in range(10_000):
        send(everyone[0], [[1]] * 10)
    began = time.monotonic()
    shown = table("queue", 3, 100)
    assert time.monotonic() - began < 2
    assert shown.splitlines()[1].split()[0] == repr(everyone[0])


@pytest.mark.parametrize("call", ["processes('size')", "processes(limit=0)", "processes(limit='x')", "processes([])"])
def test_a_wrong_order_or_number_is_refused(call: str) -> None:
    """And what is right is said."""
    (shown,) = said(call)
    assert shown.startswith("** (ArgumentError) processes(")
    assert "write" in shown


# One process


def test_every_item_has_a_line() -> None:
    """Those of `Process.info`, aligned; long values are laid out below each other."""
    _, _, shown = said(
        "Process.register(self(), 'shop')", "Process.put('key', list(range(60)));", "process_info(self())"
    )
    lines = [line for line in shown.splitlines() if not line.startswith(" ")]
    found = dict(re.split(" {2,}", line, maxsplit=1) for line in lines)
    assert (found["registered_name"], found["status"], found["message_queue_len"]) == (":shop", ":running", "0")
    assert {"links", "dictionary", "trap_exit", "memory", "reductions", "monitored_by", "parent"} <= found.keys()
    assert max(map(len, shown.splitlines())) <= 80


def test_a_name_is_taken_too() -> None:
    """A registered name stands for its process."""
    _, by_name, by_pid = said("Process.register(self(), 'shop')", "process_info('shop')", "process_info(self())")
    assert by_name.splitlines()[0] == by_pid.splitlines()[0] == "registered_name    :shop"


def test_the_dead_are_told_apart_from_nonsense() -> None:
    """A dead pid is said to be dead; what is no pid is refused."""
    dead, *refused = said(
        "process_info(pid(0, 99999, 0))", "process_info('nobody')", "process_info(5)", "process_info()"
    )
    assert dead == "#PID<0.99999.0> is not alive"
    for shown in refused:
        assert shown.startswith("** (ArgumentError) process_info takes a pid or a registered name")


@in_process
def test_messages_are_not_shown_nor_copied() -> None:
    """A mailbox may be as full as it likes."""
    pid = idle()
    send(pid, "a message")
    assert "a message" not in items(pid, 80)
    assert "message_queue_len  1" in items(pid, 80)
