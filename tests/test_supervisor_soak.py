"""A soak: a tree of a thousand workers under four supervisors, killed at random, is whole afterwards.

It takes a second or two; PYEX_SOAK_SECONDS makes it longer.
"""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Iterable
from typing import Any

import pytest
from in_process import until
from program import leftovers

import pyex
from pyex import Pid, Process, Sys, ok, receive, self, send
from pyex.control_block import ControlBlock, process_table
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor

SOAK_SECONDS = float(os.environ.get("PYEX_SOAK_SECONDS", "2"))
WORKERS = 250
STRATEGIES = ("one_for_one", "one_for_all", "rest_for_one")
LIMITS = {"max_restarts": 1_000_000, "max_seconds": 3600}


class Numbered(GenServer):
    """A worker that knows its number and when, among all starts of its supervisor, it was started."""

    @staticmethod
    def start_link(group: str, number: int) -> Any:
        start = Process.put("starts", (Process.get("starts") or 0) + 1) or 0
        return GenServer.start_link(Numbered, (group, number, start), name=f"{group} {number}")

    @staticmethod
    def init(arg: Any) -> Any:
        if random.random() < 0.2:
            Process.flag("trap_exit", True)
        return ("ok", arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        match request:
            case "who":
                return ("reply", state, state)
            case "stop":
                return ("stop", random.choice(["normal", "shutdown", "boom"]), "ok", state)

    @staticmethod
    def handle_info(message: Any, state: Any) -> Any:
        match message:
            case ("EXIT", _, reason):
                return ("stop", reason, state)
        return ("noreply", state)


def spec(group: str, number: int) -> dict[str, Any]:
    return {"id": number, "start": (Numbered, "start_link", [group, number])}


def tree() -> Pid:
    groups: list[Any] = []
    for strategy in STRATEGIES:
        children = [spec(strategy, number) for number in range(WORKERS)]
        options = {"strategy": strategy, "name": strategy, **LIMITS}
        groups.append({"id": strategy, "type": "supervisor", "start": (Supervisor, "start_link", [children, options])})
    groups.append((DynamicSupervisor, {"name": "dynamic", **LIMITS}))
    pid = ok(Supervisor.start_link(groups, strategy="one_for_one", max_restarts=0))
    for number in range(WORKERS):
        ok(DynamicSupervisor.start_child("dynamic", spec("dynamic", number)))
    assert isinstance(pid, Pid)
    return pid


def names() -> list[str]:
    return [f"{group} {number}" for group in (*STRATEGIES, "dynamic") for number in range(WORKERS)]


def disturb(until_time: float) -> int:
    """Kill workers, one or many at once, ask some to stop, and start some by hand; returns how many had to go."""
    gone = 0
    all_names = names()
    while time.monotonic() < until_time:
        for name in random.sample(all_names, random.choice([1, 1, 2, 5, 30])):
            pid = Process.whereis(name)
            if pid is None:
                continue
            gone += 1
            match random.randrange(4):
                case 0:
                    Process.exit(pid, "shutdown")
                case 1:
                    send(pid, ("$gen_call", (self(), "nobody waits"), "stop"))
                case _:
                    Process.exit(pid, "kill")
        if random.random() < 0.1:
            number = random.randrange(WORKERS)
            if Supervisor.terminate_child("one_for_one", number) == "ok":
                Supervisor.restart_child("one_for_one", number)
        Process.sleep(random.randrange(4))
        # What comes of asking to stop like that.
        while receive((..., "ok"), after=0, default=None):
            pass
    return gone


def all_are_back() -> bool:
    counts = {"specs": WORKERS, "active": WORKERS, "supervisors": 0, "workers": WORKERS}
    return (
        all(Supervisor.count_children(strategy) == counts for strategy in STRATEGIES)
        and DynamicSupervisor.count_children("dynamic") == counts
        and all(Process.whereis(name) for name in names())
    )


def check_order() -> None:
    """Specs are in their order; with rest_for_one and one_for_all a later child was also started later."""
    for strategy in STRATEGIES:
        children = Supervisor.which_children(strategy)
        assert [id for id, _, _, _ in children] == [*reversed(range(WORKERS))]
        for id, pid, _, _ in children:
            assert Process.whereis(f"{strategy} {id}") == pid
        starts = [GenServer.call(pid, "who")[2] for _, pid, _, _ in reversed(children)]
        if strategy != "one_for_one":
            assert starts == sorted(starts)
        if strategy == "one_for_all":
            assert starts == [*range(starts[0], starts[0] + WORKERS)]


def check_links_and_monitors(root: Pid) -> None:
    """Each supervisor is linked to its parent and its children alone, monitors nobody, and knows no other pids."""
    for group in (*STRATEGIES, "dynamic"):
        children = Supervisor.which_children(group)
        info = Process.info(whereis(group), ["links", "monitors", "message_queue_len"])
        assert sorted(info["links"]) == sorted([root, *(pid for _, pid, _, _ in children)])
        assert info["monitors"] == [] and info["message_queue_len"] == 0
        state = Sys.get_state(group)
        kept = state.children if group == "dynamic" else state.by_pid
        assert sorted(kept) == sorted(pid for _, pid, _, _ in children)


def whereis(name: str) -> Pid:
    pid = Process.whereis(name)
    assert pid is not None
    return pid


def blocks() -> Iterable[ControlBlock]:
    gc.collect()
    return {each for each in gc.get_objects() if type(each) is ControlBlock}


@pytest.mark.soak
def test_a_thousand_workers_killed_at_random_all_come_back() -> None:
    """Every child is back, the counts are right, the order is kept, and nothing is left when the tree has stopped."""
    earlier = set(blocks())

    def main() -> None:
        processes = set(process_table)
        root = tree()
        assert disturb(time.monotonic() + SOAK_SECONDS) > 0
        until(all_are_back)
        check_order()
        check_links_and_monitors(root)
        assert len(process_table) == len(processes) + 5 + 4 * WORKERS
        assert Supervisor.stop(root) == "ok"
        assert set(process_table) == processes
        assert Process.info(self(), "monitors") == ("monitors", [])

    pyex.run(main)
    assert not leftovers()
    assert set(blocks()) <= earlier
