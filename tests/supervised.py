"""What the tests of supervisors share: workers that tell what happens to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from in_process import messages

from pyex import Pid, Process, receive, self, send, spawn
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor


class Worker(GenServer):
    """Tells `to` when it starts and when its `terminate` runs. Options: trap, slow (ms), init (a function)."""

    @staticmethod
    def start_link(arg: Any) -> Any:
        return GenServer.start_link(Worker, arg, name=arg[0])

    @staticmethod
    def init(arg: Any) -> Any:
        name, to, options = arg
        if options.get("trap"):
            Process.flag("trap_exit", True)
        if "init" in options:
            return options["init"]()
        send(to, ("started", name))
        return ("ok", arg)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: Any) -> Any:
        match request:
            case ("stop", reason):
                return ("stop", reason, "ok", state)
            case "who":
                return ("reply", self(), state)

    @staticmethod
    def handle_cast(request: Any, state: Any) -> Any:
        if request == "hang":
            Process.sleep("infinity")
        return ("noreply", state)

    @staticmethod
    def terminate(reason: Any, state: Any) -> None:
        name, to, options = state
        if "slow" in options:
            Process.sleep(options["slow"])
        send(to, ("terminated", name, reason))


def worker_spec(name: str, over: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The spec of a worker that is registered by its name; `over` goes over the spec, the rest is for the worker."""
    spec = {"id": name, "start": (Worker, "start_link", [(name, self(), options)])}
    return Supervisor.child_spec(spec, **(over or {}))


def started(specs: list[Any], strategy: str = "one_for_one", **options: Any) -> Pid:
    """A supervisor of these children."""
    match Supervisor.start_link(specs, strategy=strategy, **options):
        case ("ok", Pid() as pid):
            return pid
        case other:
            raise AssertionError(other)


def running(function: Callable[[], Any]) -> dict[str, Any]:
    """The spec of a child "x" whose start function is this one."""
    return {"id": "x", "start": (function, [])}


def a_process() -> tuple[str, Pid]:
    """What a good start function returns: here of a process that waits for ever."""
    pid = spawn(Process.sleep, "infinity")
    Process.link(pid)
    return ("ok", pid)


def pids(names: Iterable[str]) -> dict[str, Pid | None]:
    """Who has these names now."""
    return {name: Process.whereis(name) for name in names}


def changes(before: dict[str, Pid | None]) -> dict[str, str]:
    """What has become of them: "same", "new" or "gone"."""
    now = pids(before)
    return {
        name: "same" if now[name] == pid else "gone" if now[name] is None else "new" for name, pid in before.items()
    }


def kill(name: str) -> None:
    """Kill who has a name."""
    pid = Process.whereis(name)
    assert pid is not None
    Process.exit(pid, "kill")


def started_again(*names: str) -> None:
    """Wait until these have started, in this order."""
    for name in names:
        assert receive(("started", ...), after=5000) == ("started", name)


def events(quiet: int = 50) -> list[Any]:
    """What workers told, after a while without more."""
    return [each for each in messages(quiet) if each[0] in ("started", "terminated")]
