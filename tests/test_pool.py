"""Pools: workers are lent, come back, are replaced when they end, and nobody waits for nothing."""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from in_process import caught, dead, ends, ends_after, trap, until, waiting
from program import PATIENCE_MS, leftovers, program

import pyex
from pyex import ArgumentError, Exit, Pid, Process, exit, node, ok, receive, self, send, spawn, spawn_monitor
from pyex.control_block import ControlBlock, process_table
from pyex.otp.agent import Agent
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.pool import Pool
from pyex.otp.pool.server import PoolServer
from pyex.otp.pool.supervisor import WorkerSupervisor
from pyex.otp.registry import Registry
from pyex.otp.supervisor import Supervisor
from pyex.otp.sys_messages import Sys

SOAK_SECONDS = float(os.environ.get("PYEX_SOAK_SECONDS", "1"))


class Worker(GenServer):
    """Does what it is asked to do; tells who started the pool when it is ended in order."""

    @staticmethod
    def start_link(owner: Pid | None) -> Any:
        return GenServer.start_link(Worker, owner)

    @staticmethod
    def init(owner: Pid | None) -> Any:
        Process.flag("trap_exit", True)
        return ("ok", owner)

    @staticmethod
    def handle_call(request: Any, from_: Any, owner: Pid | None) -> Any:
        match request:
            case ("do", function):
                return ("reply", function(), owner)

    @staticmethod
    def terminate(reason: Any, owner: Pid | None) -> None:
        if owner is not None:
            send(owner, ("terminated", self(), reason))


def pool(size: int = 2, **options: Any) -> Pid:
    """Start a pool named "pool"."""
    pid = ok(Pool.start_link(**{"name": "pool", "worker": (Worker, None), "size": size, **options}))
    assert isinstance(pid, Pid)
    return pid


def part(module: type, of: Any = "pool") -> Any:
    """The process of a pool's part."""
    return {id: pid for id, pid, _, _ in Supervisor.which_children(of)}[module]


def workers() -> list[Pid]:
    """The workers of the pool, the oldest first."""
    return [pid for _, pid, _, _ in DynamicSupervisor.which_children(part(WorkerSupervisor))]


def client(body: Callable[[], Any]) -> Pid:
    """Another process, which tells what it got, ("got", pid, value), or that it has exited, ("exited", pid, reason)."""
    tell = self()

    def run() -> None:
        try:
            got = body()
        except Exit as error:
            send(tell, ("exited", self(), error.reason))
            raise
        send(tell, ("got", self(), got))
        receive("go on")

    return spawn(run)


def holder() -> tuple[Pid, Pid]:
    """A process that has a worker, and the worker."""
    pid = client(lambda: Pool.checkout("pool"))
    worker = receive(("got", pid, ...), after=PATIENCE_MS)[2]
    assert isinstance(worker, Pid)
    return pid, worker


def in_queue(timeout: int | str = 5000) -> Pid:
    """A process that waits for a worker."""
    asked = len(Sys.get_state(part(PoolServer)).waiting)
    pid = client(lambda: Pool.checkout("pool", True, timeout))
    until(lambda: len(Sys.get_state(part(PoolServer)).waiting) > asked)
    return waiting(pid)


def got(pid: Pid) -> Any:
    """What a client got; None when it does not get anything."""
    message = receive(("got", pid, ...), after=100, default=None)
    return None if message is None else message[2]


def end(pid: Pid, reason: Any = "kill") -> None:
    assert ends_after(pid, lambda: Process.exit(pid, reason)) != "alive"


def books() -> tuple[Any, ...]:
    """What the server keeps beside its workers: nothing, where nobody has or waits for one."""
    state = Sys.get_state(part(PoolServer))
    return (len(state.lent), len(state.waiting), len(state.checkouts))


def is_whole(size: int = 2) -> bool:
    """Whether all workers are there and free, and nothing is left of those who had one."""
    info = Process.info(part(PoolServer), ["monitors", "links", "message_queue_len"])
    return (
        Pool.status("pool") == ("ready", size, 0, 0)
        and books() == (0, 0, 0)
        and len(workers()) == size
        and all(Process.alive(worker) for worker in workers())
        and sorted(info["monitors"]) == sorted(("process", worker) for worker in workers())
        and info["links"] == [Process.whereis("pool")]
        and info["message_queue_len"] == 0
    )


