"""The GenServer behind an `Agent`: its state is what the functions that it is sent make of it."""

from __future__ import annotations

from typing import Any

from pyex.atom import OK, Atom
from pyex.errors import safe_repr
from pyex.otp.behaviour import name_text
from pyex.otp.gen_server import NO_HANDLE_INFO, GenServer
from pyex.otp.mfa import Mfa, name_of, run
from pyex.otp.proc_lib import INITIAL_CALL
from pyex.otp.report import log
from pyex.process import Process
from pyex.self_ import self

REPLY, NOREPLY, STOP, BAD_RETURN = Atom("reply"), Atom("noreply"), Atom("stop"), Atom("bad_return_value")


class AgentServer(GenServer):
    """Callbacks; each function runs here, in the agent, on the state itself."""

    __qualname__ = "Agent.Server"

    @staticmethod
    def init(call: Any, /) -> Any:
        Process.put(INITIAL_CALL, name_of(_mfa(call)))
        return (OK, _run(call))

    @staticmethod
    def handle_call(request: tuple[str, Any], from_: Any, state: Any, /) -> Any:
        match request:
            case ("get", call):
                return (REPLY, _run(call, state), state)
            case ("update", call):
                return (REPLY, OK, _run(call, state))
            case ("get_and_update", call):
                result = _run(call, state)
                if type(result) is tuple and len(result) == 2:
                    return (REPLY, *result)
                return (STOP, (BAD_RETURN, result), state)

    @staticmethod
    def handle_cast(request: tuple[str, Any], state: Any, /) -> Any:
        match request:
            case ("cast", call):
                return (NOREPLY, _run(call, state))

    @staticmethod
    def handle_info(message: Any, state: Any, /) -> Any:
        name = Process.info(self(), "registered_name")[1]
        who = name_text(self() if name == [] else name)
        text = f"Agent.Server {who} received unexpected message in handle_info/2: {safe_repr(message)}\n"
        log("error", text, {"label": NO_HANDLE_INFO, "module": "Agent.Server", "message": message})
        return (NOREPLY, state)


def _mfa(call: Any) -> Mfa:
    """What an agent is sent may be a function alone."""
    return call if isinstance(call, tuple) else (call, [])


def _run(call: Any, *state: Any) -> Any:
    return run(_mfa(call), *state)
