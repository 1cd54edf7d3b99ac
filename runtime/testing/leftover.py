"""Processes that a test has left behind, which it is told about when it is strict."""

from __future__ import annotations

from time import monotonic
from typing import Any

from pyex.pid import Pid
from pyex.process import Process
from pyex.stack import in_words

# How long those may take that have been told to end.
GRACE_SECONDS = 0.1
# Where processes come from that OTP starts when they are first needed, for everybody.
SERVICES = ("pyex.otp.application.controller", "pyex.otp.ets.owner", "pyex.otp.logger.server")


def leftovers(before: set[Pid]) -> list[str]:
    """The processes that are there and were not before, in words, once those that are about to end have done so."""
    deadline = monotonic() + GRACE_SECONDS
    while (found := _found(before)) and monotonic() < deadline:
        Process.sleep(1)
    return found


def _found(before: set[Pid]) -> list[str]:
    found = []
    for pid in Process.list():
        info = Process.info(pid)
        if pid in before or info is None:
            continue
        module, function, arity = _initial_call(info)
        if module not in SERVICES:
            name = f", registered as {info['registered_name']!r}" if "registered_name" in info else ""
            found.append(f"{pid!r}: {'.'.join(in_words(module, function, arity)[:2])}/{arity}{name}")
    return found


def _initial_call(info: dict[str, Any]) -> tuple[str, str, int]:
    """What a process was started with; for OTP's, the callback that it began with."""
    match info["dictionary"].get("$initial_call"):
        case (type() as module, str() as function, int() as arity):
            return (module.__module__, f"{module.__qualname__}.{function}", arity)
    module, function, arity = info["initial_call"]
    return (module, function, arity)
