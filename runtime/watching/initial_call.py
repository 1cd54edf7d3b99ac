"""What a process runs: the function that it began with, found and put into words."""

from __future__ import annotations

from typing import Any

from pyex.control_block import ControlBlock
from pyex.otp.behaviour import module_name
from pyex.otp.proc_lib import INITIAL_CALL
from pyex.stack import in_words, initial_call

# A module, which may be a class, the name of a function in it, and its arity.
Call = tuple[Any, str, int]

SUPERVISOR = "supervisor"
# What a Supervisor is for, by the classes that OTP's own behaviours start one with.
_BEHAVIOURS = {
    "Supervisor.Default": "Supervisor",
    "_Partitions": "PartitionSupervisor",
    "Registry.Supervisor": "Registry",
    "PoolSupervisor": "Pool",
}


def otp_initial_call(block: ControlBlock | None) -> Call | None:
    """What a process of OTP's runs: the `$initial_call` that it has put, or is about to put, into its dictionary. None
    for others, and for the dead. That is read where it is: a copy of the user's data would be too much for a look.
    """
    if block is None:
        return None
    call = (block.dictionary or {}).get(INITIAL_CALL)
    function, args = block.entry
    if call is None and getattr(function, "__module__", None) == "pyex.otp.proc_lib" and len(args) == 5:
        call = args[2] or initial_call(args[3])
    return call if isinstance(call, tuple) and len(call) == 3 else None


def call_in_words(call: Call) -> str:
    """A function by its module, name and arity: `Stack.init/1`."""
    module, function, arity = call
    if module == SUPERVISOR:
        module, function = function, "init"
    if isinstance(module, str):
        module, function, arity = in_words(module, str(function), arity)
    owner = module if isinstance(module, str) else module_name(module)
    owner = "" if owner == "__main__" else f"{owner.removeprefix('pyex.')}."
    return f"{owner}{str(function).replace('<locals>.', '')}/{arity}"


def what_it_runs(call: Call, label: str = "") -> str:
    """In short, for drawings: the class of a server, or the function that a process was spawned with; its behaviour,
    where the class's name is the label already.
    """
    module, function, arity = call
    if module == SUPERVISOR:
        module = function
        if not isinstance(module, type):
            return getattr(module, "__name__", str(module))
        own = _BEHAVIOURS.get(module.__qualname__) if module.__module__.startswith("pyex.") else None
        return own or _name_or_behaviour(module, label)
    if isinstance(module, type) and function == "init":
        return _name_or_behaviour(module, label)
    if isinstance(module, type):
        return f"{module.__qualname__}.{function}/{arity}"
    if module == "pyex.otp.task.process":
        return "Task"  # it will be told later what it is to run
    home = f"{module}."
    if str(module) in ("__main__", "builtins"):
        home = ""
    elif str(module).startswith("pyex."):
        home = "" if "." in function else home.removeprefix("pyex.")
    return f"{home}{function}/{arity}".replace(".<locals>", "")


def _name_or_behaviour(module: type, label: str) -> str:
    if module.__qualname__ != label:
        return module.__qualname__
    return next((base.__qualname__ for base in module.__mro__[1:] if base.__module__.startswith("pyex.")), label)
