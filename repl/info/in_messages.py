"""How a value travels in a message: by reference, or as a copy."""

from __future__ import annotations

import io
import socket
import threading
from collections import deque
from types import (
    AsyncGeneratorType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
    TracebackType,
)
from typing import Any

from pyex.errors import Self
from pyex.message import IMMUTABLE, copied

# What `copy.deepcopy` refuses.
UNCOPYABLE = (
    io.IOBase, socket.socket, type(threading.Lock()), type(threading.RLock()), GeneratorType, CoroutineType,
    AsyncGeneratorType, FrameType, TracebackType, memoryview,
)  # fmt: skip
_IN_MEMORY = (io.StringIO, io.BytesIO)
# Their classes are Python's own: to copy one runs nothing of the user's.
_PLAIN_MODULES = ("datetime", "decimal", "fractions", "uuid", "pathlib", "re", "ipaddress", "zoneinfo")
_CONTAINERS = (tuple, list, dict, set, frozenset, bytearray, deque)


def in_messages(value: Any) -> str:
    """What becomes of a value that is sent, in words; "" for what cannot change, where nobody needs to know."""
    # Not isinstance, which asks the value for its __class__.
    kind = type(value)
    if issubclass(kind, type | ModuleType):
        return "passes by reference: code belongs to the node"
    if issubclass(kind, Self):
        return "refused without parentheses: write self()"
    if _cannot_change(value):
        return ""
    if kind is FunctionType:
        return _of_function(value)
    if kind is MethodType:
        return "copied, with the object that it belongs to"
    if issubclass(kind, UNCOPYABLE) and not issubclass(kind, _IN_MEMORY):
        return "passes by reference, because it cannot be copied: both processes then have the same one"
    if kind in _CONTAINERS:
        return "copied: the receiver has its own"
    return "copied, as copy.deepcopy does it; passes by reference where that is not possible"


def _cannot_change(value: Any) -> bool:
    kind = type(value)
    if kind is tuple or kind is frozenset:
        return all(map(_cannot_change, value))
    return kind in IMMUTABLE or (kind.__module__.partition(".")[0] in _PLAIN_MODULES and copied(value) is value)


def _of_function(function: FunctionType) -> str:
    if function.__name__ == "<lambda>":
        return "copied, with the variables that it captures, and the data of the prompt that it reads"
    if function.__closure__ is not None or "<locals>" in function.__qualname__:
        return "copied, with the variables that it captures"
    return "passes by reference: code belongs to the node"
