"""A process is killed before each line of pyex.otp that it runs: whatever it was doing, nothing of it is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from in_process import until

import pyex.otp
from pyex import GenServer, Process, Registry, Task, ets, ok, self, spawn
from pyex.otp.ets import owner as ets_owner
from pyex.otp.registry.table import table_of

OTP = os.path.dirname(pyex.otp.__file__) + os.sep
# Whose lines are one step: the eval loop looks for signals nowhere among them.
ONE_STEP = ("commit.py",)
# What a function that is spawned captures is copied; what a module holds is not.
reached: list[int] = []


class Bare(GenServer):
    @staticmethod
    def init(state: Any) -> Any:
        return ("ok", state)


def kill_at(line: int, action: Callable[[], Any]) -> bool:
    """Run in a process that is killed before the line of this number. False where there are not so many."""
    reached.clear()

    def victim() -> None:
        me, count = self(), 0

        def trace(frame: Any, event: str, _: Any) -> Any:
            nonlocal count
            code = frame.f_code.co_filename
            if not code.startswith(OTP) or code.endswith(ONE_STEP) or self() != me:
                return trace
            if event == "line":
                count += 1
                if count == line:
                    sys.settrace(None)
                    reached.append(line)
                    Process.exit(me, "kill")
            return trace

        sys.settrace(trace)
        try:
            action()
        finally:
            sys.settrace(None)

    pid = spawn(victim)
    until(lambda: not Process.alive(pid))
    sys.settrace(None)
    return bool(reached)


def kill_at_each_line(action: Callable[[], Any], check: Callable[[], object]) -> int:
    line = 0
    while kill_at(line + 1, action):
        line += 1
        until(check)
    return line


@pytest.mark.process
@pytest.mark.parametrize("keys", ["unique", "duplicate"])
@pytest.mark.parametrize("partitions", [1, 3])
def test_who_is_killed_while_it_registers_leaves_no_entry_and_no_link(keys: str, partitions: int) -> None:
    """Of an entry, its owner's list and the link to the server all go, or none was made."""
    ok(Registry.start_link(keys=keys, name="rooms", partitions=partitions))

    def register() -> None:
        Registry.register("rooms", "lobby", 1)
        Registry.register("rooms", "lobby", 2)
        Registry.unregister("rooms", "lobby")
        Registry.register("rooms", "attic", 1)

    def is_clean() -> bool:
        return all(
            not part.by_owner and not part.by_index and len(Process.info(part.server, "links")[1]) == 1
            for part in table_of("rooms").partitions
        )

    assert kill_at_each_line(register, is_clean) > 100


@pytest.mark.process
def test_who_is_killed_while_it_makes_a_table_leaves_none() -> None:
    """The manager hears of a table before the table can be found."""
    ets.new("first")

    def make() -> None:
        ets.new("plain")
        ets.new("named", ["named_table"])

    def is_clean() -> bool:
        return all(Process.alive(table.owner) for table in [*ets_owner.tables.values()])

    assert kill_at_each_line(make, is_clean) > 50


@pytest.mark.process
def test_who_is_killed_while_it_awaits_leaves_no_task() -> None:
    """Awaited, shut down or streamed: no task outlives its owner."""
    before = set(Process.list())

    def use() -> None:
        Task.await_(Task.async_(lambda: 1))
        Task.shutdown(Task.async_(Process.sleep, "infinity"))
        list(Task.async_stream([1, 2], abs))

    assert kill_at_each_line(use, lambda: set(Process.list()) <= before) > 100