# Lending


@pytest.mark.process
def test_each_worker_is_lent_to_one() -> None:
    """Checkouts give different workers, until none is left."""
    pool(3)
    assert Pool.status("pool") == ("ready", 3, 0, 0)
    lent = [Pool.checkout("pool") for _ in range(3)]
    assert sorted(lent) == sorted(workers()) and len(set(lent)) == 3
    assert Pool.status("pool") == ("full", 0, 0, 3)
    assert Pool.checkout("pool", block=False) == "full"
    assert Pool.checkout("pool", False) == "full"


@pytest.mark.process
def test_a_worker_that_came_back_can_be_lent_again() -> None:
    """checkin says "ok", and the worker is free."""
    pool(1)
    worker = Pool.checkout("pool")
    assert Pool.checkin("pool", worker) == "ok"
    assert is_whole(1)
    assert Pool.checkout("pool") == worker


@pytest.mark.process
def test_lifo_lends_the_worker_that_came_back_last() -> None:
    """It is the strategy where none is given."""
    pool(3)
    a, b, c = (Pool.checkout("pool") for _ in range(3))
    for worker in (b, a, c):
        Pool.checkin("pool", worker)
    assert [Pool.checkout("pool") for _ in range(3)] == [c, a, b]


@pytest.mark.process
def test_fifo_lends_the_worker_that_has_been_there_longest() -> None:
    """The workers take turns."""
    pool(3, strategy="fifo")
    a, b, c = workers()
    assert [Pool.checkout("pool") for _ in range(3)] == [a, b, c]
    for worker in (b, a, c):
        Pool.checkin("pool", worker)
    assert [Pool.checkout("pool") for _ in range(3)] == [b, a, c]


@pytest.mark.process
def test_who_asks_when_all_are_lent_waits() -> None:
    """Those that wait are served in the order in which they asked."""
    pool(1)
    worker = Pool.checkout("pool")
    first, second = in_queue(), in_queue()
    assert Pool.checkout("pool", block=False) == "full"
    Pool.checkin("pool", worker)
    assert got(first) == worker
    assert got(second) is None
    send(first, "go on")
    assert got(second) == worker
    assert Pool.status("pool") == ("full", 0, 0, 1)


@pytest.mark.process
def test_who_does_not_want_to_wait_is_told_full() -> None:
    """Nothing is kept of it."""
    pool(1)
    Pool.checkout("pool")
    before = books()
    assert Pool.checkout("pool", block=False) == "full"
    assert books() == before


@pytest.mark.process
def test_a_worker_comes_back_once() -> None:
    """To give back twice, or what was never lent, or a worker of another pool, is "ok" and changes nothing."""
    pool(2)
    other = ok(Pool.start_link(worker=(Worker, None), size=1))
    foreign, worker = Pool.checkout(other), Pool.checkout("pool")
    for pid in (worker, worker, workers()[0], foreign, self(), dead()):
        assert Pool.checkin("pool", pid) == "ok"
    assert is_whole()
    assert Pool.status(other) == ("full", 0, 0, 1)


@pytest.mark.process
def test_another_process_may_give_a_worker_back() -> None:
    """The end of who took it then means nothing."""
    pool(1)
    taker, worker = holder()
    Pool.checkin("pool", worker)
    assert is_whole(1)
    assert Pool.checkout("pool") == worker
    end(taker)
    assert Pool.status("pool") == ("full", 0, 0, 1)


# Timeouts


@pytest.mark.process
def test_a_checkout_that_takes_too_long_exits() -> None:
    """The reason names the checkout; nobody stands in the queue afterwards."""
    pid = pool(1)
    worker = Pool.checkout(pid)
    assert caught(lambda: Pool.checkout(pid, True, 20)) == ("exit", ("timeout", (Pool, "checkout", [pid, True, 20])))
    assert caught(lambda: Pool.transaction("pool", id, 20))[1][0] == "timeout"
    assert books()[1] == 0
    Pool.checkin("pool", worker)
    assert is_whole(1)


