"""How a supervisor ends: with its children, its parent, or because of them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from in_process import caught, ends, ends_after, idle, trap, until
from supervised import (
    Worker,
    events,
    kill,
    running,
    started,
    started_again,
    worker_spec,
)

from pyex import Process, exit, receive, self, send, spawn
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


@pytest.mark.process
def test_sup_31_brutal_kill() -> None:
    """The child is killed, and its terminate not called."""
    supervisor = started([worker_spec("a", {"shutdown": "brutal_kill"}, trap=True)])
    started_again("a")
    child = Process.whereis("a")
    assert child is not None
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "killed"
    assert events() == []


@pytest.mark.process
def test_sup_32_a_child_that_takes_too_long_is_killed() -> None:
    """After the milliseconds of its spec."""
    supervisor = started([worker_spec("a", {"shutdown": 50}, trap=True, slow=5000)])
    started_again("a")
    child = Process.whereis("a")
    assert child is not None
    before = time.monotonic()
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "killed"
    assert 0.05 <= time.monotonic() - before < 2
    assert events() == []


@pytest.mark.process
def test_sup_33_a_child_that_may_take_as_long_as_it_wants() -> None:
    """With "infinity" the supervisor waits."""
    supervisor = started([worker_spec("a", {"shutdown": "infinity"}, trap=True, slow=300)])
    child = Process.whereis("a")
    started_again("a")
    assert child is not None
    before = time.monotonic()
    assert ends_after(child, lambda: Supervisor.stop(supervisor)) == "shutdown"
    assert time.monotonic() - before >= 0.3
    assert events() == [("terminated", "a", "shutdown")]


@pytest.mark.process
def test_sup_32_a_child_that_never_stops_is_killed() -> None:
    """A process that ignores all that it is told, trapping exits, does not hold up its supervisor."""

    def deaf() -> Any:
        def ignore_all() -> None:
            Process.flag("trap_exit", True)
            send(me, "deaf")
            while True:
                receive()

        me = self()
        pid = spawn(ignore_all)
        Process.link(pid)
        receive("deaf")
        return ("ok", pid)

    supervisor = started([Supervisor.child_spec(running(deaf), shutdown=20)])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    assert ends_after(pid, lambda: Supervisor.stop(supervisor), 5000) == "killed"


@pytest.mark.process
def test_sup_34_a_child_that_has_unlinked_itself_is_ended_all_the_same() -> None:
    """The supervisor monitors what it ends."""

    def unlinked() -> Any:
        pid = idle()
        return ("ok", pid)

    supervisor = started([running(unlinked), worker_spec("b")])
    ((_, _, _, _), (_, pid, _, _)) = Supervisor.which_children(supervisor)
    assert ends_after(pid, lambda: Supervisor.stop(supervisor), 5000) == "shutdown"


@pytest.mark.process
def test_sup_34_a_child_that_died_unseen_does_not_hold_up_the_stop() -> None:
    """One that was not linked and is dead: there is nothing to wait for."""
    supervisor = started([running(lambda: ("ok", idle()))])
    ((_, pid, _, _),) = Supervisor.which_children(supervisor)
    Process.exit(pid, "kill")
    assert ends(pid) in ("killed", "noproc")
    assert Supervisor.count_children(supervisor)["active"] == 0
    assert Supervisor.stop(supervisor, "normal", 5000) == "ok"


@pytest.mark.process
@pytest.mark.parametrize("reason", ["boom", "normal", "shutdown"])
def test_sup_35_the_supervisor_ends_with_its_starter(reason: str) -> None:
    """Whatever the starter's reason, it is the supervisor's, after its children have ended."""
    me = self()

    def starter() -> None:
        child = {"id": "a", "start": (Worker, "start_link", [("a", me, {"trap": True})])}
        send(me, ("supervisor", started([child])))
        receive("go")
        exit(reason)

    pid = spawn(starter)
    supervisor = receive(("supervisor", ...))[1]
    assert ends_after(supervisor, lambda: send(pid, "go"), 5000) == reason
    assert events() == [("started", "a"), ("terminated", "a", "shutdown")]


@pytest.mark.process
def test_sup_36_exit_signals_of_others_are_ignored() -> None:
    """Who is not the parent cannot end a supervisor, but by "kill"."""
    me = self()

    def starter() -> None:
        send(me, ("supervisor", started([])))
        receive("never")

    spawn(starter)
    supervisor = receive(("supervisor", ...))[1]
    for reason in ("normal", "shutdown", "boom"):
        assert ends_after(supervisor, lambda reason=reason: Process.exit(supervisor, reason)) == "alive"  # type: ignore[misc]
    assert ends_after(supervisor, lambda: Process.exit(supervisor, "kill"), 5000) == "killed"


@pytest.mark.process
@pytest.mark.parametrize("reason", ["normal", "shutdown", "boom"])
def test_sup_37_an_exit_signal_of_the_parent_is_an_orderly_stop(reason: str) -> None:
    """The supervisor ends its children, and then with that reason."""
    trap()
    supervisor = started([worker_spec("a", trap=True)])
    assert ends_after(supervisor, lambda: Process.exit(supervisor, reason), 5000) == reason
    assert events() == [("started", "a"), ("terminated", "a", "shutdown")]


@pytest.mark.process
def test_sup_38_a_supervisor_that_is_killed_takes_its_children_along_by_their_links() -> None:
    """They end with "killed"; nobody calls terminate."""
    trap()
    supervisor = started([worker_spec("a")])
    child = Process.whereis("a")
    assert child is not None
    assert ends_after(child, lambda: Process.exit(supervisor, "kill"), 5000) == "killed"
    assert events() == [("started", "a")]


@pytest.mark.process
def test_sup_39_stop_with_a_reason() -> None:
    """The supervisor ends with it; stopping nobody exits the caller."""
    trap()
    supervisor = started([])
    assert ends_after(supervisor, lambda: Supervisor.stop(supervisor, "boom")) == "boom"
    assert caught(lambda: Supervisor.stop("nobody_here")) == (
        "exit", ("noproc", (GenServer, "stop", ["nobody_here", "normal", "infinity"])),
    )  # fmt: skip


@pytest.mark.process
def test_sup_55_auto_shutdown_with_any_significant_child() -> None:
    """The supervisor ends with the first significant child that ends and is not restarted."""
    trap()
    significant = {"significant": True, "restart": "transient"}
    supervisor = started(
        [worker_spec("x", significant), worker_spec("y", {"restart": "transient"}), worker_spec("z", significant)],
        auto_shutdown="any_significant",
    )
    assert ends_after(supervisor, lambda: GenServer.call("y", ("stop", "normal"))) == "alive"
    assert ends_after(supervisor, lambda: GenServer.call("x", ("stop", "boom"))) == "alive"
    until(lambda: Process.whereis("x"))
    assert ends_after(supervisor, lambda: GenServer.call("x", ("stop", "normal")), 5000) == "shutdown"
    assert Process.whereis("z") is None


@pytest.mark.process
def test_sup_55_auto_shutdown_with_all_significant_children() -> None:
    """The supervisor ends with the last of them; a terminate_child is no such end."""
    trap()
    significant = {"significant": True, "restart": "temporary"}
    supervisor = started(
        [worker_spec("x", significant), worker_spec("y", significant), worker_spec("z")],
        auto_shutdown="all_significant",
    )
    assert ends_after(supervisor, lambda: kill("x")) == "alive"
    assert ends_after(supervisor, lambda: kill("y"), 5000) == "shutdown"
    supervisor = started([worker_spec("x", significant)], auto_shutdown="any_significant")
    assert ends_after(supervisor, lambda: Supervisor.terminate_child(supervisor, "x")) == "alive"


@pytest.mark.process
def test_sup_55_significant_needs_auto_shutdown_and_a_child_that_may_end() -> None:
    """Other combinations make no sense, and are refused."""
    trap()
    one = worker_spec("x", {"significant": True, "restart": "transient"})
    assert Supervisor.start_link([one], strategy="one_for_one") == (
        "error", ("start_spec", ("bad_combination", {"auto_shutdown": "never", "significant": True})),
    )  # fmt: skip
    other = worker_spec("x", {"significant": True})
    assert Supervisor.start_link([other], strategy="one_for_one", auto_shutdown="any_significant") == (
        "error", ("start_spec", ("bad_combination", {"restart": "permanent", "significant": True})),
    )  # fmt: skip
    assert Supervisor.start_link([], strategy="one_for_one", auto_shutdown="sometimes") == (
        "error", ("supervisor_data", ("invalid_auto_shutdown", "sometimes")),
    )  # fmt: skip
