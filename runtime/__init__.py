"""pyex: Erlang/OTP's process model for Python.

`from pyex import *` gives what the prompt has, less the shell's helpers.
"""

from pyex.atom import Atom
from pyex.blocking import blocking
from pyex.errors import ArgumentError, ErlangError, Exit, MatchError, ReceiveTimeout, RemoteError
from pyex.mailbox import receive, send
from pyex.node import node
from pyex.ok import ok
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
    supervise,
    supervisor,
    worker,
)
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