@pytest.mark.process
def test_a_worker_that_is_handed_over_too_late_is_given_back() -> None:
    """The client has gone on when the server gets to answer: the worker is free again, and nothing comes late."""
    pool(1)
    Sys.suspend(part(PoolServer))
    assert caught(lambda: Pool.checkout("pool", True, 20))[0] == "exit"
    Sys.resume(part(PoolServer))
    assert is_whole(1)
    assert receive(after=20, default="nothing") == "nothing"


@pytest.mark.process
def test_the_timeout_is_in_milliseconds_and_may_be_infinity() -> None:
    """What is no timeout is refused, and nothing is kept of it."""
    pool(1)
    worker = Pool.checkout("pool", True, "infinity")
    assert caught(lambda: Pool.checkout("pool", True, -1))[1].reason == "timeout_value"
    Pool.checkin("pool", worker)
    assert is_whole(1)


def test_who_is_interrupted_while_it_waits_is_passed_over() -> None:
    """As at a prompt, by Ctrl+C: nobody waits any more, and the worker stays free."""
    ended = program(
        """
        import os, signal
        from pyex import *
        from pyex.otp.pool import Pool

        def interrupt(client):
            while Process.info(client, "status") != ("status", "waiting"):
                Process.sleep(1)
            os.kill(os.getpid(), signal.SIGINT)

        def main():
            pool = ok(Pool.start_link(worker=(Agent, lambda: 0), size=1))
            worker = Pool.checkout(pool)
            spawn(interrupt, self())
            try:
                Pool.checkout(pool, timeout="infinity")
            except KeyboardInterrupt:
                Pool.checkin(pool, worker)
                print(Pool.status(pool))

        run(main)
        """
    )
    assert (ended.returncode, ended.stdout) == (0, "('ready', 1, 0, 0)\n"), ended.stderr


# The end of clients


@pytest.mark.process
@pytest.mark.parametrize("reason", ["kill", "shutdown", ("some", "reason")])
def test_a_client_that_ends_gives_its_worker_back(reason: Any) -> None:
    """However it ends."""
    pool(1)
    pid, worker = holder()
    end(pid, reason)
    until(lambda: is_whole(1))
    assert workers() == [worker]


@pytest.mark.process
def test_a_client_that_returns_gives_all_its_workers_back() -> None:
    """Also several, and also where it ends normally."""
    pool(3)
    _, reference = spawn_monitor(lambda: [Pool.checkout("pool") for _ in range(3)] and None)
    assert receive(("DOWN", reference, ..., ..., ...))[4] == "normal"
    until(lambda: is_whole(3))


@pytest.mark.process
def test_the_end_of_a_client_serves_the_next() -> None:
    """Who waits gets the worker of the one that ended."""
    pool(1)
    pid, worker = holder()
    next_ = in_queue()
    end(pid)
    assert got(next_) == worker


@pytest.mark.process
def test_who_ends_while_it_waits_is_passed_over() -> None:
    """The worker goes to the one behind it."""
    pool(1)
    worker = Pool.checkout("pool")
    first, second, third = in_queue(), in_queue(), in_queue()
    end(first)
    end(second, "shutdown")
    until(lambda: books()[1] == 1)
    Pool.checkin("pool", worker)
    assert got(third) == worker


# The end of workers


@pytest.mark.process
def test_a_free_worker_that_ends_is_replaced() -> None:
    """There are as many as before, one of them new."""
    pool(3)
    before = workers()
    end(before[0])
    until(lambda: is_whole(3))
    assert len(set(workers()) - set(before)) == 1


@pytest.mark.process
@pytest.mark.parametrize("restart", ["permanent", "transient", "temporary"])
def test_what_the_spec_says_of_restarts_does_not_matter(restart: str) -> None:
    """A worker is replaced once, by the pool; also after a normal end."""
    pool(2, worker=Supervisor.child_spec((Worker, None), restart=restart))
    GenServer.stop(workers()[0])
    until(is_whole)
    end(workers()[0])
    until(is_whole)


@pytest.mark.process
def test_a_lent_worker_that_ends_is_replaced() -> None:
    """It need not be given back, and the new one is free."""
    pool(2)
    worker = Pool.checkout("pool")
    end(worker)
    until(is_whole)
    assert Pool.checkin("pool", worker) == "ok"
    assert is_whole()


