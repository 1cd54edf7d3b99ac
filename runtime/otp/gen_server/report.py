"""The report of a GenServer that ends for a reason that is none of its own wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyex.atom import Atom
from pyex.error_report import describe_exception
from pyex.errors import Exit, Unwind, safe_repr
from pyex.format_exit import format_error, format_exit, format_stack, is_exception_reason
from pyex.otp.behaviour import Behaviour, module_name, name_text
from pyex.otp.report import log
from pyex.otp.server_name import shown
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self

if TYPE_CHECKING:
    from pyex.otp.gen_server.loop import Server

LABEL = (Atom("gen_server"), Atom("terminate"))
NO_HANDLE_INFO = (Atom("gen_server"), Atom("no_handle_info"))
INIT_RETURNED_NONE = (Atom("gen_server"), Atom("init_returned_none"))


def is_regular(reason: Any) -> bool:
    """Whether a server that ends so has done what was asked of it: nothing is reported."""
    head = reason[0] if isinstance(reason, tuple) and len(reason) == 2 else reason
    if not isinstance(head, str):
        return False
    return head == "shutdown" or (reason is head and head == "normal")


# What the callbacks may return, as a hint says it.
_ORDINARY = '("noreply", state) or ("stop", reason, state)'
_MAY_RETURN = {
    "init": '("ok", state), "ignore" or ("stop", reason)',
    "handle_call": '("reply", reply, state), ("noreply", state) or ("stop", reason, reply, state)',
    "code_change": '("ok", state) or ("error", reason)',
}


def bad_return_hint(module: Any, callback: str, result: Any) -> str:
    """What the reports say of a callback that has returned what it must not."""
    own = type(module).result_hint(module, result) if isinstance(module, Behaviour) else ""
    wanted = own or f"it may return {_MAY_RETURN.get(callback, _ORDINARY)}"
    return f"\n    (returned by {module_name(module)}.{callback}: {wanted})"


def report_none(module: Any) -> None:
    """Log that a server was not started, for its `init` has returned nothing. OTP logs nothing of a bad return value
    there; but its functions cannot lack a return.
    """
    text = f"{module_name(module)}.init returned None: a return is missing; it may return {_MAY_RETURN['init']}"
    log("error", text, {"label": INIT_RETURNED_NONE, "module": module})


def report_end(
    server: Server, reason: Any, message: Any, from_: Any, error: BaseException | None, hint: str = ""
) -> None:
    """Log why a server ends, with the last message, the state, and who is waiting for a reply."""
    name = shown(server.name) if server.name is not None else self()
    state = shown_state(server.module, server.state, reason)
    client = None if from_ is None else from_[0]
    last = message[2] if from_ is not None else message
    text = (
        f"GenServer {name_text(name)} terminating\n{describe_reason(reason, error)}{hint}\n"
        f"Last message{f' (from {_client_name(client)})' if from_ is not None else ''}: {safe_repr(last)}\n"
        f"State: {safe_repr(state)}{_describe_client(client)}"
    )
    report = {
        "label": LABEL,
        "name": name,
        "last_message": last,
        "state": state,
        "log": [],
        "reason": reason,
        "client_info": client,
    }
    log("error", text, report)


def describe_reason(reason: Any, error: BaseException | None = None) -> str:
    """Why a process ended, as the second line of its report and the lines below have it."""
    if error is not None and not isinstance(error, Exit | SystemExit):
        return describe_exception(error, reason)
    if is_exception_reason(reason):
        return format_error(reason[0], safe_repr, reason[1]) + format_stack(reason[1], safe_repr)
    text = f"** (stop) {format_exit(reason, safe_repr)}"
    return text if error is None else text + describe_exception(error, reason).removeprefix(format_error(error))


def shown_state(module: Any, state: Any, reason: Any = None) -> Any:
    """A state as reports and `Sys.get_status` show it: as the module's `format_status` has it, if there is one."""
    format_status = getattr(module, "format_status", None)
    if format_status is None:
        return state
    try:
        return format_status({"state": state, "message": None, "reason": reason, "log": []})["state"]
    except Unwind:
        raise
    except BaseException:
        # The state itself may be what nobody is to see.
        return f"{module_name(module)}.format_status/1 crashed"


def _client_name(client: Any) -> str:
    name = Process.info(client, "registered_name") if isinstance(client, Pid) and Process.alive(client) else None
    return safe_repr(client) if name is None or name[1] == [] else name_text(name[1])


def _describe_client(client: Any) -> str:
    if not isinstance(client, Pid):
        return ""
    if not Process.alive(client):
        return f"\nClient {client!r} is dead"
    place = Process.info(client, "current_stacktrace")
    name = Process.info(client, "registered_name")
    if place is None or name is None:
        return f"\nClient {client!r} is dead"
    who = client if name[1] == [] else name[1]
    return f"\nClient {name_text(who)} is alive\n{format_stack(place[1])}"
