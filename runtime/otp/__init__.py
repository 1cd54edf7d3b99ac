"""OTP: servers, supervisors, and what is built of them, on the engine's public calls alone.

All of this is also in `pyex`, but for `ExActor` and its decorators (`from pyex.otp.ex_actor import *`).
"""

from pyex.otp import ets, pg
from pyex.otp.agent import Agent
from pyex.otp.application import Application
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.logger import Logger
from pyex.otp.partition_supervisor import PartitionSupervisor
from pyex.otp.pool import Pool
from pyex.otp.registry import Registry
from pyex.otp.server import NoReply, Server, call, cast
from pyex.otp.supervisor import Supervisor
from pyex.otp.supervisor.spec import supervise, supervisor, worker
from pyex.otp.sys_messages import Sys
from pyex.otp.task import Task

__all__ = [
    "Agent",
    "Application",
    "DynamicSupervisor",
    "GenServer",
    "Logger",
    "NoReply",
    "PartitionSupervisor",
    "Pool",
    "Registry",
    "Server",
    "Supervisor",
    "Sys",
    "Task",
    "call",
    "cast",
    "ets",
    "pg",
    "supervise",
    "supervisor",
    "worker",
]