@pytest.mark.process
def test_who_waits_gets_the_worker_that_replaces_one() -> None:
    """The client of the dead worker does not have it any more."""
    pool(1)
    pid, worker = holder()
    next_ = in_queue()
    end(worker)
    new = got(next_)
    assert new == workers()[0] != worker
    assert Pool.status("pool") == ("full", 0, 0, 1)
    end(pid)
    assert Pool.status("pool") == ("full", 0, 0, 1)


@pytest.mark.process
def test_a_dead_worker_is_not_lent() -> None:
    """Whoever asks right after a kill gets a living one, for which the number of workers is right too."""
    pool(2)
    for _ in range(10):
        Process.exit(workers()[-1], "kill")
        worker = Pool.checkout("pool", block=False)
        assert Process.alive(worker)
        Pool.checkin("pool", worker)
    until(is_whole)


@pytest.mark.process
def test_a_dead_worker_that_is_given_back_is_replaced() -> None:
    """Before its end is told, too: who waits gets a living one."""
    pool(1)
    worker = Pool.checkout("pool")
    next_ = in_queue()
    Process.exit(worker, "kill")
    Pool.checkin("pool", worker)
    new = got(next_)
    assert new != worker and Process.alive(new)
    end(next_)
    until(lambda: is_whole(1))


# Overflow


@pytest.mark.process
def test_overflow_starts_more_workers_when_all_are_lent() -> None:
    """Up to max_overflow; the status tells how many there are beyond the size."""
    pool(1, max_overflow=2)
    assert Pool.status("pool") == ("ready", 1, 0, 0)
    steps = []
    for _ in range(3):
        Pool.checkout("pool", block=False)
        steps.append(Pool.status("pool"))
    assert steps == [("overflow", 0, 0, 1), ("overflow", 0, 1, 2), ("full", 0, 2, 3)]
    assert Pool.checkout("pool", block=False) == "full"
    assert len(workers()) == 3


@pytest.mark.process
def test_an_overflow_worker_ends_when_it_comes_back() -> None:
    """Any worker does, while there are more than the size of the pool; it is ended as a supervisor ends children."""
    pool(1, max_overflow=1, worker=(Worker, self()))
    own, extra = Pool.checkout("pool"), Pool.checkout("pool")
    Pool.checkin("pool", own)
    assert Pool.status("pool") == ("overflow", 0, 0, 1)
    assert receive(after=0) == ("terminated", own, "shutdown")
    Pool.checkin("pool", extra)
    assert is_whole(1)
    assert workers() == [extra]


@pytest.mark.process
def test_an_overflow_worker_goes_to_who_waits() -> None:
    """It ends when nobody waits any more."""
    pool(1, max_overflow=1)
    own, extra = Pool.checkout("pool"), Pool.checkout("pool")
    next_ = in_queue()
    Pool.checkin("pool", extra)
    assert got(next_) == extra
    assert Pool.status("pool") == ("full", 0, 1, 2)
    end(next_)
    until(lambda: Pool.status("pool") == ("overflow", 0, 0, 1))
    assert workers() == [own]


@pytest.mark.process
def test_an_overflow_worker_that_ends_is_not_replaced() -> None:
    """Unless somebody waits for it."""
    pool(1, max_overflow=1)
    _, extra = Pool.checkout("pool"), Pool.checkout("pool")
    next_ = in_queue()
    end(extra)
    new = got(next_)
    assert Process.alive(new)
    end(new)
    until(lambda: Pool.status("pool") == ("overflow", 0, 0, 1))
    assert len(workers()) == 1


@pytest.mark.process
def test_a_pool_may_be_overflow_alone() -> None:
    """With size 0 workers are there only while they are lent."""
    pool(0, max_overflow=1)
    assert Pool.status("pool") == ("overflow", 0, 0, 0)
    worker = Pool.checkout("pool")
    assert Pool.status("pool") == ("full", 0, 1, 1)
    Pool.checkin("pool", worker)
    assert (Pool.status("pool"), workers()) == (("overflow", 0, 0, 0), [])


# Transactions


@pytest.mark.process
def test_a_transaction_returns_what_its_function_returns() -> None:
    """The worker is lent meanwhile, and free afterwards."""
    pool(1)

    def work(worker: Pid) -> tuple[Any, Any]:
        return GenServer.call(worker, ("do", lambda: 6 * 7)), Pool.status("pool")

    assert Pool.transaction("pool", work) == (42, ("full", 0, 0, 1))
    assert is_whole(1)


