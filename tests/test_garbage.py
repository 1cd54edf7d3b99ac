"""Garbage collection beside many processes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from in_process import in_process, until, waiting

import pyex
from pyex import Pid, Process, spawn
from pyex.garbage import MANY_FROZEN, MANY_PROCESSES


@pytest.fixture(autouse=True)
def nothing_stays_frozen() -> Iterator[None]:
    """Neither before nor after is anything frozen, but for the little that Python itself may freeze."""
    assert gc.get_freeze_count() < MANY_FROZEN
    yield
    assert gc.get_freeze_count() < MANY_FROZEN


def crowd(number: int) -> list[Pid]:
    """So many idle processes, after a full pass of the collector and a moment for the engine."""
    pids = [spawn(Process.hibernate, int) for _ in range(number)]
    gc.collect()
    waiting(pids[-1])
    # The hub has been at work since.
    Process.sleep(1)
    return pids


@in_process
def test_a_crowd_is_left_alone_by_the_collector_while_it_is_there() -> None:
    """The objects of very many processes are frozen after a full pass, and thawed when the processes have ended."""
    pids = crowd(MANY_PROCESSES + 1000)
    assert gc.get_freeze_count() > MANY_PROCESSES
    for pid in pids:
        Process.exit(pid, "kill")
    until(lambda: gc.get_freeze_count() < MANY_FROZEN)


@in_process
def test_few_processes_change_nothing() -> None:
    """With some thousand processes the collector works as always."""
    crowd(2000)
    assert gc.get_freeze_count() < MANY_FROZEN


@in_process
def test_what_becomes_garbage_among_the_frozen_is_found_in_the_end() -> None:
    """A cycle that was alive when the crowd was frozen goes, once the crowd has gone."""

    class Cycle:
        pass

    cycle = Cycle()
    cycle.itself = cycle  # type: ignore[attr-defined]
    gone = weakref.ref(cycle)
    pids = crowd(MANY_PROCESSES + 1000)
    del cycle
    gc.collect()
    assert gone() is not None
    for pid in pids:
        Process.exit(pid, "kill")
    until(lambda: gc.get_freeze_count() < MANY_FROZEN)
    gc.collect()
    assert gone() is None


def test_what_the_program_has_frozen_stays_frozen() -> None:
    """A program that uses gc.freeze itself keeps what it froze."""
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        pyex.run(lambda: crowd(MANY_PROCESSES + 1000))
        assert gc.get_freeze_count() >= frozen - 100  # some were freed, by their reference counts
    finally:
        gc.unfreeze()
