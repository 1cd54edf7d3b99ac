"""What the process of a task does: OTP's `Task.Supervised`.

A task that nobody awaits is given its call when it is started. One that is awaited is given it by a message, once its
owner has a monitor for it:

    (owner_pid, reference, reply_to, callers, call)      from the owner
    (reference, result)                                  to `reply_to`, which is an alias of the owner's

`owner` is `(node, name or pid, pid)`: who started the task, and as what reports name it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pyex.atom import DOWN, INFINITY, KILL, OK, Atom
from pyex.errors import Unwind, safe_repr
from pyex.exit_reason import reason_of
from pyex.mailbox import receive, send
from pyex.node import node
from pyex.otp import proc_lib
from pyex.otp.behaviour import Behaviour, name_text
from pyex.otp.crash_report import report_crash
from pyex.otp.gen_server.report import describe_reason, is_regular
from pyex.otp.mfa import Mfa, name_of, run
from pyex.otp.report import log
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.self_ import self
from pyex.spawn import exit, spawn

Owner = tuple[str, Any, Pid]

CALLERS = Atom("$callers")
DONE, SHUTDOWN, TIMEOUT = Atom("done"), Atom("shutdown"), Atom("timeout")
LABEL = (Atom("Task.Supervisor"), Atom("terminating"))
# In milliseconds: how long a task of a supervisor waits to be told what to do.
WAIT_FOR_CALL = 5000


def owner_of_tasks() -> Owner:
    """The caller, as the tasks that it starts know it."""
    name = Process.info(self(), "registered_name")[1]
    return (node(), self() if name == [] else name, self())


def callers() -> list[Any]:
    """The caller, and on whose behalf it runs: what its tasks find under "$callers"."""
    return [self(), *(Process.get(CALLERS) or [])]


def start(owner: Owner, callers: list[Any], call: Mfa) -> tuple[Atom, Pid]:
    """Start a task that nobody awaits."""
    return (OK, proc_lib.spawn(noreply, owner, callers, call))


def start_link(owner: Owner, *work: Any) -> tuple[Atom, Pid]:
    """Start a linked task: with `callers, call` one that nobody awaits; with "monitor" or "nomonitor" one that will be
    told what to do, and whether it is to watch its owner until then.
    """
    return (OK, proc_lib.spawn_link(noreply if len(work) == 2 else reply, owner, *work))


class Supervised(metaclass=Behaviour):
    """The module that the processes of tasks belong to, for supervisors and in exit reasons."""

    __qualname__ = "Task.Supervised"

    start = staticmethod(start)
    start_link = staticmethod(start_link)


# As `exited in: …` has it.
Supervised.__name__ = "Task.Supervised"


def hand_over(pid: Pid, call: Mfa) -> Reference:
    """Tell a task what to do. Returns the reference that its result, or else its end, will come with."""
    reference = Process.monitor(pid, alias="demonitor")
    try:
        send(pid, (self(), reference, reference, callers(), call))
    except Exception:
        # There is something in it that cannot be sent: nobody will ever tell the task.
        Process.demonitor(reference, ["flush"])
        unlink_and_exit(pid, KILL)
        raise
    return reference


def noreply(owner: Owner, callers: list[Any], call: Mfa) -> Any:
    _introduce(callers, call)
    return _invoke(owner, call)


def reply(owner: Owner, watch: str) -> None:
    """Wait to be told what to do, do it, and send what came of it."""
    watched = watch == "monitor"
    reference = Process.monitor(owner[2]) if watched else None
    after = WAIT_FOR_CALL if watched else INFINITY
    match receive((owner[2], ..., ..., ..., ...), (DOWN, reference, ..., ..., ...), after=after, default=None):
        case ("DOWN", _, _, _, reason):
            exit((SHUTDOWN, reason))
        case (_, tag, reply_to, callers, call):
            _introduce(callers, call)
            if reference is not None:
                Process.demonitor(reference, ["flush"])
            _invoke(owner, call, partial(_send_result, reply_to, tag))
        case _:
            exit(TIMEOUT)


def _introduce(callers: list[Any], call: Mfa) -> None:
    Process.put(proc_lib.INITIAL_CALL, name_of(call))
    Process.put(CALLERS, callers)


def _send_result(reply_to: Any, tag: Any, result: Any) -> None:
    send(reply_to, (tag, result))


def _invoke(owner: Owner, call: Mfa, deliver: Any = None) -> Any:
    """Run the task; what ends it for another reason than its own wish is reported."""
    try:
        result = run(call)
        # A result that cannot be sent is the task's own fault, too.
        return result if deliver is None else deliver(result)
    except Unwind:
        raise
    except BaseException as error:
        reason = reason_of(error)
        if not is_regular(reason):
            _report(owner, call, reason, error)
            report_crash(reason, error)
        exit(reason)


def _report(owner: Owner, call: Mfa, reason: Any, error: BaseException) -> None:
    starter, args = owner[1], call[-1]
    function = call[0] if len(call) == 2 else getattr(call[0], call[1], call[1])

    def text() -> str:
        return (
            f"Task {self()!r} started from {name_text(starter)} terminating\n{describe_reason(reason, error)}\n"
            f"Function: {_function_text(function, args)}\n    Args: {safe_repr(args)}"
        )

    report = {"name": self(), "starter": starter, "function": function, "args": args, "reason": reason}
    log("error", text, {"label": LABEL, "report": report})


def _function_text(function: Any, args: list[Any]) -> str:
    name = getattr(function, "__qualname__", None)
    if name is None:
        return safe_repr(function)
    arity = len(args)
    if "<" in name:
        return f"#Function<{name}/{arity} in file:{function.__code__.co_filename}>"
    return f"&{function.__module__ or 'builtins'}.{name}/{arity}"


def unlink_and_exit(pid: Pid, reason: Any) -> None:
    """Send an exit signal to a linked process, whose end is not to reach the caller. Should the caller die between the
    two steps, another process sees to the second.
    """
    tag = make_ref()
    enforcer = spawn(_enforce_exit, pid, reason, self(), tag)
    Process.unlink(pid)
    Process.exit(pid, reason)
    send(enforcer, (DONE, tag))


def _enforce_exit(pid: Pid, reason: Any, caller: Pid, tag: Reference) -> None:
    monitor = Process.monitor(caller)
    if receive((DONE, tag), (DOWN, monitor, ..., ..., ...))[0] == DOWN:
        Process.exit(pid, reason)