@pytest.mark.process
def test_a_transaction_that_fails_gives_the_worker_back() -> None:
    """Where the function raises or exits; the caller sees that."""
    pool(1)
    kind, error = caught(lambda: Pool.transaction("pool", lambda worker: 1 / 0))
    assert kind == "error" and isinstance(error, ZeroDivisionError)
    assert caught(lambda: Pool.transaction("pool", lambda worker: exit("boom"))) == ("exit", "boom")
    assert is_whole(1)


@pytest.mark.process
def test_a_transaction_that_is_killed_gives_the_worker_back() -> None:
    """As the end of any client does."""
    pool(1)
    pid = spawn(lambda: Pool.transaction("pool", lambda worker: Process.sleep("infinity")))
    until(lambda: Pool.status("pool") == ("full", 0, 0, 1))
    end(pid)
    until(lambda: is_whole(1))


@pytest.mark.process
def test_a_worker_that_crashes_in_a_transaction() -> None:
    """The caller's call exits with its reason, and another worker takes its place."""
    pool(1)
    before = workers()
    request = ("do", lambda: exit("boom"))
    kind, reason = caught(lambda: Pool.transaction("pool", lambda worker: GenServer.call(worker, request)))
    assert (kind, reason[0]) == ("exit", "boom")
    until(lambda: is_whole(1))
    assert workers() != before


# The tree


@pytest.mark.process
def test_the_tree_of_a_pool() -> None:
    """A supervisor of the server and of the supervisor of the workers; nobody else is linked to a worker."""
    pid = pool(2)
    server, supervisor = part(PoolServer), part(WorkerSupervisor)
    assert Supervisor.which_children(pid) == [
        (PoolServer, server, "worker", [PoolServer]),
        (WorkerSupervisor, supervisor, "supervisor", [WorkerSupervisor]),
    ]
    assert DynamicSupervisor.count_children(supervisor) == {"specs": 2, "active": 2, "supervisors": 0, "workers": 2}
    for worker in workers():
        assert Process.info(worker, ["links", "monitored_by"]) == {"links": [supervisor], "monitored_by": [server]}
    assert Process.info(server, "links") == ("links", [pid])


@pytest.mark.process
def test_the_parts_of_a_pool_have_names() -> None:
    """After that of the pool, so that one sees in a list of processes whose they are."""
    pool()
    assert Process.whereis("pool.PoolServer") == part(PoolServer)
    assert Process.whereis("pool.WorkerSupervisor") == part(WorkerSupervisor)


def check_begun_anew(part_: type, size: int = 2) -> None:
    """A part of the pool is killed: who waits hears of it, the workers are others, and none is left of the old ones."""
    pool(size)
    processes = len(Process.list())
    for _ in range(size):
        holder()
    old, queued = workers(), [in_queue("infinity") for _ in range(3)]
    watched = {Process.monitor(worker) for worker in old}
    end(part(part_))
    for pid in queued:
        _, _, (_, call) = receive(("exited", pid, ...), after=PATIENCE_MS)
        assert call == (Pool, "checkout", ["pool", True, "infinity"])
    for reference in watched:
        receive(("DOWN", reference, ..., ..., ...), after=PATIENCE_MS)
    until(lambda: Process.whereis("pool.PoolServer") is not None)
    assert is_whole(size)
    assert not set(old) & set(workers())
    assert len(Process.list()) == processes + size  # the clients that had a worker


@pytest.mark.process
def test_the_end_of_the_server_begins_the_pool_anew() -> None:
    """No worker of before is left, and no client waits for ever."""
    check_begun_anew(PoolServer)


@pytest.mark.process
def test_the_end_of_the_workers_supervisor_begins_the_pool_anew() -> None:
    """Likewise."""
    check_begun_anew(WorkerSupervisor)


@pytest.mark.process
def test_what_was_lent_before_the_pool_began_anew_is_not_taken_back() -> None:
    """A transaction that is under way then fails with its worker, and its checkin changes nothing."""
    pool(1)
    pid = client(lambda: Pool.transaction("pool", lambda worker: ends(worker, PATIENCE_MS)))
    until(lambda: Pool.status("pool") == ("full", 0, 0, 1))
    end(part(PoolServer))
    assert got(pid) == "shutdown"
    assert is_whole(1)


