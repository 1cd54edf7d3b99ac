"""pyex: Erlang/OTP's process model for Python.

`from pyex import *` gives what the prompt has, less the shell's helpers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyex.atom import Atom
from pyex.blocking import blocking
from pyex.errors import ArgumentError, ErlangError, Exit, MatchError, ReceiveTimeout, RemoteError
from pyex.mailbox import receive, send
from pyex.node import node
from pyex.ok import ok
from pyex.pattern import value
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.run import run
from pyex.runtime_info import runtime_info
from pyex.self_ import self
from pyex.spawn import become, exit, spawn, spawn_link, spawn_monitor
from pyex.submit import submit
from pyex.trace import trace

if TYPE_CHECKING:
    from pyex.otp import (
        Agent,
        Application,
        DynamicSupervisor,
        GenServer,
        Logger,
        NoReply,
        PartitionSupervisor,
        Pool,
        Registry,
        Server,
        Supervisor,
        Sys,
        Task,
        call,
        cast,
        ets,
        pg,
    )
    from pyex.otp.supervisor.spec import supervise, supervisor, worker

__version__ = "0.1.0"

__all__ = [
    "Agent",
    "Application",
    "ArgumentError",
    "Atom",
    "DynamicSupervisor",
    "ErlangError",
    "Exit",
    "GenServer",
    "Logger",
    "MatchError",
    "NoReply",
    "PartitionSupervisor",
    "Pid",
    "Pool",
    "Process",
    "ReceiveTimeout",
    "Reference",
    "Registry",
    "RemoteError",
    "Server",
    "Supervisor",
    "Sys",
    "Task",
    "become",
    "blocking",
    "call",
    "cast",
    "ets",
    "exit",
    "make_ref",
    "node",
    "ok",
    "pg",
    "receive",
    "run",
    "runtime_info",
    "self",
    "send",
    "spawn",
    "spawn_link",
    "spawn_monitor",
    "submit",
    "supervise",
    "supervisor",
    "trace",
    "value",
    "worker",
]


def __getattr__(name: str) -> object:
    """OTP takes longer to load than the engine: it is when one of its names is asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'pyex' has no attribute {name!r}")
    from pyex import otp

    globals().update((each, getattr(otp, each)) for each in otp.__all__)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
