"""What the tests of applications share: one with a pool of workers, and others that tell what happens to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyex import Pid, Process, exit, ok, receive, self, send, spawn_link
from pyex.otp.application import Application
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.logger import Logger
from pyex.otp.supervisor import Supervisor


class Worker(GenServer):
    @staticmethod
    def start_link(arg: Any) -> Any:
        return GenServer.start_link(Worker, arg)


class PoolSupervisor(Supervisor):
    @staticmethod
    def init(size: int) -> Any:
        spec = {"id": "workers", "start": (DynamicSupervisor, "start_link", []), "type": "supervisor"}
        return Supervisor.init([spec, {"id": "filler", "start": (fill, [size])}], strategy="one_for_all")


def workers() -> list[Pid]:
    """The workers of the pool."""
    children = Supervisor.which_children(PoolSupervisor)
    (supervisor,) = [pid for child, pid, _, _ in children if child == "workers"]
    return [pid for _, pid, _, _ in DynamicSupervisor.which_children(supervisor)]


def fill(size: int) -> Any:
    """Starts a process that has the supervisor of the workers start them."""

    def work() -> None:
        (supervisor,) = [pid for child, pid, _, _ in Supervisor.which_children(PoolSupervisor) if child == "workers"]
        for _ in range(size):
            ok(DynamicSupervisor.start_child(supervisor, (Worker, None)))
        Process.sleep("infinity")

    return ("ok", spawn_link(work))


class Pooly(Application, version="0.1.0", description="pool of 5 workers", env={"size": 5}):
    """The application of the facts."""

    @staticmethod
    def start(type: Any, args: Any) -> Any:
        return Supervisor.start_link(PoolSupervisor, Application.get_env("pooly", "size"), name=PoolSupervisor)


NO_FILE = "no such file or directory"


def application(name: str, start: Callable[..., Any], **options: Any) -> type:
    """Define an application that tells the caller what its callbacks are given."""
    to = self()

    class Told(Application, name=name, **options):
        @staticmethod
        def start(type: Any, args: Any) -> Any:
            send(to, ("start", name, type, args))
            return start()

        @staticmethod
        def prep_stop(state: Any) -> Any:
            send(to, ("prep_stop", name, state))
            return ("prepared", state)

        @staticmethod
        def stop(state: Any) -> None:
            send(to, ("stop", name, state))

        @staticmethod
        def start_phase(phase: Any, type: Any, args: Any) -> Any:
            send(to, ("phase", phase, type, args))
            return args if isinstance(args, tuple) else "ok"

    return Told


def idle() -> Any:
    """What a good start returns: here of a process that waits for ever."""
    return ("ok", spawn_link(Process.sleep, "infinity"))


def top(name: str) -> Pid:
    """The top process of an application."""
    pid = ok(Application.get_supervisor(name))
    assert isinstance(pid, Pid)
    return pid


def running() -> list[str]:
    """The names of the applications that run, but for pyex itself."""
    return [name for name, _, _ in Application.started_applications() if name != "pyex"]


def hear() -> None:
    """Be sent what is logged of applications, as ("exited", name, reason, type)."""
    me = self()

    def listen(event: Any, config: Any) -> None:
        match event["msg"]:
            case ("report", {"label": ("application_controller", "exit"), "report": report}):
                send(me, ("exited", *report.values(), event["level"], event["text"]))

    assert Logger.add_handler("test", listen) == "ok"


def heard() -> Any:
    return receive(("exited", ...), ("exited", ..., ..., ..., ..., ...), after=5000)[1:]


def exit_with(reason: Any) -> Any:
    """As a function of an expression."""
    exit(reason)