@pytest.mark.process
@pytest.mark.parametrize("reason", ["kill", "shutdown"])
def test_the_end_of_a_pool_leaves_nothing(reason: str) -> None:
    """Its supervisor takes all with it."""
    trap()
    before = Process.list()
    pid = pool(3, max_overflow=1)
    for _ in range(4):
        Pool.checkout("pool")
    client(lambda: Pool.checkout("pool"))
    until(lambda: books()[1] == 1)
    end(pid, reason)
    until(lambda: Process.list() == before)


@pytest.mark.process
def test_stop_ends_the_workers_in_order() -> None:
    """They get to terminate; who waits exits with the reason."""
    trap()
    pool(2, worker=(Worker, self()))
    expected = workers()
    for _ in range(2):
        Pool.checkout("pool")
    queued = in_queue()
    assert Pool.stop("pool") == "ok"
    assert [receive(("terminated", worker, ...), after=0)[2] for worker in expected] == ["shutdown", "shutdown"]
    assert receive(("exited", queued, ...))[2] == ("shutdown", (Pool, "checkout", ["pool", True, 5000]))
    assert caught(lambda: Pool.stop("pool"))[1][0] == "noproc"


@pytest.mark.process
def test_several_pools_under_one_supervisor() -> None:
    """Each has its name, which is its id, and its own workers."""
    options = {"worker": (Worker, None), "size": 1}
    pools = [(Pool, {**options, "name": "a"}), (Pool, {**options, "name": "b", "size": 2}), (Pool, options)]
    top = ok(Supervisor.start_link(pools, strategy="one_for_one"))
    ids = {id: pid for id, pid, type, _ in Supervisor.which_children(top) if type == "supervisor"}
    assert [*ids] == [Pool, "b", "a"]
    assert (ids["a"], ids["b"]) == (Process.whereis("a"), Process.whereis("b"))
    Pool.checkout("b")
    assert [Pool.status(ids[id]) for id in ("a", "b", Pool)] == [
        ("ready", 1, 0, 0), ("ready", 1, 0, 1), ("ready", 1, 0, 0),
    ]  # fmt: skip
    end(ids["a"])
    until(lambda: Process.whereis("a.PoolServer") is not None)
    assert Pool.status("a") == ("ready", 1, 0, 0)


@pytest.mark.process
def test_names_of_pools() -> None:
    """A class, a name with its node, or a term of a registry; none is needed."""

    class Downloads:
        pass

    ok(Registry.start_link(keys="unique", name="registry"))
    via = ("via", Registry, ("registry", "downloads"))
    for name in (Downloads, "downloads", via):
        pid = ok(Pool.start_link(name=name, worker=(Worker, None)))
        assert Pool.start_link(name=name, worker=(Worker, None)) == ("error", ("already_started", pid))
        assert Pool.transaction(name, Process.alive)
        assert Pool.status(pid) == ("ready", 5, 0, 0)
    assert Pool.status(("downloads", node())) == ("ready", 5, 0, 0)
    assert Process.whereis("test_names_of_pools.<locals>.Downloads.PoolServer") is not None


@pytest.mark.process
def test_workers_are_given_as_a_supervisor_is_given_children() -> None:
    """A module, a module with an argument, or a spec."""
    spec = {"id": "any", "start": (Agent, "start_link", [lambda: 42])}
    for worker in (Worker, (Worker, None), spec):
        assert Pool.status(ok(Pool.start_link(worker=worker))) == ("ready", 5, 0, 0)
    assert Pool.transaction(ok(Pool.start_link(worker=spec)), lambda worker: Agent.get(worker, str)) == "42"


