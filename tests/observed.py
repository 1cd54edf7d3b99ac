"""What the tests of the Observer's views share: a server to look at, and looks at one process."""

from __future__ import annotations

import json
import time
from typing import Any

from in_process import waiting

from pyex import GenServer, Pid
from pyex.observer.view import read


class Shelf(GenServer):
    """A server whose state is what its class has been given, so that nothing is copied on the way."""

    given: Any = None

    @staticmethod
    def init(arg: Any) -> Any:
        return ("ok", Shelf.given if arg == "given" else arg)


def text(pid: Pid) -> str:
    return repr(pid)[5:-1]


def shelf(state: Any) -> Pid:
    """A server with that very state."""
    Shelf.given = state
    _, pid = GenServer.start(Shelf, "given")
    return waiting(pid)  # type: ignore[no-any-return]


def about(pid: Pid) -> dict[str, Any]:
    """The view of one process, as it is sent."""
    answer = read(f"process/{text(pid)}")
    json.dumps(answer)
    return answer


def milliseconds(view: str, times: int = 5) -> float:
    """How long a read takes when nothing else has the machine."""
    best = 1e9
    for _ in range(times):
        begun = time.perf_counter()
        read(view)
        best = min(best, time.perf_counter() - begun)
    return best * 1000