# Errors


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "expected worker to be given"),
        ({"worker": 42}, "supervisors expect each child to be"),
        ({"worker": (Worker, None), "size": -1}, "expected size to be a whole number from 0, got: -1"),
        ({"worker": (Worker, None), "size": True}, "expected size to be"),
        ({"worker": (Worker, None), "max_overflow": "1"}, "expected max_overflow to be"),
        ({"worker": (Worker, None), "size": 0}, "never has a worker"),
        ({"worker": (Worker, None), "strategy": "random"}, 'expected strategy to be "lifo" or "fifo"'),
        ({"worker": (Worker, None), "name": 42}, "expected name to be"),
    ],
)
@pytest.mark.process
def test_wrong_options_are_refused(options: dict[str, Any], text: str) -> None:
    """Where they are given, before anything is started; also in a dict."""
    before = Process.list()
    for start in (lambda: Pool.start_link(**options), lambda: Pool.start_link(options)):
        kind, error = caught(start)
        assert kind == "error" and isinstance(error, ArgumentError) and text in str(error)
    assert Process.list() == before


@pytest.mark.process
def test_options_that_there_are_not() -> None:
    """Are an error of the call, as in all Python; a child's options must be a dict."""
    with pytest.raises(TypeError, match="sise"):
        Pool.start_link({"worker": Worker, "sise": 5})
    with pytest.raises(ArgumentError, match="not a dict of options"):
        Supervisor.start_link([Pool], strategy="one_for_one")


@pytest.mark.process
def test_a_pool_that_is_not_there() -> None:
    """The caller exits with "noproc", and the exit names the call; to give back is always "ok"."""
    no_pool = ok(Agent.start_link(lambda: 0))
    for missing in ("nobody", dead(), no_pool):
        assert caught(lambda at=missing: Pool.status(at)) == ("exit", ("noproc", (Pool, "status", [missing])))
        expected = ("noproc", (Pool, "checkout", [missing, False, 7]))
        assert caught(lambda at=missing: Pool.checkout(at, False, 7)) == ("exit", expected)
        assert caught(lambda at=missing: Pool.transaction(at, id))[1][0] == "noproc"
        assert Pool.checkin(missing, self()) == "ok"
    assert Process.alive(no_pool)


@pytest.mark.process
def test_only_a_pid_can_be_given_back() -> None:
    """The error says what to write."""
    pool()
    with pytest.raises(ArgumentError, match=r"not a pid: 'full'; write what Pool\.checkout returned"):
        Pool.checkin("pool", "full")  # type: ignore[arg-type]


@pytest.mark.process
@pytest.mark.parametrize(
    ("start", "why"),
    [
        (lambda: ("error", "nope"), "nope"),
        (lambda: "ignore", "ignore"),
        (lambda: exit("boom"), "boom"),
        (lambda: 42, 42),
    ],
)
def test_a_worker_that_cannot_be_started(start: Callable[[], Any], why: Any) -> None:
    """The pool does not start either, and says why; nothing is left of it."""
    trap()
    before = Process.list()
    reason = ("failed_to_start_child", PoolServer, ("failed_to_start_worker", why))
    assert Pool.start_link(worker={"id": "x", "start": (start, [])}) == ("error", ("shutdown", reason))
    assert receive(("EXIT", ..., ...))[2] == ("shutdown", reason)
    assert Process.list() == before


@pytest.mark.process
def test_a_worker_that_cannot_be_replaced_ends_the_pool() -> None:
    """Its supervisor tries to begin anew, as often as it may; then who has started it decides. Nobody is left
    waiting.
    """
    trap()
    switch = ok(Agent.start_link(lambda: True))

    def start() -> Any:
        return Agent.start_link(lambda: 0) if Agent.get(switch, lambda on: on) else ("error", "nope")

    pid = ok(Pool.start_link(name="pool", worker={"id": "x", "start": (start, [])}, size=1))
    _, worker = holder()
    queued = in_queue("infinity")
    Agent.update(switch, lambda on: False)
    end(worker)
    assert receive(("exited", queued, ...))[2][0] == ("failed_to_start_worker", "nope")
    assert receive(("EXIT", pid, ...), after=PATIENCE_MS)[2] == "shutdown"
    assert Process.whereis("pool.PoolServer") is None


@pytest.mark.process
def test_other_messages_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    """They are reported, as any GenServer reports what it does not know; a call that it does not know ends it."""
    pool()
    server = part(PoolServer)
    send(server, "hello")
    send(server, ("DOWN", pyex.make_ref(), "process", self(), "boom"))
    assert is_whole()
    until(lambda: caplog.text.count("received unexpected message") == 2)
    assert caught(lambda: GenServer.call(server, "hello"))[0] == "exit"
    until(lambda: Process.whereis("pool.PoolServer") not in (None, server))
    assert is_whole()


# Everything at once


class Careful(GenServer):
    """A worker that knows who has it."""

    @staticmethod
    def start_link(_: Any) -> Any:
        return GenServer.start_link(Careful, None)

    @staticmethod
    def handle_call(request: Any, from_: Any, user: Pid | None) -> Any:
        match request:
            case "begin":
                taken = user is not None and user != from_[0] and Process.alive(user)
                return ("reply", "taken" if taken else "ok", from_[0])
            case "end":
                return ("reply", "ok", None)
            case "crash":
                return ("stop", "boom", user)


def consume(judge: Pid) -> None:
    """Take workers, use them, lose them, wait too short; for ever."""
    while True:
        try:
            if random.random() < 0.2:
                worker = Pool.checkout("pool", block=random.random() < 0.5, timeout=random.randrange(5))
                if worker != "full" and random.random() < 0.7:
                    Pool.checkin("pool", worker)
                elif random.random() < 0.3:
                    return
                elif worker != "full":
                    Process.sleep(1)
                    Pool.checkin("pool", worker)
            else:
                Pool.transaction("pool", lambda worker: use(worker, judge), random.choice([5, 50, 5000]))
        except Exit:
            pass


def use(worker: Pid, judge: Pid) -> None:
    if GenServer.call(worker, "begin") == "taken":
        send(judge, ("lent twice", worker))
    try:
        Process.sleep(random.randrange(3))
        if random.random() < 0.02:
            GenServer.call(worker, "crash")
    finally:
        GenServer.call(worker, "end")


def disturb(until_time: float) -> None:
    """Kill clients and workers at random, and have new clients come."""
    clients: list[Pid] = []
    judge = self()
    while time.monotonic() < until_time:
        clients = [pid for pid in clients if Process.alive(pid)]
        while len(clients) < 60:
            clients.append(spawn(consume, judge))
        Process.sleep(random.randrange(4))
        for pid in random.sample(clients, random.choice([0, 1, 1, 5])):
            Process.exit(pid, random.choice(["kill", "shutdown", "boom"]))
        if random.random() < 0.5:
            for pid in random.sample(workers(), random.choice([1, 1, 3])):
                Process.exit(pid, random.choice(["kill", "shutdown", "boom"]))
    for pid in clients:
        Process.exit(pid, "kill")


def blocks() -> set[ControlBlock]:
    gc.collect()
    return {each for each in gc.get_objects() if type(each) is ControlBlock}


@pytest.mark.soak
@pytest.mark.parametrize("strategy", ["lifo", "fifo"])
def test_nothing_is_lost_however_clients_and_workers_end(strategy: str, caplog: pytest.LogCaptureFixture) -> None:
    """With clients and workers killed at random: no worker is ever lent to two, the server hears of no end that it has
    forgotten, and in the end all are there and free, the numbers are right, and no monitor, link or process is left.
    """
    earlier = blocks()

    def main() -> None:
        processes = set(process_table)
        pid = pool(10, max_overflow=5, strategy=strategy, worker=Careful)
        server = part(PoolServer)
        disturb(time.monotonic() + SOAK_SECONDS)
        until(lambda: is_whole(10))
        assert part(PoolServer) == server, "the server has crashed meanwhile"
        assert receive(after=0, default=None) is None
        supervisor = part(WorkerSupervisor)
        for worker in workers():
            assert Process.info(worker, ["links", "monitored_by", "monitors"]) == {
                "links": [supervisor], "monitored_by": [server], "monitors": [],
            }  # fmt: skip
        assert sorted(Process.info(supervisor, "links")[1]) == sorted([pid, *workers()])
        assert len(process_table) == len(processes) + 3 + 10
        assert sorted(Pool.checkout("pool", block=False) for _ in range(10)) == sorted(workers())
        assert Pool.stop("pool") == "ok"
        assert set(process_table) == processes
        assert Process.info(self(), "monitors") == ("monitors", [])

    pyex.run(main)
    assert "received unexpected message" not in caplog.text
    assert not leftovers()
    caplog.clear()
    assert blocks() <= earlier
